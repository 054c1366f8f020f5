//! Walks of official registry APIs.

use crate::common;
use std::time::{Duration, Instant};

use serde_json::json;
use sync::source::{Progress, SourceErrorKind, SourceReading, SourceStatus, read};
use wiremock::matchers::{path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

const SERVERS: &str = "/v0.1/servers";

fn ok(names: &[&str], next: Option<&str>) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .insert_header("date", "Wed, 21 Oct 2026 07:28:00 GMT")
        .set_body_json(common::page(names, next))
}

/// Mounts the first page, and one page for each cursor.
async fn mount(server: &MockServer, pages: &[(Option<&str>, ResponseTemplate)]) {
    for (cursor, answer) in pages {
        let mock = Mock::given(path(SERVERS)).and(query_param("limit", "100"));
        let mock = match cursor {
            Some(cursor) => mock.and(query_param("cursor", *cursor)),
            None => mock.and(query_param_is_missing("cursor")),
        };
        mock.respond_with(answer.clone()).mount(server).await;
    }
}

async fn message(server: &MockServer) -> String {
    common::message(&format!("reg={}", server.uri()), &common::context()).await
}

#[tokio::test]
async fn all_pages_and_then_what_changed() {
    let server = MockServer::start().await;
    let pages =
        [(None, ok(&["a.b/cc", "a.b/dd"], Some("a.b/dd:1.0.0+x"))), (Some("a.b/dd:1.0.0+x"), ok(&["a.b/ee"], None))];
    mount(&server, &pages).await;
    let (context, heard) = common::listening();
    let source = server.uri().parse().unwrap();
    let (reading, status, incremental) =
        common::whole(read(&source, &context, &SourceStatus::default()).await.unwrap());
    assert_eq!((source.name.as_str(), reading.read, reading.entries.len(), incremental), ("127.0.0.1", 3, 3, false));
    assert_eq!(status.watermark.unwrap().to_string(), "2026-10-21T07:23:00Z");
    assert_eq!(
        *heard.lock().unwrap(),
        [Progress::Entries { read: 2, pages: 1 }, Progress::Entries { read: 3, pages: 2 }]
    );
    let requests = server.received_requests().await.unwrap();
    assert!(requests.iter().all(|request| request.url.query().unwrap().contains("include_deleted=true")));

    server.reset().await;
    Mock::given(path(SERVERS))
        .and(query_param("updated_since", "2026-10-21T07:23:00Z"))
        .and(query_param_is_missing("include_deleted"))
        .respond_with(ok(&[], None))
        .expect(1)
        .mount(&server)
        .await;
    let (reading, status, incremental) = common::whole(read(&source, &context, &status).await.unwrap());
    assert_eq!((reading.read, incremental), (0, true));
    assert_eq!(status.watermark.unwrap().to_string(), "2026-10-21T07:23:00Z");
}

#[tokio::test]
async fn a_registry_without_entries_is_an_error() {
    let server = MockServer::start().await;
    mount(&server, &[(None, ok(&[], None))]).await;
    assert_eq!(
        message(&server).await,
        format!("source reg: GET {}{SERVERS}: has no entries; what was imported before is kept", server.uri())
    );
}

#[tokio::test]
async fn a_busy_registry_is_asked_again() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "1");
    Mock::given(path(SERVERS)).respond_with(busy).up_to_n_times(1).mount(&server).await;
    mount(&server, &[(None, ok(&["a.b/cc"], None))]).await;
    let started = Instant::now();
    let (reading, ..) = common::whole(common::first(&server.uri(), &common::context()).await.unwrap());
    assert_eq!(reading.entries.len(), 1);
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_failing_registry_is_given_up() {
    let server = MockServer::start().await;
    mount(&server, &[(None, ResponseTemplate::new(500))]).await;
    assert_eq!(
        message(&server).await,
        format!(
            "source reg: GET {}{SERVERS} (page 1): answered 500 Internal Server Error (tried 5 times); what was imported \
             before is kept",
            server.uri()
        )
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_page_that_fails_fails_the_source() {
    let url = |server: &MockServer| format!("source reg: GET {}{SERVERS} (page 2): ", server.uri());
    for (page, problem) in [
        (ResponseTemplate::new(404), "answered 404 Not Found; "),
        (
            ResponseTemplate::new(200).set_body_string("{\"servers\":["),
            "ends too early at line 1 column 12 (truncated?); ",
        ),
        (
            ResponseTemplate::new(200).set_body_json(json!({"title": "oops"})),
            "has the wrong shape: found an object with \"title\" (a string), expected a list response {\"servers\": […], \
             \"metadata\": {…}}; ",
        ),
        (
            ResponseTemplate::new(200).set_body_json(json!({"servers": [], "metadata": {"nextCursor": 7}})),
            "has the wrong shape: ",
        ),
    ] {
        let server = MockServer::start().await;
        mount(&server, &[(None, ok(&["a.b/cc"], Some("next"))), (Some("next"), page)]).await;
        let message = message(&server).await;
        assert!(message.starts_with(&(url(&server) + problem)), "{message}");
        assert!(message.ends_with("; what was imported before is kept"), "{message}");
    }
}

#[tokio::test]
async fn cursors_that_repeat_are_a_loop() {
    let server = MockServer::start().await;
    let pages =
        [(None, ok(&["a.b/cc"], Some("x"))), (Some("x"), ok(&["a.b/dd"], Some("y"))), (Some("y"), ok(&[], Some("x")))];
    mount(&server, &pages).await;
    assert_eq!(
        message(&server).await,
        format!(
            "source reg: GET {}{SERVERS}: page 3 repeats the cursor \"x\": the list loops; what was imported before is kept",
            server.uri()
        )
    );
}

#[tokio::test]
async fn walks_have_limits() {
    let server = MockServer::start().await;
    let pages = [(None, ok(&["a.b/cc"], Some("x"))), (Some("x"), ok(&["a.b/dd"], None))];
    mount(&server, &pages).await;
    let mut context = common::context();
    context.caps.pages = 1;
    let error = common::first(&server.uri(), &context).await.unwrap_err();
    assert_eq!(error.kind, SourceErrorKind::Walk("has more than 1 pages".to_owned()));
    context.caps.pages = 2;
    context.caps.source_bytes = 200;
    let error = common::first(&server.uri(), &context).await.unwrap_err();
    assert!(matches!(error.kind, SourceErrorKind::TooLarge(_)), "{error}");
    context.caps.source_bytes = 400;
    assert!(matches!(common::first(&server.uri(), &context).await, Ok(SourceReading::Read { .. })));
}

#[tokio::test]
async fn entries_that_come_twice_and_bad_ones_stop_nothing() {
    let server = MockServer::start().await;
    let mut second = common::page(&["a.b/cc", "nope", "a.b/dd"], None);
    second["servers"][2]["server"]["version"] = "2".into();
    let pages = [(None, ok(&["a.b/cc"], Some("x"))), (Some("x"), ResponseTemplate::new(200).set_body_json(second))];
    mount(&server, &pages).await;
    let (reading, ..) = common::whole(common::first(&server.uri(), &common::context()).await.unwrap());
    assert_eq!((reading.read, reading.entries.len()), (4, 2));
    let reasons: Vec<_> = reading.refused.iter().map(|refused| refused.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "duplicate: entry 1 has the same name and version",
            "server name must be namespace/name with exactly one slash, got \"nope\"",
        ]
    );
}
