//! `POST /auth/refresh`

use http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, SET_COOKIE};
use registry::store::{AuditEvent, AuditOutcome};

use super::visitor::{SESSION, SITE, Visitor, World, reason};
use crate::registry::Answer;

/// A refusal takes the cookie away.
fn over(visitor: &Visitor<'_>, answer: &Answer) -> String {
    assert!(visitor.jar.names().is_empty(), "{:?}", visitor.jar);
    let message = reason(answer, 401, "Not logged in");
    assert!(message.ends_with("; log in at /auth/github/login"), "{message}");
    message
}

#[tokio::test]
async fn each_refresh_token_is_used_once() {
    let world = World::new().await;
    let mut visitor = world.logged_in().await;
    let mut tokens = vec![visitor.session()];
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(world.registry.claims(&visitor.refresh().await).jti);
        tokens.push(visitor.session());
    }
    let family = tokens[0].split('.').next().unwrap().to_owned();
    assert!(tokens.iter().all(|token| token.starts_with(&family)));
    tokens.sort();
    tokens.dedup();
    ids.dedup();
    assert_eq!((tokens.len(), ids.len()), (5, 4));
}

#[tokio::test]
async fn an_old_refresh_token_ends_the_session() {
    let world = World::new().await;
    let mut owner = world.logged_in().await;
    let mut thief = world.visitor();
    thief.jar = owner.jar.clone();
    thief.address = [198, 51, 100, 7];
    assert_eq!(owner.refresh().await.status, 200);
    assert_eq!(owner.refresh().await.status, 200);
    let answer = thief.refresh().await;
    let message = over(&thief, &answer);
    assert!(message.starts_with("the refresh token was used before, so the session was ended"), "{message}");
    // The newest one is worth nothing either.
    let answer = owner.refresh().await;
    assert!(over(&owner, &answer).starts_with("the session is over"));
    let records = world.audit().await;
    let reuses: Vec<_> = records.iter().filter(|record| record.event == AuditEvent::SessionReuse).collect();
    let [reuse] = reuses.as_slice() else { panic!("{records:?}") };
    assert_eq!((reuse.outcome, reuse.identity.as_deref()), (AuditOutcome::Refused, Some("github:583231")));
    assert_eq!(reuse.address.as_deref(), Some("198.51.100.7"));
    // Other sessions of the same account go on.
    assert_eq!(world.logged_in().await.refresh().await.status, 200);
}

#[tokio::test]
async fn a_guess_at_the_secret_ends_the_session_too() {
    let world = World::new().await;
    let mut visitor = world.logged_in().await;
    let family = visitor.session().split('.').next().unwrap().to_owned();
    let mut other = world.visitor();
    other.jar = visitor.jar.clone();
    other.jar.put(SESSION, &format!("{family}.{}", "A".repeat(43)));
    let answer = other.refresh().await;
    over(&other, &answer);
    let answer = visitor.refresh().await;
    over(&visitor, &answer);
}

#[tokio::test]
async fn of_many_at_once_one_gets_a_token() {
    let world = World::new().await;
    let owner = world.logged_in().await;
    let mut visitors: Vec<Visitor<'_>> = (0..6).map(|_| world.visitor()).collect();
    for visitor in &mut visitors {
        visitor.jar = owner.jar.clone();
    }
    let [a, b, c, d, e, f] = visitors.as_mut_slice() else { panic!() };
    let answers = tokio::join!(a.refresh(), b.refresh(), c.refresh(), d.refresh(), e.refresh(), f.refresh());
    let answers = [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5];
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 5);
    // Nobody can tell which of them is the thief.
    for visitor in &mut visitors {
        assert_eq!(visitor.refresh().await.status, 401);
    }
}

#[tokio::test]
async fn cookies_that_are_no_session_are_taken_away() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    let answer = visitor.refresh().await;
    assert!(over(&visitor, &answer).starts_with("the browser sent no session cookie"));
    for value in ["x", "", "a.b", &format!("{}.{}", "0".repeat(32), "A".repeat(42))] {
        let mut visitor = world.logged_in().await;
        visitor.jar.put(SESSION, value);
        let answer = visitor.refresh().await;
        assert!(over(&visitor, &answer).starts_with("the session cookie is none of this registry"), "{value}");
    }
    let mut visitor = world.logged_in().await;
    visitor.jar.put(SESSION, &format!("{}.{}", "0".repeat(32), "A".repeat(43)));
    let answer = visitor.refresh().await;
    assert!(over(&visitor, &answer).starts_with("the session is over"));
}

