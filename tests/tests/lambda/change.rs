//! `publish` behind API Gateway: versions that are there, and the ways in which their paths arrive.

use berth_tests::ANONYMOUS;
use serde_json::{Value, json};

use crate::event::{Answer, Request, escaped};
use crate::publisher::{OFFICIAL, Publisher, document, spellings};

async fn with_versions(versions: &[&str]) -> Publisher {
    let publisher = Publisher::new().await;
    for version in versions {
        let published = publisher.publish(&document("widget", version)).await;
        assert_eq!(published.status, 200, "{published:?}");
    }
    publisher
}

fn status_of(answer: &Value) -> (&str, &str) {
    let official = &answer["_meta"][OFFICIAL];
    (official["status"].as_str().unwrap(), official["statusMessage"].as_str().unwrap_or_default())
}

/// A request as an HTTP API and as a function URL hand it over, and below a stage with a name.
fn arrivals(request: &Request) -> [Request; 4] {
    let staged = request.clone().stage("prod");
    [request.clone(), request.clone().undecoded(), staged.clone(), staged.undecoded()]
}

#[tokio::test]
async fn the_status_is_set_however_the_path_is_written() {
    let publisher = with_versions(&["1.0.0", "1.1.0"]).await;
    let get = publisher.registry.reader("get_server").await;
    let read = format!("/v0.1/servers/{ANONYMOUS}%2Fwidget/versions/1.0.0");
    let mut number = 0;
    for name in spellings("widget") {
        for prefix in ["/v0", "/v0.1"] {
            let server = format!("{prefix}/servers/{name}");
            for path in [format!("{server}/versions/1.0.0/status"), format!("{server}/status")] {
                for at in 0..arrivals(&Request::get(&path)).len() {
                    // The same status again would be refused as no change.
                    number += 1;
                    let message = format!("message {number}");
                    let body = json!({"status": "deprecated", "statusMessage": message});
                    let request = &arrivals(&publisher.request("PATCH", &path, &body))[at];
                    let answer = publisher.publish.send(request).await;
                    assert_eq!(answer.status, 200, "{request:?}: {answer:?}");
                    let stored = get.get(&read).await.json();
                    assert_eq!(status_of(&stored), ("deprecated", message.as_str()), "{request:?}");
                    let answer = answer.json();
                    match answer["servers"].as_array() {
                        Some(servers) => assert_eq!((servers.len(), &answer["updatedCount"]), (2, &json!(2))),
                        None => assert_eq!(answer, stored),
                    }
                }
            }
        }
    }
    assert_eq!(number, 64);
}

/// A version is deleted once and stays; the same request again finds it so.
#[tokio::test]
async fn a_version_is_deleted_under_v0_1_alone() {
    let publisher = with_versions(&["1.0.0", "1.1.0"]).await;
    let get = publisher.registry.reader("get_server").await;
    let read = format!("/v0.1/servers/{ANONYMOUS}%2Fwidget/versions/1.1.0");
    let restore = publisher.request("PATCH", &format!("{read}/status"), &json!({"status": "active"}));
    for name in spellings("widget") {
        let delete = |prefix: &str| {
            let url = format!("{prefix}/servers/{name}/versions/1.1.0");
            arrivals(&Request::new("DELETE", &url).bearer(&publisher.token))
        };
        for request in delete("/v0") {
            let answer = publisher.publish.send(&request).await;
            let detail = "Endpoint not found. See /docs for the API documentation.".to_owned();
            assert_eq!(answer.problem(), (404, detail, Value::Null), "{request:?}");
        }
        assert_eq!(get.get(&read).await.status, 200);
        for request in delete("/v0.1") {
            for _ in 0..2 {
                let answer = publisher.publish.send(&request).await;
                assert_eq!(answer.status, 200, "{request:?}: {answer:?}");
                assert_eq!(status_of(&answer.json()).0, "deleted");
                assert_eq!(get.get(&read).await.status, 404);
            }
            assert_eq!(publisher.publish.send(&restore).await.status, 200);
        }
    }
}

