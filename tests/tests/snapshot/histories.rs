//! Random histories of a registry: versions that are written, and snapshots between them.

use std::fmt::Debug;
use std::ops::Range;

use berth_tests::Version;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use registry::model::Status;

/// One step of a history.
#[derive(Clone, Debug)]
pub(crate) enum Step<P> {
    /// Writes a version of a server, a new one or again.
    Put(Put),
    /// Publishes a snapshot, in one of the ways that the test is about.
    Publish(P),
}

/// A version to write: with what text, and with which status.
#[derive(Clone, Debug)]
pub(crate) struct Put {
    server: u8,
    version: u8,
    text: u8,
    status: Status,
}

impl Put {
    /// The version, as the step of this number writes it.
    pub(crate) fn version(&self, number: usize) -> Version {
        let Self { server, version, text, status } = self;
        Version::new(&format!("io.x{}/server-{server}", server % 7), &format!("{version}.0.0"))
            .description(&format!("text {text} \"quoted\" ünïcode\u{2028}"))
            .remotes(&[&format!("https://{server}.example/{text}")])
            .status(*status)
            .updated(&format!("2026-02-01T00:00:{:02}Z", number % 60))
    }
}

fn step<P: Clone + Debug>(servers: Range<u8>, publish: impl Strategy<Value = P>) -> impl Strategy<Value = Step<P>> {
    let status = prop_oneof![4 => Just(Status::Active), 1 => Just(Status::Deprecated), 2 => Just(Status::Deleted)];
    let put = (servers, 0..5_u8, any::<u8>(), status)
        .prop_map(|(server, version, text, status)| Step::Put(Put { server, version, text, status }));
    prop_oneof![5 => put, 1 => publish.prop_map(Step::Publish)]
}

/// Runs `check` with histories of so many servers, whose snapshots are published in the ways of `publish`.
pub(crate) fn each_history<P: Clone + Debug>(
    servers: Range<u8>,
    publish: impl Strategy<Value = P>,
    check: impl AsyncFn(&[Step<P>]),
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&prop::collection::vec(step(servers, publish), 1..60), |history| {
        runtime.block_on(check(&history));
        Ok(())
    });
    outcome.unwrap();
}
