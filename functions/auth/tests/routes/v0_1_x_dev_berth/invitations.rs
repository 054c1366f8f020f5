//! Inviting, accepting, withdrawing.

use serde_json::{Value, json};

use super::world::World;

const NAMESPACE: &str = "io.github.alice";
const INVITATIONS: &str = "/namespaces/io.github.alice/invitations";
const ACCEPT: &str = "/namespaces/io.github.alice/invitations/accept";

#[tokio::test]
async fn whoever_accepts_an_invitation_publishes_after_the_next_login() {
    let world = World::new().await;
    let (alice, bob) = (world.person("Alice:1").await, world.person("Bob:2").await);
    let invitation = alice.invite(NAMESPACE, "github:BOB", "publisher").await;
    let expected = json!({"namespace": "io.github.Alice", "to": "github:bob", "role": "publisher",
        "invitedBy": "github:1", "invitedAt": invitation["invitedAt"], "expiresAt": invitation["expiresAt"]});
    assert_eq!(invitation, expected);
    let time = |field: &str| invitation[field].as_str().unwrap().parse::<registry::time::Timestamp>().unwrap();
    assert_eq!(time("expiresAt").as_micros() - time("invitedAt").as_micros(), 7 * 86_400_000_000);
    assert_eq!(bob.done("GET", "/invitations", None).await, json!({"invitations": [invitation]}));
    assert_eq!(alice.done("GET", "/invitations", None).await, json!({"invitations": []}));
    assert_eq!(world.publishes("Bob:2").await, ["io.github.Bob/*"]);
    let member = bob.accept(NAMESPACE).await;
    let expected = json!({"identity": "github:2", "name": "Bob", "role": "publisher", "since": member["since"],
        "addedBy": "github:1"});
    assert_eq!(member, expected);
    // As the namespace is written by its owner.
    assert_eq!(world.publishes("Bob:2").await, ["io.github.Bob/*", "io.github.Alice/*"]);
    assert_eq!(bob.done("GET", "/invitations", None).await, json!({"invitations": []}));
    let shown = bob.show(NAMESPACE).await;
    assert_eq!(
        shown,
        json!({"namespace": "io.github.Alice", "githubId": 1, "members": [member], "invitations": [], "pins": []})
    );
    assert_eq!(
        world.told(NAMESPACE).await,
        [("invite", "done", ""), ("join", "done", "as publisher, invited by github:1")]
            .map(|(event, outcome, detail)| (event.to_owned(), outcome.to_owned(), detail.to_owned()))
    );
}

#[tokio::test]
async fn only_owners_invite() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    let body = json!({"to": "github:3", "role": "publisher"});
    let (status, message) = bob.refused("POST", INVITATIONS, Some(body.clone())).await;
    assert_eq!(status, 403);
    assert!(message.starts_with("io.github.alice is not yours: you are github:bob, that is github:2."), "{message}");
    alice.invite(NAMESPACE, "github:bob", "publisher").await;
    bob.accept(NAMESPACE).await;
    assert_eq!(bob.refused("POST", INVITATIONS, Some(body.clone())).await.0, 403);
    assert_eq!(world.administrator().refused("POST", INVITATIONS, Some(body.clone())).await.0, 403);
    alice.invite(NAMESPACE, "github:bob", "owner").await;
    assert_eq!(bob.accept(NAMESPACE).await["role"], "owner");
    bob.done("POST", INVITATIONS, Some(body)).await;
    let told = world.told(NAMESPACE).await;
    assert_eq!(told.iter().filter(|(event, outcome, _)| event == "invite" && outcome == "refused").count(), 3);
}

