use std::collections::HashSet;

use registry::error::ErrorDetail;
use registry_validate::{Issue, limits, publisher_meta_bytes, semantic, structure, validate};
use serde_json::{Value, json};

use super::{hand_out, parse};

/// Bodies that this registry refuses and the official one takes: a second spelling of a key.
const OWN_REFUSALS: [&str; 1] = ["pub-casing"];

/// A recorded request with a JSON body.
struct Exchange {
    name: String,
    path: String,
    body: Value,
    status: u64,
    answer: Value,
}

fn exchanges(file: &str) -> Vec<Exchange> {
    let lines = hand_out(file).unwrap_or_default();
    let exchanges = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(parse);
    exchanges
        .filter(|exchange| !exchange["request"]["body"].is_null())
        .map(|exchange| Exchange {
            name: exchange["name"].as_str().unwrap().to_owned(),
            path: exchange["request"]["path"].as_str().unwrap().to_owned(),
            body: exchange["request"]["body"].clone(),
            status: exchange["response"]["status"].as_u64().unwrap(),
            answer: serde_json::from_str(exchange["response"]["body"].as_str().unwrap()).unwrap(),
        })
        .collect()
}

/// Errors without their order.
fn sorted(errors: &Value) -> Vec<String> {
    let mut errors: Vec<String> = errors.as_array().unwrap().iter().map(Value::to_string).collect();
    errors.sort();
    errors
}

fn assert_same_errors(name: &str, errors: &[ErrorDetail], answer: &Value) {
    assert_eq!(sorted(&json!(errors)), sorted(&answer["errors"]), "{name}");
}

fn set(issues: &Value) -> HashSet<String> {
    issues.as_array().unwrap().iter().map(Value::to_string).collect()
}

#[test]
fn validations_are_answered_alike() {
    let mut judged = 0;
    for Exchange { name, body, status, answer, .. } in exchanges("golden/validate.jsonl") {
        match (status, structure(&body)) {
            (422, Err(errors)) => assert_same_errors(&name, &errors, &answer),
            (200, Ok(document)) => {
                let result = json!(validate(&document));
                assert_eq!(set(&result["issues"]), set(&answer["issues"]), "{name}");
                assert_eq!(result["valid"], answer["valid"], "{name}");
            }
            (status, structure) => panic!("{name}: {status} was recorded, got {structure:?}"),
        }
        judged += 1;
    }
    assert!(matches!(judged, 0 | 70..), "{judged}");
}

#[test]
fn publishes_are_answered_alike() {
    let mut judged = 0;
    for Exchange { name, path, body, status, answer } in exchanges("golden/publish-validation.jsonl") {
        let at_body = answer["errors"][0]["location"].as_str().is_some_and(|location| location.starts_with("body"));
        if !path.ends_with("/publish") || !matches!(status, 200 | 400 | 422) {
            continue;
        }
        match structure(&body) {
            Err(errors) if OWN_REFUSALS.contains(&name.as_str()) => {
                assert_eq!(errors[0].message, "unexpected property", "{name}");
            }
            Err(errors) => assert_same_errors(&name, &errors, &answer),
            Ok(document) => {
                assert!(!at_body, "{name}: {answer} was recorded");
                let refused = semantic(&document).iter().any(Issue::is_error);
                assert_eq!(refused, answer["detail"].as_str().unwrap_or("").contains("invalid schema"), "{name}");
                let too_large = publisher_meta_bytes(&document) > limits::PUBLISHER_META_BYTES;
                assert_eq!(too_large, name == "pub-meta-big", "{name}");
            }
        }
        judged += 1;
    }
    assert!(matches!(judged, 0 | 55..), "{judged}");
}

#[test]
fn documented_examples_are_answered_alike() {
    let index = hand_out("examples/INDEX.json").map_or(json!([]), |bytes| parse(&bytes));
    for example in index.as_array().unwrap() {
        let file = example["file"].as_str().unwrap();
        let body = parse(&hand_out(&format!("examples/{file}")).unwrap());
        match (example["validate_status"].as_u64().unwrap(), structure(&body)) {
            (422, Err(errors)) => assert_same_errors(file, &errors, &json!({"errors": example["validate_result"]})),
            (200, Ok(document)) => {
                let result = validate(&document);
                assert_eq!(json!(result.valid), example["validate_result"], "{file}: {:?}", result.issues);
            }
            (status, structure) => panic!("{file}: {status} was recorded, got {structure:?}"),
        }
    }
}
