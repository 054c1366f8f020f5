//! Names in paths, however they are written. Cases 17, 18, 21 and 22.

use serde_json::json;

use super::session::{Session, at};
use crate::ANONYMOUS;

pub(super) async fn names(session: &mut Session) {
    session.publish("paths", "1.0.0").await;
    for prefix in ["/v0", "/v0.1"] {
        for slash in ["%2F", "%2f", "%252F", "%252f", "/"] {
            let server = format!("{prefix}/servers/{ANONYMOUS}{slash}paths");
            session.get(&format!("{server}/versions")).await.lists(&["paths 1.0.0"]);
            for version in ["1.0.0", "latest"] {
                let reply = session.get(&format!("{server}/versions/{version}")).await;
                reply.is("/server/version", &json!("1.0.0")).ok();
            }
        }
    }
}

pub(super) async fn versions(session: &mut Session) {
    session.publish("built", "2.0.0+b1").await;
    for version in ["2.0.0+b1", "2.0.0%2Bb1", "2.0.0%2bb1", "2.0.0%252Bb1"] {
        let reply = session.get(&at("built", &format!("/versions/{version}"))).await;
        reply.is("/server/version", &json!("2.0.0+b1")).ok();
    }
}

/// The official registry redirects, and the redirect leads nowhere.
pub(super) async fn slashes(session: &mut Session) {
    session.publish("slashes", "1.0.0").await;
    for path in [at("slashes", "/versions/"), at("slashes", "/versions///"), at("slashes", "/versions?unknown=1")] {
        session.get(&path).await.lists(&["slashes 1.0.0"]);
    }
    session.get("/v0.1/servers/?search=anonymous/slashes").await.lists(&["slashes 1.0.0"]);
    session.get("//evil.example/").await.problem(404, "Endpoint not found. ");
}

pub(super) async fn refused(session: &mut Session) {
    for path in ["/versions/%00", "/versions/1.0.0%00", "/versions/%2500"] {
        let detail = json!("Invalid request: URL path contains null bytes");
        session.get(&at("paths", path)).await.is("/detail", &detail).status(400);
    }
}

pub(super) async fn broken(session: &mut Session) {
    session.get(&at("paths", "/versions/%zz")).await.problem(400, "");
    session.get(&at("paths", "/versions/1%")).await.problem(400, "");
}
