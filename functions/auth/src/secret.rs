//! Secrets of the operator in the secret store of the cloud.

use aws_sdk_secretsmanager::config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::{Client, Config};
use registry::aws::Aws;
use registry::error_chain;
use registry_auth::{KeysError, SigningKeys};

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

/// The keys that sign tokens, read once, at the start of a sandbox. A changed secret counts for the sandboxes that start
/// afterwards: the old key has to stay in it until the last of the others is gone.
///
/// # Errors
/// See [`SecretError`].
pub(crate) async fn signing_keys(aws: &Aws, name: &str) -> Result<SigningKeys, SecretError> {
    let text = text(aws, name, "the seeds of the signing keys in hex").await?;
    text.parse().map_err(|source| SecretError::Keys { name: name.to_owned(), source })
}

/// The text of a secret, which must hold `what`.
///
/// # Errors
/// See [`SecretError`].
pub(crate) async fn text(aws: &Aws, name: &str, what: &'static str) -> Result<String, SecretError> {
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(aws.region().to_owned()))
        .credentials_provider(aws.credentials())
        .timeout_config(aws.timeouts())
        .http_client(aws.http_client());
    config.set_endpoint_url(aws.endpoint().map(str::to_owned));
    let answer = Client::from_conf(config.build()).get_secret_value().secret_id(name).send().await;
    let answer = answer.map_err(|error| SecretError::Read { name: name.to_owned(), reason: error_chain(&error) })?;
    answer.secret_string.ok_or_else(|| SecretError::NoText(name.to_owned(), what))
}
