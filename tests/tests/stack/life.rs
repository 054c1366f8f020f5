//! A stack from its creation to its deletion.

use std::time::Duration;

use berth_tests::ANONYMOUS;
use reqwest::Method;
use serde_json::{Value, json};

use crate::emulator::Emulator;
use crate::registry::Registry;

const NAME: &str = "berth";

#[tokio::test]
async fn a_stack_is_deployed_used_updated_and_deleted() {
    let Some(emulator) = Emulator::start().await else { return };
    wrong_parameters_are_refused(&emulator).await;
    let url = deploy(&emulator, &[]).await;
    let registry = Registry::at(&url).await;
    registry.publish("widget", "1.0.0").await;
    assert_eq!(registry.search("widget").await, [format!("{ANONYMOUS}/widget")]);
    names_are_read_however_they_are_written(&registry).await;
    unknown_paths_are_answered_by_the_registry(&registry).await;
    a_publish_starts_sync(&emulator).await;
    roles_name_the_items_that_the_functions_reach(&emulator).await;
    roles_allow_what_the_functions_do(&emulator, &registry).await;

    // What nobody gives stays: the keys, so that the token still counts, and the data.
    assert_eq!(deploy(&emulator, &["LogRetention=7"]).await, url);
    registry.publish("gadget", "1.0.0").await;
    assert_eq!(registry.search("widget").await, [format!("{ANONYMOUS}/widget")]);

    let before = emulator.look(&["data", NAME]).await;
    let said = emulator.succeed("infra/destroy", &["--yes", NAME]).await;
    assert!(said.contains("stay"), "{said}");
    let after = emulator.look(&["data-of", &before["names"].to_string()]).await;
    assert_eq!(after["keys"], before["keys"]);
    assert!(after["objects"].as_array().unwrap().contains(&json!("pointer.json")), "{after}");
    let said = emulator.refusal("infra/destroy", &["--yes", NAME]).await;
    assert!(said.contains("there is no stack berth"), "{said}");
}

/// Deploys, which tries the registry; its URL.
async fn deploy(emulator: &Emulator, parameters: &[&str]) -> String {
    let said = emulator.succeed("infra/deploy-local", parameters).await;
    assert_eq!(said.matches("| ok |").count(), 8, "{said}");
    assert!(said.contains("first answer after"), "{said}");
    println!("{said}");
    said.lines().find_map(|line| line.strip_prefix("url ")).unwrap().to_owned()
}

async fn wrong_parameters_are_refused(emulator: &Emulator) {
    for (parameter, expected) in [
        ("Retention=7", "there is no parameter Retention; there are DomainName, "),
        ("LogRetention=8", "LogRetention='8' is refused: it must be one of 1, 3, 5"),
        ("AuditDays=0", "AuditDays='0' is refused: it must lie between 1 and 3650"),
        ("DomainName=https://example.com", "DomainName='https://example.com' is refused: must be a host name"),
        (
            "DomainName=registry.example.com",
            "DomainName needs CertificateArn, or HostedZoneId and a stack in us-east-1",
        ),
        ("SyncSchedule=rate(1 minutes)", "SyncSchedule='rate(1 minutes)' is refused"),
        ("AnonymousLogin", "'AnonymousLogin' is no parameter; write Name=Value"),
    ] {
        for script in [&["infra/deploy-local", parameter][..], &["infra/deploy", NAME, parameter]] {
            let said = emulator.refusal(script[0], &script[1..]).await;
            assert!(said.starts_with(&format!("infra/stack: {expected}")), "{parameter}: {said}");
        }
    }
}

/// API Gateway hands paths over decoded.
async fn names_are_read_however_they_are_written(registry: &Registry) {
    for prefix in ["/v0", "/v0.1"] {
        for (number, slash) in ["%2F", "%2f", "%252F", "/"].into_iter().enumerate() {
            let server = format!("{prefix}/servers/{ANONYMOUS}{slash}widget");
            for path in ["/versions/1.0.0", "/versions/latest"] {
                let (status, answer) = registry.get(&format!("{server}{path}")).await;
                assert_eq!((status, &answer["server"]["version"]), (200, &json!("1.0.0")), "{server}{path}: {answer}");
            }
            let (status, answer) = registry.get(&format!("{server}/versions")).await;
            assert_eq!((status, &answer["metadata"]["count"]), (200, &json!(1)), "{server}: {answer}");
            let message = format!("{prefix} {number}");
            let body = json!({"status": "deprecated", "statusMessage": message});
            let path = format!("{server}/versions/1.0.0/status");
            let (status, answer) = registry.send(Method::PATCH, &path, Some(&body)).await;
            let official = &answer["_meta"]["io.modelcontextprotocol.registry/official"];
            assert_eq!((status, &official["statusMessage"]), (200, &json!(message)), "{path}: {answer}");
        }
    }
}

