//! `berth delete`

use std::process::ExitCode;

use registry::model::Status;
use reqwest::Method;

use super::{show_refusal, show_version, status};
use crate::arguments::DeleteArguments;
use crate::confirm::confirm;
use crate::output;
use crate::registry_client::{Call, segment};
use crate::session::Session;

pub(crate) async fn delete(arguments: DeleteArguments) -> anyhow::Result<ExitCode> {
    let DeleteArguments { name, version, .. } = &arguments;
    let mut session = Session::open(&arguments.target).await?;
    if !confirm(&format!("delete {name} {version} at {}", session.client.address()), arguments.yes)? {
        output::talk("nothing was deleted");
        return Ok(ExitCode::FAILURE);
    }
    let path = format!("/v0.1/servers/{}/versions/{}", segment(name), segment(version));
    let status_path = format!("{path}/status");
    // A DELETE has no body in the official API, so a message goes the way of every other status.
    let call = match arguments.message.as_deref() {
        Some(message) => status::change(&status_path, status::body(Status::Deleted, Some(message))),
        None => Call::new(Method::DELETE, &path, None),
    };
    let answer = match session.send(call).await {
        Ok(answer) => answer,
        Err(error) => return show_refusal(error, arguments.json),
    };
    let code = if arguments.json {
        output::print(&answer.line())?;
        ExitCode::SUCCESS
    } else {
        show_version(&session.client, &answer.json)?
    };
    output::talk(&format!(
        "{name} {version} is hidden now, and its number stays taken; `berth status --status active {name} {version}` \
         restores it"
    ));
    Ok(code)
}
