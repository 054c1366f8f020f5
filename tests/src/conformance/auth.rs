//! Logins. Case 47, and what the others say to a body that is none.

use serde_json::json;

use super::session::Session;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

pub(super) async fn none(session: &mut Session) {
    for path in ["/v0/auth/none", "/v0.1/auth/none"] {
        let reply = session.send("POST", path, &JSON, "").await.header("cache-control", "no-store");
        let body = reply.body();
        let is_token = body["registry_token"].is_string() && body["expires_at"].is_u64();
        reply.expect(is_token, "a token and when it ends").ok();
    }
}

/// What is not switched on.
pub(super) async fn absent(session: &mut Session) {
    session.send("POST", "/v0.1/auth/oidc", &JSON, "{}").await.problem(404, "Endpoint not found. ");
    session.get("/auth/github/login").await.problem(404, "Endpoint not found. ");
}

/// Case 63, among others.
pub(super) async fn proofs(session: &mut Session) {
    let old = json!({"domain": "example.com", "timestamp": "2020-01-01T00:00:00Z", "signed_timestamp": "00"});
    for login in ["dns", "http"] {
        let path = format!("/v0.1/auth/{login}");
        session.send("POST", &path, &JSON, "{}").await.invalid(422, &["body", "body", "body"]);
        session.send("POST", &path, &JSON, &old.to_string()).await.status(401);
        session.send("POST", &path, &JSON, "").await.problem(400, "request body is required");
    }
}

pub(super) async fn browser(session: &mut Session) {
    session.get("/auth/me").await.invalid(422, &["header.Authorization"]);
    let bearer = format!("Bearer {}", session.token);
    session.send("GET", "/auth/me", &[("authorization", &bearer)], "").await.header("cache-control", "no-store").ok();
    session.get("/verify-domain").await.invalid(422, &["header.Authorization"]);
    session.get("/v0.1/x/dev.berth/audit").await.invalid(422, &["header.Authorization"]);
}
