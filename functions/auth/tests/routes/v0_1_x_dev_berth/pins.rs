//! Which runs of GitHub Actions may publish.

use registry_auth::Action;
use registry_domain::Method;
use serde_json::{Value, json};

use super::world::World;

const PINS: &str = "/namespaces/io.github.alice/pins";

#[tokio::test]
async fn only_runs_that_match_a_pin_publish() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    let owner = ("alice", 1);
    assert_eq!(world.log_run_in(owner, "anything", None).await.status, 200);
    let pins = json!({"pins": [
        {"repository": "Alice/widget", "workflow": "release.yml", "environment": "production"},
        {"repository": "alice/gadget"},
    ]});
    assert_eq!(alice.done("PUT", PINS, Some(pins.clone())).await, pins);
    assert_eq!(alice.show("io.github.alice").await["pins"], pins["pins"]);
    for (repository, environment) in [("widget", Some("Production")), ("gadget", None), ("gadget", Some("any"))] {
        let answer = world.log_run_in(owner, repository, environment).await;
        let claims = world.claims(&answer);
        assert_eq!(claims.patterns(Action::Publish), ["io.github.alice/*"], "{repository}");
        assert!(claims.owns.is_empty());
    }
    for (repository, environment, of) in
        [("widget", None, ""), ("widget", Some("test"), " in \"test\""), ("other", None, "")]
    {
        let answer = world.log_run_in(owner, repository, environment).await;
        assert_eq!(answer.status, 401);
        let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
        let expected = format!(
            "io.github.alice is pinned to runs of Alice/widget by release.yml in \"production\", alice/gadget; this one is of \
             alice/{repository} by release.yml{of}. An owner changes that with `berth owners pin io.github.alice`"
        );
        assert_eq!(message, expected);
    }
    // People are no runs.
    assert_eq!(world.publishes("alice:1").await, ["io.github.alice/*"]);
    alice.done("PUT", PINS, Some(json!({"pins": []}))).await;
    assert_eq!(world.log_run_in(owner, "other", None).await.status, 200);
    assert_eq!(alice.show("io.github.alice").await["pins"], json!([]));
}

#[tokio::test]
async fn pins_hold_for_runs_of_members_too() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.invite("io.github.alice", "github:bob", "publisher").await;
    bob.accept("io.github.alice").await;
    let patterns = async |repository: &str| {
        let answer = world.log_run_in(("bob", 2), repository, None).await;
        world.claims(&answer).patterns(Action::Publish).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(patterns("x").await, ["io.github.bob/*", "io.github.alice/*"]);
    alice.done("PUT", PINS, Some(json!({"pins": [{"repository": "bob/x"}]}))).await;
    assert_eq!(patterns("x").await, ["io.github.bob/*", "io.github.alice/*"]);
    assert_eq!(patterns("y").await, ["io.github.bob/*"]);
}

/// A permission cannot say: all below but one.
#[tokio::test]
async fn pins_hold_for_runs_of_whoever_holds_the_domain_above() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    world.prove("github:1", "example.com", Method::Dns).await;
    let patterns = async |repository: &str| {
        let answer = world.log_run_in(("alice", 1), repository, None).await;
        world.claims(&answer).patterns(Action::Publish).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = ["io.github.alice/*", "com.example/*", "com.example.*"];
    let none_below = ["io.github.alice/*", "com.example/*"];
    assert_eq!(patterns("toy").await, all);
    let pin = async |namespace: &str, pins: Value| {
        alice.done("PUT", &format!("/namespaces/{namespace}/pins"), Some(json!({ "pins": pins }))).await
    };
    let api = json!([{"repository": "alice/api"}]);
    pin("com.example.v1.api", api.clone()).await;
    pin("com.example.web", api.clone()).await;
    // Once more is the same once.
    pin("com.example.web", api.clone()).await;
    assert_eq!(patterns("toy").await, none_below);
    assert_eq!(patterns("api").await, none_below, "the domain itself proves nothing that is pinned");
    // People are no runs.
    assert_eq!(world.publishes("alice:1").await, all);
    alice.show("com.example.v1.api").await;
    world.prove("github:1", "web.example.com", Method::Dns).await;
    assert_eq!(patterns("toy").await, none_below);
    let own: Vec<&str> = none_below.into_iter().chain(["com.example.web/*", "com.example.web.*"]).collect();
    assert_eq!(patterns("api").await, own);
    world.release("github:1", "web.example.com").await;
    pin("com.example.web", json!([])).await;
    assert_eq!(patterns("toy").await, none_below);
    pin("com.example.v1.api", json!([])).await;
    assert_eq!(patterns("toy").await, all);
}

#[tokio::test]
async fn only_owners_pin() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    let pins = json!({"pins": [{"repository": "bob/x"}]});
    assert_eq!(bob.refused("PUT", PINS, Some(pins.clone())).await.0, 403);
    assert_eq!(world.administrator().refused("PUT", PINS, Some(pins.clone())).await.0, 403);
    alice.done("PUT", PINS, Some(pins)).await;
    let told = world.told("io.github.alice").await;
    let told: Vec<_> = told.iter().map(|(event, outcome, _)| format!("{event} {outcome}")).collect();
    assert_eq!(told, ["pin refused", "pin refused", "pin done"]);
}

/// A run of somebody else who has the name now.
#[tokio::test]
async fn runs_are_of_accounts_and_not_of_names() {
    let world = World::new().await;
    world.person("alice:1").await;
    let answer = world.log_run_in(("alice", 2), "widget", None).await;
    assert_eq!(answer.status, 401);
    assert!(answer.json()["errors"][0]["message"].as_str().unwrap().contains("belongs to GitHub account 1"));
    let answer = world.log_run_in(("fresh", 5), "widget", None).await;
    assert_eq!(answer.status, 200);
    assert!(world.refusal("fresh:6").await.contains("belongs to GitHub account 5"));
}
