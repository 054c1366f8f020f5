//! `berth status`

use std::process::ExitCode;

use registry::model::Status;
use reqwest::Method;
use serde_json::{Value, json};

use super::{show_refusal, show_version};
use crate::arguments::StatusArguments;
use crate::confirm::confirm;
use crate::output;
use crate::registry_client::{Call, segment};
use crate::session::Session;

pub(crate) async fn status(arguments: StatusArguments) -> anyhow::Result<ExitCode> {
    let mut session = Session::open(&arguments.target).await?;
    let body = body(arguments.status, arguments.message.as_deref());
    let server = format!("/v0.1/servers/{}", segment(&arguments.name));
    let outcome = match &arguments.version {
        Some(version) => {
            let path = format!("{server}/versions/{}/status", segment(version));
            session.send(change(&path, body)).await
        }
        None => {
            let versions = match count(&session, &server).await {
                Ok(versions) => versions,
                Err(error) => return show_refusal(error, arguments.json),
            };
            let question = format!("set all {versions} versions of {} to {}", arguments.name, arguments.status);
            if !confirm(&question, arguments.yes)? {
                output::talk("nothing was changed");
                return Ok(ExitCode::FAILURE);
            }
            session.send(change(&format!("{server}/status"), body)).await
        }
    };
    let answer = match outcome {
        Ok(answer) => answer,
        Err(error) => return show_refusal(error, arguments.json),
    };
    if arguments.json {
        output::print(&answer.line())?;
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.version.is_some() {
        return show_version(&session.client, &answer.json);
    }
    let updated = output::field(&answer.json, "/updatedCount");
    output::print_rows(&[
        ("name", output::printable(&arguments.name)),
        ("status", arguments.status.to_string()),
        ("versions", updated),
    ])?;
    Ok(ExitCode::SUCCESS)
}

/// The body of both routes.
pub(super) fn body(status: Status, message: Option<&str>) -> Vec<u8> {
    let mut body = json!({"status": status});
    if let (Some(message), Some(object)) = (message, body.as_object_mut()) {
        object.insert("statusMessage".to_owned(), message.into());
    }
    body.to_string().into_bytes()
}

/// A call that changes a status.
pub(super) fn change(path: &str, body: Vec<u8>) -> Call<'_> {
    Call::new(Method::PATCH, path, Some(body))
}

async fn count(session: &Session, server: &str) -> anyhow::Result<usize> {
    let versions = session.client.get(&format!("{server}/versions"), &[("include_deleted", "true")]).await?;
    Ok(versions.get("servers").and_then(Value::as_array).map_or(0, Vec::len))
}
