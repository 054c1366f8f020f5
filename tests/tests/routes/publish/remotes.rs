//! A remote URL belongs to one server.

use berth_tests::{Publisher, Registry, document, with_remotes};
use serde_json::json;

const URL: &str = "https://mcp.example.com/sse";

async fn publish(publisher: &Publisher, name: &str, version: &str, urls: &[&str]) -> (u16, Vec<String>) {
    let answer = publisher.publish(&with_remotes(document(name, version), urls)).await;
    if answer.status == 200 { (200, Vec::new()) } else { (answer.status, answer.errors().2) }
}

/// Cases 45 and 46.
#[tokio::test]
async fn it_is_free_again_when_its_holder_has_no_visible_version_with_it() {
    let publisher = Registry::new().await.publisher();
    let taken = (400, vec![format!("remote URL {URL} is already used by server a.a/xx")]);
    assert_eq!(publish(&publisher, "a.a/xx", "1.0.0", &[URL]).await.0, 200);
    assert_eq!(publish(&publisher, "b.b/xx", "1.0.0", &["https://b.example", URL]).await, taken);
    assert_eq!(publish(&publisher, "b.b/xx", "1.0.0", &["https://b.example"]).await.0, 200);
    assert_eq!(publish(&publisher, "b.b/xx", "1.1.0", &["https://mcp.example.com/sse/"]).await.0, 200);
    assert_eq!(publish(&publisher, "b.b/xx", "1.2.0", &["HTTPS://mcp.example.com/sse"]).await.0, 200);
    assert_eq!(publish(&publisher, "a.a/xx", "1.1.0", &[URL, URL]).await.0, 200);
    for version in ["1.0.0", "1.1.0"] {
        let deprecated = json!({"status": "deprecated", "statusMessage": "moved"});
        publisher.set_status("a.a/xx", version, deprecated).await.ok();
        assert_eq!(publish(&publisher, "b.b/xx", "2.0.0", &[URL]).await, taken);
    }
    publisher.delete("a.a/xx", "1.0.0").await.ok();
    assert_eq!(publish(&publisher, "b.b/xx", "2.0.0", &[URL]).await, taken);
    publisher.delete("a.a/xx", "1.1.0").await.ok();
    assert_eq!(publish(&publisher, "b.b/xx", "2.0.0", &[URL]).await.0, 200);
}

/// Case 59. The official registry lets a deleted version come back as deprecated with a URL that is another's by now.
#[tokio::test]
async fn a_version_does_not_come_back_with_what_is_anothers() {
    let publisher = Registry::new().await.publisher();
    publish(&publisher, "a.a/xx", "1.0.0", &[URL]).await;
    publish(&publisher, "a.a/xx", "2.0.0", &[]).await;
    publisher.delete("a.a/xx", "1.0.0").await.ok();
    publish(&publisher, "b.b/xx", "1.0.0", &[URL]).await;
    let taken = format!("remote URL {URL} is already used by server b.b/xx");
    for status in ["active", "deprecated"] {
        let (code, detail, errors) = publisher.set_status("a.a/xx", "1.0.0", json!({"status": status})).await.errors();
        assert_eq!((code, detail.as_str()), (400, "Failed to update server status"));
        assert_eq!(errors, [taken.as_str()]);
    }
    let all = publisher.set_all("a.a/xx", json!({"status": "deprecated"})).await;
    assert_eq!(all.errors().2, [taken.as_str()]);
    assert_eq!(publisher.latest("a.a/xx").await.as_deref(), Some("2.0.0"), "nothing was changed");
    publisher.delete("b.b/xx", "1.0.0").await.ok();
    publisher.set_status("a.a/xx", "1.0.0", json!({"status": "active"})).await.ok();
    assert_eq!(publish(&publisher, "b.b/xx", "2.0.0", &[URL]).await.0, 400);
}

#[tokio::test]
async fn an_edit_moves_claims() {
    let publisher = Registry::new().await.publisher();
    publish(&publisher, "a.a/xx", "1.0.0", &[URL]).await;
    publish(&publisher, "b.b/xx", "1.0.0", &["https://b.example"]).await;
    let other = with_remotes(document("a.a/xx", "1.0.0"), &["https://b.example"]);
    let (status, detail, errors) = publisher.edit("a.a/xx", "1.0.0", &other).await.errors();
    assert_eq!((status, detail.as_str()), (400, "Failed to edit server"));
    assert_eq!(errors, ["remote URL https://b.example is already used by server b.b/xx"]);
    let free = with_remotes(document("a.a/xx", "1.0.0"), &["https://a.example"]);
    publisher.edit("a.a/xx", "1.0.0", &free).await.ok();
    assert_eq!(publish(&publisher, "b.b/xx", "2.0.0", &[URL]).await.0, 200);
    assert_eq!(publish(&publisher, "b.b/xx", "3.0.0", &["https://a.example"]).await.0, 400);
}

#[tokio::test]
async fn more_than_a_transaction_holds_are_refused() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    let urls: Vec<String> = (0..91).map(|n| format!("https://{n}.example/mcp")).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let refused = publish(&publisher, "a.a/xx", "1.0.0", &urls).await;
    assert_eq!(refused, (400, vec!["the document has 91 remote URLs, the limit is 90".to_owned()]));
    assert_eq!(publish(&publisher, "a.a/xx", "1.0.0", &urls[1..]).await.0, 200);
    publisher.delete("a.a/xx", "1.0.0").await.ok();
    assert_eq!(publish(&publisher, "b.b/xx", "1.0.0", &urls[1..]).await.0, 200);
}
