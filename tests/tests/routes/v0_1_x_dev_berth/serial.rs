//! The header that says of which serial an answer is.

use berth_tests::{Registry, Version};

#[tokio::test]
async fn every_answer_from_the_catalogue_says_its_serial() {
    let registry = Registry::with(&[Version::new("io.x/yy", "1.0.0"), Version::new("io.x/zz", "1.0.0")]).await;
    let client = registry.client();
    let paths = [
        "/v0/servers",
        "/v0.1/servers?search=yy",
        "/v0.1/servers/io.x%2Fyy/versions",
        "/v0.1/servers/io.x%2Fyy/versions/1.0.0",
        "/v0.1/servers/io.x%2Fyy/versions/latest",
        "/v0.1/x/dev.berth/changes",
    ];
    for path in paths {
        assert_eq!(client.get(path).await.header("berth-serial"), Some("2"), "{path}");
    }
    let list = client.get("/v0.1/servers?search=yy").await;
    // Another server changes: the answer stays, its serial moves, in a 304 too.
    registry.put(&[Version::new("io.x/zz", "2.0.0")]).await;
    for path in paths {
        assert_eq!(client.get(path).await.header("berth-serial"), Some("3"), "{path}");
    }
    let held = [("if-none-match", list.header("etag").unwrap())];
    let again = client.send("GET", "/v0.1/servers?search=yy", &held).await;
    assert_eq!((again.status, again.header("berth-serial")), (304, Some("3")));
    for path in ["/v0.1/health", "/v0.1/version", "/openapi.json"] {
        assert_eq!(client.get(path).await.header("berth-serial"), None, "{path}");
    }
}
