//! Who may publish.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use berth_tests::{Publisher, Registry, document, signing_keys, token};
use registry::time::Timestamp;
use registry_auth::{Action, AuthMethod, Issuer, Lifetime, Login, Pattern, Permission, SigningKeys};
use serde_json::json;

const NAME: &str = "a.b/xx";

/// Cases 26 and 27 of the official registry's behaviour.
#[tokio::test]
async fn a_missing_header_is_told_from_a_wrong_one() {
    let client = Registry::new().await.client();
    let body = document(NAME, "1.0.0").to_string();
    let publish = async |header: Option<&str>| {
        let headers: Vec<(&str, &str)> = header.into_iter().map(|value| ("authorization", value)).collect();
        client.send_body("POST", "/v0/publish", &headers, body.clone()).await
    };
    let missing = publish(None).await;
    let (status, detail, errors) = missing.errors();
    assert_eq!((status, detail.as_str()), (422, "validation failed"));
    assert_eq!(errors, ["header.Authorization: required header parameter is missing"]);
    assert_eq!(missing.json()["errors"][0]["value"], "");
    for wrong in ["Basic x", "Bearer ", "Bearer", "x"] {
        let detail = "Invalid Authorization header format. Expected 'Bearer <token>'";
        assert_eq!(publish(Some(wrong)).await.problem(), (401, detail.to_owned()), "{wrong:?}");
    }
    let token = token("someone", &[(Action::Publish, "a.b/*")]);
    assert_eq!(publish(Some(&format!("bearer {token}"))).await.status, 200);
}

