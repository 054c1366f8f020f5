//! `PATCH /servers/{serverName}/versions/{version}/status` and `PATCH /servers/{serverName}/status`

use berth_tests::{Publisher, Registry, document, version_path};
use registry_auth::Action;
use serde_json::{Value, json};

const NAME: &str = "a.b/xx";
const UNCHANGED: &str = "No changes to apply: status and message are already set to the provided values";
const FAILED: &str = "Failed to update server status";

async fn published(versions: &[&str]) -> (Registry, Publisher) {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    for version in versions {
        publisher.publish_version(NAME, version).await.ok();
    }
    (registry, publisher)
}

fn official(entry: &Value) -> Value {
    entry["_meta"]["io.modelcontextprotocol.registry/official"].clone()
}

/// Case 53.
#[tokio::test]
async fn what_changes_nothing_is_refused() {
    let (_registry, publisher) = published(&["1.0.0"]).await;
    let set = async |body| publisher.set_status(NAME, "1.0.0", body).await.errors();
    assert_eq!(set(json!({"status": "active"})).await, (400, FAILED.to_owned(), vec![UNCHANGED.to_owned()]));
    let message = "status_message cannot be provided when setting status to active".to_owned();
    assert_eq!(
        set(json!({"status": "active", "statusMessage": "m"})).await,
        (400, FAILED.to_owned(), vec![message.clone()])
    );
    let all = publisher.set_all(NAME, json!({"status": "active"})).await.errors();
    let unchanged = "No changes to apply: all versions already have the requested status and message".to_owned();
    assert_eq!(all, (400, FAILED.to_owned(), vec![unchanged]));
    let all = publisher.set_all(NAME, json!({"status": "active", "statusMessage": "m"})).await.errors();
    assert_eq!(all, (400, FAILED.to_owned(), vec![message]));
}

/// Case 54.
#[tokio::test]
async fn times_move_with_what_they_tell() {
    let (_registry, publisher) = published(&["1.0.0"]).await;
    let set = async |body| official(&publisher.set_status(NAME, "1.0.0", body).await.ok());
    let first = set(json!({"status": "deprecated", "statusMessage": "use 2"})).await;
    assert_eq!((&first["status"], &first["statusMessage"]), (&json!("deprecated"), &json!("use 2")));
    assert!(first["statusChangedAt"].as_str() > first["publishedAt"].as_str());
    assert_eq!(first["statusChangedAt"], first["updatedAt"]);
    let second = set(json!({"status": "deprecated", "statusMessage": ""})).await;
    assert_eq!(second["statusMessage"], "", "an empty message is a message");
    assert_eq!(second["statusChangedAt"], first["statusChangedAt"]);
    assert!(second["updatedAt"].as_str() > first["updatedAt"].as_str());
    let third = set(json!({"status": "deprecated"})).await;
    assert_eq!(third.get("statusMessage"), None, "a message that is left out goes");
    let fourth = set(json!({"status": "active", "statusMessage": null})).await;
    assert!(fourth["statusChangedAt"].as_str() > first["statusChangedAt"].as_str());
    assert_eq!(fourth["publishedAt"], first["publishedAt"]);
    let read = publisher.client.get(&version_path(NAME, "1.0.0", "")).await.ok();
    assert_eq!(official(&read), fourth);
}

/// Case 55, and the form of the body.
#[tokio::test]
async fn the_body_has_a_status_and_at_most_a_message() {
    let (_registry, publisher) = published(&["1.0.0"]).await;
    for (body, error) in [
        (json!({"status": "deleted", "statusMessage": "x".repeat(501)}), "body.statusMessage: expected length <= 500"),
        (json!({"status": "gone"}), "body.status: expected value to be one of \"active, deprecated, deleted\""),
        (json!({}), "body: expected required property status to be present"),
        (json!({"status": "deleted", "why": 1}), "body.why: unexpected property"),
        (json!([]), "body: expected object"),
    ] {
        for answer in
            [publisher.set_status(NAME, "1.0.0", body.clone()).await, publisher.set_all(NAME, body.clone()).await]
        {
            assert_eq!(answer.errors(), (422, "validation failed".to_owned(), vec![error.to_owned()]));
        }
    }
    let longest = json!({"status": "deleted", "statusMessage": "é".repeat(500)});
    publisher.set_status(NAME, "1.0.0", longest).await.ok();
}

/// Case 56.
#[tokio::test]
async fn the_latest_flag_is_found_anew() {
    let (_registry, publisher) = published(&["1.1.0", "2.0.0"]).await;
    publisher.set_status(NAME, "2.0.0", json!({"status": "deleted"})).await.ok();
    assert_eq!(publisher.latest(NAME).await.as_deref(), Some("1.1.0"));
    publisher.publish_version(NAME, "1.5.0").await.ok();
    assert_eq!(publisher.latest(NAME).await.as_deref(), Some("1.5.0"));
    publisher.set_status(NAME, "2.0.0", json!({"status": "deprecated"})).await.ok();
    assert_eq!(publisher.latest(NAME).await.as_deref(), Some("2.0.0"));
    publisher.publish_version(NAME, "1.6.0").await.ok();
    assert_eq!(publisher.latest(NAME).await.as_deref(), Some("2.0.0"));
}

