//! A registry with a GitHub, runs of GitHub Actions, and whoever logs in.

use auth::{Actions, Logins};
use axum::body::Body;
use http::{HeaderMap, Request as HttpRequest};
use registry::identity::{Identity, Namespace};
use registry::limits::AUDIT_DAYS;
use registry::store::attributes::{key_item, number};
use registry::store::keys::{self, Key};
use registry::store::{AuditEvent, AuditLog, AuditOutcome, AuditRecord};
use registry::time::Timestamp;
use registry_auth::{Action, AuthMethod, Claims, Issuer, Lifetime, Login, Pattern, Permission};
use registry_domain::{ClaimableDomain, Domain, Domains, Files, Method, Resolvers, Terms, Verifier};
use registry_oidc::KeySets;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::person::Person;
use crate::github_server;
use crate::issuer::{AUDIENCE, TestIssuer, TestKey};
use crate::registry::{Answer, Registry, SEED};
use crate::table::Table;

pub(crate) const BASE: &str = "/v0.1/x/dev.berth";

pub(crate) struct World {
    registry: Registry,
    pub(crate) table: Table,
    runs: TestIssuer,
    key: TestKey,
    _github: MockServer,
}

/// Tells who somebody is by their token, which says it: `<name>:<number>`, and behind commas the organisations they own.
struct People;

