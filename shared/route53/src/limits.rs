//! Limits of what is asked of Route 53, in one place.

use std::time::Duration;

/// How long a change of a zone may take to reach all of Route 53's name servers. An API Gateway answers after 30 seconds at
/// the latest.
pub const SYNC_PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at a change of a zone.
pub const SYNC_PAUSE: Duration = Duration::from_millis(500);
/// How often a record set is read anew because somebody else changed it meanwhile.
pub const RECORD_ATTEMPTS: u32 = 5;
/// Seconds that a record is kept by resolvers that the registry adds where there was none.
pub const RECORD_TTL: i64 = 60;
