//! Numbers for Prometheus, at `GET /metrics`: of requests, of the snapshot, and of what was imported.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;
use registry::catalogue::Catalogue;
use registry::telemetry::{Counters, Exposition, Kind, SeenSnapshot};
use registry::time::Timestamp;
use sync::SourceReport;

use crate::serve::Import;

/// What is counted since the process began.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) requests: Arc<Counters>,
    imports: Mutex<Imports>,
}

#[derive(Clone, Debug, Default)]
struct Imports {
    done: u64,
    failed: u64,
    sources: BTreeMap<String, OfSource>,
}

#[derive(Clone, Debug, Default)]
struct OfSource {
    read: u64,
    imported: u64,
    unchanged: u64,
    refused: u64,
    failed: u64,
    /// When it was last imported to its end.
    imported_at: Option<Timestamp>,
}

impl Metrics {
    /// Counts an import.
    pub(crate) fn imported(&self, import: &Import) {
        let mut imports = self.imports.lock().unwrap_or_else(PoisonError::into_inner);
        match import {
            Ok(report) if report.is_complete() => imports.done += 1,
            _ => imports.failed += 1,
        }
        for report in import.iter().flat_map(|report| &report.sources) {
            imports.sources.entry(report.source.clone()).or_default().add(report);
        }
    }

    /// The route of `GET /metrics`. It is no part of the API: the functions do not have it.
    pub(crate) fn route(self: Arc<Self>, catalogue: Arc<Catalogue>) -> Router {
        Router::new().route("/metrics", get(answer)).with_state((self, catalogue))
    }

    fn write_imports(&self, text: &mut Exposition) {
        let Imports { done, failed, sources } = self.imports.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let name = "berth_sync_runs_total";
        text.metric(name, Kind::Counter, "Runs that imported sources, and whether all of them were.");
        for (result, count) in [("done", done), ("failed", failed)] {
            text.sample(name, &[("result", result)], count);
        }
        let name = "berth_sync_entries_total";
        text.metric(name, Kind::Counter, "Entries of sources: read, and what became of them.");
        for (source, of) in &sources {
            let results =
                [("read", of.read), ("imported", of.imported), ("unchanged", of.unchanged), ("refused", of.refused)];
            for (result, count) in results {
                text.sample(name, &[("source", source), ("result", result)], count);
            }
        }
        let name = "berth_sync_failures_total";
        text.metric(name, Kind::Counter, "Imports of a source that did not come to their end.");
        for (source, of) in &sources {
            text.sample(name, &[("source", source)], of.failed);
        }
        let name = "berth_sync_last_import_timestamp_seconds";
        text.metric(name, Kind::Gauge, "When a source was last imported to its end.");
        for (source, of) in &sources {
            if let Some(at) = of.imported_at {
                text.sample(name, &[("source", source)], at.as_micros() / 1_000_000);
            }
        }
    }
}

impl OfSource {
    fn add(&mut self, report: &SourceReport) {
        self.read += report.read as u64;
        self.imported += report.imported as u64;
        self.unchanged += report.unchanged as u64;
        self.refused += report.refused.len() as u64;
        match report.error {
            Some(_) => self.failed += 1,
            None => self.imported_at = Some(Timestamp::now()),
        }
    }
}

async fn answer(State((metrics, catalogue)): State<(Arc<Metrics>, Arc<Catalogue>)>) -> Response {
    let mut text = Exposition::default();
    text.metric("berth_build_info", Kind::Gauge, "The version that runs; always 1.");
    text.sample("berth_build_info", &[("version", list_servers::Build::CURRENT.version)], 1);
    metrics.requests.write(&mut text);
    metrics.write_imports(&mut text);
    write_catalogue(&catalogue, &mut text).await;
    ([(header::CONTENT_TYPE, Exposition::CONTENT_TYPE)], text.into_text()).into_response()
}

/// As a request would find it. Where the stores do not answer, what is known without them is told all the same.
async fn write_catalogue(catalogue: &Catalogue, text: &mut Exposition) {
    let view = catalogue.view().await.inspect_err(|error| tracing::warn!(%error, "metrics have no catalogue"));
    let name = "berth_catalogue_up";
    text.metric(name, Kind::Gauge, "Whether the stores answer.");
    text.sample(name, &[], u8::from(view.is_ok()));
    let Ok(view) = view else { return };
    let (snapshot, pointer) = (SeenSnapshot::of(&view), view.snapshot().pointer());
    for (name, help, value) in [
        ("berth_catalogue_serial", "Serial of the newest change.", Some(view.serial().0)),
        ("berth_snapshot_serial", "Serial of the snapshot in force.", Some(snapshot.serial.0)),
        ("berth_snapshot_servers", "Servers in it, deleted ones included.", Some(pointer.servers as u64)),
        ("berth_snapshot_versions", "Versions in it, deleted ones included.", Some(pointer.versions as u64)),
        (
            "berth_snapshot_age_seconds",
            "Time since the newest change in it was made.",
            snapshot.age_seconds(Timestamp::now()),
        ),
    ] {
        // An empty registry has no change.
        if let Some(value) = value {
            text.metric(name, Kind::Gauge, help);
            text.sample(name, &[], value);
        }
    }
}
