//! What is imported when no file is named.

use std::path::{Path, PathBuf};

use berth_tests::hand_out;

/// The official catalogue of June 2026, or a made-up one of its size in `dir`.
pub(crate) fn of_june(dir: &Path) -> PathBuf {
    if let Some(file) = hand_out("catalogs/derived-2026-06-12.json") {
        return file;
    }
    let path = dir.join("made-up.json");
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
