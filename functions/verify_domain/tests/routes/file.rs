//! Proofs by a file.

use crate::registry::{Registry, files_from, token};
use crate::web_server::WebServer;

const NOT_PROVED: &str = "The domain is not proved";
const URL: &str = "https://example.com/.well-known/mcp-verify";

#[tokio::test]
async fn a_file_proves_the_domain_alone() {
    let Some(server) = WebServer::start().await else { return };
    let registry = Registry::with(files_from(server.address, server.authority.clone()), None).await;
    let me = token(7);
    let record = registry.claimed(&me, "example.com").await;
    let theirs = registry.claimed(&token(8), "example.com").await;
    let said = async || registry.check(&me, "example.com").await.refused(422, NOT_PROVED).pop().unwrap();

    server.reply("404 Not Found", "", "");
    assert_eq!(said().await, format!("{URL} answered 404 Not Found, 200 expected"));
    server.reply("302 Found", "location: https://example.com/other\r\n", &record);
    assert!(said().await.contains("redirects are not followed"));
    for wrong in ["", &theirs, &format!("<html>{record}</html>"), &record.to_uppercase()] {
        server.reply("200 OK", "", wrong);
        assert_eq!(said().await, format!("{URL}: no line reads {record}"), "{wrong}");
    }
    server.reply("200 OK", "", &format!("{}\n{record}", "x".repeat(5000)));
    assert_eq!(said().await, format!("{URL} has more than 4096 bytes"));

    server.reply("200 OK", "content-type: text/html\r\n", &format!("{theirs}\r\n  {record}\r\n"));
    let claim = registry.check(&me, "example.com").await.ok();
    assert_eq!((&claim["status"], &claim["method"]), (&"proved".into(), &"http".into()));
    assert_eq!(claim["publishes"], serde_json::json!(["com.example/*"]));

    // A record proves more.
    registry.set(&[("example.com", "TXT", &record)]);
    let claim = registry.check(&me, "example.com").await.ok();
    assert_eq!((&claim["method"], claim["publishes"].as_array().unwrap().len()), (&"dns".into(), 2));
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.starts_with("GET /.well-known/mcp-verify HTTP/1.1\r\n")));
    assert!(requests.len() >= 8, "a redirect is not followed, and nothing is kept: {requests:?}");
}
