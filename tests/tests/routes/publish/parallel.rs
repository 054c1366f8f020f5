//! Many publishers at once, in several processes.

use berth_tests::{Answer, Publisher, Registry, document, with_remotes};
use futures_util::future::join_all;
use registry::store::ServerState;
use serde_json::{Value, json};

const NAME: &str = "a.b/xx";

/// A hundred publishes at once, by four processes.
async fn all_at_once(registry: &Registry, document: impl Fn(usize) -> Value) -> Vec<Answer> {
    let processes: Vec<Publisher> = (0..4).map(|_| registry.publisher()).collect();
    let publish = |number: usize| {
        let (publisher, document) = (processes[number % 4].clone(), document(number));
        tokio::spawn(async move { publisher.publish(&document).await })
    };
    join_all((0..100).map(publish)).await.into_iter().map(|answer| answer.unwrap()).collect()
}

fn successes(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 200).count()
}

async fn state(registry: &Registry, name: &str) -> ServerState {
    registry.writer.server(&name.parse().unwrap()).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_version_one_succeeds() {
    let registry = Registry::new().await;
    let answers = all_at_once(&registry, |number| {
        let mut document = document(NAME, "1.0.0");
        document["description"] = json!(format!("publisher {number}"));
        document
    })
    .await;
    assert_eq!(successes(&answers), 1);
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refused.errors().2, ["invalid version: cannot publish duplicate version"]);
    }
    assert_eq!(registry.serial().await.0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_publish_sent_many_times_one_is_written() {
    let registry = Registry::new().await;
    let answers = all_at_once(&registry, |_| document(NAME, "1.0.0")).await;
    assert_eq!(successes(&answers), 100);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    assert_eq!(registry.serial().await.0, 1);
}

/// Case 44, with more of it.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_versions_all_succeed_and_one_is_latest() {
    let registry = Registry::new().await;
    let answers = all_at_once(&registry, |number| document(NAME, &format!("1.0.{number}"))).await;
    assert_eq!(successes(&answers), 100, "{:?}", answers.iter().find(|answer| answer.status != 200));
    let state = state(&registry, NAME).await;
    assert_eq!((state.versions.len(), state.latest.as_str(), state.serial.0), (100, "1.0.99", 100));
    let list = registry.client().get("/v0.1/servers?version=latest").await.ok();
    assert_eq!(list["metadata"]["count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_claims_of_one_url_one_succeeds() {
    let registry = Registry::new().await;
    let url = "https://mcp.example.com/";
    let answers =
        all_at_once(&registry, |number| with_remotes(document(&format!("a.b/x{number}"), "1.0.0"), &[url])).await;
    assert_eq!(successes(&answers), 1);
    let list = registry.client().get("/v0.1/servers").await.ok();
    let holder = list["servers"][0]["server"]["name"].as_str().unwrap().to_owned();
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refused.errors().2, [format!("remote URL {url} is already used by server {holder}")]);
    }
    assert_eq!(registry.serial().await.0, 1);
}
