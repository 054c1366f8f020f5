//! Clients of DynamoDB and S3 that start fast: credentials and region come from the environment, Amazon's roots are
//! compiled in, and TLS is ring, so that nothing is read from disk and no entropy is gathered before the first request.

use std::env;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_types::timeout::TimeoutConfig;

use crate::limits::{AWS_ANSWER_SECONDS, AWS_CONNECT_SECONDS, AWS_UPLOAD_SECONDS};

/// The roots of Amazon Trust Services, from which the certificates of all AWS endpoints come.
const AMAZON_ROOTS: &[u8] = include_bytes!("aws/roots.pem");

/// What all clients are made of.
#[derive(Clone, Debug)]
pub struct Aws {
    region: String,
    endpoint: Option<String>,
    credentials: Credentials,
    /// Whether requests to DynamoDB are signed. To whoever answers in this process a signature says nothing.
    is_signed: bool,
    http: SharedHttpClient,
    /// How long an attempt may wait for its answer.
    patience: Duration,
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
        let region = variable("AWS_REGION")
            .map_or_else(|| required("AWS_DEFAULT_REGION"), Ok)
            .map_err(|_| AwsError::Missing("AWS_REGION"))?;
        let endpoint = variable("AWS_ENDPOINT_URL");
        let http = https_client(Trust::of(endpoint.as_deref(), &region))?;
        Ok(Self {
            region,
            endpoint,
            credentials: Credentials::from_keys(
                required("AWS_ACCESS_KEY_ID")?,
                required("AWS_SECRET_ACCESS_KEY")?,
                variable("AWS_SESSION_TOKEN"),
            ),
            is_signed: true,
            http,
            patience: Duration::from_secs(AWS_ANSWER_SECONDS),
        })
    }

    /// Clients whose requests are answered by servers in this process, to which `credential` is both keys.
    #[must_use]
    pub fn embedded(http: SharedHttpClient, credential: &str) -> Self {
        Self {
            region: "us-east-1".to_owned(),
            endpoint: Some("http://embedded.localhost".to_owned()),
            credentials: Credentials::from_keys(credential, credential, None),
            is_signed: false,
            http,
            patience: Duration::from_secs(AWS_ANSWER_SECONDS),
        }
    }

    /// Clients of what answers at `endpoint` in the place of AWS, such as an emulator, which looks at no credentials.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn at(endpoint: &str) -> Result<Self, AwsError> {
        let region = "us-east-1";
        let http = https_client(Trust::of(Some(endpoint), region))?;
        Ok(Self { endpoint: Some(endpoint.to_owned()), is_signed: true, ..Self::embedded(http, "emulator") })
    }

    /// The same with other patience for an attempt to be answered.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// How long calls may take that send little. By themselves the SDK's clients limit only how long a connection takes to
    /// stand: one that stands and is silent would hold a request until Lambda ends the function.
    ///
    /// The same for all clients, because each other value means another pool of connections, and another start of TLS.
    #[must_use]
    pub fn timeouts(&self) -> TimeoutConfig {
        self.timeouts_within(self.patience)
    }

    /// The same with other patience for one client.
    #[must_use]
    pub fn timeouts_within(&self, patience: Duration) -> TimeoutConfig {
        let connect = Duration::from_secs(AWS_CONNECT_SECONDS);
        TimeoutConfig::builder().connect_timeout(connect).read_timeout(patience).build()
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The endpoint of an emulator, if there is one.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The credentials, for the client of a service that one function alone asks.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }

    /// The HTTP client that all clients share.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        self.http.clone()
    }

    /// A client of DynamoDB.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .region(aws_sdk_dynamodb::config::Region::new(self.region.clone()))
            .timeout_config(self.timeouts())
            .http_client(self.http.clone());
        config = match self.is_signed {
            true => config.credentials_provider(self.credentials.clone()),
            false => config.allow_no_auth(),
        };
        config.set_endpoint_url(self.endpoint.clone());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// A client of S3.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let mut config = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new(self.region.clone()))
            .timeout_config(self.timeouts_within(Duration::from_secs(AWS_UPLOAD_SECONDS)))
            .credentials_provider(self.credentials.clone())
            // Emulators have no wildcard DNS for bucket names.
            .force_path_style(self.endpoint.is_some())
            .http_client(self.http.clone());
        config.set_endpoint_url(self.endpoint.clone());
        aws_sdk_s3::Client::from_conf(config.build())
    }
}

/// Whose certificates are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// Amazon's, for the public endpoints of AWS. A function that trusts few is quick to start: all the roots of the web
    /// cost 1 ms at each start and 100 KB of its package.
    Amazon,
    /// The machine's, for an endpoint of the operator's own, and for China, where AWS is run by others.
    Machine,
    /// Nobody's: the endpoint is plain HTTP.
    None,
}

impl Trust {
    fn of(endpoint: Option<&str>, region: &str) -> Self {
        match endpoint {
            Some(endpoint) if endpoint.starts_with("http://") => Self::None,
            Some(_) => Self::Machine,
            None if region.starts_with("cn-") => Self::Machine,
            None => Self::Amazon,
        }
    }

    fn store(self) -> TrustStore {
        match self {
            Self::Amazon => TrustStore::empty().with_pem_certificate(AMAZON_ROOTS),
            Self::Machine => TrustStore::default(),
            Self::None => TrustStore::empty(),
        }
    }
}

fn https_client(trust: Trust) -> Result<SharedHttpClient, AwsError> {
    let context = TlsContext::builder().with_trust_store(trust.store()).build();
    let context = context.map_err(|error| AwsError::Tls(Box::new(error)))?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https())
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn plain_http_trusts_nobody_and_aws_trusts_amazon() {
        assert_eq!(Trust::of(None, "eu-central-1"), Trust::Amazon);
        assert_eq!(Trust::of(None, "cn-north-1"), Trust::Machine);
        assert_eq!(Trust::of(Some("http://127.0.0.1:4566"), "eu-central-1"), Trust::None);
        assert_eq!(Trust::of(Some("https://stores.example.com"), "eu-central-1"), Trust::Machine);
    }

    /// A root that the web no longer trusts is a root that AWS no longer uses.
    #[test]
    fn the_roots_are_those_of_the_web() {
        let roots = std::str::from_utf8(AMAZON_ROOTS).unwrap();
        let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
        let certificates = roots.split(begin).skip(1).map(|rest| rest.split_once(end).unwrap().0);
        let certificates: Vec<Vec<u8>> =
            certificates.map(|text| STANDARD.decode(text.split_whitespace().collect::<String>()).unwrap()).collect();
        assert_eq!(certificates.len(), 5);
        for certificate in certificates {
            assert!(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().any(|root| root.as_ref() == certificate));
        }
    }
}
