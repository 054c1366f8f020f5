//! Handing a namespace over.

use registry_auth::AuthMethod;
use serde_json::{Value, json};

use super::world::World;

const NAMESPACE: &str = "io.github.alice";
const TRANSFER: &str = "/namespaces/io.github.alice/transfer";
const ACCEPT: &str = "/namespaces/io.github.alice/transfer/accept";

#[tokio::test]
async fn a_namespace_belongs_to_the_receiver_alone_once_both_sides_said_so() {
    let world = World::new().await;
    let (alice, bob, carol) =
        (world.person("alice:1").await, world.person("bob:2").await, world.person("carol:3").await);
    alice.invite(NAMESPACE, "github:carol", "owner").await;
    carol.accept(NAMESPACE).await;
    alice.invite(NAMESPACE, "github:dave", "publisher").await;
    world.person("dave:4").await.accept(NAMESPACE).await;
    alice.invite(NAMESPACE, "github:eve", "owner").await;
    let offer = alice.offer(NAMESPACE, "github:Bob").await;
    let expected = json!({"to": "github:bob", "from": "github:1", "offeredAt": offer["offeredAt"], "expiresAt": offer["expiresAt"]});
    assert_eq!(offer, expected);
    assert_eq!(alice.show(NAMESPACE).await["transfer"], offer);
    // Nothing changes before it is accepted.
    assert_eq!(world.publishes("alice:1").await, ["io.github.alice/*"]);
    assert_eq!(world.publishes("bob:2").await, ["io.github.bob/*"]);
    let member = bob.accept_transfer(NAMESPACE).await;
    assert_eq!(
        (&member["identity"], &member["role"], &member["addedBy"]),
        (&json!("github:2"), &json!("owner"), &json!("github:1"))
    );
    assert_eq!(world.publishes("bob:2").await, ["io.github.bob/*", "io.github.alice/*"]);
    // Not the one whose login proves it, not the owner whom they made, and not who was invited; publishers stay.
    assert!(world.refusal("alice:1").await.starts_with("io.github.alice was handed over to somebody else"));
    assert_eq!(world.publishes("carol:3").await, ["io.github.carol/*"]);
    assert_eq!(world.publishes("dave:4").await, ["io.github.dave/*", "io.github.alice/*"]);
    let eve = world.person("eve:5").await;
    assert_eq!(eve.refused("POST", "/namespaces/io.github.alice/invitations/accept", None).await.0, 403);
    // Tokens from before do not own it either.
    for person in [&alice, &carol] {
        assert_eq!(person.refused("GET", "/namespaces/io.github.alice", None).await.0, 403);
        assert_eq!(person.refused("POST", TRANSFER, Some(json!({"to": "github:alice"}))).await.0, 403);
    }
    // Nor do runs of the former owner's workflows.
    assert_eq!(world.log_run_in(("alice", 1), "widget", None).await.status, 401);
    assert_eq!(bob.show(NAMESPACE).await.get("transfer"), None);
    assert_eq!(bob.refused("POST", ACCEPT, None).await, (404, "io.github.alice is offered to nobody: its owners can offer it with `berth owners transfer io.github.alice`".to_owned()));
}

#[tokio::test]
async fn a_namespace_is_handed_on_and_back() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1,other:7").await, world.person("bob:2").await);
    alice.offer(NAMESPACE, "github:2").await;
    bob.accept_transfer(NAMESPACE).await;
    let carol = world.person("carol:3").await;
    bob.offer(NAMESPACE, "github:carol").await;
    carol.accept_transfer(NAMESPACE).await;
    assert_eq!(world.publishes("bob:2").await, ["io.github.bob/*"]);
    assert_eq!(world.publishes("carol:3").await, ["io.github.carol/*", "io.github.alice/*"]);
    carol.offer(NAMESPACE, "github:alice").await;
    alice.accept_transfer(NAMESPACE).await;
    assert_eq!(world.publishes("carol:3").await, ["io.github.carol/*"]);
    assert_eq!(world.publishes("alice:1").await, ["io.github.alice/*"]);
    world.administrator().done("PUT", "/namespaces/io.github.alice/binding", Some(json!({"githubId": 1}))).await;
    assert_eq!(world.publishes("alice:1").await, ["io.github.alice/*"]);
}

/// Permissions are written in one case: whoever decides on it decides who may publish.
#[tokio::test]
async fn a_former_owner_does_not_change_how_it_is_written() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.offer(NAMESPACE, "github:bob").await;
    bob.accept_transfer(NAMESPACE).await;
    // The account keeps its number when it is renamed.
    assert!(world.refusal("Alice:1").await.contains("was handed over"));
    assert_eq!(world.publishes("bob:2").await, ["io.github.bob/*", "io.github.alice/*"]);
    assert_eq!(bob.show(NAMESPACE).await["namespace"], NAMESPACE);
}

