//! Signing keys of `auth` in Secrets Manager.

use berth_tests::runtime_api::{Function, SESSION_TOKEN};
use registry_auth::{SigningKeys, VerifyingKeys};
use serde_json::{Value, json};

use crate::binaries::binary;
use crate::event::Request;
use crate::fixture::{HttpFunction, OTHER_SEED, SEED};
use crate::publisher::token;
use crate::secret_store::SecretStore;

const NAME: &str = "berth/token-keys";

async fn start(endpoint: &str, variables: &[(&str, &str)]) -> Function {
    let mut all = vec![("BERTH_TABLE", "berth"), ("AWS_ENDPOINT_URL", endpoint), ("BERTH_TOKEN_KEYS_SECRET", NAME)];
    all.extend_from_slice(variables);
    Function::start(binary("auth"), &all).await.unwrap()
}

#[tokio::test]
async fn the_secret_is_read_once_and_wins_over_the_variable() {
    let seeds = format!("{SEED}\n{OTHER_SEED}\n");
    let store = SecretStore::holding(json!({"SecretString": seeds})).await;
    let variables = [("BERTH_TOKEN_KEYS", "not a seed"), ("BERTH_ANONYMOUS_LOGIN", "true"), ("RUST_LOG", "debug")];
    let auth = HttpFunction(start(&store.endpoint, &variables).await);
    let expected = VerifyingKeys::from(&seeds.parse::<SigningKeys>().unwrap());
    assert_eq!(auth.get("/.well-known/jwks.json").await.body, expected.jwks());
    for _ in 0..3 {
        let token = token(&auth.send(&Request::new("POST", "/v0/auth/none")).await);
        let output = auth.0.output();
        for secret in [SEED, OTHER_SEED, SESSION_TOKEN, &token] {
            assert!(!output.contains(secret), "{secret} is in the log: {output}");
        }
    }
    // It plays the table as well, for the audit trail.
    let mut calls = store.calls();
    calls.retain(|call| call.header("x-amz-target").starts_with("secretsmanager."));
    let [call] = calls.as_slice() else { panic!("one call is enough: {calls:?}") };
    assert_eq!(call.header("x-amz-target"), "secretsmanager.GetSecretValue");
    assert_eq!(call.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(call.header("x-amz-security-token"), SESSION_TOKEN);
    let signed = call.header("authorization");
    assert!(signed.contains("/us-east-1/secretsmanager/aws4_request"), "{signed}");
    assert_eq!(serde_json::from_slice::<Value>(&call.body).unwrap(), json!({"SecretId": NAME}));
}

/// How a start without keys ends: not at all, and with all of `expected` in its last words.
async fn ends(store: &SecretStore, expected: &[&str]) -> String {
    let function = start(&store.endpoint, &[("BERTH_TOKEN_KEYS", SEED)]).await;
    assert_eq!(function.first_poll().await, None, "polls without keys: {expected:?}");
    assert!(!function.exited().await.success());
    let output = function.output();
    let last: Value = serde_json::from_str(output.lines().last().unwrap()).unwrap();
    let error = last["error"].as_str().unwrap();
    for text in expected {
        assert!(error.contains(text), "{text:?} is not in {error:?}");
    }
    assert!(!output.contains(SEED) && !output.contains(SESSION_TOKEN), "{output}");
    output
}

#[tokio::test]
async fn what_the_store_refuses_is_told_with_what_to_do() {
    let allow = "the function's role must allow secretsmanager:GetSecretValue on it";
    let read = format!("cannot read the secret {NAME}: ");
    for (kind, message) in [
        ("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
        (
            "AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/berth-auth/berth-auth is not authorized to perform: \
             secretsmanager:GetSecretValue on resource: berth/token-keys",
        ),
        ("DecryptionFailure", "Secrets Manager can't decrypt the protected secret text using the provided KMS key."),
    ] {
        let store = SecretStore::refusing(kind, message).await;
        ends(&store, &[&read, kind, message, allow]).await;
        assert_eq!(store.calls().len(), 1, "{kind} is no reason to ask again");
    }
}

#[tokio::test]
async fn a_store_that_fails_is_asked_again() {
    let store = SecretStore::new(500, &json!({"__type": "InternalServiceError", "Message": "oops"}).to_string()).await;
    ends(&store, &[NAME, "InternalServiceError"]).await;
    assert!(store.calls().len() > 1);
}

#[tokio::test]
async fn a_secret_without_text_is_told_apart() {
    for content in [json!({"SecretBinary": "c2VjcmV0LWJ5dGVz"}), json!({})] {
        let store = SecretStore::holding(content).await;
        let text = format!("the secret {NAME} has no text; it must hold the seeds of the signing keys in hex");
        let output = ends(&store, &[&text]).await;
        assert!(!output.contains("c2VjcmV0LWJ5dGVz") && !output.contains("secret-bytes"), "{output}");
    }
}

/// The text is never repeated: whatever it is, somebody keeps it secret.
#[tokio::test]
async fn a_secret_that_is_no_keys_is_not_repeated() {
    let named = json!({"keys": OTHER_SEED}).to_string();
    let twice = format!("{OTHER_SEED} {OTHER_SEED}");
    for (text, expected) in [
        ("", "there is no key: give at least one"),
        ("correct-horse-battery", "key 1 is not a seed of 32 bytes in hex"),
        (&OTHER_SEED[1..], "key 1 is not a seed of 32 bytes in hex"),
        (named.as_str(), "key 1 is not a seed of 32 bytes in hex"),
        (twice.as_str(), "key 2 is the same as one before it"),
    ] {
        let store = SecretStore::holding(json!({"SecretString": text})).await;
        let output = ends(&store, &[&format!("the secret {NAME}: "), expected]).await;
        assert!(!output.contains("correct-horse") && !output.contains(&OTHER_SEED[1..]), "{output}");
    }
}

#[tokio::test]
async fn an_answer_that_is_none_ends_the_start() {
    for (status, body) in [(200, "<html>"), (403, "<html>"), (200, "{\"SecretString\": 5}")] {
        let store = SecretStore::new(status, body).await;
        ends(&store, &[&format!("cannot read the secret {NAME}: ")]).await;
    }
}
