//! `GET /servers`. Cases 1 to 16, but for wrong parameters.

use registry::time::Timestamp;
use serde_json::{Value, json};

use super::session::{Session, listed, name};
use crate::document;

const OFFICIAL: &str = "/_meta/io.modelcontextprotocol.registry~1official";

pub(super) async fn nothing(session: &mut Session) {
    for path in ["/v0/servers", "/v0.1/servers", "/servers"] {
        let body = session.get(&format!("{path}?search=nothing-has-this")).await.ok();
        let reply = session.get(&format!("{path}?search=nothing-has-this&version=latest")).await;
        reply.expect(body == json!({"servers": [], "metadata": {"count": 0}}), "an empty list").ok();
    }
}

/// Cases 2 and 3.
pub(super) async fn pages(session: &mut Session) {
    for number in 1..=5 {
        session.publish(&format!("pages-{number}"), "1.0.0").await;
    }
    let all = ["pages-1 1.0.0", "pages-2 1.0.0", "pages-3 1.0.0", "pages-4 1.0.0", "pages-5 1.0.0"];
    let first = session.get("/v0.1/servers?search=anonymous/pages-&limit=2").await.lists(&all[..2]);
    let second = session.get(&after(&first)).await.lists(&all[2..4]);
    let third = session.get(&after(&second)).await;
    let is_end = third.body().pointer("/metadata/nextCursor").is_none();
    third.expect(is_end, "no cursor").lists(&all[4..]);
    // A page that is exactly full has a cursor, and the page behind it is empty.
    let full = session.get("/v0.1/servers?search=anonymous/pages-&limit=5").await.lists(&all);
    session.get(&after(&full)).await.lists(&[]);
    // A cursor carries the query; a client may repeat it.
    session.get(&format!("{}&search=anonymous/pages-&limit=1", after(&first))).await.lists(&all[2..3]);
}

/// Case 6.
pub(super) async fn order(session: &mut Session) {
    for version in ["2.0.0", "1.1.0", "10.0.0"] {
        session.publish("order", version).await;
    }
    let expected = ["order 1.1.0", "order 10.0.0", "order 2.0.0"];
    session.get("/v0/servers?search=anonymous/order").await.lists(&expected);
}

/// Case 10.
pub(super) async fn versions(session: &mut Session) {
    for version in ["1.0.0", "2.0.0+b1"] {
        session.publish("chosen", version).await;
    }
    for (query, expected) in [
        ("version=latest", &["chosen 2.0.0+b1"][..]),
        ("version=1.0.0", &["chosen 1.0.0"]),
        ("version=2.0.0%2Bb1", &["chosen 2.0.0+b1"]),
        ("version=9.9.9", &[]),
        ("version=", &["chosen 1.0.0", "chosen 2.0.0+b1"]),
        ("limit=1&limit=2", &["chosen 1.0.0"]),
        ("unknown=1", &["chosen 1.0.0", "chosen 2.0.0+b1"]),
    ] {
        session.get(&format!("/v0.1/servers?search=anonymous/chosen&{query}")).await.lists(expected);
    }
}

/// Case 7, and cursors of our own that are not whole.
pub(super) async fn cursors(session: &mut Session) {
    session.publish("cursors", "1.0.0").await;
    session.get("/v0.1/servers?cursor=zzz").await.lists(&[]);
    session.get("/v0.1/servers?cursor=:&search=anonymous/cursors").await.lists(&["cursors 1.0.0"]);
    session.get(&format!("/v0.1/servers?cursor={}:1.0.0&search=anonymous/cursors", name("cursors"))).await.lists(&[]);
    for broken in ["%7Eforged", "%7E"] {
        let reply = session.get(&format!("/v0.1/servers?cursor={broken}")).await;
        reply.invalid(422, &["query.cursor"]);
    }
}

