//! `GET /servers?search=`

use berth_tests::listed;

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
