//! Changes of what is published. Cases 53 to 61.

use serde_json::json;

use super::session::{Session, at, name};
use crate::document;

const OFFICIAL: &str = "/_meta/io.modelcontextprotocol.registry~1official";
const FAILED: &str = "Failed to update server status";

/// Case 53.
pub(super) async fn unchanged(session: &mut Session) {
    session.publish("unchanged", "1.0.0").await;
    session.set_status("unchanged", "1.0.0", &json!({"status": "active"})).await.problem(400, "No changes to apply");
    let message = json!({"status": "active", "statusMessage": "m"});
    session.set_status("unchanged", "1.0.0", &message).await.problem(400, FAILED);
    session.call("PATCH", &at("unchanged", "/status"), &message).await.problem(400, FAILED);
}

/// Cases 54 and 55.
pub(super) async fn messages(session: &mut Session) {
    session.publish("messages", "1.0.0").await;
    let message = format!("{OFFICIAL}/statusMessage");
    let use_2 = json!({"status": "deprecated", "statusMessage": "use 2"});
    session.set_status("messages", "1.0.0", &use_2).await.is(&message, &json!("use 2")).ok();
    let reply = session.set_status("messages", "1.0.0", &json!({"status": "deprecated"})).await;
    let is_gone = reply.body().pointer(&message).is_none();
    reply.expect(is_gone, "no message").ok();
    for (text, status) in [("ä".repeat(501), 422), ("ä".repeat(500), 200)] {
        let body = json!({"status": "deprecated", "statusMessage": text});
        session.set_status("messages", "1.0.0", &body).await.status(status);
    }
    for wrong in [json!({"status": "gone"}), json!({}), json!({"status": "deleted", "foo": 1})] {
        session.set_status("messages", "1.0.0", &wrong).await.problem(422, "validation failed");
    }
}

/// Case 56.
pub(super) async fn back_again(session: &mut Session) {
    for version in ["1.1.0", "2.0.0"] {
        session.publish("back", version).await;
    }
    for (version, status, latest) in [("2.0.0", "deleted", "1.1.0"), ("2.0.0", "active", "2.0.0")] {
        session.set_status("back", version, &json!({"status": status})).await.ok();
        session.get(&at("back", "/versions/latest")).await.is("/server/version", &json!(latest)).ok();
    }
    session.set_status("back", "2.0.0", &json!({"status": "deleted"})).await.ok();
    session.publish("back", "1.5.0").await;
    session.get(&at("back", "/versions/latest")).await.is("/server/version", &json!("1.5.0")).ok();
    session.set_status("back", "2.0.0", &json!({"status": "active"})).await.ok();
    session.get(&at("back", "/versions/latest")).await.is("/server/version", &json!("2.0.0")).ok();
}

/// Case 58.
pub(super) async fn all(session: &mut Session) {
    for version in ["1.0.0", "2.0.0", "3.0.0"] {
        session.publish("all", version).await;
    }
    session.set_status("all", "1.0.0", &json!({"status": "deprecated"})).await.ok();
    for prefix in ["/v0", "/v0.1"] {
        let path = format!("{prefix}/servers/{}/status", name("all").replace('/', "%2F"));
        let body = json!({"status": "deprecated", "statusMessage": prefix});
        session.call("PATCH", &path, &body).await.is("/updatedCount", &json!(3)).ok();
        session.call("PATCH", &path, &body).await.problem(400, "No changes to apply");
    }
}

/// Case 57.
pub(super) async fn latest(session: &mut Session) {
    for version in ["1.0.0", "2.0.0"] {
        session.publish("hidden", version).await;
    }
    session.call("PATCH", &at("hidden", "/status"), &json!({"status": "deleted"})).await.ok();
    for path in ["/versions", "/versions/latest", "/versions/2.0.0"] {
        session.get(&at("hidden", path)).await.no_server();
    }
    session.get("/v0/servers?search=anonymous/hidden").await.lists(&[]);
    let all = "/v0/servers?search=anonymous/hidden&include_deleted=true";
    session.get(all).await.is(&format!("/servers/1{OFFICIAL}/isLatest"), &json!(true)).ok();
}

/// Case 60.
pub(super) async fn edit(session: &mut Session) {
    session.publish("edit", "1.0.0").await;
    let path = at("edit", "/versions/1.0.0");
    let mut edited = document(&name("edit"), "1.0.0");
    edited["description"] = json!("better");
    session.call("PUT", &path, &edited).await.is("/server/description", &json!("better")).ok();
    session.get(&path).await.is("/server/description", &json!("better")).ok();
    for (document, status, text) in [
        (document(&name("edit-other"), "1.0.0"), 400, "Cannot rename server"),
        (document(&name("edit"), "1.0.1"), 400, "Version in request body must match URL path parameter"),
        (json!({"name": name("edit")}), 422, "validation failed"),
    ] {
        session.call("PUT", &path, &document).await.problem(status, text);
    }
    session.send("PUT", &path, &[], &edited.to_string()).await.invalid(422, &["header.Authorization"]);
    session.set_status("edit", "1.0.0", &json!({"status": "deleted"})).await.ok();
    session.call("PUT", &path, &edited).await.problem(404, "Server not found");
}

/// Under `/v0.1`, as the specification has it.
pub(super) async fn delete(session: &mut Session) {
    for version in ["1.0.0", "2.0.0"] {
        session.publish("delete", version).await;
    }
    let path = at("delete", "/versions/2.0.0");
    for _ in 0..2 {
        session.call("DELETE", &path, &json!(null)).await.is(&format!("{OFFICIAL}/status"), &json!("deleted")).ok();
    }
    session.get(&path).await.no_server();
    session.send("DELETE", &path, &[], "").await.invalid(422, &["header.Authorization"]);
    session
        .call("DELETE", &at("delete", "/versions/9.9.9"), &json!(null))
        .await
        .problem(404, "Server version not found");
    session.call("DELETE", &path.replace("/v0.1", "/v0"), &json!(null)).await.problem(404, "Endpoint not found. ");
}

/// Case 61.
pub(super) async fn missing(session: &mut Session) {
    let path = "/v0.1/servers/com.example%2Fmissing/versions/1.0.0";
    let active = json!({"status": "active"});
    session.call("PATCH", &format!("{path}/status"), &active).await.status(404);
    session.call("PATCH", "/v0.1/servers/com.example%2Fmissing/status", &active).await.status(404);
    session.call("PUT", path, &document("com.example/missing", "1.0.0")).await.status(404);
}
