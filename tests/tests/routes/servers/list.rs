//! `GET /servers`: pages, order and filters.

use berth_tests::{Registry, Version, listed, next_cursor, walk_entries};
use serde_json::json;

use super::registry;

async fn names(query: &str) -> Vec<String> {
    listed(&registry().await.client().get(&format!("/v0.1/servers?{query}")).await.ok())
}

#[tokio::test]
async fn an_empty_registry_has_an_empty_list() {
    let answer = Registry::new().await.client().get("/v0/servers").await;
    assert_eq!(answer.text(), "{\"servers\":[],\"metadata\":{\"count\":0}}\n");
}

#[tokio::test]
async fn order_is_that_of_bytes() {
    let all = ["io.x/Life 2.0.0+b1", "io.x/alpha 1.1.0", "io.x/alpha 10.0.0", "io.x/alpha 2.0.0", "io.x/beta 1.0.0"];
    assert_eq!(names("").await, all);
}

#[tokio::test]
async fn version_selects() {
    assert_eq!(names("version=latest").await, ["io.x/Life 2.0.0+b1", "io.x/alpha 10.0.0", "io.x/beta 1.0.0"]);
    assert_eq!(names("version=1.0.0").await, ["io.x/beta 1.0.0"]);
    assert_eq!(names("version=2.0.0%2Bb1").await, ["io.x/Life 2.0.0+b1"]);
    assert_eq!(names("version=&limit=1").await.len(), 1);
}

#[tokio::test]
async fn deleted_versions_are_listed_when_asked_for() {
    assert_eq!(names("include_deleted=true").await.len(), 7);
    for yes in ["1", "t", "TRUE", "True"] {
        assert_eq!(names(&format!("include_deleted={yes}")).await.len(), 7, "{yes}");
    }
    assert_eq!(names("include_deleted=false").await.len(), 5);
    assert_eq!(names("include_deleted=").await.len(), 5);
}

#[tokio::test]
async fn updated_since_is_strict_and_includes_deleted() {
    assert_eq!(names("updated_since=2026-02-01T00:00:00.000002Z").await, [""; 0]);
    assert_eq!(names("updated_since=2026-02-01T00:00:00.000001Z").await, ["io.x/beta 0.9.0"]);
    assert_eq!(names("updated_since=2026-02-01T02:00:00.000001%2B02:00").await, ["io.x/beta 0.9.0"]);
    assert_eq!(names("updated_since=").await.len(), 5);
}

#[tokio::test]
async fn a_page_has_thirty_entries_unless_asked_otherwise() {
    let servers: Vec<Version> = (0..93).map(|n| Version::new(&format!("io.x/server-{n:02}"), "1.0.0")).collect();
    let client = Registry::with(&servers).await.client();
    for query in ["", "limit="] {
        assert_eq!(listed(&client.get(&format!("/v0/servers?{query}")).await.ok()).len(), 30);
    }
    for query in ["limit=05", "limit=%2B5", "limit=5&limit=7", "unknown=1&limit=5"] {
        assert_eq!(listed(&client.get(&format!("/v0/servers?{query}")).await.ok()).len(), 5, "{query}");
    }
    // A page that is exactly full has a cursor, and the page behind it is empty.
    let full = client.get("/v0/servers?limit=93").await.ok();
    let behind = client.get(&format!("/v0/servers?cursor={}", next_cursor(&full).unwrap())).await.ok();
    assert_eq!(behind, json!({"servers": [], "metadata": {"count": 0}}));
    for limit in [1, 5, 30, 92, 93, 94, 100] {
        let all = walk_entries(&client, &format!("/v0.1/servers?limit={limit}")).await;
        let names: Vec<_> = all.iter().map(|entry| entry["server"]["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), 93);
        assert!(names.is_sorted());
    }
}

#[tokio::test]
async fn wrong_parameters_are_told() {
    let client = registry().await.client();
    let errors = |query: &'static str| {
        let client = client.clone();
        async move {
            let answer = client.get(&format!("/v0.1/servers?{query}")).await;
            assert_eq!(answer.status, 422, "{query}");
            answer.json()["errors"].clone()
        }
    };
    let limit = |message: &str, value: serde_json::Value| json!([{"message": message, "location": "query.limit", "value": value}]);
    assert_eq!(errors("limit=0").await, limit("expected number >= 1", 0.into()));
    assert_eq!(errors("limit=-1").await, limit("expected number >= 1", (-1).into()));
    assert_eq!(errors("limit=101").await, limit("expected number <= 100", 101.into()));
    for text in ["abc", "1.5", "99999999999999999999"] {
        assert_eq!(
            client.get(&format!("/v0/servers?limit={text}")).await.json()["errors"],
            limit("invalid integer", text.into())
        );
    }
    assert_eq!(
        errors("include_deleted=yes").await,
        json!([{"message": "invalid boolean", "location": "query.include_deleted", "value": "yes"}])
    );
    for time in ["2020-01-01", "2020-01-01T00:00:00", "2020-01-01T00:00:00.123+02:00", "yesterday"] {
        let (status, detail) = client.get(&format!("/v0/servers?updated_since={time}")).await.problem();
        assert_eq!(status, 400);
        assert!(detail.starts_with("Invalid updated_since format: expected RFC3339 timestamp"), "{detail}");
    }
    let both = client.get("/v0/servers?updated_since=2020-01-01T00:00:00Z&include_deleted=false").await.problem();
    assert_eq!(both.0, 400);
    assert!(both.1.starts_with("Cannot set include_deleted=false when using updated_since"), "{}", both.1);
}

#[tokio::test]
async fn all_spellings_of_the_route_answer_the_same() {
    let client = registry().await.client();
    let expected = client.get("/v0.1/servers").await;
    for path in ["/v0/servers", "/servers", "/v0.1/servers/", "/v0/servers//"] {
        assert_eq!(client.get(path).await.body, expected.body, "{path}");
    }
}
