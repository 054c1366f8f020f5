//! `publish` behind API Gateway: documents, and who may send them.

use berth_tests::ANONYMOUS;
use registry::limits;
use registry_auth::Action;
use serde_json::{Value, json};

use crate::binaries::binary;
use crate::event::{Answer, Request};
use crate::fixture::HttpFunction;
use crate::publisher::{OFFICIAL, Publisher, document};

/// Readers that run already see it at once, and answer the same bytes.
#[tokio::test]
async fn what_is_published_is_read_by_another_function() {
    let publisher = Publisher::new().await;
    let get = publisher.registry.reader("get_server").await;
    let list = publisher.registry.reader("list_servers").await;
    assert_eq!(list.get("/v0.1/servers").await.json()["metadata"]["count"], 0);
    let mut first = document("widget", "1.0.0");
    first["description"] = "Größe, 五 and \"quotes\"".into();
    let mut second = first.clone();
    second["version"] = "1.1.0".into();
    let base64 = Request::new("POST", "/v0.1/publish").bearer(&publisher.token).base64(second.to_string().as_bytes());
    for (request, document) in [(publisher.request("POST", "/v0/publish", &first), &first), (base64, &second)] {
        let published = publisher.publish.send(&request).await;
        assert_eq!((published.status, published.header("content-type")), (200, "application/json"), "{published:?}");
        assert_eq!((published.header("cache-control"), published.is_base64), ("no-store", false));
        assert_eq!(&published.json()["server"], document);
        assert_eq!(published.json()["_meta"][OFFICIAL]["isLatest"], true);
        let read = get.get(&format!("/v0.1/servers/{ANONYMOUS}%2Fwidget/versions/latest")).await;
        assert_eq!(read.json(), published.json());
    }
    let servers = list.get("/v0.1/servers").await.json();
    assert_eq!(servers["metadata"]["count"], 2, "{servers}");
}

/// Whoever lost the answer sends the request again, and reaches perhaps another sandbox.
#[tokio::test]
async fn the_same_publish_again_is_answered_with_what_is_stored() {
    let publisher = Publisher::new().await;
    let first = publisher.publish(&document("widget", "1.0.0")).await;
    assert_eq!(first.status, 200, "{first:?}");
    let items = publisher.registry.items().await;
    let sandbox = publisher.registry.publish(&publisher.keys).await;
    let request = publisher.request("POST", "/v0/publish", &document("widget", "1.0.0"));
    for function in [&publisher.publish, &sandbox] {
        let again = function.send(&request).await;
        assert_eq!((again.status, again.body), (200, first.body.clone()));
    }
    assert_eq!(publisher.registry.items().await, items);
    let mut other = document("widget", "1.0.0");
    other["description"] = "another".into();
    let (status, detail, errors) = publisher.publish(&other).await.problem();
    assert_eq!((status, detail.as_str()), (400, "Failed to publish server"));
    assert_eq!(errors[0]["message"], "invalid version: cannot publish duplicate version");
}

#[tokio::test]
async fn a_body_may_have_1_mib_and_no_more() {
    let publisher = Publisher::new().await;
    let padded = |version: &str, bytes: usize| {
        let document = document("widget", version).to_string();
        format!("{document}{}", " ".repeat(bytes - document.len()))
    };
    let post = || Request::new("POST", "/v0/publish").bearer(&publisher.token);
    for (version, bytes, expected) in
        [("1.0.0", limits::REQUEST_BYTES, 200), ("1.0.1", limits::REQUEST_BYTES + 1, 413), ("1.0.1", 4_000_000, 413)]
    {
        let body = padded(version, bytes);
        for request in [post().json(&body), post().base64(body.as_bytes())] {
            let answer = publisher.publish.send(&request).await;
            assert_eq!(answer.status, expected, "{bytes}: {answer:?}");
            if expected == 413 {
                let detail = "request body is too large limit=1048576 bytes".to_owned();
                assert_eq!(answer.problem(), (413, detail, Value::Null));
            }
        }
    }
    // The function is as good as before.
    assert_eq!(publisher.publish(&document("widget", "1.0.1")).await.status, 200);
}

#[tokio::test]
async fn what_is_no_json_is_refused() {
    let publisher = Publisher::new().await;
    let post = |url| Request::new("POST", url).bearer(&publisher.token);
    for url in ["/v0/publish", "/v0.1/publish", "/v0/validate"] {
        for request in [post(url), post(url).json(""), post(url).base64(b"")] {
            let answer = publisher.publish.send(&request).await;
            assert_eq!(answer.problem(), (400, "request body is required".to_owned(), Value::Null));
        }
        let broken: [&[u8]; 5] =
            [b"{\"name\":\"\xff\xfe\"}", b"\xff", b"\x1f\x8b\x08\0\0", b"{\"name\":", b"\xef\xbb\xbf{"];
        for bytes in broken {
            let (status, detail, errors) = publisher.publish.send(&post(url).base64(bytes)).await.problem();
            assert_eq!((status, detail.as_str()), (400, "validation failed"), "{bytes:?}");
            assert_eq!(errors[0]["location"], "body", "{bytes:?}: {errors}");
        }
        let text = post(url).json("{}").header("content-type", "text/plain");
        assert_eq!(publisher.publish.send(&text).await.problem().0, 415);
    }
    assert_eq!(publisher.publish(&document("widget", "1.0.0")).await.status, 200);
}