/// In the words of the official registry, not in those of API Gateway.
async fn unknown_paths_are_answered_by_the_registry(registry: &Registry) {
    for (method, path) in [
        (Method::GET, "/nowhere"),
        (Method::DELETE, "/v0/servers"),
        (Method::DELETE, "/v0/servers/a.b%2Fc/versions/1.0.0"),
        (Method::GET, "/v0.1/publish"),
        (Method::GET, "/v0.1/auth/none"),
    ] {
        let (status, answer) = registry.send(method.clone(), path, None).await;
        assert_eq!(status, 404, "{method} {path}: {answer}");
        let detail = answer["detail"].as_str().unwrap_or_default();
        assert!(detail.starts_with("Endpoint not found. "), "{method} {path}: {answer}");
    }
}

/// Through the table's stream: the schedule would come much later.
async fn a_publish_starts_sync(emulator: &Emulator) {
    for _ in 0..120 {
        let data = emulator.look(&["data", NAME]).await;
        if data["pointer"]["serial"] == data["serial"] {
            let objects: Vec<&str> = data["objects"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            for prefix in ["blocks/", "index/", "search/", "exports/"] {
                assert!(objects.iter().any(|object| object.starts_with(prefix)), "{prefix}: {objects:?}");
            }
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("no snapshot was published: {}", emulator.look(&["data", NAME]).await);
}

/// The emulator does not know `dynamodb:LeadingKeys`, so the calls of this test are held against the roles afterwards.
async fn roles_name_the_items_that_the_functions_reach(emulator: &Emulator) {
    let items = emulator.look(&["items", NAME]).await;
    println!("{items:#}");
    for (function, reached) in items.as_object().unwrap() {
        assert_eq!(reached["foreign"], json!([]), "{function} reaches what its role does not name");
    }
    for (function, expected) in [
        ("ListServers", "GetItem SERIAL"),
        ("GetServer", "Query CHANGES"),
        ("Publish", "UpdateItem SERIAL"),
        ("Publish", "PutItem AUDIT-OF"),
        ("Auth", "PutItem AUDIT"),
        ("Sync", "UpdateItem SERIAL"),
    ] {
        assert!(items[function]["kinds"].as_array().unwrap().contains(&json!(expected)), "{function}: {expected}");
    }
}

/// The table of functions against actions: what is not in it was tried and refused.
async fn roles_allow_what_the_functions_do(emulator: &Emulator, registry: &Registry) {
    let read = ["GetItem", "Query", "GetObject pointer.json", "GetObject blocks/x", "ListBucket"];
    let write = ["GetItem", "BatchGetItem", "Query", "PutItem", "PutItem in a transaction", "UpdateItem"];
    let auth = [&write[..], &["DeleteItem", "GetSecretValue"]].concat();
    let verify = ["GetItem", "Query", "PutItem", "PutItem in a transaction", "UpdateItem", "DeleteItem"];
    let read_objects = ["GetObject pointer.json", "GetObject blocks/x"];
    let write_objects = ["PutObject blocks/x", "PutObject exports/x", "DeleteObject blocks/x"];
    let sync =
        [&write[..], &["DeleteItem"], &read_objects, &write_objects, &["ListBucket", "GetSecretValue", "SendMessage"]]
            .concat();
    let expected = json!({
        "ListServers": read,
        "GetServer": read,
        "Search": read,
        "Publish": write,
        "Auth": auth,
        "VerifyDomain": verify,
        "Sync": sync,
    });
    // The emulator knows the credentials of a role when its function has run, which these have not yet.
    let (status, answer) = registry.get("/verify-domain").await;
    assert_eq!(status, 403, "somebody unknown has no domain: {answer}");
    let (status, answer) = registry.get("/v0.1/x/dev.berth/search?q=server").await;
    assert_eq!(status, 200, "{answer}");
    let tried = emulator.look(&["actions", NAME]).await;
    println!("{tried:#}");
    assert_eq!(tried, expected);
}
