//! `GET /x/dev.berth/snapshot`

use axum::extract::State;
use axum::response::Response;
use registry::cache::CachePolicy;
use registry::edge;
use registry::error::{ApiError, Problem};
use registry::snapshot::SnapshotDocument;

/// What there is to download, signed: the catalogue as single files, and files of what changed since.
#[utoipa::path(
    get,
    path = "/snapshot",
    tag = "mirrors",
    responses(
        (status = 200, body = SnapshotDocument, headers(("berth-serial" = u64, description = "the serial of the snapshot"))),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_snapshot(State(state): State<crate::State>) -> Result<Response, ApiError> {
    let view = state.catalogue.view().await?;
    let pointer = view.snapshot().pointer();
    let document = SnapshotDocument::from(pointer).json() + "\n";
    Ok(edge::at_serial(edge::json(document.into_bytes(), CachePolicy::Catalogue), pointer.serial))
}
