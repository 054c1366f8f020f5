//! A start that fails says why.

use berth_tests::runtime_api::Function;

use crate::binaries::binary;
use crate::fixture::Registry;

#[tokio::test]
async fn a_missing_variable_is_named() {
    let complete = [("BERTH_TABLE", "berth"), ("BERTH_BUCKET", "berth"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:9")];
    for name in ["list_servers", "get_server", "sync"] {
        for missing in ["BERTH_TABLE", "BERTH_BUCKET"] {
            let variables: Vec<_> = complete.into_iter().filter(|(name, _)| *name != missing).collect();
            let function = Function::start(binary(name), &variables).await.unwrap();
            assert_eq!(function.first_poll().await, None, "{name} polls without {missing}");
            assert!(!function.exited().await.success());
            let output = function.output();
            assert!(output.contains(&format!("environment variable {missing} is not set")), "{name}: {output}");
        }
    }
}

#[tokio::test]
async fn a_source_that_is_none_is_named() {
    let registry = Registry::empty().await;
    let sync = registry.start("sync", &[("BERTH_SOURCES", "a=ftp://example.com/x")]).await;
    assert_eq!(sync.first_poll().await, None);
    assert!(sync.output().contains("ftp://example.com/x"), "{}", sync.output());
}

/// The stores may be away at the start, and come back.
#[tokio::test]
async fn a_reader_without_stores_starts_and_answers_503() {
    let variables = [("BERTH_TABLE", "berth"), ("BERTH_BUCKET", "berth"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:9")];
    let function = Function::start(binary("list_servers"), &variables).await.unwrap();
    let reader = crate::fixture::Reader(function);
    let answer = reader.get("/v0.1/servers").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
    assert_eq!(reader.get("/v0.1/health").await.status, 200);
}
