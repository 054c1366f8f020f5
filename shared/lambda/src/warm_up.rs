//! What a function reads before its first request.

use std::time::Duration;

use registry::catalogue::Catalogue;
use registry::limits;
use registry::telemetry::SeenSnapshot;

/// Opens connections and loads the snapshot, for the time before the first request: on Lambda that time has a whole
/// processor. A failure is logged and met again by the first request.
pub async fn warm_up(catalogue: &Catalogue) -> Option<SeenSnapshot> {
    let view = tokio::time::timeout(Duration::from_secs(limits::WARM_UP_SECONDS), catalogue.view()).await.ok()?;
    if let Err(error) = &view {
        tracing::warn!(error = registry::error_chain(error), "cannot load the catalogue before the first request");
    }
    view.ok().map(|view| SeenSnapshot::of(&view))
}
