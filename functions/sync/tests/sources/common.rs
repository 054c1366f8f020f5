//! What the tests share.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use sync::format::Reading;
use sync::source::{Progress, ReadContext, SourceError, SourceReading, SourceStatus, read};

/// A file of the hand-outs, or `None` where they are absent.
pub(crate) fn data(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    None
}

/// A context that repeats quickly.
pub(crate) fn context() -> ReadContext {
    let mut context = ReadContext::new().unwrap();
    context.retry.first_delay = Duration::from_millis(1);
    context
}

/// A context that remembers its progress.
pub(crate) fn listening() -> (ReadContext, Arc<Mutex<Vec<Progress>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    let mut context = context();
    context.progress = Arc::new(move |progress| ear.lock().unwrap().push(progress));
    (context, heard)
}

/// A small valid document.
pub(crate) fn document(name: &str, version: &str) -> Value {
    json!({"name": name, "description": "d", "version": version})
}

/// A list response with one document of each name.
pub(crate) fn page(names: &[&str], next: Option<&str>) -> Value {
    let servers: Vec<Value> =
        names.iter().map(|name| json!({"server": document(name, "1.0.0"), "_meta": {}})).collect();
    json!({"metadata": {"count": servers.len(), "nextCursor": next}, "servers": servers})
}

/// Reads a source that was never read before.
pub(crate) async fn first(source: &str, context: &ReadContext) -> Result<SourceReading, SourceError> {
    read(&source.parse().unwrap(), context, &SourceStatus::default()).await
}

/// The message that a source gets.
pub(crate) async fn message(source: &str, context: &ReadContext) -> String {
    first(source, context).await.unwrap_err().to_string()
}

/// The parts of a reading that is not [`SourceReading::Unchanged`].
pub(crate) fn whole(reading: SourceReading) -> (Reading, SourceStatus, bool) {
    match reading {
        SourceReading::Read { reading, status, incremental } => (reading, status, incremental),
        SourceReading::Unchanged => panic!("unchanged"),
    }
}
