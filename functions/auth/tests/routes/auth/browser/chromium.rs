//! The login in a real browser: its own rules for cookies, redirects and other sites.

use std::sync::Arc;

use ::registry::edge::Edge;
use auth::Logins;
use auth::browser::{Browser, OauthApp};
use axum::ServiceExt;
use axum::body::Body;
use axum::response::Html;
use axum::routing::get;
use http::Request;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::github::{CLIENT_ID, CLIENT_SECRET, GitHub};
use super::webdriver::{Driver, programs};
use crate::registry;
use crate::table::Table;

const PAGE: &str = r#"<!doctype html><title>Registry</title>
    <a id="login" href="/auth/github/login?return_to=/?back=yes">Log in</a>"#;

/// Asks with or without a body, and tells status and answer.
const ASK: &str = r#"
    const ask = async (method, path, headers) => {
        const answer = await fetch(path, {method, headers});
        const text = await answer.text();
        return {status: answer.status, body: text ? JSON.parse(text) : null};
    };"#;

struct Site {
    origin: String,
    github: GitHub,
    _table: Table,
}

impl Site {
    /// A registry with a page of its own, on one site, and GitHub on another: to a browser the two names of this machine are.
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let github = GitHub::new(&format!("{origin}/auth/github/callback")).await;
        let web = github.origin().replace("127.0.0.1", "localhost");
        let hosts = auth::GitHubHosts::parse(&web, &github.origin()).unwrap();
        let app = OauthApp { client_id: CLIENT_ID.to_owned(), client_secret: CLIENT_SECRET.to_owned().into() };
        let browser = Browser::new(origin.parse().unwrap(), app, auth::GitHub::new(hosts).unwrap(), 3600);
        let table = Table::new().await;
        let state = registry::state_with(Logins { browser: Some(browser), ..Logins::none() }, &table);
        let routes = auth::router(state).route("/", get(|| async { Html(PAGE) }));
        let service = ServiceExt::<Request<Body>>::into_make_service(Edge::new(routes));
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { origin, github, _table: table }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_logs_in_stays_and_logs_out() {
    let (chromium, chromedriver) = match programs() {
        Ok(programs) => programs,
        Err(reason) => return eprintln!("skipped: {reason}"),
    };
    let site = Site::new().await;
    let driver = Arc::new(Driver::start(&chromium, &chromedriver).await);
    let steps = tokio::spawn({
        let driver = Arc::clone(&driver);
        async move { steps(&driver, &site).await }
    });
    let outcome = steps.await;
    driver.quit().await;
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

async fn steps(driver: &Driver, site: &Site) {
    log_in(driver, site).await;
    assert!(site.github.tokens().len() == 1 && site.github.exchanges() == 1);
    let me = driver.run(&format!("{ASK} {ME}")).await;
    assert_eq!((&me["refreshed"], &me["cookies"]), (&json!(200), &json!("")), "{me}");
    assert_eq!(me["me"]["status"], 200, "{me}");
    let body = &me["me"]["body"];
    assert_eq!((&body["identity"], &body["subject"]), (&json!("github:583231"), &json!("octocat")), "{me}");
    assert_eq!(body["owns"], json!(["io.github.octocat", "io.github.acme"]));

    // The cookie is sent to `/auth` alone, and no script sees it.
    assert!(driver.cookies().await.is_empty());
    driver.open(&format!("{}/auth/me", site.origin)).await;
    let cookies = driver.cookies().await;
    let [cookie] = cookies.as_slice() else { panic!("{cookies:?}") };
    assert_eq!((&cookie["name"], &cookie["path"]), (&json!("berth-session"), &json!("/auth")));
    assert_eq!((&cookie["httpOnly"], &cookie["sameSite"]), (&json!(true), &json!("Strict")));

    other_sites_get_nothing(driver, site).await;
    driver.open(&site.origin).await;
    let again = driver.run(&format!("{ASK} return await ask('POST', '/auth/refresh');")).await;
    assert_eq!(again["status"], 200, "{again}");

    let script = "return [await ask('POST', '/auth/logout'), await ask('POST', '/auth/refresh')];";
    let ended = driver.run(&format!("{ASK} {script}")).await;
    assert_eq!((&ended[0]["status"], &ended[1]["status"]), (&json!(204), &json!(401)), "{ended}");
    assert_eq!(
        ended[1]["body"]["errors"][0]["message"],
        "the browser sent no session cookie; log in at /auth/github/login"
    );
    driver.open(&format!("{}/auth/me", site.origin)).await;
    assert!(driver.cookies().await.is_empty());

    // And in again.
    log_in(driver, site).await;
    assert_eq!(driver.run(&format!("{ASK} {ME}")).await["refreshed"], 200);
}

/// Renews the session and asks who it is.
const ME: &str = r#"
    const token = await ask('POST', '/auth/refresh');
    const me = await ask('GET', '/auth/me', {authorization: 'Bearer ' + token.body.registry_token});
    return {refreshed: token.status, me, cookies: document.cookie};"#;

/// Follows the link, by GitHub and back.
async fn log_in(driver: &Driver, site: &Site) {
    driver.open(&site.origin).await;
    driver.click("#login").await;
    driver.arrive(&format!("{}/?back=yes", site.origin)).await;
}

/// A page of another site tries what pages can try.
async fn other_sites_get_nothing(driver: &Driver, site: &Site) {
    let form = format!(
        r#"<!doctype html><title>Evil</title><form method="post" action="{}/auth/logout"><button>Win</button></form>"#,
        site.origin
    );
    site.github.page("/evil", &form).await;
    let evil = format!("{}/evil", site.github.origin().replace("127.0.0.1", "localhost"));
    driver.open(&evil).await;
    let tries = format!(
        r#"const attempt = async (path, options) => {{
            try {{
                const answer = await fetch('{}' + path, {{method: 'POST', credentials: 'include', ...options}});
                return answer.type + ' ' + answer.status;
            }} catch (error) {{ return error.name; }}
        }};
        return [
            await attempt('/auth/refresh'),
            await attempt('/auth/refresh', {{headers: {{'x-own': '1'}}}}),
            await attempt('/auth/refresh', {{mode: 'no-cors'}}),
            await attempt('/auth/logout', {{mode: 'no-cors'}}),
            await attempt('/auth/refresh', {{credentials: 'omit'}}),
        ];"#,
        site.origin
    );
    let answers = driver.run(&tries).await;
    let expected: Value = json!(["TypeError", "TypeError", "opaque 0", "opaque 0", "cors 403"]);
    assert_eq!(answers, expected);
    driver.click("button").await;
    driver.arrive(&format!("{}/auth/logout", site.origin)).await;
    let text = driver.run("return document.body.innerText").await;
    assert!(text.as_str().unwrap().contains("Cross-site request refused"), "{text}");
}