/// Case 28. `registry-auth` has more of these.
#[tokio::test]
async fn a_forged_token_is_refused() {
    let client = Registry::new().await.client();
    let body = document(NAME, "1.0.0").to_string();
    let all = || vec![Permission { action: Action::Publish, resource: Pattern::new("*") }];
    let ago = |seconds: i64| Timestamp::from_micros(Timestamp::now().as_micros() - seconds * 1_000_000).unwrap();
    let issue = |keys: SigningKeys, at| {
        let (method, subject) = (AuthMethod::None, "x".to_owned());
        let login = Login { method, subject, identity: None, owns: Vec::new(), permissions: all() };
        Issuer::new(keys, Lifetime::default()).issue(login, at).unwrap().token.registry_token
    };
    let foreign = issue("0c".repeat(32).parse().unwrap(), Timestamp::now());
    let good = issue(signing_keys(), Timestamp::now());
    let (_, rest) = good.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let header = |json: &str| URL_SAFE_NO_PAD.encode(json);
    for (what, token) in [
        ("expired", issue(signing_keys(), ago(301))),
        ("not yet", issue(signing_keys(), ago(-60))),
        ("a foreign key", foreign),
        ("no signature", format!("{}.{claims}.", header(r#"{"alg":"none","typ":"JWT"}"#))),
        ("the public key as a secret", format!("{}.{claims}.{signature}", header(r#"{"alg":"HS256","typ":"JWT"}"#))),
        ("other claims", format!("{}.{}.{signature}", header(r#"{"alg":"EdDSA","typ":"JWT"}"#), header("{}"))),
        ("too long", format!("{good}{}", "A".repeat(20_000))),
    ] {
        let bearer = format!("Bearer {token}");
        let answer = client.send_body("POST", "/v0/publish", &[("authorization", &bearer)], body.clone()).await;
        let (status, detail, errors) = answer.errors();
        assert_eq!((status, detail.as_str()), (401, "Invalid or expired Registry JWT token"), "{what}");
        assert!(errors[0].starts_with("failed to parse token: token "), "{what}: {errors:?}");
    }
    let bearer = format!("Bearer {good}");
    assert_eq!(client.send_body("POST", "/v0/publish", &[("authorization", &bearer)], body).await.status, 200);
}

/// Case 29.
#[tokio::test]
async fn a_token_opens_its_own_namespace_alone() {
    let registry = Registry::new().await;
    let publisher = Publisher::new(registry.client(), &[(Action::Publish, "a.b/*")]);
    for (name, end) in [
        ("c.d/xx", ""),
        ("a.bb/xx", ""),
        ("A.b/xx", ""),
        (
            "io.github.acme/xx",
            ". If you're trying to publish to a GitHub organization, you may need to make your organization membership \
             public in your GitHub settings: https://docs.github.com/en/account-and-profile/how-tos/\
             organization-membership/publicizing-or-hiding-organization-membership",
        ),
    ] {
        let detail = format!(
            "You do not have permission to publish this server. You have permission to publish: a.b/*. Attempting to \
             publish: {name}{end}"
        );
        assert_eq!(publisher.publish_version(name, "1.0.0").await.problem(), (403, detail));
    }
    let editor = Publisher::new(registry.client(), &[(Action::Edit, "*")]);
    let (status, detail) = editor.publish_version(NAME, "1.0.0").await.problem();
    assert_eq!(status, 403);
    assert!(detail.contains(". You do not have any publish permissions. Attempting"), "{detail}");
    let exact = Publisher::new(registry.client(), &[(Action::Publish, NAME)]);
    exact.publish_version(NAME, "1.0.0").await.ok();
    assert_eq!(exact.publish_version("a.b/xxx", "1.0.0").await.status, 403);
}

/// Case 64.
#[tokio::test]
async fn a_domain_token_opens_no_namespace_that_only_begins_alike() {
    let registry = Registry::new().await;
    let dns = [(Action::Publish, "com.example/*"), (Action::Publish, "com.example.*")];
    let by_dns = Publisher::new(registry.client(), &dns);
    let by_http = Publisher::new(registry.client(), &dns[..1]);
    for (name, dns_status, http_status) in
        [("com.example/xx", 200, 200), ("com.example.api/xx", 200, 403), ("com.exampleevil/xx", 403, 403)]
    {
        assert_eq!(by_dns.publish_version(name, "1.0.0").await.status, dns_status, "{name}");
        assert_eq!(by_http.publish_version(name, "2.0.0").await.status, http_status, "{name}");
    }
}

/// Cases 30 and 61, and the official order of checks: form, token, permission, meaning, rules.
#[tokio::test]
async fn checks_come_in_the_official_order() {
    let registry = Registry::new().await;
    let client = registry.client();
    let mut faulty = document(NAME, "1.0.0");
    faulty["description"] = json!("");
    let answer = client.send_body("POST", "/v0.1/publish", &[], faulty.to_string()).await;
    assert_eq!(
        answer.errors().2,
        ["header.Authorization: required header parameter is missing", "body.description: expected length >= 1"]
    );
    // A faulty body is told before a faulty token, a faulty token before a faulty meaning.
    let broken = [("authorization", "Bearer broken")];
    assert_eq!(client.send_body("POST", "/v0.1/publish", &broken, faulty.to_string()).await.status, 422);
    let meaningless = document("a.b/xx-", "latest").to_string();
    assert_eq!(client.send_body("POST", "/v0.1/publish", &broken, meaningless.clone()).await.status, 401);
    let elsewhere = Publisher::new(client.clone(), &[(Action::Publish, "c.d/*")]);
    assert_eq!(elsewhere.send("POST", "/v0.1/publish", &document("a.b/xx-", "latest")).await.status, 403);
    let missing = elsewhere.set_status(NAME, "1.0.0", json!({"status": "deleted"})).await;
    assert_eq!(missing.problem(), (404, "Server version not found".to_owned()));
    assert_eq!(elsewhere.set_all(NAME, json!({"status": "deleted"})).await.problem().1, "Server not found");
    assert_eq!(elsewhere.edit(NAME, "1.0.0", &document(NAME, "1.0.0")).await.problem().1, "Server not found");
}
