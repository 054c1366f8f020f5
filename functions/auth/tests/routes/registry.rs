//! The function with all that it asks.

use ::registry::edge::Edge;
use ::registry::store::Replay;
use ::registry::time::Timestamp;
use auth::{Dns, ProofFiles, State};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use registry_auth::{Action, Claims, Issuer, Lifetime, SigningKeys, VerifyingKeys};
use serde_json::Value;
use tower::ServiceExt;

use crate::table::Table;

const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

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
    pub(crate) fn new(replay: Replay, dns: Dns, files: ProofFiles, anonymous: bool) -> Self {
        let keys = VerifyingKeys::from(&SEED.parse::<SigningKeys>().unwrap());
        Self { edge: Edge::new(auth::router(state(replay, dns, files, anonymous))), keys }
    }

    /// A registry that has no one to ask.
    pub(crate) async fn alone(anonymous: bool) -> Self {
        Self::new(Table::new().await.replay(), nobody(), ProofFiles::new(ProofFiles::options()).unwrap(), anonymous)
    }

    pub(crate) async fn with_dns(dns: Dns) -> Self {
        let files = ProofFiles::new(ProofFiles::options()).unwrap();
        Self::new(Table::new().await.replay(), dns, files, false)
    }

    pub(crate) async fn with_files(files: ProofFiles) -> Self {
        Self::new(Table::new().await.replay(), nobody(), files, false)
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

    /// A login, and the reason why it was refused.
    pub(crate) async fn refused(&self, path: &str, login: &Value) -> String {
        let answer = self.post(path, login.to_string()).await;
        let problem = answer.json();
        let method = if path.ends_with("dns") { "DNS" } else { "HTTP" };
        assert_eq!(answer.status, 401, "{problem}");
        assert_eq!(problem["detail"], format!("{method} authentication failed"));
        assert_eq!(problem["title"], "Unauthorized");
        assert_eq!(problem["errors"].as_array().unwrap().len(), 1, "{problem}");
        problem["errors"][0]["message"].as_str().unwrap().to_owned()
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
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }
}

fn state(replay: Replay, dns: Dns, files: ProofFiles, anonymous: bool) -> State {
    State::new(Issuer::new(SEED.parse().unwrap(), Lifetime::default()), replay, dns, files, anonymous)
}

/// Paths of the OpenAPI document.
pub(crate) async fn documented_paths(anonymous: bool) -> Vec<String> {
    let files = ProofFiles::new(ProofFiles::options()).unwrap();
    let document = auth::documented(state(Table::new().await.replay(), nobody(), files, anonymous)).into_openapi();
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
