//! Metrics: lines of the log in `CloudWatch`'s embedded metric format, and names of requests in answers.

use serde_json::{Value, json};

use crate::event::{Request, escaped, schedule};
use crate::fixture::{HttpFunction, Registry, document};

const BASIC: (&str, &str) = ("BERTH_METRICS", "basic");
const ROUTES: (&str, &str) = ("BERTH_METRICS", "routes");

/// The lines of a function that are metrics; each is checked against the rules of the format.
fn documents(output: &str) -> Vec<Value> {
    let lines = output.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let documents: Vec<Value> = lines.filter(|line| line.get("_aws").is_some()).collect();
    for document in &documents {
        check(document);
    }
    documents
}

fn check(document: &Value) {
    let time = document["_aws"]["Timestamp"].as_u64().unwrap();
    assert!((1_700_000_000_000..4_000_000_000_000).contains(&time), "{time} is no time in milliseconds");
    for directive in document["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
        assert_eq!(directive["Namespace"], "Berth");
        for name in directive["Dimensions"].as_array().unwrap().iter().flat_map(|set| set.as_array().unwrap()) {
            let value = document[name.as_str().unwrap()].as_str();
            assert!(value.is_some_and(|value| !value.is_empty() && value.len() <= 1024), "{name}: {document}");
        }
        for metric in directive["Metrics"].as_array().unwrap() {
            assert!(document[metric["Name"].as_str().unwrap()].is_number(), "{metric}: {document}");
            assert!(["Count", "Milliseconds", "Seconds", "Bytes", "None"].contains(&metric["Unit"].as_str().unwrap()));
        }
    }
}

