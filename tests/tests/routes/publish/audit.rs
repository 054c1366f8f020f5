//! What the audit trail says of changes: a record is there if, and only if, the change is.

use berth_tests::{ANONYMOUS, Publisher, Registry, Version, document, token, with_remotes};
use futures_util::future::join_all;
use registry::store::{AuditOutcome, AuditQuery, AuditRecord};
use registry_auth::Action;
use serde_json::json;

const NAME: &str = "a.b/xx";

/// Event, outcome, target and detail of each record.
fn told(records: &[AuditRecord]) -> Vec<String> {
    let line = |record: &AuditRecord| {
        let (target, detail) = (record.target.as_deref().unwrap(), record.detail.as_deref().unwrap_or("-"));
        format!("{} {} {target} {detail}", record.event, record.outcome)
    };
    records.iter().map(line).collect()
}

fn count(records: &[AuditRecord], outcome: AuditOutcome) -> usize {
    records.iter().filter(|record| record.outcome == outcome).count()
}

#[tokio::test]
async fn each_change_has_a_record_and_what_changes_nothing_has_none() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    publisher.publish_version(NAME, "1.0.0").await.ok();
    publisher.publish_version(NAME, "1.0.0").await.ok();
    publisher.publish_version(NAME, "2.0.0").await.ok();
    publisher.edit(NAME, "1.0.0", &with_remotes(document(NAME, "1.0.0"), &["https://a.example/"])).await.ok();
    let gone = json!({"status": "deprecated", "statusMessage": "use 3"});
    publisher.set_status(NAME, "1.0.0", gone.clone()).await.ok();
    publisher.set_all(NAME, json!({"status": "deleted", "statusMessage": ""})).await.ok();
    publisher.set_all(NAME, json!({"status": "active"})).await.ok();
    publisher.delete(NAME, "2.0.0").await.ok();
    publisher.delete(NAME, "2.0.0").await.ok();
    let records = registry.records().await;
    assert_eq!(
        told(&records),
        [
            "publish done a.b/xx@1.0.0 -",
            "publish done a.b/xx@2.0.0 -",
            "edit done a.b/xx@1.0.0 -",
            "status done a.b/xx@1.0.0 deprecated: use 3",
            "status done a.b/xx deleted",
            "status done a.b/xx active",
            "delete done a.b/xx@2.0.0 -",
        ]
    );
    assert!(records.iter().all(|record| record.namespace.as_deref() == Some("a.b")), "{records:?}");
}

#[tokio::test]
async fn a_record_says_who_from_where_and_with_which_token() {
    let registry = Registry::new().await;
    let permissions = [(Action::Publish, "io.github.Acme/*")];
    let publisher = Publisher { token: token("acme.example", &permissions), ..registry.publisher() }.at("192.0.2.7");
    publisher.publish_version("io.github.Acme/widget", "1.0.0").await.ok();
    publisher.delete("io.github.Acme/widget", "1.0.0").await.ok();
    let claims = serde_json::from_slice::<serde_json::Value>(&claims_of(&publisher.token)).unwrap();
    let records = registry.records().await;
    assert_eq!(records.len(), 2);
    for record in &records {
        assert_eq!(record.identity.as_deref(), Some("domain:acme.example"));
        assert_eq!((record.method.as_deref(), record.subject.as_deref()), (Some("dns"), Some("acme.example")));
        assert_eq!((record.token_id.as_deref(), record.token_id.is_some()), (claims["jti"].as_str(), true));
        assert_eq!(record.address.as_deref(), Some("192.0.2.7"));
        assert_eq!(record.namespace.as_deref(), Some("io.github.acme"), "in lower case");
    }
    // The owners of the namespace see the same.
    let namespace = Some("io.github.acme".to_owned());
    let query = AuditQuery { namespace, limit: 10, ..AuditQuery::default() };
    let mut page = registry.stores.trail().page(&query).await.unwrap().records;
    page.reverse();
    assert_eq!(page, records);
}

fn claims_of(token: &str) -> Vec<u8> {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()
}

