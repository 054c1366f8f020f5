//! Every route with the identities that it accepts, each tried with each.

use std::collections::BTreeSet;

use berth_tests::{Answer, Client, Registry, document, signing_keys};
use registry::identity::{Identity, Namespace};
use registry::time::Timestamp;
use registry_auth::{Action, AuthMethod, Issuer, Lifetime, Login, Pattern, Permission, SigningKeys};
use serde_json::json;

/// The namespace that most of them have a part in.
const NAMESPACE: &str = "io.github.acme";
const NAME: &str = "io.github.acme/widget";
/// A server that nobody deletes before it is edited.
const EDITED: &str = "io.github.acme/edited";
/// Another namespace, which somebody is invited to and offered.
const OFFERED: &str = "io.github.stranger";

/// Somebody who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    /// No header at all.
    Nobody,
    /// A token that another registry signed.
    Forged,
    /// A token whose time is over.
    Expired,
    /// The anonymous login.
    Anonymous,
    /// The account whose namespace it is.
    Owner,
    /// A run of a workflow of that account.
    Workflow,
    /// Somebody whom the owner invited to publish.
    Publisher,
    /// Somebody who owns another namespace.
    Stranger,
    /// Somebody who is invited to it, and to whom it is offered.
    Invited,
    /// The holder of a domain's key.
    Domain,
    /// Somebody whom the operator lets do everything.
    Administrator,
}

use Who::*;

const ALL: [Who; 11] =
    [Nobody, Forged, Expired, Anonymous, Owner, Workflow, Publisher, Stranger, Invited, Domain, Administrator];
/// Whoever has a good token.
const TOKEN: [Who; 8] = [Anonymous, Owner, Workflow, Publisher, Stranger, Invited, Domain, Administrator];
/// Whoever is somebody in particular, at a keyboard.
const PEOPLE: [Who; 6] = [Owner, Publisher, Stranger, Invited, Domain, Administrator];

/// Whom a route accepts: anybody else gets 401, 403, or 422 for the missing header.
fn accepted(method: &str, path: &str) -> Option<&'static [Who]> {
    let route = path.strip_prefix("/v0.1").or_else(|| path.strip_prefix("/v0")).unwrap_or(path);
    Some(match (method, route) {
        (
            "GET",
            "/servers"
            | "/servers/{serverName}/versions"
            | "/servers/{serverName}/versions/{version}"
            | "/health"
            | "/readiness"
            | "/ping"
            | "/version"
            | "/openapi.json"
            | "/openapi.yaml"
            | "/x/dev.berth/changes"
            | "/x/dev.berth/snapshot"
            | "/.well-known/jwks.json",
        )
        | ("POST", "/validate" | "/auth/none") => &ALL,
        ("POST", "/publish")
        | ("PATCH", "/servers/{serverName}/versions/{version}/status" | "/servers/{serverName}/status")
        | ("DELETE", "/servers/{serverName}/versions/{version}") => &[Owner, Workflow, Publisher, Administrator],
        ("PUT", "/servers/{serverName}/versions/{version}") => &[Administrator],
        // The proof is the body, or the cookie, whoever sends it.
        ("POST", "/auth/dns" | "/auth/http" | "/auth/github-at" | "/auth/github-oidc" | "/auth/oidc") => &[],
        ("GET", "/auth/github/login" | "/auth/github/callback") | ("POST", "/auth/refresh" | "/auth/logout") => &[],
        ("GET", "/auth/me") => &TOKEN,
        ("GET" | "POST", "/verify-domain")
        | ("POST", "/verify-domain/check")
        | ("DELETE", "/verify-domain/{domain}") => &PEOPLE,
        ("POST", "/verify-domain/route53") => &[Administrator],
        ("GET", "/x/dev.berth/namespaces/{namespace}") => &[Owner, Publisher, Administrator],
        ("POST", "/x/dev.berth/namespaces/{namespace}/invitations")
        | ("DELETE", "/x/dev.berth/namespaces/{namespace}/invitations/{to}")
        | ("DELETE", "/x/dev.berth/namespaces/{namespace}/members/{identity}")
        | ("POST" | "DELETE", "/x/dev.berth/namespaces/{namespace}/transfer")
        | ("PUT", "/x/dev.berth/namespaces/{namespace}/pins") => &[Owner],
        ("PUT", "/x/dev.berth/namespaces/{namespace}/binding") => &[Administrator],
        ("POST", "/x/dev.berth/namespaces/{namespace}/invitations/accept")
        | ("POST", "/x/dev.berth/namespaces/{namespace}/transfer/accept") => &[Invited],
        ("GET", "/x/dev.berth/invitations") => &PEOPLE,
        ("GET", "/x/dev.berth/audit") => &[Owner, Administrator],
        _ => return None,
    })
}

