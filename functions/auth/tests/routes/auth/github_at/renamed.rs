//! Names of accounts change hands; their numbers do not.

use registry::store::AuditOutcome;
use registry_auth::Action;

use super::PATH;
use crate::github_server::{GitHubServer, login};
use crate::registry::Registry;
use crate::table::Table;

#[tokio::test]
async fn a_name_that_another_account_has_taken_is_refused() {
    let github = GitHubServer::new().await;
    let table = Table::new().await;
    let registry = Registry::with_logins(github.logins(), &table);
    registry.granted(PATH, &login()).await;
    for name in ["Octo-Cat", "octo-cat"] {
        github.set_user(name, 999);
        let expected = format!(
            "io.github.{name} belongs to GitHub account 583231, which had this name before; this account is 999. If the \
             namespace should be yours, ask the registry's administrator to rebind it"
        );
        assert_eq!(registry.refused(PATH, &login()).await, expected);
    }
    let record = table.trail().await.remove(1);
    assert_eq!((record.outcome, record.identity.as_deref()), (AuditOutcome::Refused, Some("github:999")));
    assert_eq!(record.namespace.as_deref(), Some("io.github.octo-cat"));
}

#[tokio::test]
async fn an_account_with_a_new_name_gets_the_new_namespace() {
    let github = GitHubServer::new().await;
    let registry = Registry::with_logins(github.logins(), &Table::new().await);
    let before = registry.granted(PATH, &login()).await;
    github.set_user("Hexacat", 583_231);
    let after = registry.granted(PATH, &login()).await;
    assert_eq!(before.sub, after.sub);
    assert_eq!(after.patterns(Action::Publish), ["io.github.Hexacat/*"]);
}

/// What remains is granted, and the trail says what is missing.
#[tokio::test]
async fn an_organisation_with_another_number_is_left_out() {
    let github = GitHubServer::new().await;
    let table = Table::new().await;
    let registry = Registry::with_logins(github.logins(), &table);
    github.set_memberships(&[("acme", 1, "active", "admin")]);
    registry.granted(PATH, &login()).await;
    github.set_memberships(&[("acme", 2, "active", "admin")]);
    let claims = registry.granted(PATH, &login()).await;
    assert_eq!(claims.patterns(Action::Publish), ["io.github.Octo-Cat/*"]);
    assert_eq!(claims.owns.len(), 1);
    let detail = table.trail().await.remove(1).detail.unwrap();
    assert!(detail.starts_with("io.github.acme belongs to GitHub account 1, which had this name before"), "{detail}");
}
