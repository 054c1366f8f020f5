//! `POST /auth/http`

use registry_auth::{Action, AuthMethod};
use serde_json::json;

use crate::registry::{Registry, publishable};
use crate::signer::Signer;
use crate::web_server::{Reply, WebServer};

const PATH: &str = "/v0/auth/http";
const URL: &str = "https://example.com/.well-known/mcp-registry-auth";

async fn refused(reply: Reply) -> String {
    let server = WebServer::new(reply).await;
    Registry::with_files(server.files()).await.refused(PATH, &Signer::ed25519().login("example.com")).await
}

#[tokio::test]
async fn the_holder_of_a_key_gets_the_namespace_alone() {
    for signer in [Signer::ed25519(), Signer::p384()] {
        let server = WebServer::new(Reply::ok(&format!("{}\n", signer.record()))).await;
        let registry = Registry::with_files(server.files()).await;
        for (path, domain) in [(PATH, "example.com"), ("/v0.1/auth/http", "EXAMPLE.com.")] {
            let claims = registry.granted(path, &signer.login(domain)).await;
            assert_eq!((claims.auth_method, claims.auth_method_sub.as_str()), (AuthMethod::Http, "example.com"));
            assert_eq!(claims.patterns(Action::Publish), ["com.example/*"]);
            let names = ["com.example/x", "com.example.api/x", "com.exampleevil/x", "com.Example/x"];
            assert_eq!(publishable(&claims, &names), ["com.example/x"]);
            assert!(claims.patterns(Action::Edit).is_empty());
        }
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        for request in requests {
            let request = request.to_ascii_lowercase();
            assert!(request.starts_with("get /.well-known/mcp-registry-auth http/1.1\r\n"), "{request}");
            assert!(request.contains("\r\nhost: example.com\r\n"), "{request}");
            assert!(request.contains("\r\nuser-agent: mcp-registry/1.0 (berth/"), "{request}");
        }
    }
}

#[tokio::test]
async fn the_first_record_counts_and_no_other() {
    let (first, second) = (Signer::ed25519(), Signer::ed25519());
    let server = WebServer::new(Reply::ok(&format!("{}\n{}\n", first.record(), second.record()))).await;
    let registry = Registry::with_files(server.files()).await;
    registry.granted(PATH, &first.login("example.com")).await;
    let reason = registry.refused(PATH, &second.login("example.com")).await;
    assert!(reason.starts_with(&format!("signature verification failed: tried {};", first.fingerprint())), "{reason}");
}

#[tokio::test]
async fn a_proof_is_used_once() {
    let signer = Signer::p384();
    let server = WebServer::new(Reply::ok(&signer.record())).await;
    let registry = Registry::with_files(server.files()).await;
    let login = signer.login("example.com");
    registry.granted(PATH, &login).await;
    let reason = registry.refused(PATH, &login).await;
    assert_eq!(reason, "this signed timestamp has been used already: sign a fresh one");
    // For another domain it is another proof.
    let mut other = login.clone();
    other["domain"] = json!("other.com");
    registry.granted(PATH, &other).await;
}

#[tokio::test]
async fn times_outside_the_window_are_refused() {
    let signer = Signer::ed25519();
    let server = WebServer::new(Reply::ok(&signer.record())).await;
    let registry = Registry::with_files(server.files()).await;
    for seconds in [-16, 60] {
        let reason = registry.refused(PATH, &signer.login_at("example.com", seconds)).await;
        assert_eq!(reason, "timestamp outside valid window (±15 seconds)");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn answers_without_a_record() {
    let nothing =
        format!("no MCP public key found in HTTP response: {URL} must hold \"v=MCPv1; k=ed25519; p=<public key>\"");
    assert_eq!(refused(Reply::ok("hello")).await, nothing);
    assert_eq!(refused(Reply::ok("")).await, nothing);
    let unsupported = refused(Reply::ok("v=MCPv1; k=rsa; p=AAAA")).await;
    assert!(unsupported.contains("unsupported algorithm \"rsa\", use ed25519 or ecdsap384"), "{unsupported}");
}

#[tokio::test]
async fn other_statuses_are_refused() {
    let record = Signer::ed25519().record();
    for (status, text) in
        [("404 Not Found", "404 Not Found"), ("201 Created", "201 Created"), ("500 Oops", "500 Internal")]
    {
        let reason = refused(Reply::status(status, "", &record)).await;
        assert!(reason.starts_with(&format!("failed to fetch public key: {URL} answered {text}")), "{reason}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let signer = Signer::ed25519();
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let reply = Reply::status(status, "location: https://other.com/\r\n", &signer.record());
        let server = WebServer::new(reply).await;
        let registry = Registry::with_files(server.files()).await;
        let reason = registry.refused(PATH, &signer.login("example.com")).await;
        assert!(reason.ends_with("redirects are not followed, the file must be there itself"), "{reason}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn files_have_an_end() {
    let signer = Signer::ed25519();
    let padded = |bytes: usize| format!("{}{}", signer.record(), " ".repeat(bytes - signer.record().len()));
    let server = WebServer::new(Reply::ok(&padded(4096))).await;
    Registry::with_files(server.files()).await.granted(PATH, &signer.login("example.com")).await;
    let too_large = format!("failed to fetch public key: {URL} has more than 4096 bytes");
    assert_eq!(refused(Reply::ok(&padded(4097))).await, too_large);
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    assert_eq!(refused(Reply::Endless(head)).await, too_large);
    let declared = "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n";
    assert_eq!(refused(Reply::Stalled(declared)).await, too_large);
}

#[tokio::test]
async fn files_have_to_come() {
    let late = format!("failed to fetch public key: {URL} was not answered in time");
    assert_eq!(refused(Reply::Stalled("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nv=MCPv1;")).await, late);
    assert_eq!(refused(Reply::Stalled("HTTP/1.1 200 OK\r\n")).await, late);
}

#[tokio::test]
async fn certificates_are_checked() {
    let signer = Signer::ed25519();
    let server = WebServer::new(Reply::ok(&signer.record())).await;
    let registry = Registry::with_files(server.files()).await;
    let reason = registry.refused(PATH, &signer.login("third.com")).await;
    assert!(reason.contains("certificate"), "{reason}");
    assert!(server.requests().is_empty());
}
