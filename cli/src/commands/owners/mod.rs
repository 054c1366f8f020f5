//! `berth owners`

mod ask;
mod show;

use std::process::ExitCode;

use super::{show_refusal, take_new_token};
use crate::arguments::{OwnersArguments, OwnersCommand};
use crate::output;
use crate::session::Session;

pub(crate) async fn owners(arguments: OwnersArguments) -> anyhow::Result<ExitCode> {
    let mut session = Session::open(&arguments.target()).await?;
    let answer = match ask::ask(&mut session, &arguments.command).await {
        Ok(answer) => answer,
        Err(error) => return show_refusal(error, arguments.json),
    };
    if arguments.json {
        output::print(&answer.line())?;
    } else {
        show::show(&arguments.command, &answer.json)?;
    }
    if matches!(arguments.command, OwnersCommand::Accept { .. } | OwnersCommand::AcceptTransfer { .. }) {
        take_new_token(&mut session).await;
    }
    Ok(ExitCode::SUCCESS)
}