#[tokio::test]
async fn a_session_has_an_end() {
    let world = World::new().await;
    let mut visitor = world.logged_in().await;
    assert_eq!(visitor.refresh().await.status, 200);
    world.set_ttl("SESSION#", 1).await;
    let answer = visitor.refresh().await;
    assert!(over(&visitor, &answer).starts_with("the session is over"));
    let records = world.audit().await;
    assert!(records.iter().all(|record| record.event != AuditEvent::SessionReuse), "{records:?}");
    // Nothing is left that a clock set back could wake.
    assert!(!world.has("SESSION#").await);
}

#[tokio::test]
async fn what_the_operator_denies_ends_with_the_next_token() {
    let world = World::with(SITE, |logins| logins.denied = auth::DeniedNames::parse("io.github.acme/*")).await;
    let mut visitor = world.logged_in().await;
    let answer = visitor.refresh().await;
    let message = reason(&answer, 401, "Token exchange failed");
    assert!(message.starts_with("your namespace is blocked: nobody may publish io.github.acme/* here"), "{message}");
    // The refresh token is used up all the same; the session goes on.
    assert!(answer.headers.contains_key(SET_COOKIE));
    assert_eq!(reason(&visitor.refresh().await, 401, "Token exchange failed"), message);
}

#[tokio::test]
async fn pages_of_other_sites_are_refused() {
    let world = World::new().await;
    let mut visitor = world.logged_in().await;
    let own = [("origin", SITE)];
    for path in ["/auth/refresh", "/auth/logout"] {
        for headers in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://registry.example.com.evil.example")],
            &[("origin", "https://evil.registry.example.com")],
            &[("origin", "http://registry.example.com")],
            &[("origin", "https://registry.example.com:8443")],
            &[("origin", "https://registry.example.com/")],
            &[("origin", "https://REGISTRY.example.com")],
            &[("origin", SITE), ("origin", "https://evil.example")],
            &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
            &[("origin", "null"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        ] {
            let answer = visitor.send("POST", path, headers).await;
            let message = reason(&answer, 403, "Cross-site request refused");
            assert!(message.starts_with(&format!("this route answers pages of {SITE} alone")), "{message}");
            // Not even the cookie is touched.
            assert!(!answer.headers.contains_key(SET_COOKIE), "{path} {headers:?}");
        }
        assert_eq!(visitor.send("GET", path, &own).await.status, 404);
    }
    assert_eq!(visitor.send("POST", "/auth/refresh", &[("sec-fetch-site", "same-origin")]).await.status, 200);
    assert_eq!(visitor.send("POST", "/auth/refresh", &own).await.status, 200);
    assert_eq!(visitor.send("POST", "/auth/logout", &[("sec-fetch-site", "same-origin")]).await.status, 204);
}

#[tokio::test]
async fn no_page_of_another_site_may_send_cookies() {
    let world = World::new().await;
    let mut visitor = world.logged_in().await;
    for path in ["/auth/refresh", "/auth/logout", "/auth/me"] {
        for origin in ["https://evil.example", "null", SITE] {
            let headers = [
                ("origin", origin),
                ("access-control-request-method", "POST"),
                ("access-control-request-headers", "x"),
            ];
            let preflight = visitor.send("OPTIONS", path, &headers).await;
            let answer = visitor.send("POST", path, &[("origin", origin)]).await;
            for answer in [preflight, answer] {
                assert!(!answer.headers.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS), "{path} {origin}");
                let allowed = answer.headers.get("access-control-allow-origin");
                assert!(allowed.is_none_or(|allowed| allowed == "*"), "{path} {origin}: {allowed:?}");
            }
        }
    }
}

#[tokio::test]
async fn without_a_table_there_is_no_token_and_no_harm() {
    let world = World::new().await;
    let mut visitor = world.logged_in().await;
    let broken = super::visitor::World {
        registry: crate::registry::Registry::with_logins(
            auth::Logins { browser: Some(super::visitor::browser(SITE, &world.github)), ..auth::Logins::none() },
            &crate::table::Table::at("http://127.0.0.1:9"),
        ),
        table: crate::table::Table::at("http://127.0.0.1:9"),
        github: super::github::GitHub::new("http://unused").await,
    };
    let mut outage = broken.visitor();
    outage.jar = visitor.jar.clone();
    let answer = outage.refresh().await;
    assert_eq!(answer.status, 503);
    assert!(!answer.headers.contains_key(SET_COOKIE));
    assert_eq!(outage.post("/auth/logout").await.status, 503);
    assert_eq!(outage.send("GET", "/auth/github/login", &[]).await.status, 503);
    assert_eq!(visitor.refresh().await.status, 200);
}
