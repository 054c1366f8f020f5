//! `/servers`

mod cursors;
mod delete;
mod edit;
mod list;
mod search;
mod status;
mod version;
mod versions;

use berth_tests::{Registry, Version};
use registry::model::Status;

/// A few servers: several versions, a deprecated one, a deleted one, and one that is deleted whole.
pub(crate) async fn registry() -> Registry {
    Registry::with(&[
        Version::new("io.x/alpha", "1.1.0"),
        Version::new("io.x/alpha", "10.0.0").published("2026-01-03T00:00:00Z"),
        Version::new("io.x/alpha", "2.0.0").published("2026-01-02T00:00:00Z"),
        Version::new("io.x/beta", "1.0.0").status(Status::Deprecated),
        Version::new("io.x/beta", "0.9.0").status(Status::Deleted).updated("2026-02-01T00:00:00.000002Z"),
        Version::new("io.x/gone", "1.0.0").status(Status::Deleted),
        Version::new("io.x/Life", "2.0.0+b1").description("Plays a GAME of cells, 100% pure"),
    ])
    .await
}
