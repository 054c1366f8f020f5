//! What a run may publish: what is the owner's of its repository.

use registry::identity::Identity;
use registry::store::{AuditEvent, AuditOutcome};
use registry_auth::{Action, AuthMethod};
use serde_json::json;

use super::{PATH, refused};
use crate::registry::Registry;
use crate::runner::Runner;
use crate::table::Table;

const CLAIM: &str = "send a token that GitHub Actions made for this run";

#[tokio::test]
async fn a_run_publishes_for_the_owner_of_its_repository() {
    let runner = Runner::new().await;
    let table = Table::new().await;
    let registry = Registry::with_logins(runner.logins(), &table);
    for path in [PATH, "/v0.1/auth/github-oidc"] {
        let claims = registry.granted(path, &runner.login(&json!({}))).await;
        assert_eq!(claims.auth_method, AuthMethod::GithubOidc);
        assert_eq!(claims.auth_method_sub, "repo:Octo-Org/octo-repo:environment:prod");
        assert_eq!(claims.sub, Some(Identity::github(65)));
        assert_eq!(claims.patterns(Action::Publish), ["io.github.Octo-Org/*"]);
        assert!(claims.patterns(Action::Edit).is_empty());
        // Whoever may push to a repository does not own the account.
        assert!(claims.owns.is_empty());
    }
    let record = table.trail().await.remove(0);
    assert_eq!((record.event, record.outcome), (AuditEvent::Login, AuditOutcome::Done));
    assert_eq!(record.namespace.as_deref(), Some("io.github.octo-org"));
    assert_eq!(record.identity.as_deref(), Some("github:65"));
}

#[tokio::test]
async fn claims_that_say_whose_it_is_have_to_be_there() {
    for (claim, values, expected) in [
        ("repository_owner", vec![json!(null), json!(""), json!(7)], "the name of an account"),
        (
            "repository_owner",
            vec![json!("a.b"), json!("a/b"), json!("é"), json!("*")],
            "a name of letters, digits and hyphens",
        ),
        (
            "repository_owner_id",
            vec![json!(null), json!("octo"), json!("0"), json!("065"), json!("-1"), json!(6.5)],
            "the number of an account",
        ),
        ("repository", vec![json!(null), json!("")], "a repository such as acme/widget"),
        ("event_name", vec![json!(null), json!("")], "the event that began the run"),
        ("ref", vec![json!(null), json!("")], "a branch or tag such as refs/heads/main"),
    ] {
        for value in values {
            let message = refused(&json!({ claim: value })).await;
            assert_eq!(
                message,
                format!("the identity token has no valid claim {claim}: it must be {expected}; {CLAIM}"),
                "{value}"
            );
        }
    }
    for repository in
        ["octo-org", "other/octo-repo", "octo-org/", "octo-org/a/b", "octo-org/a b", "octo-organisation/x"]
    {
        let message = refused(&json!({ "repository": repository })).await;
        let expected = format!(
            "the identity token is of the repository {repository:?}, which is not one of Octo-Org: send it as GitHub gave it"
        );
        assert_eq!(message, expected);
    }
}

#[tokio::test]
async fn numbers_may_be_numbers_and_case_does_not_count() {
    let runner = Runner::new().await;
    let registry = Registry::with_logins(runner.logins(), &Table::new().await);
    let changes = json!({"repository_owner_id": 65, "repository": "octo-org/octo-repo"});
    assert_eq!(registry.granted(PATH, &runner.login(&changes)).await.sub, Some(Identity::github(65)));
}

#[tokio::test]
async fn an_owner_with_the_name_of_another_is_refused() {
    let runner = Runner::new().await;
    let registry = Registry::with_logins(runner.logins(), &Table::new().await);
    registry.granted(PATH, &runner.login(&json!({}))).await;
    let message = registry.refused(PATH, &runner.login(&json!({"repository_owner_id": "66"}))).await;
    let expected = "io.github.Octo-Org belongs to GitHub account 65, which had this name before; this account is 66. If the \
                    namespace should be yours, ask the registry's administrator to rebind it";
    assert_eq!(message, expected);
    let renamed = json!({"repository_owner": "Hexa-Org", "repository": "Hexa-Org/octo-repo"});
    let claims = registry.granted(PATH, &runner.login(&renamed)).await;
    assert_eq!(claims.patterns(Action::Publish), ["io.github.Hexa-Org/*"]);
}
