//! `POST /auth/oidc`

mod people;
mod rules;
mod tokens;

use auth::{Logins, OidcIssuers};
use serde_json::{Value, json};

use crate::issuer::{AUDIENCE, TestIssuer, TestKey};
use crate::registry::Registry;
use crate::runner::key_sets;
use crate::table::Table;

const PATH: &str = "/v0/auth/oidc";

/// A company's issuer, and its key.
struct Company {
    issuer: TestIssuer,
    key: TestKey,
}

impl Company {
    async fn new(kid: &str) -> Self {
        let key = TestKey::es256(kid);
        Self { issuer: TestIssuer::start(&[&key]).await, key }
    }

    /// Its entry in the configuration.
    fn entry(&self, name: &str, require: &Value, rules: &Value) -> Value {
        json!({"name": name, "issuer": self.issuer.url(), "audience": AUDIENCE, "require": require, "rules": rules})
    }

    /// The body of a login by somebody with these claims beside the usual ones.
    fn login(&self, claims: &Value) -> Value {
        let mut all = self.issuer.claims();
        all["sub"] = "alice".into();
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        json!({"oidc_token": self.key.token(&all)})
    }
}

fn logins(entries: &[Value]) -> Logins {
    Logins { oidc: OidcIssuers::parse(&json!(entries).to_string(), key_sets()).unwrap(), ..Logins::none() }
}

async fn registry(entries: &[Value]) -> Registry {
    Registry::with_logins(logins(entries), &Table::new().await)
}
