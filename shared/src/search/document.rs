//! What is found of a server: its latest version's words, facets and times.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::facet::Facet;
use super::score::{Counts, Lengths};
use super::words::{each_word, humps, is_common, owner, words};
use crate::limits;
use crate::model::{Input, KeyValueInput, PUBLISHER_META, Package, ServerJson, ServerName, Status, Transport};
use crate::store::{Owner, ServerState};

/// A server as search sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    pub(super) words: BTreeMap<String, Counts>,
    pub(super) values: BTreeSet<(Facet, String)>,
    pub(super) lengths: Lengths,
    pub(super) status: Status,
    pub(super) published_at: i64,
    pub(super) updated_at: i64,
}

impl Document {
    /// The document of a server.
    #[must_use]
    pub fn of(name: &ServerName, state: &ServerState) -> Self {
        let mut document = Self::default();
        let (namespace, part) = name.as_str().split_once('/').unwrap_or(("", name.as_str()));
        document.name(namespace, part);
        document.value(Facet::Namespace, namespace);
        document.value(
            Facet::Source,
            match &state.owner {
                Owner::Source(source) => source,
                Owner::Publisher => "publisher",
            },
        );
        let Some(version) = state.versions.get(&state.latest) else { return document };
        document.status = version.status;
        document.published_at = version.published_at.as_micros();
        document.updated_at = version.updated_at.as_micros();
        document.value(Facet::Status, version.status.as_str());
        // A stored document was parsed before it was stored; one that cannot be read has a name to be found by.
        if let Ok(server) = serde_json::from_str::<ServerJson>(&version.document) {
            document.server(&server);
        }
        document
    }

    fn name(&mut self, namespace: &str, part: &str) {
        let mut length: u8 = 0;
        let add = |this: &mut Self, word: &str| this.counts(word).name = this.counts(word).name.saturating_add(1);
        each_word(part, |word, _| {
            add(self, word);
            length = length.saturating_add(u8::from(!is_common(word)));
        });
        for hump in humps(part) {
            add(self, &hump);
        }
        self.lengths.name = length;
        let (owner, is_domain) = owner(namespace);
        for word in words(owner) {
            let counts = self.counts(&word);
            if is_domain { counts.domain = true } else { counts.account = true }
        }
    }

    fn server(&mut self, server: &ServerJson) {
        each_word(server.title.as_deref().unwrap_or_default(), |word, _| {
            self.lengths.title = self.lengths.title.saturating_add(1);
            let counts = self.counts(word);
            counts.title = counts.title.saturating_add(1);
        });
        each_word(&server.description, |word, _| {
            self.lengths.description = self.lengths.description.saturating_add(1);
            let counts = self.counts(word);
            counts.description = counts.description.saturating_add(1);
        });
        if let Some(said) = server.meta.as_ref().and_then(|meta| meta.get(PUBLISHER_META)) {
            self.said(said, 0);
        }
        for package in &server.packages {
            self.value(Facet::PackageType, &package.registry_type);
            self.value(Facet::Transport, &package.transport.kind);
            self.value(Facet::Runs, "local");
        }
        for remote in &server.remotes {
            self.value(Facet::Transport, &remote.kind);
            self.value(Facet::Runs, "remote");
        }
        let needs_secret = server.packages.iter().any(package_needs_secret) || server.remotes.iter().any(needs_secret);
        self.value(Facet::NeedsSecret, if needs_secret { "true" } else { "false" });
    }

    /// Tags and categories of the publisher's block: at its top, or below the publisher's own key and below what that has for a
    /// package, as `ToolHive` writes them.
    fn said(&mut self, block: &Value, depth: usize) {
        let Value::Object(members) = block else { return };
        for (key, value) in members {
            let facet = match key.as_str() {
                "tags" | "keywords" => Facet::Tag,
                "categories" | "category" => Facet::Category,
                _ if depth < 2 => {
                    self.said(value, depth + 1);
                    continue;
                }
                _ => continue,
            };
            let texts = match value {
                Value::Array(values) => values.as_slice(),
                value => std::slice::from_ref(value),
            };
            for text in texts.iter().filter_map(Value::as_str).take(limits::SEARCH_TAGS) {
                each_word(text, |word, _| {
                    let counts = self.counts(word);
                    counts.tags = counts.tags.saturating_add(1);
                });
                self.value(facet, &text.trim().to_lowercase());
            }
        }
    }

    fn counts(&mut self, word: &str) -> &mut Counts {
        self.words.entry(word.to_owned()).or_default()
    }