#[tokio::test]
async fn without_a_token_that_is_good_nothing_is_written() {
    let publisher = Publisher::new().await;
    let body = document("widget", "1.0.0").to_string();
    let post = || Request::new("POST", "/v0/publish").json(&body);
    let missing =
        json!([{"message": "required header parameter is missing", "location": "header.Authorization", "value": ""}]);
    let answer = publisher.publish.send(&post()).await;
    assert_eq!(answer.problem(), (422, "validation failed".to_owned(), missing));
    let answer = publisher.publish.send(&post().header("authorization", "Basic YWJj")).await;
    let detail = "Invalid Authorization header format. Expected 'Bearer <token>'".to_owned();
    assert_eq!(answer.problem(), (401, detail, Value::Null));
    // Signed with a key that is not the registry's.
    let foreign = berth_tests::token("anonymous", &[(Action::Publish, "*")]);
    let (unsigned, _) = publisher.token.rsplit_once('.').unwrap();
    for token in [foreign.as_str(), unsigned, &format!("{unsigned}."), "x.y.z"] {
        let (status, detail, _) = publisher.publish.send(&post().bearer(token)).await.problem();
        assert_eq!((status, detail.as_str()), (401, "Invalid or expired Registry JWT token"), "{token}");
    }
    let other = berth_tests::document("com.example/widget", "1.0.0").to_string();
    let answer =
        publisher.publish.send(&Request::new("POST", "/v0/publish").bearer(&publisher.token).json(&other)).await;
    let (status, detail, _) = answer.problem();
    let granted = format!("You have permission to publish: {ANONYMOUS}/*. Attempting to publish: com.example/widget");
    assert_eq!(status, 403);
    assert!(detail.ends_with(&granted), "{detail}");
    assert_eq!(publisher.registry.items().await, []);
}

#[tokio::test]
async fn validate_needs_no_token() {
    let publisher = Publisher::new().await;
    for (document, valid) in [(document("widget", "1.0.0"), true), (document("widget", "latest"), false)] {
        let answer = publisher.publish.send(&Request::new("POST", "/v0.1/validate").json(&document.to_string())).await;
        assert_eq!((answer.status, &answer.json()["valid"]), (200, &json!(valid)), "{answer:?}");
    }
}

/// The table may be away, and come back.
#[tokio::test]
async fn without_the_table_it_starts_and_answers_503() {
    let publisher = Publisher::new().await;
    let variables = [
        ("BERTH_TABLE", "berth"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("BERTH_TOKEN_PUBLIC_KEYS", publisher.keys.as_str()),
    ];
    let function = berth_tests::runtime_api::Function::start(binary("publish"), &variables).await.unwrap();
    let function = HttpFunction(function);
    let answer = function.send(&publisher.request("POST", "/v0/publish", &document("widget", "1.0.0"))).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{answer:?}");
    let valid = function.send(&publisher.request("POST", "/v0/validate", &document("widget", "1.0.0"))).await;
    assert_eq!(valid.status, 200, "{valid:?}");
}

/// It reads no snapshots, and other functions answer these.
#[tokio::test]
async fn what_other_functions_answer_is_not_there() {
    let publisher = Publisher::new().await;
    for (method, url) in [
        ("GET", "/v0.1/servers"),
        ("GET", "/.well-known/jwks.json"),
        ("POST", "/v0/auth/none"),
        ("GET", "/v0/publish"),
        ("POST", "/publish"),
    ] {
        let answer = publisher.publish.send(&Request::new(method, url)).await;
        assert_eq!(answer.problem().0, 404, "{method} {url}");
    }
}

/// Sandboxes know nothing of each other; the table decides.
#[tokio::test]
async fn sandboxes_that_publish_at_once_lose_nothing() {
    const VERSIONS: usize = 8;
    let publisher = Publisher::new().await;
    let sandbox = publisher.registry.publish(&publisher.keys).await;
    let publish = async |function: &HttpFunction, minor: usize| {
        for patch in 0..VERSIONS {
            let document = document("widget", &format!("1.{minor}.{patch}"));
            let answer = function.send(&publisher.request("POST", "/v0/publish", &document)).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    };
    tokio::join!(publish(&publisher.publish, 0), publish(&sandbox, 1));
    let get = publisher.registry.reader("get_server").await;
    let versions = format!("/v0.1/servers/{ANONYMOUS}%2Fwidget/versions");
    assert_eq!(get.get(&versions).await.json()["metadata"]["count"], 2 * VERSIONS);
    let latest = get.get(&format!("{versions}/latest")).await.json();
    assert_eq!(latest["server"]["version"], format!("1.1.{}", VERSIONS - 1));
}

/// `lambda_http` panics on it, and a function that was built for Lambda would end.
#[tokio::test]
async fn a_body_that_only_says_that_it_is_base64_is_refused() {
    let publisher = Publisher::new().await;
    let mut event = publisher.request("POST", "/v0/publish", &json!({})).event();
    event["isBase64Encoded"] = json!(true);
    event["body"] = json!("{\"%%%");
    let answer = Answer::of(&publisher.publish.0.invoke(&event).await.unwrap());
    assert_eq!(answer.problem().0, 400);
}
