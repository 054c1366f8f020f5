//! Limits of the routes, in one place.

/// Largest body, in bytes.
pub const BODY_BYTES: usize = 4 * 1024;
/// Checks that an identity may ask for in an hour. `berth verify-domain` asks 25 times in its ten minutes.
pub const CHECKS_PER_HOUR: u32 = 120;
/// Claims that an identity may make and give up in an hour.
pub const CHANGES_PER_HOUR: u32 = 120;
/// Seconds after which a client may ask again whose change took too long.
pub const SYNC_RETRY_SECONDS: u32 = 30;