fn sets(document: &Value) -> Vec<Value> {
    let directives = document["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    directives.iter().flat_map(|directive| directive["Dimensions"].as_array().unwrap().clone()).collect()
}

#[tokio::test]
async fn each_request_is_one_document() {
    let registry = Registry::with(&[document("com.example/one", "1.0.0")]).await;
    // Metrics are written whatever the level of the log is.
    let function = HttpFunction(registry.start("get_server", &[ROUTES, ("RUST_LOG", "error")]).await);
    let version = |name: &str| format!("/v0.1/servers/{}/versions/1.0.0", escaped(name));
    assert_eq!(function.get(&version("com.example/one")).await.status, 200);
    assert_eq!(function.get(&version("com.example/secret-name")).await.status, 404);
    assert_eq!(function.send(&Request::new("BREW", &version("com.example/one"))).await.status, 404);
    let documents = documents(&function.0.output());
    assert_eq!(documents.len(), 3, "{}", function.0.output());
    assert_eq!(function.0.output().lines().count(), 3, "a request is one line");
    let of = |name: &str| documents.iter().map(|document| document[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("ColdStart"), [1, 0, 0]);
    assert_eq!(of("ClientErrors"), [0, 1, 1]);
    assert_eq!(of("Errors"), [0; 3]);
    assert_eq!(of("Count"), [1; 3]);
    assert_eq!(of("Method"), ["GET", "GET", "OTHER"]);
    let route = "/v0.1/servers/{serverName}/versions/{version}";
    assert_eq!(of("Route"), [route; 3], "no dimension has what a client wrote");
    assert_eq!(of("Function"), ["get_server"; 3]);
    assert_eq!(of("request_id"), ["JKJaXmPLvHcESHA="; 3]);
    for document in &documents {
        assert_eq!(sets(document)[..2], [json!(["Function"]), json!(["Function", "Route", "Method"])]);
        assert!(document["Latency"].as_f64().unwrap() > 0.0);
    }
    assert_eq!(documents[0]["SnapshotSerial"], 1, "what the start found is told once");
    assert!(documents[0]["SnapshotAge"].is_u64() && documents[1].get("SnapshotAge").is_none());
}

#[tokio::test]
async fn by_default_nothing_is_counted_by_routes() {
    let registry = Registry::empty().await;
    let function = HttpFunction(registry.start("list_servers", &[BASIC]).await);
    function.get("/v0.1/servers").await;
    let documents = documents(&function.0.output());
    assert_eq!(documents.iter().flat_map(sets).collect::<Vec<_>>(), vec![json!(["Function"]); 2]);
    assert_eq!((&documents[0]["SnapshotSerial"], documents[0].get("SnapshotAge")), (&json!(0), None));
    assert_eq!(documents[0].get("Route"), None);
}

#[tokio::test]
async fn a_run_is_measured_with_its_sources() {
    let registry = Registry::empty().await;
    let odd = json!({"name": "no name", "version": "1.0.0"});
    let good = registry.file("good.json", &json!([document("com.example/one", "1.0.0"), odd]).to_string());
    let sources = format!("good={}", good.display());
    let sync = registry.start("sync", &[BASIC, ("BERTH_SOURCES", &sources)]).await;
    sync.invoke(&schedule()).await.unwrap();
    sync.invoke(&schedule()).await.unwrap();
    let documents = documents(&sync.output());
    let [source, run, _, again] = documents.as_slice() else { panic!("{}", sync.output()) };
    assert_eq!(sets(source), [json!(["Function", "Source"])]);
    let counts = ["Source", "Read", "Imported", "Refused", "Failed"].map(|name| source[name].clone());
    assert_eq!(counts, [json!("good"), json!(2), json!(1), json!(1), json!(0)]);
    assert_eq!(sets(run), vec![json!(["Function"]); 2], "of the run, and of the snapshot");
    assert_eq!((&run["Errors"], &run["ColdStart"], &run["SnapshotSerial"]), (&json!(0), &json!(1), &json!(1)));
    assert!(run["SnapshotAge"].as_u64().unwrap() < 120, "{run}");
    // Two blocks' worth of compressed entry, index, two exports and pointer.
    assert!(run["BytesWritten"].as_u64().unwrap() > 500, "{run}");
    assert_eq!((&again["ColdStart"], &again["BytesWritten"]), (&json!(0), &json!(0)), "nothing new is written");
}

#[tokio::test]
async fn a_source_that_fails_is_counted() {
    let registry = Registry::empty().await;
    let sources = format!("gone={}", registry.directory.path().join("no-such-file.json").display());
    let sync = registry.start("sync", &[BASIC, ("BERTH_SOURCES", &sources)]).await;
    sync.invoke(&schedule()).await.unwrap_err();
    let documents = documents(&sync.output());
    let [source, run] = documents.as_slice() else { panic!("{}", sync.output()) };
    assert_eq!((&source["Source"], &source["Failed"]), (&json!("gone"), &json!(1)));
    assert_eq!((&run["Errors"], &run["failed"], &run["event"]), (&json!(1), &json!(1), &json!("schedule")));
}

#[tokio::test]
async fn answers_that_nobody_keeps_name_their_request() {
    let registry = Registry::with(&[document("com.example/one", "1.0.0")]).await;
    let list = registry.reader("list_servers").await;
    let named = |path: &'static str| list.get(path);
    assert_eq!(named("/v0.1/health").await.header("x-request-id"), "JKJaXmPLvHcESHA=");
    assert_eq!(named("/v0.1/nope").await.header("x-request-id"), "JKJaXmPLvHcESHA=");
    let kept = named("/v0.1/servers").await;
    assert_eq!((kept.status, kept.header("x-request-id")), (200, ""), "the CDN would repeat it");
    let own = Request::get("/v0.1/health").header("x-request-id", "of-the-client");
    assert_eq!(list.send(&own).await.header("x-request-id"), "JKJaXmPLvHcESHA=", "the gateway knows better");
}

#[tokio::test]
async fn another_word_is_refused_at_the_start() {
    let registry = Registry::empty().await;
    for function in ["list_servers", "sync"] {
        let function = registry.start(function, &[("BERTH_METRICS", "some")]).await;
        assert_eq!(function.first_poll().await, None);
        let output = function.output();
        assert!(output.contains("BERTH_METRICS is neither none, basic nor routes: \\\"some\\\""), "{output}");
    }
}
