//! One file a command.

mod audit;
mod cost;
mod delete;
mod get;
mod init;
mod keys;
mod list;
mod login;
mod logout;
mod mirror;
mod owners;
mod publish;
mod search;
mod serve;
mod status;
mod sync;
mod validate;
mod verify_domain;
mod whoami;

pub(crate) use audit::audit;
pub(crate) use cost::cost;
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use init::init;
pub(crate) use keys::keys;
pub(crate) use list::list;
pub(crate) use login::login;
pub(crate) use logout::logout;
pub(crate) use mirror::mirror;
pub(crate) use owners::owners;
pub(crate) use publish::publish;
pub(crate) use search::search;
pub(crate) use serve::serve;
pub(crate) use status::status;
pub(crate) use sync::sync;
pub(crate) use validate::validate;
pub(crate) use verify_domain::verify_domain;
pub(crate) use whoami::whoami;

use std::path::PathBuf;
use std::process::ExitCode;

use ::sync::source::ReadContext;
use anyhow::Context;
use berth_local::Stores;
use registry::aws::Aws;
use serde_json::Value;

use crate::arguments::DataArguments;
use crate::output;
use crate::registry_client::{Refused, RegistryClient, segment};
use crate::session::Session;

/// The stores that the environment names, else the embedded ones in the data directory.
async fn open_stores(data: &DataArguments) -> anyhow::Result<Stores> {
    if data.data.is_none() && Stores::are_in_environment() {
        return Ok(Stores::from_env().await?);
    }
    Ok(Stores::embedded(&directory(data)?).await?)
}

/// Where a registry on this machine keeps what belongs to it.
fn directory(data: &DataArguments) -> anyhow::Result<PathBuf> {
    match &data.data {
        Some(directory) => Ok(directory.clone()),
        None => default_directory(),
    }
}

/// What reading sources needs. An object in S3 is a source for embedded stores too, where the environment says how to
/// reach it.
fn read_context(stores: &Stores) -> anyhow::Result<ReadContext> {
    let mut context = ReadContext::new()?;
    context.s3 = stores.s3().or_else(|| Some(Aws::from_env().ok()?.s3()));
    Ok(context)
}

fn default_directory() -> anyhow::Result<PathBuf> {
    use etcetera::BaseStrategy;
    let base =
        etcetera::choose_base_strategy().context("cannot find the user's data directory; give one with --data")?;
    Ok(base.data_dir().join("berth"))
}

/// Shows a version of a server as a registry answers it, and where it is.
fn show_version(client: &RegistryClient, answer: &Value) -> anyhow::Result<ExitCode> {
    let text = |key: &str| answer.pointer(&format!("/server/{key}")).and_then(Value::as_str).unwrap_or_default();
    let path = format!("/v0.1/servers/{}/versions/{}", segment(text("name")), segment(text("version")));
    let latest = if output::official(answer, "isLatest") == "true" { " (latest)" } else { "" };
    output::print_rows(&[
        ("name", output::field(answer, "/server/name")),
        ("version", format!("{}{latest}", output::field(answer, "/server/version"))),
        ("status", output::official(answer, "status")),
        ("message", output::official(answer, "statusMessage")),
        ("url", client.url(&path).to_string()),
    ])?;
    Ok(ExitCode::SUCCESS)
}

/// Shows why a registry refuses: to people, and as it came to scripts. Other errors are passed on.
fn show_refusal(error: anyhow::Error, is_json: bool) -> anyhow::Result<ExitCode> {
    let refused = error.downcast::<Refused>()?;
    if let Some(text) = refused.text.as_ref().filter(|_| is_json) {
        output::print(&format!("{}\n", text.trim_end()))?;
    }
    output::talk_refusal(&refused);
    Ok(ExitCode::FAILURE)
}

/// Takes a token that grants what is the login's since a moment ago. That is so either way, so this fails softly.
async fn take_new_token(session: &mut Session) {
    match session.refresh().await {
        Ok(true) => output::talk("logged in again: the token grants it now"),
        Ok(false) => {
            output::talk(&format!("the token does not grant it yet; log in again with `{}`", session.command()));
        }
        Err(error) => output::talk(&format!(
            "warning: the token does not grant it yet: {}; log in again with `{}`",
            registry::error_chain(&*error),
            session.command()
        )),
    }
}
