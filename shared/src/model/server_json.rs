//! `server.json`, in the field order of the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::package::{Package, Transport};
use super::text::{or_default, text};

/// Fields that the format does not name, kept in the order of their keys, behind those that it names.
pub type Extra = BTreeMap<String, Value>;

/// What a publisher says of one version of a server.
///
/// Written by serde it has the official registry's key order; unset fields are absent, `repository: {}` and `_meta: {}`
/// stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServerJSON)]
pub struct ServerJson {
    /// URL of the dated JSON Schema that the document follows.
    #[serde(rename = "$schema", default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// `namespace/name`, 3 to 200 characters.
    pub name: String,
    /// What the server does, for people.
    pub description: String,
    /// A name for people.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where the source code is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<Repository>,
    /// A specific version, not a range.
    pub version: String,
    /// Home page.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub website_url: Option<String>,
    /// Icons for people.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub icons: Vec<Icon>,
    /// Ways to run the server.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<Package>,
    /// Places where the server runs already.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub remotes: Vec<Transport>,
    /// Extension data by reverse-DNS key.
    #[serde(rename = "_meta", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub meta: Option<Extra>,
    /// Fields that the format does not name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Extra,
}

/// Where the source code is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Repository {
    /// URL of the repository.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The host, such as `github`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The host's own identifier, which survives a rename.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Folder of the server in a repository of several.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub subfolder: Option<String>,
    /// Fields that the format does not name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Extra,
}

/// A picture for people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Icon {
    /// Absolute https URL.
    pub src: String,
    /// Media type.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Sizes, as `48x48` or `any`.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<String>,
    /// `light` or `dark`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// Fields that the format does not name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Extra,
}

impl ServerJson {
    /// The document as it is stored and answered: one line, official key order, free-form maps sorted by key.
    ///
    /// # Errors
    /// Never for a document that was read from JSON; serde's signature asks for it.
    pub fn canonical(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Remote URLs, each once: what a server claims for itself.
    pub fn remote_urls(&self) -> impl Iterator<Item = &str> {
        let mut seen = std::collections::BTreeSet::new();
        self.remotes.iter().filter_map(|remote| remote.url.as_deref()).filter(move |url| seen.insert(*url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(json: &str) -> String {
        serde_json::from_str::<ServerJson>(json).unwrap().canonical().unwrap()
    }

    #[test]
    fn orders_keys_as_the_official_registry() {
        let shuffled = r#"{"version":"1.0.0","remotes":[{"url":"https://a.example/mcp","type":"sse"}],"name":"a.b/cc",
            "repository":{"source":"github","url":"https://github.com/a/b"},"description":"d","$schema":"s","title":"t"}"#;
        assert_eq!(
            canonical(shuffled),
            r#"{"$schema":"s","name":"a.b/cc","description":"d","title":"t","repository":{"url":"https://github.com/a/b","source":"github"},"version":"1.0.0","remotes":[{"type":"sse","url":"https://a.example/mcp"}]}"#
        );
    }

    #[test]
    fn null_and_empty_are_absent_but_empty_objects_stay() {
        let json = r#"{"name":"a.b/cc","description":"d","version":"1","title":null,"websiteUrl":"","packages":[],
            "icons":null,"repository":{},"_meta":{}}"#;
        assert_eq!(canonical(json), r#"{"name":"a.b/cc","description":"d","repository":{},"version":"1","_meta":{}}"#);
    }

    #[test]
    fn unknown_fields_are_kept_and_maps_are_sorted() {
        let json = r#"{"name":"a.b/cc","description":"d","version":"1","zeta":1,"alpha":{"b":2,"a":[{"d":1,"c":2}]},
            "packages":[{"registryType":"npm","identifier":"x","transport":{"type":"stdio","note":true},"later":"yes"}],
            "_meta":{"z":{},"a":{"y":1,"x":9007199254740993}}}"#;
        assert_eq!(
            canonical(json),
            r#"{"name":"a.b/cc","description":"d","version":"1","packages":[{"registryType":"npm","identifier":"x","transport":{"type":"stdio","note":true},"later":"yes"}],"_meta":{"a":{"x":9007199254740993,"y":1},"z":{}},"alpha":{"a":[{"c":2,"d":1}],"b":2},"zeta":1}"#
        );
    }
}
