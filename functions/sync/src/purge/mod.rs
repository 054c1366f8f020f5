//! Telling the CDN what changes outdated: at least once each, in one call for all that a run finds.

mod plan;

use std::collections::BTreeSet;
use std::sync::Arc;

use registry::aws::Aws;
use registry::cache::Tag;
use registry::cdn::{CloudFront, Purge, PurgeError};
use registry::config::{ConfigError, PURGES_PER_MONTH, number_from_env};
use registry::limits;
use registry::store::{Counts, Reader, Serial, StoreError, Writer};
use registry::time::Timestamp;

use plan::Plan;
use xxhash_rust::xxh3::xxh3_64;

/// Under what tags are counted.
const COUNTED: &str = "tags purged";

/// A CDN, and how much may be purged from it.
#[derive(Clone, Debug)]
pub struct Purger {
    cdn: Arc<dyn Purge>,
    counts: Counts,
    per_month: u32,
}

/// What changed is not purged, or nobody knows that it is.
#[derive(Debug, thiserror::Error)]
pub enum NotPurged {
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The CDN failed.
    #[error(transparent)]
    Cdn(#[from] PurgeError),
}

impl Purger {
    /// Purges from `cdn`; for new versions, as long as `counts` has fewer than `per_month` tags.
    #[must_use]
    pub fn new(cdn: Arc<dyn Purge>, counts: Counts, per_month: u32) -> Self {
        Self { cdn, counts, per_month }
    }

    /// Purges from the distribution that the environment names, if it names one.
    ///
    /// # Errors
    /// Names the variable that is malformed.
    pub fn from_env(aws: &Aws, table: &str) -> Result<Option<Self>, ConfigError> {
        let most = number_from_env(PURGES_PER_MONTH, 0..=limits::PURGES_PER_MONTH_MAX, limits::PURGES_PER_MONTH)?;
        let cdn = CloudFront::from_env(aws)?;
        Ok(cdn.map(|cdn| Self::new(Arc::new(cdn), Counts::new(aws.dynamodb(), table), most)))
    }

    /// Purges what was outdated since the last time; how many tags that were.
    ///
    /// That it is done is noted when it is done: whoever fails in between does it again.
    ///
    /// # Errors
    /// When the table or the CDN fails. The next run does what is left.
    pub async fn run(&self, writer: &Writer) -> Result<usize, NotPurged> {
        let counter = writer.counter().await?;
        let done = match counter.purged {
            Some(serial) => serial,
            // What was published before there was a CDN to tell is not in it for long. From here on nothing is left out,
            // whatever becomes of this run.
            None => {
                writer.note_purged(counter.snapshot).await?;
                counter.snapshot
            }
        };
        if counter.serial <= done {
            return Ok(0);
        }
        let now = Timestamp::now();
        let (plan, first) = outdated(writer, done, counter.serial).await?;
        let room = match plan.has_new_versions() {
            true => self.per_month.saturating_sub(self.counts.of_month(COUNTED, now).await?),
            false => 0,
        };
        let tags = plan.tags(room);
        if !tags.is_empty() {
            self.cdn.purge(&tags, &reference(counter.serial, first, &tags)).await?;
            self.counts.add_to_month(COUNTED, u32::try_from(tags.len()).unwrap_or(u32::MAX), now).await?;
        }
        writer.note_purged(counter.serial).await?;
        tracing::info!(tags = tags.len(), serial = counter.serial.0, "purged");
        Ok(tags.len())
    }
}

/// What the changes behind `done` up to `upto` outdate, and when the first of them was committed.
async fn outdated(table: &Reader, done: Serial, upto: Serial) -> Result<(Plan, i64), StoreError> {
    let (mut plan, mut first, mut done) = (Plan::default(), None, done);
    while done < upto && !plan.is_everything() {
        let next = done.plus(limits::PURGE_CHANGES).min(upto);
        for change in table.changes(done, next).await? {
            first = first.or(Some(change.at.as_micros()));
            plan.add(&change);
        }
        done = next;
    }
    Ok((plan, first.unwrap_or_default()))
}

/// Names a purge, so that one that is sent twice is one. The time tells the histories of two tables apart that had the same
/// distribution, the hash two selections of the same changes: of another purge with the same name `CloudFront` takes none.
fn reference(serial: Serial, first: i64, tags: &BTreeSet<Tag>) -> String {
    let tags: Vec<String> = tags.iter().map(Tag::to_string).collect();
    format!("berth-{serial}-{first}-{:016x}", xxh3_64(tags.join(",").as_bytes()))
}