/// Cases 8 and 9; Berth finds descriptions too.
pub(super) async fn search(session: &mut Session) {
    let mut document = document(&name("search-life"), "1.0.0");
    document["description"] = json!("Tells a kingfisher from a hoopoe");
    session.call("POST", "/v0.1/publish", &document).await.ok();
    for (text, expected) in [
        ("SEARCH-LIFE", &["search-life 1.0.0"][..]),
        ("s/search-l", &["search-life 1.0.0"]),
        ("s%2Fsearch-l", &["search-life 1.0.0"]),
        ("KINGFISHER", &["search-life 1.0.0"]),
        ("from%20a%20hoopoe", &["search-life 1.0.0"]),
        ("search%25life", &[]),
        ("search_life", &[]),
        ("search+life", &[]),
    ] {
        session.get(&format!("/v0/servers?search={text}")).await.lists(expected);
    }
    let long = format!("/v0/servers?search={}", "x".repeat(513));
    session.get(&long).await.invalid(422, &["query.search"]);
}

/// Case 11.
pub(super) async fn since(session: &mut Session) {
    let published = session.publish("since", "1.0.0").await;
    let at = published.pointer(&format!("{OFFICIAL}/updatedAt")).and_then(Value::as_str).unwrap_or_default();
    let at: Timestamp = at.parse().expect("a time");
    let before = Timestamp::from_micros(at.as_micros() - 1).expect("a time");
    for (time, expected) in [(at, &[][..]), (before, &["since 1.0.0"])] {
        session.get(&format!("/v0/servers?search=anonymous/since&updated_since={time}")).await.lists(expected);
    }
}

/// Case 13.
pub(super) async fn deleted(session: &mut Session) {
    for version in ["1.0.0", "2.0.0"] {
        session.publish("deleted", version).await;
    }
    session.set_status("deleted", "2.0.0", &json!({"status": "deleted"})).await.ok();
    let (both, one) = (&["deleted 1.0.0", "deleted 2.0.0"][..], &["deleted 1.0.0"][..]);
    for (query, expected) in [
        ("", one),
        ("&include_deleted=", one),
        ("&include_deleted=false", one),
        ("&include_deleted=true", both),
        ("&include_deleted=TRUE", both),
        ("&include_deleted=True", both),
        ("&include_deleted=t", both),
        ("&include_deleted=1", both),
        ("&updated_since=2020-01-01T00:00:00Z", both),
        ("&updated_since=2020-01-01T00:00:00%2B02:00", both),
        ("&version=latest", one),
    ] {
        session.get(&format!("/v0/servers?search=anonymous/deleted{query}")).await.lists(expected);
    }
}

/// Cases 4 and 44: versions that are published at the same time, more than a page has.
pub(super) async fn many(session: &mut Session) {
    let document = |patch: usize| document(&name("many"), &format!("1.0.{patch:02}"));
    let documents: Vec<Value> = (0..20).map(document).collect();
    let answers = session.at_once("POST", "/v0.1/publish", &documents).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    // In the order of versions: nobody knows in which they were published.
    let reply = session.get("/v0.1/servers?search=anonymous/many").await;
    let body = reply.body();
    let latest = body["servers"].as_array().into_iter().flatten();
    let latest = latest.filter(|entry| entry.pointer(&format!("{OFFICIAL}/isLatest")) == Some(&json!(true))).count();
    let reply = reply.expect(statuses == [200; 20], &format!("20 publishes, not {statuses:?}"));
    reply.expect((listed(&body).len(), latest) == (20, 1), "20 versions, one of them the latest").status(200);
    for patch in 20..31 {
        session.publish("many", &format!("1.0.{patch:02}")).await;
    }
    for (query, expected) in [("", 30), ("&limit=", 30), ("&limit=100", 31), ("&limit=05", 5), ("&limit=%2B5", 5)] {
        let reply = session.get(&format!("/v0/servers?search=anonymous/many{query}")).await;
        let count = listed(&reply.body()).len();
        reply.expect(count == expected, &format!("{expected} entries, not {count}")).ok();
    }
}

/// The page behind another.
fn after(page: &Value) -> String {
    format!("/v0.1/servers?cursor={}", page.pointer("/metadata/nextCursor").and_then(Value::as_str).unwrap_or("none"))
}
