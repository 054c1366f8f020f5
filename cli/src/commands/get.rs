//! `berth get`

use std::process::ExitCode;

use serde_json::Value;

use crate::arguments::GetArguments;
use crate::output;
use crate::registry_client::{RegistryClient, segment};

pub(crate) async fn get(arguments: GetArguments) -> anyhow::Result<ExitCode> {
    let client = RegistryClient::new(&arguments.registry.registry)?;
    let path = format!("/v0.1/servers/{}/versions/{}", segment(&arguments.name), segment(&arguments.version));
    let query: &[(&str, &str)] = if arguments.include_deleted { &[("include_deleted", "true")] } else { &[] };
    let entry = client.get(&path, query).await?;
    if arguments.registry.json {
        output::print(&format!("{}\n", serde_json::to_string(&entry)?))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = output::table(&[]);
    let latest = if output::official(&entry, "isLatest") == "true" { " (latest)" } else { "" };
    let mut row = |label: &str, value: String| {
        if !value.is_empty() {
            table.add_row([label.to_owned(), value]);
        }
    };
    row("name", output::field(&entry, "/server/name"));
    row("title", output::field(&entry, "/server/title"));
    row("description", output::field(&entry, "/server/description"));
    row("version", format!("{}{latest}", output::field(&entry, "/server/version")));
    row("status", output::official(&entry, "status"));
    row("message", output::official(&entry, "statusMessage"));
    row("published", output::official(&entry, "publishedAt"));
    row("updated", output::official(&entry, "updatedAt"));
    row("repository", output::field(&entry, "/server/repository/url"));
    row("website", output::field(&entry, "/server/websiteUrl"));
    for remote in list(&entry, "/server/remotes") {
        row("remote", format!("{} {}", output::field(remote, "/type"), output::field(remote, "/url")));
    }
    for package in list(&entry, "/server/packages") {
        let version = output::field(package, "/version");
        let version = if version.is_empty() { version } else { format!(" {version}") };
        let kind = output::field(package, "/registryType");
        row("package", format!("{kind} {}{version}", output::field(package, "/identifier")));
    }
    output::print(&format!("{}\n", table.trim_fmt()))?;
    Ok(ExitCode::SUCCESS)
}

fn list<'a>(entry: &'a Value, pointer: &str) -> &'a [Value] {
    entry.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
