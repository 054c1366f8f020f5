//! What is malformed is told at once, and reaches nothing.

use http::HeaderMap;
use registry_auth::Action;
use serde_json::{Value, json};

use super::person::Person;
use super::world::{BASE, World};
use crate::registry::documented_paths;

/// Where something is wrong with a request, and what.
async fn wrong(person: &Person<'_>, method: &str, path: &str, body: Option<Value>) -> Vec<(String, String)> {
    let answer = person.send(method, path, body).await;
    let json = answer.json();
    assert_eq!((answer.status, &json["detail"]), (422, &json!("validation failed")), "{method} {path}: {json}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    json["errors"].as_array().unwrap().iter().map(|error| (text(&error["location"]), text(&error["message"]))).collect()
}

fn places(errors: &[(String, String)]) -> Vec<&str> {
    errors.iter().map(|(place, _)| place.as_str()).collect()
}

#[tokio::test]
async fn a_token_is_required_and_must_be_one_of_this_registry() {
    let world = World::new().await;
    for (method, path) in [
        ("GET", "/namespaces/io.github.alice"),
        ("POST", "/namespaces/io.github.alice/invitations/accept"),
        ("DELETE", "/namespaces/io.github.alice/invitations/github:bob"),
        ("DELETE", "/namespaces/io.github.alice/members/github:1"),
        ("POST", "/namespaces/io.github.alice/transfer/accept"),
        ("DELETE", "/namespaces/io.github.alice/transfer"),
        ("GET", "/invitations"),
        ("GET", "/audit"),
    ] {
        let answer = world.send(method, path, HeaderMap::new(), None).await;
        assert_eq!(answer.status, 422, "{method} {path}");
        assert_eq!(answer.json()["errors"][0]["location"], "header.Authorization");
        let headers = HeaderMap::from_iter([(http::header::AUTHORIZATION, "Bearer a.b.c".parse().unwrap())]);
        assert_eq!(world.send(method, path, headers, None).await.status, 401, "{method} {path}");
    }
    let answer = world.send("POST", "/namespaces/a/invitations", HeaderMap::new(), Some(&json!({"role": "x"}))).await;
    let places: Vec<_> =
        answer.json()["errors"].as_array().unwrap().iter().map(|error| error["location"].clone()).collect();
    assert_eq!(places, ["header.Authorization", "path.namespace", "body", "body.role"]);
}

#[tokio::test]
async fn names_that_are_none_are_refused() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    for name in [
        "a",
        ".a",
        "a%2Fb",
        "io.github.alice%0A",
        "io.github.al%C3%AFce",
        "io.github.alice%01",
        "io.github.alice%7F",
        "a%20b",
        "x%23y",
        "%E2%80%AEab",
    ] {
        let errors = wrong(&alice, "GET", &format!("/namespaces/{name}"), None).await;
        assert_eq!(places(&errors), ["path.namespace"], "{name}");
        assert!(errors[0].1.contains("is no namespace: expected labels such as com.example"), "{}", errors[0].1);
    }
    let long = "a".repeat(201);
    assert_eq!(places(&wrong(&alice, "GET", &format!("/namespaces/{long}"), None).await), ["path.namespace"]);
    let errors = wrong(&alice, "DELETE", "/namespaces/a/members/github:007", None).await;
    assert_eq!(places(&errors), ["path.namespace", "path.identity"]);
    let errors = wrong(&alice, "DELETE", "/namespaces/ab/invitations/github:a%0Ab", None).await;
    assert_eq!(places(&errors), ["path.to"]);
}

