//! What a login costs: calls of the table, and of others. Shown with `--nocapture`.

use auth::{Logins, OidcIssuers};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::github_server::{self, GitHubServer};
use crate::issuer::{AUDIENCE, TestIssuer};
use crate::registry::Registry;
use crate::runner::{Runner, key_sets};
use crate::table::Table;

const FROM: &str = "192.0.2.1";

struct Costs<'a> {
    registry: &'a Registry,
    table: &'a Table,
    github: &'a GitHubServer,
    runner: &'a Runner,
}

impl Costs<'_> {
    /// Logs in and compares what that cost: operations of the table, questions to GitHub, and to the issuer for its keys.
    async fn expect(&self, what: &str, (path, body): (&str, String), status: u16, calls: &[&str], others: [usize; 2]) {
        let before = self.others().await;
        self.table.calls();
        let answer = self.registry.post_from(FROM, path, body).await;
        assert_eq!(answer.status, status, "{what}: {:?}", answer.body);
        let (made, after) = (self.table.calls(), self.others().await);
        let asked = [after[0] - before[0], after[1] - before[1]];
        println!(
            "{what:<52} {status}  table {} ({})  GitHub {}  issuer {}",
            made.len(),
            made.join(", "),
            asked[0],
            asked[1]
        );
        assert_eq!((made, asked), (calls.iter().map(|&call| call.to_owned()).collect(), others), "{what}");
    }

    async fn others(&self) -> [usize; 2] {
        [self.github.requests().await.len(), self.runner.issuer.requests()]
    }
}

#[tokio::test]
async fn calls_are_counted() {
    let (github, runner, table) = (GitHubServer::new().await, Runner::new().await, Table::new().await);
    let entry =
        json!([{"name": "corp", "issuer": runner.issuer.url(), "audience": AUDIENCE, "rules": [{"edit": ["*"]}]}]);
    let logins = Logins {
        anonymous: true,
        github: github.logins().github,
        oidc: OidcIssuers::parse(&entry.to_string(), key_sets()).unwrap(),
        failed_per_hour: 50,
        ..runner.logins()
    };
    let registry = Registry::with_logins(logins, &table);
    let costs = Costs { registry: &registry, table: &table, github: &github, runner: &runner };

    let at = || ("/v0/auth/github-at", github_server::login().to_string());
    let run = |changes| ("/v0/auth/github-oidc", runner.login(&changes).to_string());
    let oidc = || ("/v0/auth/oidc", json!({"oidc_token": runner.key.token(&runner.claims())}).to_string());
    let refusal = ["GetItem", "TransactWriteItems", "UpdateItem"];

    // look, bindings, memberships, bind, bindings, record.
    let first = ["BatchGetItem", "BatchGetItem", "GetItem", "Query", "TransactWriteItems", "UpdateItem"];
    costs.expect("github-at, the first of an account", at(), 200, &first, [2, 0]).await;
    let known = ["BatchGetItem", "GetItem", "Query", "TransactWriteItems"];
    costs.expect("github-at", at(), 200, &known, [2, 0]).await;
    github.answer_memberships(ResponseTemplate::new(403).insert_header("retry-after", "60"));
    costs.expect("github-at, refused by GitHub", at(), 401, &refusal, [2, 0]).await;
    github.answer_user(ResponseTemplate::new(502));
    costs.expect("github-at, GitHub is down", at(), 401, &["GetItem", "TransactWriteItems"], [1, 0]).await;
    let empty = ("/v0/auth/github-at", json!({"github_token": ""}).to_string());
    costs.expect("github-at, no token", empty, 401, &refusal, [0, 0]).await;

    // look, keys of the table, keys to the table, proof, bindings, memberships, bind, bindings, record.
    let first = [
        "BatchGetItem",
        "BatchGetItem",
        "GetItem",
        "GetItem",
        "PutItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    ];
    costs.expect("github-oidc, the first of a process", run(json!({})), 200, &first, [0, 1]).await;
    let known = ["BatchGetItem", "GetItem", "PutItem", "Query", "TransactWriteItems"];
    costs.expect("github-oidc", run(json!({})), 200, &known, [0, 0]).await;
    costs.expect("github-oidc, refused event", run(json!({"event_name": "fork"})), 401, &refusal, [0, 0]).await;
    let used = run(json!({"jti": "example-id-0"}));
    let replayed = ["GetItem", "PutItem", "TransactWriteItems", "UpdateItem"];
    costs.expect("github-oidc, used before", used, 401, &replayed, [0, 0]).await;

    let first = ["GetItem", "GetItem", "Query", "TransactWriteItems"];
    costs.expect("oidc, the first of a process, keys in the table", oidc(), 200, &first, [0, 0]).await;
    costs.expect("oidc", oidc(), 200, &["GetItem", "Query", "TransactWriteItems"], [0, 0]).await;
    let stranger = TestIssuer::start(&[&runner.key]).await;
    let other = json!({"oidc_token": runner.key.token(&stranger.claims())}).to_string();
    costs.expect("oidc, an issuer that nobody named", ("/v0/auth/oidc", other), 401, &refusal, [0, 0]).await;

    let none = || ("/v0/auth/none", String::new());
    costs.expect("none", none(), 200, &["GetItem", "Query", "TransactWriteItems"], [0, 0]).await;

    let limited = Logins { failed_per_hour: 1, ..github.logins() };
    let registry = Registry::with_logins(limited, &table);
    let costs = Costs { registry: &registry, ..costs };
    costs.expect("github-at, after too many failures", at(), 429, &["GetItem"], [0, 0]).await;
    costs.expect("github-at, malformed", ("/v0/auth/github-at", "{}".to_owned()), 422, &[], [0, 0]).await;
}
