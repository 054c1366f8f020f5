//! Parameters that mean nothing. Cases 5, 12, 14, 15 and 22.

use serde_json::json;

use super::session::Session;

pub(super) async fn limits(session: &mut Session) {
    for limit in ["0", "-1", "101", "abc", "1.5", "99999999999999999999"] {
        session.get(&format!("/v0/servers?limit={limit}")).await.invalid(422, &["query.limit"]);
    }
}

pub(super) async fn times(session: &mut Session) {
    for time in ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+02:00", "yesterday"] {
        let reply = session.get(&format!("/v0/servers?updated_since={time}")).await;
        reply.problem(400, "Invalid updated_since format: expected RFC3339 timestamp");
    }
}

pub(super) async fn flags(session: &mut Session) {
    session.get("/v0/servers?include_deleted=yes").await.invalid(422, &["query.include_deleted"]);
    let both = "/v0/servers?include_deleted=false&updated_since=2020-01-01T00:00:00Z";
    session.get(both).await.problem(400, "Cannot set include_deleted=false when using updated_since");
    let version = "/v0/servers/io.x%2Fyy/versions/1.0.0?include_deleted=yes";
    session.get(version).await.invalid(422, &["query.include_deleted"]);
}

pub(super) async fn others(session: &mut Session) {
    session.get("/v0/servers?limit=0&include_deleted=yes").await.status(422);
    let detail = json!("Invalid request: query parameters contain null bytes");
    session.get("/v0/servers?search=%00").await.is("/detail", &detail).status(400);
    session.get("/v0/servers?search=%2500").await.status(200);
    session.get("/v0/servers?search=%zz").await.status(200);
    session.get("/v0/servers?search=%C3%A9%F0%9F%A6%86").await.lists(&[]);
    session.get("/v0/servers?search=%ff").await.lists(&[]);
}
