//! Names that nobody, or only administrators, may publish, and names that look like others.

use berth_local::Policy;
use berth_tests::{Publisher, Registry, document, version_path};
use registry::store::AuditOutcome;
use registry_auth::Action;
use serde_json::{Value, json};

const ACME: &str = "io.github.acme/widget";

fn anybody(registry: &Registry, policy: Policy) -> Publisher {
    Publisher::new(registry.client_under(policy), &[(Action::Publish, "*")])
}

fn administrator(registry: &Registry, policy: Policy) -> Publisher {
    Publisher::of_all(registry.client_under(policy))
}

#[tokio::test]
async fn denied_names_are_for_nobody_whatever_their_case() {
    let registry = Registry::new().await;
    registry.publisher().publish_version("com.Evil/old", "1.0.0").await.ok();
    let policy = || Policy::none().deny(["com.evil/*", "io.github.acme/Widget"]);
    for publisher in [anybody(&registry, policy()), administrator(&registry, policy())] {
        for name in ["com.evil/xx", "COM.Evil/xx", ACME, "io.github.ACME/WIDGET"] {
            let (status, detail, errors) = publisher.publish_version(name, "1.0.0").await.errors();
            assert_eq!((status, detail), (403, format!("{name} is denied by this registry")));
            assert!(errors[0].contains("ask the operator"), "{errors:?}");
        }
    }
    let publisher = administrator(&registry, policy());
    for name in ["com.evil.api/xx", "io.github.acme/widgets"] {
        publisher.publish_version(name, "1.0.0").await.ok();
    }
    let edited = publisher.edit("com.Evil/old", "1.0.0", &document("com.Evil/old", "1.0.0")).await;
    assert_eq!(edited.problem(), (403, "com.Evil/old is denied by this registry".to_owned()));
    // What is there can be taken away.
    publisher.set_status("com.Evil/old", "1.0.0", json!({"status": "deprecated"})).await.ok();
    publisher.delete("com.Evil/old", "1.0.0").await.ok();
    let refused = registry.records().await.into_iter().filter(|record| record.outcome == AuditOutcome::Refused);
    assert_eq!(refused.filter(|record| record.detail.as_deref().unwrap().contains("is denied by")).count(), 9);
}

/// Whoever may not publish a name hears that, and nothing of what is denied.
#[tokio::test]
async fn permission_comes_first() {
    let registry = Registry::new().await;
    let policy = Policy::none().deny(["com.evil/*"]).reserve(["org.own"]);
    let publisher = Publisher::new(registry.client_under(policy), &[(Action::Publish, "a.b/*")]);
    for name in ["com.evil/xx", "org.own/xx"] {
        let (status, detail) = publisher.publish_version(name, "1.0.0").await.problem();
        assert_eq!(status, 403);
        assert!(detail.starts_with("You do not have permission to publish this server. "), "{detail}");
    }
}

#[tokio::test]
async fn reserved_namespaces_are_for_administrators() {
    let registry = Registry::new().await;
    let policy = || Policy::none().reserve(["org.Own", "org.whole/*", "org.below.*"]);
    let (publisher, administrator) = (anybody(&registry, policy()), administrator(&registry, policy()));
    for name in ["org.own/xx", "ORG.OWN/xx", "org.whole/xx", "org.below.api/xx"] {
        let (status, detail, errors) = publisher.publish_version(name, "1.0.0").await.errors();
        let namespace = name.split('/').next().unwrap();
        assert_eq!((status, detail), (403, format!("{namespace} is reserved by this registry")));
        assert!(errors[0].contains("only its administrators publish there"), "{errors:?}");
        administrator.publish_version(name, "1.0.0").await.ok();
    }
    for name in ["org.own.api/xx", "org.below/xx", "org.owned/xx"] {
        publisher.publish_version(name, "1.0.0").await.ok();
    }
}

