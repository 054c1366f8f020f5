//! The functions that read, over a catalogue of any size: from exec to the first answer, and memory after many questions.

use std::path::Path;
use std::time::Duration;

use registry::snapshot::Snapshot;

use crate::function::{Kind, get};
use crate::process::Process;
use crate::start::{answered, begin, median, millis, polled};
use crate::stores::Stores;
use crate::{Outcome, machine};

/// How often a function is started; the median counts.
const STARTS: usize = 5;
/// Questions to one process, no two alike, about servers in all parts of the catalogue: more than its caches hold.
const QUESTIONS: usize = 2000;

pub(crate) async fn measure(directory: &Path, stores: &Stores, functions: &[Kind]) -> Outcome<()> {
    let snapshot = stores.snapshot().await?;
    println!("{}; median of {STARTS} starts", machine::now()?);
    println!("{} servers, {} versions\n", snapshot.servers(), snapshot.versions());
    println!(
        "| function | exec to the first poll | first answer | next answer | of {QUESTIONS} others, p50 | p99 | memory after two \
         answers | after all |\n|---|---:|---:|---:|---:|---:|---:|---:|"
    );
    for &kind in functions {
        println!("{}", row(directory, stores, &snapshot, kind).await?);
    }
    Ok(())
}

async fn row(directory: &Path, stores: &Stores, snapshot: &Snapshot, kind: Kind) -> Outcome<String> {
    let binary = directory.join(kind.name());
    let question =
        |number| question(kind, snapshot, number).ok_or("only functions that read can be measured over a catalogue");
    let mut rounds: [Vec<Duration>; 3] = Default::default();
    let mut small = Vec::new();
    let (mut others, mut peak) = (Vec::new(), 0);
    for round in 0..STARTS {
        let function = begin(kind, &binary, stores, stores.endpoint()).await?;
        let started = polled(&binary, &function).await?;
        let first = answered(&function, &get(&question(0)?)).await?;
        let next = answered(&function, &get(&question(1)?)).await?;
        for (times, time) in rounds.iter_mut().zip([started, first, next]) {
            times.push(time);
        }
        let process = Process::of(&binary).await?;
        small.push(process.peak_bytes()?);
        if round + 1 == STARTS {
            for number in 0..QUESTIONS {
                others.push(answered(&function, &get(&question(number)?)).await?);
            }
            peak = process.peak_bytes()?;
        }
    }
    let [started, first, next] = rounds.map(median);
    others.sort_unstable();
    let slow = others.get(QUESTIONS * 99 / 100).copied().unwrap_or_default();
    let times = [started?, first?, next?, median(others)?, slow].map(|time| format!("{:.2} ms", millis(time)));
    let memory = [median(small)?, peak].map(|bytes| format!("{:.0} MB", bytes as f64 / 1e6));
    Ok(format!("| {} | {} | {} |", kind.name(), times.join(" | "), memory.join(" | ")))
}

/// A question about a server in some part of the catalogue.
fn question(kind: Kind, snapshot: &Snapshot, number: usize) -> Option<String> {
    let index = snapshot.index();
    let name = index.server(number * 7919 % index.servers().max(1))?.name;
    let escaped = name.replace('/', "%2F");
    let word = name.split(|letter: char| !letter.is_alphanumeric()).max_by_key(|word| word.len())?;
    let path = match kind {
        // Pages, and a substring now and then.
        Kind::ListServers if number % 8 == 7 => format!("/v0.1/servers?limit=100&search={word}"),
        Kind::ListServers => format!("/v0.1/servers?limit=100&cursor={escaped}"),
        Kind::GetServer => format!("/v0.1/servers/{escaped}/versions/latest"),
        Kind::Search => format!("/v0.1/x/dev.berth/search?q={word}"),
        Kind::Publish | Kind::Auth | Kind::VerifyDomain | Kind::Sync => return None,
    };
    Some(path)
}
