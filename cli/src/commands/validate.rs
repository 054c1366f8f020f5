//! `berth validate`

use std::process::ExitCode;

use registry::error::ErrorDetail;
use registry_validate::{Issue, IssueType, Severity, ValidationResult};
use serde_json::Value;

use super::show_refusal;
use crate::arguments::{DocumentArguments, ValidateArguments};
use crate::document::Document;
use crate::output;
use crate::registry_client::{Answer, Call, RegistryClient};
use crate::session::{self, TokenFile};

pub(crate) async fn validate(arguments: ValidateArguments) -> anyhow::Result<ExitCode> {
    let ValidateArguments { document: arguments, offline } = arguments;
    let document = Document::read(&arguments.file)?;
    if offline {
        let answer = serde_json::to_value(checked(&document.json))?;
        return show(&arguments, &document, &answer, &format!("{answer}\n"));
    }
    // Needs no token, so a damaged login is in nobody's way.
    let login = TokenFile::find()?.read().ok().flatten();
    let client = session::registry(&arguments.target, login.as_ref())?;
    let answer = match ask(&client, &document).await {
        Ok(answer) => answer,
        Err(error) => return show_refusal(error, arguments.json),
    };
    show(&arguments, &document, &answer.json, &answer.line())
}

/// What the registry would say, by the same code.
fn checked(document: &Value) -> ValidationResult {
    match registry_validate::structure(document) {
        Ok(document) => registry_validate::validate(&document),
        // The registry refuses such a body before it validates; here they are issues like others.
        Err(errors) => ValidationResult { valid: false, issues: errors.into_iter().map(issue).collect() },
    }
}

fn issue(error: ErrorDetail) -> Issue {
    let location = error.location.unwrap_or_default();
    let path = location.strip_prefix("body").unwrap_or(&location).trim_start_matches('.').to_owned();
    Issue {
        kind: IssueType::Schema,
        path,
        message: error.message,
        severity: Severity::Error,
        reference: "structure".to_owned(),
    }
}

fn show(arguments: &DocumentArguments, document: &Document, answer: &Value, line: &str) -> anyhow::Result<ExitCode> {
    let is_valid = answer.get("valid").and_then(Value::as_bool).unwrap_or_default();
    if arguments.json {
        output::print(line)?;
    } else if let Some(table) = output::issue_table(answer, &document.json) {
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
