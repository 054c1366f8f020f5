//! How often somebody may change something.

use berth_local::Policy;
use berth_tests::{Answer, Client, Publisher, Registry, document, token};
use futures_util::future::join_all;
use registry::store::AuditOutcome;
use registry_auth::Action;
use serde_json::json;

use super::within_an_hour;

const NAME: &str = "a.b/xx";

fn hourly(publishes_per_hour: u32) -> Policy {
    Policy::none().limit(publishes_per_hour, 0)
}

fn somebody(client: &Client, who: &str) -> Publisher {
    Publisher { client: client.clone(), token: token(who, &[(Action::Publish, "*")]) }
}

/// The one message of a 429.
fn too_many(answer: &Answer) -> String {
    let (status, detail, errors) = answer.errors();
    assert_eq!((status, detail.as_str(), errors.len()), (429, "Too many requests", 1), "{errors:?}");
    let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=86_400).contains(&seconds), "{seconds}");
    let (what, until) = errors[0].split_once(": ").unwrap();
    assert_eq!(until, format!("try again in {seconds} seconds"));
    what.to_owned()
}

#[tokio::test]
async fn an_identity_changes_so_much_in_an_hour() {
    within_an_hour().await;
    let registry = Registry::new().await;
    let client = registry.client_under(hourly(5));
    let publisher = Publisher {
        client: client.clone(),
        token: token("one.example", &[(Action::Publish, "*"), (Action::Edit, "a.b/*")]),
    };
    publisher.publish_version(NAME, "1.0.0").await.ok();
    publisher.edit(NAME, "1.0.0", &document(NAME, "1.0.0")).await.ok();
    publisher.set_status(NAME, "1.0.0", json!({"status": "deprecated"})).await.ok();
    publisher.set_all(NAME, json!({"status": "active"})).await.ok();
    publisher.delete(NAME, "1.0.0").await.ok();
    let serial = registry.serial().await;
    let elsewhere = Publisher { client: registry.client_under(hourly(5)), ..publisher.clone() };
    for publisher in [&publisher, &elsewhere] {
        for answer in [
            publisher.publish_version("c.d/yy", "1.0.0").await,
            publisher.set_status(NAME, "1.0.0", json!({"status": "active"})).await,
            publisher.set_all(NAME, json!({"status": "active"})).await,
        ] {
            let what = too_many(&answer);
            assert!(what.starts_with("more than 5 publishes per hour "), "{what}");
        }
    }
    let seconds: u32 =
        elsewhere.publish_version("c.d/yy", "1.0.0").await.header("retry-after").unwrap().parse().unwrap();
    assert!(seconds <= 3600, "{seconds}");
    assert_eq!(registry.serial().await, serial);
    let refused = registry.records().await.into_iter().filter(|record| record.outcome == AuditOutcome::Refused);
    assert_eq!(refused.filter(|record| record.detail.as_deref().unwrap().starts_with("more than 5 ")).count(), 7);
    // Others are others, as long as they are elsewhere.
    somebody(&client, "two.example").publish_version("c.d/yy", "1.0.0").await.ok();
}

#[tokio::test]
async fn a_namespace_sees_so_much_in_an_hour() {
    within_an_hour().await;
    let registry = Registry::new().await;
    let client = registry.client_under(hourly(2));
    somebody(&client, "one.example").publish_version("io.github.acme/xx", "1.0.0").await.ok();
    somebody(&client, "two.example").publish_version("io.github.Acme/yy", "1.0.0").await.ok();
    let third = somebody(&client, "three.example");
    let what = too_many(&third.publish_version("io.github.acme/zz", "1.0.0").await);
    assert_eq!(what, "more than 2 publishes per hour in io.github.acme");
    third.publish_version("io.github.other/zz", "1.0.0").await.ok();
}

#[tokio::test]
async fn an_address_has_ten_times_as_much() {
    within_an_hour().await;
    let registry = Registry::new().await;
    let client = registry.client_under(hourly(1));
    let at = async |address: &str, number: usize| {
        let publisher = somebody(&client, &format!("p{number}.example")).at(address);
        publisher.publish_version(&format!("a.b{number}/xx"), "1.0.0").await
    };
    for number in 0..10 {
        at(&format!("2001:db8::{number}"), number).await.ok();
    }
    let what = too_many(&at("2001:db8::ffff", 10).await);
    assert_eq!(what, "more than 10 publishes per hour from 2001:db8::/64");
    at("2001:db8:0:1::1", 11).await.ok();
}

