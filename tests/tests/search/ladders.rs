//! What ranks above what.

use berth_tests::{Registry, Version};
use registry::model::Status;

use crate::{names, search};

/// Searches servers that are written as name and description, in the order in which they should be found.
async fn assert_ladder(query: &str, expected: &[(&str, &str)]) {
    let versions: Vec<Version> =
        expected.iter().map(|(name, description)| Version::new(name, "1.0.0").description(description)).collect();
    let registry = Registry::with(&versions).await;
    let found = names(&search(&registry.client(), &format!("q={query}")).await);
    assert_eq!(found, expected.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "{query}");
}

#[tokio::test]
async fn the_owner_then_the_name_then_the_text() {
    assert_ladder(
        "stripe",
        &[
            ("com.stripe/mcp", "Payments"),
            ("com.pipes/stripe", "Payments"),
            ("com.pipes/stripe-refund-helper", "Payments"),
            ("com.pipes/payments", "Payments with stripe"),
            ("com.pipes/billing", "Sends an invoice for each of your customers, wherever they are, and pays by stripe"),
        ],
    )
    .await;
}

#[tokio::test]
async fn whole_words_then_longer_ones() {
    assert_ladder("git", &[("com.a/git", "x"), ("com.a/github", "x"), ("com.a/gitlab-pipelines", "x")]).await;
}

#[tokio::test]
async fn a_name_that_is_pasted_is_first() {
    assert_ladder("io.github.acme/widget", &[("io.github.acme/widget", "x")]).await;
}

#[tokio::test]
async fn what_its_publishers_advise_against_is_last() {
    let registry = Registry::with(&[
        Version::new("com.a/slack", "1.0.0").status(Status::Deprecated),
        Version::new("com.b/slack", "1.0.0"),
        Version::new("com.c/slack", "1.0.0").status(Status::Deleted),
    ])
    .await;
    assert_eq!(names(&search(&registry.client(), "q=slcak").await), ["com.b/slack", "com.a/slack"]);
}