    fn value(&mut self, facet: Facet, text: &str) {
        let held = self.values.iter().filter(|(other, _)| *other == facet).count();
        if !text.is_empty() && text.len() <= limits::SEARCH_VALUE_BYTES && held < limits::SEARCH_TAGS {
            self.values.insert((facet, text.to_owned()));
        }
    }
}

fn package_needs_secret(package: &Package) -> bool {
    let arguments = package.runtime_arguments.iter().chain(&package.package_arguments);
    key_values_need_secret(&package.environment_variables)
        || arguments.into_iter().any(|argument| is_needed_secret(&argument.input))
        || needs_secret(&package.transport)
}

fn needs_secret(transport: &Transport) -> bool {
    key_values_need_secret(&transport.headers) || transport.variables.values().any(is_needed_secret)
}

fn key_values_need_secret(inputs: &[KeyValueInput]) -> bool {
    inputs.iter().any(|input| is_needed_secret(&input.input))
}

/// A header such as `Bearer {token}` has its secret among its variables.
fn is_needed_secret(input: &Input) -> bool {
    (input.is_secret && input.is_required) || input.variables.values().any(is_needed_secret)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::VersionState;
    use crate::store::Serial;

    fn of(name: &str, server: &Value) -> Document {
        let time = "2025-01-01T00:00:00Z".parse().unwrap();
        let version = VersionState {
            document: server.to_string(),
            meta: std::collections::BTreeMap::new(),
            status: Status::Active,
            status_message: None,
            published_at: time,
            updated_at: time,
            status_changed_at: time,
        };
        let latest: crate::model::ServerVersion = "1.0.0".parse().unwrap();
        let versions = std::collections::BTreeMap::from([(latest.clone(), version)]);
        let state = ServerState { owner: Owner::Source("official".to_owned()), latest, serial: Serial(1), versions };
        Document::of(&name.parse().unwrap(), &state)
    }

    #[test]
    fn words_facets_and_lengths() {
        let server = json!({
            "name": "com.acme/googleCalendar-mcp", "description": "Calendar of Acme", "title": "Acme Calendar", "version": "1.0.0",
            "packages": [{"registryType": "npm", "identifier": "x", "transport": {"type": "stdio"},
                "environmentVariables": [{"name": "TOKEN", "isSecret": true, "isRequired": true}]}],
            "remotes": [{"type": "sse", "url": "https://x.example"}],
            "_meta": {PUBLISHER_META: {"tags": ["Time-Zones"], "io.github.stacklok": {"ghcr.io/x": {"category": "Office"}}}},
        });
        let document = of("com.acme/googleCalendar-mcp", &server);
        let counts = |word: &str| document.words.get(word).copied().unwrap_or_default();
        let none = Counts::default();
        assert_eq!(counts("acme"), Counts { domain: true, title: 1, description: 1, ..none });
        assert_eq!(counts("calendar"), Counts { name: 1, title: 1, description: 1, ..none });
        assert_eq!(counts("googlecalendar"), Counts { name: 1, ..none });
        assert_eq!(counts("zones"), Counts { tags: 1, ..none });
        assert_eq!(counts("com"), none, "a top-level domain is nobody's name");
        assert_eq!(document.lengths, Lengths { name: 1, title: 2, description: 3 });
        let values: Vec<String> =
            document.values.iter().map(|(facet, text)| format!("{}={text}", facet.name())).collect();
        assert_eq!(
            values.join(" "),
            "status=active packageType=npm transport=sse transport=stdio runs=local runs=remote needsSecret=true \
             namespace=com.acme source=official category=office tag=time-zones"
        );
    }

    #[test]
    fn a_secret_that_may_be_left_out_is_not_needed() {
        let header = |input: Value| {
            let remote = json!({"type": "sse", "url": "https://x.example", "headers": [input]});
            let server = json!({"name": "a.b/cc", "description": "", "version": "1", "remotes": [remote]});
            of("a.b/cc", &server).values.contains(&(Facet::NeedsSecret, "true".to_owned()))
        };
        assert!(header(json!({"name": "K", "isSecret": true, "isRequired": true})));
        assert!(header(json!({"name": "K", "variables": {"t": {"isSecret": true, "isRequired": true}}})));
        assert!(!header(json!({"name": "K", "isSecret": true})));
        assert!(!header(json!({"name": "K", "isRequired": true})));
    }

    #[test]
    fn what_cannot_be_read_is_found_by_its_name() {
        let document = of("io.github.someone/thing", &json!({"name": 1}));
        assert!(document.words["thing"].name == 1 && document.words["someone"].account);
    }
}
