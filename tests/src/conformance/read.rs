//! One server. Cases 17 to 24, but for paths.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::json;

use super::session::{Session, at, name};

const OFFICIAL: &str = "/_meta/io.modelcontextprotocol.registry~1official";

pub(super) async fn one(session: &mut Session) {
    let published = session.publish("one", "1.0.0").await;
    for version in ["1.0.0", "latest"] {
        let reply = session.get(&at("one", &format!("/versions/{version}"))).await;
        let same = reply.body() == published;
        reply.expect(same, "what the publish answered").is(&format!("{OFFICIAL}/isLatest"), &json!(true)).ok();
    }
}

pub(super) async fn versions(session: &mut Session) {
    for version in ["1.0.0", "1.1.0"] {
        session.publish("versions", version).await;
    }
    session.get(&at("versions", "/versions")).await.lists(&["versions 1.1.0", "versions 1.0.0"]);
    session.set_status("versions", "1.1.0", &json!({"status": "deleted"})).await.ok();
    session.get(&at("versions", "/versions")).await.lists(&["versions 1.0.0"]);
    let all = ["versions 1.1.0", "versions 1.0.0"];
    session.get(&at("versions", "/versions?include_deleted=true")).await.lists(&all);
    let gone = at("versions", "/versions/1.1.0");
    session.get(&gone).await.no_server();
    session
        .get(&format!("{gone}?include_deleted=true"))
        .await
        .is(&format!("{OFFICIAL}/status"), &json!("deleted"))
        .ok();
}

/// Case 19.
pub(super) async fn missing(session: &mut Session) {
    session.publish("missing", "1.0.0").await;
    for path in [
        at("missing", "/versions/9.9.9"),
        at("no-such", "/versions"),
        at("no-such", "/versions/latest"),
        at("no-such", "/versions/1.0.0"),
        "/v0.1/servers/no-slash/versions".to_owned(),
        format!("/v0.1/servers/{}/versions", name("no-such")),
    ] {
        session.get(&path).await.no_server();
    }
}

/// A client that has the answer already.
pub(super) async fn held(session: &mut Session) {
    session.publish("held", "1.0.0").await;
    for path in [at("held", "/versions/1.0.0"), "/v0.1/servers?search=anonymous/held".to_owned()] {
        let answer = session.get(&path).await.status(200).answer;
        let etag = answer.header("etag").unwrap_or("none").to_owned();
        let kept = answer.header("cache-control").unwrap_or("none").to_owned();
        for held in [etag.as_str(), "*", &format!("W/{etag}"), &format!("\"other\", {etag}")] {
            let reply = session.send("GET", &path, &[("if-none-match", held)], "").await.status(304);
            let is_empty = reply.answer.body.is_empty();
            reply.header("etag", &etag).header("cache-control", &kept).expect(is_empty, "no body");
        }
        session.send("GET", &path, &[("if-none-match", "\"other\"")], "").await.ok();
    }
}

/// Long answers are compressed, for those who take it.
pub(super) async fn compressed(session: &mut Session) {
    let path = "/openapi.json";
    let plain = session.get(path).await.answer;
    let reply = session.send("GET", path, &[("accept-encoding", "gzip")], "").await;
    let mut text = Vec::new();
    let unpacked = GzDecoder::new(&reply.answer.body[..]).read_to_end(&mut text);
    let reply = reply.header("content-encoding", "gzip").status(200);
    reply.expect(unpacked.is_ok() && text == plain.body, "the same, compressed");
}

/// Case 23.
pub(super) async fn head(session: &mut Session) {
    session.publish("head", "1.0.0").await;
    for path in [
        "/v0/health".to_owned(),
        at("head", "/versions"),
        at("head", "/versions/latest"),
        "/v0/servers?search=anonymous/head".to_owned(),
    ] {
        let etag = session.get(&path).await.answer.header("etag").unwrap_or("none").to_owned();
        let reply = session.send("HEAD", &path, &[], "").await.status(200).header("etag", &etag);
        let is_empty = reply.answer.body.is_empty();
        reply.expect(is_empty, "no body");
    }
}

/// Case 24.
pub(super) async fn prefixes(session: &mut Session) {
    session.publish("prefixes", "1.0.0").await;
    let below = format!("/servers/{}", name("prefixes").replace('/', "%2F"));
    for rest in [format!("{below}/versions"), format!("{below}/versions/latest"), "/servers?search=prefixes".to_owned()]
    {
        let old = session.get(&format!("/v0{rest}")).await.status(200).answer;
        let reply = session.get(&format!("/v0.1{rest}")).await;
        let same = reply.answer.body == old.body;
        reply.expect(same, "the answer under /v0").status(200);
    }
}
