//! Ranked search, through its route.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

mod broken;
mod histories;
mod ladders;
mod quality;

use berth_tests::Client;
use serde_json::Value;

/// The path of the route.
pub(crate) const SEARCH: &str = "/v0.1/x/dev.berth/search";

/// Asks with a query string.
pub(crate) async fn search(client: &Client, query: &str) -> Value {
    client.get(&format!("{SEARCH}?{query}")).await.ok()
}

/// The names of the servers of an answer.
pub(crate) fn names(answer: &Value) -> Vec<String> {
    let servers = answer["servers"].as_array().unwrap();
    servers.iter().map(|server| server["server"]["name"].as_str().unwrap().to_owned()).collect()
}
