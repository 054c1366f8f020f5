//! Pages elsewhere that read the registry. Case 25.

use super::session::Session;

const ORIGIN: (&str, &str) = ("origin", "https://page.example");

pub(super) async fn reading(session: &mut Session) {
    for path in ["/v0.1/servers?search=nothing-has-this", "/v0.1/nowhere", "/v0/health"] {
        session.send("GET", path, &[ORIGIN], "").await.header("access-control-allow-origin", "*");
    }
}

pub(super) async fn preflight(session: &mut Session) {
    for (path, method) in
        [("/v0/publish", "POST"), ("/v0.1/servers/x/status", "PATCH"), ("/v0.1/servers", "GET"), ("/nowhere", "PUT")]
    {
        let headers =
            [ORIGIN, ("access-control-request-method", method), ("access-control-request-headers", "authorization")];
        let reply = session.send("OPTIONS", path, &headers, "").await.status(204);
        reply.header("access-control-allow-origin", "*").header("access-control-allow-methods", method);
    }
}

/// What the official registry does not allow is answered without a permission.
pub(super) async fn not_allowed(session: &mut Session) {
    for headers in
        [[ORIGIN, ("access-control-request-method", "HEAD")], [ORIGIN, ("access-control-request-method", "X")]]
    {
        let reply = session.send("OPTIONS", "/v0.1/servers", &headers, "").await.status(204);
        let is_silent = reply.answer.header("access-control-allow-methods").is_none();
        reply.expect(is_silent, "no permission");
    }
}

pub(super) async fn no_preflight(session: &mut Session) {
    session.send("OPTIONS", "/v0/servers", &[], "").await.problem(404, "Endpoint not found. ");
}
