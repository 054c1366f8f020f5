//! `sync` killed between two objects of a snapshot.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::proxy::{Fault, Proxy};
use super::stack::Stack;

/// SIGKILL before the first put, and then behind each, up to the pointer and beyond.
pub(super) async fn a_sync_is_killed_behind_each_object(stack: &mut Stack) {
    let mut killed = 0;
    loop {
        stack.publish(&format!("killed-behind-{killed}")).await;
        let before = stack.look().await;
        let proxy = dying(stack, killed).await;
        let answer = stack.sync_before(&proxy).await;
        let after = stack.look().await;
        let moved = if let Some(answer) = &answer {
            assert!(answer.is_ok(), "{answer:?}");
            true
        } else {
            let calls = proxy.calls();
            calls.iter().any(|(call, status)| call == "PutObject pointer.json" && *status == Some(200))
        };
        // The old one whole, or the new one whole.
        let expected = if moved { &after["serial"] } else { &before["pointer"]["serial"] };
        assert_eq!(&after["pointer"]["serial"], expected, "{killed}: {proxy:?}");
        assert_eq!(after["pointer"] == before["pointer"], !moved, "{killed}: {proxy:?}");
        stack.is_whole(&format!("killed behind {killed} objects: {proxy:?}")).await;
        stack.settle().await;
        if answer.is_some() {
            break;
        }
        killed += 1;
    }
    stack.is_whole("after the last").await;
    println!("a sync was killed behind each of {} objects", killed - 1);
    assert!(killed > 3, "the delta, the changes and the pointer: {killed}");
}

/// Has a sync die when `puts` objects are written, with 0 before the first is.
async fn dying(stack: &Stack, puts: usize) -> Proxy {
    let counted = AtomicUsize::new(0);
    Proxy::before(&stack.emulator.endpoint, move |_, call| {
        let number =
            if call.starts_with("PutObject ") { counted.fetch_add(1, Ordering::SeqCst) + 1 } else { usize::MAX };
        std::future::ready(match (number, puts) {
            (1, 0) => Fault::Before,
            (number, puts) if number == puts => Fault::After,
            _ => Fault::None,
        })
    })
    .await
}
