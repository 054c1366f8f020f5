//! A registry that answers as it is told, and remembers what it was asked.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::harness::{Home, Ran};

pub(crate) const NAME: &str = "io.modelcontextprotocol.anonymous/widget";
/// The path of [`NAME`].
pub(crate) const SERVER: &str = "/v0.1/servers/io.modelcontextprotocol.anonymous%2Fwidget";

pub(crate) struct Registry {
    runtime: Runtime,
    server: MockServer,
}

impl Registry {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        // Not one of the pool: another test's would hear what is sent after this one is gone.
        let server = runtime.block_on(MockServer::builder().start());
        Self { runtime, server }
    }

    pub(crate) fn url(&self) -> String {
        self.server.uri()
    }

    /// Answers calls of a path with a status and JSON. What was said first about a path comes first.
    pub(crate) fn answers(&self, verb: &str, at: &str, status: u16, body: &Value) {
        self.mount(Mock::given(method(verb)).and(path(at)).respond_with(response(status, body)));
    }

    /// Answers one call so, and the next as it is told next.
    pub(crate) fn answers_once(&self, verb: &str, at: &str, status: u16, body: &Value) {
        let mock = Mock::given(method(verb)).and(path(at)).respond_with(response(status, body));
        self.mount(mock.up_to_n_times(1));
    }

    pub(crate) fn mount(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.server));
    }

    /// Sends every call elsewhere.
    pub(crate) fn moves_to(&self, url: &str) {
        self.mount(Mock::given(any()).respond_with(ResponseTemplate::new(308).insert_header("location", url)));
    }

    /// Grants logins by a method, with tokens `token-1`, `token-2`, … that last so many seconds.
    pub(crate) fn grants(&self, by: &str, patterns: &[&str], seconds: &[i64]) {
        for (number, seconds) in seconds.iter().enumerate() {
            let token = token(by, patterns, number + 1);
            let granted = json!({"registry_token": token, "expires_at": now() + seconds});
            self.answers_once("POST", &format!("/v0.1/auth/{by}"), 200, &granted);
        }
    }

    /// Grants logins that name an identity, where `at` takes their proofs, with tokens `token-1`, `token-2`, ….
    pub(crate) fn grants_identity(&self, at: &str, identity: &str, patterns: &[&str], seconds: &[i64]) {
        for (number, seconds) in seconds.iter().enumerate() {
            let token = identity_token(at, identity, patterns, number + 1);
            let granted = json!({"registry_token": token, "expires_at": now() + seconds});
            self.answers_once("POST", &format!("/v0.1/auth/{at}"), 200, &granted);
        }
    }

    /// Grants a second login without proof, with `token-2`.
    pub(crate) fn grants_again(&self) {
        let granted = json!({"registry_token": token("none", &["x/*"], 2), "expires_at": now() + 300});
        self.answers_once("POST", "/v0.1/auth/none", 200, &granted);
    }

    /// All that was asked.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.runtime.block_on(self.server.received_requests()).unwrap()
    }

    /// What was asked of a path.
    pub(crate) fn asked(&self, at: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.url.path() == at).collect()
    }

    /// Logs in without proof, for five minutes.
    pub(crate) fn logged_in(&self, home: &Home) {
        self.grants("none", &["io.modelcontextprotocol.anonymous/*"], &[300]);
        let ran = home.run(&["login", "none", "--registry", &self.url()]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    }
}

fn response(status: u16, body: &Value) -> ResponseTemplate {
    let kind = if status < 400 { "application/json" } else { "application/problem+json" };
    ResponseTemplate::new(status).set_body_raw(format!("{body}\n"), kind)
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    elapsed.as_secs().try_into().unwrap()
}

/// A token with the claims of the official registry; `number` tells it from others.
pub(crate) fn token(by: &str, patterns: &[&str], number: usize) -> String {
    let subject = if by == "none" { "anonymous" } else { "example.com" };
    let permissions: Vec<Value> =
        patterns.iter().map(|pattern| json!({"action": "publish", "resource": pattern})).collect();
    let claims = json!({"auth_method": by, "auth_method_sub": subject, "permissions": permissions});
    format!("e30.{}.token-{number}", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// A token that names an identity.
pub(crate) fn identity_token(by: &str, identity: &str, patterns: &[&str], number: usize) -> String {
    let permissions: Vec<Value> =
        patterns.iter().map(|pattern| json!({"action": "publish", "resource": pattern})).collect();
    let claims = json!({"auth_method": by, "auth_method_sub": "octocat", "sub": identity, "permissions": permissions});
    format!("e30.{}.token-{number}", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// The JSON that a call carries.
pub(crate) fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// The login as it is kept.
pub(crate) fn stored(home: &Home) -> Value {
    serde_json::from_slice(&std::fs::read(token_file(home)).unwrap()).unwrap()
}

/// Nothing of what is said in confidence is shown.
pub(crate) fn keeps_to_itself(ran: &Ran, secrets: &[&str]) {
    for secret in secrets {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{secret}: {ran:?}");
    }
}

/// The number of the token that a call carries; 0 for none.
pub(crate) fn token_number(request: &Request) -> usize {
    let Some(value) = request.headers.get("authorization") else { return 0 };
    let value = value.to_str().unwrap();
    assert!(value.starts_with("Bearer e30."), "{value}");
    value.rsplit_once(".token-").unwrap().1.parse().unwrap()
}

/// The smallest document of [`NAME`].
pub(crate) fn document() -> Value {
    json!({
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": NAME, "description": "A widget", "version": "1.0.0",
    })
}

/// What a registry answers about a version of [`NAME`].
pub(crate) fn answer(status: &str) -> Value {
    let official = json!({
        "status": status, "statusChangedAt": "2026-01-01T00:00:00Z", "publishedAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z", "isLatest": true,
    });
    json!({"server": document(), "_meta": {"io.modelcontextprotocol.registry/official": official}})
}

/// A refusal.
pub(crate) fn problem(title: &str, status: u16, detail: &str, errors: &Value) -> Value {
    let mut problem = json!({"title": title, "status": status, "detail": detail});
    if !errors.is_null() {
        problem["errors"] = errors.clone();
    }
    problem
}

/// Rows of a table of labels and values.
pub(crate) fn rows(ran: &Ran) -> Vec<(String, String)> {
    let row =
        |line: &str| line.trim().split_once(' ').map(|(label, value)| (label.to_owned(), value.trim().to_owned()));
    ran.stdout.lines().map(|line| row(line).unwrap_or_else(|| panic!("{ran:?}"))).collect()
}

/// The value of a row.
pub(crate) fn row(ran: &Ran, label: &str) -> String {
    rows(ran).into_iter().find(|row| row.0 == label).unwrap_or_else(|| panic!("no {label}: {ran:?}")).1
}

/// The permissions of a file or directory.
pub(crate) fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Where the login is kept.
pub(crate) fn token_file(home: &Home) -> std::path::PathBuf {
    home.path("xdg_config_home/berth/token.json")
}
