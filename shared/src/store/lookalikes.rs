//! Names that look like another.

use super::attributes::Attributes;
use super::{Reader, StoreError, keys};
use crate::model::ServerName;

/// Most names that are told; more would warn nobody better.
const TOLD: i32 = 5;

impl Reader {
    /// Names of other servers that look like `name`, at most five. One query.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn lookalikes(&self, name: &ServerName) -> Result<Vec<String>, StoreError> {
        let operation = "read names that look alike";
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", super::attributes::text(keys::lookalikes(name)))
            .limit(TOLD + 1)
            .send()
            .await
            .map_err(|error| StoreError::call(operation, error))?;
        let mut names = Vec::new();
        for item in answer.items.unwrap_or_default() {
            let other = Attributes { operation, item: &item }.text(keys::SK)?;
            if other != name.as_str() {
                names.push(other.to_owned());
            }
        }
        Ok(names)
    }
}
