//! A start that fails says why.

use berth_tests::runtime_api::{Function, SESSION_TOKEN};
use registry_auth::{SigningKeys, VerifyingKeys};
use serde_json::{Value, json};

use crate::binaries::binary;
use crate::fixture::{HttpFunction, Registry, SEED};

const ENDPOINT: (&str, &str) = ("AWS_ENDPOINT_URL", "http://127.0.0.1:9");

/// The public keys of [`SEED`].
fn jwks() -> Value {
    serde_json::from_slice(&VerifyingKeys::from(&SEED.parse::<SigningKeys>().unwrap()).jwks()).unwrap()
}

/// Why a function does not start with these variables.
async fn refusal(name: &str, variables: &[(&str, &str)]) -> String {
    let function = Function::start(binary(name), variables).await.unwrap();
    assert_eq!(function.first_poll().await, None, "{name} polls with {variables:?}");
    assert!(!function.exited().await.success());
    let output = function.output();
    for secret in [SEED, SESSION_TOKEN] {
        assert!(!output.contains(secret), "{secret} is in the log: {output}");
    }
    let lines: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [line] = lines.as_slice() else { panic!("{name}: not one line: {output}") };
    line["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_missing_variable_is_named() {
    let jwks = jwks().to_string();
    let (table, bucket) = (("BERTH_TABLE", "berth"), ("BERTH_BUCKET", "berth"));
    let (seeds, public) = (("BERTH_TOKEN_KEYS", SEED), ("BERTH_TOKEN_PUBLIC_KEYS", jwks.as_str()));
    for (name, complete) in [
        ("list_servers", [table, bucket]),
        ("get_server", [table, bucket]),
        ("search", [table, bucket]),
        ("sync", [table, bucket]),
        ("publish", [table, public]),
        ("auth", [table, seeds]),
        ("verify_domain", [table, public]),
    ] {
        for (missing, _) in complete {
            let mut variables = vec![ENDPOINT];
            variables.extend(complete.into_iter().filter(|(name, _)| *name != missing));
            let error = refusal(name, &variables).await;
            assert!(
                error.contains(&format!("environment variable {missing} is not set; set it to ")),
                "{name}: {error}"
            );
            // An empty one is not set either.
            variables.push((missing, ""));
            assert_eq!(refusal(name, &variables).await, error);
        }
    }
}

#[tokio::test]
async fn a_source_that_is_none_is_named() {
    let registry = Registry::empty().await;
    let sync = registry.start("sync", &[("BERTH_SOURCES", "a=ftp://example.com/x")]).await;
    assert_eq!(sync.first_poll().await, None);
    assert!(sync.output().contains("ftp://example.com/x"), "{}", sync.output());
}

/// The stores may be away at the start, and come back.
#[tokio::test]
async fn a_reader_without_stores_starts_and_answers_503() {
    let variables = [("BERTH_TABLE", "berth"), ("BERTH_BUCKET", "berth"), ENDPOINT];
    let function = Function::start(binary("list_servers"), &variables).await.unwrap();
    let reader = HttpFunction(function);
    let answer = reader.get("/v0.1/servers").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
    assert_eq!(reader.get("/v0.1/health").await.status, 200);
}

/// Whoever publishes needs no seed, and is told so who gives one.
#[tokio::test]
async fn public_keys_that_are_none_are_refused() {
    let mut private = jwks();
    private["keys"][0]["d"] = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A".into();
    let mut other_curve = jwks();
    other_curve["keys"][0]["crv"] = "X25519".into();
    let many = json!({"keys": vec![jwks()["keys"][0].clone(); 9]});
    let no_set = "the public keys are no JWK set, as /.well-known/jwks.json answers it";
    for (text, expected) in [
        (private.to_string().as_str(), "key 1 of the JWK set has its private part `d`: replace the key"),
        (&other_curve.to_string(), "key 1 of the JWK set is not an Ed25519 public key"),
        (&json!({"keys": [{"kty": "RSA", "n": "AQ", "e": "AQAB"}]}).to_string(), "key 1 of the JWK set is not"),
        (&json!({"keys": []}).to_string(), "there is no key: give at least one"),
        (&many.to_string(), "there are 9 keys, at most 8 are used at a time"),
        (SEED, no_set),
        (&format!("{SEED:?}"), no_set),
        (&json!({"keys": SEED}).to_string(), no_set),
        (&json!({"keys": [SEED]}).to_string(), no_set),
        ("[]", no_set),
        ("{\"keys\":", no_set),
        ("https://registry.example.com/.well-known/jwks.json", no_set),
    ] {
        let variables = [("BERTH_TABLE", "berth"), ENDPOINT, ("BERTH_TOKEN_PUBLIC_KEYS", text)];
        let error = refusal("publish", &variables).await;
        assert!(error.contains("environment variable BERTH_TOKEN_PUBLIC_KEYS: "), "{error}");
        assert!(error.contains(expected), "{expected:?} is not in {error:?}");
        assert!(!error.contains("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"), "{error}");
    }
}

#[tokio::test]
async fn seeds_that_are_none_are_refused() {
    let many: Vec<String> = (0..9).map(|n| format!("{n:064x}")).collect();
    let twice = format!("{SEED} {SEED}");
    for (text, expected) in [
        (",", "there is no key: give at least one"),
        (&SEED[1..], "key 1 is not a seed of 32 bytes in hex: make one with `openssl rand -hex 32`"),
        (&jwks().to_string(), "key 1 is not a seed"),
        (&many.join(" "), "there are 9 keys, at most 8 are used at a time"),
        (&twice, "key 2 is the same as one before it"),
    ] {
        let error = refusal("auth", &[("BERTH_TABLE", "berth"), ENDPOINT, ("BERTH_TOKEN_KEYS", text)]).await;
        assert!(error.contains("environment variable BERTH_TOKEN_KEYS: "), "{error}");
        assert!(error.contains(expected), "{expected:?} is not in {error:?}");
        assert!(!error.contains(&SEED[1..]), "{error}");
    }
}

#[tokio::test]
async fn other_variables_of_the_two_are_named() {
    let jwks = jwks().to_string();
    for (name, variable, text, expected) in [
        ("auth", "BERTH_TOKEN_LIFETIME", "a week", "BERTH_TOKEN_LIFETIME"),
        ("auth", "BERTH_TOKEN_LIFETIME", "0", "BERTH_TOKEN_LIFETIME"),
        ("auth", "BERTH_TOKEN_LIFETIME", "3601", "BERTH_TOKEN_LIFETIME"),
        ("auth", "BERTH_ANONYMOUS_LOGIN", "perhaps", "BERTH_ANONYMOUS_LOGIN is neither true nor false: \"perhaps\""),
        ("auth", "BERTH_DNS_RESOLVERS", "dns.example", "\"dns.example\" is no name server"),
        ("publish", "BERTH_PACKAGE_OWNERSHIP", "off?", "BERTH_PACKAGE_OWNERSHIP is neither true nor false: \"off?\""),
    ] {
        let keys = if name == "auth" { ("BERTH_TOKEN_KEYS", SEED) } else { ("BERTH_TOKEN_PUBLIC_KEYS", jwks.as_str()) };
        let error = refusal(name, &[("BERTH_TABLE", "berth"), ENDPOINT, keys, (variable, text)]).await;
        assert!(error.contains(expected), "{variable}={text}: {error}");
    }
}

/// `publish` needs public keys alone, and `auth` no bucket either: what else is set is not looked at.
#[tokio::test]
async fn the_two_start_with_what_they_need() {
    let jwks = jwks().to_string();
    let public = ("BERTH_TOKEN_PUBLIC_KEYS", jwks.as_str());
    for (name, variables) in [
        ("publish", vec![public]),
        ("publish", vec![public, ("BERTH_TOKEN_KEYS", "no seed"), ("BERTH_TOKEN_KEYS_SECRET", "no/secret")]),
        ("auth", vec![("BERTH_TOKEN_KEYS", SEED)]),
        ("auth", vec![("BERTH_TOKEN_KEYS", SEED), ("BERTH_TOKEN_PUBLIC_KEYS", "no keys")]),
    ] {
        let mut all = vec![("BERTH_TABLE", "berth"), ENDPOINT];
        all.extend(variables);
        let function = Function::start(binary(name), &all).await.unwrap();
        assert!(function.first_poll().await.is_some(), "{name}: {}", function.output());
    }
}

#[tokio::test]
async fn a_login_that_is_configured_wrongly_is_named() {
    let jwks = jwks().to_string();
    let auth = [ENDPOINT, ("BERTH_TABLE", "berth"), ("BERTH_TOKEN_KEYS", SEED)];
    let domains = [ENDPOINT, ("BERTH_TABLE", "berth"), ("BERTH_TOKEN_PUBLIC_KEYS", jwks.as_str())];
    for (name, complete, variable, text) in [
        ("auth", auth, "BERTH_OIDC_ISSUERS", "[{"),
        ("auth", auth, "BERTH_GITHUB_API_URL", "ftp://example.com"),
        ("auth", auth, "BERTH_GITHUB_LOGIN", "perhaps"),
        ("auth", auth, "BERTH_AUDIT_DAYS", "0"),
        ("auth", auth, "BERTH_LIMIT_FAILED_LOGINS_PER_HOUR", "-1"),
        ("auth", auth, "BERTH_GITHUB_CLIENT_SECRET", "x"),
        ("verify_domain", domains, "BERTH_VERIFY_RESOLVERS", "1.1.1.1"),
        ("verify_domain", domains, "BERTH_DOMAIN_PROOF_DAYS", "soon"),
        ("verify_domain", domains, "BERTH_ROUTE53", "perhaps"),
    ] {
        let error = refusal(name, &[&complete[..], &[(variable, text)]].concat()).await;
        println!("{name}: {error}");
        // A half configuration names the variable that is missing.
        assert!(error.contains(variable) || error.contains("BERTH_PUBLIC_URL"), "{variable}: {error}");
    }
}
