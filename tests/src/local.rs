//! A registry of its own for each test, on embedded stores below a temporary directory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use auth::browser::OauthApp;
use auth::{Actions, Browser, GitHub, GitHubHosts, Logins, OidcIssuers};
use berth_local::embedded::CREDENTIAL;
use berth_local::{Access, Policy, Services, Stores};
use registry::aws::Aws;
use registry::model::ServerName;
use registry::snapshot::{self, Bucket};
use registry::store::{AuditQuery, AuditRecord, Head, Serial, Writer, batches};
use registry::time::Timestamp;
use registry_domain::{Files, Resolvers, Verifier};
use registry_oidc::KeySets;
use sync::source::{ReadContext, Source};
use sync::{Report, Sync};
use tempfile::TempDir;

use crate::{Client, Objects, Publisher, Table, Version, change, signing_keys};

/// Name of the embedded table and of the embedded bucket.
pub(crate) const NAME: &str = "berth";

/// A registry with everything that may write it. Its directory goes when it is dropped.
pub struct Registry {
    /// The stores.
    pub stores: Stores,
    /// One writer; [`Stores::writer`] gives others, each of which stands for a process.
    pub writer: Writer,
    /// The importer and publisher.
    pub sync: Sync,
    /// Where the state is.
    pub dir: TempDir,
}

/// Who may log in, in tests, and that they may do it as often as they like.
#[must_use]
pub fn access() -> Access {
    let mut access = Access::new(signing_keys());
    access.logins = logins();
    access.policy = Policy::none();
    // Nobody outside is asked about domains.
    let nobody = [([127, 0, 0, 1], 9).into(), ([127, 0, 0, 1], 10).into()];
    let resolvers = Resolvers::new(&nobody).expect("resolvers").within(Duration::from_millis(100));
    let files = Files::new(Files::options()).expect("a client");
    access.verifier = Some(Verifier::new(resolvers, files, None));
    access
}

/// Every login there is; who would have to be asked about a proof does not answer.
fn logins() -> Logins {
    let dead = "http://127.0.0.1:9";
    let github = GitHub::new(GitHubHosts::parse(dead, dead).expect("addresses")).expect("a client");
    let keys = KeySets::new(KeySets::options()).expect("a client");
    let audience = "https://registry.example.com";
    let issuers = format!(
        r#"[{{"name": "corp", "issuer": "{dead}/corp", "audience": "berth", "rules": [{{"publish": ["com.example/*"]}}]}}]"#
    );
    let app = OauthApp { client_id: "Iv1.0123456789abcdef".to_owned(), client_secret: "secret".to_owned().into() };
    Logins {
        anonymous: true,
        browser: Some(Browser::new(audience.parse().expect("a site"), app, github.clone(), 43_200)),
        github: Some(github),
        actions: Some(Actions::new(
            format!("{dead}/actions").parse().expect("an issuer"),
            audience.parse().expect("an audience"),
            keys.clone(),
        )),
        oidc: OidcIssuers::parse(&issuers, keys).expect("issuers"),
        ..Logins::none()
    }
}

