//! What a document may say.

use berth_tests::{Publisher, Registry, document};
use serde_json::{Value, json};

const INVALID: &str = "Failed to publish server, invalid schema: call /validate for details";

async fn publisher() -> Publisher {
    Registry::new().await.publisher()
}

fn with(field: &str, value: Value) -> Value {
    let mut document = document("a.b/xx", "1.0.0");
    document[field] = value;
    document
}

/// Case 31.
#[tokio::test]
async fn unknown_properties_are_refused_at_every_level() {
    let publisher = publisher().await;
    for (document, location) in [
        (with("foo", json!("bar")), "body.foo"),
        (with("status", json!("active")), "body.status"),
        (with("_meta", json!({"com.example/x": {}})), "body._meta.com.example/x"),
        (
            with("_meta", json!({"io.modelcontextprotocol.registry/official": {}})),
            "body._meta.io.modelcontextprotocol.registry/official",
        ),
        (with("repository", json!({"foo": 1})), "body.repository.foo"),
        (
            with(
                "packages",
                json!([{"registryType": "npm", "identifier": "x", "transport": {"type": "stdio", "foo": 1}}]),
            ),
            "body.packages[0].transport.foo",
        ),
    ] {
        let (status, detail, errors) = publisher.publish(&document).await.errors();
        assert_eq!((status, detail.as_str()), (422, "validation failed"), "{location}");
        assert_eq!(errors, [format!("{location}: unexpected property")]);
    }
}

/// Cases 32 and 33.
#[tokio::test]
async fn lengths_are_counted_in_code_points() {
    let publisher = publisher().await;
    let described = |chars: usize| with("description", json!("𝟙".repeat(chars)));
    assert_eq!(publisher.publish(&described(101)).await.errors().2, ["body.description: expected length <= 100"]);
    assert_eq!(publisher.publish(&described(100)).await.ok()["server"]["description"], "𝟙".repeat(100));
    let pattern = "body.name: expected string to match pattern ^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$";
    let long = format!("a.b/{}", "x".repeat(197));
    for (name, error) in [
        ("noslash", pattern),
        ("a.b/c/d", pattern),
        ("a.b/c d", pattern),
        (long.as_str(), "body.name: expected length <= 200"),
    ] {
        assert_eq!(publisher.publish_version(name, "1.0.0").await.errors().2, [error], "{name}");
    }
    for name in ["a.b/cc-", "a.b/c", "a/bb", "-a.b/cc", "a.b./cc"] {
        assert_eq!(publisher.publish_version(name, "1.0.0").await.problem(), (422, INVALID.to_owned()), "{name}");
    }
}

/// Case 34.
#[tokio::test]
async fn schemas_are_known_by_their_date() {
    let publisher = publisher().await;
    let mut without = document("a.b/xx", "1.0.0");
    without.as_object_mut().unwrap().remove("$schema");
    assert_eq!(
        publisher.publish(&without).await.errors().2,
        ["body: expected required property $schema to be present"]
    );
    assert_eq!(publisher.publish(&with("$schema", json!(""))).await.errors().2, ["body.$schema: expected length >= 1"]);
    let at = |date: &str| format!("https://static.modelcontextprotocol.io/schemas/{date}/server.schema.json");
    for unknown in [at("draft"), at("2099-01-01"), "https://example.com/x.json".to_owned(), "not a uri".to_owned()] {
        let answer = publisher.publish(&with("$schema", json!(unknown))).await;
        assert_eq!(answer.problem(), (422, INVALID.to_owned()), "{unknown}");
    }
    let dates = ["2025-07-09", "2025-09-16", "2025-09-29", "2025-10-11", "2025-10-17", "2025-12-11"];
    let elsewhere = "https://example.com/schemas/2025-12-11/server.schema.json".to_owned();
    for (number, known) in dates.into_iter().map(at).chain([elsewhere]).enumerate() {
        let mut document = document("a.b/xx", &format!("1.0.{number}"));
        document["$schema"] = json!(known);
        assert_eq!(publisher.publish(&document).await.ok()["server"]["$schema"], known);
    }
}

