//! More tries, within a budget.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::error::{Again, Refusal};
use crate::limits;

/// How long to go on. A package registry may be busy, and shows a new version only some time after it was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Time for all packages of one publish, waits included.
    pub budget: Duration,
    /// Wait before the second try; each next wait is twice as long.
    pub first_delay: Duration,
    /// Longest wait that the package registry did not ask for.
    pub longest_delay: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { budget: limits::BUDGET, first_delay: limits::FIRST_DELAY, longest_delay: limits::LONGEST_DELAY }
    }
}

impl Retry {
    /// How long to wait after a number of tries; `None` when another try is pointless.
    fn delay(&self, tries: u32, again: Again) -> Option<Duration> {
        let backoff = self.first_delay.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)));
        let backoff = backoff.min(self.longest_delay).mul_f64(fastrand::f64().mul_add(0.5, 0.5));
        match again {
            Again::Never => None,
            Again::Soon => Some(backoff),
            Again::After(asked) => Some(asked.max(backoff)),
        }
    }
}

/// Tries until it goes well, cannot go well, or the time is up. Then the last reason that was found counts, and `timed_out`
/// if there was none.
pub(crate) async fn until<F>(
    deadline: Instant,
    retry: &Retry,
    host: &str,
    mut attempt: impl FnMut() -> F,
    timed_out: impl FnOnce() -> Refusal,
) -> Result<(), Refusal>
where
    F: Future<Output = Result<(), Refusal>>,
{
    let mut tries = 1;
    let mut last = None;
    loop {
        let refusal = match timeout_at(deadline, attempt()).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(refusal)) => refusal,
            Err(_) => return Err(last.unwrap_or_else(timed_out)),
        };
        let left = deadline.saturating_duration_since(Instant::now());
        let Some(delay) = retry.delay(tries, refusal.again).filter(|delay| *delay < left) else { return Err(refusal) };
        tracing::warn!(host, tries, delay_ms = delay.as_millis(), "asking a package registry again");
        sleep(delay).await;
        last = Some(refusal);
        tries += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const RETRY: Retry = Retry {
        budget: Duration::from_secs(20),
        first_delay: Duration::from_secs(1),
        longest_delay: Duration::from_secs(5),
    };

    #[test]
    fn waits_grow_and_are_as_long_as_asked() {
        let after = |tries, again| RETRY.delay(tries, again).unwrap().as_secs_f64();
        assert!((0.5..=1.0).contains(&after(1, Again::Soon)));
        assert!((2.0..=4.0).contains(&after(3, Again::Soon)));
        assert!((2.5..=5.0).contains(&after(u32::MAX, Again::Soon)));
        assert!((7.0..=7.0).contains(&after(1, Again::After(Duration::from_secs(7)))));
        assert!((0.5..=1.0).contains(&after(1, Again::After(Duration::ZERO))));
        assert_eq!(RETRY.delay(1, Again::Never), None);
    }

    /// Plays these outcomes, and then keeps silent.
    async fn run(budget: Duration, outcomes: &[Option<Refusal>]) -> (Result<(), Refusal>, usize) {
        let retry = Retry { budget, first_delay: Duration::from_millis(1), longest_delay: Duration::from_millis(2) };
        let tries = Cell::new(0);
        let attempt = || async {
            tries.set(tries.get() + 1);
            match outcomes.get(tries.get() - 1) {
                Some(Some(refusal)) => Err(refusal.clone()),
                Some(None) => Ok(()),
                None => std::future::pending().await,
            }
        };
        let timed_out = || Refusal::soon("timed out");
        let result = until(Instant::now() + budget, &retry, "h", attempt, timed_out).await;
        (result, tries.get())
    }

    const LONG: Duration = Duration::from_secs(600);
    const SHORT: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn tries_as_long_as_it_may_help() {
        let (busy, gone) = (Refusal::soon("busy"), Refusal::last("gone"));
        assert_eq!(run(LONG, &[None]).await, (Ok(()), 1));
        assert_eq!(run(LONG, &[Some(busy.clone()), Some(busy.clone()), None]).await, (Ok(()), 3));
        assert_eq!(run(LONG, &[Some(busy), Some(gone.clone()), None]).await, (Err(gone), 2));
    }

    #[tokio::test]
    async fn the_last_real_reason_is_kept() {
        let busy = |text: &str| Refusal::soon(text);
        assert_eq!(run(SHORT, &[]).await, (Err(busy("timed out")), 1));
        assert_eq!(run(SHORT, &[Some(busy("a")), Some(busy("b"))]).await.0, Err(busy("b")));
    }

    #[tokio::test]
    async fn a_wait_beyond_the_budget_is_not_waited_for() {
        let later = |seconds| Refusal { reason: "busy".to_owned(), again: Again::After(Duration::from_secs(seconds)) };
        assert_eq!(run(LONG, &[Some(later(3600)), None]).await, (Err(later(3600)), 1));
        assert_eq!(run(LONG, &[Some(later(0)), None]).await, (Ok(()), 2));
    }
}
