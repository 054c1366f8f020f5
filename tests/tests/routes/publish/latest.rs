//! Which version is the latest after a publish.

use berth_tests::Registry;
use serde_json::json;

const NAME: &str = "a.b/xx";

/// Cases 41 to 43, and the sequence that was recorded from the official registry.
#[tokio::test]
async fn the_flag_follows_the_official_order() {
    for sequence in [
        &[("1.0.0", "1.0.0"), ("1.1.0", "1.1.0"), ("1.0.5", "1.1.0")][..],
        &[("2.0.0", "2.0.0"), ("2.0.0+b1", "2.0.0"), ("snapshot", "2.0.0"), ("2026-01-01", "2.0.0")],
        &[("v3.0.0", "v3.0.0"), ("3.0.0", "v3.0.0"), ("1.0", "v3.0.0"), ("10.0.0", "10.0.0")],
        &[("mcp", "mcp"), ("auto", "auto"), ("2.1", "2.1"), ("0.0.1-alpha", "0.0.1-alpha"), ("zzz", "0.0.1-alpha")],
    ] {
        let publisher = Registry::new().await.publisher();
        for (version, latest) in sequence {
            let answer = publisher.publish_version(NAME, version).await.ok();
            let flag = &answer["_meta"]["io.modelcontextprotocol.registry/official"]["isLatest"];
            assert_eq!(*flag, json!(version == latest), "{version}");
            assert_eq!(publisher.latest(NAME).await.as_deref(), Some(*latest), "after {version}");
        }
    }
}

/// The official registry compares with the flagged version even if that is deleted, and then shows no latest at all.
#[tokio::test]
async fn a_new_version_outranks_deleted_ones() {
    let publisher = Registry::new().await.publisher();
    publisher.publish_version(NAME, "2.0.0").await.ok();
    publisher.delete(NAME, "2.0.0").await.ok();
    assert_eq!(publisher.latest(NAME).await, None);
    publisher.publish_version(NAME, "1.0.0").await.ok();
    assert_eq!(publisher.latest(NAME).await.as_deref(), Some("1.0.0"));
    let list = publisher.client.get("/v0.1/servers?version=latest").await.ok();
    assert_eq!(list["servers"][0]["server"]["version"], "1.0.0");
}
