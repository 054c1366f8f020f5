//! Logs: one JSON object a line, and no credentials.

use berth_tests::runtime_api::SESSION_TOKEN;
use serde_json::{Value, json};

use crate::event::{Request, schedule};
use crate::fixture::{HttpFunction, Registry, SEED, document};
use crate::publisher::{self, token};

/// Signatures and tokens, whoever writes them.
const SECRETS: [&str; 4] = [SESSION_TOKEN, "AWS4-HMAC-SHA256", "Signature=", "a-token-of-a-client"];

fn lines(output: &str) -> Vec<Value> {
    for secret in SECRETS {
        assert!(!output.contains(secret), "{secret} is in the log: {output}");
    }
    let line = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    output.lines().map(line).collect()
}

#[tokio::test]
async fn each_request_is_one_line_of_json() {
    let registry = Registry::with(&[document("com.example/one", "1.0.0")]).await;
    let function = registry.reader("list_servers").await;
    let request =
        Request::get("/v0.1/servers?search=%22quoted%22").header("authorization", "Bearer a-token-of-a-client");
    function.send(&request).await;
    function.get("/v0.1/nope%0A%22line%22").await;
    let requests: Vec<Value> =
        lines(&function.0.output()).into_iter().filter(|line| line["message"] == "request").collect();
    assert_eq!(requests.len(), 2, "{requests:?}");
    assert_eq!(requests[0]["path"], "/v0.1/servers");
    assert_eq!((&requests[0]["status"], &requests[1]["status"]), (&json!(200), &json!(404)));
    assert_eq!((&requests[0]["route"], &requests[1]["route"]), (&json!("/v0.1/servers"), &json!("none")));
    assert_eq!((&requests[0]["cold_start"], &requests[1]["cold_start"]), (&json!(1), &json!(0)));
    for line in &requests {
        assert_eq!((&line["request_id"], &line["method"]), (&json!("JKJaXmPLvHcESHA="), &json!("GET")), "{line}");
        assert_eq!(line.get("_aws"), None, "metrics are paid for, and not wanted");
        assert_eq!((&line["level"], line["duration_us"].is_u64()), (&json!("INFO"), true), "{line}");
        assert!(line["span"]["requestId"].is_string(), "{line}");
    }
}

#[tokio::test]
async fn even_debug_lines_show_no_credentials() {
    let registry = Registry::with(&[document("com.example/one", "1.0.0")]).await;
    let file = registry.file("bad.json", "{");
    let source = format!("bad={}", file.display());
    let variables = [("RUST_LOG", "debug"), ("BERTH_SOURCES", source.as_str())];
    let list = HttpFunction(registry.start("list_servers", &variables).await);
    list.get("/v0.1/servers").await;
    assert!(!lines(&list.0.output()).is_empty());
    let sync = registry.start("sync", &variables).await;
    sync.invoke(&schedule()).await.unwrap_err();
    let lines = lines(&sync.output());
    assert!(lines.iter().any(|line| line["level"] == "WARN" && line["source"] == "bad"), "{lines:?}");
}

/// Whoever changes something is named; the token and the seed with which it was made are not.
#[tokio::test]
async fn a_login_and_a_publish_are_logged_without_token_and_seed() {
    let registry = Registry::empty().await;
    // At this level the runtime would write whole events.
    let debug = ("RUST_LOG", "trace");
    let auth = registry.auth(&[debug]).await;
    let keys = String::from_utf8(auth.get("/.well-known/jwks.json").await.body).unwrap();
    let token = token(&auth.send(&Request::new("POST", "/v0/auth/none")).await);
    let variables = [("BERTH_TOKEN_PUBLIC_KEYS", keys.as_str()), ("BERTH_PACKAGE_OWNERSHIP", "false"), debug];
    let publish = HttpFunction(registry.start("publish", &variables).await);
    let document = publisher::document("widget", "1.0.0");
    let post = |token: &str| Request::new("POST", "/v0/publish").bearer(token).json(&document.to_string());
    assert_eq!(publish.send(&post(&token)).await.status, 200);
    assert_eq!(publish.send(&post("a-token-of-a-client")).await.status, 401);
    for (function, message) in [(&auth, "token issued"), (&publish, "published")] {
        let output = function.0.output();
        for secret in [SEED, token.as_str(), token.rsplit('.').next().unwrap()] {
            assert!(!output.contains(secret), "{secret} is in the log: {output}");
        }
        let lines = lines(&output);
        let said: Vec<&Value> = lines.iter().filter(|line| line["message"] == message).collect();
        let [said] = said.as_slice() else { panic!("{message}: {lines:?}") };
        assert_eq!((&said["level"], &said["subject"]), (&json!("INFO"), &json!("anonymous")), "{said}");
    }
}

#[tokio::test]
async fn the_level_is_chosen_by_a_variable() {
    let registry = Registry::empty().await;
    let function = HttpFunction(registry.start("list_servers", &[("RUST_LOG", "warn")]).await);
    function.get("/v0.1/servers").await;
    assert_eq!(function.0.output(), "");
}
