//! `berth logout`

use std::process::ExitCode;

use crate::output;
use crate::session::TokenFile;

pub(crate) fn logout() -> anyhow::Result<ExitCode> {
    let text = if TokenFile::find()?.remove()? { "logged out" } else { "was not logged in" };
    output::talk(text);
    Ok(ExitCode::SUCCESS)
}