#[tokio::test]
async fn sources_bring_what_publishers_may_not() {
    let registry = Registry::new().await;
    let server = document("com.evil/xx", "1.0.0");
    let source = registry.source("elsewhere", &json!({"servers": [{"server": server}], "metadata": {}}));
    assert_eq!(registry.import(&[&source]).await.sources[0].imported, 1);
    let publisher = administrator(&registry, Policy::none().deny(["com.evil/*"]));
    assert_eq!(publisher.publish_version("com.evil/xx", "2.0.0").await.status, 403);
}

fn warnings(answer: &Value) -> Vec<String> {
    let list = answer["_meta"]["dev.berth"]["warnings"].as_array().cloned().unwrap_or_default();
    list.iter().map(|warning| warning.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_new_name_that_looks_like_another_is_published_with_a_warning() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    let first = publisher.publish_version(ACME, "1.0.0").await.ok();
    assert_eq!(first["_meta"].as_object().unwrap().len(), 1, "{first}");
    for name in [
        "io.github.acrne/widget",
        "io.github.acrne-inc/other",
        "io.github.ac-me/Widget",
        "io.github.acme.x/yy",
        "i0.github.acme/w1dget",
    ] {
        let answer = publisher.publish_version(name, "1.0.0").await.ok();
        let expected = format!("{name} looks like {ACME}, which is published here already; ");
        let looks_alike = !name.contains("other") && !name.contains("x/yy");
        let warned = warnings(&answer);
        assert_eq!(warned.iter().any(|warning| warning.starts_with(&expected)), looks_alike, "{name}: {warned:?}");
        assert_eq!(answer["_meta"]["io.modelcontextprotocol.registry/official"]["isLatest"], true);
        let records = registry.records().await;
        let detail = records.last().unwrap().detail.clone().unwrap_or_default();
        assert_eq!(detail, warned.join("; "), "the audit trail has it too");
    }
}

/// The registry's own block is part of no document: whoever reads the version does not get it.
#[tokio::test]
async fn only_the_answer_to_the_publish_has_the_warning() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    publisher.publish_version(ACME, "1.0.0").await.ok();
    let name = "io.github.acrne/widget";
    let mut warned = publisher.publish_version(name, "1.0.0").await.ok();
    assert_eq!(warnings(&warned).len(), 1);
    let read = publisher.client.get(&version_path(name, "1.0.0", "")).await.ok();
    let repeated = publisher.publish_version(name, "1.0.0").await.ok();
    warned["_meta"].as_object_mut().unwrap().remove("dev.berth");
    assert_eq!((&read, &repeated), (&warned, &warned));
    registry.sync.publish().await.unwrap();
    assert_eq!(registry.client().get(&version_path(name, "1.0.0", "")).await.ok(), warned);
    let second = publisher.publish_version(name, "1.1.0").await.ok();
    assert_eq!(warnings(&second), [""; 0], "it is a name of its own by now");
    let changed = publisher.set_status(name, "1.0.0", json!({"status": "deprecated"})).await.ok();
    assert_eq!(warnings(&changed), [""; 0]);
}

#[tokio::test]
async fn names_of_one_namespace_may_look_alike() {
    let registry = Registry::new().await;
    let publisher = registry.publisher();
    for name in
        ["io.github.acme/my-widget", "io.github.acme/my_widget", "io.github.acme/mywidget", "io.github.Acme/MyWidget"]
    {
        assert_eq!(warnings(&publisher.publish_version(name, "1.0.0").await.ok()), [""; 0], "{name}");
    }
}

#[tokio::test]
async fn imported_names_count() {
    let registry = Registry::new().await;
    let server = document("com.google/tools", "1.0.0");
    let source = registry.source("elsewhere", &json!({"servers": [{"server": server}], "metadata": {}}));
    registry.import(&[&source]).await;
    let warned = warnings(&registry.publisher().publish_version("com.goog1e/t00ls", "1.0.0").await.ok());
    assert!(warned[0].contains("looks like com.google/tools, which"), "{warned:?}");
    assert_eq!(warned.len(), 1);
}
