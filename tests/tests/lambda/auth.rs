//! `auth` behind API Gateway.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use registry::time::Timestamp;
use registry_auth::{Action, AuthMethod, SigningKeys, VerifyingKeys};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use crate::event::Request;
use crate::fixture::{HttpFunction, OTHER_SEED, Registry, SEED};
use crate::name_server::NameServer;
use crate::publisher::token;

const PATHS: [&str; 4] = ["/v0/auth/dns", "/v0.1/auth/dns", "/v0/auth/http", "/v0.1/auth/http"];

fn keys_of(seeds: &str) -> VerifyingKeys {
    VerifyingKeys::from(&seeds.parse::<SigningKeys>().unwrap())
}

#[tokio::test]
async fn anybody_gets_the_anonymous_namespace_where_the_operator_wants_it() {
    let registry = Registry::empty().await;
    let auth = registry.auth(&[]).await;
    for path in ["/v0/auth/none", "/v0.1/auth/none", "/v0/auth/none/"] {
        let post = || Request::new("POST", path);
        for request in [post(), post().json("{}"), post().base64(b"\xff"), post().stage("prod")] {
            let login = auth.send(&request).await;
            assert_eq!(login.header("etag"), "");
            let claims = keys_of(SEED).verify(&token(&login), Timestamp::now()).unwrap();
            assert_eq!((claims.auth_method, claims.auth_method_sub.as_str()), (AuthMethod::None, "anonymous"));
            assert_eq!(claims.patterns(Action::Publish), ["io.modelcontextprotocol.anonymous/*"]);
            assert_eq!(login.json()["expires_at"], claims.exp);
        }
    }
    for off in ["false", ""] {
        let auth = registry.auth(&[("BERTH_ANONYMOUS_LOGIN", off)]).await;
        assert_eq!(auth.send(&Request::new("POST", "/v0/auth/none")).await.status, 404);
    }
    assert_eq!(registry.items().await, []);
}

#[tokio::test]
async fn tokens_live_as_long_as_the_operator_says() {
    let registry = Registry::empty().await;
    for (variable, seconds) in [("", 300), ("60", 60), ("3600", 3600)] {
        let auth = registry.auth(&[("BERTH_TOKEN_LIFETIME", variable)]).await;
        let token = token(&auth.send(&Request::new("POST", "/v0/auth/none")).await);
        let claims = keys_of(SEED).verify(&token, Timestamp::now()).unwrap();
        assert_eq!(claims.exp - claims.iat.unwrap(), seconds);
    }
}

#[tokio::test]
async fn the_public_keys_are_all_that_is_told_of_the_keys() {
    let registry = Registry::empty().await;
    let seeds = format!("{SEED} {OTHER_SEED}");
    let auth = registry.auth(&[("BERTH_TOKEN_KEYS", &seeds)]).await;
    let answer = auth.get("/.well-known/jwks.json").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.body, keys_of(&seeds).jwks());
    for key in answer.json()["keys"].as_array().unwrap() {
        let members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
    }
    let held = Request::get("/.well-known/jwks.json").header("if-none-match", answer.header("etag"));
    assert_eq!(auth.send(&held).await.status, 304);
    assert_eq!(auth.get("/v0/.well-known/jwks.json").await.status, 404);
}

