//! Whatever fails in between: each change that must be purged is, after it was committed.

use std::collections::BTreeMap;
use std::sync::Arc;

use berth_tests::{Registry, Version};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use registry::cache::{ServerTag, Tag};
use registry::model::Status;

use crate::cdn::{End, Told, sync};

#[derive(Clone, Debug)]
enum Step {
    /// The next version of a server.
    Publish(usize),
    /// The first version of a server gets another status.
    Withdraw(usize),
    Run(End),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = prop_oneof![Just(End::Done), Just(End::Refused), Just(End::Unheard)];
    let step = prop_oneof![
        (0..4_usize).prop_map(Step::Publish),
        (0..4_usize).prop_map(Step::Withdraw),
        end.prop_map(Step::Run),
    ];
    prop::collection::vec(step, 1..25)
}

#[test]
fn what_must_be_purged_is_whatever_fails() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(30) });
    runner
        .run(&(steps(), 0..4_u32), |(steps, room)| {
            runtime.block_on(hold(steps, room));
            Ok(())
        })
        .unwrap();
}

async fn hold(steps: Vec<Step>, room: u32) {
    let (registry, cdn) = (Registry::new().await, Arc::new(Told::default()));
    let sync = sync(&registry, &cdn, room);
    let mut published = [0_u32; 4];
    // Servers that wait for a purge, with how many calls there were before the change.
    let mut waiting: BTreeMap<usize, usize> = BTreeMap::new();
    let name = |server: usize| format!("a.a/server-{server}");
    for step in steps.into_iter().chain([Step::Run(End::Done)]) {
        match step {
            Step::Publish(server) => {
                published[server] += 1;
                registry.put(&[Version::new(&name(server), &format!("{}.0.0", published[server]))]).await;
            }
            Step::Withdraw(server) if published[server] > 0 => {
                registry.put(&[Version::new(&name(server), "1.0.0").status(Status::Deprecated)]).await;
                waiting.insert(server, cdn.calls().len());
            }
            Step::Withdraw(_) => {}
            Step::Run(end) => {
                let before = cdn.calls().len();
                cdn.run(&sync, end).await;
                assert!(cdn.calls().len() <= before + 1, "one call a run");
                let counter = registry.writer.counter().await.unwrap();
                let calls = cdn.calls();
                if counter.purged == Some(counter.serial) {
                    for (server, before) in std::mem::take(&mut waiting) {
                        let tag = Tag::Server(ServerTag::of(&name(server)));
                        assert!(calls[before..].iter().any(|call| call.tags.contains(&tag)), "{server}: {calls:?}");
                    }
                }
            }
        }
    }
    let counter = registry.writer.counter().await.unwrap();
    assert_eq!((counter.purged.unwrap_or_default(), waiting.len()), (counter.serial, 0));
}
