//! `GET /v0.1/x/dev.berth/search`

use berth_tests::{Client, Registry, Version};
use proptest::prelude::*;
use registry::model::Status;
use registry::search::{Query, Sort};
use search::fuzzed;
use serde_json::{Value, json};

const PATH: &str = "/v0.1/x/dev.berth/search";

async fn registry() -> Registry {
    let package = |kind: &str, is_secret: bool| {
        json!([{"registryType": kind, "identifier": "x", "version": "1.0.0", "transport": {"type": "stdio"},
            "environmentVariables": [{"name": "K", "isRequired": true, "isSecret": is_secret}]}])
    };
    let tags =
        json!({"io.modelcontextprotocol.registry/publisher-provided": {"tags": ["Chat"], "categories": ["Work"]}});
    Registry::with(&[
        Version::new("com.acme/slack", "1.0.0").description("Old words: trombone"),
        Version::new("com.acme/slack", "2.0.0")
            .description("Reads Slack channels")
            .with("title", "Slack for Acme".into()),
        Version::new("io.github.one/slack-mcp", "1.0.0").with("packages", package("npm", true)).with("_meta", tags),
        Version::new("io.github.two/notes", "1.0.0")
            .description("Writes notes to ﬂüﬃg Slack")
            .with("packages", package("oci", false))
            .remotes(&["https://two.example/mcp"])
            .updated("2026-03-01T00:00:00Z"),
        Version::new("io.github.two/slack-old", "1.0.0").status(Status::Deleted),
    ])
    .await
}

