//! How often somebody may change something.

use registry::error::ApiError;
use registry::store::Limit;
use registry::time::Timestamp;

use crate::State;
use crate::caller::Caller;
use crate::limits::{DAY, HOUR, TIMES_PER_ADDRESS};

impl State {
    /// Counts a request that is about to be decided, once however often that is. Administrators are not counted.
    ///
    /// # Errors
    /// 429 that says which limit is reached, and until when.
    pub(crate) async fn count(&self, caller: &Caller, is_new_name: bool) -> Result<(), ApiError> {
        if caller.claims.is_administrator() {
            return Ok(());
        }
        let count = async || {
            let taken = self.counts.take(&self.limits_of(caller, is_new_name), Timestamp::now()).await;
            taken.map_err(ApiError::unavailable)?.map_err(|exceeded| ApiError::too_many(&exceeded))
        };
        caller.counted.get_or_try_init(count).await.copied()
    }

    fn limits_of(&self, caller: &Caller, is_new_name: bool) -> Vec<Limit> {
        let most = self.policy.publishes_per_hour;
        let hourly = |of: String, most| Limit { what: format!("publishes per hour {of}"), most, seconds: HOUR };
        let name = caller.name();
        let mut limits = vec![hourly(format!("by {name}"), most)];
        limits.extend(caller.namespace().map(|namespace| hourly(format!("in {}", namespace.key()), most)));
        limits.extend(
            caller.place().map(|place| hourly(format!("from {place}"), most.saturating_mul(TIMES_PER_ADDRESS))),
        );
        if is_new_name {
            let what = format!("new names per day by {name}");
            limits.push(Limit { what, most: self.policy.new_names_per_day, seconds: DAY });
        }
        limits
    }
}
