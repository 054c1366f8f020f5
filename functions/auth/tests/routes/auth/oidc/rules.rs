//! What people may publish.

use registry_auth::Action;
use serde_json::{Value, json};

use super::{Company, PATH, logins, registry};
use crate::registry::Registry;
use crate::table::Table;

#[tokio::test]
async fn all_rules_that_match_apply() {
    let company = Company::new("key").await;
    let rules = json!([
        {"when": {"groups": ["release", "admins"]}, "publish": ["com.example/*"]},
        {"when": {"groups": "admins"}, "publish": ["com.example/*"], "edit": ["*"]},
        {"when": {"groups": "release", "level": 3}, "publish": ["com.example.{team}/*", "com.example.{team}.*"]},
    ]);
    let registry = registry(&[company.entry("corp", &json!({}), &rules)]).await;
    let granted = async |claims: Value| {
        let claims = registry.granted(PATH, &company.login(&claims)).await;
        let patterns = |action| claims.patterns(action).join(" ");
        (patterns(Action::Publish), patterns(Action::Edit), claims.is_administrator())
    };
    let of = |publish: &str, edit: &str, is_administrator| (publish.to_owned(), edit.to_owned(), is_administrator);
    assert_eq!(granted(json!({"groups": ["other", "release"]})).await, of("com.example/*", "", false));
    assert_eq!(granted(json!({"groups": "admins"})).await, of("com.example/*", "*", true));
    let team = json!({"groups": ["release"], "level": 3, "team": "Blue-1"});
    assert_eq!(granted(team).await, of("com.example/* com.example.Blue-1/* com.example.Blue-1.*", "", false));
}

#[tokio::test]
async fn somebody_for_whom_there_is_no_rule_is_refused() {
    let company = Company::new("key").await;
    let rules = json!([{"when": {"groups": "release"}, "publish": ["com.example/*"]}]);
    let table = Table::new().await;
    let registry = Registry::with_logins(logins(&[company.entry("corp", &json!({}), &rules)]), &table);
    for claims in [json!({}), json!({"groups": []}), json!({"groups": ["Release"]})] {
        let message = registry.refused(PATH, &company.login(&claims)).await;
        let url = company.issuer.url();
        let expected =
            format!("the issuer {url} knows you, but no rule of this registry lets you publish: ask its operator");
        assert_eq!(message, expected);
    }
    assert_eq!(table.trail().await[0].target.as_deref(), Some("oidc:corp:alice"));
}

#[tokio::test]
async fn a_claim_that_is_no_label_fills_no_pattern() {
    let company = Company::new("key").await;
    let bad =
        "a rule needs the claim team, which must be a text of letters, digits and hyphens, and in your token it is not";
    let rules = json!([{"publish": ["com.example.{team}/*"]}]);
    let alone = registry(&[company.entry("corp", &json!({}), &rules)]).await;
    for team in [json!("evil/*"), json!("a.b"), json!("*"), json!(""), json!(["blue"]), json!(null)] {
        let message = alone.refused(PATH, &company.login(&json!({ "team": team }))).await;
        let url = company.issuer.url();
        let expected = format!(
            "the issuer {url} knows you, but no rule of this registry lets you publish ({bad}): ask its operator"
        );
        assert_eq!(message, expected, "{team}");
    }
    // Beside another rule it only does not apply, and the trail says why.
    let rules = json!([{"publish": ["com.example.{team}/*", "com.example/*"]}, {"publish": ["com.other/*"]}]);
    let table = Table::new().await;
    let registry = Registry::with_logins(logins(&[company.entry("corp", &json!({}), &rules)]), &table);
    let claims = registry.granted(PATH, &company.login(&json!({"team": "*"}))).await;
    assert_eq!(claims.patterns(Action::Publish), ["com.other/*"]);
    assert_eq!(table.trail().await[0].detail.as_deref(), Some(bad));
}

#[tokio::test]
async fn claims_that_the_operator_demands_have_to_be_there() {
    let company = Company::new("key").await;
    let require = json!({"hd": "example.com", "email_verified": true});
    let registry = registry(&[company.entry("corp", &require, &json!([{"edit": ["*"]}]))]).await;
    registry.granted(PATH, &company.login(&json!({"hd": "example.com", "email_verified": true}))).await;
    for (claims, expected) in [
        (
            json!({"hd": "example.com"}),
            "the identity token has no claim email_verified, which this registry demands: ask the issuer for a token that has it",
        ),
        (
            json!({"hd": "evil.com", "email_verified": true}),
            "the identity token's claim hd is \"evil.com\", which this registry does not accept: ask its operator who may publish",
        ),
    ] {
        assert_eq!(registry.refused(PATH, &company.login(&claims)).await, expected);
    }
}

/// Such a rule lets people log in who then accept an invitation.
#[tokio::test]
async fn a_rule_may_grant_nothing_by_itself() {
    let company = Company::new("key").await;
    let registry = registry(&[company.entry("corp", &json!({}), &json!([{"when": {"hd": "example.com"}}]))]).await;
    let claims = registry.granted(PATH, &company.login(&json!({"hd": "example.com"}))).await;
    assert!(claims.permissions.is_empty());
}
