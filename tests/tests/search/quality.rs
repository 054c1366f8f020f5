//! What people look for, in real catalogues: the list stands in `docs/search.md`.

use std::path::Path;

use berth_tests::{Registry, hand_out};

/// So many of the list must be found among the first five.
const FOUND_AT_LEAST: usize = 36;

#[tokio::test(flavor = "multi_thread")]
async fn what_people_look_for_is_among_the_first_five() {
    let catalogues = ["official-2025-12-18", "derived-2026-06-12"];
    let paths = catalogues.iter().filter_map(|name| hand_out(&format!("catalogs/{name}.json")));
    let sources: Vec<String> = paths.enumerate().map(|(at, path)| format!("s{at}={}", path.display())).collect();
    if sources.len() < catalogues.len() {
        return;
    }
    let registry = Registry::new().await;
    registry.import(&sources.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let client = registry.client();

    let listed = listed();
    assert_eq!(listed.len(), 40, "the table of docs/search.md");
    let mut missed = Vec::new();
    for (query, expected) in &listed {
        let answer = client.get(&format!("/v0.1/x/dev.berth/search?limit=5&q={}", query.replace(' ', "%20"))).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let servers = answer.json()["servers"].as_array().unwrap().clone();
        let names: Vec<String> =
            servers.iter().map(|server| server["server"]["name"].as_str().unwrap().to_owned()).collect();
        if !names.iter().any(|name| expected.contains(name)) {
            missed.push(format!("{query}: {}", names.join(", ")));
        }
    }
    println!("{} of {} found; missed:\n{}", listed.len() - missed.len(), listed.len(), missed.join("\n"));
    assert!(listed.len() - missed.len() >= FOUND_AT_LEAST, "missed:\n{}", missed.join("\n"));
}

/// Rows of two columns of code: what is asked, and which servers would do.
fn listed() -> Vec<(String, Vec<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/search.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, list) = text.split_once("among the first five |").unwrap();
    let rows = list.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let codes = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    rows.map(|(query, names)| (query.to_owned(), codes(names))).collect()
}
