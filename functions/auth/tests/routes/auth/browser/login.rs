//! `GET /auth/github/login`

use std::collections::HashMap;

use http::header::{LOCATION, SET_COOKIE};
use url::Url;

use super::github::CLIENT_ID;
use super::visitor::{LOGIN, SESSION, SITE, World, login_path, reason};
use crate::registry::{Registry, documented_paths};

#[tokio::test]
async fn a_login_leads_to_github_and_back_to_where_it_began() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    for path in ["/", "/servers?q=a%20b&page=2", "/servers/io.x%2Fy#versions"] {
        let location = visitor.begin(path).await;
        let url = Url::parse(&location).unwrap();
        assert_eq!(url.path(), "/login/oauth/authorize");
        let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(query["client_id"], CLIENT_ID);
        assert_eq!(query["redirect_uri"], format!("{SITE}/auth/github/callback"));
        assert_eq!((query["state"].len(), query["code_challenge"].len()), (43, 43));
        assert!(location.contains("&scope=read%3Aorg%20read%3Auser&"), "{location}");
        assert_eq!(query.len(), 6);
        let answer = visitor.arrive(&world.github.authorize(&location).unwrap()).await;
        assert_eq!((answer.status, answer.headers[LOCATION].to_str().unwrap()), (303, &*format!("{SITE}{path}")));
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
        assert_eq!(visitor.jar.names(), [SESSION]);
    }
}

#[tokio::test]
async fn states_and_verifiers_are_used_for_one_login() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    let mut seen = Vec::new();
    for _ in 0..5 {
        let location = Url::parse(&visitor.begin("/").await).unwrap();
        let query: HashMap<_, _> = location.query_pairs().into_owned().collect();
        seen.extend([query["state"].clone(), query["code_challenge"].clone()]);
        seen.push(visitor.jar.get(LOGIN).unwrap().value.clone());
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), all);
}

#[tokio::test]
async fn nobody_is_led_elsewhere() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    for evil in [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nLocation: https://evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "/%09/evil.example",
        "/%2f%2fevil.example",
        "/%5Cevil.example",
        "/.//evil.example",
        "/a/..//evil.example",
        "/%2e/%2fevil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        "@evil.example",
        "/@evil.example",
        "https:evil.example",
        "https://registry.example.com@evil.example/",
        "https://registry.example.com.evil.example/",
        "?next=//evil.example",
        " //evil.example",
        "/\u{0}",
        "/auth/github/login",
        "/x/../auth/logout",
    ] {
        let answer = visitor.send("GET", &login_path(evil), &[]).await;
        // A null byte is refused at the edge.
        if answer.status != 400 || !evil.contains('\0') {
            let message = reason(&answer, 400, "Login not started");
            assert!(message.starts_with("return_to is no path of this registry: it must begin with one /"), "{evil:?}");
        }
        assert!(!answer.headers.contains_key(LOCATION) && !answer.headers.contains_key(SET_COOKIE), "{evil:?}");
    }
    let long = format!("/{}", "a".repeat(2048));
    reason(&visitor.send("GET", &login_path(&long), &[]).await, 400, "Login not started");
}

#[tokio::test]
async fn cookies_are_bound_to_host_and_transport() {
    let attributes = |answer: &crate::registry::Answer| -> Vec<String> {
        let cookies = answer.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
        let shown = |text: &str| match text.split_once(';') {
            Some((pair, attributes)) => format!("{};{attributes}", pair.split('=').next().unwrap()),
            None => text.to_owned(),
        };
        cookies.map(shown).collect()
    };
    for (site, secure, login, session) in [
        (SITE, " Secure;", "__Host-berth-login", "__Secure-berth-session"),
        ("http://127.0.0.1:8080", "", "berth-login", "berth-session"),
    ] {
        let world = World::at(site).await;
        let mut visitor = world.visitor();
        visitor.origin = site.to_owned();
        let began = visitor.send("GET", "/auth/github/login", &[]).await;
        assert_eq!(attributes(&began), [format!("{login}; Path=/; Max-Age=600; HttpOnly;{secure} SameSite=Lax")]);
        let back = world.github.authorize(began.headers[LOCATION].to_str().unwrap()).unwrap();
        let arrived = visitor.arrive(&back).await;
        let of_session =
            |seconds| format!("{session}; Path=/auth; Max-Age={seconds}; HttpOnly;{secure} SameSite=Strict");
        let no_login = format!("{login}; Path=/; Max-Age=0; HttpOnly;{secure} SameSite=Lax");
        assert_eq!(attributes(&arrived), [of_session(3600), no_login]);
        let renewed = visitor.refresh().await;
        let [cookie] = attributes(&renewed).try_into().unwrap();
        let left = cookie.split("Max-Age=").nth(1).unwrap().split(';').next().unwrap().parse::<i64>().unwrap();
        assert!((3590..=3600).contains(&left), "{cookie}");
        assert_eq!(cookie, of_session(left));
        assert_eq!(attributes(&visitor.post("/auth/logout").await), [of_session(0)]);
        assert!(visitor.jar.names().is_empty());
    }
}

#[tokio::test]
async fn the_routes_are_there_where_the_login_is() {
    let world = World::new().await;
    let alone = Registry::alone(false).await;
    for (method, path) in [
        ("GET", "/auth/github/login"),
        ("GET", "/auth/github/callback"),
        ("POST", "/auth/refresh"),
        ("POST", "/auth/logout"),
    ] {
        let request = || http::Request::builder().method(method).uri(path).body(axum::body::Body::empty()).unwrap();
        assert_eq!(alone.send(request()).await.status, 404, "{path}");
        assert_ne!(world.registry.send(request()).await.status, 404, "{path}");
        assert!(!documented_paths(auth::Logins::none()).await.contains(&path.to_owned()));
    }
    let browser = Some(super::visitor::browser(SITE, &world.github));
    let documented = documented_paths(auth::Logins { browser, ..auth::Logins::none() }).await;
    for path in ["/auth/github/login", "/auth/github/callback", "/auth/refresh", "/auth/logout", "/auth/me"] {
        assert!(documented.contains(&path.to_owned()), "{path}: {documented:?}");
    }
}