#[tokio::test]
async fn only_the_invited_accept() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    alice.invite(NAMESPACE, "github:bob", "owner").await;
    alice.invite(NAMESPACE, "github:5", "publisher").await;
    // A login name can be a number; it is nobody's number then.
    for account in ["carol:3", "5:6", "alice:1"] {
        let (status, message) = world.person(account).await.refused("POST", ACCEPT, None).await;
        assert_eq!(status, 403, "{account}");
        assert!(message.contains("no invitation to io.github.alice is addressed to you"), "{message}");
    }
    let told = world.told(NAMESPACE).await;
    assert_eq!(told.iter().filter(|(event, outcome, _)| event == "join" && outcome == "refused").count(), 3);
    assert_eq!(world.person("other:5").await.accept(NAMESPACE).await["identity"], "github:5");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_is_accepted_once() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    for round in 10..20 {
        // Two accounts, of which one has had the name that the other has now.
        let name = format!("name{round}");
        let (one, two) =
            (world.person(&format!("{name}:{round}")).await, world.person(&format!("x{round}:{round}")).await);
        alice.invite(NAMESPACE, &format!("github:{name}"), "publisher").await;
        let again = world.person(&format!("{name}:{round}")).await;
        let (first, second) = tokio::join!(one.send("POST", ACCEPT, None), again.send("POST", ACCEPT, None));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(two.refused("POST", ACCEPT, None).await.0, 409);
    }
    let members = alice.show(NAMESPACE).await["members"].as_array().unwrap().len();
    assert_eq!(members, 10);
    let joined =
        world.told(NAMESPACE).await.iter().filter(|(event, outcome, _)| event == "join" && outcome == "done").count();
    assert_eq!(joined, 10);
}

#[tokio::test]
async fn invitations_end() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.invite(NAMESPACE, "github:bob", "publisher").await;
    world.backdate_invitation(NAMESPACE, "github:bob", 7).await;
    let (status, message) = bob.refused("POST", ACCEPT, None).await;
    assert_eq!(status, 404);
    assert!(message.starts_with("the invitation to io.github.alice ended at 20"), "{message}");
    assert_eq!(bob.done("GET", "/invitations", None).await, json!({"invitations": []}));
    assert_eq!(alice.show(NAMESPACE).await["invitations"], json!([]));
    assert_eq!(alice.refused("DELETE", &format!("{INVITATIONS}/github:bob"), None).await.0, 404);
    assert_eq!(world.publishes("bob:2").await, ["io.github.bob/*"]);
    alice.invite(NAMESPACE, "github:bob", "publisher").await;
    bob.accept(NAMESPACE).await;
}

#[tokio::test]
async fn invitations_are_withdrawn() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.invite(NAMESPACE, "github:bob", "publisher").await;
    let path = format!("{INVITATIONS}/github%3ABob");
    assert_eq!(bob.refused("DELETE", &path, None).await.0, 403);
    assert_eq!(alice.done("DELETE", &path, None).await, Value::Null);
    let (status, message) = alice.refused("DELETE", &path, None).await;
    assert_eq!(status, 404);
    assert!(message.starts_with("there is no open invitation of github:bob"), "{message}");
    assert_eq!(bob.refused("POST", ACCEPT, None).await.0, 403);
    assert_eq!(world.partition("HANDLE#github:bob").await, Vec::<String>::new());
}

#[tokio::test]
async fn nobody_is_invited_to_what_they_have() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.invite(NAMESPACE, "github:bob", "owner").await;
    bob.accept(NAMESPACE).await;
    for role in ["owner", "publisher"] {
        let (status, message) = alice.refused("POST", INVITATIONS, Some(json!({"to": "github:2", "role": role}))).await;
        assert_eq!(status, 409);
        assert!(message.starts_with("github:2 is owner of io.github.alice already"), "{message}");
    }
    // By a login name nobody knows who it is.
    alice.invite(NAMESPACE, "github:bob", "publisher").await;
    let (status, message) = bob.refused("POST", ACCEPT, None).await;
    assert_eq!(status, 409);
    assert!(message.starts_with("you are owner of io.github.alice already"), "{message}");
    assert_eq!(alice.show(NAMESPACE).await["members"][0]["role"], "owner");
}

#[tokio::test]
async fn open_invitations_are_bounded() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    for number in 0..50 {
        alice.invite(NAMESPACE, &format!("github:guest{number}"), "publisher").await;
    }
    let (status, message) =
        alice.refused("POST", INVITATIONS, Some(json!({"to": "github:one-more", "role": "publisher"}))).await;
    assert_eq!(status, 409);
    assert!(message.contains("has 50 open invitations, and may not have more: withdraw one first"), "{message}");
    // One that is there is only made anew, and one that is over does not count.
    alice.invite(NAMESPACE, "github:guest7", "owner").await;
    world.backdate_invitation(NAMESPACE, "github:guest8", 8).await;
    alice.invite(NAMESPACE, "github:one-more", "publisher").await;
}