/// First added behind the old key, then put before it: no token breaks, though `publish` was started before the swap.
#[tokio::test]
async fn a_key_is_changed_without_breaking_a_token() {
    let registry = Registry::empty().await;
    let login = Request::new("POST", "/v0/auth/none");
    let (old_first, new_first) = (format!("{SEED},{OTHER_SEED}"), format!("{OTHER_SEED},{SEED}"));
    let before = registry.auth(&[("BERTH_TOKEN_KEYS", &old_first)]).await;
    let after = registry.auth(&[("BERTH_TOKEN_KEYS", &new_first)]).await;
    let jwks = String::from_utf8(before.get("/.well-known/jwks.json").await.body).unwrap();
    let publish = registry.publish(&jwks).await;
    for (auth, seed, version) in [(&before, SEED, "1.0.0"), (&after, OTHER_SEED, "1.1.0")] {
        let token = token(&auth.send(&login).await);
        assert!(keys_of(seed).verify(&token, Timestamp::now()).is_ok());
        let document = crate::publisher::document("widget", version).to_string();
        let answer = publish.send(&Request::new("POST", "/v0/publish").bearer(&token).json(&document)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

/// A proof is used once, at whichever sandbox; that it was is the one item that `auth` writes.
#[tokio::test]
async fn a_proof_in_dns_is_used_once_and_nothing_else_is_written() {
    let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap();
    let record = format!("v=MCPv1; k=ed25519; p={}", STANDARD.encode(pair.public_key().as_ref()));
    let name_server = NameServer::new("example.com", &record).await;
    let resolvers = name_server.address.to_string();
    let registry = Registry::empty().await;
    let variables = [("BERTH_DNS_RESOLVERS", resolvers.as_str()), ("BERTH_ANONYMOUS_LOGIN", "false")];
    let (auth, sandbox) = (registry.auth(&variables).await, registry.auth(&variables).await);
    let now = Timestamp::now().to_string();
    let signature: String = pair.sign(now.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let login = |domain: &str| json!({"domain": domain, "timestamp": now, "signed_timestamp": signature}).to_string();
    let post = || Request::new("POST", "/v0/auth/dns");
    let (status, detail, errors) = auth.send(&post().json(&login("example.org"))).await.problem();
    assert_eq!((status, detail.as_str()), (401, "DNS authentication failed"));
    let message = errors[0]["message"].as_str().unwrap();
    assert!(message.starts_with("no MCP public key found in DNS TXT records of example.org"), "{message}");
    assert_eq!(registry.items().await, []);

    let granted = auth.send(&post().base64(login("example.com").as_bytes())).await;
    let claims = keys_of(SEED).verify(&token(&granted), Timestamp::now()).unwrap();
    assert_eq!((claims.auth_method, claims.auth_method_sub.as_str()), (AuthMethod::Dns, "example.com"));
    assert!(claims.allows(Action::Publish, "com.example/widget"));
    assert!(!claims.allows(Action::Edit, "com.example/widget"));
    let items = registry.items().await;
    assert_eq!(items.len(), 1, "{items:?}");
    for function in [&auth, &sandbox] {
        let again = function.send(&post().json(&login("example.com"))).await;
        let (status, _, errors) = again.problem();
        assert_eq!(status, 401);
        assert_eq!(errors[0]["message"], "this signed timestamp has been used already: sign a fresh one");
    }
    assert_eq!(registry.items().await, items);
}

#[tokio::test]
async fn bodies_that_are_no_login_are_refused() {
    let registry = Registry::empty().await;
    let auth = registry.auth(&[("BERTH_DNS_RESOLVERS", "127.0.0.1:9")]).await;
    let body = |bytes: usize| format!("{{\"domain\":\"{}\"}}", "a".repeat(bytes - 13));
    for path in PATHS {
        let post = || Request::new("POST", path);
        let answer = auth.send(&post()).await;
        assert_eq!(answer.problem(), (400, "request body is required".to_owned(), Value::Null));
        let (status, detail, errors) = auth.send(&post().base64(b"{\"domain\":\"\xff\"}")).await.problem();
        assert_eq!((status, detail.as_str(), &errors[0]["location"]), (400, "validation failed", &json!("body")));
        let (status, detail, errors) = auth.send(&post().json("{}").stage("prod")).await.problem();
        assert_eq!((status, detail.as_str(), errors.as_array().unwrap().len()), (422, "validation failed", 3));
        assert_eq!(auth.send(&post().json(&body(16 * 1024))).await.status, 422);
        let large = body(16 * 1024 + 1);
        for request in [post().json(&large), post().base64(large.as_bytes())] {
            let detail = "request body is too large limit=16384 bytes".to_owned();
            assert_eq!(auth.send(&request).await.problem(), (413, detail, Value::Null));
        }
    }
}

/// Without the table nobody knows whether a proof is used; what needs no proof goes on.
#[tokio::test]
async fn without_the_table_it_starts() {
    let variables = [
        ("BERTH_TABLE", "berth"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("BERTH_TOKEN_KEYS", SEED),
        ("BERTH_ANONYMOUS_LOGIN", "true"),
    ];
    let function =
        berth_tests::runtime_api::Function::start(crate::binaries::binary("auth"), &variables).await.unwrap();
    let auth = HttpFunction(function);
    assert_eq!(auth.get("/.well-known/jwks.json").await.body, keys_of(SEED).jwks());
    // A login that nobody can look up afterwards is none.
    let login = auth.send(&Request::new("POST", "/v0/auth/none")).await;
    assert_eq!((login.status, login.header("retry-after")), (503, "5"));
}
