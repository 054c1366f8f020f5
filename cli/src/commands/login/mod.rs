//! `berth login`

mod advice;
mod prove;

use std::process::ExitCode;

use super::whoami;
use crate::arguments::{LoginCommand, TargetArguments};
use crate::output;
use crate::registry_client::RegistryClient;
use crate::session::{self, Login, Proof, TokenFile};

use advice::with_advice;
use prove::{Proved, prove};

pub(crate) async fn login(command: LoginCommand) -> anyhow::Result<ExitCode> {
    let file = TokenFile::find()?;
    let client = client(target(&command), &file)?;
    let Proved { proof, key, github_token, lost } = prove(command, &client).await?;
    if client.is_open_to_others() {
        output::talk(&format!("warning: the token for {} can be read on its way there; use https", client.address()));
    }
    let granted = session::log_in(&client, &proof).await.map_err(|error| with_advice(error, &proof))?;
    let method = proof.method();
    let domain = match proof {
        Proof::Domain { domain, .. } => Some(domain),
        Proof::Token { .. } | Proof::Anonymous => None,
    };
    let login = Login {
        registry: client.address(),
        token: granted.registry_token,
        expires_at: granted.expires_at,
        method,
        domain,
        key,
        github_token,
    };
    file.write(&login)?;
    whoami::print(&login)?;
    if let Some(lost) = lost.filter(|_| !login.renews()) {
        output::talk(lost);
    }
    Ok(ExitCode::SUCCESS)
}

fn target(command: &LoginCommand) -> &TargetArguments {
    match command {
        LoginCommand::Github(arguments) => &arguments.target,
        LoginCommand::Oidc(arguments) => &arguments.target,
        LoginCommand::Dns(arguments) | LoginCommand::Http(arguments) => &arguments.target,
        LoginCommand::GithubOidc(arguments) | LoginCommand::None(arguments) => &arguments.target,
    }
}

/// The registry to log in at. A login that cannot be read is replaced; it only cannot say which registry it was for.
fn client(target: &TargetArguments, file: &TokenFile) -> anyhow::Result<RegistryClient> {
    let previous = file.read().ok().flatten();
    session::registry(target, previous.as_ref())
}
