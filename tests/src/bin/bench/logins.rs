//! Logins and refusals, in the handler, beside a GitHub on loopback that answers at once.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use auth::{GitHub, GitHubHosts};
use axum::Router;
use axum::extract::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use berth_local::Stores;
use berth_tests::{Client, access};
use serde_json::{Value, json};

use crate::figures::{micros, percentiles};

const LOGINS: usize = 1_000;

/// Prints the table.
pub(crate) async fn logins(directory: &Path) {
    let github = format!("http://{}", serve().await);
    let stores = Stores::embedded(&directory.join("logins")).await.expect("embedded stores");
    let mut access = access();
    access.logins.github =
        Some(GitHub::new(GitHubHosts::parse(&github, &github).expect("addresses")).expect("a client"));
    let client = Client::new(berth_local::edge(&stores.services(&access).expect("services")));
    println!("\n| login, in the handler, one after another | p50 | p99 |\n|---|---:|---:|");
    for (what, path, body, status) in [
        ("`/auth/none`", "/v0.1/auth/none", Value::Null, 200),
        ("`/auth/github-at`, GitHub on loopback", "/v0.1/auth/github-at", json!({"github_token": "good"}), 200),
        ("`/auth/github-at`, refused by GitHub", "/v0.1/auth/github-at", json!({"github_token": "bad"}), 401),
    ] {
        let mut times = Vec::with_capacity(LOGINS);
        for _ in 0..LOGINS {
            let began = Instant::now();
            let answer = client.send_body("POST", path, &[], body.to_string()).await;
            times.push(began.elapsed());
            assert_eq!(answer.status, status, "{}", answer.text());
        }
        row(what, times);
    }
    let http = registry_fetch::client(GitHub::options()).expect("a client");
    let mut times = Vec::with_capacity(LOGINS);
    for _ in 0..LOGINS {
        let began = Instant::now();
        for path in ["/user", "/user/memberships/orgs"] {
            let answer = http.get(format!("{github}{path}")).bearer_auth("good").send().await.expect("an answer");
            answer.bytes().await.expect("a body");
        }
        times.push(began.elapsed());
    }
    row("the two calls to that GitHub alone", times);
}

fn row(what: &str, times: Vec<Duration>) {
    let (p50, p99) = percentiles(times);
    println!("| {what} | {} | {} |", micros(p50), micros(p99));
}

/// A GitHub that knows one token, in a thread of its own, so that it does not wait for the registry.
async fn serve() -> SocketAddr {
    let is_good = |headers: &HeaderMap| headers.get("authorization").is_some_and(|value| value == "Bearer good");
    let user = move |headers: HeaderMap| async move {
        match is_good(&headers) {
            true => Ok(Json(json!({"login": "octocat", "id": 583_231}))),
            false => Err(StatusCode::UNAUTHORIZED),
        }
    };
    let memberships = || async { Json(json!([])) };
    let routes = Router::new().route("/user", get(user)).route("/user/memberships/orgs", get(memberships));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, routes).await.expect("a server");
        });
    });
    address
}
