//! `POST /validate`

use berth_tests::{Registry, document, hand_out};
use serde_json::{Value, json};

#[tokio::test]
async fn all_issues_come_at_once_and_no_token_is_asked_for() {
    let registry = Registry::new().await;
    let client = registry.client();
    let mut faulty = document("a.b/xx-", "latest");
    faulty["websiteUrl"] = json!("http://x");
    faulty["remotes"] = json!([{"type": "stdio"}]);
    faulty["icons"] = json!([{"src": "https://x/y.png", "sizes": ["48"]}]);
    let answer = client.send_body("POST", "/v0/validate", &[], faulty.to_string()).await;
    let result = answer.ok();
    assert_eq!(result["valid"], false);
    let issues = result["issues"].as_array().unwrap();
    let rules: Vec<&str> = issues.iter().map(|issue| issue["reference"].as_str().unwrap()).collect();
    for rule in ["invalid-server-name", "reserved-version-string", "website-url-invalid-scheme"] {
        assert!(rules.contains(&rule), "{rules:?}");
    }
    assert!(issues.iter().any(|issue| issue["path"] == "icons[0].sizes[0]" && issue["type"] == "schema"));
    assert!(issues.iter().all(|issue| ["error", "warning"].contains(&issue["severity"].as_str().unwrap())));
    assert_eq!(registry.serial().await.0, 0);
}

#[tokio::test]
async fn it_asks_for_a_body_as_publish_does() {
    let client = Registry::new().await.client();
    let post = async |body: &str, kind: &str| {
        client.send_body("POST", "/v0.1/validate", &[("content-type", kind)], body.to_owned()).await
    };
    assert_eq!(post("", "application/json").await.problem(), (400, "request body is required".to_owned()));
    assert_eq!(post("{", "application/json").await.status, 400);
    assert_eq!(post("{}", "text/plain").await.status, 415);
    assert_eq!(post("{}", "application/json").await.errors().2.len(), 4, "four fields are required");
    assert_eq!(client.get("/v0/validate").await.problem().0, 404);
}

/// Duplicates, remote URLs and permissions are not its business.
#[tokio::test]
async fn it_looks_at_the_document_alone() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    publisher.publish_version("a.b/xx", "1.0.0").await.ok();
    let body = document("a.b/xx", "1.0.0").to_string();
    let answer = registry.client().send_body("POST", "/v0/validate", &[], body).await;
    assert_eq!(answer.text(), "{\"valid\":true,\"issues\":[]}\n");
}

/// The official documentation's examples, with what the official registry says of each.
#[tokio::test]
async fn the_official_examples() {
    let Some(folder) = hand_out("examples") else { return };
    let client = Registry::new().await.client();
    let index = std::fs::read(folder.join("INDEX.json")).unwrap();
    let index: Vec<Value> = serde_json::from_slice(&index).unwrap();
    for expected in &index {
        let file = expected["file"].as_str().unwrap();
        let answer = client.send_body("POST", "/v0/validate", &[], std::fs::read(folder.join(file)).unwrap()).await;
        assert_eq!(answer.status, expected["validate_status"], "{file}: {}", answer.text());
        let result = answer.json();
        match &expected["validate_result"] {
            Value::Bool(valid) => assert_eq!(result["valid"], *valid, "{file}: {result}"),
            errors => assert_eq!(result["errors"], *errors, "{file}"),
        }
    }
    assert_eq!(index.len(), 32);
}

/// Every version that the official registry had on that day. Those that are not valid fail the JSON Schema of their own date,
/// which the official `/validate` runs as well and which its `/publish` does not; but for six that neither takes.
#[tokio::test]
async fn the_official_catalogue() {
    let Some(path) = hand_out("catalogs/official-2025-12-18.json") else { return };
    let client = Registry::new().await.client();
    let entries: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut by_schema, mut refused) = (0, Vec::new());
    for entry in &entries {
        let answer = client.send_body("POST", "/v0/validate", &[], entry["server"].to_string()).await;
        let result = answer.json();
        if answer.status == 200 && result["valid"] == true {
            continue;
        }
        let issues = result["issues"].as_array().cloned().unwrap_or_default();
        let errors = issues.iter().filter(|issue| issue["severity"] == "error");
        if answer.status == 200 && errors.clone().all(|issue| issue["type"] == "schema") {
            by_schema += 1;
            continue;
        }
        let reasons: Vec<&str> =
            errors.filter(|issue| issue["type"] != "schema").filter_map(|issue| issue["message"].as_str()).collect();
        let name = entry["server"]["name"].as_str().unwrap();
        refused.push(format!("{name}: {} {reasons:?}", answer.status));
    }
    assert_eq!((entries.len(), by_schema), (2_794, 389));
    let latest = "version string 'latest' is reserved and cannot be used";
    let (by_rule, by_structure): (Vec<_>, Vec<_>) = refused.iter().partition(|line| line.contains(latest));
    assert_eq!(by_rule.len(), 5, "{refused:?}");
    assert_eq!(by_structure, ["io.github.jztan/redmine-mcp-server: 422 []"], "an input of format integer");
}
