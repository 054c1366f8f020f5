//! `berth search`

use std::process::ExitCode;

use serde_json::Value;

use crate::arguments::SearchArguments;
use crate::output;
use crate::registry_client::RegistryClient;

const PATH: &str = "/v0.1/x/dev.berth/search";
/// Most servers of a page.
const PAGE: usize = 100;
/// Values of a facet that are shown.
const VALUES: usize = 5;

pub(crate) async fn search(arguments: SearchArguments) -> anyhow::Result<ExitCode> {
    let client = RegistryClient::new(&arguments.registry.registry)?;
    let filters = filters(&arguments.filters)?;
    let wanted = if arguments.limit == 0 { usize::MAX } else { arguments.limit };
    let mut servers: Vec<Value> = Vec::new();
    let (mut last, mut cursor) = (Value::Null, None::<String>);
    while servers.len() < wanted {
        let limit = PAGE.min(wanted - servers.len()).to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        query.extend(arguments.query.as_deref().map(|text| ("q", text)));
        query.extend(arguments.sort.as_deref().map(|sort| ("sort", sort)));
        query.extend(filters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        last = client.get(PATH, &query).await?;
        if let Some(Value::Array(page)) = last.get_mut("servers").map(Value::take) {
            servers.extend(page);
        }
        cursor = last.pointer("/metadata/nextCursor").and_then(Value::as_str).map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    if arguments.registry.json {
        let total = last.pointer("/metadata/total").cloned().unwrap_or_default();
        let facets = last.get("facets").cloned().unwrap_or_default();
        let answer = serde_json::json!({"servers": servers, "facets": facets, "total": total});
        output::print(&format!("{answer}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    if servers.is_empty() {
        output::talk("no server was found; fewer filters find more");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = output::table(&["name", "version", "what it is", "how it runs"]);
    for server in &servers {
        table.add_row([
            output::field(server, "/server/name"),
            output::field(server, "/server/version"),
            what(server),
            how(server),
        ]);
    }
    output::print(&format!("{}\n", table.trim_fmt()))?;
    talk_about(&last, servers.len(), cursor.is_some());
    Ok(ExitCode::SUCCESS)
}

/// `NAME=VALUE`, several of one name as one list.
fn filters(given: &[String]) -> anyhow::Result<Vec<(String, String)>> {
    let mut filters: Vec<(String, String)> = Vec::new();
    for filter in given {
        let Some((name, value)) = filter.split_once('=').filter(|(_, value)| !value.is_empty()) else {
            anyhow::bail!("{filter:?} is no filter: expected NAME=VALUE, such as package_type=npm");
        };
        match filters.iter_mut().find(|(other, _)| other == name) {
            Some((_, values)) => values.push_str(&format!(",{value}")),
            None => filters.push((name.to_owned(), value.to_owned())),
        }
    }
    Ok(filters)
}

fn what(server: &Value) -> String {
    let description = output::field(server, "/server/description");
    match output::official(server, "status").as_str() {
        "active" => description,
        status => format!("({status}) {description}"),
    }
}

/// Kinds of its packages, and its remotes.
fn how(server: &Value) -> String {
    let texts = |list: &str, field: &str| -> Vec<String> {
        let items = server.pointer(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().map(|item| output::field(item, field)).collect()
    };
    let mut ways = texts("/server/packages", "/registryType");
    if !texts("/server/remotes", "/type").is_empty() {
        ways.push("remote".to_owned());
    }
    let mut seen = Vec::new();
    ways.retain(|way| {
        !seen.contains(way) && {
            seen.push(way.clone());
            true
        }
    });
    ways.join(", ")
}

/// How much there is, and by what it could be filtered.
fn talk_about(answer: &Value, shown: usize, has_more: bool) {
    let total = answer.pointer("/metadata/total").and_then(Value::as_u64).unwrap_or_default();
    if !has_more {
        return;
    }
    output::talk(&format!("{shown} of {total} shown: --limit 0 shows all, and --filter fewer:"));
    for (name, parameter) in [("packageType", "package_type"), ("transport", "transport"), ("runs", "runs")] {
        let counts = answer.pointer(&format!("/facets/{name}")).and_then(Value::as_array);
        let counts = counts.map(Vec::as_slice).unwrap_or_default().iter().take(VALUES);
        let counts: Vec<String> = counts
            .map(|count| format!("{} ({})", output::field(count, "/value"), output::field(count, "/count")))
            .collect();
        if !counts.is_empty() {
            output::talk(&format!("  {parameter}={}", counts.join(", ")));
        }
    }
}
