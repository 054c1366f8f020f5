//! GitHub: its web site, its API, and its issuer of identity tokens.

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::issuer::{TestIssuer, TestKey};

/// The access token of `octocat`.
pub(crate) const ACCESS_TOKEN: &str = "gho_9c1fBSecretOfOctocat";

pub(crate) struct GitHub {
    pub(crate) runtime: Runtime,
    server: MockServer,
    pub(crate) issuer: TestIssuer,
    pub(crate) key: TestKey,
}

impl GitHub {
    /// `octocat`, number 583231, owns `acme` and is a member of `globex`.
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let key = TestKey::rsa("actions-1", 1);
        let (server, issuer) =
            runtime.block_on(async { (MockServer::builder().start().await, TestIssuer::start(&[&key]).await) });
        let this = Self { runtime, server, issuer, key };
        let bearer = format!("Bearer {ACCESS_TOKEN}");
        let user = json!({"login": "octocat", "id": 583_231, "type": "User"});
        this.mount(Mock::given(method("GET")).and(path("/user")).and(header("authorization", &*bearer)), user);
        let membership = |login: &str, id: u64, state: &str, role: &str| json!({"state": state, "role": role, "organization": {"login": login, "id": id}});
        let memberships = json!([
            membership("acme", 9919, "active", "admin"),
            membership("globex", 9920, "active", "member"),
            membership("initech", 9921, "pending", "admin"),
        ]);
        let listed = Mock::given(method("GET")).and(path("/user/memberships/orgs")).and(query_param("state", "active"));
        this.mount(listed.and(header("authorization", &*bearer)), memberships);
        let code = json!({"device_code": "3584d83530557fdd1f46af8289938c8ef79f9dc5", "user_code": "WDJB-MJHT",
            "verification_uri": "https://github.com/login/device", "expires_in": 900, "interval": 1});
        this.mount(Mock::given(method("POST")).and(path("/login/device/code")), code);
        let waiting = Mock::given(method("POST")).and(path("/login/oauth/access_token"));
        let pending = waiting.respond_with(json_answer(&json!({"error": "authorization_pending"}))).up_to_n_times(1);
        this.runtime.block_on(pending.mount(&this.server));
        let granted = json!({"access_token": ACCESS_TOKEN, "token_type": "bearer", "scope": "read:org,read:user"});
        this.mount(Mock::given(method("POST")).and(path("/login/oauth/access_token")), granted);
        this
    }

    pub(crate) fn url(&self) -> String {
        self.server.uri()
    }

    fn mount(&self, mock: wiremock::MockBuilder, answer: Value) {
        self.runtime.block_on(mock.respond_with(json_answer(&answer)).mount(&self.server));
    }

    /// Gives runs this identity token.
    pub(crate) fn gives_runs(&self, claims: &Value) -> String {
        let token = self.key.token(claims);
        self.mount(Mock::given(method("GET")).and(path("/idtoken")), json!({"count": 1, "value": token}));
        token
    }
}

fn json_answer(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}
