//! Texts of strangers that would like to be lines of the log, or commands to a terminal.

use serde_json::{Value, json};

use crate::event::Request;
use crate::publisher::{Publisher, document};

/// As a version, a message and a part of a path, which may have these characters.
const LINES: &str = "1.0\n{\"level\":\"ERROR\",\"message\":\"forged\"}\r\u{1b}[2J\u{2028}";

#[tokio::test]
async fn no_text_of_a_request_begins_a_line_of_the_log() {
    let publisher = Publisher::new().await;
    let published = publisher.publish(&document("widget", LINES)).await;
    assert_eq!(published.status, 200, "{published:?}");
    let server = format!("{}%2Fwidget", berth_tests::ANONYMOUS);
    let message = json!({"status": "deprecated", "statusMessage": LINES});
    let set = publisher.request("PATCH", &format!("/v0.1/servers/{server}/status"), &message);
    assert_eq!(publisher.publish.send(&set).await.status, 200);
    let mut other = document("widget", LINES);
    other["description"] = "another".into();
    assert_eq!(publisher.publish(&other).await.status, 400);
    let path = format!("/v0.1/servers/{server}%0A%7B%22level%22%7D/versions/1%0D%0A%1B");
    let unknown = Request::new("DELETE", &path);
    assert_eq!(publisher.publish.send(&unknown.clone().bearer(&publisher.token)).await.status, 404);
    assert_eq!(publisher.publish.send(&unknown.bearer("x.y.z")).await.status, 401);
    let output = publisher.publish.0.output();
    let lines: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |message: &str| lines.iter().filter(|line| line["message"] == message).collect::<Vec<_>>();
    assert_eq!(of("forged"), [&json!(null); 0]);
    assert_eq!((of("request").len(), of("refused").len()), (5, 3), "{output}");
    assert_eq!(of("published")[0]["version"], LINES);
    for line in of("refused") {
        assert!(!line["object"].as_str().unwrap().contains(char::is_control), "{line}");
    }
    assert!(!output.contains(['\r', '\u{1b}']), "{output}");
}
