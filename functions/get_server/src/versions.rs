//! `GET /servers/{serverName}/versions`

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use registry::cache::{CachePolicy, ServerTag};
use registry::catalogue::{EntryRef, View};
use registry::edge::Query;
use registry::error::{ApiError, Problem};
use registry::model::{ServerList, Status};

/// All versions of a server in one answer, the newest publication first.
#[utoipa::path(
    get,
    path = "/servers/{serverName}/versions",
    tag = "servers",
    params(
        ("serverName" = String, Path, description = "server name, its slash escaped as %2F"),
        ("include_deleted" = Option<bool>, Query, description = "whether deleted versions are listed"),
    ),
    responses(
        (status = 200, body = ServerList),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_versions(
    State(state): State<crate::State>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let include_deleted = include_deleted(query.as_deref())?;
    let view = state.catalogue.view().await?;
    let answers = state.catalogue.answers();
    let list = render(&view, &name, include_deleted);
    answers.get_or_render(view.serial(), &uri, &headers, CachePolicy::Server(ServerTag::of(&name)), list).await
}

async fn render(view: &View, name: &str, include_deleted: bool) -> Result<Vec<u8>, ApiError> {
    let server = view.server(name).ok_or_else(|| ApiError::no_server(name))?;
    let is_visible = |entry: &EntryRef<'_>| include_deleted || entry.status != Status::Deleted;
    let mut entries: Vec<EntryRef<'_>> = server.entries().filter(is_visible).collect();
    if entries.is_empty() {
        return Err(ApiError::no_server(name));
    }
    // Stable: what was published in the same microsecond stays in the order of versions.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.published_at));
    let mut body = Vec::with_capacity(1024 * (entries.len() + 1));
    body.extend_from_slice(b"{\"servers\":[");
    view.append_json(&entries, &mut body).await?;
    body.extend_from_slice(format!("],\"metadata\":{{\"count\":{}}}}}\n", entries.len()).as_bytes());
    Ok(body)
}

pub(crate) fn include_deleted(query: Option<&str>) -> Result<bool, ApiError> {
    let flag = Query::parse(query.unwrap_or_default()).bool("include_deleted");
    Ok(flag.map_err(|error| ApiError::validation(vec![error]))?.unwrap_or(false))
}
