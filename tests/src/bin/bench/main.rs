//! Import, snapshot, index load, the read routes in the handler, publishing and logging in: tables for the docs.
//!
//! Usage: `bench [FILE] [--data DIRECTORY]`. Imports the 11,978 servers of June 2026 where the hand-outs are, else a made-up
//! catalogue of that size, or FILE, which may be any catalogue. The directory is kept, and used as it is if something is in it.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark that cannot run has to stop and say why"
)]

mod catalogue;
mod figures;
mod logins;
mod publishing;
mod requests;
mod snapshots;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use berth_local::Stores;
use registry::time::Timestamp;
use sync::OnProgress;
use sync::source::{ReadContext, Source};

use figures::{millis, resident_kilobytes};

/// As in `berth`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let (file, data) = arguments();
    let file = file.unwrap_or_else(|| catalogue::of_june(scratch.path()));
    let data = data.unwrap_or_else(|| scratch.path().join("data"));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{}, {cores} cores, {}\n", Timestamp::now(), file.display());
    let stores = Stores::embedded(&data).await.expect("embedded stores");
    println!("| | |\n|---|---:|");
    if stores.catalogue().view().await.expect("a catalogue").serial().0 == 0 {
        import(&stores, &file).await;
    }
    snapshots::measure(&stores).await;
    requests::measure(&stores).await;
    publishing::measure(scratch.path()).await;
    logins::logins(scratch.path()).await;
    println!("\nmemory of this process, stores included: {} KB", resident_kilobytes());
}

fn arguments() -> (Option<PathBuf>, Option<PathBuf>) {
    let (mut file, mut data) = (None, None);
    let mut rest = std::env::args().skip(1);
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--data" => data = Some(rest.next().expect("a directory after --data").into()),
            path => file = Some(path.into()),
        }
    }
    (file, data)
}

async fn import(stores: &Stores, file: &Path) {
    let sync = stores.sync();
    let source: Source = format!("bench={}", file.display()).parse().expect("a source");
    let context = ReadContext::new().expect("clients");
    let quiet: OnProgress = Arc::new(|_, _| ());
    let began = Instant::now();
    let report = sync.run(std::slice::from_ref(&source), &context, &quiet).await.expect("a run");
    let imported = began.elapsed();
    let began = Instant::now();
    sync.run(std::slice::from_ref(&source), &context, &quiet).await.expect("a second run");
    let unchanged = began.elapsed();
    let versions = report.sources.first().map_or(0, |source| source.imported);
    println!("| import of {versions} versions, snapshot included | {} |", millis(imported));
    println!("| the same again, nothing changed | {} |", millis(unchanged));
}