#[tokio::test]
async fn the_last_owner_of_a_namespace_that_was_handed_over_stays() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.offer(NAMESPACE, "github:bob").await;
    bob.accept_transfer(NAMESPACE).await;
    let (status, message) = bob.refused("DELETE", "/namespaces/io.github.alice/members/github:2", None).await;
    assert_eq!(status, 409);
    assert!(message.starts_with("github:2 is the last owner of io.github.alice"), "{message}");
    bob.invite(NAMESPACE, "github:carol", "owner").await;
    let carol = world.person("carol:3").await;
    carol.accept(NAMESPACE).await;
    bob.done("DELETE", "/namespaces/io.github.alice/members/github:2", None).await;
    assert_eq!(carol.refused("DELETE", "/namespaces/io.github.alice/members/github:3", None).await.0, 409);
}

#[tokio::test]
async fn a_namespace_is_offered_to_one_at_a_time() {
    let world = World::new().await;
    let (alice, bob, carol) =
        (world.person("alice:1").await, world.person("bob:2").await, world.person("carol:3").await);
    alice.offer(NAMESPACE, "github:bob").await;
    alice.offer(NAMESPACE, "github:bob").await;
    let (status, message) = alice.refused("POST", TRANSFER, Some(json!({"to": "github:carol"}))).await;
    assert_eq!(status, 409);
    assert!(message.starts_with("io.github.alice is offered to github:bob until 20"), "{message}");
    for person in [&carol, &alice] {
        let (status, message) = person.refused("POST", ACCEPT, None).await;
        assert_eq!(status, 403);
        assert!(message.starts_with("io.github.alice is not offered to you"), "{message}");
    }
    assert_eq!(bob.refused("DELETE", TRANSFER, None).await.0, 403);
    assert_eq!(alice.done("DELETE", TRANSFER, None).await, Value::Null);
    assert_eq!(alice.refused("DELETE", TRANSFER, None).await.0, 404);
    assert_eq!(bob.refused("POST", ACCEPT, None).await.0, 403);
    alice.offer(NAMESPACE, "github:carol").await;
    carol.accept_transfer(NAMESPACE).await;
    let told: Vec<_> =
        world.told(NAMESPACE).await.into_iter().map(|(event, outcome, _)| format!("{event} {outcome}")).collect();
    assert_eq!(
        told,
        [
            "transfer-offer done",
            "transfer-offer done",
            "transfer-offer refused",
            "transfer refused",
            "transfer refused",
            "transfer-offer refused",
            "transfer-offer done",
            "transfer-offer refused",
            "transfer refused",
            "transfer-offer done",
            "transfer done"
        ]
    );
}

#[tokio::test]
async fn offers_end() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.offer(NAMESPACE, "github:bob").await;
    world.backdate_offer(NAMESPACE, 7).await;
    let (status, message) = bob.refused("POST", ACCEPT, None).await;
    assert_eq!(status, 404);
    assert!(message.starts_with("the offer of io.github.alice ended at 20"), "{message}");
    assert_eq!(alice.show(NAMESPACE).await.get("transfer"), None);
    assert_eq!(alice.refused("DELETE", TRANSFER, None).await.0, 404);
    alice.offer(NAMESPACE, "github:carol").await;
}

#[tokio::test]
async fn only_owners_offer_and_not_to_themselves() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.invite(NAMESPACE, "github:bob", "publisher").await;
    bob.accept(NAMESPACE).await;
    for person in [&bob, &world.administrator()] {
        assert_eq!(person.refused("POST", TRANSFER, Some(json!({"to": "github:3"}))).await.0, 403);
    }
    for to in ["github:Alice", "github:1"] {
        assert_eq!(alice.refused("POST", TRANSFER, Some(json!({"to": to}))).await.0, 409);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_is_accepted_once() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.offer(NAMESPACE, "github:bob").await;
    let again = world.person("bob:2").await;
    let (one, two, three) = tokio::join!(
        bob.send("POST", ACCEPT, None),
        again.send("POST", ACCEPT, None),
        alice.send("DELETE", TRANSFER, None)
    );
    let accepted = [&one, &two].iter().filter(|answer| answer.status == 200).count();
    // Either it was withdrawn in time or accepted by one.
    assert_eq!(accepted, usize::from(three.status != 204), "{} {} {}", one.status, two.status, three.status);
    let owners = world.administrator().show(NAMESPACE).await["members"].as_array().unwrap().len();
    assert_eq!(owners, accepted);
}

#[tokio::test]
async fn the_namespaces_of_deep_domains_are_not_handed_over() {
    let world = World::new().await;
    let deep = format!("com.{}", ["a"; 12].join("."));
    let owner = world.domain("a.com", &deep, AuthMethod::Http);
    let answer =
        owner.refused("POST", &format!("/namespaces/{deep}/transfer"), Some(json!({"to": "github:bob"}))).await;
    assert_eq!(answer.0, 409);
    assert!(answer.1.contains("has more than 12 labels"), "{answer:?}");
}
