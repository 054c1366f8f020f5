//! `GET /v0.1/x/dev.berth/search`

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use registry::cache::CachePolicy;
use registry::error::{ApiError, Problem};

use crate::answer::{self, SearchAnswer};
use crate::parameters;

/// Searches the latest versions of all servers: ranked, with filters, and how many servers have which properties.
///
/// Words may be misspelt; the last one of `q` may be the beginning of a word, unless a space follows it. Servers have all
/// words, or as many of them as any server has. Filters take several values with commas between them, of which a server has one.
#[utoipa::path(
    get,
    path = "/search",
    tag = "berth",
    params(
        ("q" = Option<String>, Query, description = "what is looked for; all servers without it"),
        ("namespace" = Option<String>, Query, description = "what stands before the slash of a name"),
        ("package_type" = Option<String>, Query, description = "kind of a package, such as `npm`"),
        ("transport" = Option<String>, Query, description = "transport of a package or a remote, such as `stdio`"),
        ("runs" = Option<String>, Query, description = "`local` with a package, `remote` with a remote"),
        ("needs_secret" = Option<bool>, Query, description = "whether a package or a remote asks for a secret that it does not run without"),
        ("tag" = Option<String>, Query, description = "tag or keyword of the publisher's block"),
        ("category" = Option<String>, Query, description = "category of the publisher's block"),
        ("status" = Option<String>, Query, description = "`active`, `deprecated`, `deleted`; the first two unless given"),
        ("source" = Option<String>, Query, description = "source that brought the server, or `publisher`"),
        ("updated_since" = Option<String>, Query, description = "RFC 3339 time; only what changed after it"),
        ("updated_until" = Option<String>, Query, description = "RFC 3339 time; only what changed at it or before"),
        ("sort" = Option<String>, Query, description = "`relevance`, `name`, `updated` or `published`; what is equal in it by name"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 100, description = "servers of a page, 30 unless given"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before; it carries the query too"),
    ),
    responses(
        (status = 200, body = SearchAnswer),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn search(
    State(state): State<crate::State>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let query = parameters::parse(query.as_deref().unwrap_or_default())?;
    let view = state.catalogue.view().await?;
    let answers = state.catalogue.answers();
    let page = async { Ok(answer::render(&view, &query).await?) };
    answers.get_or_render(view.serial(), &uri, &headers, CachePolicy::Catalogue, page).await
}
