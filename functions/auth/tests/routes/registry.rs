//! The function with all that it asks.

use ::registry::edge::{ClientAddress, Edge};
use ::registry::time::Timestamp;
use auth::{Dns, Logins, ProofFiles, State, Tables};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use registry_auth::{Action, Claims, Issuer, Lifetime, SigningKeys, VerifyingKeys};
use serde_json::Value;
use tower::ServiceExt;

use crate::table::Table;

pub(crate) const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

pub(crate) struct Registry {
    edge: Edge,
    keys: VerifyingKeys,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Registry {
    pub(crate) fn new(tables: Tables, dns: Dns, files: ProofFiles, logins: Logins) -> Self {
        let keys = VerifyingKeys::from(&SEED.parse::<SigningKeys>().unwrap());
        Self { edge: Edge::new(auth::router(state(tables, dns, files, logins))), keys }
    }

    /// A registry that has no one to ask.
    pub(crate) async fn alone(anonymous: bool) -> Self {
        Self::with_logins(Logins { anonymous, ..Logins::none() }, &Table::new().await)
    }

    pub(crate) async fn with_dns(dns: Dns) -> Self {
        Self::new(Table::new().await.tables(), dns, files(), Logins::none())
    }

    pub(crate) async fn with_files(files: ProofFiles) -> Self {
        Self::new(Table::new().await.tables(), nobody(), files, Logins::none())
    }

    /// A registry that asks no domain.
    pub(crate) fn with_logins(logins: Logins, table: &Table) -> Self {
        Self::new(table.tables(), nobody(), files(), logins)
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let Ok(response) = self.edge.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(Request::post(path).body(body.into()).unwrap()).await
    }

    /// A login that comes from `address`.
    pub(crate) async fn post_from(&self, address: &str, path: &str, body: impl Into<Body>) -> Answer {
        let address = ClientAddress(address.parse().unwrap());
        self.send(Request::post(path).extension(address).body(body.into()).unwrap()).await
    }

    /// A login, and the reason why it was refused.
    pub(crate) async fn refused(&self, path: &str, login: &Value) -> String {
        self.post(path, login.to_string()).await.refusal(path)
    }

    /// A login that is granted.
    pub(crate) async fn granted(&self, path: &str, login: &Value) -> Claims {
        self.claims(&self.post(path, login.to_string()).await)
    }

    /// The claims of a token that was granted.
    pub(crate) fn claims(&self, answer: &Answer) -> Claims {
        let json = answer.json();
        assert_eq!(answer.status, 200, "{json}");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["content-type"], "application/json");
        assert!(!answer.headers.contains_key("etag"));
        assert!(answer.body.ends_with(b"}\n"));
        assert_eq!(json.as_object().unwrap().len(), 2);
        let claims = self.keys.verify(json["registry_token"].as_str().unwrap(), Timestamp::now()).unwrap();
        assert_eq!(json["expires_at"], claims.exp);
        assert_eq!(claims.exp - claims.iat.unwrap(), 300);
        claims
    }
}

impl Answer {
    /// The reason of a refusal at `path`.
    pub(crate) fn refusal(&self, path: &str) -> String {
        let problem = self.json();
        let detail = match path.rsplit('/').next() {
            Some("dns") => "DNS authentication failed",
            Some("http") => "HTTP authentication failed",
            _ => "Token exchange failed",
        };
        assert_eq!(self.status, 401, "{problem}");
        assert_eq!(problem["detail"], detail);
        assert_eq!(problem["title"], "Unauthorized");
        assert_eq!(self.headers["cache-control"], "no-store");
        assert_eq!(problem["errors"].as_array().unwrap().len(), 1, "{problem}");
        problem["errors"][0]["message"].as_str().unwrap().to_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }
}

fn state(tables: Tables, dns: Dns, files: ProofFiles, logins: Logins) -> State {
    State::new(Issuer::new(SEED.parse().unwrap(), Lifetime::default()), tables, dns, files, logins)
}

/// The state of a registry that asks no domain.
pub(crate) fn state_with(logins: Logins, table: &Table) -> State {
    state(table.tables(), nobody(), files(), logins)
}

/// Fetches files as a function does.
fn files() -> ProofFiles {
    ProofFiles::new(ProofFiles::options()).unwrap()
}

/// Paths of the OpenAPI document.
pub(crate) async fn documented_paths(logins: Logins) -> Vec<String> {
    let document = auth::documented(state(Table::new().await.tables(), nobody(), files(), logins)).into_openapi();
    document.paths.paths.into_keys().collect()
}

/// Which of the names may be published.
pub(crate) fn publishable<'a>(claims: &Claims, names: &[&'a str]) -> Vec<&'a str> {
    names.iter().copied().filter(|name| claims.allows(Action::Publish, name)).collect()
}

/// A resolver that nobody answers: the discard port.
fn nobody() -> Dns {
    Dns::servers(&[([127, 0, 0, 1], 9).into()]).unwrap()
}