fn token(who: Who) -> Option<String> {
    let permission = |(action, text): (Action, &str)| Permission { action, resource: Pattern::new(text) };
    let (method, subject, identity, owns, permissions): (_, _, Option<&str>, &[&str], &[(Action, &str)]) = match who {
        Nobody => return None,
        Anonymous => {
            let pattern = "io.modelcontextprotocol.anonymous/*";
            (
                AuthMethod::None,
                "anonymous",
                Some("anonymous"),
                &[],
                &[(Action::Publish, pattern), (Action::Edit, pattern)],
            )
        }
        Owner | Forged | Expired => {
            let all: &[_] = &[(Action::Publish, "io.github.acme/*")];
            (AuthMethod::GithubAt, "acme", Some("github:1"), &[NAMESPACE], all)
        }
        Workflow => {
            let all: &[_] = &[(Action::Publish, "io.github.acme/*")];
            (AuthMethod::GithubOidc, "repo:acme/widget:ref:refs/heads/main", Some("github:1"), &[NAMESPACE], all)
        }
        Publisher => {
            let all: &[_] = &[(Action::Publish, "io.github.pub/*"), (Action::Publish, "io.github.acme/*")];
            (AuthMethod::GithubAt, "pub", Some("github:3"), &["io.github.pub"], all)
        }
        Stranger => {
            let all: &[_] = &[(Action::Publish, "io.github.stranger/*")];
            (AuthMethod::GithubAt, "stranger", Some("github:2"), &["io.github.stranger"], all)
        }
        Invited => {
            let all: &[_] = &[(Action::Publish, "io.github.invited/*")];
            (AuthMethod::GithubAt, "invited", Some("github:5"), &["io.github.invited"], all)
        }
        Domain => {
            let all: &[_] = &[(Action::Publish, "com.example/*"), (Action::Publish, "com.example.*")];
            (AuthMethod::Dns, "example.com", Some("domain:example.com"), &["com.example"], all)
        }
        Administrator => {
            let all: &[_] = &[(Action::Publish, "*"), (Action::Edit, "*")];
            (AuthMethod::Oidc, "root", Some("oidc:corp:root"), &[], all)
        }
    };
    let keys: SigningKeys = if who == Forged { "0c".repeat(32).parse().unwrap() } else { signing_keys() };
    let seconds = if who == Expired { 301 } else { 0 };
    let at = Timestamp::from_micros(Timestamp::now().as_micros() - seconds * 1_000_000).unwrap();
    let login = Login {
        method,
        subject: subject.to_owned(),
        identity: identity.map(|text| text.parse::<Identity>().unwrap()),
        owns: owns.iter().map(|text| text.parse::<Namespace>().unwrap()).collect(),
        permissions: permissions.iter().copied().map(permission).collect(),
    };
    Some(Issuer::new(keys, Lifetime::default()).issue(login, at).unwrap().token.registry_token)
}

