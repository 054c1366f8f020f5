//! How long proofs count.

use registry::config::{ConfigError, number_from_env};
use registry::time::Timestamp;

use crate::claim::after_days;
use crate::limits::{DAYS_MAX, GRACE_DAYS, PROOF_DAYS};

/// Name of the variable that holds the days that a proof counts after it was last seen.
pub const PROOF_DAYS_VARIABLE: &str = "BERTH_DOMAIN_PROOF_DAYS";
/// Name of the variable that holds the days within which a record that is gone must be back.
pub const GRACE_DAYS_VARIABLE: &str = "BERTH_DOMAIN_GRACE_DAYS";

/// How long proofs count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Days that a proof counts after it was last seen.
    pub proof_days: u32,
    /// Days within which a record that is gone must be back.
    pub grace_days: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self { proof_days: PROOF_DAYS, grace_days: GRACE_DAYS }
    }
}

impl Terms {
    /// Reads [`PROOF_DAYS_VARIABLE`] and [`GRACE_DAYS_VARIABLE`].
    ///
    /// # Errors
    /// When one of them is no number of days.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            proof_days: number_from_env(PROOF_DAYS_VARIABLE, 1..=DAYS_MAX, PROOF_DAYS)?,
            grace_days: number_from_env(GRACE_DAYS_VARIABLE, 0..=DAYS_MAX, GRACE_DAYS)?,
        })
    }

    /// When a proof ends that is seen now.
    pub(crate) fn proof_end(self, now: Timestamp) -> Timestamp {
        after_days(now, self.proof_days)
    }

    /// When a proof ends that is gone now.
    pub(crate) fn grace_end(self, now: Timestamp) -> Timestamp {
        after_days(now, self.grace_days)
    }
}
