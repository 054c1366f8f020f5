use base64::Engine;
use jsonwebtoken::EncodingKey;
use proptest::prelude::*;
use registry::time::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::{AuthMethod, Issuer, Lifetime, Login};

const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const OTHER: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
const TEXT: &str = r#"{"serial":7,"exports":[]}"#;

fn signing(seeds: &str) -> SigningKeys {
    seeds.parse().unwrap()
}

fn verifying(seeds: &str) -> VerifyingKeys {
    VerifyingKeys::from(&signing(seeds))
}

/// Any header and text, with a valid signature of `seed`.
fn signed(seed: &str, header: &Value, text: &str) -> String {
    provider::install();
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(text));
    let key = EncodingKey::from_ed_der(&hex::decode(seed).unwrap());
    format!("{message}.{}", crypto::sign(message.as_bytes(), &key, Algorithm::EdDSA).unwrap())
}

fn kid(seed: &str) -> String {
    signing(seed).kid().unwrap()
}

#[test]
fn what_was_signed_is_read_back_by_whoever_has_the_public_keys() {
    let jws = signing(SEED).seal(TEXT).unwrap();
    let public: VerifyingKeys = String::from_utf8(verifying(SEED).jwks()).unwrap().parse().unwrap();
    assert_eq!(public.verify_snapshot(&jws).unwrap(), TEXT);
    let header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jws.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(header, json!({"alg": "EdDSA", "typ": "berth-snapshot+jws", "kid": kid(SEED)}));
    assert_eq!(signing(SEED).seal(TEXT).unwrap(), jws, "the same text has the same signature");
    // Keys are changed one after another.
    let old = signing(&format!("{OTHER} {SEED}")).seal(TEXT).unwrap();
    assert_eq!(verifying(&format!("{SEED} {OTHER}")).verify_snapshot(&old).unwrap(), TEXT);
    assert_eq!(verifying(SEED).verify_snapshot(&old), Err(TokenError::UnknownKey));
}

#[test]
fn a_token_is_no_snapshot_and_a_snapshot_no_token() {
    let login = Login {
        method: AuthMethod::Dns,
        subject: "example.com".to_owned(),
        identity: None,
        owns: Vec::new(),
        permissions: Vec::new(),
    };
    let now = Timestamp::now();
    let token = Issuer::new(signing(SEED), Lifetime::default()).issue(login, now).unwrap().token.registry_token;
    let keys = verifying(SEED);
    assert!(keys.verify(&token, now).is_ok());
    assert_eq!(keys.verify_snapshot(&token), Err(TokenError::Type("JWT".to_owned())));
    // The very claims of a token, signed as a snapshot.
    let claims = token.split('.').nth(1).map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let snapshot = signing(SEED).seal(std::str::from_utf8(&claims).unwrap()).unwrap();
    assert!(keys.verify_snapshot(&snapshot).is_ok());
    assert_eq!(keys.verify(&snapshot, now), Err(TokenError::Type(SNAPSHOT_TYPE.to_owned())));
}

#[test]
fn nothing_but_the_registry_s_own_signature_counts() {
    let keys = verifying(SEED);
    let header = |kid: &str| json!({"alg": "EdDSA", "typ": SNAPSHOT_TYPE, "kid": kid});
    let refused = |jws: String| keys.verify_snapshot(&jws).unwrap_err();
    assert_eq!(refused(signed(OTHER, &header(&kid(OTHER)), TEXT)), TokenError::UnknownKey);
    assert_eq!(refused(signed(OTHER, &header(&kid(SEED)), TEXT)), TokenError::Signature);
    let nameless = json!({"alg": "EdDSA", "typ": SNAPSHOT_TYPE});
    assert_eq!(refused(signed(SEED, &nameless, TEXT)), TokenError::UnknownKey);
    let untyped = json!({"alg": "EdDSA", "kid": kid(SEED)});
    assert_eq!(refused(signed(SEED, &untyped, TEXT)), TokenError::Type(String::new()));
    for alg in ["none", "HS256", "ES256"] {
        let other = json!({"alg": alg, "typ": SNAPSHOT_TYPE, "kid": kid(SEED)});
        assert_eq!(refused(signed(SEED, &other, TEXT)), TokenError::Method(alg.to_owned()));
    }
    let critical = json!({"alg": "EdDSA", "typ": SNAPSHOT_TYPE, "kid": kid(SEED), "crit": ["b64"], "b64": false});
    assert_eq!(refused(signed(SEED, &critical, TEXT)), TokenError::Critical);
    assert_eq!(
        refused("x".repeat(limits::SNAPSHOT_DOCUMENT_BYTES + 1)),
        TokenError::TooLong(limits::SNAPSHOT_DOCUMENT_BYTES)
    );
    assert_eq!(refused("a.b".to_owned()), TokenError::Segments);
}

proptest! {
    #[test]
    fn a_changed_byte_breaks_it(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
        let mut jws = signing(SEED).seal(TEXT).unwrap();
        let at = at.index(jws.len());
        prop_assume!(jws[at..=at] != to);
        jws.replace_range(at..=at, &to);
        prop_assert!(verifying(SEED).verify_snapshot(&jws).is_err());
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        prop_assert!(verifying(SEED).verify_snapshot(&text).is_err());
    }
}
