//! Limits of the routes, in one place.

use std::time::Duration;

/// Largest body, in bytes.
pub const BODY_BYTES: usize = 4 * 1024;
/// Checks that an identity may ask for in an hour. `berth verify-domain` asks 25 times in its ten minutes.
pub const CHECKS_PER_HOUR: u32 = 120;
/// Claims that an identity may make and give up in an hour.
pub const CHANGES_PER_HOUR: u32 = 120;
/// How long a change of a zone may take to reach all of Route 53's name servers. An API Gateway answers after 30 seconds at
/// the latest.
pub const SYNC_PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at a change of a zone.
pub const SYNC_PAUSE: Duration = Duration::from_millis(500);
/// Seconds after which a client may ask again whose change took too long.
pub const SYNC_RETRY_SECONDS: u32 = 30;
/// How often a record set is read anew because somebody else changed it meanwhile.
pub const RECORD_ATTEMPTS: u32 = 5;
/// Seconds that a record is kept by resolvers that the registry adds where there was none.
pub const RECORD_TTL: i64 = 60;
