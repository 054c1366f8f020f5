//! `GET /v0.1/x/dev.berth/changes`

use berth_tests::{Client, Registry, Version};
use registry::limits;
use registry::model::Status;
use serde_json::{Value, json};

const CHANGES: &str = "/v0.1/x/dev.berth/changes";

/// Everything from `since` on, page by page, each with at most `limit`.
async fn all(client: &Client, since: u64, limit: usize) -> Vec<Value> {
    let (mut since, mut changes) = (since, Vec::new());
    loop {
        let page = client.get(&format!("{CHANGES}?since={since}&limit={limit}")).await.ok();
        let (list, metadata) = (page["changes"].as_array().unwrap(), &page["metadata"]);
        assert_eq!(metadata["count"], list.len());
        assert!(list.len() <= limit);
        changes.extend_from_slice(list);
        let next = metadata["next"].as_u64().unwrap();
        assert_eq!(next, since + list.len() as u64);
        if next == metadata["serial"] {
            return changes;
        }
        assert!(next > since, "a page that is not the last holds a change");
        since = next;
    }
}

#[tokio::test]
async fn changes_are_dense_whole_and_in_order() {
    let registry = Registry::new().await;
    for version in ["1.0.0", "2.0.0", "1.5.0"] {
        registry.put(&[Version::new("io.x/yy", version)]).await;
    }
    registry.put(&[Version::new("io.x/yy", "2.0.0").status(Status::Deleted)]).await;
    let client = registry.client();
    let changes = all(&client, 0, 3).await;
    let told: Vec<Value> = changes
        .iter()
        .map(|change| {
            let official = &change["entry"]["_meta"]["io.modelcontextprotocol.registry/official"];
            json!([
                change["serial"],
                change["entry"]["server"]["version"],
                change["latest"],
                official["status"],
                official["isLatest"]
            ])
        })
        .collect();
    assert_eq!(told.len(), 4);
    assert_eq!(told[0], json!([1, "1.0.0", "1.0.0", "active", true]));
    assert_eq!(told[1], json!([2, "2.0.0", "2.0.0", "active", true]));
    assert_eq!(told[2], json!([3, "1.5.0", "2.0.0", "active", false]));
    assert_eq!((&told[3][0], &told[3][1], &told[3][3]), (&json!(4), &json!("2.0.0"), &json!("deleted")));
    for limit in [1, 2, 1000] {
        assert_eq!(all(&client, 0, limit).await, changes);
    }
    assert_eq!(all(&client, 2, 100).await, changes[2..]);
    // Whether a snapshot was made meanwhile is nobody's business.
    registry.sync.publish().await.unwrap();
    assert_eq!(all(&registry.client(), 0, 100).await, changes);
}

/// The entry is what a list of that moment answers, byte for byte.
#[tokio::test]
async fn an_entry_has_the_bytes_of_lists() {
    let registry = Registry::new().await;
    let client = registry.client();
    for (number, version) in ["1.0.0", "0.9.0", "2.0.0"].iter().enumerate() {
        registry.put(&[Version::new("io.x/yy", version).description("Ünïcode \"quoted\" 1.50")]).await;
        let list = client.get(&format!("/v0.1/servers?version={version}&include_deleted=true")).await;
        let changes = client.get(&format!("{CHANGES}?since={number}")).await;
        let entry = list.text().strip_prefix("{\"servers\":[").unwrap().split_once("],\"metadata\":{").unwrap().0;
        assert!(changes.text().contains(&format!("\"entry\":{entry}}}]")), "{entry}\n{}", changes.text());
    }
}

#[tokio::test]
async fn who_has_everything_gets_304() {
    let client = Registry::with(&[Version::new("io.x/yy", "1.0.0")]).await.client();
    let answer = client.get(&format!("{CHANGES}?since=1")).await;
    assert_eq!(answer.text(), "{\"changes\":[],\"metadata\":{\"count\":0,\"next\":1,\"serial\":1}}\n");
    let held = [("if-none-match", answer.header("etag").unwrap())];
    assert_eq!(client.send("GET", &format!("{CHANGES}?since=1"), &held).await.status, 304);
    let empty = Registry::new().await.client().get(CHANGES).await;
    assert_eq!(empty.ok()["metadata"], json!({"count": 0, "next": 0, "serial": 0}));
}

#[tokio::test]
async fn who_is_ahead_is_told_to_begin_again() {
    let client = Registry::with(&[Version::new("io.x/yy", "1.0.0")]).await.client();
    let (status, detail) = client.get(&format!("{CHANGES}?since=2")).await.problem();
    assert_eq!(status, 409);
    assert!(detail.contains("is at serial 1") && detail.contains("/v0.1/x/dev.berth/snapshot"), "{detail}");
}

#[tokio::test]
async fn wrong_parameters_are_named_all_at_once() {
    let client = Registry::new().await.client();
    let (status, _, errors) = client.get(&format!("{CHANGES}?since=-1&limit=1001")).await.errors();
    assert_eq!(status, 422);
    assert_eq!(
        errors,
        [
            "query.since: expected a serial: a whole number that is not negative",
            "query.limit: expected a number from 1 to 1000"
        ]
    );
}

#[tokio::test]
async fn an_answer_ends_before_it_is_too_large() {
    let registry = Registry::new().await;
    let text = "x".repeat(300_000);
    for number in 0..16 {
        registry.put(&[Version::new(&format!("io.x/server-{number}"), "1.0.0").description(&text)]).await;
    }
    let client = registry.client();
    let page = client.get(&format!("{CHANGES}?since=0&limit=1000")).await;
    assert!(page.body.len() < limits::CHANGES_PAGE_BYTES + 200, "{}", page.body.len());
    assert_eq!(page.ok()["metadata"], json!({"count": 13, "next": 13, "serial": 16}));
    assert_eq!(all(&client, 0, 1000).await.len(), 16);
}
