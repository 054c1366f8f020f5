//! Names that the operator denies.

use auth::{DeniedNames, Logins};
use registry::store::AuditOutcome;
use serde_json::json;

use crate::github_server::{GitHubServer, login};
use crate::registry::Registry;
use crate::runner::Runner;
use crate::table::Table;

const GITHUB: &str = "/v0/auth/github-at";

fn blocked(pattern: &str) -> String {
    format!(
        "your namespace is blocked: nobody may publish {pattern} here. Ask the operator of this registry if you think that this \
         is a mistake"
    )
}

#[tokio::test]
async fn whoever_has_a_denied_namespace_gets_no_token() {
    let github = GitHubServer::new().await;
    github.set_memberships(&[("Acme", 1, "active", "admin")]);
    for (denied, pattern) in
        [("io.github.octo-cat/*", "io.github.Octo-Cat/*"), ("x.y/* io.github.acme*", "io.github.Acme/*")]
    {
        let table = Table::new().await;
        let logins = Logins { denied: DeniedNames::parse(denied), ..github.logins() };
        let message = Registry::with_logins(logins, &table).refused(GITHUB, &login()).await;
        assert_eq!(message, blocked(pattern));
        let record = table.trail().await.remove(0);
        assert_eq!((record.outcome, record.identity.as_deref()), (AuditOutcome::Refused, Some("github:583231")));
    }
    let logins = Logins { denied: DeniedNames::parse("io.github.octo/* io.github.acm/*"), ..github.logins() };
    Registry::with_logins(logins, &Table::new().await).granted(GITHUB, &login()).await;
}

#[tokio::test]
async fn every_login_asks() {
    let runner = Runner::new().await;
    let logins = Logins { denied: DeniedNames::parse("io.*"), anonymous: true, ..runner.logins() };
    let registry = Registry::with_logins(logins, &Table::new().await);
    let message = registry.refused("/v0/auth/github-oidc", &runner.login(&json!({}))).await;
    assert_eq!(message, blocked("io.github.Octo-Org/*"));
    let message = registry.refused("/v0/auth/none", &json!({})).await;
    assert_eq!(message, blocked("io.modelcontextprotocol.anonymous/*"));
}
