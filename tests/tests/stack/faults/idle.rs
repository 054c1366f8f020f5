//! A registry that nobody calls.

use std::time::Duration;

use serde_json::Value;

use super::stack::Stack;

/// Once a minute, the least that a schedule can be, `sync` runs, and nothing else does; it writes nothing.
#[tokio::test]
async fn the_schedule_alone_runs_in_an_idle_registry() {
    let Some(stack) = Stack::deploy(&["SyncSchedule=rate(1 minute)"]).await else { return };
    // The smoke test published something.
    stack.converge().await;
    let (before, data) = (stack.act(&["runs"]).await, stack.look().await);
    let after = scheduled(&stack, &before).await;
    println!("runs before {before}, after {after}");
    for (function, runs) in before.as_object().unwrap() {
        let (before, after) = (runs.as_u64().unwrap(), after[function].as_u64().unwrap());
        let expected = if function == "Sync" { before + 1..=before + 2 } else { before..=before };
        assert!(expected.contains(&after), "{function} ran {after} times, and {before} before");
    }
    assert_eq!(stack.look().await, data, "an idle run writes nothing");
    stack.is_whole("after an idle time").await;
}

/// What ran, once the schedule fired.
async fn scheduled(stack: &Stack, before: &Value) -> Value {
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let runs = stack.act(&["runs"]).await;
        if runs["Sync"] != before["Sync"] {
            return runs;
        }
    }
    panic!("the schedule does not fire: {:#}", stack.act(&["log", "Sync"]).await);
}
