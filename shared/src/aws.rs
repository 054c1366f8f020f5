//! Clients of DynamoDB and S3 that start fast: credentials and region come from the environment, roots are compiled in,
//! and TLS is ring, so that nothing is read from disk and no entropy is gathered before the first request.

use std::env;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};

/// What both clients are made of.
#[derive(Clone, Debug)]
pub struct Aws {
    region: String,
    endpoint: Option<String>,
    credentials: Credentials,
    http: SharedHttpClient,
}

/// The environment does not say how to reach AWS.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// A variable is missing.
    #[error(
        "environment variable {0} is not set; export credentials and a region, or unset BERTH_TABLE to run locally"
    )]
    Missing(&'static str),
    /// The compiled-in roots were refused.
    #[error("cannot set up tls: {0}")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Aws {
    /// Reads `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and `AWS_ENDPOINT_URL`,
    /// which the Lambda service sets (the last one only an emulator).
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Self, AwsError> {
        let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let required = |name| variable(name).ok_or(AwsError::Missing(name));
        Ok(Self {
            region: variable("AWS_REGION")
                .map_or_else(|| required("AWS_DEFAULT_REGION"), Ok)
                .map_err(|_| AwsError::Missing("AWS_REGION"))?,
            endpoint: variable("AWS_ENDPOINT_URL"),
            credentials: Credentials::from_keys(
                required("AWS_ACCESS_KEY_ID")?,
                required("AWS_SECRET_ACCESS_KEY")?,
                variable("AWS_SESSION_TOKEN"),
            ),
            http: https_client()?,
        })
    }

    /// Clients whose requests are answered by servers in this process, to which `credential` is both keys.
    #[must_use]
    pub fn embedded(http: SharedHttpClient, credential: &str) -> Self {
        Self {
            region: "us-east-1".to_owned(),
            endpoint: Some("http://embedded.localhost".to_owned()),
            credentials: Credentials::from_keys(credential, credential, None),
            http,
        }
    }

    /// A client of DynamoDB.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .region(aws_sdk_dynamodb::config::Region::new(self.region.clone()))
            .credentials_provider(self.credentials.clone())
            .http_client(self.http.clone());
        config.set_endpoint_url(self.endpoint.clone());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// A client of S3.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let mut config = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new(self.region.clone()))
            .credentials_provider(self.credentials.clone())
            // Emulators have no wildcard DNS for bucket names.
            .force_path_style(self.endpoint.is_some())
            .http_client(self.http.clone());
        config.set_endpoint_url(self.endpoint.clone());
        aws_sdk_s3::Client::from_conf(config.build())
    }
}

fn https_client() -> Result<SharedHttpClient, AwsError> {
    let mut roots = TrustStore::empty();
    for der in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        roots.add_pem_certificate(pem(der));
    }
    let context =
        TlsContext::builder().with_trust_store(roots).build().map_err(|error| AwsError::Tls(Box::new(error)))?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https())
}

/// The trust store takes PEM only.
fn pem(der: &[u8]) -> Vec<u8> {
    use base64::Engine;
    let mut pem = b"-----BEGIN CERTIFICATE-----\n".to_vec();
    pem.extend_from_slice(base64::engine::general_purpose::STANDARD.encode(der).as_bytes());
    pem.extend_from_slice(b"\n-----END CERTIFICATE-----\n");
    pem
}
