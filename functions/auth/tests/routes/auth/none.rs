//! `POST /auth/none`

use auth::Logins;
use registry_auth::{Action, AuthMethod};

use crate::registry::{Registry, documented_paths};

#[tokio::test]
async fn anybody_gets_the_anonymous_namespace() {
    let registry = Registry::alone(true).await;
    for path in ["/v0/auth/none", "/v0.1/auth/none"] {
        for body in ["", "{}", "not even JSON"] {
            let claims = registry.claims(&registry.post(path, body).await);
            assert_eq!((claims.auth_method, claims.auth_method_sub.as_str()), (AuthMethod::None, "anonymous"));
            for action in [Action::Publish, Action::Edit] {
                assert_eq!(claims.patterns(action), ["io.modelcontextprotocol.anonymous/*"]);
            }
        }
    }
}

/// The claims of the recorded token, but for times and the two names that are ours.
#[tokio::test]
async fn the_claims_are_the_recorded_ones() {
    use base64::Engine;
    let recorded = "eyJpc3MiOiJtY3AtcmVnaXN0cnkiLCJleHAiOjE3OTUyMjcwNjYsIm5iZiI6MTc5NTIyNjc2NiwiaWF0IjoxNzk1MjI2NzY2LCJh\
                    dXRoX21ldGhvZCI6Im5vbmUiLCJhdXRoX21ldGhvZF9zdWIiOiJhbm9ueW1vdXMiLCJwZXJtaXNzaW9ucyI6W3siYWN0aW9uIjoi\
                    cHVibGlzaCIsInJlc291cmNlIjoiaW8ubW9kZWxjb250ZXh0cHJvdG9jb2wuYW5vbnltb3VzLyoifSx7ImFjdGlvbiI6ImVkaXQi\
                    LCJyZXNvdXJjZSI6ImlvLm1vZGVsY29udGV4dHByb3RvY29sLmFub255bW91cy8qIn1dfQ";
    let claims_of = |part: &str| -> serde_json::Value {
        let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
        serde_json::from_slice(&json).unwrap()
    };
    let registry = Registry::alone(true).await;
    let answer = registry.post("/v0/auth/none", "").await.json();
    let token = answer["registry_token"].as_str().unwrap();
    let (mut ours, theirs) = (claims_of(token.split('.').nth(1).unwrap()), claims_of(recorded));
    assert!(ours.as_object_mut().unwrap().remove("jti").is_some());
    assert_eq!(ours.as_object_mut().unwrap().remove("sub"), Some("anonymous".into()));
    for time in ["exp", "nbf", "iat"] {
        ours[time] = theirs[time].clone();
    }
    assert_eq!(ours, theirs);
}

#[tokio::test]
async fn it_is_not_there_unless_it_is_wanted() {
    let registry = Registry::alone(false).await;
    for path in ["/v0/auth/none", "/v0.1/auth/none"] {
        let answer = registry.post(path, "").await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.json()["detail"], "Endpoint not found. See /docs for the API documentation.");
    }
    // A wrong method is no endpoint either.
    assert_eq!(Registry::alone(true).await.get("/v0/auth/none").await.status, 404);
}

#[tokio::test]
async fn it_is_documented_where_it_is_there() {
    for anonymous in [false, true] {
        let paths = documented_paths(Logins { anonymous, ..Logins::none() }).await;
        for version in ["/v0", "/v0.1"] {
            assert_eq!(paths.contains(&format!("{version}/auth/none")), anonymous, "{paths:?}");
            assert!(paths.contains(&format!("{version}/auth/dns")) && paths.contains(&format!("{version}/auth/http")));
        }
        assert!(paths.contains(&"/.well-known/jwks.json".to_owned()));
    }
}
