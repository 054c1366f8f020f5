//! A bucket that takes no writes: publishes go on, `sync` fails and says what to do, and all is well when it is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::proxy::{Fault, Proxy};
use super::stack::Stack;

/// 503 to each write, also when it is tried again. The sandbox of the run that failed runs the next one.
pub(super) async fn s3_is_busy(stack: &mut Stack) {
    let busy = Arc::new(AtomicBool::new(true));
    let proxy = {
        let busy = Arc::clone(&busy);
        Proxy::before(&stack.emulator.endpoint, move |_, call| {
            let refused = busy.load(Ordering::SeqCst) && call.starts_with("PutObject ");
            let fault = Fault::Refused(StatusCode::SERVICE_UNAVAILABLE, "SlowDown");
            std::future::ready(if refused { fault } else { Fault::None })
        })
        .await
    };
    let sync = stack.start("Sync", Some(&proxy)).await;
    for server in ["while-busy-1", "while-busy-2"] {
        stack.publish(server).await;
        let before = stack.look().await;
        let error = sync.invoke(&json!({"Records": []})).await.unwrap_err();
        let message = error["errorMessage"].as_str().unwrap();
        assert!(message.starts_with("cannot write ") && message.contains("SlowDown"), "{error}");
        says_what_to_do(&sync.output());
        assert_eq!(stack.look().await["pointer"], before["pointer"]);
        stack.is_whole("while S3 is busy").await;
    }
    busy.store(false, Ordering::SeqCst);
    let report = sync.invoke(&json!({"Records": []})).await.unwrap();
    assert_eq!(report["serial"], stack.look().await["pointer"]["serial"]);
    stack.is_whole("when S3 is no longer busy").await;
}

/// 403 by the policy of the bucket. The stream tries until the change is too old, and tells the queue; what it gave up is in
/// the snapshot with the next change all the same.
pub(super) async fn the_bucket_refuses(stack: &mut Stack) {
    stack.act(&["bucket", "closed"]).await;
    let before = stack.look().await;
    assert_eq!(stack.act(&["failures"]).await, json!([]), "nothing was given up before");
    stack.act(&["patience", "3"]).await;
    stack.act(&["stream", "on"]).await;
    for server in ["refused-1", "refused-2"] {
        stack.publish(server).await;
        stack.is_whole("while the bucket refuses").await;
    }
    let given_up = given_up(stack).await;
    assert_eq!(given_up["requestContext"]["condition"], "MaxRecordAgeExceeded", "{given_up}");
    assert_eq!(stack.look().await["pointer"], before["pointer"]);
    let log = stack.act(&["log", "Sync"]).await;
    let lines: Vec<&str> = log.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert!(lines.iter().any(|line| line.contains("AccessDenied") && line.contains("cannot write ")), "{lines:#?}");
    says_what_to_do(&lines.join("\n"));

    stack.act(&["bucket", "open"]).await;
    stack.publish("taken-again").await;
    stack.converge().await;
    stack.is_whole("when the bucket takes writes again").await;
}

async fn given_up(stack: &Stack) -> Value {
    for _ in 0..60 {
        let mut failures = stack.act(&["failures"]).await;
        if failures != json!([]) {
            return failures[0].take();
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    panic!("nothing was given up: {:#}", stack.act(&["log", "Sync"]).await);
}

fn says_what_to_do(log: &str) {
    let line = log.lines().find(|line| line.contains("the snapshot was not published"));
    let line = line.unwrap_or_else(|| panic!("the log does not say it: {log}"));
    assert!(line.contains("\"level\":\"ERROR\"") && line.contains("s3:PutObject"), "{line}");
}
