//! Creation of the table, for local use and tests; in the cloud the template creates it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
    TimeToLiveStatus,
};

use super::StoreError;
use super::attributes::TTL;
use super::keys::{PK, SK};

/// Creates the table if it does not exist.
///
/// # Errors
/// When the service refuses.
pub async fn create_table(client: &Client, table: &str) -> Result<(), StoreError> {
    let operation = "create the table";
    let invalid =
        |error: aws_sdk_dynamodb::error::BuildError| StoreError::Call { operation, message: error.to_string() };
    let attribute =
        |name: &str| AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let created = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute(PK).map_err(invalid)?)
        .attribute_definitions(attribute(SK).map_err(invalid)?)
        .key_schema(key(PK, KeyType::Hash).map_err(invalid)?)
        .key_schema(key(SK, KeyType::Range).map_err(invalid)?)
        .send()
        .await;
    match created {
        Ok(_) => {}
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception()) => {}
        Err(error) => return Err(StoreError::call(operation, error)),
    }
    let described = client.describe_time_to_live().table_name(table).send().await;
    let described = described.map_err(|error| StoreError::call(operation, error))?;
    let status = described.time_to_live_description.and_then(|description| description.time_to_live_status);
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let expiry = TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL).build().map_err(invalid)?;
    let enabled = client.update_time_to_live().table_name(table).time_to_live_specification(expiry).send().await;
    enabled.map(drop).map_err(|error| StoreError::call(operation, error))
}
