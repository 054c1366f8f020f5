//! From a claim of a domain to a published server, and to the end of both: all functions over one table, with GitHub and
//! name servers that answer as the real ones do.

use std::time::Duration;

use berth_tests::{Answer, Client, Registry, access, document};
use registry::time::Timestamp;
use registry_domain::{Domains, Files, Resolvers, Terms, Verifier};
use registry_fetch::{Options, Reach};
use serde_json::{Value, json};

use crate::name_server::NameServer;

const DOMAIN: &str = "acme-tools.com";
const NAME: &str = "com.acme-tools/widget";
const BELOW: &str = "com.acme-tools.api/widget";

/// Somebody who logs in at GitHub.
struct Person {
    client: Client,
    token: String,
}

impl Person {
    async fn log_in(client: &Client, token: &str) -> Self {
        let body = json!({"github_token": token}).to_string();
        let answer = client.send_body("POST", "/v0.1/auth/github-at", &[], body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        Self { client: client.clone(), token: answer.json()["registry_token"].as_str().unwrap().to_owned() }
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        self.client.send_body(method, path, &[("authorization", &bearer)], body.to_string()).await
    }

    async fn publish(&self, name: &str, version: &str) -> u16 {
        self.send("POST", "/v0.1/publish", &document(name, version)).await.status
    }

    /// Their claim of the domain.
    async fn claim(&self) -> Value {
        let answer = self.send("GET", "/verify-domain", &Value::Null).await;
        answer.json()["domains"].as_array().unwrap().iter().find(|claim| claim["domain"] == DOMAIN).unwrap().clone()
    }
}

/// A GitHub that knows two people by their tokens.
async fn github() -> wiremock::MockServer {
    use wiremock::matchers::{header, method, path};
    let server = wiremock::MockServer::start().await;
    for (token, login, id) in [("of-octocat", "octocat", 583_231), ("of-hubot", "hubot", 480_938)] {
        let bearer = format!("Bearer {token}");
        for (at, answer) in [("/user", json!({"login": login, "id": id})), ("/user/memberships/orgs", json!([]))] {
            let mock = wiremock::Mock::given(method("GET")).and(path(at)).and(header("authorization", &*bearer));
            mock.respond_with(wiremock::ResponseTemplate::new(200).set_body_json(answer)).mount(&server).await;
        }
    }
    server
}

fn in_days(days: i64) -> Timestamp {
    Timestamp::from_micros(Timestamp::now().as_micros() + days * 86_400_000_000).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_claim_to_a_published_server_to_its_lapse() {
    let registry = Registry::new().await;
    let github = github().await;
    let servers = [NameServer::new(&[]).await, NameServer::new(&[]).await];
    let set = |records: &[(&str, &str, &str)]| servers.iter().for_each(|server| server.set(records));

    let mut access = access();
    let hosts = auth::GitHubHosts { web: github.uri().parse().unwrap(), api: github.uri().parse().unwrap() };
    access.logins.github = Some(auth::GitHub::new(hosts).unwrap());
    let addresses = servers.each_ref().map(|server| server.address);
    let resolvers = Resolvers::new(&addresses).unwrap().within(Duration::from_secs(2));
    // No web server of anybody is asked: the name leads to a port that nothing listens at.
    let nowhere = Options { reach: Reach::Public, timeout: Duration::from_millis(200), ..Files::options() };
    let verifier = Verifier::new(resolvers, Files::new(nowhere).unwrap(), None);
    access.verifier = Some(verifier.clone());
    let client = Client::new(berth_local::edge(&registry.stores.services(&access).unwrap()));

    let octocat = Person::log_in(&client, "of-octocat").await;
    assert_eq!(octocat.publish(NAME, "1.0.0").await, 403);
    let domain = json!({"domain": DOMAIN});
    let claim = octocat.send("POST", "/verify-domain", &domain).await.json();
    assert_eq!((&claim["status"], &claim["record"]["name"]), (&json!("pending"), &json!(DOMAIN)));
    let record = claim["record"]["value"].as_str().unwrap();
    let early = octocat.send("POST", "/verify-domain/check", &domain).await;
    assert_eq!(early.status, 422, "{}", early.text());
    println!("before the record is set: {}", early.text());

    set(&[(DOMAIN, "TXT", record)]);
    let proved = octocat.send("POST", "/verify-domain/check", &domain).await;
    assert_eq!((proved.status, &proved.json()["status"]), (200, &json!("proved")), "{}", proved.text());
    println!("proved: {}", proved.text());
    // What a token says was true when it was made.
    assert_eq!(octocat.publish(NAME, "1.0.0").await, 403);
    let octocat = Person::log_in(&client, "of-octocat").await;
    assert_eq!(octocat.publish(NAME, "1.0.0").await, 200);
    assert_eq!(octocat.publish(BELOW, "1.0.0").await, 200);
    assert_eq!(octocat.publish("com.acme-toolsevil/widget", "1.0.0").await, 403);

    // Somebody else may claim it, and gains nothing while the record of the holder is there.
    let hubot = Person::log_in(&client, "of-hubot").await;
    let theirs = hubot.send("POST", "/verify-domain", &domain).await.json();
    let both = theirs["record"]["value"].as_str().unwrap();
    set(&[(DOMAIN, "TXT", record), (DOMAIN, "TXT", both)]);
    let held = hubot.send("POST", "/verify-domain/check", &domain).await;
    assert_eq!(held.status, 409, "{}", held.text());
    println!("second claimant: {}", held.text());

    // The record goes: first a notice, then the proof is over.
    set(&[]);
    let domains =
        Domains::new(registry.dynamodb(), "berth", registry.stores.trail(), Terms { proof_days: 90, grace_days: 3 });
    assert_eq!(domains.recheck(&verifier, in_days(0)).await.unwrap().missing, Vec::<String>::new(), "not due yet");
    assert_eq!(domains.recheck(&verifier, in_days(2)).await.unwrap().missing, [DOMAIN]);
    let claim = octocat.claim().await;
    assert_eq!(claim["status"], "missing", "{claim}");
    println!("notice: {}", claim["notice"]);
    assert!(claim["notice"].as_str().unwrap().contains(DOMAIN) || claim["notice"].is_string());
    let octocat = Person::log_in(&client, "of-octocat").await;
    assert_eq!(octocat.publish(NAME, "1.1.0").await, 200, "the notice is a notice");
    assert_eq!(domains.recheck(&verifier, in_days(6)).await.unwrap().lapsed, [DOMAIN]);
    assert_eq!(octocat.claim().await["status"], "lapsed");
    let octocat = Person::log_in(&client, "of-octocat").await;
    assert_eq!(octocat.publish(NAME, "1.2.0").await, 403);

    // Now the other one can have it.
    set(&[(DOMAIN, "TXT", both)]);
    assert_eq!(hubot.send("POST", "/verify-domain/check", &domain).await.status, 200);
    let hubot = Person::log_in(&client, "of-hubot").await;
    assert_eq!(hubot.publish(NAME, "1.2.0").await, 200);

    let events: Vec<String> = registry
        .records()
        .await
        .iter()
        .filter(|record| record.event.as_str().starts_with("domain-"))
        .map(|record| format!("{} {} {}", record.event, record.outcome, record.identity.as_deref().unwrap_or("-")))
        .collect();
    println!("{events:#?}");
    for expected in [
        "domain-claim done github:583231",
        "domain-proof done github:583231",
        "domain-lapse done github:583231",
        "domain-proof done github:480938",
    ] {
        assert!(events.iter().any(|event| event == expected), "{expected}: {events:#?}");
    }
}
