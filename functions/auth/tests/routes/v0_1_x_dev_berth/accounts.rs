//! Namespaces of GitHub accounts belong to numbers and not to names.

use serde_json::json;

use super::world::World;

#[tokio::test]
async fn whoever_takes_over_a_name_does_not_get_the_namespace() {
    let world = World::new().await;
    assert_eq!(world.publishes("alice:1").await, ["io.github.alice/*"]);
    let message = world.refusal("Alice:2").await;
    assert_eq!(
        message,
        "io.github.Alice belongs to GitHub account 1, which had this name before; this account is 2. If the namespace \
         should be yours, ask the registry's administrator to rebind it"
    );
    assert_eq!(world.publishes("alice:1").await, ["io.github.alice/*"]);
}

#[tokio::test]
async fn whoever_changes_their_name_gets_the_namespace_of_the_new_one() {
    let world = World::new().await;
    assert_eq!(world.publishes("alice:1").await, ["io.github.alice/*"]);
    assert_eq!(world.publishes("alicia:1").await, ["io.github.alicia/*"]);
    // The old name is kept for them, as they published there.
    assert!(world.refusal("alice:2").await.contains("belongs to GitHub account 1"));
    // Case is the account's own.
    assert_eq!(world.publishes("Alicia:1").await, ["io.github.Alicia/*"]);
}

#[tokio::test]
async fn organisations_are_bound_as_well() {
    let world = World::new().await;
    assert_eq!(world.publishes("alice:1,acme:9").await, ["io.github.alice/*", "io.github.acme/*"]);
    let answer = world.log_in("bob:2,acme:10").await;
    let claims = world.claims(&answer);
    assert_eq!(claims.patterns(registry_auth::Action::Publish), ["io.github.bob/*"]);
    assert_eq!(claims.owns.iter().map(ToString::to_string).collect::<Vec<_>>(), ["io.github.bob"]);
    assert_eq!(world.publishes("carol:3,acme:9").await, ["io.github.carol/*", "io.github.acme/*"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_are_the_first_at_once_one_is() {
    let world = World::new().await;
    for round in 0..10 {
        let logins = [format!("name{round}:1"), format!("name{round}:2")];
        let (one, two) = tokio::join!(world.log_in(&logins[0]), world.log_in(&logins[1]));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401]);
        let (first, second) = if one.status == 200 { (0, 1) } else { (1, 0) };
        assert_eq!(world.log_in(&logins[first]).await.status, 200);
        assert_eq!(world.log_in(&logins[second]).await.status, 401);
    }
}

#[tokio::test]
async fn administrators_rebind_a_namespace() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    alice.invite("io.github.alice", "github:bob", "publisher").await;
    bob.accept("io.github.alice").await;
    alice.invite("io.github.alice", "github:carol", "owner").await;
    let pins = json!({"pins": [{"repository": "alice/widget"}]});
    alice.done("PUT", "/namespaces/io.github.alice/pins", Some(pins)).await;
    let path = "/namespaces/io.github.alice/binding";
    for person in [&alice, &bob] {
        let (status, message) = person.refused("PUT", path, Some(json!({"githubId": 2}))).await;
        assert_eq!(status, 403);
        assert!(message.starts_with("only administrators of the registry bind a namespace"), "{message}");
    }
    let bound = world.administrator().done("PUT", path, Some(json!({"githubId": 7}))).await;
    assert_eq!(bound, json!({"namespace": "io.github.alice", "githubId": 7}));
    assert_eq!(world.publishes("alice:7").await, ["io.github.alice/*"]);
    assert!(world.refusal("alice:1").await.contains("belongs to GitHub account 7"));
    assert_eq!(world.publishes("bob:2").await, ["io.github.bob/*"]);
    // A token from before is good for nothing here.
    let (status, _) = alice.refused("GET", "/namespaces/io.github.alice", None).await;
    assert_eq!(status, 403);
    let (status, _) =
        world.person("carol:3").await.refused("POST", "/namespaces/io.github.alice/invitations/accept", None).await;
    assert_eq!(status, 403);
    let shown = world.person("alice:7").await.show("io.github.alice").await;
    assert_eq!(
        shown,
        json!({"namespace": "io.github.alice", "githubId": 7, "members": [], "invitations": [], "pins": []})
    );
    let told = world.told("io.github.alice").await;
    let rebinds: Vec<_> = told.iter().filter(|(event, ..)| event == "rebind").collect();
    assert_eq!(
        rebinds.iter().map(|(_, outcome, _)| outcome.as_str()).collect::<Vec<_>>(),
        ["refused", "refused", "done"]
    );
    assert_eq!(rebinds[2].2, "was bound to github:1; 1 members removed");
}

#[tokio::test]
async fn an_organisations_owner_from_before_a_rebind_owns_it_no_more() {
    let world = World::new().await;
    let alice = world.person("alice:1,acme:9").await;
    alice.show("io.github.acme").await;
    world.administrator().done("PUT", "/namespaces/io.github.acme/binding", Some(json!({"githubId": 10}))).await;
    let (status, _) = alice.refused("GET", "/namespaces/io.github.acme", None).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn only_namespaces_of_accounts_are_bound() {
    let world = World::new().await;
    let answer =
        world.administrator().refused("PUT", "/namespaces/com.example/binding", Some(json!({"githubId": 7}))).await;
    assert_eq!(answer.0, 409);
    assert!(answer.1.contains("com.example is no namespace of a GitHub account"), "{answer:?}");
}

#[tokio::test]
async fn a_namespace_with_many_members_is_rebound_in_parts() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    for number in 100..160 {
        alice.invite("io.github.alice", &format!("github:{number}"), "publisher").await;
        world.person(&format!("p{number}:{number}")).await.accept("io.github.alice").await;
    }
    for number in 0..50 {
        alice.invite("io.github.alice", &format!("github:guest{number}"), "publisher").await;
    }
    assert_eq!(alice.show("io.github.alice").await["members"].as_array().unwrap().len(), 60);
    world.administrator().done("PUT", "/namespaces/io.github.alice/binding", Some(json!({"githubId": 7}))).await;
    assert_eq!(world.partition("NAMESPACE#io.github.alice").await, ["HEAD"]);
    for number in [100, 131, 159] {
        assert_eq!(world.partition(&format!("IDENTITY#github:{number}")).await, Vec::<String>::new());
    }
    assert_eq!(world.partition("HANDLE#github:guest49").await, Vec::<String>::new());
}
