//! ToolHive's old catalogue: objects `servers` (containers) and `remote_servers`, keyed by short name. Converted as
//! ToolHive itself converts them, except that fields which it does not know stay in its extension block.

use registry::json::{self, Parts};
use registry::model::PUBLISHER_META;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::collector::{Collector, Label};
use super::entry::{self, EntryParts, SourceEntry};
use super::refusal::Refusal;
use super::toolhive_upstream::{NAMESPACE, status};
use super::{FormatError, Members, kind_of};

const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";
/// ToolHive gives every converted server this version; the tag of the image is not used.
const VERSION: &str = "1.0.0";

#[derive(Clone, Copy)]
enum Kind {
    Container,
    Remote,
}

const LISTS: [(&str, Kind); 2] = [("servers", Kind::Container), ("remote_servers", Kind::Remote)];

/// Whether at least one of the two objects is there.
pub(super) fn matches(members: &Members<'_>) -> bool {
    LISTS.iter().any(|(key, _)| kind_of(members, key) == Some("an object"))
}

/// Converts and reads the entries.
pub(super) fn read(members: &Members<'_>, collector: &mut Collector) -> Result<(), FormatError> {
    for (list, kind) in LISTS {
        let Some(raw) = members.get(list) else { continue };
        let Parts::Object(entries) = json::split(raw.get().as_bytes())? else { continue };
        for (key, raw) in entries {
            let accepted = accept(&key, raw, kind);
            collector.add(accepted, || Label { name: full_name(&key), version: VERSION.to_owned() });
        }
    }
    if members.contains_key("groups") {
        collector.ignore(["groups".to_owned()]);
    }
    Ok(())
}

fn accept(key: &str, raw: &RawValue, kind: Kind) -> Result<SourceEntry, Refusal> {
    let Value::Object(entry) = json::parse(raw.get().as_bytes())? else {
        return Err(Refusal::NotAnObject(json::kind(raw)));
    };
    let parts = EntryParts::bare(convert(key, entry, kind)?);
    let mut accepted = entry::accept(&parts)?;
    accepted.status = Some(status(&parts.server));
    Ok(accepted)
}

fn convert(key: &str, mut entry: Map<String, Value>, kind: Kind) -> Result<Value, Refusal> {
    // Go's encoder leaves these out.
    entry.retain(|_, value| !(value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty)));
    let mut server = Map::new();
    let name = entry.remove("name");
    server.insert("$schema".to_owned(), SCHEMA.into());
    server.insert("name".to_owned(), full_name(name.as_ref().and_then(Value::as_str).unwrap_or(key)).into());
    server.insert("version".to_owned(), VERSION.into());
    for field in ["title", "description"] {
        if let Some(value) = entry.remove(field) {
            server.insert(field.to_owned(), value);
        }
    }
    if let Some(url) = entry.remove("repository_url") {
        server.insert("repository".to_owned(), json!({"url": url, "source": "github"}));
    }
    let (field, address) = match kind {
        Kind::Container => ("packages", "image"),
        Kind::Remote => ("remotes", "url"),
    };
    let address = entry.remove(address).ok_or(Refusal::Missing(address))?;
    let target = match kind {
        Kind::Container => package(&address, &mut entry),
        Kind::Remote => remote(&address, &mut entry),
    };
    server.insert(field.to_owned(), json!([target]));
    entry.entry("status").or_insert_with(|| "active".into());
    let address = address.as_str().unwrap_or_default();
    server.insert("_meta".to_owned(), json!({PUBLISHER_META: {NAMESPACE: {address: entry}}}));
    Ok(server.into())
}

fn full_name(name: &str) -> String {
    if name.contains('/') { name.to_owned() } else { format!("{NAMESPACE}/{name}") }
}

fn package(image: &Value, entry: &mut Map<String, Value>) -> Value {
    let kind = entry.remove("transport").unwrap_or_else(|| "stdio".into());
    let port = entry.remove("target_port").and_then(|port| port.as_u64()).filter(|port| *port > 0);
    let url = (kind == "sse" || kind == "streamable-http")
        .then(|| port.map_or_else(|| "http://localhost".to_owned(), |port| format!("http://localhost:{port}")));
    let transport = json!({"type": kind, "url": url});
    let environment = inputs(entry.remove("env_vars"));
    json!({"registryType": "oci", "identifier": image, "transport": transport, "environmentVariables": environment})
}

fn remote(url: &Value, entry: &mut Map<String, Value>) -> Value {
    json!({"type": entry.remove("transport"), "url": url, "headers": inputs(entry.remove("headers"))})
}

/// Environment variables and headers: two fields have other names.
fn inputs(list: Option<Value>) -> Value {
    let mut list = list.unwrap_or_default();
    for input in list.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        for (old, new) in [("required", "isRequired"), ("secret", "isSecret")] {
            if let Some(value) = input.remove(old) {
                input.insert(new.to_owned(), value);
            }
        }
    }
    list
}
