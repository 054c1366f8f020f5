//! `POST /publish`: who, and what is stored. Cases 26 to 30, 36, and 40 to 47.

use serde_json::{Value, json};

use super::session::{Session, at, name};
use crate::{ANONYMOUS, document, with_remotes};

const LATEST: &str = "/_meta/io.modelcontextprotocol.registry~1official/isLatest";
const PUBLISH: &str = "/v0.1/publish";

/// Case 36. The same again, within minutes and by the same publisher, was lost on its way; other content is a duplicate.
pub(super) async fn once(session: &mut Session) {
    let first = session.publish("once", "1.0.0").await;
    let reply = session.call("POST", PUBLISH, &document(&name("once"), "1.0.0")).await;
    let same = reply.body() == first;
    reply.expect(same, "what the first publish answered").ok();
    let mut other = document(&name("once"), "1.0.0");
    other["description"] = json!("other");
    let duplicate = "invalid version: cannot publish duplicate version";
    session.call("POST", PUBLISH, &other).await.problem(400, duplicate);
    session.set_status("once", "1.0.0", &json!({"status": "deleted"})).await.ok();
    session.call("POST", "/v0/publish", &other).await.problem(400, duplicate);
}

/// Cases 41 and 42.
pub(super) async fn latest(session: &mut Session) {
    for (server, versions, expected) in [
        ("latest", &["1.0.0", "1.1.0", "1.0.5"][..], "1.1.0"),
        ("built-latest", &["2.0.0", "2.0.0+b1"], "2.0.0"),
        ("v-latest", &["v3.0.0", "3.0.0"], "v3.0.0"),
    ] {
        for version in versions {
            session.publish(server, version).await;
        }
        let reply = session.get(&at(server, "/versions/latest")).await;
        reply.is("/server/version", &json!(expected)).is(LATEST, &json!(true)).ok();
    }
}

/// Case 43.
pub(super) async fn not_semantic(session: &mut Session) {
    for (server, versions, expected) in
        [("snapshots", &["2.0.0", "snapshot"][..], "2.0.0"), ("words", &["alpha", "beta", "alpha2"], "alpha2")]
    {
        for version in versions {
            session.publish(server, version).await;
        }
        session.get(&at(server, "/versions/latest")).await.is("/server/version", &json!(expected)).ok();
    }
}

/// Cases 26 and 30.
pub(super) async fn without_token(session: &mut Session) {
    let body = document(&name("without-token"), "1.0.0");
    session.send("POST", PUBLISH, &[], &body.to_string()).await.invalid(422, &["header.Authorization"]);
    let places = ["header.Authorization", "body", "body", "body"];
    let faulty = json!({"name": name("without-token")}).to_string();
    session.send("POST", PUBLISH, &[], &faulty).await.invalid(422, &places);
}

/// Cases 27 and 28.
pub(super) async fn wrong_tokens(session: &mut Session) {
    let body = document(&name("wrong-tokens"), "1.0.0").to_string();
    for wrong in ["Basic x", "Bearer", "x"] {
        let reply = session.send("POST", PUBLISH, &[("authorization", wrong)], &body).await;
        reply.problem(401, "Invalid Authorization header format. Expected 'Bearer <token>'");
    }
    let mut cut = session.token.clone();
    cut.truncate(cut.len() - 10);
    // Signed by somebody, with HS256, and with nothing.
    let foreign = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
    for wrong in ["nonsense", "a.b.c", foreign, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", &cut] {
        let reply = session.send("POST", PUBLISH, &[("authorization", &format!("Bearer {wrong}"))], &body).await;
        reply.problem(401, "Invalid or expired Registry JWT token");
    }
    let lower = format!("bearer {}", session.token);
    session.send("POST", PUBLISH, &[("authorization", &lower)], &body).await.ok();
}

/// Two answers to who asks.
pub(super) async fn two_tokens(session: &mut Session) {
    let body = document(&name("two-tokens"), "1.0.0").to_string();
    let bearer = format!("Bearer {}", session.token);
    let twice = [("authorization", bearer.as_str()), ("authorization", "Bearer another")];
    session.send("POST", PUBLISH, &twice, &body).await.problem(401, "");
}

/// Case 29.
pub(super) async fn foreign(session: &mut Session) {
    for foreign in ["com.example/foreign", "io.github.somebody/foreign"] {
        let reply = session.call("POST", PUBLISH, &document(foreign, "1.0.0")).await;
        reply.problem(403, &format!("{ANONYMOUS}/*"));
    }
}

/// Case 40.
pub(super) async fn bodies(session: &mut Session) {
    let bearer = format!("Bearer {}", session.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let valid = document(&name("bodies"), "1.0.0").to_string();
    for (body, status, text) in [
        (String::new(), 400, "request body is required"),
        ("{bad".to_owned(), 400, "the body is not JSON"),
        ("{} x".to_owned(), 400, "trailing characters"),
        ("[1]".to_owned(), 422, "expected object"),
        (r#"{"name":1,"n\u0061me":2}"#.to_owned(), 400, "twice"),
        (" ".repeat(1_048_577), 413, "request body is too large limit=1048576 bytes"),
    ] {
        session.send("POST", PUBLISH, &headers, &body).await.problem(status, text);
    }
    session.send("POST", PUBLISH, &headers, &(valid + &" ".repeat(1_000_000))).await.ok();
}

pub(super) async fn types(session: &mut Session) {
    let bearer = format!("Bearer {}", session.token);
    let token = ("authorization", bearer.as_str());
    let body = document(&name("types"), "1.0.0").to_string();
    for wrong in ["text/plain", "application/cbor", "application/x-www-form-urlencoded"] {
        let reply = session.send("POST", PUBLISH, &[token, ("content-type", wrong)], &body).await;
        reply.problem(415, &format!("unknown content type: {wrong}"));
    }
    let packed = [token, ("content-type", "application/json"), ("content-encoding", "gzip")];
    session.send("POST", PUBLISH, &packed, &body).await.problem(415, "send the body as it is");
    session.send("POST", PUBLISH, &[token], &body).await.ok();
    let charset = [token, ("content-type", "application/json; charset=utf-8")];
    session.send("POST", PUBLISH, &charset, &body).await.ok();
}

/// Cases 45 and 46.
pub(super) async fn remotes(session: &mut Session) {
    let url = "https://remote.example/mcp";
    let of = |server: &str, version: &str, url: &str| with_remotes(document(&name(server), version), &[url]);
    let published: [(Value, u16); 4] = [
        (of("remote-a", "1.0.0", url), 200),
        (of("remote-b", "1.0.0", url), 400),
        (of("remote-b", "1.0.0", "https://remote.example/mcp/"), 200),
        (of("remote-a", "2.0.0", url), 200),
    ];
    for (document, status) in &published {
        session.call("POST", PUBLISH, document).await.status(*status);
    }
    session.call("PATCH", &at("remote-a", "/status"), &json!({"status": "deprecated"})).await.ok();
    let conflict = session.call("POST", PUBLISH, &of("remote-c", "1.0.0", url)).await;
    conflict.problem(400, &name("remote-a"));
    session.call("PATCH", &at("remote-a", "/status"), &json!({"status": "deleted"})).await.ok();
    session.call("POST", PUBLISH, &of("remote-c", "1.0.0", url)).await.ok();
    // Case 59; from deleted to deprecated is refused too.
    for status in ["active", "deprecated"] {
        session.set_status("remote-a", "1.0.0", &json!({"status": status})).await.problem(400, url);
    }
}
