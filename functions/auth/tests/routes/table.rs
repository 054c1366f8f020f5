//! A table behind DynamoDB's own protocol.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::Database;
use registry::store::{Replay, create_table};

const NAME: &str = "berth";

#[derive(Clone)]
pub(crate) struct Table {
    client: Client,
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

    /// A table that cannot be reached.
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

    pub(crate) fn replay(&self) -> Replay {
        Replay::new(self.client.clone(), NAME)
    }

    /// Keys of all items, and when each may be deleted.
    pub(crate) async fn items(&self) -> Vec<(String, i64)> {
        let scan = self.client.scan().table_name(NAME).consistent_read(true).send().await.unwrap();
        let text = |value: &AttributeValue| value.as_s().unwrap().clone();
        let number = |value: &AttributeValue| value.as_n().unwrap().parse().unwrap();
        scan.items().iter().map(|item| (text(&item["pk"]), number(&item["ttl"]))).collect()
    }
}
