//! Documents behind URLs.

use crate::common;
use std::io::Write;
use std::time::{Duration, Instant};

use sync::source::{Progress, SourceErrorKind, SourceReading, SourceStatus, read};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

async fn mount(server: &MockServer, at: &str, answer: ResponseTemplate) {
    Mock::given(method("GET")).and(path(at)).respond_with(answer).mount(server).await;
}

fn found(to: &str) -> ResponseTemplate {
    ResponseTemplate::new(302).insert_header("location", to)
}

#[tokio::test]
async fn a_document_is_read_and_then_unchanged() {
    let server = MockServer::start().await;
    let user_agent = concat!("berth/", env!("CARGO_PKG_VERSION"));
    Mock::given(path("/all.json"))
        .and(header("if-none-match", "\"v1\""))
        .and(|request: &Request| request.headers["if-modified-since"] == "Wed, 21 Oct 2015 07:28:00 GMT")
        .respond_with(ResponseTemplate::new(304))
        .expect(1)
        .mount(&server)
        .await;
    let answer = ResponseTemplate::new(200)
        .insert_header("etag", "\"v1\"")
        .insert_header("last-modified", "Wed, 21 Oct 2015 07:28:00 GMT")
        .set_body_json(common::page(&["a.b/cc"], None));
    Mock::given(path("/all.json"))
        .and(header("user-agent", user_agent))
        .respond_with(answer)
        .expect(2)
        .mount(&server)
        .await;

    let (context, heard) = common::listening();
    let source = format!("{}/all.json", server.uri()).parse().unwrap();
    let (reading, status, incremental) =
        common::whole(read(&source, &context, &SourceStatus::default()).await.unwrap());
    assert_eq!((source.name.as_str(), reading.entries.len(), incremental), ("127.0.0.1-all", 1, false));
    assert!(
        matches!(heard.lock().unwrap().last(), Some(Progress::Bytes { read, total: Some(total) }) if read == total)
    );
    assert!(matches!(read(&source, &context, &status).await, Ok(SourceReading::Unchanged)));
    // A source that moved has nothing to be unchanged from.
    let moved = SourceStatus { location: Some("http://elsewhere.example/all.json".to_owned()), ..status };
    assert!(matches!(read(&source, &context, &moved).await, Ok(SourceReading::Read { .. })));
}

#[tokio::test]
async fn compressed_answers_count_decompressed() {
    let server = MockServer::start().await;
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&[b' '; 100_000]).unwrap();
    let bomb = bomb.finish().unwrap();
    let answer = ResponseTemplate::new(200).insert_header("content-encoding", "gzip").set_body_bytes(bomb);
    mount(&server, "/all.json", answer).await;
    let mut context = common::context();
    let source = format!("zip={}/all.json", server.uri());
    assert!(common::message(&source, &context).await.contains(": is empty: expected JSON; "));
    context.caps.source_bytes = 50_000;
    assert!(common::message(&source, &context).await.contains(": is larger than the limit of 50000 bytes; "));
}

/// Answers one connection with a body that does not end.
async fn endless() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    });
    format!("http://{address}/all.json")
}

#[tokio::test]
async fn an_endless_answer_ends_at_the_limit() {
    let mut context = common::context();
    context.caps.source_bytes = 2 * 1024 * 1024;
    let url = endless().await;
    assert_eq!(
        common::message(&format!("big={url}"), &context).await,
        format!("source big: GET {url}: is larger than the limit of 2 MiB; what was imported before is kept")
    );
}

#[tokio::test]
async fn a_large_answer_is_refused_by_its_length() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/all.json", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2147483648\r\n\r\n").await;
        std::future::pending::<()>().await;
    });
    assert_eq!(
        common::message(&format!("big={url}"), &common::context()).await,
        format!("source big: GET {url}: is larger than the limit of 1024 MiB; what was imported before is kept")
    );
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/all.json", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[").await;
        }
    });
    let error = common::first(&format!("half={url}"), &common::context()).await.unwrap_err();
    assert!(matches!(error.kind, SourceErrorKind::Interrupted(_)), "{error}");
    assert_eq!(error.tries, 5);
}

#[tokio::test]
async fn an_unreachable_host_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/all.json", listener.local_addr().unwrap());
    drop(listener);
    let secret = url.replace("http://", "http://user:secret@");
    assert_eq!(
        common::message(&format!("gone={secret}?token=secret"), &common::context()).await,
        format!(
            "source gone: GET {url}: cannot be reached (Connection refused (os error 111)): check the address and the \
             network (tried 5 times); what was imported before is kept"
        )
    );
}

#[tokio::test]
async fn redirects_stay_where_the_operator_pointed() {
    let server = MockServer::start().await;
    mount(&server, "/all.json", ResponseTemplate::new(200).set_body_json(common::page(&["a.b/cc"], None))).await;
    mount(&server, "/here.json", found("/all.json")).await;
    let source = format!("{}/here.json", server.uri());
    let (reading, ..) = common::whole(common::first(&source, &common::context()).await.unwrap());
    assert_eq!(reading.entries.len(), 1);
}

#[tokio::test]
async fn redirects_to_private_addresses_are_refused() {
    let (server, private) = (MockServer::start().await, MockServer::start().await);
    let port = private.address().port();
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).expect(0).mount(&private).await;
    for (target, refused) in [
        (format!("http://127.0.0.1:{port}/x"), "127.0.0.1)"),
        (format!("http://localhost:{port}/x"), "localhost at "),
        (format!("http://[::ffff:127.0.0.1]:{port}/x"), "::ffff:127.0.0.1)"),
        ("http://169.254.169.254/latest/meta-data/".to_owned(), "169.254.169.254)"),
        ("http://[64:ff9b::a9fe:a9fe]/".to_owned(), "64:ff9b::a9fe:a9fe)"),
    ] {
        server.reset().await;
        mount(&server, "/all.json", found(&target)).await;
        let error = common::first(&format!("bad={}/all.json", server.uri()), &common::context()).await.unwrap_err();
        let message = error.to_string();
        let start = format!("source bad: GET {}/all.json: redirects to a private address ({refused}", server.uri());
        assert!(message.starts_with(&start), "{message}");
        let end = "): name the target itself as the source if it is meant; what was \
                   imported before is kept";
        assert!(message.ends_with(end), "{message}");
        assert_eq!(error.tries, 1);
    }
}

#[tokio::test]
async fn redirects_come_to_an_end() {
    let server = MockServer::start().await;
    mount(&server, "/all.json", found("/all.json")).await;
    let message = common::message(&format!("loop={}/all.json", server.uri()), &common::context()).await;
    assert!(message.ends_with(": redirects more than 5 times; what was imported before is kept"), "{message}");
    assert_eq!(server.received_requests().await.unwrap().len(), 6);
}

#[tokio::test]
async fn a_long_wait_is_not_waited_for() {
    let server = MockServer::start().await;
    mount(&server, "/all.json", ResponseTemplate::new(429).insert_header("retry-after", "3600")).await;
    let url = format!("{}/all.json", server.uri());
    let started = Instant::now();
    assert_eq!(
        common::message(&format!("busy={url}"), &common::context()).await,
        format!(
            "source busy: GET {url}: answered 429 Too Many Requests and asks to wait 3600 s; what was imported before is kept"
        )
    );
    assert!(started.elapsed() < Duration::from_secs(60));
}
