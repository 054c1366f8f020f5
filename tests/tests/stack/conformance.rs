//! `berth serve` and the deployed registry are asked the same, and answer the same.

use std::collections::BTreeSet;

use berth_tests::{Serving, Wire, conformance};

use crate::deployment::Deployment;

/// Cases that the deployed registry answers otherwise, in what, and why. Each request of a case that is not the same differs in
/// just this.
const DIFFERENCES: &[(&str, &[&str], &str)] = &[
    ("cors preflight", &["status"], PREFLIGHT),
    ("cors not_allowed", &["status"], PREFLIGHT),
    ("cors no_preflight", &["status"], PREFLIGHT),
    (
        "paths broken",
        &["status"],
        "the function sees a decoded path, in which a percent sign that begins no escape stands for itself: 404, not 400",
    ),
    (
        "publish two_tokens",
        &["body"],
        "API Gateway joins headers of one name: 401 too, since what it makes is no token",
    ),
    ("read held", &["media type"], "the emulator names a type where the function names none, as in a 304"),
];

const PREFLIGHT: &str = "the emulator answers OPTIONS itself, with 403, where an API has no CORS of its own; in AWS the route \
                         for ANY takes it";

#[tokio::test]
async fn berth_serve_answers_as_expected() {
    let serving = Serving::start().await;
    let report = conformance::run(&Wire::to(&serving.url)).await;
    println!("{} requests", report.len());
    assert!(report.failures().is_empty(), "{:#?}", report.failures());
}

#[tokio::test]
async fn the_deployed_registry_answers_as_berth_serve() {
    let Some(deployment) = Deployment::shared().await else { return };
    let serving = Serving::start().await;
    let (near, far) = (Wire::to(&serving.url), Wire::to(&deployment.url));
    let (served, deployed) = tokio::join!(conformance::run(&near), conformance::run(&far));
    let against = served.against(&deployed);
    println!("{} requests, {} answered otherwise", deployed.len(), against.len());
    for difference in &against {
        let named = DIFFERENCES.iter().find(|(case, ..)| *case == difference.case);
        let reason = named.filter(|(_, aspects, _)| *aspects == difference.aspects).map(|(_, _, reason)| reason);
        assert!(reason.is_some(), "answered otherwise without a reason: {difference:#?}");
        println!("{}, {}: {}", difference.request, difference.aspects.join(", "), reason.unwrap_or(&""));
    }
    let differing: BTreeSet<&str> = against.iter().map(|difference| difference.case).collect();
    let named: BTreeSet<&str> = DIFFERENCES.iter().map(|(case, ..)| *case).collect();
    assert_eq!(differing, named, "named, and no longer answered otherwise");
    let otherwise: BTreeSet<&str> = against.iter().map(|difference| difference.request).collect();
    let failures = deployed.failures().iter().filter(|(request, _)| !otherwise.contains(request.as_str()));
    assert_eq!(failures.collect::<Vec<_>>(), [], "answered by both as the case does not expect it");
}
