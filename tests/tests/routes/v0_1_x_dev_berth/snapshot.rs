//! `GET /v0.1/x/dev.berth/snapshot`

use berth_tests::{Client, Registry, Version, signing_keys};
use registry::snapshot::SnapshotDocument;
use registry_auth::VerifyingKeys;
use serde_json::Value;

const SNAPSHOT: &str = "/v0.1/x/dev.berth/snapshot";

/// The document, whose signature is good and is about the very same.
async fn signed(client: &Client) -> Value {
    let answer = client.get(SNAPSHOT).await;
    let document = answer.ok();
    assert_eq!(answer.header("berth-serial"), Some(document["serial"].to_string().as_str()));
    let keys: VerifyingKeys = client.get("/.well-known/jwks.json").await.text().parse().unwrap();
    let payload = keys.verify_snapshot(document["signature"].as_str().unwrap()).unwrap();
    let mut unsigned: SnapshotDocument = serde_json::from_value(document.clone()).unwrap();
    unsigned.signature = None;
    assert_eq!(payload, unsigned.json());
    document
}

#[tokio::test]
async fn it_names_exports_and_changes_and_is_signed() {
    let registry = Registry::with(&[Version::new("io.x/yy", "1.0.0"), Version::new("io.x/zz", "1.0.0")]).await;
    let client = registry.client();
    let document = signed(&client).await;
    assert_eq!((&document["serial"], &document["servers"], &document["versions"]), (&2.into(), &2.into(), &2.into()));
    let exports: Vec<_> = document["exports"].as_array().unwrap().iter().collect();
    let of = |export: &&Value| (export["format"].clone(), export["encoding"].clone(), export["serial"].clone());
    let named: Vec<_> = exports.iter().map(of).collect();
    assert_eq!(
        named,
        [
            ("json".into(), "br".into(), 2.into()),
            ("json".into(), "gzip".into(), 2.into()),
            ("ndjson".into(), "gzip".into(), 2.into())
        ]
    );
    assert_eq!((&document["changes"][0]["first"], &document["changes"][0]["last"]), (&1.into(), &2.into()));
    // After a publish the exports stay, and the changes since are there.
    registry.put(&[Version::new("io.x/zz", "2.0.0")]).await;
    assert_eq!(signed(&client).await, document, "a snapshot stays what it is until there is another");
    registry.sync.publish().await.unwrap();
    let later = signed(&client).await;
    assert_eq!((&later["serial"], &later["exports"]), (&3.into(), &document["exports"]));
    assert_eq!((&later["changes"][0]["first"], &later["changes"][0]["last"]), (&1.into(), &3.into()));
}

#[tokio::test]
async fn who_has_it_gets_304() {
    let registry = Registry::with(&[Version::new("io.x/yy", "1.0.0")]).await;
    let client = registry.client();
    let answer = client.get(SNAPSHOT).await;
    let held = [("if-none-match", answer.header("etag").unwrap())];
    let again = client.send("GET", SNAPSHOT, &held).await;
    assert_eq!((again.status, again.header("berth-serial")), (304, Some("1")));
}

#[tokio::test]
async fn without_a_snapshot_there_is_nothing_to_download() {
    let registry = Registry::new().await;
    registry.put(&[Version::new("io.x/yy", "1.0.0")]).await;
    let document = registry.client().get(SNAPSHOT).await.ok();
    assert_eq!(document.to_string(), r#"{"changes":[],"exports":[],"serial":0,"servers":0,"versions":0}"#);
}

#[tokio::test]
async fn without_keys_there_is_no_signature() {
    let registry = Registry::new().await;
    registry.put(&[Version::new("io.x/yy", "1.0.0")]).await;
    registry.stores.sync().publish().await.unwrap();
    let unsigned = registry.client().get(SNAPSHOT).await.ok();
    assert_eq!((&unsigned["serial"], unsigned.get("signature")), (&1.into(), None));
    let keys = VerifyingKeys::from(&signing_keys());
    // A schedule that has keys signs what is there; a change that comes without a schedule does too.
    assert_eq!(registry.import(&[]).await.serial.0, 1);
    let document = registry.client().get(SNAPSHOT).await.ok();
    assert!(keys.verify_snapshot(document["signature"].as_str().unwrap()).is_ok());
}
