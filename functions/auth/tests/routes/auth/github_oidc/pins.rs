//! Owners decide which runs may publish in their namespace.

use axum::body::Body;
use http::Request;
use registry_auth::Action;
use serde_json::{Value, json};

use super::PATH;
use crate::github_server::{self, GitHubServer};
use crate::registry::Registry;
use crate::runner::Runner;
use crate::table::Table;

/// A registry in which the owner of `Octo-Org` has set these pins.
async fn pinned(runner: &Runner, pins: &Value) -> Registry {
    let github = GitHubServer::new().await;
    github.set_memberships(&[("Octo-Org", 65, "active", "admin")]);
    let logins = auth::Logins { github: github.logins().github, ..runner.logins() };
    let registry = Registry::with_logins(logins, &Table::new().await);
    let answer = registry.post("/v0/auth/github-at", github_server::login().to_string()).await.json();
    let request = Request::put("/v0.1/x/dev.berth/namespaces/io.github.octo-org/pins")
        .header("authorization", format!("Bearer {}", answer["registry_token"].as_str().unwrap()))
        .header("content-type", "application/json");
    let answer = registry.send(request.body(Body::from(json!({ "pins": pins }).to_string())).unwrap()).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    registry
}

#[tokio::test]
async fn a_run_that_is_pinned_publishes() {
    let runner = Runner::new().await;
    let pins = json!([{"repository": "octo-org/octo-repo", "workflow": "release.yml", "environment": "prod"}]);
    let registry = pinned(&runner, &pins).await;
    let claims = registry.granted(PATH, &runner.login(&json!({}))).await;
    assert_eq!(claims.patterns(Action::Publish), ["io.github.Octo-Org/*"]);
}

/// The workflow is the file in the repository that began the run, not one of another repository that it calls.
#[tokio::test]
async fn other_runs_do_not() {
    let runner = Runner::new().await;
    let pins = json!([{"repository": "octo-org/octo-repo", "workflow": "release.yml", "environment": "prod"}]);
    let registry = pinned(&runner, &pins).await;
    let workflow = |of: &str| format!("{of}@refs/heads/main");
    for (changes, this) in [
        (json!({"repository": "octo-org/other"}), "octo-org/other by an unknown workflow in \"prod\""),
        (
            json!({"workflow_ref": workflow("octo-org/octo-repo/.github/workflows/ci.yml")}),
            "Octo-Org/octo-repo by ci.yml in \"prod\"",
        ),
        (
            json!({"workflow_ref": null, "job_workflow_ref": workflow("evil/x/.github/workflows/release.yml")}),
            "Octo-Org/octo-repo by an unknown workflow in \"prod\"",
        ),
        (
            json!({"workflow_ref": "octo-org/octo-repo/.github/workflows/a/release.yml@x"}),
            "Octo-Org/octo-repo by an unknown workflow in \"prod\"",
        ),
        // Another file, whose name only begins like that.
        (
            json!({"workflow_ref": workflow("octo-org/octo-repo/.github/workflows/release.yml@evil.yml")}),
            "Octo-Org/octo-repo by an unknown workflow in \"prod\"",
        ),
        (json!({"environment": "staging"}), "Octo-Org/octo-repo by release.yml in \"staging\""),
        (json!({"environment": null}), "Octo-Org/octo-repo by release.yml"),
        (json!({"environment": ""}), "Octo-Org/octo-repo by release.yml"),
    ] {
        let message = registry.refused(PATH, &runner.login(&changes)).await;
        assert!(message.starts_with("io.github.Octo-Org is pinned to runs of "), "{message}");
        let end = format!("; this one is of {this}. An owner changes that with `berth owners pin io.github.Octo-Org`");
        assert!(message.ends_with(&end), "{message}");
    }
    // A workflow of the repository itself that the run names as the job's will do.
    let own =
        json!({"workflow_ref": null, "job_workflow_ref": workflow("octo-org/octo-repo/.github/workflows/release.yml")});
    registry.granted(PATH, &runner.login(&own)).await;
}