async fn send(client: &Client, who: Who, method: &str, path: &str, body: &str) -> Answer {
    let bearer = token(who).map(|token| format!("Bearer {token}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    client.send_body(method, path, &headers, body.to_owned()).await
}

/// A body that is well-formed, so that it comes to who may; what it asks for need not be there.
fn body(route: &str, method: &str, attempt: usize) -> String {
    let version = format!("1.0.{attempt}");
    match (method, route) {
        ("POST", "/publish" | "/validate") => document(NAME, &version),
        ("PUT", "/servers/{serverName}/versions/{version}") => document(EDITED, "1.0.0"),
        ("PATCH", _) => json!({"status": "deprecated"}),
        (_, "/x/dev.berth/namespaces/{namespace}/invitations") => json!({"to": "github:someone", "role": "publisher"}),
        (_, "/x/dev.berth/namespaces/{namespace}/transfer") => json!({"to": "github:someone"}),
        (_, "/x/dev.berth/namespaces/{namespace}/pins") => json!({"pins": []}),
        (_, "/x/dev.berth/namespaces/{namespace}/binding") => json!({"githubId": 1}),
        (_, "/verify-domain" | "/verify-domain/check" | "/verify-domain/route53") => json!({"domain": "unclaimed.com"}),
        _ => json!({}),
    }
    .to_string()
}

fn is_accepted(answer: &Answer) -> bool {
    let is_missing = answer.status == 422 && answer.text().contains("header.Authorization");
    !is_missing && answer.status != 401 && answer.status != 403
}

#[tokio::test]
async fn every_route_accepts_those_that_it_should_and_no_others() {
    let registry = Registry::new().await;
    let client = registry.client();
    for name in [NAME, EDITED] {
        let published = send(&client, Owner, "POST", "/v0.1/publish", &document(name, "1.0.0").to_string()).await;
        assert_eq!(published.status, 200, "{}", published.text());
    }
    let done = async |who, path: String, body: serde_json::Value| {
        let answer =
            send(&client, who, "POST", &format!("/v0.1/x/dev.berth/namespaces/{path}"), &body.to_string()).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    };
    done(Owner, format!("{NAMESPACE}/invitations"), json!({"to": "github:pub", "role": "publisher"})).await;
    done(Publisher, format!("{NAMESPACE}/invitations/accept"), json!({})).await;
    done(Stranger, format!("{OFFERED}/invitations"), json!({"to": "github:invited", "role": "publisher"})).await;
    done(Stranger, format!("{OFFERED}/transfer"), json!({"to": "github:invited"})).await;

    let document = berth_local::documented(&registry.services()).into_openapi();
    let document = serde_json::to_value(document).unwrap();
    let mut tried = 0;
    let mut wrong = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, _) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            let Some(expected) = accepted(&method, path) else {
                panic!("{method} {path} has nobody to accept: say here who may")
            };
            let route = path.strip_prefix("/v0.1").or_else(|| path.strip_prefix("/v0")).unwrap_or(path);
            let name = if method == "PUT" { EDITED } else { NAME };
            let namespace = if route.ends_with("/accept") { OFFERED } else { NAMESPACE };
            let url = path
                .replace("{serverName}", &name.replace('/', "%2F"))
                .replace("{version}", "1.0.0")
                .replace("{namespace}", namespace)
                .replace("{to}", "github:nobody")
                .replace("{identity}", "github:999")
                .replace("{domain}", "unclaimed.com");
            let url = if route == "/x/dev.berth/audit" { format!("{url}?namespace={NAMESPACE}") } else { url };
            let expected: BTreeSet<Who> = expected.iter().copied().collect();
            for (attempt, who) in (1..).zip(ALL) {
                let attempt = attempt + if path.starts_with("/v0.1") { 100 } else { 200 };
                let body = if method == "GET" { String::new() } else { body(route, &method, attempt) };
                let answer = send(&client, who, &method, &url, &body).await;
                tried += 1;
                let is_proof = expected.is_empty();
                if is_proof {
                    // No token opens these, and none is asked for.
                    assert!(!answer.text().contains("header.Authorization"), "{method} {path}");
                    continue;
                }
                if is_accepted(&answer) != expected.contains(&who) {
                    wrong.push(format!("{method} {path} as {who:?}: {} {}", answer.status, answer.text().trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    println!("{tried} attempts");
}