async fn names(client: &Client, query: &str) -> Vec<String> {
    let answer = client.get(&format!("{PATH}?{query}")).await.ok();
    let servers = answer["servers"].as_array().unwrap();
    servers.iter().map(|server| server["server"]["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_answer_has_entries_scores_highlights_and_facets() {
    let registry = registry().await;
    let client = registry.client();
    let answer = client.get(&format!("{PATH}?q=slack")).await;
    assert!(answer.header("etag").is_some());
    let body = answer.ok();
    assert_eq!(body["metadata"], json!({"count": 3, "total": 3}));
    let first = &body["servers"][0];
    assert_eq!(first["server"]["version"], "2.0.0", "the latest version stands for a server");
    assert_eq!(first["highlights"], json!({"name": [[9, 14]], "title": [[0, 5]], "description": [[6, 11]]}));
    // Beside what the search adds, a server is what lists answer, byte for byte.
    let list = client.get("/v0.1/servers?version=latest&search=com.acme").await;
    let entry = list.text().strip_prefix("{\"servers\":[").unwrap().split("],\"metadata\"").next().unwrap();
    assert!(answer.text().contains(entry.strip_suffix('}').unwrap()), "{}", answer.text());
    let scores: Vec<u64> =
        body["servers"].as_array().unwrap().iter().map(|server| server["score"].as_u64().unwrap()).collect();
    assert!(scores.is_sorted_by(|one, other| one >= other) && scores[2] > 0, "{scores:?}");
    // Characters are counted, not bytes: the ligature is one.
    let notes = &body["servers"][2];
    assert_eq!(
        (&notes["server"]["name"], &notes["highlights"]),
        (&json!("io.github.two/notes"), &json!({"description": [[21, 26]]}))
    );
    let facets = &body["facets"];
    assert_eq!(facets["status"], json!([{"value": "active", "count": 3}]));
    assert_eq!(facets["packageType"], json!([{"value": "npm", "count": 1}, {"value": "oci", "count": 1}]));
    assert_eq!(facets["runs"], json!([{"value": "local", "count": 2}, {"value": "remote", "count": 1}]));
    assert_eq!(facets["needsSecret"], json!([{"value": "false", "count": 2}, {"value": "true", "count": 1}]));
    assert_eq!(facets["tag"], json!([{"value": "chat", "count": 1}]));
    assert_eq!(facets["category"], json!([{"value": "work", "count": 1}]));
    assert_eq!(facets["namespace"].as_array().unwrap().len(), 3);
    assert_eq!(names(&client, "q=trombone").await, [""; 0], "an older version is not searched");
}

#[tokio::test]
async fn filters_orders_and_what_is_misspelt_or_begun() {
    let registry = registry().await;
    let client = registry.client();
    for (query, expected) in [
        ("q=slcak&package_type=npm,pypi", &["io.github.one/slack-mcp"][..]),
        ("q=sla&runs=remote", &["io.github.two/notes"]),
        ("q=sla%20", &[]),
        ("transport=streamable-http", &["io.github.two/notes"]),
        ("needs_secret=true", &["io.github.one/slack-mcp"]),
        ("needs_secret=0&sort=updated", &["io.github.two/notes", "com.acme/slack"]),
        ("tag=CHAT&category=work", &["io.github.one/slack-mcp"]),
        ("namespace=com.acme,io.github.one", &["com.acme/slack", "io.github.one/slack-mcp"]),
        ("source=elsewhere", &[]),
        ("status=deleted", &["io.github.two/slack-old"]),
        ("status=deleted,active&namespace=io.github.two", &["io.github.two/notes", "io.github.two/slack-old"]),
        ("updated_since=2026-02-01T00:00:00Z", &["io.github.two/notes"]),
        ("updated_until=2026-02-01T00:00:00Z", &["com.acme/slack", "io.github.one/slack-mcp"]),
        ("q=---", &[]),
        ("", &["com.acme/slack", "io.github.one/slack-mcp", "io.github.two/notes"]),
    ] {
        assert_eq!(names(&client, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_publish_is_found_at_once_and_a_delete_is_not() {
    let registry = registry().await;
    let client = registry.client();
    assert_eq!(names(&client, "q=xylophone").await, [""; 0]);
    registry.put(&[Version::new("io.new/thing", "1.0.0").description("A xylophone")]).await;
    assert_eq!(names(&client, "q=xylofone").await, ["io.new/thing"]);
    registry.put(&[Version::new("com.acme/slack", "2.0.0").description("Plays the xylophone")]).await;
    assert_eq!(names(&client, "q=xylophone&sort=name").await, ["com.acme/slack", "io.new/thing"]);
    registry.put(&[Version::new("io.new/thing", "1.0.0").status(Status::Deleted)]).await;
    assert_eq!(names(&client, "q=xylophone").await, ["com.acme/slack"]);
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let registry = Registry::new().await;
    let words: Vec<String> = (0..17).map(|number| format!("w{number}")).collect();
    let wrong = "sort=best&limit=101&needs_secret=maybe&status=gone&runs=here&updated_since=today&cursor=~x&tag=,";
    let (status, detail, errors) =
        registry.client().get(&format!("{PATH}?{wrong}&q={}", words.join("+"))).await.errors();
    assert_eq!((status, detail.as_str()), (422, "validation failed"));
    for location in ["sort", "limit", "needs_secret", "status", "runs", "updated_since", "cursor", "tag", "q"] {
        assert!(errors.iter().any(|error| error.contains(&format!("query.{location}"))), "{location}: {errors:?}");
    }
    for query in [format!("q={}", "x".repeat(513)), format!("tag={}", ["t"; 3].join(&"x".repeat(256)))] {
        assert_eq!(registry.client().get(&format!("{PATH}?{query}")).await.status, 422);
    }
    let empty = registry.client().get(PATH).await.ok();
    assert_eq!(empty["metadata"], json!({"count": 0, "total": 0}));
    assert_eq!(empty["facets"]["status"], Value::Array(Vec::new()));
}

proptest! {
    #[test]
    fn any_query_string_is_read_or_refused(raw in "\\PC{0,60}") {
        let _ = fuzzed::parse(&raw);
        let _ = fuzzed::parse(&format!("q={raw}&tag={raw}&cursor=~{raw}&limit=7"));
    }

    /// A cursor leads to the page behind its server, alone and beside its query; cut, it leads nowhere.
    #[test]
    fn cursors_carry_the_query(
        text in "[a-zA-Z ü&=#+%]{0,20}", tags in prop::collection::vec("[a-z]{1,5}", 0..4), sort in 0..4_usize, limit in 1..=100_usize,
        since in prop::option::of(0..9_u8), name in "[a-z]{2,4}\\.[a-z]{2,4}/[a-z]{2,9}", key in any::<i64>(),
    ) {
        let mut raw: form_urlencoded::Serializer<'_, String> = form_urlencoded::Serializer::new(String::new());
        raw.append_pair("q", &text).append_pair("sort", Sort::ALL[sort].name()).append_pair("limit", &limit.to_string());
        raw.append_pair("tag", &tags.join(","));
        if let Some(second) = since {
            raw.append_pair("updated_since", &format!("2026-01-01T00:00:0{second}Z"));
        }
        let raw = raw.finish();
        let query: Query = fuzzed::parse(&raw).unwrap();
        let (cursor, behind) = fuzzed::behind(&query, &name, key);
        prop_assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte)), "{}", cursor);
        prop_assert_eq!(fuzzed::parse(&format!("cursor={cursor}")), Some(behind.clone()));
        prop_assert_eq!(fuzzed::parse(&format!("cursor={cursor}&{raw}")), Some(behind));
        prop_assert_eq!(fuzzed::parse(&format!("cursor={}", &cursor[..cursor.len() - 1])), None);
    }
}
