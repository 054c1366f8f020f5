//! Members, and who removes them.

use registry_auth::{AuthMethod, Login};
use serde_json::{Value, json};

use super::world::World;

const NAMESPACE: &str = "io.github.alice";

fn member(identity: &str) -> String {
    format!("/namespaces/{NAMESPACE}/members/{identity}")
}

#[tokio::test]
async fn whoever_is_removed_publishes_no_more_after_the_next_login() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.invite(NAMESPACE, "github:bob", "publisher").await;
    bob.accept(NAMESPACE).await;
    assert_eq!(world.publishes("bob:2").await, ["io.github.bob/*", "io.github.alice/*"]);
    assert_eq!(alice.done("DELETE", &member("github:2"), None).await, Value::Null);
    assert_eq!(world.publishes("bob:2").await, ["io.github.bob/*"]);
    assert_eq!(world.partition("NAMESPACE#io.github.alice").await, ["HEAD"]);
    assert_eq!(world.partition("IDENTITY#github:2").await, Vec::<String>::new());
    assert_eq!(bob.refused("GET", "/namespaces/io.github.alice", None).await.0, 403);
    let (status, message) = alice.refused("DELETE", &member("github:2"), None).await;
    assert_eq!(status, 404);
    assert!(message.starts_with("github:2 is no member of io.github.alice"), "{message}");
}

#[tokio::test]
async fn members_leave_by_themselves_and_remove_nobody_else() {
    let world = World::new().await;
    let (alice, bob, carol) =
        (world.person("alice:1").await, world.person("bob:2").await, world.person("carol:3").await);
    alice.invite(NAMESPACE, "github:bob", "publisher").await;
    alice.invite(NAMESPACE, "github:carol", "owner").await;
    bob.accept(NAMESPACE).await;
    carol.accept(NAMESPACE).await;
    assert_eq!(bob.refused("DELETE", &member("github:3"), None).await.0, 403);
    assert_eq!(world.administrator().refused("DELETE", &member("github:3"), None).await.0, 403);
    bob.done("DELETE", &member("github:2"), None).await;
    // The namespace is the account's still, so its last owner beside may go.
    carol.done("DELETE", &member("github:3"), None).await;
    alice.invite(NAMESPACE, "github:bob", "owner").await;
}

#[tokio::test]
async fn whoever_is_removed_leaves_nothing_behind_that_brings_them_back() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.invite(NAMESPACE, "github:bob", "owner").await;
    bob.accept(NAMESPACE).await;
    bob.invite(NAMESPACE, "github:mallory", "owner").await;
    bob.offer(NAMESPACE, "github:mallory").await;
    alice.done("DELETE", &member("github:2"), None).await;
    let mallory = world.person("mallory:4").await;
    for path in ["invitations/accept", "transfer/accept"] {
        assert_eq!(mallory.refused("POST", &format!("/namespaces/{NAMESPACE}/{path}"), None).await.0, 403, "{path}");
    }
    assert_eq!(world.publishes("mallory:4").await, ["io.github.mallory/*"]);
}

#[tokio::test]
async fn who_has_a_part_sees_a_namespace() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    let (status, message) = bob.refused("GET", "/namespaces/io.github.alice", None).await;
    assert_eq!(status, 403);
    assert!(message.contains("you have no part in io.github.alice: you are github:bob"), "{message}");
    // What nobody has used is not told from what is somebody else's.
    assert_eq!(bob.refused("GET", "/namespaces/com.example", None).await.0, 403);
    alice.invite(NAMESPACE, "github:bob", "publisher").await;
    assert_eq!(bob.refused("GET", "/namespaces/io.github.alice", None).await.0, 403);
    bob.accept(NAMESPACE).await;
    for person in [&alice, &bob, &world.administrator()] {
        assert_eq!(person.show(NAMESPACE).await["members"][0]["identity"], "github:2");
    }
    assert_eq!(world.administrator().show("com.example").await["members"], json!([]));
}

