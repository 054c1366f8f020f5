//! Spans of an edge's requests, as a collector gets them.
//!
//! Without the harness: each case is a process of its own, since the environment says where spans go.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot be set up has to stop, and says what it tried"
)]

use std::env;
use std::net::Ipv4Addr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use registry::edge::Edge;
use registry::telemetry::Recorder;
use registry_otel::Spans;
use tokio::net::TcpListener;
use tokio::process::Command;
use tower::ServiceExt;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

#[tokio::main]
async fn main() {
    // The harness would take arguments such as a filter; this is the only one that has a meaning here.
    if env::args().any(|argument| argument == "--child") {
        return serve().await;
    }
    let (collector, received) = collector().await;
    spans_arrive(&collector, &received).await;
    received.lock().expect("a lock").clear();
    what_is_not_sampled_is_not_sent(&collector, &received).await;
    without_a_collector_nothing_is_sent().await;
    other_protocols_are_refused(&collector).await;
    a_collector_that_is_away_stops_nothing().await;
}

/// What a process does that serves: three requests, and a flush.
async fn serve() {
    let spans = match Spans::from_env("berth-test") {
        Ok(spans) => spans.map(Arc::new),
        Err(error) => return println!("refused: {error}"),
    };
    let Some(spans) = spans else { return println!("off") };
    let routes = Router::new()
        .route("/v0.1/servers/{serverName}", get(|| async { "a server" }))
        .route("/broken", get(|| async { StatusCode::SERVICE_UNAVAILABLE }));
    let edge = Edge::new(routes).recorded_by(vec![Arc::clone(&spans) as Arc<dyn Recorder>]);
    for (path, traceparent) in [
        ("/v0.1/servers/a%2Fb", Some(format!("00-{TRACE}-{PARENT}-01"))),
        ("/broken", Some("00-nonsense".to_owned())),
        ("/nowhere", Some(format!("00-{TRACE}-{PARENT}-00"))),
    ] {
        let request = Request::get(path).header("x-request-id", "a-request");
        let request = traceparent.iter().fold(request, |request, value| request.header("traceparent", value));
        let response = edge.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        println!("{path}: {}", response.status());
    }
    spans.flush().await;
    println!("flushed");
}

async fn child(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().expect("this file"));
    command.arg("--child").env_clear().envs(variables.iter().copied()).stderr(Stdio::inherit());
    let output = command.output().await.expect("a child");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{variables:?}: {said}");
    assert!(output.status.success(), "{}", output.status);
    said
}

async fn spans_arrive(collector: &str, received: &Received) {
    let said = child(&[(ENDPOINT, collector), ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=of-the-tenant")]).await;
    assert!(said.ends_with("flushed\n"), "{said}");
    let received = received.lock().expect("a lock").clone();
    let [(key, request)] = received.as_slice() else { panic!("not one request but {}", received.len()) };
    assert_eq!(key, "of-the-tenant");
    let resource = &request.resource_spans[0];
    assert_eq!(text(&resource.resource.as_ref().expect("a resource").attributes, "service.name"), "berth-test");
    let spans = &resource.scope_spans[0].spans;
    let [server, broken] = spans.as_slice() else { panic!("{spans:?}") };
    assert_eq!(server.name, "GET /v0.1/servers/{serverName}");
    assert_eq!((hex(&server.trace_id), hex(&server.parent_span_id)), (TRACE.to_owned(), PARENT.to_owned()));
    assert_eq!(text(&server.attributes, "http.route"), "/v0.1/servers/{serverName}");
    assert_eq!(text(&server.attributes, "url.path"), "/v0.1/servers/a%2Fb");
    assert_eq!(text(&server.attributes, "berth.request_id"), "a-request");
    assert_eq!((status(server), server.kind), (200, 2));
    assert!(server.start_time_unix_nano < server.end_time_unix_nano);
    assert_eq!(server.status.as_ref().map_or(0, |status| status.code), 0);
    // Of a header that is none a trace of its own is made.
    assert_eq!((broken.parent_span_id.len(), broken.trace_id.len(), status(broken)), (0, 16, 503));
    assert_ne!(broken.trace_id, server.trace_id);
    assert_eq!(broken.status.as_ref().map(|status| status.code), Some(2));
}

async fn what_is_not_sampled_is_not_sent(collector: &str, received: &Received) {
    let said = child(&[(ENDPOINT, collector), ("OTEL_TRACES_SAMPLER", "always_off")]).await;
    assert!(said.ends_with("flushed\n"), "{said}");
    assert!(received.lock().expect("a lock").is_empty());
}

async fn without_a_collector_nothing_is_sent() {
    assert_eq!(child(&[]).await, "off\n");
    assert_eq!(child(&[(ENDPOINT, "http://127.0.0.1:9"), ("OTEL_SDK_DISABLED", "true")]).await, "off\n");
}

async fn other_protocols_are_refused(collector: &str) {
    let said = child(&[(ENDPOINT, collector), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]).await;
    assert!(said.starts_with("refused: environment variable OTEL_EXPORTER_OTLP_PROTOCOL is \"grpc\""), "{said}");
}

async fn a_collector_that_is_away_stops_nothing() {
    let said = child(&[(ENDPOINT, "http://127.0.0.1:9")]).await;
    assert!(said.contains("/v0.1/servers/a%2Fb: 200 OK\n") && said.ends_with("flushed\n"), "{said}");
}

type Received = Arc<Mutex<Vec<(String, ExportTraceServiceRequest)>>>;

/// A collector on a port of its own.
async fn collector() -> (String, Received) {
    let received = Received::default();
    let keep = Arc::clone(&received);
    let take = move |headers: axum::http::HeaderMap, body: Bytes| async move {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        let key = headers.get("x-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
        let request = ExportTraceServiceRequest::decode(body).expect("protobuf");
        keep.lock().expect("a lock").push((key, request));
        StatusCode::OK
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let routes = Router::new().route("/v1/traces", post(take));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (format!("http://{address}"), received)
}

fn text(attributes: &[opentelemetry_proto::tonic::common::v1::KeyValue], key: &str) -> String {
    match value(attributes, key) {
        Some(Value::StringValue(text)) => text,
        other => panic!("{key}: {other:?}"),
    }
}

fn status(span: &Span) -> i64 {
    match value(&span.attributes, "http.response.status_code") {
        Some(Value::IntValue(status)) => status,
        other => panic!("{other:?}"),
    }
}

fn value(attributes: &[opentelemetry_proto::tonic::common::v1::KeyValue], key: &str) -> Option<Value> {
    attributes.iter().find(|attribute| attribute.key == key)?.value.clone()?.value
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
