//! Random histories over a network that misbehaves, with a mirror that is dropped and opened again.

use std::time::{Duration, Instant};

use berth_tests::{Version, version_path};
use proptest::prelude::*;
use registry::model::Status;

use crate::served::Served;
use crate::upstream::{FAULTS, Fault, Upstream};

#[derive(Clone, Debug)]
enum Step {
    /// Versions are published, or published again with another text or status.
    Change(Vec<(u8, u8, u8, u8)>),
    /// The registry publishes a snapshot.
    Snapshot,
    /// The registry makes its snapshot anew, exports and all.
    Rebuild,
    /// The mirror asks, over a network with these faults.
    Mirror(Vec<Option<Fault>>),
    /// The mirror asks for changes alone.
    Poll(Vec<Option<Fault>>),
    /// The process ends, and another one begins.
    Restart,
    /// All is quiet: the mirror has to be the registry.
    Quiet,
}

fn fault() -> impl Strategy<Value = Option<Fault>> {
    prop_oneof![2 => Just(None), 3 => prop::sample::select(FAULTS.to_vec()).prop_map(Some)]
}

fn step() -> impl Strategy<Value = Step> {
    let change = (0..6u8, 0..4u8, 0..4u8, any::<u8>());
    prop_oneof![
        6 => prop::collection::vec(change, 1..6).prop_map(Step::Change),
        2 => Just(Step::Snapshot),
        1 => Just(Step::Rebuild),
        4 => prop::collection::vec(fault(), 1..12).prop_map(Step::Mirror),
        4 => prop::collection::vec(fault(), 1..6).prop_map(Step::Poll),
        2 => Just(Step::Restart),
        2 => Just(Step::Quiet),
    ]
}

fn version((server, version, status, text): (u8, u8, u8, u8)) -> Version {
    let status = [Status::Active, Status::Active, Status::Deprecated, Status::Deleted][usize::from(status)];
    Version::new(&format!("a.b/server-{server}"), &format!("1.{version}.0"))
        .description(&format!("text {text} \"quoted\" ünïcode"))
        .status(status)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mirror_is_its_registry_whenever_it_is_quiet(steps in prop::collection::vec(step(), 8..30)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(run(steps));
    }
}

async fn run(steps: Vec<Step>) {
    let upstream = Upstream::new().await;
    let dir = tempfile::tempdir().unwrap();
    upstream.registry.put(&[Version::new("a.b/first", "1.0.0")]).await;
    upstream.snapshot().await;
    let mut mirror = upstream.mirror(dir.path());
    mirror.update().await.unwrap();
    // Another process serves the directory all the while.
    let served = Served::start(dir.path()).await;
    for step in steps.into_iter().chain([Step::Quiet, Step::Restart, Step::Snapshot, Step::Quiet]) {
        match step {
            Step::Change(changes) => {
                let mut versions: Vec<Version> = Vec::new();
                for change in changes {
                    let version = version(change);
                    versions.retain(|other| (&other.name, &other.version) != (&version.name, &version.version));
                    versions.push(version);
                }
                upstream.registry.put(&versions).await;
            }
            Step::Snapshot => upstream.snapshot().await,
            Step::Rebuild => drop(upstream.registry.sync.rebuild().await.unwrap()),
            Step::Mirror(faults) => {
                upstream.faults(faults);
                let before = mirror.serial();
                let _ = mirror.update().await;
                assert!(mirror.serial() >= before);
            }
            Step::Poll(faults) => {
                upstream.faults(faults);
                let before = mirror.serial();
                let _ = mirror.poll().await;
                assert!(mirror.serial() >= before);
            }
            Step::Restart => {
                drop(mirror);
                mirror = upstream.mirror(dir.path());
            }
            Step::Quiet => {
                upstream.faults(Vec::new());
                let report = mirror.update().await.unwrap();
                assert_eq!(report.serial, upstream.registry.serial().await.0);
                assert!(!report.replaced);
                let list = std::fs::read(dir.path().join("v0.1/servers")).unwrap();
                assert_eq!(list, upstream.list().await, "{}", String::from_utf8_lossy(&list));
                same_answers(&upstream, &served).await;
            }
        }
    }
}

/// Every way to read gives the same bytes, at the registry and at the mirror.
async fn same_answers(upstream: &Upstream, served: &Served) {
    let client = upstream.registry.client();
    // Where an export brought more than the log, the catalogue is made anew, which takes a moment.
    let (start, serial) = (Instant::now(), upstream.registry.serial().await.to_string());
    while served.get("/v0.1/servers").await.2.as_deref() != Some(&serial) {
        assert!(start.elapsed() < Duration::from_secs(60), "the mirror does not serve serial {serial}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut paths: Vec<String> = [
        "/v0.1/servers?limit=100",
        "/v0.1/servers?limit=3",
        "/v0.1/servers?version=latest",
        "/v0.1/servers?include_deleted=true&limit=100",
        "/v0.1/servers?search=server-1",
        "/v0.1/servers?search=text%201",
        "/v0.1/servers?updated_since=2020-01-01T00:00:00Z",
        "/v0/servers?version=1.2.0",
        "/v0.1/x/dev.berth/changes?since=1000000",
    ]
    .map(str::to_owned)
    .to_vec();
    for server in 0..6 {
        let name = format!("a.b/server-{server}");
        paths.push(format!("/v0.1/servers/{}/versions", name.replace('/', "%2F")));
        paths.push(version_path(&name, "latest", ""));
        paths.push(version_path(&name, "1.1.0", ""));
    }
    for path in paths {
        let (mine, theirs) = (served.get(&path).await, client.get(&path).await);
        assert_eq!((mine.0, &mine.1), (theirs.status, &theirs.body), "{path}");
        assert_eq!(mine.2, theirs.header("berth-serial").map(str::to_owned), "{path}");
    }
}