#[tokio::test]
async fn runs_and_nobodies_manage_nothing() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    alice.invite(NAMESPACE, "github:1000", "owner").await;
    let run = world.holder(&world.log_run_in(("alice", 1), "widget", None).await);
    // A token that says that a run owns something, which none does.
    let forged = world.with_token(Login {
        method: AuthMethod::GithubOidc,
        subject: "repo:alice/widget:ref:refs/heads/main".to_owned(),
        identity: Some("github:1".parse().unwrap()),
        owns: vec![NAMESPACE.parse().unwrap()],
        permissions: Vec::new(),
    });
    let nobody = world.with_token(Login {
        method: AuthMethod::None,
        subject: "anonymous".to_owned(),
        identity: Some("anonymous".parse().unwrap()),
        owns: vec![NAMESPACE.parse().unwrap()],
        permissions: Vec::new(),
    });
    let nameless = world.with_token(Login {
        method: AuthMethod::GithubAt,
        subject: "alice".to_owned(),
        identity: None,
        owns: vec![NAMESPACE.parse().unwrap()],
        permissions: Vec::new(),
    });
    let of = |path: &str| format!("/namespaces/{NAMESPACE}{path}");
    let requests = [
        ("GET", of(""), None),
        ("POST", of("/invitations"), Some(json!({"to": "github:2", "role": "owner"}))),
        ("DELETE", of("/invitations/github:1000"), None),
        ("POST", of("/invitations/accept"), None),
        ("DELETE", of("/members/github:1"), None),
        ("POST", of("/transfer"), Some(json!({"to": "github:2"}))),
        ("DELETE", of("/transfer"), None),
        ("POST", of("/transfer/accept"), None),
        ("PUT", of("/pins"), Some(json!({"pins": []}))),
        ("PUT", of("/binding"), Some(json!({"githubId": 1}))),
        ("GET", "/invitations".to_owned(), None),
    ];
    for (method, path, body) in &requests {
        for (person, reason) in [
            (&run, "a run of GitHub Actions may publish, and nothing else"),
            (&forged, "a run of GitHub Actions may publish, and nothing else"),
            (&nobody, "this token does not say who you are"),
            (&nameless, "this token does not say who you are"),
        ] {
            let (status, message) = person.refused(method, path, body.clone()).await;
            assert_eq!(status, 403, "{method} {path}");
            assert!(message.starts_with(reason), "{method} {path}: {message}");
        }
    }
    assert_eq!(world.told(NAMESPACE).await.iter().filter(|(_, outcome, _)| outcome == "refused").count(), 9 * 4);
    assert_eq!(run.refused("GET", "/audit?namespace=io.github.alice", None).await.0, 403);
    assert_eq!(forged.refused("GET", "/audit?namespace=io.github.alice", None).await.0, 403);
}

#[tokio::test]
async fn owners_are_bounded_so_that_a_transfer_fits_one_transaction() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    for number in 100..130 {
        alice.invite(NAMESPACE, &format!("github:{number}"), "owner").await;
        world.person(&format!("p{number}:{number}")).await.accept(NAMESPACE).await;
    }
    alice.invite(NAMESPACE, "github:130", "owner").await;
    let last = world.person("p130:130").await;
    let (status, message) = last.refused("POST", "/namespaces/io.github.alice/invitations/accept", None).await;
    assert_eq!(status, 409);
    assert!(message.contains("has 30 owners, and may not have more"), "{message}");
    for number in 0..49 {
        alice.invite(NAMESPACE, &format!("github:guest{number}"), "publisher").await;
    }
    alice.offer(NAMESPACE, "github:130").await;
    last.accept_transfer(NAMESPACE).await;
    assert_eq!(world.partition("NAMESPACE#io.github.alice").await, ["HEAD", "MEMBER#github:130"]);
    assert_eq!(world.publishes("p110:110").await, ["io.github.p110/*"]);
}

#[tokio::test]
async fn memberships_of_one_person_are_bounded() {
    let world = World::new().await;
    let organisations: Vec<String> = (0..51).map(|number| format!("org{number}:{}", 1000 + number)).collect();
    let alice = world.person(&format!("alice:1,{}", organisations.join(","))).await;
    let bob = world.person("bob:2").await;
    for number in 0..51 {
        alice.invite(&format!("io.github.org{number}"), "github:bob", "publisher").await;
    }
    for number in 0..50 {
        bob.accept(&format!("io.github.org{number}")).await;
    }
    let (status, message) = bob.refused("POST", "/namespaces/io.github.org50/invitations/accept", None).await;
    assert_eq!(status, 409);
    assert!(message.starts_with("you are a member of 50 namespaces"), "{message}");
    assert_eq!(world.publishes("bob:2").await.len(), 51);
}
