//! `GET /servers`

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use registry::cache::CachePolicy;
use registry::error::{ApiError, Problem};
use registry::model::ServerList;

use crate::page;
use crate::parameters::Parameters;

/// Lists the versions of all servers, ordered by name, then version, both in byte order.
#[utoipa::path(
    get,
    path = "/servers",
    tag = "servers",
    params(
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before; it carries the query too"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 100, description = "entries of a page, 30 unless given"),
        ("search" = Option<String>, Query, description = "part of a name or description, whatever its case"),
        ("updated_since" = Option<String>, Query, description = "RFC 3339 time; only what changed after it, deleted versions included"),
        ("version" = Option<String>, Query, description = "`latest`, or an exact version"),
        ("include_deleted" = Option<bool>, Query, description = "whether deleted versions are listed"),
    ),
    responses(
        (status = 200, body = ServerList),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_servers(
    State(state): State<crate::State>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let parameters = Parameters::parse(query.as_deref().unwrap_or_default())?;
    let view = state.catalogue.view().await?;
    let answers = state.catalogue.answers();
    let page = async { Ok(page::render(&view, &parameters).await?) };
    answers.get_or_render(view.serial(), &uri, &headers, CachePolicy::Catalogue, page).await
}
