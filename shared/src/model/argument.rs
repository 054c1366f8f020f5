//! Inputs, key-value inputs and arguments of packages and transports.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::server_json::Extra;
use super::text::{is_false, or_default, text};

/// A value that a user or a client supplies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// What the value is for.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether the server cannot start without it.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "is_false")]
    pub is_required: bool,
    /// `string`, `number`, `boolean` or `filepath`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// A fixed value, which may hold `{variables}`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Whether the value must be kept secret.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "is_false")]
    pub is_secret: bool,
    /// The value when the user gives none.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// An example to show.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// The values to choose from.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Inputs for the `{variables}` of `value`.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(no_recursion)]
    pub variables: BTreeMap<String, Input>,
    /// Fields that the format does not name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Extra,
}

/// A named input: an environment variable or a header.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KeyValueInput {
    /// What is common to all inputs.
    #[serde(flatten)]
    pub input: Input,
    /// Name of the variable or header.
    pub name: String,
}

/// An argument of a command line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Argument {
    /// What is common to all inputs.
    #[serde(flatten)]
    pub input: Input,
    /// `positional` or `named`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The flag of a named argument, dashes included.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A label for a positional argument.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub value_hint: Option<String>,
    /// Whether the argument may be given several times.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "is_false")]
    pub is_repeated: bool,
}
