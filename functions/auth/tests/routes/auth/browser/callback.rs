//! `GET /auth/github/callback`

use http::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use registry::identity::Identity;
use registry::store::{AuditEvent, AuditOutcome};
use serde_json::json;
use url::Url;
use wiremock::ResponseTemplate;

use super::visitor::{LOGIN, SESSION, SITE, Visitor, World, reason};
use crate::registry::Answer;

const FAILED: &str = "Login failed";

/// An address with one of its parameters changed.
fn with(address: &str, name: &str, value: Option<&str>) -> String {
    let mut url = Url::parse(address).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(other, _)| other != name).collect();
    url.query_pairs_mut().clear().extend_pairs(pairs).extend_pairs(value.map(|value| (name, value)));
    url.into()
}

fn state_of(address: &str) -> String {
    let url = Url::parse(address).unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

/// A refusal leaves no cookie behind, neither of the login nor of a session.
fn refused(visitor: &Visitor<'_>, answer: &Answer) -> String {
    assert!(visitor.jar.names().is_empty(), "{:?}", visitor.jar);
    assert!(!answer.headers.contains_key(LOCATION));
    reason(answer, 401, FAILED)
}

#[tokio::test]
async fn a_session_begins_and_gives_tokens() {
    let world = World::new().await;
    let mut visitor = world.logged_in().await;
    let claims = world.registry.claims(&visitor.refresh().await);
    assert_eq!((claims.auth_method.to_string().as_str(), claims.auth_method_sub.as_str()), ("github-at", "octocat"));
    assert_eq!(claims.identity(), Some(&Identity::github(583_231)));
    let owns: Vec<&str> = claims.owns.iter().map(|namespace| namespace.as_str()).collect();
    assert_eq!(owns, ["io.github.octocat", "io.github.acme"]);
    assert_eq!(claims.patterns(registry_auth::Action::Publish), ["io.github.octocat/*", "io.github.acme/*"]);
    assert!(claims.patterns(registry_auth::Action::Edit).is_empty());
    let records = world.audit().await;
    let [renewed, begun] = records.as_slice() else { panic!("{records:?}") };
    for record in [begun, renewed] {
        assert_eq!((record.event, record.outcome), (AuditEvent::Login, AuditOutcome::Done));
        assert_eq!(record.identity.as_deref(), Some("github:583231"));
        assert_eq!(record.namespace.as_deref(), Some("io.github.octocat"));
        assert_eq!(record.address.as_deref(), Some("192.0.2.1"));
    }
    assert_eq!((&begun.token_id, &renewed.token_id), (&None, &claims.jti));
}

#[tokio::test]
async fn the_state_must_be_one_of_ours() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    let back = world.github.authorize(&visitor.begin("/").await).unwrap();
    for (state, expected) in [
        (None, "the address has no state of this registry"),
        (Some(""), "the address has no state of this registry"),
        (Some("guess"), "the address has no state of this registry"),
        (Some("A".repeat(43).as_str()), "this login is over: it was used before, or took longer than ten minutes"),
    ] {
        let answer = visitor.arrive(&with(&back, "state", state)).await;
        let message = refused(&visitor, &answer);
        assert!(message.starts_with(expected) && message.contains("/auth/github/login"), "{message}");
    }
    assert_eq!(world.github.exchanges(), 0);
}

#[tokio::test]
async fn a_login_ends_where_it_began() {
    let world = World::new().await;
    let (mut victim, mut attacker) = (world.visitor(), world.visitor());
    // The attacker's own login, brought into the victim's browser: with no cookie, and with that of another login.
    let back = world.github.authorize(&attacker.begin("/").await).unwrap();
    let answer = victim.arrive(&back).await;
    assert!(refused(&victim, &answer).starts_with("this browser did not begin the login, or keeps no cookies"));
    let back = world.github.authorize(&attacker.begin("/").await).unwrap();
    victim.begin("/").await;
    let answer = victim.arrive(&back).await;
    assert!(refused(&victim, &answer).starts_with("the login was begun in another browser"));
    // A state that got into other hands is worth nothing afterwards, to nobody.
    let answer = attacker.arrive(&back).await;
    assert!(refused(&attacker, &answer).starts_with("this login is over"));
    assert_eq!(world.github.exchanges(), 0);
}

#[tokio::test]
async fn a_login_is_used_once() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    let location = visitor.begin("/").await;
    let before = visitor.jar.clone();
    let back = world.github.authorize(&location).unwrap();
    assert_eq!(visitor.arrive(&back).await.status, 303);
    visitor.jar = before.clone();
    let answer = visitor.arrive(&back).await;
    assert!(refused(&visitor, &answer).starts_with("this login is over: it was used before"));
    // Not with a fresh code either.
    visitor.jar = before;
    let again = world.github.authorize(&location).unwrap();
    let answer = visitor.arrive(&again).await;
    assert!(refused(&visitor, &answer).starts_with("this login is over"));
    assert_eq!(world.github.exchanges(), 1);
}

