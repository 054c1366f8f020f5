//! `GET /audit`

use registry::store::{AuditEvent, AuditOutcome, AuditRecord, Counts, Limit};
use registry::time::Timestamp;
use serde_json::{Value, json};

use super::person::Person;
use super::world::World;

const DAY: i64 = 86_400_000_000;

fn days_ago(days: i64) -> Timestamp {
    Timestamp::from_micros(Timestamp::now().as_micros() - days * DAY).unwrap()
}

async fn put(world: &World, days: i64, namespace: &str, event: AuditEvent, target: &str) -> AuditRecord {
    let record = AuditRecord::new(event, AuditOutcome::Done).about(&namespace.parse().unwrap()).to(target);
    let record = AuditRecord { at: days_ago(days), identity: Some("github:7".to_owned()), ..record };
    world.trail().append(&record).await.unwrap();
    record
}

/// Targets of the records of a page.
async fn targets(person: &Person<'_>, query: &str) -> Vec<String> {
    let page = person.done("GET", &format!("/audit?{query}"), None).await;
    let records = page["records"].as_array().unwrap();
    assert_eq!(page["metadata"]["count"], records.len());
    records.iter().map(|record| record["target"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn records_say_who_did_what_and_how() {
    let world = World::new().await;
    let alice = world.person("Alice:1").await;
    alice.invite("io.github.alice", "github:bob", "publisher").await;
    world.person("bob:2").await.refused("PUT", "/namespaces/io.github.alice/pins", Some(json!({"pins": []}))).await;
    let page = alice.done("GET", "/audit?namespace=IO.github.Alice", None).await;
    let records = page["records"].as_array().unwrap();
    assert_eq!(records.len(), 3);
    let [pin, invite, login] = [&records[0], &records[1], &records[2]];
    let expected = json!({"id": pin["id"], "at": pin["at"], "event": "pin", "outcome": "refused", "identity": "github:2",
        "method": "github-at", "subject": "bob", "tokenId": pin["tokenId"], "namespace": "io.github.alice", "target": "none",
        "detail": pin["detail"]});
    assert_eq!(pin, &expected);
    assert!(pin["detail"].as_str().unwrap().starts_with("io.github.Alice is not yours"), "{pin}");
    assert_eq!(
        (&invite["event"], &invite["outcome"], &invite["target"]),
        (&json!("invite"), &json!("done"), &json!("github:bob as publisher"))
    );
    assert_eq!(login["event"], "login");
    assert_eq!(invite["tokenId"], login["tokenId"]);
}

/// Whoever has a token, which may be anybody's, does not fill the trail of others.
#[tokio::test]
async fn refusals_are_recorded_up_to_a_limit() {
    let world = World::new().await;
    let alice = world.person("alice:1").await;
    let bob = world.person("bob:2").await;
    let (client, table) = world.table.client();
    let counts = Counts::new(client, table);
    let what = "refusals recorded per hour of github:2 from an unknown address".to_owned();
    // Of this hour and the next, should it begin meanwhile.
    let now = Timestamp::now();
    for now in [now, Timestamp::from_micros(now.as_micros() + 3_600_000_000).unwrap()] {
        for _ in 0..9 {
            let most = vec![Limit { what: what.clone(), most: 1000, seconds: 3600 }; 111];
            counts.take(&most, now).await.unwrap().unwrap();
        }
    }
    let pins = "/namespaces/io.github.alice/pins";
    let told = async || world.told("io.github.alice").await.len();
    for expected in [1, 1] {
        assert_eq!(bob.refused("PUT", pins, Some(json!({"pins": []}))).await.0, 403);
        assert_eq!(told().await, expected);
    }
    // What is done is recorded, and what others are refused.
    alice.done("PUT", pins, Some(json!({"pins": []}))).await;
    world.person("carol:3").await.refused("PUT", pins, Some(json!({"pins": []}))).await;
    assert_eq!(told().await, 3);
}

#[tokio::test]
async fn owners_read_what_is_theirs_and_administrators_all() {
    let world = World::new().await;
    let (alice, bob) = (world.person("alice:1").await, world.person("bob:2").await);
    put(&world, 0, "io.github.alice", AuditEvent::Publish, "one").await;
    put(&world, 0, "io.github.bob", AuditEvent::Publish, "two").await;
    assert_eq!(targets(&alice, "namespace=io.github.alice&event=publish").await, ["one"]);
    let (status, message) = bob.refused("GET", "/audit?namespace=io.github.alice", None).await;
    assert_eq!(status, 403);
    assert!(message.starts_with("io.github.alice is not yours"), "{message}");
    let (status, message) = alice.refused("GET", "/audit?identity=github:1", None).await;
    assert_eq!(status, 403);
    assert!(message.contains("name a namespace that you own"), "{message}");
    let administrator = world.administrator();
    assert_eq!(targets(&administrator, "event=publish").await, ["two", "one"]);
    assert_eq!(targets(&administrator, "namespace=io.github.bob&event=publish").await, ["two"]);
    // Publishers publish.
    alice.invite("io.github.alice", "github:bob", "publisher").await;
    bob.accept("io.github.alice").await;
    assert_eq!(bob.refused("GET", "/audit?namespace=io.github.alice", None).await.0, 403);
    alice.invite("io.github.alice", "github:bob", "owner").await;
    bob.accept("io.github.alice").await;
    assert_eq!(targets(&bob, "namespace=io.github.alice&event=publish").await, ["one"]);
    alice.done("DELETE", "/namespaces/io.github.alice/members/github:2", None).await;
    assert_eq!(bob.refused("GET", "/audit?namespace=io.github.alice", None).await.0, 403);
}

#[tokio::test]
async fn filters_hold_together() {
    let world = World::new().await;
    let administrator = world.administrator();
    for (days, event, target) in [
        (40, AuditEvent::Publish, "a"),
        (20, AuditEvent::Publish, "b"),
        (10, AuditEvent::Edit, "c"),
        (1, AuditEvent::Publish, "d"),
    ] {
        put(&world, days, "com.example", event, target).await;
    }
    let other = AuditRecord::new(AuditEvent::Publish, AuditOutcome::Refused).to("e");
    world.trail().append(&other).await.unwrap();
    assert_eq!(targets(&administrator, "").await, ["e", "d", "c", "b", "a"]);
    assert_eq!(targets(&administrator, "event=publish").await, ["e", "d", "b", "a"]);
    assert_eq!(targets(&administrator, "outcome=refused").await, ["e"]);
    assert_eq!(targets(&administrator, "identity=github:7&event=edit").await, ["c"]);
    assert_eq!(targets(&administrator, "identity=github:8").await, Vec::<String>::new());
    assert_eq!(targets(&administrator, &format!("since={}", days_ago(15))).await, ["e", "d", "c"]);
    assert_eq!(targets(&administrator, &format!("since={}&until={}", days_ago(30), days_ago(5))).await, ["c", "b"]);
    assert_eq!(targets(&administrator, &format!("namespace=com.example&until={}", days_ago(15))).await, ["b", "a"]);
    assert_eq!(targets(&administrator, "since=2030-01-01T00:00:00Z").await, Vec::<String>::new());
    assert_eq!(targets(&administrator, "until=2020-01-01T00:00:00Z").await, Vec::<String>::new());
}

#[tokio::test]
async fn since_holds_its_moment_and_until_does_not() {
    let world = World::new().await;
    let administrator = world.administrator();
    let at = put(&world, 3, "com.example", AuditEvent::Publish, "a").await.at;
    let next = Timestamp::from_micros(at.as_micros() + 1).unwrap();
    for namespace in ["", "&namespace=com.example"] {
        assert_eq!(targets(&administrator, &format!("since={at}&until={next}{namespace}")).await, ["a"]);
        assert_eq!(targets(&administrator, &format!("since={next}{namespace}")).await, Vec::<String>::new());
        assert_eq!(targets(&administrator, &format!("until={at}{namespace}")).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn pages_lead_through_months_without_gaps() {
    let world = World::new().await;
    let administrator = world.administrator();
    let mut expected = Vec::new();
    for number in 0..25 {
        put(&world, number * 13, "com.example", AuditEvent::Publish, &number.to_string()).await;
        expected.push(number.to_string());
    }
    for namespace in ["", "&namespace=com.example"] {
        for limit in [1, 4, 25, 100] {
            let mut all = Vec::new();
            let mut cursor = String::new();
            loop {
                let query = format!("limit={limit}{namespace}{cursor}");
                let page = administrator.done("GET", &format!("/audit?{query}"), None).await;
                let records = page["records"].as_array().unwrap();
                assert!(records.len() <= limit);
                all.extend(records.iter().map(|record| record["target"].as_str().unwrap().to_owned()));
                match page["metadata"].get("nextCursor").and_then(Value::as_str) {
                    Some(next) => cursor = format!("&cursor={}", next.replace('#', "%23")),
                    None => break,
                }
            }
            assert_eq!(all, expected, "{limit}{namespace}");
        }
    }
    // What is written while somebody reads is not on the pages that follow.
    let first = administrator.done("GET", "/audit?limit=10", None).await;
    put(&world, 0, "com.example", AuditEvent::Publish, "new").await;
    let cursor = first["metadata"]["nextCursor"].as_str().unwrap().replace('#', "%23");
    assert_eq!(targets(&administrator, &format!("limit=100&cursor={cursor}")).await, expected[10..]);
}

#[tokio::test]
async fn a_page_has_30_records_if_nothing_is_said() {
    let world = World::new().await;
    for _ in 0..31 {
        put(&world, 0, "com.example", AuditEvent::Publish, "x").await;
    }
    assert_eq!(targets(&world.administrator(), "").await.len(), 30);
}

#[tokio::test]
async fn parameters_that_are_none_are_told_at_once() {
    let world = World::new().await;
    let query = "namespace=a&identity=bob&event=deploy&outcome=ok&since=yesterday&until=2026-01-01&limit=0&cursor=x";
    let answer = world.administrator().send("GET", &format!("/audit?{query}"), None).await;
    let json = answer.json();
    assert_eq!((answer.status, &json["detail"]), (422, &json!("validation failed")));
    let places: Vec<_> = json["errors"].as_array().unwrap().iter().map(|error| error["location"].clone()).collect();
    assert_eq!(
        places,
        ["namespace", "identity", "event", "outcome", "since", "until", "cursor", "limit"]
            .map(|name| format!("query.{name}"))
    );
    for (limit, message) in [
        ("0", "expected number >= 1"),
        ("-1", "expected number >= 1"),
        ("101", "expected number <= 100"),
        ("x", "invalid integer"),
    ] {
        let (status, told) = world.administrator().refused("GET", &format!("/audit?limit={limit}"), None).await;
        assert_eq!((status, told.as_str()), (422, message));
    }
    for cursor in ["00000000000000000001%23", "$", "00000000000000000001%23000000000000000g", "AUDIT"] {
        assert_eq!(
            world.administrator().refused("GET", &format!("/audit?cursor={cursor}"), None).await.0,
            422,
            "{cursor}"
        );
    }
    // Before 422 nobody learns whether a namespace is somebody's.
    assert_eq!(
        world.person("bob:2").await.refused("GET", "/audit?namespace=io.github.alice&limit=x", None).await.0,
        422
    );
}
