//! Cursors: ours, the official registry's, and what is none.

use berth_tests::{Registry, Version, listed, next_cursor};
use registry::model::Status;

use super::registry;

#[tokio::test]
async fn a_cursor_carries_the_query() {
    let servers: Vec<Version> = (0..40)
        .flat_map(|n| {
            let kind = if n % 2 == 0 { "even" } else { "odd" };
            let name = format!("io.x/{kind}-{n:02}");
            [
                Version::new(&name, "1.0.0").status(Status::Deleted),
                Version::new(&name, "2.0.0").updated("2026-03-01T00:00:00Z"),
            ]
        })
        .collect();
    let client = Registry::with(&servers).await.client();
    for query in [
        "limit=3&search=odd",
        "limit=3&version=latest",
        "limit=3&version=1.0.0&include_deleted=true",
        "limit=3&include_deleted=true",
        "limit=3&updated_since=2026-02-01T00:00:00Z&search=even",
    ] {
        let whole = client.get(&format!("/v0.1/servers?{}", query.replace("limit=3", "limit=100"))).await.ok();
        let mut page = client.get(&format!("/v0.1/servers?{query}")).await.ok();
        let mut pages = listed(&page);
        // Only the cursor, not escaped, as VS Code sends it.
        while let Some(cursor) = next_cursor(&page).map(str::to_owned) {
            assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)), "{cursor}");
            page = client.get(&format!("/v0.1/servers?cursor={cursor}")).await.ok();
            assert!(listed(&page).len() <= 3);
            pages.extend(listed(&page));
        }
        assert_eq!(pages, listed(&whole), "{query}");
    }
}

#[tokio::test]
async fn a_parameter_of_the_request_wins_over_the_cursor() {
    let client = registry().await.client();
    let page = client.get("/v0.1/servers?limit=1&search=alpha").await.ok();
    let cursor = next_cursor(&page).unwrap();
    let next = client.get(&format!("/v0.1/servers?limit=100&search=beta&cursor={cursor}")).await.ok();
    assert_eq!(listed(&next), ["io.x/beta 1.0.0"]);
}

#[tokio::test]
async fn official_positions_are_accepted() {
    let client = registry().await.client();
    for (cursor, expected) in [
        ("io.x%2Falpha:10.0.0", vec!["io.x/alpha 2.0.0", "io.x/beta 1.0.0"]),
        ("io.x/alpha:10.0.0", vec!["io.x/alpha 2.0.0", "io.x/beta 1.0.0"]),
        ("io.x/alpha", vec!["io.x/beta 1.0.0"]),
        ("io.x/alpha:11", vec!["io.x/alpha 2.0.0", "io.x/beta 1.0.0"]),
        ("zzz", vec![]),
        ("junk:", vec![]),
    ] {
        let page = client.get(&format!("/v0.1/servers?cursor={cursor}")).await.ok();
        assert_eq!(listed(&page), expected, "{cursor}");
    }
    assert_eq!(listed(&client.get("/v0.1/servers?cursor=%3A").await.ok()).len(), 5);
}

#[tokio::test]
async fn what_is_no_cursor_of_ours_is_told() {
    let client = registry().await.client();
    let page = client.get("/v0.1/servers?limit=1").await.ok();
    let cursor = next_cursor(&page).unwrap();
    for broken in
        ["~forged", "~", &cursor[..cursor.len() - 2], &cursor.replace('~', "~A"), &format!("~{}", "A".repeat(5000))]
    {
        let answer = client.get(&format!("/v0.1/servers?cursor={broken}")).await;
        assert_eq!(answer.status, 422, "{broken}");
        let error = &answer.json()["errors"][0];
        assert_eq!(error["location"], "query.cursor");
        assert!(error["message"].as_str().unwrap().ends_with("begin again without it"), "{error}");
    }
}

#[tokio::test]
async fn a_cursor_survives_snapshots_and_the_end_of_its_entry() {
    let registry = registry().await;
    let client = registry.client();
    let page = client.get("/v0.1/servers?limit=2").await.ok();
    let cursor = next_cursor(&page).unwrap();
    registry
        .put(&[Version::new("io.x/alpha", "1.1.0").status(Status::Deleted), Version::new("io.x/alpha", "1.5.0")])
        .await;
    registry.sync.publish().await.unwrap();
    let next = client.get(&format!("/v0.1/servers?cursor={cursor}")).await.ok();
    assert_eq!(listed(&next), ["io.x/alpha 1.5.0", "io.x/alpha 10.0.0"]);
}
