//! `berth list`

use std::process::ExitCode;

use serde_json::Value;

use crate::arguments::ListArguments;
use crate::output;
use crate::registry_client::RegistryClient;

/// Most entries of a page of the official API.
const PAGE: usize = 100;

pub(crate) async fn list(arguments: ListArguments) -> anyhow::Result<ExitCode> {
    let client = RegistryClient::new(&arguments.registry.registry)?;
    let wanted = if arguments.limit == 0 { usize::MAX } else { arguments.limit };
    let mut entries: Vec<Value> = Vec::new();
    let mut cursor: Option<String> = None;
    let mut has_more = false;
    while entries.len() < wanted {
        let limit = PAGE.min(wanted - entries.len()).to_string();
        let mut query = vec![("limit", limit.as_str())];
        if !arguments.all_versions {
            query.push(("version", "latest"));
        }
        if arguments.include_deleted {
            query.push(("include_deleted", "true"));
        }
        query.extend(arguments.search.as_deref().map(|search| ("search", search)));
        query.extend(arguments.updated_since.as_deref().map(|time| ("updated_since", time)));
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let mut page = client.get("/v0.1/servers", &query).await?;
        let next = page.pointer("/metadata/nextCursor").and_then(Value::as_str).map(str::to_owned);
        if let Some(Value::Array(servers)) = page.get_mut("servers").map(Value::take) {
            has_more = next.is_some() && !servers.is_empty();
            entries.extend(servers);
        }
        if !has_more || next == cursor {
            break;
        }
        cursor = next;
    }
    if arguments.registry.json {
        output::print(&format!("{}\n", serde_json::to_string(&entries)?))?;
        return Ok(ExitCode::SUCCESS);
    }
    if entries.is_empty() {
        output::talk("no server matches; `berth list` without a search lists all");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = output::table(&["name", "version", "status", "updated", "description"]);
    for entry in &entries {
        table.add_row([
            output::field(entry, "/server/name"),
            output::field(entry, "/server/version"),
            output::official(entry, "status"),
            output::day(&output::official(entry, "updatedAt")),
            output::field(entry, "/server/description"),
        ]);
    }
    output::print(&format!("{}\n", table.trim_fmt()))?;
    if has_more {
        output::talk(&format!("{} shown, there may be more: --limit 0 lists all", entries.len()));
    }
    Ok(ExitCode::SUCCESS)
}
