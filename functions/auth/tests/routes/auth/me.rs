//! `GET /auth/me`

use auth::Logins;
use axum::body::Body;
use http::Request;
use registry::identity::Identity;
use registry::limits::AUDIT_DAYS;
use registry::store::{AuditEvent, AuditLog, AuditOutcome, AuditRecord};
use registry::time::Timestamp;
use registry_auth::{Action, AuthMethod, Issuer, Lifetime, Login, Pattern, Permission};
use registry_domain::{ClaimableDomain, Domain, Domains, Terms};
use serde_json::{Value, json};

use crate::registry::{Answer, Registry, SEED};
use crate::table::Table;

const NAMESPACES: &str = "/v0.1/x/dev.berth/namespaces";

fn login(method: AuthMethod, subject: &str, identity: Option<Identity>) -> Login {
    Login { method, subject: subject.to_owned(), identity, owns: Vec::new(), permissions: Vec::new() }
}

/// An account of GitHub with its own namespace.
fn account(login_name: &str, id: u64) -> Login {
    let namespace = format!("io.github.{login_name}");
    let permissions = vec![Permission { action: Action::Publish, resource: Pattern::namespace(&namespace) }];
    let owns = vec![namespace.parse().unwrap()];
    Login { owns, permissions, ..login(AuthMethod::GithubAt, login_name, Some(Identity::github(id))) }
}

fn token(login: Login, now: Timestamp) -> String {
    let issuer = Issuer::new(SEED.parse().unwrap(), Lifetime::default());
    issuer.issue(login, now).unwrap().token.registry_token
}

async fn send(registry: &Registry, method: &str, path: &str, token: &str, body: &Value) -> Answer {
    let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    registry.send(request.body(body).unwrap()).await
}

async fn me(registry: &Registry, token: &str) -> Value {
    let answer = send(registry, "GET", "/auth/me", token, &Value::Null).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["content-type"], "application/json");
    assert!(!answer.headers.contains_key("etag"));
    answer.json()
}

