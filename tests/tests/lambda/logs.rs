//! Logs: one JSON object a line, and no credentials.

use berth_tests::runtime_api::SESSION_TOKEN;
use serde_json::{Value, json};

use crate::event::{Request, schedule};
use crate::fixture::{Reader, Registry, document};

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
    for line in &requests {
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
    let list = Reader(registry.start("list_servers", &variables).await);
    list.get("/v0.1/servers").await;
    assert!(!lines(&list.0.output()).is_empty());
    let sync = registry.start("sync", &variables).await;
    sync.invoke(&schedule()).await.unwrap_err();
    let lines = lines(&sync.output());
    assert!(lines.iter().any(|line| line["level"] == "WARN" && line["source"] == "bad"), "{lines:?}");
}

#[tokio::test]
async fn the_level_is_chosen_by_a_variable() {
    let registry = Registry::empty().await;
    let function = Reader(registry.start("list_servers", &[("RUST_LOG", "warn")]).await);
    function.get("/v0.1/servers").await;
    assert_eq!(function.0.output(), "");
}
