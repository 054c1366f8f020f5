//! Import, snapshot, index load, and the read routes in the handler: a table for the docs.
//!
//! `just bench` imports the 11,978 servers of June 2026 where the hand-outs are, else a made-up catalogue of that size;
//! `just bench FILE` imports any catalogue.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark that cannot run has to stop and say why"
)]

mod logins;

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use berth_local::Stores;
use berth_tests::{Client, Publisher, access, document, hand_out, with_remotes};
use futures_util::future::join_all;
use registry::snapshot::{Index, SnapshotReader};
use registry::time::Timestamp;
use sync::OnProgress;
use sync::source::{ReadContext, Source};

/// As in `berth`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 2_000;
const PUBLISHES: usize = 4_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = catalogue(&dir);
    println!("{}, {} cores, {}\n", Timestamp::now(), cores(), file.display());
    let stores = Stores::embedded(&dir.path().join("data")).await.expect("embedded stores");
    let sync = stores.sync();
    let source: Source = format!("bench={}", file.display()).parse().expect("a source");
    let context = ReadContext::new().expect("clients");
    let quiet: OnProgress = std::sync::Arc::new(|_, _| ());

    let began = Instant::now();
    let report = sync.run(std::slice::from_ref(&source), &context, &quiet).await.expect("a run");
    let imported = began.elapsed();
    let began = Instant::now();
    sync.run(std::slice::from_ref(&source), &context, &quiet).await.expect("a second run");
    let unchanged = began.elapsed();
    let versions = report.sources.first().map_or(0, |source| source.imported);
    println!("| | |\n|---|---:|");
    println!("| import of {versions} versions, snapshot included | {} |", millis(imported));
    println!("| the same again, nothing changed | {} |", millis(unchanged));

    let before = resident_kilobytes();
    let began = Instant::now();
    let snapshot = SnapshotReader::new(stores.bucket()).open().await.expect("a snapshot");
    println!("| snapshot opened from S3 (pointer, index) | {} |", millis(began.elapsed()));
    let bytes = snapshot.index().bytes().clone();
    println!("| index: bytes | {} |", bytes.len());
    println!("| memory: opened snapshot | {} KB |", resident_kilobytes().saturating_sub(before));
    let load = sample(200, || {
        black_box(Index::load(bytes.clone()).expect("an index"));
    });
    println!("| index: load from bytes, checked | p50 {}, p99 {} |", micros(load.0), micros(load.1));

    drop(snapshot);
    snapshots(&stores).await;
    let snapshot = SnapshotReader::new(stores.bucket()).open().await.expect("a snapshot");

    let client = Client::new(berth_local::edge(&stores.services(&access()).expect("services")));
    println!("\n| in the handler, warm, one after another | p50 | p99 | body |\n|---|---:|---:|---:|");
    let first = client.get("/v0.1/servers?limit=1").await;
    let name = first.json()["servers"][0]["server"]["name"].as_str().expect("a name").replace('/', "%2F");
    let mut middle = "/v0.1/servers?limit=100&cursor=".to_owned();
    let number = snapshot.index().servers() * 9 / 10;
    let _ = write!(middle, "{}", snapshot.index().server(number).expect("a server").name.replace('/', "%2F"));
    for path in [
        "/v0.1/ping",
        "/v0.1/servers?limit=30",
        "/v0.1/servers?limit=100",
        "/v0.1/servers?limit=100&version=latest",
        &middle,
        "/v0.1/servers?search=github",
        "/v0.1/servers?search=zzzznotfound",
        &format!("/v0.1/servers/{name}/versions/latest"),
        &format!("/v0.1/servers/{name}/versions"),
        "/v0.1/x/dev.berth/search?q=postgres",
    ] {
        measure(&client, path, |_| String::new()).await;
    }
    println!("\n| the same, each asked for the first time | p50 | p99 | body |\n|---|---:|---:|---:|");
    // What no answer depends on makes another question of it, as far as what is kept in memory knows.
    let another = |round: usize| format!("&another={round}");
    let servers = snapshot.index().servers();
    let name_of = |round: usize| snapshot.index().server(round * 7919 % servers).map_or("", |server| server.name);
    measure(&client, "/v0.1/servers?limit=100", another).await;
    measure(&client, &middle, another).await;
    measure(&client, "/v0.1/servers?limit=100&cursor=", |round| name_of(round).replace('/', "%2F")).await;
    measure(&client, "/v0.1/servers?search=github", another).await;
    measure(&client, "/v0.1/servers?search=zzzznotfound", another).await;
    for words in ["postgres", "github+issues", "browser+automation", "slcak", "ai+agent"] {
        measure(&client, &format!("/v0.1/x/dev.berth/search?q={words}"), another).await;
    }
    drop(client);
    publishing(&dir).await;
    logins::logins(dir.path()).await;
    println!("\nmemory of this process, stores included: {} KB", resident_kilobytes());
}