#[tokio::test]
async fn handles_and_roles_that_are_none_are_refused() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    let path = "/namespaces/io.github.alice/invitations";
    for to in [
        "bob",
        "anonymous",
        "github:",
        "github:a\nb",
        "github:a#MEMBER",
        "github:a/../b",
        "oidc:a b",
        "github:b\u{202e}",
        "domain:",
    ] {
        let errors = wrong(&alice, "POST", path, Some(json!({"to": to, "role": "owner"}))).await;
        assert_eq!(places(&errors), ["body.to"], "{to:?}");
        assert!(errors[0].1.starts_with("expected github: and a login name"), "{}", errors[0].1);
        let errors = wrong(&alice, "POST", "/namespaces/io.github.alice/transfer", Some(json!({"to": to}))).await;
        assert_eq!(places(&errors), ["body.to"], "{to:?}");
    }
    for (body, expected) in [
        (json!([]), &["body"] as &[&str]),
        (json!({}), &["body", "body"]),
        (json!({"to": 1, "role": "admin"}), &["body.to", "body.role"]),
        (json!({"to": null, "role": "Owner", "x": 1}), &["body.to", "body.role", "body.x"]),
    ] {
        assert_eq!(places(&wrong(&alice, "POST", path, Some(body.clone())).await), expected, "{body}");
    }
    let binding = "/namespaces/io.github.alice/binding";
    for body in [json!({"githubId": "1"}), json!({"githubId": -1}), json!({"githubId": 1.5}), json!({"githubId": null})]
    {
        assert_eq!(places(&wrong(&alice, "PUT", binding, Some(body.clone())).await), ["body.githubId"], "{body}");
    }
    assert_eq!(alice.send("POST", path, None).await.status, 400);
    assert!(world.told("io.github.alice").await.is_empty(), "what is malformed is nobody's wish");
}

/// Handles and identities end up in keys: none reaches another's item.
#[tokio::test]
async fn identities_with_separators_stay_in_their_place() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    for identity in ["oidc:corp:a#MEMBER#b", "oidc:corp:a/b", "oidc:corp:a%b", "oidc:corp:\"quoted\"", "oidc:x:HEAD"] {
        alice.invite("io.github.alice", identity, "publisher").await;
        let person = world.with_token(registry_auth::Login {
            method: registry_auth::AuthMethod::Oidc,
            subject: "line\nbreak\u{202e}".to_owned(),
            identity: Some(identity.parse().unwrap()),
            owns: Vec::new(),
            permissions: Vec::new(),
        });
        assert_eq!(person.accept("io.github.alice").await["identity"], identity);
        let escaped: String = identity.bytes().map(|byte| format!("%{byte:02X}")).collect();
        alice.done("DELETE", &format!("/namespaces/io.github.alice/members/{escaped}"), None).await;
    }
    assert_eq!(world.partition("NAMESPACE#io.github.alice").await, ["HEAD"]);
    let records = alice.done("GET", "/audit?namespace=io.github.alice&event=join", None).await;
    assert_eq!(records["records"].as_array().unwrap().len(), 5);
    assert_eq!(records["records"][0]["subject"], "line\nbreak\u{202e}");
}

#[tokio::test]
async fn every_route_is_documented() {
    let documented = documented_paths(auth::Logins::none()).await;
    let documented: Vec<_> = documented.iter().filter_map(|path| path.strip_prefix(BASE)).collect();
    for path in [
        "/namespaces/{namespace}",
        "/namespaces/{namespace}/invitations",
        "/namespaces/{namespace}/invitations/{to}",
        "/namespaces/{namespace}/invitations/accept",
        "/namespaces/{namespace}/members/{identity}",
        "/namespaces/{namespace}/transfer",
        "/namespaces/{namespace}/transfer/accept",
        "/namespaces/{namespace}/pins",
        "/namespaces/{namespace}/binding",
        "/invitations",
        "/audit",
    ] {
        assert!(documented.contains(&path), "{path}");
    }
}

#[tokio::test]
async fn tokens_grant_publishing_and_nothing_else() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.invite("io.github.alice", "github:bob", "owner").await;
    bob.accept("io.github.alice").await;
    let answer = world.log_in("bob:2").await;
    let claims = world.claims(&answer);
    assert!(claims.patterns(Action::Edit).is_empty() && !claims.is_administrator());
    // Ownership that the table has is not in the token: it ends when it is taken away.
    assert_eq!(claims.owns.iter().map(ToString::to_string).collect::<Vec<_>>(), ["io.github.bob"]);
}
