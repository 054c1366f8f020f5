//! What somebody does.

use http::HeaderMap;
use serde_json::{Value, json};

use super::world::World;
use crate::registry::Answer;

/// Somebody who is logged in.
pub(crate) struct Person<'a> {
    pub(super) world: &'a World,
    pub(crate) token: String,
}

impl Person<'_> {
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let headers =
            HeaderMap::from_iter([(http::header::AUTHORIZATION, format!("Bearer {}", self.token).parse().unwrap())]);
        self.world.send(method, path, headers, body.as_ref()).await
    }

    /// What is answered to a request that is granted.
    pub(crate) async fn done(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let answer = self.send(method, path, body).await;
        match answer.status {
            204 => Value::Null,
            status => {
                let json = answer.json();
                assert_eq!(status, 200, "{method} {path}: {json}");
                json
            }
        }
    }

    /// Status and reason of a request that is refused.
    pub(crate) async fn refused(&self, method: &str, path: &str, body: Option<Value>) -> (u16, String) {
        let answer = self.send(method, path, body).await;
        assert!(answer.status >= 400, "{method} {path}: {}", answer.status);
        let json = answer.json();
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        (answer.status, json["errors"][0]["message"].as_str().unwrap_or_default().to_owned())
    }

    pub(crate) async fn invite(&self, namespace: &str, to: &str, role: &str) -> Value {
        let body = json!({"to": to, "role": role});
        self.done("POST", &format!("/namespaces/{namespace}/invitations"), Some(body)).await
    }

    pub(crate) async fn accept(&self, namespace: &str) -> Value {
        self.done("POST", &format!("/namespaces/{namespace}/invitations/accept"), None).await
    }

    pub(crate) async fn offer(&self, namespace: &str, to: &str) -> Value {
        self.done("POST", &format!("/namespaces/{namespace}/transfer"), Some(json!({"to": to}))).await
    }

    pub(crate) async fn accept_transfer(&self, namespace: &str) -> Value {
        self.done("POST", &format!("/namespaces/{namespace}/transfer/accept"), None).await
    }

    pub(crate) async fn show(&self, namespace: &str) -> Value {
        self.done("GET", &format!("/namespaces/{namespace}"), None).await
    }
}