impl Respond for People {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let token = request.headers["authorization"].to_str().unwrap().strip_prefix("Bearer ").unwrap();
        let mut accounts = token.split(',').map(|account| {
            let (login, id) = account.split_once(':').unwrap();
            json!({"login": login, "id": id.parse::<u64>().unwrap()})
        });
        let user = accounts.next().unwrap();
        let owned = |organization| json!({"state": "active", "role": "admin", "organization": organization});
        ResponseTemplate::new(200).set_body_json(match request.url.path() {
            "/api/v3/user" => user,
            _ => accounts.map(owned).collect(),
        })
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let github = MockServer::start().await;
        Mock::given(any()).respond_with(People).mount(&github).await;
        let key = TestKey::rsa("one", 1);
        let runs = TestIssuer::start(&[&key]).await;
        let keys = KeySets::new(KeySets::options()).unwrap();
        let logins = Logins {
            github: Some(github_server::client(&github.uri())),
            actions: Some(Actions::new(runs.url().parse().unwrap(), AUDIENCE.parse().unwrap(), keys)),
            ..Logins::none()
        };
        let table = Table::new().await;
        Self { registry: Registry::with_logins(logins, &table), table, runs, key, _github: github }
    }

    /// A login with GitHub; see [`People`].
    pub(crate) async fn log_in(&self, account: &str) -> Answer {
        self.registry.post("/v0.1/auth/github-at", json!({"github_token": account}).to_string()).await
    }

    /// Somebody who logged in with GitHub.
    pub(crate) async fn person(&self, account: &str) -> Person<'_> {
        self.holder(&self.log_in(account).await)
    }

    /// Why a login with GitHub is refused.
    pub(crate) async fn refusal(&self, account: &str) -> String {
        let answer = self.log_in(account).await;
        let json = answer.json();
        assert_eq!((answer.status, &json["detail"]), (401, &json!("Token exchange failed")), "{json}");
        json["errors"][0]["message"].as_str().unwrap().to_owned()
    }

    /// What a login with GitHub may publish.
    pub(crate) async fn publishes(&self, account: &str) -> Vec<String> {
        let answer = self.log_in(account).await;
        let claims = self.registry.claims(&answer);
        claims.patterns(Action::Publish).into_iter().map(str::to_owned).collect()
    }

    /// A login of a run of `release.yml`.
    pub(crate) async fn log_run_in(&self, owner: (&str, u64), repository: &str, environment: Option<&str>) -> Answer {
        let mut claims = self.runs.claims();
        let of = format!("{}/{repository}", owner.0);
        let more = json!({
            "sub": format!("repo:{of}:ref:refs/heads/main"), "repository": of, "repository_owner": owner.0,
            "repository_owner_id": owner.1.to_string(), "event_name": "push", "ref": "refs/heads/main",
            "workflow_ref": format!("{of}/.github/workflows/release.yml@refs/heads/main"),
            "jti": format!("{:x}", unique()), "environment": environment.unwrap_or_default(),
        });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.registry.post("/v0.1/auth/github-oidc", json!({"oidc_token": self.key.token(&claims)}).to_string()).await
    }

    /// Whoever an answer gave a token.
    pub(crate) fn holder(&self, answer: &Answer) -> Person<'_> {
        let json = answer.json();
        assert_eq!(answer.status, 200, "{json}");
        Person { world: self, token: json["registry_token"].as_str().unwrap().to_owned() }
    }

    /// Whoever has a token that says this, whatever it takes to get it.
    pub(crate) fn with_token(&self, login: Login) -> Person<'_> {
        let issuer = Issuer::new(SEED.parse().unwrap(), Lifetime::default());
        Person { world: self, token: issuer.issue(login, Timestamp::now()).unwrap().token.registry_token }
    }

    pub(crate) fn administrator(&self) -> Person<'_> {
        let permissions = vec![Permission { action: Action::Edit, resource: Pattern::new("*") }];
        let identity = Some("oidc:corp:root".parse().unwrap());
        let subject = "root@corp.example".to_owned();
        self.with_token(Login { method: AuthMethod::Oidc, subject, identity, owns: Vec::new(), permissions })
    }

    /// Whoever logged in as a domain.
    pub(crate) fn domain(&self, domain: &str, namespace: &str, method: AuthMethod) -> Person<'_> {
        self.with_token(Login {
            method,
            subject: domain.to_owned(),
            identity: Some(Identity::domain(domain)),
            owns: vec![namespace.parse().unwrap()],
            permissions: Vec::new(),
        })
    }

    pub(crate) fn claims(&self, answer: &Answer) -> Claims {
        self.registry.claims(answer)
    }

    /// Somebody proves that a domain is theirs.
    pub(crate) async fn prove(&self, identity: &str, domain: &str, method: Method) {
        let (identity, domain): (Identity, ClaimableDomain) =
            (identity.parse().unwrap(), domain.parse::<Domain>().unwrap().try_into().unwrap());
        let by = || AuditRecord::new(AuditEvent::DomainProof, AuditOutcome::Done);
        let domains = self.domains();
        domains.claim(&identity, &domain, by(), Timestamp::now()).await.unwrap();
        let verifier = Verifier::new(Resolvers::public().unwrap(), Files::new(Files::options()).unwrap(), None);
        domains.settle(&verifier, &identity, &domain, method, by()).await.unwrap();
    }

    /// Somebody gives a domain up.
    pub(crate) async fn release(&self, identity: &str, domain: &str) {
        let (identity, domain) = (identity.parse().unwrap(), domain.parse::<Domain>().unwrap().try_into().unwrap());
        let by = AuditRecord::new(AuditEvent::DomainRelease, AuditOutcome::Done);
        assert!(self.domains().release(&identity, &domain, by, Timestamp::now()).await.unwrap());
    }

    fn domains(&self) -> Domains {
        let (client, table) = self.table.client();
        Domains::new(client, table, self.trail(), Terms::default())
    }

    /// The audit trail itself.
    pub(crate) fn trail(&self) -> AuditLog {
        let (client, table) = self.table.client();
        AuditLog::new(client, table, AUDIT_DAYS)
    }

    /// Sets a time of an item of the table to days before now.
    async fn backdate(&self, key: &Key, attribute: &str, days: i64) {
        let (client, table) = self.table.client();
        let at = Timestamp::now().as_micros() - days * 86_400_000_000;
        let update = client.update_item().table_name(table).set_key(Some(key_item(key)));
        let update = update.update_expression("SET #at = :at").condition_expression("attribute_exists(#at)");
        let update = update.expression_attribute_names("#at", attribute).expression_attribute_values(":at", number(at));
        update.send().await.unwrap();
    }

    /// As if somebody had been invited some days ago.
    pub(crate) async fn backdate_invitation(&self, namespace: &str, handle: &str, days: i64) {
        let namespace: Namespace = namespace.parse().unwrap();
        self.backdate(&keys::invitation(&namespace, handle), "at", days).await;
        self.backdate(&keys::invitation_of(handle, &namespace), "at", days).await;
    }

    /// As if a namespace had been offered some days ago.
    pub(crate) async fn backdate_offer(&self, namespace: &str, days: i64) {
        self.backdate(&keys::namespace(&namespace.parse().unwrap()), "offered_at", days).await;
    }

    /// Sort keys of the items of a partition.
    pub(crate) async fn partition(&self, partition: &str) -> Vec<String> {
        let (client, table) = self.table.client();
        let query = client.query().table_name(table).key_condition_expression("pk = :pk");
        let value = registry::store::attributes::text(partition);
        let answer = query.expression_attribute_values(":pk", value).consistent_read(true).send().await.unwrap();
        answer.items().iter().map(|item| item["sk"].as_s().unwrap().clone()).collect()
    }

    /// What the audit trail says about a namespace: event, outcome and detail, the oldest first.
    pub(crate) async fn told(&self, namespace: &str) -> Vec<(String, String, String)> {
        let query = registry::store::AuditQuery {
            namespace: Some(namespace.to_owned()),
            until: Some("2100-01-01T00:00:00Z".parse().unwrap()),
            limit: 1000,
            ..Default::default()
        };
        let page = self.trail().page(&query).await.unwrap();
        let told =
            page.records.into_iter().rev().filter(|record| record.event != AuditEvent::Login).map(|record| {
                (record.event.to_string(), record.outcome.to_string(), record.detail.unwrap_or_default())
            });
        told.collect()
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: HeaderMap, body: Option<&Value>) -> Answer {
        let mut request = HttpRequest::builder().method(method).uri(format!("{BASE}{path}"));
        *request.headers_mut().unwrap() = headers;
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = self.registry.send(request.body(body).unwrap()).await;
        assert_eq!(answer.headers["cache-control"], "no-store", "{method} {path}");
        answer
    }
}

/// A number that nobody used before.
fn unique() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