#[tokio::test]
async fn of_two_who_come_at_once_one_is_let_in() {
    let world = World::new().await;
    let mut first = world.visitor();
    let back = world.github.authorize(&first.begin("/").await).unwrap();
    let mut second = world.visitor();
    second.jar = first.jar.clone();
    let (one, other) = tokio::join!(first.arrive(&back), second.arrive(&back));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 401]);
}

#[tokio::test]
async fn a_login_takes_ten_minutes_at_most() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    let back = world.github.authorize(&visitor.begin("/").await).unwrap();
    world.set_ttl("LOGIN#", 0).await;
    let answer = visitor.arrive(&back).await;
    assert!(refused(&visitor, &answer).starts_with("this login is over"));
    assert!(!world.has("LOGIN#").await);
}

#[tokio::test]
async fn the_code_of_another_login_is_refused() {
    let world = World::new().await;
    let (mut victim, mut attacker) = (world.visitor(), world.visitor());
    let of_attacker = world.github.authorize(&attacker.begin("/").await).unwrap();
    let of_victim = world.github.authorize(&victim.begin("/").await).unwrap();
    let code = Url::parse(&of_attacker).unwrap();
    let code = code.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let answer = victim.arrive(&with(&of_victim, "code", Some(&code))).await;
    let message = refused(&victim, &answer);
    assert!(message.starts_with("GitHub does not accept the code: it was used before"), "{message}");
    // GitHub saw a code and a verifier that do not belong together.
    assert_eq!((world.github.exchanges(), world.github.tokens().len()), (1, 0));
}

#[tokio::test]
async fn what_github_says_in_place_of_a_code_is_explained() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    let location = visitor.begin("/").await;
    let code = world.github.authorize(&location).unwrap();
    let login = |error: Option<&str>| with(&with(&code, "code", None), "error", error);
    for (error, expected) in [
        (Some("access_denied"), "GitHub was not allowed to tell this registry who you are"),
        (Some("application_suspended"), "GitHub has suspended the app of this registry"),
        (Some("redirect_uri_mismatch"), "GitHub refused (redirect_uri_mismatch)"),
        (Some("<script>alert(1)</script>"), "GitHub refused (scriptalert1script)"),
        (None, "the address has no code of GitHub"),
    ] {
        let mut visitor = world.visitor();
        let state = state_of(&visitor.begin("/").await);
        let answer = visitor.arrive(&with(&login(error), "state", Some(&state))).await;
        let message = refused(&visitor, &answer);
        assert!(message.starts_with(expected), "{message}");
    }
    // Without a login of this browser the text is not even looked at.
    let answer = visitor.arrive(&with(&login(Some("access_denied")), "state", Some(&"A".repeat(43)))).await;
    assert!(refused(&visitor, &answer).starts_with("this login is over"));
    world.github.deny();
    let mut visitor = world.visitor();
    let answer = visitor.log_in("/").await;
    assert!(refused(&visitor, &answer).ends_with("begin anew at /auth/github/login and authorize it"));
    assert_eq!(world.github.exchanges(), 0);
}