/// Cases 35 and 36.
#[tokio::test]
async fn versions_are_specific_and_taken_once() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    for version in ["latest", "^1.0.0", "1.x", "1 - 2", ">=1"] {
        let answer = publisher.publish_version("a.b/xx", version).await;
        assert_eq!(answer.problem(), (422, INVALID.to_owned()), "{version}");
    }
    for version in ["*", " 1.0.0 ", "snapshot", "2.0.0+b1", "1.0.0"] {
        publisher.publish_version("a.b/xx", version).await.ok();
    }
    let mut other = document("a.b/xx", "1.0.0");
    other["description"] = json!("another");
    let duplicate = (400, "Failed to publish server".to_owned(), vec![DUPLICATE.to_owned()]);
    assert_eq!(publisher.publish(&other).await.errors(), duplicate);
    publisher.delete("a.b/xx", "1.0.0").await.ok();
    assert_eq!(publisher.publish(&other).await.errors(), duplicate);
    assert_eq!(publisher.publish(&document("a.b/xx", "1.0.0")).await.errors(), duplicate, "a deleted number is taken");
}

const DUPLICATE: &str = "invalid version: cannot publish duplicate version";

/// Case 37.
#[tokio::test]
async fn the_publishers_block_has_4096_bytes() {
    let publisher = publisher().await;
    let block =
        |text: String| with("_meta", json!({"io.modelcontextprotocol.registry/publisher-provided": {"b": text}}));
    let refused = |bytes: usize| {
        format!("_meta.io.modelcontextprotocol.registry/publisher-provided extension exceeds 4KB limit ({bytes} bytes)")
    };
    // {"b":"…"} takes 8 bytes around the text.
    assert_eq!(publisher.publish(&block("x".repeat(4089))).await.errors().2, [refused(4097)]);
    assert_eq!(publisher.publish(&block("<".repeat(1000))).await.errors().2, [refused(6008)]);
    publisher.publish(&block("x".repeat(4088))).await.ok();
    let edited = publisher.edit("a.b/xx", "1.0.0", &block("x".repeat(5000))).await;
    assert_eq!(edited.errors().2, [refused(5008)], "an edit has the same limit");
}

/// Case 38; and digits that the official registry loses to floating point.
#[tokio::test]
async fn what_is_stored_is_what_was_said() {
    let publisher = publisher().await;
    let mut said = document("a.b/xx", "1.0.0");
    said["title"] = Value::Null;
    said["repository"] = json!({});
    said["packages"] = json!([]);
    said["_meta"] = json!({"io.modelcontextprotocol.registry/publisher-provided":
        {"n": 9_007_199_254_740_993_u64, "f": 0.1, "z": null, "a": "é<&>"}});
    let answer = publisher.publish(&said).await;
    let server = answer.ok()["server"].clone();
    for absent in ["title", "packages"] {
        said.as_object_mut().unwrap().remove(absent);
    }
    assert_eq!(server, said);
    let read = publisher.client.get("/v0.1/servers/a.b%2Fxx/versions/1.0.0").await;
    assert_eq!(read.body, answer.body, "a read answers what the publish answered, to the microsecond");
    assert!(answer.text().ends_with("}\n"));
    let empty = with("_meta", json!({}));
    let mut empty_meta = empty.clone();
    empty_meta["version"] = json!("1.0.1");
    assert_eq!(publisher.publish(&empty_meta).await.ok()["server"]["_meta"], json!({}));
}

/// Case 39.
#[tokio::test]
async fn icons() {
    let publisher = publisher().await;
    let icon = |icon: Value| with("icons", json!([icon]));
    for (document, error) in [
        (
            icon(json!({"src": "https://x/y.png", "theme": "blue"})),
            "body.icons[0].theme: expected value to be one of \"light, dark\"",
        ),
        (
            icon(json!({"src": "https://x/y.png", "mimeType": "image/gif"})),
            "body.icons[0].mimeType: expected value to be one of \"image/png, image/jpeg, image/jpg, image/svg+xml, \
             image/webp\"",
        ),
    ] {
        assert_eq!(publisher.publish(&document).await.errors().2, [error]);
    }
    let odd = icon(json!({"src": "https://x/y.png", "sizes": ["abc"]}));
    publisher.publish(&odd).await.ok();
    let validated = publisher.send("POST", "/v0.1/validate", &odd).await.ok();
    assert_eq!(validated["valid"], false);
}

/// DynamoDB items end at 400 KB.
#[tokio::test]
async fn a_document_that_does_not_fit_is_refused_whole() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    let icons: Vec<Value> = (0..5_000).map(|n| json!({"src": format!("https://x.example/{n:0>80}.png")})).collect();
    let (status, detail, errors) = publisher.publish(&with("icons", json!(icons))).await.errors();
    assert_eq!((status, detail.as_str()), (400, "Failed to publish server"));
    assert!(errors[0].contains("the limit is 389120: shorten it"), "{errors:?}");
    assert_eq!(registry.serial().await.0, 0);
}
