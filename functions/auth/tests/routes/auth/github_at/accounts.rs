//! What somebody may publish with a token of GitHub.

use auth::Logins;
use registry::identity::{Identity, Namespace};
use registry::store::{AuditEvent, AuditOutcome};
use registry_auth::{Action, AuthMethod};
use serde_json::json;
use wiremock::ResponseTemplate;

use super::PATH;
use crate::github_server::{GitHubServer, ID, TOKEN, login};
use crate::registry::{Registry, documented_paths, publishable};
use crate::table::Table;

/// Case 65 of the official registry's behaviour.
#[tokio::test]
async fn only_organisations_that_one_owns_are_granted() {
    let github = GitHubServer::new().await;
    github.set_memberships(&[
        ("Acme", 1, "active", "admin"),
        ("member-org", 2, "active", "member"),
        ("pending-org", 3, "pending", "admin"),
        ("bill-org", 4, "active", "billing_manager"),
    ]);
    let table = Table::new().await;
    let registry = Registry::with_logins(github.logins(), &table);
    for path in [PATH, "/v0.1/auth/github-at"] {
        let claims = registry.granted(path, &login()).await;
        assert_eq!((claims.auth_method, claims.auth_method_sub.as_str()), (AuthMethod::GithubAt, "Octo-Cat"));
        assert_eq!(claims.sub, Some(Identity::github(ID)));
        assert_eq!(claims.patterns(Action::Publish), ["io.github.Octo-Cat/*", "io.github.Acme/*"]);
        assert!(claims.patterns(Action::Edit).is_empty() && !claims.is_administrator());
        assert_eq!(
            claims.owns.iter().map(Namespace::as_str).collect::<Vec<_>>(),
            ["io.github.Octo-Cat", "io.github.Acme"]
        );
        let names = ["io.github.Octo-Cat/x", "io.github.octo-cat/x", "io.github.Acme/x", "io.github.Acme-x/x"];
        assert_eq!(publishable(&claims, &names), ["io.github.Octo-Cat/x", "io.github.Acme/x"]);
    }
    let record = table.trail().await.remove(0);
    assert_eq!((record.event, record.outcome), (AuditEvent::Login, AuditOutcome::Done));
    assert_eq!(record.identity.as_deref(), Some("github:583231"));
    assert_eq!(record.method.as_deref(), Some("github-at"));
    assert_eq!(record.subject.as_deref(), Some("Octo-Cat"));
    assert_eq!(record.namespace.as_deref(), Some("io.github.octo-cat"));
    assert_eq!((record.detail, record.token_id.unwrap().len()), (None, 32));
}

#[tokio::test]
async fn github_is_asked_as_its_documentation_wants() {
    let github = GitHubServer::new().await;
    Registry::with_logins(github.logins(), &Table::new().await).granted(PATH, &login()).await;
    let page = "/api/v3/user/memberships/orgs?state=active&per_page=100&page=1";
    assert_eq!(github.asked().await, ["/api/v3/user", page]);
    for request in github.requests().await {
        assert_eq!(request.method.as_str(), "GET");
        assert_eq!(request.headers["authorization"], format!("Bearer {TOKEN}"));
        assert_eq!(request.headers["accept"], "application/vnd.github.v3+json");
        assert_eq!(request.headers["x-github-api-version"], "2022-11-28");
        assert!(request.headers["user-agent"].to_str().unwrap().starts_with("berth/"));
    }
}

#[tokio::test]
async fn a_token_that_may_not_see_organisations_is_for_the_account_alone() {
    let github = GitHubServer::new().await;
    github.answer_memberships(ResponseTemplate::new(403).insert_header("x-ratelimit-remaining", "4999"));
    let table = Table::new().await;
    let claims = Registry::with_logins(github.logins(), &table).granted(PATH, &login()).await;
    assert_eq!(claims.patterns(Action::Publish), ["io.github.Octo-Cat/*"]);
    let detail = "the token may not see organisations (403 at /user/memberships/orgs): a classic token needs the scope \
                  read:org, a fine-grained one Members: read";
    assert_eq!(table.trail().await[0].detail.as_deref(), Some(detail));
}

#[tokio::test]
async fn all_pages_are_read() {
    let github = GitHubServer::new().await;
    let names: Vec<String> = (0..250).map(|number| format!("org-{number}")).collect();
    let role = |number| if number % 100 == 0 { "admin" } else { "member" };
    let all: Vec<_> = (0..250).map(|at| (names[at].as_str(), at as u64 + 1, "active", role(at))).collect();
    github.set_memberships(&all);
    let registry = Registry::with_logins(github.logins(), &Table::new().await);
    let claims = registry.granted(PATH, &login()).await;
    let expected = ["io.github.Octo-Cat/*", "io.github.org-0/*", "io.github.org-100/*", "io.github.org-200/*"];
    assert_eq!(claims.patterns(Action::Publish), expected);
    assert_eq!(github.requests().await.len(), 4);

    // The last page may be full: there is one more question.
    github.set_memberships(&all[..200]);
    registry.granted(PATH, &login()).await;
    assert_eq!(github.requests().await.len(), 8);
}

#[tokio::test]
async fn an_organisation_on_two_pages_is_granted_once() {
    let github = GitHubServer::new().await;
    let same = ("acme", 1, "active", "admin");
    github.set_memberships(&[same; 101]);
    let registry = Registry::with_logins(github.logins(), &Table::new().await);
    let claims = registry.granted(PATH, &login()).await;
    assert_eq!(claims.patterns(Action::Publish), ["io.github.Octo-Cat/*", "io.github.acme/*"]);
}

#[tokio::test]
async fn it_is_there_where_github_is() {
    let registry = Registry::with_logins(Logins::none(), &Table::new().await);
    let answer = registry.post(PATH, login().to_string()).await;
    assert_eq!(
        (answer.status, answer.json()["detail"].clone()),
        (404, json!("Endpoint not found. See /docs for the API documentation."))
    );
    let path = &"/v0.1/auth/github-at".to_owned();
    assert!(!documented_paths(Logins::none()).await.contains(path));
    assert!(documented_paths(GitHubServer::new().await.logins()).await.contains(path));
}
