//! A table behind DynamoDB's own protocol.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use dynoxide::Database;
use registry::store::attributes::{Item, key_item};
use registry::store::{create_table, keys};

use crate::registry::Registry;

const NAME: &str = "berth";

#[derive(Clone)]
pub(crate) struct Table(Client);

impl Table {
    pub(crate) async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, Database::memory().unwrap()));
        let this = Self::at(&endpoint);
        create_table(&this.0, NAME).await.unwrap();
        this
    }

    /// A table that cannot be reached, unless one is there.
    pub(crate) fn at(endpoint: &str) -> Self {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::from_keys("test", "test", None))
            .retry_config(RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(endpoint);
        Self(Client::from_conf(config.build()))
    }

    /// The process keeps its keys here.
    pub(crate) fn serve(&self, registry: Registry) -> Registry {
        Registry { keys: registry.keys.with_table(self.0.clone(), NAME), ..registry }
    }

    /// What is kept of an issuer.
    pub(crate) async fn item(&self, issuer: &str) -> Option<Item> {
        let key = key_item(&keys::key_set(issuer));
        self.0.get_item().table_name(NAME).set_key(Some(key)).consistent_read(true).send().await.unwrap().item
    }

    /// Changes what is kept of an issuer.
    pub(crate) async fn put(&self, item: Item) {
        self.0.put_item().table_name(NAME).set_item(Some(item)).send().await.unwrap();
    }
}