/// Case 57.
#[tokio::test]
async fn a_server_whose_versions_are_all_deleted_is_hidden() {
    let (_registry, publisher) = published(&["1.0.0", "2.0.0"]).await;
    let all = publisher.set_all(NAME, json!({"status": "deleted", "statusMessage": "malware"})).await.ok();
    assert_eq!(all["updatedCount"], 2);
    let client = &publisher.client;
    for path in ["/versions", "/versions/latest", "/versions/1.0.0"] {
        let path = format!("/v0/servers/a.b%2Fxx{path}");
        assert_eq!(client.get(&path).await.problem(), (404, "Server not found".to_owned()), "{path}");
        assert_eq!(client.get(&format!("{path}?include_deleted=true")).await.status, 200, "{path}");
    }
    assert_eq!(client.get("/v0/servers").await.ok()["metadata"]["count"], 0);
    let listed = client.get("/v0/servers?include_deleted=true&version=latest").await.ok();
    assert_eq!(listed["servers"][0]["server"]["version"], "2.0.0");
    assert_eq!(official(&listed["servers"][0])["isLatest"], true);
}

/// Case 58.
#[tokio::test]
async fn all_at_once_counts_all_and_touches_what_differs() {
    let (registry, publisher) = published(&["1.0.0", "2.0.0", "3.0.0"]).await;
    let body = json!({"status": "deprecated", "statusMessage": "use another"});
    let one = official(&publisher.set_status(NAME, "2.0.0", body.clone()).await.ok());
    let serial = registry.serial().await.0;
    let all = publisher.set_all(NAME, body).await.ok();
    assert_eq!(all["updatedCount"], 3);
    let servers = all["servers"].as_array().unwrap();
    let versions: Vec<&str> = servers.iter().map(|entry| entry["server"]["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["3.0.0", "2.0.0", "1.0.0"], "newest first");
    assert_eq!(official(&servers[1]), one, "it had the status already");
    assert_eq!(registry.serial().await.0, serial + 2);
    let read = publisher.client.get("/v0/servers/a.b%2Fxx/versions").await.ok();
    assert_eq!(read["servers"], all["servers"]);
}

/// More versions than one transaction takes.
#[tokio::test]
async fn all_at_once_knows_no_number() {
    let registry = Registry::new().await;
    let versions: Vec<berth_tests::Version> =
        (0..130).map(|n| berth_tests::Version::new(NAME, &format!("1.0.{n}"))).collect();
    registry.put(&versions).await;
    let publisher = registry.publisher();
    let all = publisher.set_all(NAME, json!({"status": "deleted"})).await.ok();
    assert_eq!(all["updatedCount"], 130);
    assert!(all["servers"].as_array().unwrap().iter().all(|entry| official(entry)["status"] == "deleted"));
    assert_eq!(publisher.latest(NAME).await, None);
    publisher.set_status(NAME, "1.0.7", json!({"status": "active"})).await.ok();
    assert_eq!(publisher.latest(NAME).await.as_deref(), Some("1.0.7"));
}

#[tokio::test]
async fn either_permission_will_do_and_latest_is_no_version() {
    let (registry, publisher) = published(&["1.0.0"]).await;
    for (action, status) in [(Action::Publish, "deprecated"), (Action::Edit, "active")] {
        let one = Publisher::new(registry.client(), &[(action, "a.b/*")]);
        one.set_status(NAME, "1.0.0", json!({"status": status})).await.ok();
    }
    let stranger = Publisher::new(registry.client(), &[(Action::Publish, "c.d/*"), (Action::Edit, "c.d/*")]);
    let forbidden = (403, "You do not have publish or edit permissions for this server".to_owned());
    assert_eq!(stranger.set_status(NAME, "1.0.0", json!({"status": "deleted"})).await.problem(), forbidden);
    assert_eq!(stranger.set_all(NAME, json!({"status": "deleted"})).await.problem(), forbidden);
    for version in ["latest", "9.9.9"] {
        let missing = publisher.set_status(NAME, version, json!({"status": "deleted"})).await.problem();
        assert_eq!(missing, (404, "Server version not found".to_owned()), "{version}");
    }
    let missing = publisher.set_all("a.b/nobody", json!({"status": "deleted"})).await.problem();
    assert_eq!(missing, (404, "Server not found".to_owned()));
    let twice_escaped = "/v0/servers/a.b%252Fxx/versions/1.0.0/status";
    publisher.send("PATCH", twice_escaped, &json!({"status": "deleted"})).await.ok();
}

/// A source's server is its publishers' own from the first change on.
#[tokio::test]
async fn a_change_takes_a_server_over_from_its_source() {
    let registry = Registry::new().await;
    let server = document(NAME, "1.0.0");
    let source = registry.source("elsewhere", &json!({"servers": [{"server": server}], "metadata": {}}));
    registry.import(&[&source]).await;
    let publisher = registry.publisher();
    publisher.set_status(NAME, "1.0.0", json!({"status": "deleted", "statusMessage": "not here"})).await.ok();
    let report = registry.import(&[&source]).await;
    let refused = &report.sources[0].refused;
    assert!(refused[0].reason.contains("a publisher"), "{refused:?}");
    assert_eq!(publisher.client.get(&version_path(NAME, "1.0.0", "")).await.status, 404);
    publisher.publish_version(NAME, "2.0.0").await.ok();
}
