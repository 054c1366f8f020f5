//! `GET /servers?search=`

use berth_tests::{Registry, Version, listed};
use proptest::prelude::*;

use super::registry;

async fn found(search: &str) -> Vec<String> {
    listed(&registry().await.client().get(&format!("/v0.1/servers?search={search}")).await.ok())
}

#[tokio::test]
async fn any_part_of_a_name_or_description_is_found_whatever_its_case() {
    for search in ["LIFE", "life", "x%2FLi", "a%20game%20OF", "cells", "100%25"] {
        assert_eq!(found(search).await, ["io.x/Life 2.0.0+b1"], "{search}");
    }
    assert_eq!(found("alpha").await.len(), 3);
    assert_eq!(found("alpha&version=latest").await, ["io.x/alpha 10.0.0"]);
    assert_eq!(found("life&search=alpha").await, ["io.x/Life 2.0.0+b1"]);
    assert_eq!(found("").await.len(), 5);
}

#[tokio::test]
async fn nothing_is_a_wildcard_and_nothing_matches_across_fields() {
    for search in ["_", "l%25fe", "io.x%2FLifePlays", "gone", "zzz"] {
        assert_eq!(found(search).await, [""; 0], "{search}");
    }
}

#[tokio::test]
async fn a_search_is_bounded() {
    let answer = registry().await.client().get(&format!("/v0.1/servers?search={}", "a".repeat(513))).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["errors"][0]["location"], "query.search");
}

/// Versions whose names and descriptions are put together from few pieces, so that searches meet some of them.
fn versions() -> impl Strategy<Value = Vec<Version>> {
    let description = prop::sample::select(vec!["", "ab", "abab", "ba Ä", "Straße", "b/a", "a.b"]);
    let name = prop::sample::select(vec!["a.a/ab", "a.b/ba", "ab.b/Ab", "b.a/abba", "b.b/zz", "ba.b/b-a", "z.z/aa"]);
    prop::collection::btree_map((name, 0..4_u8), description, 0..16).prop_map(|versions| {
        let version = |((name, number), description): ((&str, u8), &str)| {
            Version::new(name, &format!("1.0.{number}")).description(description)
        };
        versions.into_iter().map(version).collect()
    })
}

#[test]
fn a_search_finds_what_looking_at_every_entry_finds() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let needles = prop::collection::vec(prop::sample::select(vec!["a", "b", "A", "/", ".", " ", "ä", "ß", "z"]), 1..4);
    let config = ProptestConfig::with_cases(40);
    proptest!(config, |(base in versions(), later in versions(), needles in prop::collection::vec(needles, 1..6))| {
        runtime.block_on(async {
            // Some servers of the snapshot are replaced, some are only in the overlay.
            let registry = Registry::with(&base).await;
            registry.put(&later).await;
            let client = registry.client();
            let all = client.get("/v0.1/servers?limit=100").await.ok();
            for needle in needles {
                let needle: String = needle.concat();
                let escaped: String = needle.bytes().map(|byte| format!("%{byte:02X}")).collect();
                let wanted: Vec<String> = all["servers"].as_array().unwrap().iter().filter_map(|entry| {
                    let text = |key: &str| entry["server"][key].as_str().unwrap_or_default().to_lowercase();
                    let server = &entry["server"];
                    (text("name").contains(&needle.to_lowercase()) || text("description").contains(&needle.to_lowercase()))
                        .then(|| format!("{} {}", server["name"].as_str().unwrap(), server["version"].as_str().unwrap()))
                }).collect();
                let mut found = Vec::new();
                let mut path = format!("/v0.1/servers?limit=2&search={escaped}");
                loop {
                    let page = client.get(&path).await.ok();
                    found.extend(listed(&page));
                    let Some(cursor) = page["metadata"]["nextCursor"].as_str() else { break };
                    path = format!("/v0.1/servers?cursor={cursor}");
                }
                assert_eq!(found, wanted, "{needle}");
            }
        });
    });
}
