//! Somebody with a browser, at a registry that lets them log in by GitHub.

use auth::browser::{Browser, OauthApp};
use auth::{GitHub as GitHubClient, GitHubHosts, Logins};
use axum::body::Body;
use http::Request;
use http::header::{COOKIE, LOCATION, ORIGIN};
use registry::edge::ClientAddress;
use registry::store::AuditRecord;
use registry::store::attributes::{Item, TTL, number};

use super::github::{CLIENT_ID, CLIENT_SECRET, GitHub};
use super::jar::Jar;
use crate::registry::{Answer, Registry};
use crate::table::Table;

pub(crate) const SITE: &str = "https://registry.example.com";
pub(crate) const SESSION: &str = "__Secure-berth-session";
pub(crate) const LOGIN: &str = "__Host-berth-login";

/// A registry, its table, and GitHub.
pub(crate) struct World {
    pub(crate) registry: Registry,
    pub(crate) table: Table,
    pub(crate) github: GitHub,
}

pub(crate) struct Visitor<'a> {
    world: &'a World,
    pub(crate) jar: Jar,
    pub(crate) origin: String,
    /// Where they come from.
    pub(crate) address: [u8; 4],
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::at(SITE).await
    }

    pub(crate) async fn at(site: &str) -> Self {
        Self::with(site, |_| ()).await
    }

    pub(crate) async fn with(site: &str, change: impl FnOnce(&mut Logins)) -> Self {
        let github = GitHub::new(&format!("{site}/auth/github/callback")).await;
        let table = Table::new().await;
        let mut logins = Logins { browser: Some(browser(site, &github)), ..Logins::none() };
        change(&mut logins);
        Self { registry: Registry::with_logins(logins, &table), table, github }
    }

    pub(crate) fn visitor(&self) -> Visitor<'_> {
        Visitor { world: self, jar: Jar::default(), origin: SITE.to_owned(), address: [192, 0, 2, 1] }
    }

    /// Somebody who has logged in.
    pub(crate) async fn logged_in(&self) -> Visitor<'_> {
        let mut visitor = self.visitor();
        let answer = visitor.log_in("/").await;
        assert_eq!(answer.status, 303, "{:?}", answer.body);
        visitor
    }
}

/// What the tests look at in the table.
impl World {
    /// The audit trail, newest first.
    pub(crate) async fn audit(&self) -> Vec<AuditRecord> {
        let mut records = self.table.trail().await;
        records.reverse();
        records
    }

    /// Whether any key begins like this.
    pub(crate) async fn has(&self, prefix: &str) -> bool {
        !self.of(prefix).await.is_empty()
    }

    /// A text of the one item whose key begins like this.
    pub(crate) async fn attribute(&self, prefix: &str, name: &str) -> String {
        let [item] = self.of(prefix).await.try_into().unwrap();
        item[name].as_s().unwrap().clone()
    }

    /// Lets the one item whose key begins like this expire at another time.
    pub(crate) async fn set_ttl(&self, prefix: &str, seconds: i64) {
        let [mut item] = <[Item; 1]>::try_from(self.of(prefix).await).unwrap();
        item.insert(TTL.to_owned(), number(seconds));
        let (client, table) = self.table.client();
        client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
    }

    async fn of(&self, prefix: &str) -> Vec<Item> {
        let (client, table) = self.table.client();
        let scan = client.scan().table_name(table).consistent_read(true).send().await.unwrap();
        scan.items.unwrap().into_iter().filter(|item| item["pk"].as_s().unwrap().starts_with(prefix)).collect()
    }
}

/// Sessions of an hour.
pub(crate) fn browser(site: &str, github: &GitHub) -> Browser {
    let hosts = GitHubHosts::parse(&github.origin(), &github.origin()).unwrap();
    let app = OauthApp { client_id: CLIENT_ID.to_owned(), client_secret: CLIENT_SECRET.to_owned().into() };
    Browser::new(site.parse().unwrap(), app, GitHubClient::new(hosts).unwrap(), 3600)
}

impl Visitor<'_> {
    /// A request with what the browser adds to it.
    pub(crate) async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let cookies = self.jar.header(path);
        let mut request = Request::builder().method(method).uri(path);
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.extension(ClientAddress(self.address.into())).body(Body::empty()).unwrap();
        let answer = self.world.registry.send(request).await;
        self.jar.take(&answer.headers);
        answer
    }

    /// Follows a link to the login; gives the address at GitHub.
    pub(crate) async fn begin(&mut self, return_to: &str) -> String {
        let answer = self.send("GET", &login_path(return_to), &[]).await;
        assert_eq!(answer.status, 302, "{:?}", answer.body);
        answer.headers[LOCATION].to_str().unwrap().to_owned()
    }

    /// Comes to where GitHub leads.
    pub(crate) async fn arrive(&mut self, address: &str) -> Answer {
        let url = url::Url::parse(address).unwrap();
        self.send("GET", &url[url::Position::BeforePath..], &[]).await
    }

    /// The whole way.
    pub(crate) async fn log_in(&mut self, return_to: &str) -> Answer {
        let location = self.begin(return_to).await;
        let back = self.world.github.authorize(&location).unwrap();
        self.arrive(&back).await
    }

    /// A request of a page of the registry.
    pub(crate) async fn post(&mut self, path: &str) -> Answer {
        let origin = self.origin.clone();
        self.send("POST", path, &[(ORIGIN.as_str(), &origin)]).await
    }

    pub(crate) async fn refresh(&mut self) -> Answer {
        self.post("/auth/refresh").await
    }

    /// The refresh token.
    pub(crate) fn session(&self) -> String {
        self.jar.get(SESSION).expect("a session").value.clone()
    }
}

pub(crate) fn login_path(return_to: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to).finish();
    format!("/auth/github/login?{query}")
}

/// The message of a refusal.
pub(crate) fn reason(answer: &Answer, status: u16, detail: &str) -> String {
    let problem = answer.json();
    assert_eq!((answer.status, &problem["detail"]), (status, &detail.into()), "{problem}");
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(answer.headers["cache-control"], "no-store");
    problem["errors"][0]["message"].as_str().unwrap().to_owned()
}
