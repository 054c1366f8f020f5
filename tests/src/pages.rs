//! Lists, read page by page.

use serde_json::Value;

use crate::Client;

/// `name` and `version` of an entry.
#[must_use]
pub fn name_and_version(entry: &Value) -> (String, String) {
    let text = |field: &str| entry["server"][field].as_str().expect("a text").to_owned();
    (text("name"), text("version"))
}

/// `name version` of each entry of a list body.
#[must_use]
pub fn listed(body: &Value) -> Vec<String> {
    let entries = body["servers"].as_array().expect("an array");
    assert_eq!(body["metadata"]["count"], entries.len());
    entries.iter().map(name_and_version).map(|(name, version)| format!("{name} {version}")).collect()
}

/// Where a list goes on.
#[must_use]
pub fn next_cursor(body: &Value) -> Option<&str> {
    body["metadata"].get("nextCursor").map(|cursor| cursor.as_str().expect("a text"))
}

/// The bodies of all pages of `path`, which has a query already. Only the cursor is sent from the second page on.
pub async fn walk(client: &Client, path: &str) -> Vec<String> {
    let (list, _) = path.split_once('?').expect("a query");
    let (mut pages, mut url) = (Vec::new(), path.to_owned());
    loop {
        let answer = client.get(&url).await;
        let body = answer.ok();
        pages.push(answer.text().to_owned());
        let Some(cursor) = next_cursor(&body) else { return pages };
        url = format!("{list}?cursor={cursor}");
    }
}

/// The entries of all pages.
pub async fn walk_entries(client: &Client, path: &str) -> Vec<Value> {
    let mut entries = Vec::new();
    for page in walk(client, path).await {
        let mut body: Value = serde_json::from_str(&page).expect("JSON");
        entries.append(body["servers"].as_array_mut().expect("an array"));
    }
    entries
}
