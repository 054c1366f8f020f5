//! What a body must be before anybody reads its meaning.

use std::io::Write;

use berth_tests::{Answer, Publisher, Registry, SCHEMA, document};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

async fn publisher() -> Publisher {
    Registry::new().await.publisher()
}

async fn send_raw(publisher: &Publisher, kind: Option<&str>, body: impl Into<Bytes>) -> Answer {
    let bearer = format!("Bearer {}", publisher.token);
    let mut headers = vec![("authorization", bearer.as_str())];
    headers.extend(kind.map(|kind| ("content-type", kind)));
    publisher.client.send_body("POST", "/v0/publish", &headers, body).await
}

const JSON: Option<&str> = Some("application/json");

/// Case 40.
#[tokio::test]
async fn media_types_and_sizes() {
    let publisher = publisher().await;
    let body = document("a.b/xx", "1.0.0").to_string();
    for kind in ["text/plain", "application/cbor", "application/x-www-form-urlencoded"] {
        let (status, detail, errors) = send_raw(&publisher, Some(kind), body.clone()).await.errors();
        assert_eq!((status, detail.as_str()), (415, "validation failed"));
        assert_eq!(errors, [format!("body: unknown content type: {kind}")]);
    }
    assert_eq!(send_raw(&publisher, None, body.clone()).await.status, 200);
    let charset = Some("application/json; charset=utf-8");
    assert_eq!(send_raw(&publisher, charset, body.clone()).await.status, 200);
    let empty = send_raw(&publisher, JSON, "").await;
    assert_eq!(empty.problem(), (400, "request body is required".to_owned()));
    let large = send_raw(&publisher, JSON, " ".repeat(1_048_577)).await;
    assert_eq!(large.problem(), (413, "request body is too large limit=1048576 bytes".to_owned()));
    assert_eq!(large.json()["title"], "Request Entity Too Large");
    let padded = body + &" ".repeat(1_000_000);
    assert_eq!(send_raw(&publisher, JSON, padded).await.status, 200);
}

#[tokio::test]
async fn what_is_no_json_says_where() {
    let publisher = publisher().await;
    for (body, message) in [
        ("{bad", "body: the body is not JSON: key must be a string at line 1 column 2"),
        ("{\"name\": ", "body: the body ends too early at line 1 column 9 (truncated?)"),
        ("{} x", "body: the body is not JSON: trailing characters at line 1 column 4"),
        ("\u{feff}{}", "body: the body starts with a byte order mark: save the file as UTF-8 without one"),
        (r#"{"name":1,"n\u0061me":2}"#, "body: the body has the key \"name\" twice: say it once"),
    ] {
        let answer = send_raw(&publisher, JSON, body).await;
        let (status, detail, errors) = answer.errors();
        assert_eq!((status, detail.as_str(), errors), (400, "validation failed", vec![message.to_owned()]));
        assert_eq!(answer.json()["errors"][0]["value"], body);
    }
    let (status, _, errors) = send_raw(&publisher, JSON, "[1]").await.errors();
    assert_eq!((status, errors), (422, vec!["body: expected object".to_owned()]));
}

/// Keys that differ in case from the format's, which the official registry folds: the last of two wins there, and passes the
/// limits of the first.
#[tokio::test]
async fn keys_are_compared_exactly() {
    let publisher = publisher().await;
    let long = "x".repeat(300);
    let both =
        json!({"$schema": SCHEMA, "name": "a.b/xx", "version": "1.0.0", "description": "d", "Description": long});
    assert_eq!(publisher.publish(&both).await.errors().2, ["body.Description: unexpected property"]);
    let alone = json!({"$schema": SCHEMA, "NAME": "a.b/xx", "version": "1.0.0", "description": "d"});
    assert_eq!(
        publisher.publish(&alone).await.errors().2,
        ["body: expected required property name to be present", "body.NAME: unexpected property"]
    );
}

#[tokio::test]
async fn hostile_bodies_are_refused_and_answers_stay_small() {
    let publisher = publisher().await;
    let keys: Vec<String> = (0..60_000).map(|n| format!("\"k{n}\":1")).collect();
    let deep = format!("{{\"_meta\":{}1{}}}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
    for (what, body, status) in [
        ("brackets", "[".repeat(1_048_576), 400),
        ("braces", "{\"a\":".repeat(200_000), 400),
        ("deep", deep, 400),
        ("keys", format!("{{{}}}", keys.join(",")), 422),
        ("numbers", format!("[{}1]", "1e308,".repeat(150_000)), 422),
        ("a long text", format!("\"{}\"", "x".repeat(1_000_000)), 422),
    ] {
        let answer = send_raw(&publisher, JSON, body).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text().chars().take(200).collect::<String>());
        assert!(answer.body.len() < 100_000, "{what}: {} bytes", answer.body.len());
    }
    // What came before did no harm.
    publisher.publish_version("a.b/xx", "1.0.0").await.ok();
}

/// Header fields in number, as a client may send them.
#[tokio::test]
async fn a_pile_of_headers_changes_nothing() {
    let publisher = publisher().await;
    let bearer = format!("Bearer {}", publisher.token);
    let names: Vec<String> = (0..2_000).map(|n| format!("x-pile-{n}")).collect();
    let mut headers: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    headers.push(("authorization", &bearer));
    let body = document("a.b/xx", "1.0.0").to_string();
    assert_eq!(publisher.client.send_body("POST", "/v0/publish", &headers, body.clone()).await.status, 200);
    headers.push(("authorization", "Bearer another"));
    assert_eq!(publisher.client.send_body("POST", "/v0/publish", &headers, body).await.status, 401);
}

/// A megabyte of blanks in a kilobyte.
#[tokio::test]
async fn compressed_bodies_are_not_unpacked() {
    let publisher = publisher().await;
    let mut zipped = GzEncoder::new(Vec::new(), Compression::best());
    zipped.write_all(&vec![b' '; 10_000_000]).unwrap();
    let bearer = format!("Bearer {}", publisher.token);
    let headers = [("authorization", bearer.as_str()), ("content-encoding", "gzip")];
    let answer = publisher.client.send_body("POST", "/v0/publish", &headers, zipped.finish().unwrap()).await;
    let (status, _, errors) = answer.errors();
    assert_eq!(status, 415);
    assert_eq!(errors, ["header.Content-Encoding: unknown content encoding: gzip; send the body as it is"]);
}
