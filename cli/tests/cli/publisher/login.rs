//! `berth login`.

use p384::ecdsa::signature::Verifier;
use p384::ecdsa::{Signature, VerifyingKey};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use wiremock::Request;

use super::keys::public_key;
use super::registry::{Registry, now, problem, row, token, token_file};
use crate::harness::{Home, Ran, run};

/// Makes a key in `my.key`; its proof record.
fn new_key(home: &Home, algorithm: &str) -> String {
    let ran = home.run(&["keys", "new", "--algorithm", algorithm, "--output", "my.key"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.stdout.trim_end().to_owned()
}

/// Checks a login as the official registry does.
fn verify(request: &Request, record: &str, algorithm: &str) {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body.as_object().unwrap().len(), 3, "{body}");
    assert_eq!(body["domain"], "example.com");
    let timestamp = body["timestamp"].as_str().unwrap();
    let time: registry::time::Timestamp = timestamp.parse().unwrap();
    assert!(timestamp.ends_with('Z') && (time.as_micros() / 1_000_000 - now()).abs() <= 15, "{timestamp}");
    let signature = hex::decode(body["signed_timestamp"].as_str().unwrap()).unwrap();
    let public = public_key(record, algorithm);
    if algorithm == "ed25519" {
        assert_eq!(signature.len(), 64);
        UnparsedPublicKey::new(&ED25519, public).verify(timestamp.as_bytes(), &signature).unwrap();
    } else {
        assert_eq!(signature.len(), 96);
        let key = VerifyingKey::from_sec1_bytes(&public).unwrap();
        key.verify(timestamp.as_bytes(), &Signature::from_slice(&signature).unwrap()).unwrap();
    }
    assert!(!request.headers.contains_key("authorization"));
}

/// Logs in at a registry that grants a domain.
fn log_in(home: &Home, registry: &Registry, by: &str, arguments: &[&str]) -> Ran {
    registry.grants(by, &["com.example/*", "com.example.*"], &[300]);
    home.run(&[&["login", by, "--domain", "example.com", "--registry", &registry.url()], arguments].concat())
}

#[test]
fn a_domain_is_proved_by_a_signature() {
    for (by, algorithm) in [("dns", "ed25519"), ("http", "ed25519"), ("dns", "ecdsap384"), ("http", "ecdsap384")] {
        let (home, registry) = (Home::new(), Registry::start());
        let record = new_key(&home, algorithm);
        let ran = log_in(&home, &registry, by, &["--key", "my.key"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
        assert_eq!(row(&ran, "registry"), registry.url());
        assert_eq!(row(&ran, "method"), by);
        assert_eq!(row(&ran, "subject"), "example.com");
        assert_eq!(row(&ran, "publishes"), "com.example/*, com.example.*");
        assert!(row(&ran, "expires").ends_with("Z, renews itself"), "{ran:?}");
        let requests = registry.requests();
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].url.path(), format!("/v0.1/auth/{by}"));
        verify(&requests[0], &record, algorithm);

        let stored: Value = serde_json::from_slice(&std::fs::read(token_file(&home)).unwrap()).unwrap();
        let expires_at = stored["expires_at"].as_i64().unwrap();
        assert!((expires_at - now() - 300).abs() < 100, "{stored}");
        let expected = json!({
            "registry": registry.url(), "token": token(by, &["com.example/*", "com.example.*"], 1),
            "expires_at": expires_at, "method": by, "domain": "example.com", "key": home.path("my.key"),
        });
        assert_eq!(stored, expected, "the key itself is not kept");
    }
}

#[test]
fn a_key_may_come_from_the_command_line_or_the_environment() {
    let (home, registry) = (Home::new(), Registry::start());
    let record = new_key(&home, "ed25519");
    let hex = std::fs::read_to_string(home.path("my.key")).unwrap();
    let ran = log_in(&home, &registry, "dns", &["--private-key", hex.trim_end(), "--algorithm", "ed25519"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("the key is not kept, so this login ends with its token"), "{ran:?}");
    assert!(row(&ran, "expires").ends_with("then log in again"), "{ran:?}");
    let stored = std::fs::read_to_string(token_file(&home)).unwrap();
    assert!(!stored.contains(hex.trim_end()) && !stored.contains("\"key\""), "{stored}");

    registry.grants("dns", &["com.example/*"], &[300]);
    let mut command = home.berth(&["login", "dns", "--domain", "example.com", "--registry", &registry.url()]);
    command.env("BERTH_PRIVATE_KEY", hex.to_uppercase());
    let ran = run(command);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert!(row(&ran, "expires").ends_with("renews itself"), "{ran:?}");

    // A file that is named beats the variable.
    registry.grants("dns", &["com.example/*"], &[300]);
    let mut command = home.berth(&["login", "dns", "--domain", "example.com", "--key", "my.key"]);
    command.env("BERTH_PRIVATE_KEY", "nonsense");
    assert_eq!(run(command).code, 0);
    for request in registry.requests() {
        verify(&request, &record, "ed25519");
    }
    assert_eq!(registry.requests().len(), 3);
}

#[test]
fn nothing_is_sent_without_a_key() {
    let (home, registry) = (Home::new(), Registry::start());
    home.file("my.key", "11".repeat(32));
    for (arguments, code, expected) in [
        (&[][..], 1, "error: no key to prove example.com with: give a file with --key, which `berth keys new` makes"),
        (&["--key", "absent"], 1, "error: cannot read the key absent; make one with `berth keys new`"),
        (&["--private-key", "11"], 1, "error: the private key has 1 bytes; an ed25519 key has 32"),
        (
            &["--private-key", "11", "--key", "my.key"],
            2,
            "error: the argument '--private-key <HEX>' cannot be used with",
        ),
        (&["--key", "my.key", "--algorithm", "ecdsap384"], 1, "error: the key my.key is an ed25519 key by its length"),
    ] {
        let ran = log_in(&home, &registry, "dns", arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{ran:?}");
        assert!(ran.stderr.lines().any(|line| line.starts_with(expected)), "{ran:?}");
    }
    assert_eq!(home.run(&["login", "dns", "--key", "my.key"]).code, 2, "a domain is needed");
    assert_eq!(home.run(&["login", "gitlab"]).code, 2);
    assert!(registry.requests().is_empty());
    assert!(!token_file(&home).exists());
}

#[test]
fn without_proof_nothing_is_sent_but_the_wish() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.grants("none", &["io.modelcontextprotocol.anonymous/*"], &[300]);
    let ran = home.run(&["login", "none", "--registry", &format!("{}/", registry.url())]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert_eq!(row(&ran, "publishes"), "io.modelcontextprotocol.anonymous/*");
    assert!(row(&ran, "expires").ends_with("renews itself"), "{ran:?}");
    let requests = registry.requests();
    assert_eq!((requests.len(), requests[0].body.len()), (1, 0));
    let stored: Value = serde_json::from_slice(&std::fs::read(token_file(&home)).unwrap()).unwrap();
    assert_eq!(stored["registry"], registry.url(), "one spelling, without the slash");
}

#[test]
fn a_login_that_is_refused_says_what_to_publish_and_changes_nothing() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let before = std::fs::read(token_file(&home)).unwrap();
    let record = new_key(&home, "ed25519");
    for (by, title) in [("dns", "DNS"), ("http", "HTTP")] {
        let errors = json!([{"message": "no MCP public key found"}]);
        let refusal = problem("Unauthorized", 401, &format!("{title} authentication failed"), &errors);
        registry.answers("POST", &format!("/v0.1/auth/{by}"), 401, &refusal);
        let ran = home.run(&["login", by, "--domain", "example.com", "--key", "my.key"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        let place = match by {
            "dns" => "example.com needs a TXT record with",
            _ => "https://example.com/.well-known/mcp-registry-auth has to answer with",
        };
        assert_eq!(
            ran.stderr,
            format!(
                "error: the registry answered 401 Unauthorized: {title} authentication failed; {place} \"{record}\"\n  no \
                 MCP public key found\n"
            )
        );
    }
    let late = problem(
        "Unauthorized",
        401,
        "HTTP authentication failed",
        &json!([{"message": "timestamp outside valid window (±15 seconds)"}]),
    );
    let other = Registry::start();
    other.answers("POST", "/v0.1/auth/http", 401, &late);
    let ran = home.run(&["login", "http", "--domain", "example.com", "--key", "my.key", "--registry", &other.url()]);
    assert!(ran.stderr.contains("(±15 seconds); set the clock of this machine, and log in again"), "{ran:?}");
    assert_eq!(std::fs::read(token_file(&home)).unwrap(), before);
}

#[test]
fn a_registry_is_chosen_by_flag_then_environment_then_login() {
    let (home, first, second) = (Home::new(), Registry::start(), Registry::start());
    first.logged_in(&home);
    first.grants("none", &[], &[300]);
    assert_eq!(home.run(&["login", "none"]).code, 0);
    assert_eq!(first.requests().len(), 2, "that of the login");
    second.grants("none", &[], &[300, 300]);
    let mut command = home.berth(&["login", "none"]);
    command.env("BERTH_REGISTRY", second.url());
    assert_eq!(run(command).code, 0);
    assert_eq!(second.requests().len(), 1, "that of the environment");
    first.grants("none", &[], &[300]);
    let mut command = home.berth(&["login", "none", "--registry", &first.url()]);
    command.env("BERTH_REGISTRY", second.url());
    assert_eq!(run(command).code, 0);
    assert_eq!((first.requests().len(), second.requests().len()), (3, 1), "that of the flag");
}

#[test]
fn what_is_no_registry_is_told() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.answers("POST", "/v0.1/auth/none", 200, &json!({"token": "other"}));
    let ran = home.run(&["login", "none", "--registry", &registry.url()]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("did not answer with a token; is it a registry?"), "{ran:?}");
    for (url, expected) in [
        ("http://127.0.0.1:1", "error: cannot reach the registry at http://127.0.0.1:1/; start one with `berth serve`"),
        ("nowhere", "error: \"nowhere\" is no URL of a registry; give one with --registry"),
        ("http://user:secret@127.0.0.1:1", "error: the URL of a registry may hold no user name and password here"),
    ] {
        let ran = home.run(&["login", "none", "--registry", url]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert!(ran.stderr.starts_with(expected), "{ran:?}");
    }
    assert!(!token_file(&home).exists());
    let ran = home.run(&["login", "none", "--registry", "http://registry.invalid"]);
    assert_eq!(ran.code, 1);
    let warning = "warning: the token for http://registry.invalid can be read on its way there; use https\n";
    assert!(ran.stderr.starts_with(warning), "{ran:?}");
}
