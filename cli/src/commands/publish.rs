//! `berth publish`

use std::process::ExitCode;

use reqwest::StatusCode;
use serde_json::Value;

use super::{show_refusal, show_version, validate};
use crate::arguments::DocumentArguments;
use crate::document::Document;
use crate::output;
use crate::registry_client::{Call, RegistryClient, is_refused};
use crate::session::Session;

pub(crate) async fn publish(arguments: DocumentArguments) -> anyhow::Result<ExitCode> {
    let document = Document::read(&arguments.file)?;
    let mut session = Session::open(&arguments.target).await?;
    let call = Call::post("/v0.1/publish", Some(document.bytes.clone()));
    let error = match session.send(call).await {
        Ok(answer) => {
            if arguments.json {
                output::print(&answer.line())?;
            } else {
                output::talk(&format!("published {} {}", document.text("name"), document.text("version")));
                show_version(&session.client, &answer.json)?;
            }
            tell_warnings(&answer.json);
            return Ok(ExitCode::SUCCESS);
        }
        Err(error) => error,
    };
    let is_invalid = is_refused(&error, StatusCode::UNPROCESSABLE_ENTITY);
    let code = show_refusal(error, arguments.json)?;
    if is_invalid && !arguments.json {
        show_issues(&session.client, &document).await?;
    }
    Ok(code)
}

/// What the registry has to say against what it took.
fn tell_warnings(answer: &Value) {
    let warnings = answer.pointer("/_meta/dev.berth/warnings").and_then(Value::as_array);
    for warning in warnings.into_iter().flatten().filter_map(Value::as_str) {
        output::talk(&format!("warning: {warning}"));
    }
}

/// The issues of a refused document. Where the registry does not list any, the refusal has said it all.
async fn show_issues(client: &RegistryClient, document: &Document) -> anyhow::Result<()> {
    let Ok(answer) = validate::ask(client, document).await else { return Ok(()) };
    match output::issue_table(&answer.json, &document.json) {
        Some(table) => output::print(&format!("{table}\n"))?,
        None if answer.json.get("valid").and_then(Value::as_bool) == Some(true) => {
            output::talk("`berth validate` finds no fault in it; the lines above say what the registry refuses");
        }
        None => {}
    }
    Ok(())
}
