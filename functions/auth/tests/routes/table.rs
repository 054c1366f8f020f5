//! A table behind DynamoDB's own protocol, which says how often it was asked and for what.

use std::sync::{Arc, Mutex};

use auth::Tables;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{BehaviorVersion, ConfigBag, Intercept, Region, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::Database;
use registry::limits::AUDIT_DAYS;
use registry::store::{AuditLog, AuditQuery, AuditRecord, create_table};
use registry::time::Timestamp;

const NAME: &str = "berth";

#[derive(Clone)]
pub(crate) struct Table {
    client: Client,
    calls: Calls,
}

/// Names of operations, in the order in which they were sent.
#[derive(Clone, Debug, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Table {
    pub(crate) async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, Database::memory().unwrap()));
        let this = Self::at(&endpoint);
        create_table(&this.client, NAME).await.unwrap();
        this.calls();
        this
    }

    /// A table that cannot be reached.
    pub(crate) fn at(endpoint: &str) -> Self {
        let calls = Calls::default();
        let credentials = aws_credential_types::Credentials::from_keys("test", "test", None);
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials)
            .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .interceptor(calls.clone())
            .endpoint_url(endpoint);
        Self { client: Client::from_conf(config.build()), calls }
    }

    /// What reads and writes the table, and its name.
    pub(crate) fn client(&self) -> (Client, &'static str) {
        (self.client.clone(), NAME)
    }

    pub(crate) fn tables(&self) -> Tables {
        Tables::new(self.client.clone(), NAME, AUDIT_DAYS)
    }

    /// What was sent since the last time, sorted by name: some of it is sent at once.
    pub(crate) fn calls(&self) -> Vec<String> {
        let mut calls = std::mem::take(&mut *self.calls.0.lock().unwrap());
        calls.sort_unstable();
        calls
    }

    /// Keys of all used proofs, and when each may be deleted.
    pub(crate) async fn proofs(&self) -> Vec<(String, i64)> {
        let scan = self.client.scan().table_name(NAME).consistent_read(true).send().await.unwrap();
        let text = |value: &AttributeValue| value.as_s().unwrap().clone();
        let number = |value: &AttributeValue| value.as_n().unwrap().parse().unwrap();
        let proofs = scan.items().iter().filter(|item| text(&item["pk"]).starts_with("PROOF#"));
        proofs.map(|item| (text(&item["pk"]), number(&item["ttl"]))).collect()
    }

    /// Everything in it, to look for what must not be there.
    pub(crate) async fn everything(&self) -> String {
        let scan = self.client.scan().table_name(NAME).consistent_read(true).send().await.unwrap();
        format!("{:?}", scan.items())
    }

    /// The audit trail, oldest first.
    pub(crate) async fn trail(&self) -> Vec<AuditRecord> {
        let log = AuditLog::new(self.client.clone(), NAME, AUDIT_DAYS);
        let until = Timestamp::from_micros(Timestamp::now().as_micros() + 3_600_000_000);
        let query = AuditQuery { until, limit: 1000, ..AuditQuery::default() };
        let mut records = log.page(&query).await.unwrap().records;
        records.reverse();
        records
    }
}

impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "calls"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        self.0.lock().unwrap().push(target.rsplit('.').next().unwrap_or_default().to_owned());
        Ok(())
    }
}
