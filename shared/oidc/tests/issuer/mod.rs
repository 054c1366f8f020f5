//! An issuer of identity tokens that answers over loopback, for the tests of this crate and of others (`#[path]`).
#![allow(dead_code, reason = "each test crate uses what it needs")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair as RsaKeyPair;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaPublicKeyComponents,
};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// For whom the tokens of [`TestIssuer::claims`] are.
pub(crate) const AUDIENCE: &str = "https://registry.example.com";

/// An issuer with a configuration and a key set.
pub(crate) struct TestIssuer {
    server: MockServer,
    answers: Arc<Answers>,
}

/// What the issuer answers; each may be changed at any time.
#[derive(Default)]
pub(crate) struct Answers {
    /// The key set.
    pub(crate) keys: Mutex<Vec<Value>>,
    /// The configuration, if not the right one.
    pub(crate) configuration: Mutex<Option<Value>>,
    /// What is answered to everything instead.
    pub(crate) instead: Mutex<Option<ResponseTemplate>>,
    /// What is answered to a request for keys instead.
    pub(crate) keys_instead: Mutex<Option<ResponseTemplate>>,
    requests: AtomicUsize,
}

/// A key that signs, with its id.
pub(crate) struct TestKey {
    kid: Option<String>,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(&'static str, EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl TestIssuer {
    /// With these keys.
    pub(crate) async fn start(keys: &[&TestKey]) -> Self {
        let server = MockServer::start().await;
        let answers = Arc::new(Answers::default());
        let this = Self { server, answers };
        this.set_keys(keys);
        let responder = Responder { url: this.url(), answers: Arc::clone(&this.answers) };
        Mock::given(any()).respond_with(responder).mount(&this.server).await;
        this
    }

    /// Its address, which is its `iss`.
    pub(crate) fn url(&self) -> String {
        self.server.uri()
    }

    /// Publishes these keys and no others.
    pub(crate) fn set_keys(&self, keys: &[&TestKey]) {
        *self.answers.keys.lock().unwrap() = keys.iter().map(|key| key.jwk()).collect();
    }

    /// What it answers.
    pub(crate) fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Answers 503 from now on, or as it should again.
    pub(crate) fn set_down(&self, is_down: bool) {
        *self.answers.instead.lock().unwrap() = is_down.then(|| ResponseTemplate::new(503));
    }

    /// How often it was asked for its configuration.
    pub(crate) fn requests(&self) -> usize {
        self.answers.requests.load(Ordering::SeqCst)
    }

    /// Claims that are valid now.
    pub(crate) fn claims(&self) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        json!({"iss": self.url(), "aud": AUDIENCE, "sub": "repo:octo-org/octo-repo:ref:refs/heads/main", "jti": "5c61e4de",
            "iat": now, "nbf": now, "exp": now + 300})
    }
}

impl TestKey {
    /// One of the two fixed RSA keys, 1 or 2.
    pub(crate) fn rsa(kid: &str, number: usize) -> Self {
        let files: [&[u8]; 2] =
            [include_bytes!("../keys/rsa-1.pk8.der").as_slice(), include_bytes!("../keys/rsa-2.pk8.der").as_slice()];
        Self { kid: Some(kid.to_owned()), pair: Pair::Rsa(RsaKeyPair::from_pkcs8(files[number - 1]).unwrap()) }
    }

    /// A new key on P-256.
    pub(crate) fn es256(kid: &str) -> Self {
        Self::ec(kid, "P-256", &ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    /// A new key on P-384.
    pub(crate) fn es384(kid: &str) -> Self {
        Self::ec(kid, "P-384", &ECDSA_P384_SHA384_FIXED_SIGNING)
    }

    fn ec(kid: &str, curve: &'static str, algorithm: &'static EcdsaSigningAlgorithm) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        Self { kid: Some(kid.to_owned()), pair: Pair::Ec(curve, pair) }
    }

    /// A new Ed25519 key.
    pub(crate) fn ed25519(kid: &str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self { kid: Some(kid.to_owned()), pair: Pair::Ed(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap()) }
    }

    /// The same key without its id, in the set and in tokens.
    pub(crate) fn without_id(self) -> Self {
        Self { kid: None, ..self }
    }

    /// How it signs, unless [`TestKey::sign`] is told otherwise.
    pub(crate) fn algorithm(&self) -> &'static str {
        match &self.pair {
            Pair::Rsa(_) => "RS256",
            Pair::Ec("P-256", _) => "ES256",
            Pair::Ec(..) => "ES384",
            Pair::Ed(_) => "EdDSA",
        }
    }

    /// Its public part.
    pub(crate) fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match &self.pair {
            Pair::Rsa(pair) => {
                let public: RsaPublicKeyComponents<Vec<u8>> = pair.public().into();
                json!({"kty": "RSA", "n": text(&public.n), "e": text(&public.e)})
            }
            Pair::Ec(curve, pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at((pair.public_key().as_ref().len() - 1) / 2);
                json!({"kty": "EC", "crv": curve, "x": text(x), "y": text(y)})
            }
            Pair::Ed(pair) => json!({"kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref())}),
        };
        jwk["use"] = "sig".into();
        if let Some(kid) = &self.kid {
            jwk["kid"] = kid.as_str().into();
        }
        jwk
    }

    /// A token with these claims.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.sign(self.algorithm(), claims)
    }

    /// A token whose header names `alg`; RSA signs in that way.
    pub(crate) fn sign(&self, alg: &str, claims: &Value) -> String {
        let mut header = json!({"alg": alg, "typ": "JWT"});
        if let Some(kid) = &self.kid {
            header["kid"] = kid.as_str().into();
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let encoding = match alg {
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(encoding, &random, message.as_bytes(), &mut signature).unwrap();
                signature
            }
            Pair::Ec(_, pair) => pair.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

struct Responder {
    url: String,
    answers: Arc<Answers>,
}

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let answers = &self.answers;
        let is_configuration = request.url.path() == "/.well-known/openid-configuration";
        if is_configuration {
            answers.requests.fetch_add(1, Ordering::SeqCst);
        }
        if let Some(instead) = answers.instead.lock().unwrap().clone() {
            return instead;
        }
        let keys_instead = answers.keys_instead.lock().unwrap().clone();
        if is_configuration {
            let right = json!({"issuer": self.url, "jwks_uri": format!("{}/keys", self.url)});
            ResponseTemplate::new(200).set_body_json(answers.configuration.lock().unwrap().clone().unwrap_or(right))
        } else if request.url.path() != "/keys" {
            ResponseTemplate::new(404)
        } else if let Some(instead) = keys_instead {
            instead
        } else {
            ResponseTemplate::new(200).set_body_json(json!({"keys": *answers.keys.lock().unwrap()}))
        }
    }
}