/// Twenty at once, by four processes.
async fn at_once(registry: &Registry, document: impl Fn(usize) -> serde_json::Value) -> usize {
    let processes: Vec<Publisher> = (0..4).map(|_| registry.publisher()).collect();
    let publish = |number: usize| {
        let (publisher, document) = (processes[number % 4].clone(), document(number));
        tokio::spawn(async move { publisher.publish(&document).await.status })
    };
    let statuses = join_all((0..20).map(publish)).await;
    statuses.into_iter().filter(|status| *status.as_ref().unwrap() == 200).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_publishes_of_one_version_one_is_done_and_the_others_are_refused() {
    let registry = Registry::new().await;
    let described = |number: usize| {
        let mut document = document(NAME, "1.0.0");
        document["description"] = json!(format!("publisher {number}"));
        document
    };
    assert_eq!(at_once(&registry, described).await, 1);
    let records = registry.records().await;
    assert_eq!((records.len(), count(&records, AuditOutcome::Done)), (20, 1));
    let duplicate = "publish refused a.b/xx@1.0.0 invalid version: cannot publish duplicate version";
    assert_eq!(told(&records).iter().filter(|line| *line == duplicate).count(), 19);
}

/// Each loses the race for the server's head several times, and decides anew.
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_versions_of_one_server_each_has_one_record() {
    let registry = Registry::new().await;
    assert_eq!(at_once(&registry, |number| document(NAME, &format!("1.0.{number}"))).await, 20);
    let mut told = told(&registry.records().await);
    told.sort();
    let mut expected: Vec<_> = (0..20).map(|number| format!("publish done a.b/xx@1.0.{number} -")).collect();
    expected.sort();
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_publish_sent_twenty_times_there_is_one_record() {
    let registry = Registry::new().await;
    assert_eq!(at_once(&registry, |_| document(NAME, "1.0.0")).await, 20);
    assert_eq!(told(&registry.records().await), ["publish done a.b/xx@1.0.0 -"]);
}

/// The commit of all but one is refused, after a decision that was right when it was made.
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_claims_of_one_url_one_is_done() {
    let registry = Registry::new().await;
    let claim = |number: usize| with_remotes(document(&format!("a.b/x{number}"), "1.0.0"), &["https://a.example/"]);
    assert_eq!(at_once(&registry, claim).await, 1);
    let records = registry.records().await;
    assert_eq!((records.len(), count(&records, AuditOutcome::Done)), (20, 1));
    let done = records.iter().find(|record| record.outcome == AuditOutcome::Done).unwrap();
    let listed = registry.client().get("/v0.1/servers").await.ok();
    let name = listed["servers"][0]["server"]["name"].as_str().unwrap();
    assert_eq!(done.target.as_deref(), Some(format!("{name}@1.0.0").as_str()));
}

/// More versions than one transaction takes: several transactions, one record.
#[tokio::test]
async fn a_change_of_all_versions_has_one_record() {
    let registry = Registry::new().await;
    let versions: Vec<Version> = (0..130).map(|n| Version::new(NAME, &format!("1.0.{n}"))).collect();
    registry.put(&versions).await;
    let before = registry.serial().await.0;
    registry.publisher().set_all(NAME, json!({"status": "deleted", "statusMessage": "malware"})).await.ok();
    assert_eq!(registry.serial().await.0, before + 130);
    assert_eq!(told(&registry.records().await), ["status done a.b/xx deleted: malware"]);
}

/// Somebody else publishes to the server between its transactions, so that it is decided again.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_all_versions_has_one_record_however_often_it_is_decided() {
    let registry = Registry::new().await;
    let versions: Vec<Version> = (0..400).map(|n| Version::new(NAME, &format!("1.0.{n}"))).collect();
    let before = registry.put(&versions).await;
    let (one, other) = (registry.publisher(), registry.publisher());
    let all = tokio::spawn(async move { one.set_all(NAME, json!({"status": "deprecated"})).await.status });
    while registry.serial().await == before && !all.is_finished() {
        tokio::task::yield_now().await;
    }
    for version in ["2.0.0", "2.0.1"] {
        other.publish_version(NAME, version).await.ok();
    }
    assert_eq!(all.await.unwrap(), 200);
    let told = told(&registry.records().await);
    let set = told.iter().filter(|line| *line == "status done a.b/xx deprecated").count();
    assert_eq!((set, told.len()), (1, 3), "{told:?}");
}

#[tokio::test]
async fn the_anonymous_are_recorded_as_such() {
    let registry = Registry::new().await;
    let client = registry.client();
    let login = client.send("POST", "/v0.1/auth/none", &[]).await.ok();
    let publisher = Publisher { client, token: login["registry_token"].as_str().unwrap().to_owned() };
    publisher.publish_version(&format!("{ANONYMOUS}/xx"), "1.0.0").await.ok();
    let records = registry.records().await;
    let record = records.iter().find(|record| record.event.as_str() == "publish").unwrap();
    assert_eq!((record.method.as_deref(), record.subject.as_deref()), (Some("none"), Some("anonymous")));
    assert_eq!((record.address.as_deref(), record.namespace.as_deref()), (None, Some(ANONYMOUS)));
}
