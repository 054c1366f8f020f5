//! What says of itself how it is.

use serde_json::json;

use super::session::Session;

pub(super) async fn health(session: &mut Session) {
    for path in ["/v0/health", "/v0.1/health", "/health", "/readiness", "/v0.1/health/"] {
        session.get(path).await.header("cache-control", "no-store").is("/status", &json!("ok")).ok();
    }
}

pub(super) async fn version(session: &mut Session) {
    for path in ["/v0/version", "/v0.1/version"] {
        session.get(path).await.is("/version", &json!(env!("CARGO_PKG_VERSION"))).ok();
    }
}

pub(super) async fn ping(session: &mut Session) {
    for path in ["/v0/ping", "/v0.1/ping"] {
        session.get(path).await.is("/pong", &json!(true)).ok();
    }
}

pub(super) async fn openapi(session: &mut Session) {
    let json = session.get("/openapi.json").await.header("content-type", "application/openapi+json");
    json.is("/info/title", &json!("Berth")).status(200);
    session.get("/openapi.yaml").await.header("content-type", "application/openapi+yaml").status(200);
}

pub(super) async fn keys(session: &mut Session) {
    let path = "/.well-known/jwks.json";
    session.get(path).await.is("/keys/0/kty", &json!("OKP")).is("/keys/0/crv", &json!("Ed25519")).ok();
}

/// Case 20.
pub(super) async fn unknown(session: &mut Session) {
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("GET", "/v0/admin"),
        ("GET", "/v0/servers/io.x%2Fyy"),
        ("DELETE", "/v0/servers/io.x%2Fyy/versions/1.0.0"),
        ("PATCH", "/v0/servers/io.x%2Fyy/versions/1.0.0"),
        ("POST", "/v0/servers"),
        ("GET", "/v0/validate"),
        ("GET", "/v0.1/publish"),
        ("GET", "/v0.1/auth/none"),
        ("GET", "/v0.1/x/dev.berth/nothing"),
        ("GET", "/verify-domain/a/b/c"),
    ] {
        session.send(method, path, &[], "").await.problem(404, "Endpoint not found. ");
    }
}