/// Versions are free text, and an HTTP API hands them over decoded.
#[tokio::test]
async fn a_version_may_have_characters_that_are_escaped() {
    let versions = ["2.0.0+b1", "3 beta", "4.0-é", "五", "50%", "is it?", "1#2", "a/b", "1.0&x=y;z"];
    let publisher = with_versions(&versions).await;
    let get = publisher.registry.reader("get_server").await;
    for version in versions {
        let url = format!("/v0.1/servers/{ANONYMOUS}%2Fwidget/versions/{}", escaped(version));
        let mut edited = document("widget", version);
        edited["description"] = format!("about {version}").into();
        let edit = publisher.request("PUT", &url, &edited);
        let base64 = Request::new("PUT", &url).bearer(&publisher.token).base64(edited.to_string().as_bytes());
        for request in [edit.clone(), edit.undecoded(), base64] {
            let answer = publisher.publish.send(&request).await;
            assert_eq!((answer.status, &answer.json()["server"]), (200, &edited), "{request:?}");
        }
        assert_eq!(get.get(&url).await.json()["server"], edited);
        let delete = publisher.publish.send(&Request::new("DELETE", &url).bearer(&publisher.token)).await;
        assert_eq!(status_of(&delete.json()).0, "deleted", "{version}");
    }
}

#[tokio::test]
async fn changes_want_a_token_and_a_body() {
    let publisher = with_versions(&["1.0.0"]).await;
    let version = format!("/v0.1/servers/{ANONYMOUS}%2Fwidget/versions/1.0.0");
    let all = format!("/v0.1/servers/{ANONYMOUS}%2Fwidget/status");
    let items = publisher.registry.items().await;
    let expect = |answer: Answer, status: u64| {
        assert_eq!((answer.status, answer.header("content-type")), (status, "application/problem+json"), "{answer:?}");
    };
    let deleted = json!({"status": "deleted"}).to_string();
    for (method, url) in [("PATCH", format!("{version}/status")), ("PATCH", all), ("PUT", version.clone())] {
        let request = || Request::new(method, &url);
        let body = if method == "PUT" { document("widget", "1.0.0").to_string() } else { deleted.clone() };
        expect(publisher.publish.send(&request().json(&body)).await, 422);
        expect(publisher.publish.send(&request().bearer("x.y.z").json(&body)).await, 401);
        expect(publisher.publish.send(&request().bearer(&publisher.token)).await, 400);
        expect(publisher.publish.send(&request().bearer(&publisher.token).base64(b"{\"status\":\"\xff\"}")).await, 400);
    }
    expect(publisher.publish.send(&Request::new("DELETE", &version)).await, 422);
    expect(publisher.publish.send(&Request::new("DELETE", &version).bearer("x.y.z")).await, 401);
    let unknown = publisher.request("PATCH", &format!("{version}.1/status"), &json!({"status": "deleted"}));
    expect(publisher.publish.send(&unknown).await, 404);
    assert_eq!(publisher.registry.items().await, items);
}

#[tokio::test]
async fn a_nul_in_a_path_is_refused() {
    let publisher = with_versions(&["1.0.0"]).await;
    let url = format!("/v0.1/servers/{ANONYMOUS}%2Fwid%00get/versions/1.0.0");
    for request in arrivals(&Request::new("DELETE", &url).bearer(&publisher.token)) {
        let answer = publisher.publish.send(&request).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(answer.json()["detail"], "Invalid request: URL path contains null bytes");
    }
}

/// A page elsewhere may ask, but sends no credentials by itself.
#[tokio::test]
async fn a_preflight_is_answered() {
    let publisher = Publisher::new().await;
    let request = Request::new("OPTIONS", &format!("/v0.1/servers/{ANONYMOUS}%2Fwidget/versions/1.0.0"))
        .header("origin", "https://example.com")
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", "authorization");
    let answer = publisher.publish.send(&request).await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(answer.header("access-control-allow-methods"), "DELETE");
    assert_eq!(answer.header("access-control-allow-headers"), "authorization");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}
