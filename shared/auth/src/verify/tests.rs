use jsonwebtoken::EncodingKey;
use proptest::prelude::*;
use ring::hmac;
use serde_json::{Value, json};

use super::*;
use crate::{Action, AuthMethod, Issuer, Lifetime, Login, Pattern, Permission, SigningKeys};

const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const OTHER: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-21T02:06:06.5Z")
}

fn signing(seeds: &str) -> SigningKeys {
    seeds.parse().unwrap()
}

fn verifying(seeds: &str) -> VerifyingKeys {
    VerifyingKeys::from(&signing(seeds))
}

fn token_of(seeds: &str) -> String {
    let permissions = vec![Permission { action: Action::Publish, resource: Pattern::namespace("com.example") }];
    let issuer = Issuer::new(signing(seeds), Lifetime::default());
    let login = Login {
        method: AuthMethod::Dns,
        subject: "example.com".to_owned(),
        identity: None,
        owns: Vec::new(),
        permissions,
    };
    issuer.issue(login, now()).unwrap().token.registry_token
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Any header and claims, with a valid signature of `seed`.
fn signed(seed: &str, header: &Value, claims: &Value) -> String {
    provider::install();
    let message = format!("{}.{}", part(header), part(claims));
    let key = EncodingKey::from_ed_der(&hex::decode(seed).unwrap());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

fn claims() -> Value {
    let second = now().as_micros() / 1_000_000;
    json!({
        "iss": "mcp-registry", "exp": second + 300, "nbf": second, "iat": second, "auth_method": "none",
        "auth_method_sub": "anonymous", "permissions": [{"action": "edit", "resource": "*"}],
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn header() -> Value {
    json!({"alg": "EdDSA", "typ": "JWT"})
}

fn refusal(token: &str) -> TokenError {
    verifying(SEED).verify(token, now()).unwrap_err()
}

#[test]
fn what_is_issued_is_read() {
    let token = token_of(SEED);
    let claims = verifying(SEED).verify(&token, now()).unwrap();
    assert_eq!((claims.auth_method, claims.auth_method_sub.as_str()), (AuthMethod::Dns, "example.com"));
    assert_eq!((claims.iss.as_str(), claims.exp), ("mcp-registry", 1_795_227_066));
    assert_eq!((claims.nbf, claims.iat), (Some(claims.exp - 300), Some(claims.exp - 300)));
    assert!(claims.allows(Action::Publish, "com.example/x") && !claims.allows(Action::Edit, "com.example/x"));
    let id = claims.jti.unwrap();
    assert_ne!(Some(id), verifying(SEED).verify(&token_of(SEED), now()).unwrap().jti);
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(header, json!({"alg": "EdDSA", "typ": "JWT", "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"}));
}

#[test]
fn the_official_registrys_form_is_read() {
    let claims = verifying(SEED).verify(&signed(SEED, &header(), &claims()), now()).unwrap();
    assert_eq!(claims.jti, None);
    assert!(claims.allows(Action::Edit, "a.b/c"));
}

#[test]
fn not_a_microsecond_more() {
    let token = token_of(SEED);
    let verify = |text| verifying(SEED).verify(&token, at(text));
    assert!(verify("2026-11-21T02:11:05.999999Z").is_ok());
    assert_eq!(verify("2026-11-21T02:11:06Z"), Err(TokenError::Expired));
    assert!(verify("2026-11-21T02:06:06Z").is_ok());
    assert_eq!(verify("2026-11-21T02:06:05.999999Z"), Err(TokenError::NotYet));
    assert_eq!(refusal(&signed(SEED, &header(), &with("exp", json!(0)))), TokenError::Expired);
    assert_eq!(refusal(&signed(SEED, &header(), &with("nbf", json!(i64::MAX)))), TokenError::NotYet);
}

#[test]
fn keys_are_changed_without_breaking_tokens() {
    let (old, new) = (token_of(SEED), token_of(&format!("{OTHER} {SEED}")));
    let both = verifying(&format!("{OTHER},{SEED}"));
    assert!(both.verify(&old, now()).is_ok() && both.verify(&new, now()).is_ok());
    // Without a key id every key is tried.
    assert!(both.verify(&signed(SEED, &header(), &claims()), now()).is_ok());
    assert_eq!(verifying(OTHER).verify(&old, now()), Err(TokenError::UnknownKey));
    assert!(verifying(OTHER).verify(&new, now()).is_ok());
}

#[test]
fn foreign_and_wrong_keys() {
    assert_eq!(refusal(&signed(OTHER, &header(), &claims())), TokenError::Signature);
    let kid = |seed: &str| -> String {
        let set: Value = serde_json::from_slice(&verifying(seed).jwks()).unwrap();
        set["keys"][0]["kid"].as_str().unwrap().to_owned()
    };
    let named = |kid: String| json!({"alg": "EdDSA", "typ": "JWT", "kid": kid});
    assert_eq!(refusal(&signed(OTHER, &named(kid(SEED)), &claims())), TokenError::Signature);
    assert_eq!(refusal(&signed(SEED, &named(kid(OTHER)), &claims())), TokenError::UnknownKey);
    assert_eq!(refusal(&signed(SEED, &named("../../etc/passwd".to_owned()), &claims())), TokenError::UnknownKey);
    // A key that the token brings along counts for nothing.
    let jwk = serde_json::from_slice::<Value>(&verifying(OTHER).jwks()).unwrap()["keys"][0].clone();
    let brought = json!({"alg": "EdDSA", "typ": "JWT", "jwk": jwk});
    assert_eq!(refusal(&signed(OTHER, &brought, &claims())), TokenError::Signature);
}

#[test]
fn other_methods_are_refused_by_name() {
    let method = |alg: &str, signature: &dyn Fn(&str) -> Vec<u8>| {
        let message = format!("{}.{}", part(&json!({"alg": alg, "typ": "JWT"})), part(&claims()));
        let signature = URL_SAFE_NO_PAD.encode(signature(&message));
        refusal(&format!("{message}.{signature}")).to_string()
    };
    let invalid = |alg: &str| format!("token signature is invalid: signing method {alg} is invalid");
    for alg in ["none", "None", "NONE", "eddsa", "ES256", ""] {
        assert_eq!(method(alg, &|_| Vec::new()), invalid(alg));
    }
    // The public key is no secret.
    let set: Value = serde_json::from_slice(&verifying(SEED).jwks()).unwrap();
    let x = set["keys"][0]["x"].as_str().unwrap();
    for secret in [x.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(x).unwrap()] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        assert_eq!(
            method("HS256", &|message| hmac::sign(&key, message.as_bytes()).as_ref().to_vec()),
            invalid("HS256")
        );
    }
}

#[test]
fn a_changed_token_is_refused() {
    let token = token_of(SEED);
    let parts: Vec<&str> = token.split('.').collect();
    let mut wider: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    wider["permissions"][0]["resource"] = json!("*");
    assert_eq!(refusal(&format!("{}.{}.{}", parts[0], part(&wider), parts[2])), TokenError::Signature);
    let kidless = format!("{}.{}.{}", part(&header()), parts[1], parts[2]);
    assert_eq!(refusal(&kidless), TokenError::Signature);
    assert_eq!(refusal(&format!("{}.{}.", parts[0], parts[1])), TokenError::Signature);
}

#[test]
fn claims_are_what_they_have_to_be() {
    let refused = |claims: &Value| refusal(&signed(SEED, &header(), claims));
    for (name, value) in [
        ("exp", Value::Null),
        ("exp", json!("tomorrow")),
        ("exp", json!(1e300)),
        ("nbf", json!("x")),
        ("auth_method", json!("root")),
        ("permissions", json!({"action": "edit"})),
        ("permissions", json!([{"action": "delete", "resource": "*"}])),
    ] {
        let refused = refused(&with(name, value.clone()));
        assert!(
            matches!(refused, TokenError::Malformed { part: "JSON decode claim", .. }),
            "{name} {value}: {refused:?}"
        );
    }
    let mut endless = claims();
    endless.as_object_mut().unwrap().remove("exp");
    assert!(refused(&endless).to_string().contains("missing field `exp`"));
    assert_eq!(refused(&with("iss", json!("somebody"))), TokenError::Claim("issuer"));
    assert_eq!(refused(&with("aud", json!("elsewhere"))), TokenError::Claim("audience"));
}

#[test]
fn what_is_no_token_is_refused() {
    assert_eq!(refusal(""), TokenError::Segments);
    assert_eq!(refusal("a.b"), TokenError::Segments);
    assert_eq!(refusal("a.b.c.d"), TokenError::Segments);
    assert!(refusal("abc.def.ghi").to_string().starts_with("token is malformed: could not JSON decode header: "));
    assert!(refusal("ä.b.c").to_string().starts_with("token is malformed: could not base64 decode header: "));
    let critical = json!({"alg": "EdDSA", "crit": ["b64"], "b64": false});
    assert_eq!(refusal(&signed(SEED, &critical, &claims())), TokenError::Critical);
    let padded = json!({"alg": "EdDSA", "kid": "x".repeat(limits::TOKEN_BYTES)});
    assert_eq!(refusal(&signed(SEED, &padded, &claims())), TokenError::TooLong(limits::TOKEN_BYTES));
    let deep = URL_SAFE_NO_PAD.encode(format!("{{\"alg\":{}", "[".repeat(5_000)));
    assert!(matches!(refusal(&format!("{deep}.b.c")), TokenError::Malformed { .. }));
}

proptest! {
    #[test]
    fn no_text_panics(token in "\\PC{0,200}") {
        prop_assert!(verifying(SEED).verify(&token, now()).is_err());
    }

    #[test]
    fn no_single_change_passes(at in 0_usize..1000, to in "[A-Za-z0-9_.-]") {
        let token = token_of(SEED);
        let at = at % token.len();
        let mut changed = token.clone();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != token);
        // The last character of a signature has bits that stand for nothing; they must be zero.
        prop_assert!(verifying(SEED).verify(&changed, now()).is_err(), "{changed}");
    }
}
