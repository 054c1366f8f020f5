//! Secrets of the operator in the secret store of the cloud.

use aws_sdk_secretsmanager::config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::{Client, Config};
use registry::aws::Aws;
use registry::config::optional;
use registry::error_chain;
use registry_auth::{EnvironmentError, KeysError, SigningKeys, TOKEN_KEYS, signing_keys_from_env};

/// Name of the variable that names the secret with the seeds of the signing keys. It wins over the seeds themselves.
pub const TOKEN_KEYS_SECRET: &str = "BERTH_TOKEN_KEYS_SECRET";

/// The secret does not hold what it should.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The secret store does not give it.
    #[error(
        "cannot read the secret {name}: {reason}; the function's role must allow secretsmanager:GetSecretValue on it"
    )]
    Read {
        /// Its name or ARN.
        name: String,
        /// What the SDK says.
        reason: String,
    },
    /// It is binary.
    #[error("the secret {0} has no text; it must hold {1}")]
    NoText(String, &'static str),
    /// Its text holds no keys. No message repeats it.
    #[error("the secret {name}: {source}")]
    Keys {
        /// Its name or ARN.
        name: String,
        /// What is wrong.
        source: KeysError,
    },
}

/// There are no keys where the environment says that they are.
#[derive(Debug, thiserror::Error)]
pub enum KeysFromEnvError {
    /// In a secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// In a variable.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
}

/// The keys that sign tokens and snapshots, read once, at the start of a sandbox: those of the secret that
/// [`TOKEN_KEYS_SECRET`] names, or those of [`TOKEN_KEYS`]; `None` when neither is set. A changed secret counts for the
/// sandboxes that start afterwards: the old key has to stay in it until the last of the others is gone.
///
/// # Errors
/// When the secret cannot be read, or there are no keys in what is set.
pub async fn signing_keys(aws: &Aws) -> Result<Option<SigningKeys>, KeysFromEnvError> {
    if let Some(name) = optional(TOKEN_KEYS_SECRET) {
        let text = text(aws, &name, "the seeds of the signing keys in hex").await?;
        return Ok(Some(text.parse().map_err(|source| SecretError::Keys { name, source })?));
    }
    Ok(optional(TOKEN_KEYS).map(|_| signing_keys_from_env()).transpose()?)
}

/// The text of a secret, which must hold `what`.
///
/// # Errors
/// See [`SecretError`].
pub async fn text(aws: &Aws, name: &str, what: &'static str) -> Result<String, SecretError> {
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(aws.region().to_owned()))
        .credentials_provider(aws.credentials())
        .http_client(aws.http_client());
    config.set_endpoint_url(aws.endpoint().map(str::to_owned));
    let answer = Client::from_conf(config.build()).get_secret_value().secret_id(name).send().await;
    let answer = answer.map_err(|error| SecretError::Read { name: name.to_owned(), reason: error_chain(&error) })?;
    answer.secret_string.ok_or_else(|| SecretError::NoText(name.to_owned(), what))
}
