//! Which events run a repository's own code.
//!
//! A run may ask for a token if what it executes was pushed to the repository by somebody who may push to it. So those
//! events count that such a person, or a program with their rights, begins, and that run the code of a branch or tag:
//!
//! * `push`, `create`, `release`: somebody pushed, or made a branch, tag or release;
//! * `workflow_dispatch`, `repository_dispatch`: somebody with write access started the run;
//! * `schedule`: GitHub did, on the default branch;
//! * `deployment`: somebody with write access deployed a branch or tag (one of a bare commit, which may be a fork's, has no
//!   `ref` and is refused for that);
//! * `registry_package`: the repository published a package.
//!
//! Pull requests and the merge queue run code that is not the repository's yet. What follows on the others anybody can begin
//! who has an account: they run the repository's code, but on input of a stranger's, with which workflows are taken over.

/// Events after which a run may publish.
const OWN_CODE: [&str; 8] = [
    "push",
    "release",
    "create",
    "workflow_dispatch",
    "repository_dispatch",
    "schedule",
    "deployment",
    "registry_package",
];

/// Events that run code which is not the repository's yet.
const PROPOSALS: [&str; 5] =
    ["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group"];

/// Events that strangers begin, or that follow on one that may have been.
const STRANGERS: [&str; 9] = [
    "workflow_run",
    "issue_comment",
    "issues",
    "fork",
    "watch",
    "discussion",
    "discussion_comment",
    "check_run",
    "check_suite",
];

/// Why runs of an event may not publish, as the middle of a sentence; `None` if they may.
pub(super) fn objection(event: &str) -> Option<&'static str> {
    if OWN_CODE.contains(&event) {
        None
    } else if PROPOSALS.contains(&event) {
        Some("it runs for a proposal, which is not the repository's own code yet")
    } else if STRANGERS.contains(&event) {
        Some("strangers can begin such a run, or what it follows on")
    } else {
        Some("it is not among the events that run a repository's own code")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_allowed_that_is_not_named() {
        for event in OWN_CODE {
            assert_eq!(objection(event), None, "{event}");
        }
        for event in PROPOSALS.iter().chain(&STRANGERS).chain(&["", "Push", "push ", "deployment_status", "delete"]) {
            assert!(objection(event).is_some(), "{event}");
        }
    }
}