impl Registry {
    /// An empty registry.
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let stores = Stores::embedded(dir.path()).await.expect("embedded stores");
        let sync = stores.sync().signing_with(Arc::new(signing_keys()));
        Self { writer: stores.writer(), sync, stores, dir }
    }

    /// A registry that holds `versions`, published to a snapshot.
    pub async fn with(versions: &[Version]) -> Self {
        let this = Self::new().await;
        this.put(versions).await;
        this.sync.publish().await.expect("a snapshot");
        this
    }

    /// A client of a process that has read nothing yet.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(berth_local::edge(&self.services()))
    }

    /// A client of a process with a policy of its own.
    #[must_use]
    pub fn client_under(&self, policy: Policy) -> Client {
        let services = self.stores.services(&Access { policy, ..access() }).expect("services");
        Client::new(berth_local::edge(&services))
    }

    /// What the functions of a process need. Anybody may log in, and packages are not asked about.
    #[must_use]
    pub fn services(&self) -> Services {
        self.stores.services(&access()).expect("services")
    }

    /// Somebody who may change every server, at a process of their own.
    #[must_use]
    pub fn publisher(&self) -> Publisher {
        Publisher::of_all(self.client())
    }

    /// A client of the table.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        self.aws().dynamodb()
    }

    /// Clients of AWS that reach the embedded stores, for what no product code may do.
    pub(crate) fn aws(&self) -> Aws {
        let embedded = self.stores.as_embedded().expect("embedded stores");
        Aws::embedded(embedded.http_client(), CREDENTIAL)
    }

    /// Another bucket in the same S3.
    pub async fn other_bucket(&self, name: &str) -> Bucket {
        let bucket = Bucket::new(self.aws().s3(), snapshot::Objects::new(&self.aws(), name));
        bucket.create().await.expect("a bucket");
        bucket
    }

    /// The objects of the bucket.
    #[must_use]
    pub fn objects(&self) -> Objects {
        self.objects_of(NAME)
    }

    /// The objects of another bucket.
    #[must_use]
    pub fn objects_of(&self, bucket: &str) -> Objects {
        Objects::new(self.aws().s3(), bucket)
    }

    /// A writer of another table, which does not exist.
    #[must_use]
    pub fn writer_of(&self, table: &str) -> Writer {
        Writer::new(self.aws().dynamodb(), table)
    }

    /// The items of the table.
    #[must_use]
    pub fn table(&self) -> Table {
        Table::new(self.aws().dynamodb(), NAME)
    }

    /// Commits `versions`, new ones and known ones; the latest of each server is the highest, as the official order has
    /// it. Returns the serial afterwards.
    pub async fn put(&self, versions: &[Version]) -> Serial {
        let mut servers: BTreeMap<ServerName, Vec<Version>> = BTreeMap::new();
        for version in versions {
            servers.entry(version.name.clone()).or_default().push(version.clone());
        }
        let mut changes = Vec::new();
        for (name, versions) in &servers {
            let before = self.writer.server(name).await.expect("the server");
            changes.push(change(before.as_ref(), versions, None));
        }
        let mut heads: HashMap<ServerName, Head> = HashMap::new();
        for mut group in batches(changes) {
            for change in &mut group {
                if let Some(head) = heads.get(&change.name) {
                    change.before = Some(head.clone());
                }
            }
            let after = self.writer.commit(&group, Timestamp::now()).await.expect("a commit");
            heads.extend(group.into_iter().map(|change| change.name).zip(after));
        }
        self.serial().await
    }

    /// All records of the audit trail, in the order in which they were written.
    pub async fn records(&self) -> Vec<AuditRecord> {
        let query = AuditQuery { limit: usize::MAX, ..AuditQuery::default() };
        let page = self.stores.trail().page(&query).await.expect("a page");
        assert_eq!(page.next, None);
        page.records.into_iter().rev().collect()
    }

    /// The serial.
    pub async fn serial(&self) -> Serial {
        self.writer.counter().await.expect("the counter").serial
    }

    /// Runs `sync` over sources as the command line spells them.
    pub async fn import(&self, sources: &[&str]) -> Report {
        let sources: Vec<Source> = sources.iter().map(|text| text.parse().expect("a source")).collect();
        let context = ReadContext::new().expect("a context");
        let quiet: sync::OnProgress = std::sync::Arc::new(|_, _| ());
        Box::pin(self.sync.run(&sources, &context, &quiet)).await.expect("a run")
    }

    /// Writes a source file into the registry's directory and returns it as `NAME=PATH`.
    #[must_use]
    pub fn source(&self, name: &str, content: &serde_json::Value) -> String {
        self.source_text(name, &content.to_string())
    }

    /// Writes a source file of any content and returns it as `NAME=PATH`.
    #[must_use]
    pub fn source_text(&self, name: &str, content: &str) -> String {
        let path = self.dir.path().join(format!("{name}.json"));
        std::fs::write(&path, content).expect("a source file");
        format!("{name}={}", path.display())
    }
}