/// Publishes of new servers with one remote each, in the handler, without ownership checks, on stores of their own.
async fn publishing(dir: &tempfile::TempDir) {
    println!("\n| publish, in the handler | a second | p50 | p99 |\n|---|---:|---:|---:|");
    for clients in [1, 16] {
        let stores = Stores::embedded(&dir.path().join(format!("publish-{clients}"))).await.expect("embedded stores");
        let client = Client::new(berth_local::edge(&stores.services(&access()).expect("services")));
        let publisher = Publisher::of_all(client);
        let began = Instant::now();
        let runs = (0..clients).map(|number| {
            let publisher = publisher.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                for round in 0..PUBLISHES / clients {
                    let url = format!("https://{number}.example/{round}");
                    let document = with_remotes(document(&format!("bench.n{number}/s{round}x"), "1.0.0"), &[&url]);
                    let began = Instant::now();
                    let answer = publisher.publish(&document).await;
                    times.push(began.elapsed());
                    assert_eq!(answer.status, 200, "{}", answer.text());
                }
                times
            })
        });
        let times: Vec<Duration> = join_all(runs).await.into_iter().flat_map(|run| run.expect("a run")).collect();
        let rate = times.len() as f64 / began.elapsed().as_secs_f64();
        let (p50, p99) = percentiles(times);
        println!("| {clients} at once | {rate:.0} | {} | {} |", micros(p50), micros(p99));
    }
}

/// What one publish writes, and a full build.
async fn snapshots(stores: &Stores) {
    let publisher = Publisher::of_all(Client::new(berth_local::edge(&stores.services(&access()).expect("services"))));
    let sync = stores.sync();
    sync.publish().await.expect("a snapshot");
    let (mut times, mut bytes) = (Vec::new(), 0);
    for round in 0..20 {
        let answer = publisher.publish(&document(&format!("bench.snapshots/s{round}"), "1.0.0")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let began = Instant::now();
        let published = sync.publish().await.expect("a snapshot");
        times.push(began.elapsed());
        bytes = bytes.max(published.bytes_written);
    }
    let (p50, p99) = percentiles(times);
    println!(
        "| snapshot after one publish | p50 {}, p99 {}, at most {bytes} bytes written |",
        millis(p50),
        millis(p99)
    );
    let began = Instant::now();
    let folded = sync.fold().await.expect("a snapshot");
    println!(
        "| the same with a new index | {}, {} of {} blocks, {} bytes |",
        millis(began.elapsed()),
        folded.blocks_written,
        folded.blocks,
        folded.bytes_written
    );
}

/// `path` again and again, with what `more` adds to it each time.
async fn measure(client: &Client, path: &str, more: impl Fn(usize) -> String) {
    let mut times = Vec::with_capacity(ROUNDS);
    let mut bytes = 0;
    for round in 0..ROUNDS + ROUNDS / 10 {
        let path = format!("{path}{}", more(round));
        let began = Instant::now();
        let answer = client.get(&path).await;
        let took = began.elapsed();
        bytes = answer.body.len();
        if round >= ROUNDS / 10 {
            times.push(took);
        }
    }
    let (p50, p99) = percentiles(times);
    println!("| `{path}` | {} | {} | {bytes} |", micros(p50), micros(p99));
}

fn sample(rounds: usize, mut run: impl FnMut()) -> (Duration, Duration) {
    let timed = |_| {
        let began = Instant::now();
        run();
        began.elapsed()
    };
    percentiles((0..rounds).map(timed).collect())
}

fn percentiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    (at(50), at(99))
}

fn catalogue(dir: &tempfile::TempDir) -> PathBuf {
    if let Some(file) = std::env::args().nth(1) {
        return file.into();
    }
    if let Some(file) = hand_out("catalogs/derived-2026-06-12.json") {
        return file;
    }
    let path = dir.path().join("made-up.json");
    let server = |number: usize| {
        serde_json::json!({
            "name": format!("com.example.n{}/server-{number}", number % 997),
            "description": format!("Made up for a benchmark, number {number}, with some words to search in"),
            "version": "1.0.0",
            "remotes": [{"type": "streamable-http", "url": format!("https://s{number}.example.com/mcp")}],
        })
    };
    let servers: Vec<_> = (0..12_000).map(server).collect();
    std::fs::write(&path, serde_json::to_vec(&servers).expect("json")).expect("a file");
    path
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn resident_kilobytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn micros(time: Duration) -> String {
    format!("{:.0} µs", time.as_secs_f64() * 1e6)
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