#[tokio::test]
async fn an_identity_publishes_so_many_new_names_in_a_day() {
    within_an_hour().await;
    let registry = Registry::new().await;
    let client = registry.client_under(Policy::none().limit(0, 2));
    let publisher = somebody(&client, "one.example");
    for name in ["a.b/xx", "c.d/xx"] {
        publisher.publish_version(name, "1.0.0").await.ok();
    }
    let refused = publisher.publish_version("e.f/xx", "1.0.0").await;
    assert_eq!(too_many(&refused), "more than 2 new names per day by domain:one.example");
    for version in ["1.1.0", "1.2.0", "1.3.0"] {
        publisher.publish_version(NAME, version).await.ok();
    }
    somebody(&client, "two.example").publish_version("e.f/xx", "1.0.0").await.ok();
    // It is no new name any more.
    publisher.publish_version("e.f/xx", "1.1.0").await.ok();
}

#[tokio::test]
async fn what_is_refused_before_and_what_is_repeated_does_not_count() {
    within_an_hour().await;
    let registry = Registry::new().await;
    let client = registry.client_under(hourly(3));
    let publisher = Publisher { client, token: token("one.example", &[(Action::Publish, "a.b/*")]) };
    publisher.publish_version(NAME, "1.0.0").await.ok();
    for _ in 0..5 {
        publisher.publish_version(NAME, "1.0.0").await.ok();
        assert_eq!(publisher.publish_version("c.d/xx", "1.0.0").await.status, 403);
        assert_eq!(publisher.publish_version(NAME, "latest").await.status, 422);
        assert_eq!(publisher.delete(NAME, "9.9.9").await.status, 404);
        let message = json!({"status": "active", "statusMessage": "m"});
        assert_eq!(publisher.set_status(NAME, "1.0.0", message).await.status, 400);
    }
    publisher.delete(NAME, "1.0.0").await.ok();
    for _ in 0..5 {
        publisher.delete(NAME, "1.0.0").await.ok();
    }
    publisher.publish_version(NAME, "2.0.0").await.ok();
    too_many(&publisher.publish_version(NAME, "3.0.0").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_parallel_no_limit_is_exceeded() {
    within_an_hour().await;
    let registry = Registry::new().await;
    let policy = || Policy::none().limit(7, 3);
    let processes: Vec<Publisher> = (0..4).map(|_| somebody(&registry.client_under(policy()), "one.example")).collect();
    let publish = |number: usize| {
        let publisher = processes[number % 4].clone();
        tokio::spawn(async move { publisher.publish_version(&format!("a.b/x{number}"), "1.0.0").await.status })
    };
    let statuses = join_all((0..40).map(publish)).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
    // All limits are counted at the same moment, each by itself: one may be full of those that another refuses.
    let new = statuses.iter().filter(|status| **status == 200).count();
    assert!(new <= 3, "{new}");
    let records = registry.records().await;
    assert_eq!(records.iter().filter(|record| record.outcome == AuditOutcome::Done).count(), new);
    assert_eq!((records.len(), registry.serial().await.0), (40, new as u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_parallel_a_limit_is_used_up() {
    within_an_hour().await;
    let registry = Registry::new().await;
    let processes: Vec<Publisher> =
        (0..4).map(|_| somebody(&registry.client_under(hourly(7)), "one.example")).collect();
    let publish = |number: usize| {
        let publisher = processes[number % 4].clone();
        tokio::spawn(async move { publisher.publish_version(&format!("a.b{number}/xx"), "1.0.0").await.status })
    };
    let statuses = join_all((0..40).map(publish)).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    let done = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!((done, statuses.iter().filter(|status| **status == 429).count()), (7, 33));
    assert_eq!(registry.serial().await.0, done as u64);
}

#[tokio::test]
async fn administrators_are_not_limited_and_0_is_no_limit() {
    within_an_hour().await;
    let registry = Registry::new().await;
    let policy = || Policy::none().limit(1, 1);
    let administrator = Publisher::of_all(registry.client_under(policy()));
    for number in 0..4 {
        administrator.publish_version(&format!("a.b/x{number}"), "1.0.0").await.ok();
    }
    let publisher = somebody(&registry.client_under(policy()), "one.example");
    publisher.publish_version("a.b/yy", "1.0.0").await.ok();
    too_many(&publisher.publish_version("a.b/yy", "1.1.0").await);
    let unlimited = somebody(&registry.client_under(Policy::none()), "one.example");
    for number in 0..4 {
        unlimited.publish_version(&format!("a.b/z{number}"), "1.0.0").await.ok();
    }
}
