//! The function with all that it asks.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use ::registry::edge::{ClientAddress, Edge};
use ::registry::identity::Identity;
use ::registry::store::{AuditEvent, AuditOutcome, Counts};
use ::registry::time::Timestamp;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use registry_auth::{Action, AuthMethod, Issuer, Lifetime, Login, Pattern, Permission, SigningKeys, VerifyingKeys};
use registry_domain::{Files, HostedZones, Verifier};
use registry_fetch::{Lookup, Options, Reach};
use registry_route53::Route53;
use serde_json::{Value, json};
use tower::ServiceExt;
use verify_domain::State;

use crate::name_server::{NameServer, Records, resolvers};
use crate::table::{NAME, Table};

const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

pub(crate) struct Registry {
    edge: Edge,
    pub(crate) table: Table,
    pub(crate) servers: Vec<Arc<NameServer>>,
    pub(crate) verifier: Verifier,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Leads every name to one address.
struct To(SocketAddr);

impl Lookup for To {
    fn lookup<'a>(&'a self, _: &'a str) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        Box::pin(async move { Ok(vec![self.0]) })
    }
}

/// Files from a server on loopback, whatever the domain.
pub(crate) fn files_from(address: SocketAddr, authority: Vec<u8>) -> Files {
    let reach = Reach::Test { lookup: Arc::new(To(address)), allow_private: true };
    Files::new(Options { reach, roots: vec![authority.into()], ..Files::options() }).unwrap()
}

/// Files under the guard, where every name leads to this machine.
pub(crate) fn no_files() -> Files {
    let reach = Reach::Test { lookup: Arc::new(To(([127, 0, 0, 1], 9).into())), allow_private: false };
    Files::new(Options { reach, ..Files::options() }).unwrap()
}

impl Registry {
    /// Three name servers that agree, and no web server.
    pub(crate) async fn new() -> Self {
        Self::with(no_files(), None).await
    }

    /// As [`Registry::new`], on a table that cannot be reached.
    pub(crate) async fn without_table() -> Self {
        let table = Table::at("http://127.0.0.1:9");
        let this = Self::new().await;
        let edge = Edge::new(verify_domain::router(state(&table, this.verifier.clone(), None)));
        Self { edge, table, ..this }
    }

    pub(crate) async fn with(files: Files, route53: Option<Route53>) -> Self {
        let mut servers = Vec::new();
        for _ in 0..3 {
            servers.push(Arc::new(NameServer::new(&[]).await));
        }
        let resolvers = resolvers(&servers.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        let zones = route53.clone().map(|route53| Arc::new(route53) as Arc<dyn HostedZones>);
        let (table, verifier) = (Table::new().await, Verifier::new(resolvers, files, zones));
        let edge = Edge::new(verify_domain::router(state(&table, verifier.clone(), route53)));
        Self { edge, table, servers, verifier }
    }

    pub(crate) fn set(&self, records: Records<'_>) {
        self.servers.iter().for_each(|server| server.set(records));
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let Ok(response) = self.edge.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    pub(crate) async fn call(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Answer {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        let request = request.extension(ClientAddress([192, 0, 2, 7].into()));
        self.send(request.body(body.map_or_else(Body::empty, |body| body.to_string().into())).unwrap()).await
    }

    pub(crate) async fn claim(&self, token: &str, domain: &str) -> Answer {
        self.call("POST", "/verify-domain", token, Some(&json!({"domain": domain}))).await
    }

    pub(crate) async fn check(&self, token: &str, domain: &str) -> Answer {
        self.call("POST", "/verify-domain/check", token, Some(&json!({"domain": domain}))).await
    }

    pub(crate) async fn release(&self, token: &str, domain: &str) -> Answer {
        self.call("DELETE", &format!("/verify-domain/{domain}"), token, None).await
    }

    pub(crate) async fn list(&self, token: &str) -> Vec<Value> {
        let answer = self.call("GET", "/verify-domain", token, None).await;
        answer.ok()["domains"].as_array().unwrap().clone()
    }

    /// A claim that is made, and the text of its record.
    pub(crate) async fn claimed(&self, token: &str, domain: &str) -> String {
        self.claim(token, domain).await.ok()["record"]["value"].as_str().unwrap().to_owned()
    }

    /// Events of the trail with their outcome and who it was.
    pub(crate) async fn trail(&self) -> Vec<(AuditEvent, AuditOutcome, Option<String>)> {
        let trail = self.table.trail().await;
        trail.into_iter().map(|record| (record.event, record.outcome, record.identity)).collect()
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    /// The answer to what was done.
    pub(crate) fn ok(&self) -> Value {
        let json = self.json();
        assert_eq!(self.status, 200, "{json}");
        assert_eq!(self.headers["cache-control"], "no-store");
        assert_eq!(self.headers["content-type"], "application/json");
        json
    }

    /// The messages of a refusal.
    pub(crate) fn refused(&self, status: u16, detail: &str) -> Vec<String> {
        let problem = self.json();
        assert_eq!((self.status, problem["detail"].as_str()), (status, Some(detail)), "{problem}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.headers["cache-control"], "no-store");
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["message"].as_str().unwrap().to_owned()).collect()
    }
}

fn state(table: &Table, verifier: Verifier, route53: Option<Route53>) -> State {
    let keys = VerifyingKeys::from(&SEED.parse::<SigningKeys>().unwrap());
    State::new(table.domains(), verifier, Counts::new(table.client.clone(), NAME), keys, route53)
}

/// Paths and methods of the OpenAPI document.
pub(crate) async fn documented() -> Vec<String> {
    let table = Table::new().await;
    let server = NameServer::new(&[]).await;
    let verifier = Verifier::new(resolvers(&[&server, &NameServer::new(&[]).await]), no_files(), None);
    let document = verify_domain::documented(state(&table, verifier, None)).into_openapi();
    let json = serde_json::to_value(document.paths).unwrap();
    let paths = json.as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| format!("{method} {path}")))
        .collect()
}

/// A token of somebody with a GitHub account.
pub(crate) fn token(github_id: u64) -> String {
    token_of(Some(Identity::github(github_id)), AuthMethod::GithubAt, &[])
}

/// A token of an administrator.
pub(crate) fn administrator() -> String {
    token_of(Some(Identity::github(1)), AuthMethod::GithubAt, &["*"])
}

pub(crate) fn token_of(identity: Option<Identity>, method: AuthMethod, edit: &[&str]) -> String {
    let permission = |text: &&str| Permission { action: Action::Edit, resource: Pattern::new(*text) };
    let permissions = edit.iter().map(permission).collect();
    let login = Login { method, subject: "someone".to_owned(), identity, owns: Vec::new(), permissions };
    let issuer = Issuer::new(SEED.parse().unwrap(), Lifetime::default());
    issuer.issue(login, Timestamp::now()).unwrap().token.registry_token
}
