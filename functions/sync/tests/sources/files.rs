//! Files and S3 objects.

use crate::common;
use std::path::Path;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use sync::source::{Progress, ReadContext, SourceReading, SourceStatus, read};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn message_of(path: &Path, context: &ReadContext) -> String {
    common::message(&format!("mine={}", path.display()), context).await
}

#[tokio::test]
async fn a_file_is_read_with_progress() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("all.json");
    let text = common::page(&["a.b/cc", "a.b/dd"], None).to_string();
    std::fs::write(&file, &text).unwrap();
    let (context, heard) = common::listening();
    let (reading, status, incremental) = common::whole(common::first(file.to_str().unwrap(), &context).await.unwrap());
    assert_eq!((reading.entries.len(), incremental), (2, false));
    assert_eq!(status, SourceStatus { location: Some(file.display().to_string()), ..SourceStatus::default() });
    let size = text.len() as u64;
    assert_eq!(*heard.lock().unwrap(), [Progress::Bytes { read: size, total: Some(size) }]);
}

#[tokio::test]
async fn bad_files_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let context = common::context();
    for (content, problem) in [
        (&b"[{\"name\":\"a.b/cc\","[..], "ends too early at line 1 column 18 (truncated?)"),
        (b"\xEF\xBB\xBF[]", "starts with a byte order mark: save the file as UTF-8 without one"),
        (b"{\"servers\":[],\"servers\":[]}", "duplicate key \"servers\""),
        (b"", "is empty: expected JSON"),
        (b"[]", "has no entries"),
        (b"<html>", "is not JSON: expected value at line 1 column 1"),
    ] {
        let file = dir.path().join("bad.json");
        std::fs::write(&file, content).unwrap();
        assert_eq!(
            message_of(&file, &context).await,
            format!("source mine: reading {}: {problem}; what was imported before is kept", file.display())
        );
    }
    let missing = message_of(&dir.path().join("none.json"), &context).await;
    assert!(missing.ends_with("there is no such file: check the path; what was imported before is kept"), "{missing}");
    let directory = message_of(dir.path(), &context).await;
    assert!(directory.ends_with("is a directory: name a file; what was imported before is kept"), "{directory}");
}

#[tokio::test]
async fn large_and_endless_files_end_at_the_limit() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("large.json");
    std::fs::write(&file, vec![b' '; 1001]).unwrap();
    let mut context = common::context();
    context.caps.source_bytes = 1000;
    let expected = |path: &Path, limit| {
        format!(
            "source mine: reading {}: is larger than the limit of {limit}; what was imported before is kept",
            path.display()
        )
    };
    assert_eq!(message_of(&file, &context).await, expected(&file, "1000 bytes"));
    context.caps.source_bytes = 8 * 1024 * 1024;
    let zero = Path::new("/dev/zero");
    if zero.exists() {
        assert_eq!(message_of(zero, &context).await, expected(zero, "8 MiB"));
    }
}

fn s3(endpoint: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint)
        .force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

#[tokio::test]
async fn an_object_is_read_once() {
    let server = MockServer::start().await;
    let get = || Mock::given(method("GET")).and(path("/bucket/dir/all.json"));
    get()
        .and(header("if-none-match", "\"v1\""))
        .respond_with(ResponseTemplate::new(304))
        .expect(1)
        .mount(&server)
        .await;
    let body = common::page(&["a.b/cc"], None);
    let answer = ResponseTemplate::new(200).insert_header("etag", "\"v1\"").set_body_json(&body);
    get().respond_with(answer).expect(2).mount(&server).await;

    let mut context = common::context();
    context.s3 = Some(s3(&server.uri()));
    let source = "s3://bucket/dir/all.json".parse().unwrap();
    let (reading, status, _) = common::whole(read(&source, &context, &SourceStatus::default()).await.unwrap());
    assert_eq!((source.name.as_str(), reading.entries.len()), ("all", 1));
    assert_eq!(status.etag.as_deref(), Some("\"v1\""));
    assert!(matches!(read(&source, &context, &status).await, Ok(SourceReading::Unchanged)));

    context.caps.source_bytes = 10;
    assert_eq!(
        common::message("s3://bucket/dir/all.json", &context).await,
        "source all: getting s3://bucket/dir/all.json: is larger than the limit of 10 bytes; what was imported before is kept"
    );
}

#[tokio::test]
async fn a_missing_object_is_named() {
    let server = MockServer::start().await;
    let body = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(404).set_body_string(body)).mount(&server).await;
    let mut context = common::context();
    context.s3 = Some(s3(&server.uri()));
    assert_eq!(
        common::message("s3://b/k.json", &context).await,
        "source k: getting s3://b/k.json: there is no such object: check the key; what was imported before is kept"
    );
    assert_eq!(
        common::message("s3://b/k.json", &common::context()).await,
        "source k: getting s3://b/k.json: no S3 client is configured: set AWS_REGION, \
         AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and for an emulator AWS_ENDPOINT_URL; what was imported before is kept"
    );
}
