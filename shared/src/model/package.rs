//! Packages, and the transports of packages and remotes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::argument::{Argument, Input, KeyValueInput};
use super::server_json::Extra;
use super::text::{or_default, text};

/// A way to run the server from a package registry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// `npm`, `pypi`, `oci`, `nuget`, `mcpb`, `cargo` or another.
    pub registry_type: String,
    /// Base URL of the package registry.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub registry_base_url: Option<String>,
    /// Name in the package registry, or the full reference of an image or file.
    pub identifier: String,
    /// Version in the package registry.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// SHA-256 of the file, in hex.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<String>,
    /// The program to run it with, such as `npx`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub runtime_hint: Option<String>,
    /// How a client talks to it.
    pub transport: Transport,
    /// Arguments of the runtime.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub runtime_arguments: Vec<Argument>,
    /// Arguments of the package.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub package_arguments: Vec<Argument>,
    /// Environment of the process.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub environment_variables: Vec<KeyValueInput>,
    /// Fields that the format does not name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Extra,
}

/// How a client talks to a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Transport {
    /// `stdio`, `streamable-http` or `sse`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it listens; may hold `{variables}`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Headers to send.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<KeyValueInput>,
    /// Inputs for the `{variables}` of the URL.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, Input>,
    /// Fields that the format does not name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Extra,
}
