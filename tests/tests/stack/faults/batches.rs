//! Batches that come twice, in another order, or make no sense. `sync` only hears that something changed; what, it reads in
//! the table.

use serde_json::{Value, json};

use super::stack::Stack;

/// Asked directly, with all that a stream or a stranger could send. What is no object is refused, and stops nobody.
pub(super) async fn no_event_stops_sync(stack: &mut Stack) {
    stack.publish("before-nonsense").await;
    let serial = stack.look().await["serial"].as_u64().unwrap();
    let records: Vec<Value> = (1..=serial).map(change).collect();
    let twice = [records.clone(), records.clone()].concat();
    let reversed: Vec<&Value> = records.iter().rev().collect();
    let understood = [
        json!({"Records": twice}),
        json!({"Records": reversed}),
        json!({"Records": []}),
        json!({"Records": "none"}),
        json!({"Records": [null, 1, "x", {}, {"dynamodb": 5}]}),
        json!({"Records": [{"eventSource": "aws:s3", "s3": {"object": {"key": "pointer.json"}}}]}),
        json!({"Records": [{"dynamodb": {"Keys": {"pk": {"S": "CHANGES#\u{0}"}, "sk": {"N": "-1"}}}}]}),
        json!({"Records": null}),
        json!({"detail-type": "Something else", "detail": {"Records": 1}}),
        json!({}),
    ];
    let refused = [json!("text"), json!(5), json!(null), json!(true), json!([])];
    // Each that is refused comes before one that is understood.
    let mixed = understood.iter().zip(refused.iter().cycle()).flat_map(|(good, bad)| [bad, good]);
    let events: Vec<&Value> = mixed.collect();
    let answers = stack.act(&["invoke", &json!(events).to_string()]).await;
    for (event, answer) in events.iter().zip(answers.as_array().unwrap()) {
        if refused.contains(event) {
            assert_eq!(answer["error"], "Unhandled", "{event}: {answer}");
        } else {
            assert_eq!(answer["error"], Value::Null, "{event}: {answer}");
            assert_eq!(answer["answer"]["serial"], serial, "{event}: {answer}");
        }
    }
    assert_eq!(answers.as_array().unwrap().len(), 20);
    stack.is_whole("after nonsense").await;

    // Given up, and told the queue, while those that come after it are done.
    stack.act(&["later", "\"nonsense\""]).await;
    stack.publish("after-nonsense").await;
    stack.settle().await;
    stack.is_whole("after nonsense that is tried again").await;
    for _ in 0..60 {
        let failures = stack.act(&["failures"]).await;
        if failures != json!([]) {
            assert!(failures.to_string().contains("nonsense"), "{failures}");
            stack.act(&["forget"]).await;
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    panic!("the queue was not told");
}

/// Through the stream: bare items whose keys look like changes and are none, with a change between them.
pub(super) async fn the_stream_brings_nonsense(stack: &mut Stack) {
    let nonsense = json!([["CHANGES#", "-"], ["CHANGES#what", "x"], ["CHANGES#00000000000000099", "y"]]).to_string();
    stack.act(&["stream", "on"]).await;
    stack.act(&["put", &nonsense]).await;
    stack.publish("between-nonsense").await;
    stack.act(&["remove", &nonsense]).await;
    stack.act(&["put", &nonsense]).await;
    stack.act(&["remove", &nonsense]).await;
    stack.converge().await;
    stack.is_whole("after the stream brought nonsense").await;
    assert_eq!(stack.act(&["failures"]).await, json!([]), "nothing is given up");
}

/// A change as the stream tells it.
fn change(serial: u64) -> Value {
    json!({
        "eventID": format!("{serial:032x}"),
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_268_893,
            "Keys": {"pk": {"S": "CHANGES#00000000000000000"}, "sk": {"S": format!("{serial:020}")}},
            "SequenceNumber": format!("{serial:021}"),
            "SizeBytes": 60,
            "StreamViewType": "KEYS_ONLY",
        },
    })
}
