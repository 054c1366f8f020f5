//! `berth audit`

use std::process::ExitCode;

use serde_json::Value;

use super::show_refusal;
use crate::arguments::AuditArguments;
use crate::output;
use crate::registry_client::Call;
use crate::session::Session;

/// Where the records are.
const PATH: &str = "/v0.1/x/dev.berth/audit";

/// Most records of a page.
const PAGE: usize = 100;

pub(crate) async fn audit(arguments: AuditArguments) -> anyhow::Result<ExitCode> {
    let mut session = Session::open(&arguments.target).await?;
    let (records, has_more) = match read(&mut session, &arguments).await {
        Ok(read) => read,
        Err(error) => return show_refusal(error, arguments.json),
    };
    if arguments.json {
        output::print(&format!("{}\n", serde_json::to_string(&records)?))?;
        return Ok(ExitCode::SUCCESS);
    }
    if records.is_empty() {
        output::talk("no record matches");
        return Ok(ExitCode::SUCCESS);
    }
    let columns = [
        ("at", "/at"),
        ("event", "/event"),
        ("outcome", "/outcome"),
        ("identity", "/identity"),
        ("namespace", "/namespace"),
        ("target", "/target"),
        ("address", "/address"),
        ("detail", "/detail"),
    ];
    output::print(&output::table_of(&records, &columns))?;
    if has_more {
        output::talk(&format!("{} shown, there may be more: --limit 0 lists all", records.len()));
    }
    Ok(ExitCode::SUCCESS)
}

/// The records that are wanted, and whether there may be more.
async fn read(session: &mut Session, arguments: &AuditArguments) -> anyhow::Result<(Vec<Value>, bool)> {
    let (since, until) = (arguments.since.map(|time| time.to_string()), arguments.until.map(|time| time.to_string()));
    let filters = [
        ("namespace", arguments.namespace.as_ref().map(|namespace| namespace.as_str())),
        ("identity", arguments.identity.as_ref().map(|identity| identity.as_str())),
        ("event", arguments.event.as_deref()),
        ("outcome", arguments.refused.then_some("refused")),
        ("since", since.as_deref()),
        ("until", until.as_deref()),
    ];
    let filters: Vec<(&str, &str)> = filters.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
    let wanted = if arguments.limit == 0 { usize::MAX } else { arguments.limit };
    let mut records: Vec<Value> = Vec::new();
    let mut cursor: Option<String> = None;
    while records.len() < wanted {
        let limit = PAGE.min(wanted - records.len()).to_string();
        let mut query = filters.clone();
        query.push(("limit", &limit));
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let mut page = session.send(Call::get(PATH, &query)).await?.json;
        let next = page.pointer("/metadata/nextCursor").and_then(Value::as_str).map(str::to_owned);
        // A page may be empty where a filter takes all of it; only a cursor that stands still ends nowhere.
        if let Some(Value::Array(more)) = page.get_mut("records").map(Value::take) {
            records.extend(more);
        }
        if next.is_none() || next == cursor {
            return Ok((records, false));
        }
        cursor = next;
    }
    records.truncate(wanted);
    Ok((records, true))
}
