//! Making a change: read, decide, commit on condition that nothing moved, and decide anew where something did.

mod lookalikes;
mod names;
mod publication;
mod refusal;
mod status;

pub(crate) use names::NameLocks;
pub(crate) use publication::Draft;
pub(crate) use refusal::Refusal;
pub(crate) use status::{StatusUpdate, read_server};

use registry::error::ApiError;
use registry::limits;
use registry::model::{ServerName, VersionState};
use registry::store::{CommitError, Head, ServerChange, pause};
use serde_json::json;

use crate::State;
use crate::caller::Caller;

/// Key of the block that this registry adds to `_meta` of an answer, beside the official one.
const OWN_META: &str = "dev.berth";

/// What is to be done after a look at the table.
pub(crate) enum Decision {
    /// Commit this change, with its record in the audit trail; its first version is answered.
    Commit {
        /// The change, without the record.
        change: ServerChange,
        /// What its publisher should know.
        warnings: Vec<String>,
    },
    /// Nothing: the version is as it is wanted.
    Done(Box<Outcome>),
}

/// One version after a change.
pub(crate) struct Outcome {
    pub(crate) state: VersionState,
    pub(crate) is_latest: bool,
    /// What whoever made the change should know. This answer alone has it.
    pub(crate) warnings: Vec<String>,
}

impl Outcome {
    /// The body of an answer.
    pub(crate) fn render(&self) -> Vec<u8> {
        let mut json = match self.warnings.as_slice() {
            [] => self.state.render(self.is_latest),
            warnings => {
                let mut state = self.state.clone();
                state.meta.insert(OWN_META.to_owned(), json!({ "warnings": warnings }));
                state.render(self.is_latest)
            }
        };
        json.push('\n');
        json.into_bytes()
    }
}

impl State {
    /// Decides and commits until the decision holds.
    ///
    /// # Errors
    /// What `decide` says, or 503 when the table fails or somebody else is always faster.
    pub(crate) async fn change<F, D>(&self, caller: &Caller, name: &ServerName, decide: F) -> Result<Outcome, ApiError>
    where
        F: Fn() -> D + Send,
        D: Future<Output = Result<Decision, ApiError>> + Send,
    {
        let _turn = self.names.turn(name).await;
        for attempt in 0..limits::DECISION_ATTEMPTS {
            let (mut change, warnings) = match decide().await? {
                Decision::Commit { change, warnings } => (change, warnings),
                Decision::Done(outcome) => return Ok(*outcome),
            };
            change.audit = self.trail.actions(&caller.done(&warnings)).map_err(ApiError::unavailable)?;
            if let Some(head) = self.commit(&change).await? {
                return outcome(change, &head, warnings);
            }
            pause(attempt).await;
        }
        Err(too_busy())
    }

    /// Commits one change. `None` when it must be decided anew.
    pub(crate) async fn commit(&self, change: &ServerChange) -> Result<Option<Head>, ApiError> {
        match self.table.commit_with_others(change.clone()).await {
            Ok(head) => Ok(Some(head)),
            // A URL that is taken is named by the next decision, with its holder.
            Err(CommitError::Raced(_) | CommitError::RemoteTaken { .. }) => Ok(None),
            Err(error) => Err(ApiError::unavailable(error)),
        }
    }
}

/// 503 for a server that everybody changes at once.
pub(crate) fn too_busy() -> ApiError {
    ApiError::unavailable(CommitError::Busy(limits::DECISION_ATTEMPTS))
}

fn outcome(change: ServerChange, head: &Head, warnings: Vec<String>) -> Result<Outcome, ApiError> {
    let version = change.versions.into_iter().next().ok_or_else(too_busy)?;
    Ok(Outcome { is_latest: version.version == head.latest, state: version.state, warnings })
}
