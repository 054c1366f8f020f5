//! Namespaces of domains.

use registry_auth::{Action, AuthMethod};
use registry_domain::Method;
use serde_json::json;

use super::world::World;

#[tokio::test]
async fn the_holder_of_a_domain_owns_its_namespace_as_long_as_it_is_proved() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    let path = "/namespaces/com.example";
    assert_eq!(alice.refused("GET", path, None).await.0, 403);
    world.prove("github:1", "example.com", Method::Dns).await;
    assert_eq!(world.publishes("alice:1").await, ["io.github.alice/*", "com.example/*", "com.example.*"]);
    // Ownership is looked up: the token is from before.
    alice.invite("com.example", "github:bob", "publisher").await;
    world.person("bob:2").await.accept("com.example").await;
    assert_eq!(world.publishes("bob:2").await, ["io.github.bob/*", "com.example/*"]);
    assert_eq!(alice.show("com.example.api").await["namespace"], "com.example.api");
    for other in ["com.examples", "com.other", "com", "io.github.bob"] {
        assert_eq!(alice.refused("GET", &format!("/namespaces/{other}"), None).await.0, 403, "{other}");
    }
    world.release("github:1", "example.com").await;
    assert_eq!(world.publishes("alice:1").await, ["io.github.alice/*"]);
    assert_eq!(alice.refused("GET", path, None).await.0, 403);
}

#[tokio::test]
async fn a_file_proves_nothing_below() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    world.prove("github:1", "example.com", Method::Http).await;
    assert_eq!(world.publishes("alice:1").await, ["io.github.alice/*", "com.example/*"]);
    alice.show("com.example").await;
    assert_eq!(alice.refused("GET", "/namespaces/com.example.api", None).await.0, 403);
    let http = world.domain("other.com", "com.other", AuthMethod::Http);
    http.show("com.other").await;
    assert_eq!(http.refused("GET", "/namespaces/com.other.api", None).await.0, 403);
    let dns = world.domain("other.com", "com.other", AuthMethod::Dns);
    dns.show("COM.other.api").await;
}

#[tokio::test]
async fn a_domain_does_not_prove_a_namespace_that_was_handed_over() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    world.prove("github:1", "example.com", Method::Dns).await;
    alice.offer("com.example", "github:bob").await;
    bob.accept_transfer("com.example").await;
    assert_eq!(world.publishes("alice:1").await, ["io.github.alice/*"]);
    assert_eq!(world.publishes("bob:2").await, ["io.github.bob/*", "com.example/*"]);
    let key = world.domain("example.com", "com.example", AuthMethod::Dns);
    for person in [&alice, &key] {
        for namespace in ["com.example", "com.example.api"] {
            assert_eq!(person.refused("GET", &format!("/namespaces/{namespace}"), None).await.0, 403, "{namespace}");
        }
    }
}

/// A permission cannot say: all below but one.
#[tokio::test]
async fn a_namespace_that_was_handed_over_is_not_granted_from_above() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    world.prove("github:1", "example.com", Method::Dns).await;
    world.prove("github:3", "v1.api.example.com", Method::Dns).await;
    alice.offer("com.example.api", "github:bob").await;
    bob.accept_transfer("com.example.api").await;
    assert_eq!(world.publishes("bob:2").await, ["io.github.bob/*", "com.example.api/*"]);
    let answer = world.log_in("alice:1").await;
    let claims = world.claims(&answer);
    assert_eq!(claims.patterns(Action::Publish), ["io.github.alice/*", "com.example/*"]);
    assert!(!claims.allows(Action::Publish, "com.example.api/x"));
    let key = world.domain("example.com", "com.example", AuthMethod::Dns);
    for person in [&alice, &key] {
        person.show("com.example").await;
        for namespace in ["com.example.api", "com.example.api.v1", "com.example.web"] {
            assert_eq!(person.refused("GET", &format!("/namespaces/{namespace}"), None).await.0, 403, "{namespace}");
        }
    }
    // What lies below what was handed over was not.
    assert_eq!(world.publishes("carol:3").await, ["io.github.carol/*", "com.example.api.v1/*", "com.example.api.v1.*"]);
    bob.offer("com.example.api", "github:dave").await;
}

#[tokio::test]
async fn domains_prove_no_namespaces_of_accounts() {
    let world = World::new().await;
    world.person("alice:1").await;
    for (domain, namespace) in [("github.io", "io.github"), ("alice.github.io", "io.github.alice")] {
        let holder = world.domain(domain, namespace, AuthMethod::Dns);
        let (status, _) = holder
            .refused("POST", "/namespaces/io.github.bob/invitations", Some(json!({"to": "github:7", "role": "owner"})))
            .await;
        assert_eq!(status, 403, "{domain}");
    }
    let above = world.domain("github.io", "io.github", AuthMethod::Dns);
    assert_eq!(above.refused("GET", "/namespaces/io.github.alice", None).await.0, 403);
}

#[tokio::test]
async fn whoever_logs_in_as_a_domain_is_invited_by_its_name() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    let key = world.domain("example.com", "com.example", AuthMethod::Http);
    alice.invite("io.github.alice", "domain:Example.com", "publisher").await;
    let member = key.accept("io.github.alice").await;
    assert_eq!((&member["identity"], &member["name"]), (&json!("domain:example.com"), &json!("example.com")));
    alice.done("DELETE", "/namespaces/io.github.alice/members/domain:example.com", None).await;
}
