//! Which runs may publish: those that run the repository's own code.

use registry_auth::Action;
use serde_json::json;

use super::{PATH, refused};
use crate::registry::Registry;
use crate::runner::Runner;
use crate::table::Table;

const INSTEAD: &str = "Log in from a workflow that runs on push, release or workflow_dispatch";

#[tokio::test]
async fn own_code_is_published() {
    let runner = Runner::new().await;
    let registry = Registry::with_logins(runner.logins(), &Table::new().await);
    for event in [
        "push",
        "release",
        "create",
        "workflow_dispatch",
        "repository_dispatch",
        "schedule",
        "deployment",
        "registry_package",
    ] {
        for reference in ["refs/heads/main", "refs/tags/v1.0.0"] {
            registry.granted(PATH, &runner.login(&json!({"event_name": event, "ref": reference}))).await;
        }
    }
}

#[tokio::test]
async fn proposals_are_not_published() {
    for event in
        ["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group"]
    {
        let message = refused(&json!({ "event_name": event })).await;
        let expected = format!(
            "a run that {event} begins may not publish: it runs for a proposal, which is not the repository's own code yet. \
             {INSTEAD}"
        );
        assert_eq!(message, expected);
    }
}

#[tokio::test]
async fn what_strangers_begin_is_not_published() {
    for event in ["workflow_run", "issue_comment", "issues", "fork", "watch", "discussion", "discussion_comment"] {
        let message = refused(&json!({ "event_name": event })).await;
        let expected = format!(
            "a run that {event} begins may not publish: strangers can begin such a run, or what it follows on. {INSTEAD}"
        );
        assert_eq!(message, expected);
    }
}

#[tokio::test]
async fn events_that_nobody_knows_are_refused() {
    for event in ["deployment_status", "delete", "Push", "dynamic", "a\u{1b}[31m"] {
        let message = refused(&json!({ "event_name": event })).await;
        let expected = format!(
            "a run that {} begins may not publish: it is not among the events that run a repository's own code. {INSTEAD}",
            event.replace('\u{1b}', "\u{fffd}")
        );
        assert_eq!(message, expected);
    }
}

#[tokio::test]
async fn only_branches_and_tags_are_published() {
    for reference in ["refs/pull/7/merge", "refs/pull/7/head", "refs/notes/x", "main", "refs/headsmain"] {
        let message = refused(&json!({"event_name": "workflow_dispatch", "ref": reference})).await;
        let expected = format!(
            "a run of {reference} may not publish: only branches and tags hold the repository's own code. {INSTEAD}"
        );
        assert_eq!(message, expected);
    }
}

/// The merge queue pushes what it tries to branches of its own, which begins runs of `push` too.
#[tokio::test]
async fn what_waits_to_be_merged_is_not_published() {
    let message = refused(&json!({"event_name": "push", "ref": "refs/heads/gh-readonly-queue/main/pr-7-abc"})).await;
    let expected = format!(
        "a run of refs/heads/gh-readonly-queue/main/pr-7-abc may not publish: only branches and tags hold the repository's \
         own code. {INSTEAD}"
    );
    assert_eq!(message, expected);
}

/// A run of a fork is one of the fork's owner.
#[tokio::test]
async fn a_fork_publishes_for_its_owner() {
    let runner = Runner::new().await;
    let registry = Registry::with_logins(runner.logins(), &Table::new().await);
    let fork = json!({"event_name": "push", "repository": "mallory/octo-repo", "repository_owner": "mallory",
        "repository_owner_id": "666", "sub": "repo:mallory/octo-repo:ref:refs/heads/main"});
    let claims = registry.granted(PATH, &runner.login(&fork)).await;
    assert_eq!(claims.patterns(Action::Publish), ["io.github.mallory/*"]);
}