#[tokio::test]
async fn what_github_says_in_place_of_a_token_is_explained() {
    let world = World::with(SITE, |logins| logins.failed_per_hour = 3).await;
    let error = |name: &str| {
        let body =
            json!({"error": name, "error_description": "SECRET-LOOKING", "error_uri": "https://docs.github.com"});
        ResponseTemplate::new(200).set_body_json(body)
    };
    let raw = |status: u16, body: &str| ResponseTemplate::new(status).set_body_raw(body.to_owned(), "application/json");
    let app = "GitHub does not accept the client id and secret of this registry";
    let redirect = format!(
        "the OAuth app at GitHub does not lead back to this registry: its operator sets the app's callback URL to \
         {SITE}/auth/github/callback"
    );
    let no_sense = "GitHub's answer to the exchange of the code makes no sense";
    // None of them is the visitor's fault: the limit of three is not reached.
    for (answer, expected) in [
        (error("incorrect_client_credentials"), app),
        (error("redirect_uri_mismatch"), &redirect),
        (error("some<b>thing"), "GitHub refuses to exchange the code (somebthing)"),
        (raw(404, "{}"), "GitHub answered 404 Not Found to the exchange of the code"),
        (raw(503, "down"), "GitHub answered 503 Service Unavailable to the exchange of the code"),
        (raw(200, "{}"), no_sense),
        (raw(200, r#"{"access_token":""}"#), no_sense),
        (raw(200, r#"{"access_token":"gho_x""#), no_sense),
        (raw(200, "[]"), no_sense),
        (raw(200, &format!(r#"{{"access_token":"{}"}}"#, "x".repeat(20_000))), no_sense),
        (raw(302, ""), "GitHub answered 302 Found to the exchange of the code"),
    ] {
        world.github.answer_next(answer);
        let mut visitor = world.visitor();
        let answer = visitor.log_in("/").await;
        let message = refused(&visitor, &answer);
        assert!(message.starts_with(expected), "{message}");
        assert!(!message.contains("SECRET-LOOKING") && !message.contains("gho_"), "{message}");
    }
    for (name, expected) in [
        ("bad_verification_code", "GitHub does not accept the code: it was used before"),
        ("unverified_user_email", "GitHub gives no token to an account without a verified e-mail address"),
    ] {
        world.github.answer_next(error(name));
        let mut visitor = world.visitor();
        let answer = visitor.log_in("/").await;
        assert!(refused(&visitor, &answer).starts_with(expected));
    }
    // A token that is none.
    world.github.answer_next(raw(200, r#"{"access_token":"gho_unknown"}"#));
    let mut visitor = world.visitor();
    let answer = visitor.log_in("/").await;
    assert!(refused(&visitor, &answer).starts_with("GitHub does not accept the token"));
}

#[tokio::test]
async fn failures_are_counted_and_recorded() {
    let world = World::with(SITE, |logins| logins.failed_per_hour = 2).await;
    let nowhere = format!("{SITE}/auth/github/callback?code=x&state={}", "A".repeat(43));
    let mut visitor = world.visitor();
    for _ in 0..2 {
        let answer = visitor.arrive(&nowhere).await;
        refused(&visitor, &answer);
    }
    let answer = visitor.arrive(&nowhere).await;
    let message = reason(&answer, 429, "Too many requests");
    assert!(message.starts_with("more than 2 failed logins per hour from 192.0.2.1: try again in "), "{message}");
    assert!(answer.headers.contains_key(RETRY_AFTER));
    // Others are let in.
    let mut other = world.visitor();
    other.address = [192, 0, 2, 2];
    assert_eq!(other.log_in("/").await.status, 303);
    let records = world.audit().await;
    let refused: Vec<_> = records.iter().filter(|record| record.outcome == AuditOutcome::Refused).collect();
    assert_eq!(refused.len(), 2, "{records:?}");
    for record in refused {
        assert_eq!((record.event, record.identity.as_deref()), (AuditEvent::Login, None));
        assert_eq!((record.method.as_deref(), record.address.as_deref()), (Some("github-at"), Some("192.0.2.1")));
        assert!(record.detail.as_ref().unwrap().starts_with("this login is over"), "{record:?}");
    }
}

#[tokio::test]
async fn two_cookies_of_one_name_are_none() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    let back = world.github.authorize(&visitor.begin("/").await).unwrap();
    let planted = format!("{LOGIN}={}", "A".repeat(43));
    let url = Url::parse(&back).unwrap();
    let answer = visitor.send("GET", &url[url::Position::BeforePath..], &[("cookie", &planted)]).await;
    assert!(refused(&visitor, &answer).starts_with(&format!("the browser sent several cookies named {LOGIN}")));

    let mut visitor = world.logged_in().await;
    let headers = [("origin", SITE), ("cookie", &*format!("{SESSION}=planted"))];
    let answer = visitor.send("POST", "/auth/refresh", &headers).await;
    assert!(reason(&answer, 401, "Not logged in").starts_with("the browser sent several cookies named"));
}

#[tokio::test]
async fn nothing_of_github_is_kept() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    let location = visitor.begin("/").await;
    let state = state_of(&location);
    let of_browser = visitor.jar.get(LOGIN).unwrap().value.clone();
    let items = world.table.everything().await;
    assert!(items.contains("LOGIN#") && !items.contains(&state) && !items.contains(&of_browser), "{items}");
    let answer = visitor.arrive(&world.github.authorize(&location).unwrap()).await;
    assert_eq!(answer.headers.get_all(SET_COOKIE).iter().count(), 2);
    let items = world.table.everything().await;
    let [token] = world.github.tokens().try_into().unwrap();
    let session = visitor.session();
    let (family, secret) = session.split_once('.').unwrap();
    assert!(items.contains(&format!("SESSION#{family}")), "{items}");
    assert!(!items.contains("LOGIN#") && !items.contains(&token) && !items.contains(secret), "{items}");
}
