//! `berth validate`

use std::process::ExitCode;

use serde_json::Value;

use super::show_refusal;
use crate::arguments::DocumentArguments;
use crate::document::Document;
use crate::output;
use crate::registry_client::{Answer, Call, RegistryClient};
use crate::session::{self, TokenFile};

pub(crate) async fn validate(arguments: DocumentArguments) -> anyhow::Result<ExitCode> {
    let document = Document::read(&arguments.file)?;
    // Needs no token, so a damaged login is in nobody's way.
    let login = TokenFile::find()?.read().ok().flatten();
    let client = session::registry(&arguments.target, login.as_ref())?;
    let answer = match ask(&client, &document).await {
        Ok(answer) => answer,
        Err(error) => return show_refusal(error, arguments.json),
    };
    let is_valid = answer.json.get("valid").and_then(Value::as_bool).unwrap_or_default();
    if arguments.json {
        output::print(&answer.line())?;
    } else if let Some(table) = output::issue_table(&answer.json, &document.json) {
        output::print(&format!("{table}\n"))?;
    }
    let name = arguments.file.display();
    output::talk(&if is_valid { format!("{name} is valid") } else { format!("error: {name} is not valid") });
    Ok(if is_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Has the registry look at a document.
pub(super) async fn ask(client: &RegistryClient, document: &Document) -> anyhow::Result<Answer> {
    client.send(&Call::post("/v0.1/validate", Some(document.bytes.clone()))).await
}
