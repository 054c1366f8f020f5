//! Health, readiness, ping and version.

use berth_tests::Registry;

#[tokio::test]
async fn they_answer_as_the_official_registry() {
    let client = Registry::new().await.client();
    for path in ["/v0/health", "/v0.1/health", "/health", "/readiness"] {
        assert_eq!(client.get(path).await.text(), "{\"status\":\"ok\"}\n", "{path}");
    }
    for path in ["/v0/ping", "/v0.1/ping"] {
        assert_eq!(client.get(path).await.text(), "{\"pong\":true}\n", "{path}");
    }
    let version = client.get("/v0.1/version").await.ok();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert!(version["git_commit"].is_string() && version["build_time"].is_string());
}