#[tokio::test]
async fn it_says_what_the_token_says() {
    let registry = Registry::alone(false).await;
    let now: Timestamp = Timestamp::from_micros(Timestamp::now().as_micros() / 1_000_000 * 1_000_000).unwrap();
    let mut answer = me(&registry, &token(account("octocat", 583_231), now)).await;
    assert_eq!(answer["tokenId"].as_str().unwrap().len(), 32);
    answer.as_object_mut().unwrap().remove("tokenId");
    let end = Timestamp::from_micros(now.as_micros() + 300_000_000).unwrap().to_string();
    let expected = json!({
        "identity": "github:583231", "method": "github-at", "subject": "octocat", "expiresAt": end,
        "permissions": [{"action": "publish", "resource": "io.github.octocat/*"}], "owns": ["io.github.octocat"],
        "administrator": false, "domains": [], "memberships": [], "invitations": [],
    });
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn it_tells_administrators_and_the_nameless_apart() {
    let registry = Registry::alone(false).await;
    let all = |action| Permission { action, resource: Pattern::new("*") };
    for (permissions, is_administrator) in [
        (vec![all(Action::Edit)], true),
        (vec![all(Action::Publish)], false),
        (vec![Permission { action: Action::Edit, resource: Pattern::new("com.*") }], false),
    ] {
        let login = Login { permissions, ..login(AuthMethod::Oidc, "alice", Some("oidc:corp:alice".parse().unwrap())) };
        let answer = me(&registry, &token(login, Timestamp::now())).await;
        assert_eq!(answer["administrator"], is_administrator);
    }
    // A token from before there were identities.
    let answer = me(&registry, &token(login(AuthMethod::Dns, "example.com", None), Timestamp::now())).await;
    assert_eq!((answer.get("identity"), &answer["subject"]), (None, &json!("example.com")));
}

#[tokio::test]
async fn it_tells_what_the_table_has_now() {
    let table = Table::new().await;
    let registry = Registry::with_logins(Logins::none(), &table);
    let now = Timestamp::now();
    let (owner, invited) = (token(account("acme", 9001), now), token(account("octocat", 583_231), now));
    let invite = json!({"to": "github:OctoCat", "role": "publisher"});
    let path = format!("{NAMESPACES}/io.github.acme/invitations");
    let answer = send(&registry, "POST", &path, &owner, &invite).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let answer = me(&registry, &invited).await;
    let invitation = &answer["invitations"][0];
    assert_eq!((&invitation["namespace"], &invitation["to"]), (&json!("io.github.acme"), &json!("github:octocat")));
    assert_eq!((&invitation["invitedBy"], &answer["memberships"]), (&json!("github:9001"), &json!([])));
    assert_eq!(me(&registry, &owner).await["invitations"], json!([]));

    assert_eq!(send(&registry, "POST", &format!("{path}/accept"), &invited, &Value::Null).await.status, 200);
    let answer = me(&registry, &invited).await;
    let membership = &answer["memberships"][0];
    assert_eq!((&membership["namespace"], &membership["role"]), (&json!("io.github.acme"), &json!("publisher")));
    assert!(membership["since"].as_str().unwrap().parse::<Timestamp>().unwrap() >= now);
    assert_eq!(answer["invitations"], json!([]));
    // What was granted since the token was made is not in it.
    assert_eq!(answer["owns"], json!(["io.github.octocat"]));

    let member = format!("{NAMESPACES}/io.github.acme/members/github:583231");
    assert_eq!(send(&registry, "DELETE", &member, &owner, &Value::Null).await.status, 204);
    assert_eq!(me(&registry, &invited).await["memberships"], json!([]));
}

#[tokio::test]
async fn it_tells_which_domains_are_claimed() {
    let table = Table::new().await;
    let registry = Registry::with_logins(Logins::none(), &table);
    let (client, name) = table.client();
    let domains = Domains::new(client.clone(), name, AuditLog::new(client, name, AUDIT_DAYS), Terms::default());
    let domain = ClaimableDomain::try_from("example.com".parse::<Domain>().unwrap()).unwrap();
    let record = AuditRecord::new(AuditEvent::DomainClaim, AuditOutcome::Done);
    let claim = domains.claim(&Identity::github(583_231), &domain, record, Timestamp::now()).await.unwrap();
    let answer = me(&registry, &token(account("octocat", 583_231), Timestamp::now())).await;
    let claims = answer["domains"].as_array().unwrap();
    assert_eq!(
        (claims.len(), &claims[0]["domain"], &claims[0]["status"]),
        (1, &json!("example.com"), &json!("pending"))
    );
    assert_eq!(claims[0]["record"]["value"], json!(claim.value()));
    // The token that proves a domain is shown to nobody else.
    let answer = me(&registry, &token(account("other", 7), Timestamp::now())).await;
    assert_eq!(answer["domains"], json!([]));
}

#[tokio::test]
async fn it_wants_a_token() {
    let registry = Registry::alone(false).await;
    let answer = registry.get("/auth/me").await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["errors"][0]["location"], "header.Authorization");
    let hour_ago = Timestamp::from_micros(Timestamp::now().as_micros() - 3_600_000_000).unwrap();
    for (token, reason) in [
        ("x".to_owned(), "token is malformed: token contains an invalid number of segments"),
        (token(account("octocat", 1), hour_ago), "token has invalid claims: token is expired"),
    ] {
        let answer = send(&registry, "GET", "/auth/me", &token, &Value::Null).await;
        assert_eq!(answer.status, 401);
        assert!(answer.json().to_string().contains(reason), "{:?}", answer.body);
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn without_a_table_it_says_so() {
    let registry = Registry::with_logins(Logins::none(), &Table::at("http://127.0.0.1:9"));
    let token = token(account("octocat", 583_231), Timestamp::now());
    assert_eq!(send(&registry, "GET", "/auth/me", &token, &Value::Null).await.status, 503);
}
