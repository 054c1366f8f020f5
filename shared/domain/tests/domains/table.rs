//! A table behind DynamoDB's own protocol.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use dynoxide::Database;
use registry::store::{AuditLog, AuditQuery, AuditRecord, create_table};
use registry::time::Timestamp;
use registry_domain::{Domains, Terms};

pub(crate) const NAME: &str = "berth";

#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) client: Client,
}

impl Table {
    pub(crate) async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, Database::memory().unwrap()));
        let this = Self::at(&endpoint);
        create_table(&this.client, NAME).await.unwrap();
        this
    }

    /// A table at an address, where there may be none.
    pub(crate) fn at(endpoint: &str) -> Self {
        let credentials = aws_credential_types::Credentials::from_keys("test", "test", None);
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials)
            .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(endpoint);
        Self { client: Client::from_conf(config.build()) }
    }

    pub(crate) fn domains(&self) -> Domains {
        Domains::new(self.client.clone(), NAME, self.audit(), Terms::default())
    }

    pub(crate) fn audit(&self) -> AuditLog {
        AuditLog::new(self.client.clone(), NAME, 400)
    }

    /// The audit trail, oldest first.
    pub(crate) async fn trail(&self) -> Vec<AuditRecord> {
        let until = Timestamp::from_micros(Timestamp::now().as_micros() + 60_000_000);
        let query = AuditQuery { limit: 1000, until, ..AuditQuery::default() };
        let mut records = self.audit().page(&query).await.unwrap().records;
        records.reverse();
        records
    }

    /// Keys of all items but those of the trail, and when each may be deleted.
    pub(crate) async fn items(&self) -> Vec<(String, Option<i64>)> {
        let scan = self.client.scan().table_name(NAME).consistent_read(true).send().await.unwrap();
        let items = scan.items().iter().map(|item| {
            let key = format!("{}/{}", item["pk"].as_s().unwrap(), item["sk"].as_s().unwrap());
            (key, item.get("ttl").map(|ttl| ttl.as_n().unwrap().parse().unwrap()))
        });
        let mut items: Vec<_> =
            items.filter(|(key, _)| !key.starts_with("AUDIT") && !key.starts_with("COUNT")).collect();
        items.sort();
        items
    }
}
