//! The protocol again and again.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::MirrorError;
use crate::mirror::{Mirror, Report};

/// Time between two looks at the snapshot, whose files others mirror from.
const SNAPSHOT: Duration = Duration::from_secs(60);
/// Time between two times that `v0.1/servers` is written: all of it, however little changed.
const LIST: Duration = Duration::from_secs(30);
/// Most that is waited while the registry is away.
const LONGEST: Duration = Duration::from_secs(60);

/// What happens while following.
#[derive(Debug)]
pub enum FollowEvent<'a> {
    /// The mirror was brought up to date, the first time or with a snapshot.
    Updated(&'a Report),
    /// Changes came; the serial now.
    Changed(u64),
    /// Nothing was taken; it is tried again after this time.
    Failed(&'a MirrorError, Duration),
}

/// Follows the registry until `stop` resolves, asking every `interval`. Whatever goes wrong is tried again, after longer each
/// time; what is there stays.
///
/// # Errors
/// When the list cannot be written at the end.
pub async fn follow(
    mirror: &mut Mirror,
    interval: Duration,
    on_event: &(dyn Fn(FollowEvent<'_>) + Send + Sync),
    stop: impl Future<Output = ()>,
) -> Result<(), MirrorError> {
    let mut stop = std::pin::pin!(stop);
    tokio::select! {
        () = keep_following(mirror, interval, on_event) => {}
        () = &mut stop => {}
    }
    mirror.write_list().await
}

async fn keep_following(mirror: &mut Mirror, interval: Duration, on_event: &(dyn Fn(FollowEvent<'_>) + Send + Sync)) {
    let mut snapshot_at: Option<Instant> = None;
    let mut listed_at = Instant::now();
    let mut failures = 0;
    loop {
        let outcome = step(mirror, &mut snapshot_at, &mut listed_at, on_event).await;
        let wait = match outcome {
            Ok(()) => {
                failures = 0;
                interval
            }
            Err(error) => {
                // After anything wrong nothing is taken but from a snapshot that holds.
                snapshot_at = None;
                let wait = interval.max(Duration::from_millis(100)).saturating_mul(2_u32.saturating_pow(failures));
                let wait = wait.min(LONGEST.max(interval));
                failures = failures.saturating_add(1).min(16);
                on_event(FollowEvent::Failed(&error, wait));
                wait
            }
        };
        tokio::time::sleep(wait.mul_f64(fastrand::f64().mul_add(0.1, 0.95))).await;
    }
}

async fn step(
    mirror: &mut Mirror,
    snapshot_at: &mut Option<Instant>,
    listed_at: &mut Instant,
    on_event: &(dyn Fn(FollowEvent<'_>) + Send + Sync),
) -> Result<(), MirrorError> {
    let is_due = |at: Instant, every: Duration| at.elapsed() >= every;
    if snapshot_at.is_none_or(|at| is_due(at, SNAPSHOT)) {
        let report = mirror.update().await?;
        let is_first = snapshot_at.replace(Instant::now()).is_none();
        *listed_at = Instant::now();
        if is_first || report.changes > 0 {
            on_event(FollowEvent::Updated(&report));
        }
        return Ok(());
    }
    if mirror.poll().await? {
        on_event(FollowEvent::Changed(mirror.serial()));
    }
    if is_due(*listed_at, LIST) {
        mirror.write_list().await?;
        *listed_at = Instant::now();
    }
    Ok(())
}
