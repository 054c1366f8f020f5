//! Creation of the table, for local use and tests; in the cloud the template creates it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};

use super::StoreError;
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
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception()) => Ok(()),
        Err(error) => Err(StoreError::call(operation, error)),
    }
}
