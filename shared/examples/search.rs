//! What a ranked search takes: `search CATALOGUE.json [QUERIES.txt]`, where the catalogue is a list response or an array of its
//! entries. Prints sizes, and times of building, loading and asking.

#![expect(clippy::print_stdout, clippy::indexing_slicing, reason = "a measurement, for people")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use registry::model::ServerName;
use registry::search::{Document, Facet, Filters, Query, SearchIndex, Segment, Sort, Source, find};
use registry::snapshot::parse_entry;
use registry::store::{Owner, Serial, ServerState};
use serde_json::value::RawValue;

/// Times that each query is asked.
const ROUNDS: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let catalogue = arguments.next().ok_or("usage: search CATALOGUE.json [QUERIES.txt]")?;
    let queries = match arguments.next() {
        Some(path) => std::fs::read_to_string(path)?,
        None => {
            "postgres\ngithub issues\nslcak\ngoogle calender\nkubernets\nsend email\npdf\nvector databse\ns\nai agent"
                .to_owned()
        }
    };
    let documents = documents(&catalogue)?;
    let servers = documents.len();
    println!("servers {servers}");

    let sources: Vec<Source<'_>> = documents.values().map(Source::Changed).collect();
    let (index, time) = timed(|| SearchIndex::build(&SearchIndex::default(), &sources));
    let index = index?;
    println!("built from nothing in {time:.1?}: {} bytes, {} words", index.bytes().len(), index.words());
    let mut one_changed: Vec<Source<'_>> = (0..servers).map(Source::Same).collect();
    one_changed[servers / 2] = sources[servers / 2];
    let (again, time) = timed(|| SearchIndex::build(&index, &one_changed));
    println!("built anew with one change in {time:.1?}, same bytes: {}", again?.bytes() == index.bytes());
    let compressed = lz4_flex::block::compress_prepend_size(index.bytes());
    println!("stored with LZ4: {} bytes", compressed.len());
    let mut load = Duration::MAX;
    for _ in 0..5 {
        let (loaded, time) = timed(|| {
            let bytes = lz4_flex::block::decompress_size_prepended(&compressed)?;
            Ok::<_, Box<dyn Error>>(SearchIndex::load(bytes.into())?)
        });
        loaded?;
        load = load.min(time);
    }
    println!("decompressed and checked in {load:.1?} (best of 5)");

    let nothing_changed = SearchIndex::default();
    let segments = [
        Segment { index: &index, replaced: &[], places: &[] },
        Segment { index: &nothing_changed, replaced: &[], places: &[] },
    ];
    let npm = Filters { values: vec![(Facet::PackageType, vec!["npm".to_owned()])], ..Filters::default() };
    let mut all = Vec::new();
    println!("| query | found | p50 | p99 |\n|---|---:|---:|---:|");
    let asked =
        queries.lines().filter(|line| !line.trim().is_empty()).map(|line| (line.to_owned(), Filters::default()));
    let wide = [(String::new(), Filters::default()), (String::new(), npm.clone()), ("ai".to_owned(), npm)];
    for (text, filters) in asked.chain(wide) {
        let filtered = filters.values.len();
        let query = Query { text: text.clone(), filters, sort: Sort::Relevance, after: None, limit: 30 };
        let mut times = Vec::new();
        let mut total = 0;
        for _ in 0..ROUNDS {
            let (found, time) = timed(|| find(&query, &segments, 0));
            total = found.total;
            times.push(time);
        }
        all.extend_from_slice(&times);
        let filters = if filtered > 0 { ", filtered" } else { "" };
        println!("| `{text}`{filters} | {total} | {:.2?} | {:.2?} |", share(&mut times, 50), share(&mut times, 99));
    }
    println!("all: p50 {:.2?}, p99 {:.2?}", share(&mut all, 50), share(&mut all, 99));
    Ok(())
}

/// The documents of the latest versions, by name.
fn documents(path: &str) -> Result<BTreeMap<String, Document>, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let entries: Vec<&RawValue> = if text.starts_with('[') {
        serde_json::from_str(&text)?
    } else {
        let mut list: BTreeMap<&str, &RawValue> = serde_json::from_str(&text)?;
        serde_json::from_str(list.remove("servers").ok_or("no servers")?.get())?
    };
    let mut documents = BTreeMap::new();
    for entry in entries {
        let (version, is_latest) = parse_entry(entry.get())?;
        if !is_latest {
            continue;
        }
        let described: serde_json::Value = serde_json::from_str(&version.document)?;
        let name: ServerName = described["name"].as_str().unwrap_or_default().parse()?;
        let latest: registry::model::ServerVersion = described["version"].as_str().unwrap_or_default().parse()?;
        let owner = Owner::Source("official".to_owned());
        let state = ServerState {
            owner,
            latest: latest.clone(),
            serial: Serial(1),
            versions: BTreeMap::from([(latest, version)]),
        };
        documents.insert(name.as_str().to_owned(), Document::of(&name, &state));
    }
    Ok(documents)
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let made = work();
    (made, began.elapsed())
}

fn share(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).clamp(1, times.len()) - 1;
    times[at]
}
