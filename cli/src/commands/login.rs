//! `berth login`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use reqwest::StatusCode;

use super::whoami;
use crate::arguments::{DomainLoginArguments, LoginCommand, TargetArguments};
use crate::keys::{self, PrivateKey, WELL_KNOWN};
use crate::output;
use crate::registry_client::Refused;
use crate::session::{self, Login, Method, Proof, TokenFile};

pub(crate) async fn login(command: LoginCommand) -> anyhow::Result<ExitCode> {
    let (target, key_file, is_lost, proof) = match command {
        LoginCommand::Dns(arguments) => by_domain(Method::Dns, arguments)?,
        LoginCommand::Http(arguments) => by_domain(Method::Http, arguments)?,
        LoginCommand::None(arguments) => (arguments.target, None, false, Proof::Anonymous),
    };
    let file = TokenFile::find()?;
    // A login that cannot be read is replaced; it only cannot say which registry it was for.
    let previous = file.read().ok().flatten();
    let client = session::registry(&target, previous.as_ref())?;
    if client.is_open_to_others() {
        output::talk(&format!("warning: the token for {} can be read on its way there; use https", client.address()));
    }
    let granted = session::log_in(&client, &proof).await.map_err(|error| with_record(error, &proof))?;
    let (method, domain) = match proof {
        Proof::Anonymous => (Method::None, None),
        Proof::Domain { method, domain, .. } => (method, Some(domain)),
    };
    let login = Login {
        registry: client.address(),
        token: granted.registry_token,
        expires_at: granted.expires_at,
        method,
        domain,
        key: key_file,
    };
    file.write(&login)?;
    whoami::print(&login)?;
    if is_lost {
        output::talk(
            "the key is not kept, so this login ends with its token; give the key as a file with --key, or keep it in \
             BERTH_PRIVATE_KEY, and it renews itself",
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Where to log in, the key's file, whether the key is lost after this, and the proof.
type Wanted = (TargetArguments, Option<PathBuf>, bool, Proof);

fn by_domain(method: Method, arguments: DomainLoginArguments) -> anyhow::Result<Wanted> {
    let DomainLoginArguments { domain, key, private_key, algorithm, target } = arguments;
    let (file, is_lost, key) = match (key, private_key) {
        (Some(file), _) => {
            let key = keys::read(&file, algorithm)?;
            // Found again from any directory.
            let file = std::path::absolute(&file).with_context(|| format!("cannot find {}", file.display()))?;
            (Some(file), false, key)
        }
        (None, Some(hex)) => {
            let key = PrivateKey::from_hex(&hex, algorithm).map_err(|error| anyhow!("the private key {error}"))?;
            (None, true, key)
        }
        (None, None) => match session::key_from_environment(algorithm)? {
            Some(key) => (None, false, key),
            None => bail!(
                "no key to prove {domain} with: give a file with --key, which `berth keys new` makes, or set \
                 BERTH_PRIVATE_KEY"
            ),
        },
    };
    Ok((target, file, is_lost, Proof::Domain { method, domain, key }))
}

/// Says what the domain has to publish when the registry does not find it.
fn with_record(error: anyhow::Error, proof: &Proof) -> anyhow::Error {
    let Proof::Domain { method, domain, key } = proof else { return error };
    match error.downcast::<Refused>() {
        Ok(mut refused) if refused.status == StatusCode::UNAUTHORIZED => {
            let record = keys::record(key);
            let place = match method {
                Method::Http => format!("https://{domain}{WELL_KNOWN} has to answer with"),
                Method::Dns | Method::None => format!("{domain} needs a TXT record with"),
            };
            refused.hint = Some(format!("{place} \"{record}\""));
            refused.into()
        }
        Ok(refused) => refused.into(),
        Err(error) => error,
    }
}
