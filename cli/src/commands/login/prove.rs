//! How each login proves who somebody is.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use serde_json::Value;

use crate::arguments::{DomainLoginArguments, LoginCommand};
use crate::github;
use crate::keys::{self, PrivateKey};
use crate::registry_client::RegistryClient;
use crate::session::{self, Method, Proof};

/// A proof, and what of it is kept.
pub(super) struct Proved {
    pub(super) proof: Proof,
    pub(super) key: Option<PathBuf>,
    pub(super) github_token: Option<String>,
    /// What to say where the login cannot renew itself.
    pub(super) lost: Option<&'static str>,
}

/// Makes the proof that a command asks for.
pub(super) async fn prove(command: LoginCommand, client: &RegistryClient) -> anyhow::Result<Proved> {
    match command {
        LoginCommand::Github(arguments) => by_github(arguments.token, client).await,
        LoginCommand::GithubOidc(_) => {
            let token = github::id_token(&client.origin()).await?;
            Ok(Proved::by(Proof::Token { method: Method::GithubOidc, token }))
        }
        LoginCommand::Oidc(arguments) => by_oidc(arguments.token),
        LoginCommand::Dns(arguments) => by_domain(Method::Dns, arguments),
        LoginCommand::Http(arguments) => by_domain(Method::Http, arguments),
        LoginCommand::None(_) => Ok(Proved::by(Proof::Anonymous)),
    }
}

impl Proved {
    /// A proof that can be had again without anything being kept.
    fn by(proof: Proof) -> Self {
        Self { proof, key: None, github_token: None, lost: None }
    }
}

/// By a token that is given, or by one that GitHub gives for it. It opens more than this registry.
async fn by_github(given: Option<String>, client: &RegistryClient) -> anyhow::Result<Proved> {
    let address = client.address();
    if client.is_open_to_others() {
        bail!(
            "a token of GitHub can be read by others on its way to {address}; log in at an https:// URL of the registry"
        );
    }
    let (token, is_kept) = match given_token(given)? {
        Some(token) => (token, true),
        None => match session::github_token_from_environment() {
            Some(token) => (token, false),
            None => {
                let client_id = client_id(client).await?;
                (github::authorize(&client_id, &address).await?, true)
            }
        },
    };
    let github_token = is_kept.then(|| token.clone());
    Ok(Proved { github_token, ..Proved::by(Proof::Token { method: Method::Github, token }) })
}

fn by_oidc(given: Option<String>) -> anyhow::Result<Proved> {
    const LOST: &str = "the ID token is not kept, so this login ends with its token; keep a current one in BERTH_OIDC_TOKEN, \
                        and it renews itself";
    let method = Method::Oidc;
    if let Some(token) = given_token(given)? {
        return Ok(Proved { lost: Some(LOST), ..Proved::by(Proof::Token { method, token }) });
    }
    let token = session::oidc_token_from_environment()
        .context("no ID token to log in with: give one with --token, or set BERTH_OIDC_TOKEN")?;
    Ok(Proved::by(Proof::Token { method, token }))
}

/// A token from the command line, without blanks around it.
fn given_token(given: Option<String>) -> anyhow::Result<Option<String>> {
    match given.map(|token| token.trim().to_owned()) {
        Some(token) if token.is_empty() => bail!("--token is empty; give the token, or leave the option out"),
        token => Ok(token),
    }
}

/// The id by which GitHub knows the registry.
async fn client_id(client: &RegistryClient) -> anyhow::Result<String> {
    let health = client.get("/v0.1/health", &[]).await?;
    let id = health.get("github_client_id").and_then(Value::as_str).filter(|id| !id.is_empty());
    id.map(str::to_owned).with_context(|| {
        format!(
            "{} names no GitHub client id, so a login in the browser is not possible; log in with `berth login github \
             --token TOKEN`, a token of GitHub with read:org, or ask its operator to set BERTH_GITHUB_CLIENT_ID",
            client.address()
        )
    })
}

fn by_domain(method: Method, arguments: DomainLoginArguments) -> anyhow::Result<Proved> {
    const LOST: &str = "the key is not kept, so this login ends with its token; give the key as a file with --key, or keep \
                        it in BERTH_PRIVATE_KEY, and it renews itself";
    let DomainLoginArguments { domain, key, private_key, algorithm, .. } = arguments;
    let (file, lost, key) = match (key, private_key) {
        (Some(file), _) => {
            let key = keys::read(&file, algorithm)?;
            // Found again from any directory.
            let file = std::path::absolute(&file).with_context(|| format!("cannot find {}", file.display()))?;
            (Some(file), None, key)
        }
        (None, Some(hex)) => {
            let key = PrivateKey::from_hex(&hex, algorithm).map_err(|error| anyhow!("the private key {error}"))?;
            (None, Some(LOST), key)
        }
        (None, None) => match session::key_from_environment(algorithm)? {
            Some(key) => (None, None, key),
            None => bail!(
                "no key to prove {domain} with: give a file with --key, which `berth keys new` makes, or set \
                 BERTH_PRIVATE_KEY"
            ),
        },
    };
    Ok(Proved { key: file, lost, ..Proved::by(Proof::Domain { method, domain, key }) })
}
