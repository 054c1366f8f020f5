//! What a token says about a run.

use registry::identity::{Identity, Namespace};
use registry_oidc::VerifiedToken;
use serde_json::Value;

use super::event;
use crate::namespaces::Run;

/// A run whose token is good, and that may publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunToken {
    /// Number of the account that the repository belongs to.
    pub(crate) owner_id: u64,
    /// Namespace of that account.
    pub(crate) namespace: Namespace,
    /// Repository, workflow and environment.
    pub(crate) run: Run,
}

/// Why a run may not publish, for whoever reads its log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RunError {
    #[error(
        "the identity token has no valid claim {claim}: it must be {expected}; send a token that GitHub Actions made for \
         this run"
    )]
    Claim { claim: &'static str, expected: &'static str },
    #[error(
        "a run that {event} begins may not publish: {objection}. Log in from a workflow that runs on push, release or \
         workflow_dispatch"
    )]
    Event { event: String, objection: &'static str },
    #[error(
        "a run of {0} may not publish: only branches and tags hold the repository's own code. Log in from a workflow that \
         runs on push, release or workflow_dispatch"
    )]
    Ref(String),
    #[error(
        "the identity token is of the repository {repository:?}, which is not one of {owner}: send it as GitHub gave it"
    )]
    Repository { repository: String, owner: String },
}

/// Where the merge queue puts what it tries: a proposal, whose branch begins runs like any other.
const MERGE_QUEUE: &str = "refs/heads/gh-readonly-queue/";

impl RunToken {
    /// Reads the claims of a token.
    pub(crate) fn read(token: &VerifiedToken) -> Result<Self, RunError> {
        let owner = text(token, "repository_owner", "the name of an account")?;
        let namespace = Namespace::github(owner).map_err(|_| RunError::Claim {
            claim: "repository_owner",
            expected: "a name of letters, digits and hyphens",
        })?;
        let owner_id = id(token.claims().get("repository_owner_id"))
            .ok_or(RunError::Claim { claim: "repository_owner_id", expected: "the number of an account" })?;
        let repository = text(token, "repository", "a repository such as acme/widget")?;
        if !repository.split_once('/').is_some_and(|(of, name)| of.eq_ignore_ascii_case(owner) && is_name(name)) {
            return Err(RunError::Repository { repository: shown(repository), owner: owner.to_owned() });
        }
        let event = text(token, "event_name", "the event that began the run")?;
        if let Some(objection) = event::objection(event) {
            return Err(RunError::Event { event: shown(event), objection });
        }
        let reference = text(token, "ref", "a branch or tag such as refs/heads/main")?;
        let is_own = ["refs/heads/", "refs/tags/"].iter().any(|kind| reference.starts_with(kind));
        if !is_own || reference.starts_with(MERGE_QUEUE) {
            return Err(RunError::Ref(shown(reference)));
        }
        let run = Run {
            repository: repository.to_owned(),
            workflow: workflow(token, repository),
            environment: token.text("environment").filter(|name| !name.is_empty()).map(str::to_owned),
        };
        Ok(Self { owner_id, namespace, run })
    }

    /// The stable name of the repository's owner.
    pub(crate) fn identity(&self) -> Identity {
        Identity::github(self.owner_id)
    }
}

fn text<'a>(token: &'a VerifiedToken, claim: &'static str, expected: &'static str) -> Result<&'a str, RunError> {
    token.text(claim).filter(|text| !text.is_empty()).ok_or(RunError::Claim { claim, expected })
}

/// GitHub writes numbers as texts.
fn id(value: Option<&Value>) -> Option<u64> {
    let id = match value? {
        Value::String(text) => text.parse().ok().filter(|id: &u64| id.to_string() == *text)?,
        other => other.as_u64()?,
    };
    (id > 0).then_some(id)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// File name of the workflow that began the run. A workflow of another repository, which it may call, is none that the owner
/// of this one could have pinned: only a file of the repository itself counts.
fn workflow(token: &VerifiedToken, repository: &str) -> Option<String> {
    let file = |claim| {
        // A file's name may have an `@`, and no slash.
        let (path, _) = token.text(claim)?.split_once("@refs/")?;
        let (of, file) = path.split_once("/.github/workflows/")?;
        (of.eq_ignore_ascii_case(repository) && is_name(file)).then(|| file.to_owned())
    };
    file("workflow_ref").or_else(|| file("job_workflow_ref"))
}

/// A claim's text, short.
fn shown(text: &str) -> String {
    text.chars().take(100).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
