//! `sync` run twice at once: what decides is the pointer, which is written on a condition.

use std::future::Future;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::{Barrier, Notify};

use super::proxy::{Fault, Proxy};
use super::stack::Stack;

const POINTER: &str = "PutObject pointer.json";

/// Both made their objects, and both are about to write the pointer.
pub(super) async fn two_syncs_reach_the_pointer_at_once(stack: &mut Stack) {
    stack.publish("both-at-once").await;
    let barrier = Arc::new(Barrier::new(2));
    let both = || {
        let barrier = Arc::clone(&barrier);
        waiting_once(stack, move || {
            let barrier = Arc::clone(&barrier);
            async move {
                barrier.wait().await;
            }
        })
    };
    let (first, second) = (both().await, both().await);
    let (one, other) = tokio::join!(stack.sync_before(&first), stack.sync_before(&second));
    let (one, other) = (one.unwrap().unwrap(), other.unwrap().unwrap());
    let data = stack.look().await;
    assert_eq!((&one["serial"], &other["serial"]), (&data["serial"], &data["serial"]), "both end well");
    let pointers: Vec<_> = [first.calls(), second.calls()].concat();
    let mut answers: Vec<_> = pointers.iter().filter(|(call, _)| call == POINTER).map(|(_, status)| *status).collect();
    answers.sort();
    assert!(
        matches!(answers[..], [Some(200), Some(409 | 412)]),
        "one wins, and the other does not try again: {answers:?}"
    );
    assert_eq!(data["pointer"]["serial"], data["serial"]);
    stack.is_whole("after two at once").await;
}

/// One that was about to write the pointer while another published what came later.
pub(super) async fn a_slow_sync_does_not_go_back(stack: &mut Stack) {
    stack.publish("seen-by-both").await;
    let (reached, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (reached, goes_on) = (Arc::clone(&reached), Arc::clone(&goes_on));
        waiting_once(stack, move || {
            let (reached, goes_on) = (Arc::clone(&reached), Arc::clone(&goes_on));
            async move {
                reached.notify_one();
                goes_on.notified().await;
            }
        })
        .await
    };
    let function = stack.start("Sync", Some(&slow)).await;
    let event = json!({"Records": []});
    let meanwhile = async {
        reached.notified().await;
        stack.registry.publish("seen-by-the-fast", "1.0.0").await;
        stack.settle().await;
        let pointer = stack.look().await["pointer"].clone();
        goes_on.notify_one();
        pointer
    };
    let (answer, newer) = tokio::join!(function.invoke(&event), meanwhile);
    assert_eq!(answer.unwrap()["serial"], newer["serial"]);
    assert_eq!(stack.look().await["pointer"], newer, "{slow:?}");
    stack.acknowledge("seen-by-the-fast");
    stack.is_whole("after a slow one").await;
}

/// As a schedule does that fires twice. One runs at a time: who comes second is told to come again, and has nothing to do then.
pub(super) async fn lambda_is_asked_twice_at_once(stack: &mut Stack) {
    for number in 0..3 {
        stack.publish(&format!("asked-twice-{number}")).await;
        let answers = stack.act(&["together", r#"{"source": "aws.scheduler"}"#]).await;
        let answers = answers.as_array().unwrap();
        let well = answers.iter().filter(|answer| answer["error"] == Value::Null).count();
        let refused = answers.iter().filter(|answer| answer["error"] == "TooManyRequestsException").count();
        assert!(well > 0 && well + refused == 2, "{answers:?}");
        let data = stack.look().await;
        assert_eq!(data["pointer"]["serial"], data["serial"]);
    }
    stack.is_whole("after Lambda was asked twice").await;
}

/// Has the first write of the pointer wait.
async fn waiting_once<F>(stack: &Stack, wait: impl Fn() -> F + Send + Sync + 'static) -> Proxy
where
    F: Future<Output = ()> + Send + 'static,
{
    let once = std::sync::Once::new();
    Proxy::before(&stack.emulator.endpoint, move |_, call| {
        let mut waits = None;
        if call == POINTER {
            once.call_once(|| waits = Some(wait()));
        }
        async move {
            if let Some(waits) = waits {
                waits.await;
            }
            Fault::None
        }
    })
    .await
}
