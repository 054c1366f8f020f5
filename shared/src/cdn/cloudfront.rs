//! Purging from `CloudFront`: one call of its API, without its client, which is 19 MB of source for 330 operations.
//!
//! A tag is asked for as a path that begins with `#` (`CreateInvalidation`, version 2020-05-31 of the API).

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use http::{Method, Request, header};

use super::{Purge, PurgeError, PurgeFuture};
use crate::aws::Aws;
use crate::cache::Tag;
use crate::config::{ConfigError, DISTRIBUTION, optional};
use crate::limits::PURGE_ANSWER_SECONDS;
use crate::store::error_chain;

const ENDPOINT: &str = "https://cloudfront.amazonaws.com";
/// The API is one for all regions, and its requests are signed for this one.
const REGION: &str = "us-east-1";
const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
/// How much of an error's answer is told.
const ERROR_CHARS: usize = 300;

/// A distribution of `CloudFront`.
#[derive(Clone, Debug)]
pub struct CloudFront {
    operation: Arc<Operation<Batch, (), Refused>>,
    distribution: Arc<str>,
}

/// The body of a request.
#[derive(Debug)]
struct Batch(String);

/// `CloudFront` does not do it.
#[derive(Debug)]
struct Refused {
    status: u16,
    message: String,
}

#[derive(Debug)]
struct Caller {
    endpoint: String,
    path: String,
    credentials: Credentials,
}

impl CloudFront {
    /// The distribution called `id`.
    #[must_use]
    pub fn new(aws: &Aws, id: &str) -> Self {
        Self::waiting(aws, id, Duration::from_secs(PURGE_ANSWER_SECONDS))
    }

    /// The same with other patience for an attempt to be answered.
    #[must_use]
    pub fn waiting(aws: &Aws, id: &str, patience: Duration) -> Self {
        let caller = Caller {
            endpoint: aws.endpoint().unwrap_or(ENDPOINT).trim_end_matches('/').to_owned(),
            path: format!("/2020-05-31/distribution/{id}/invalidation"),
            credentials: aws.credentials(),
        };
        let operation = Operation::builder()
            .service_name("cloudfront")
            .operation_name("CreateInvalidation")
            .http_client(aws.http_client())
            .endpoint_url(&caller.endpoint)
            .timeout_config(aws.timeouts_within(patience))
            // Requests are signed where they are made: the signature holds for a retry.
            .no_auth()
            .standard_retry(&RetryConfig::standard())
            .retry_classifier(TransientErrorClassifier::<Refused>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(Throttled)
            .with_connection_poisoning()
            .serializer(move |batch: Batch| caller.request(batch))
            .deserializer(|response: &HttpResponse| answer(response));
        Self { operation: Arc::new(operation.build()), distribution: id.into() }
    }

    /// The distribution that the environment names, if it names one.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn from_env(aws: &Aws) -> Result<Option<Self>, ConfigError> {
        let Some(id) = optional(DISTRIBUTION) else { return Ok(None) };
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(ConfigError::Distribution(DISTRIBUTION, id));
        }
        Ok(Some(Self::new(aws, &id)))
    }
}

impl Purge for CloudFront {
    fn purge<'a>(&'a self, tags: &'a BTreeSet<Tag>, reference: &'a str) -> PurgeFuture<'a> {
        Box::pin(async move {
            let invoked = self.operation.invoke(Batch(batch(tags, reference))).await;
            invoked.map_err(|error| PurgeError {
                tags: tags.len(),
                distribution: self.distribution.to_string(),
                message: error_chain(&error),
            })
        })
    }
}

/// Neither tags nor references have a character that XML would need escaped.
fn batch(tags: &BTreeSet<Tag>, reference: &str) -> String {
    let paths: String = tags.iter().map(|tag| format!("<Path>#{tag}</Path>")).collect();
    format!(
        "<InvalidationBatch xmlns=\"{NAMESPACE}\"><Paths><Quantity>{}</Quantity><Items>{paths}</Items></Paths>\
         <CallerReference>{reference}</CallerReference></InvalidationBatch>",
        tags.len()
    )
}

impl Caller {
    fn request(&self, Batch(body): Batch) -> Result<HttpRequest, BoxError> {
        let url = format!("{}{}", self.endpoint, self.path);
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name("cloudfront")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let (kind, signed) = ((header::CONTENT_TYPE.as_str(), "application/xml"), SignableBody::Bytes(body.as_bytes()));
        let signable = SignableRequest::new(Method::POST.as_str(), &url, std::iter::once(kind), signed)?;
        let (instructions, _) = sign(signable, &params)?.into_parts();
        // The endpoint is put before the path when the request is sent.
        let request = Request::builder().method(Method::POST).uri(&self.path).header(kind.0, kind.1);
        let mut request = request.header(header::CONTENT_LENGTH, body.len()).body(SdkBody::from(body))?;
        instructions.apply_to_request_http1x(&mut request);
        Ok(request.try_into()?)
    }
}

fn answer(response: &HttpResponse) -> Result<(), OrchestratorError<Refused>> {
    if response.status().is_success() {
        return Ok(());
    }
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default()).chars().take(ERROR_CHARS).collect();
    Err(OrchestratorError::operation(Refused { status: response.status().as_u16(), message: body }))
}

/// `CloudFront` says 400 to who asks too often. Too many purges in progress is another error, which lasts for minutes.
#[derive(Debug)]
struct Throttled;

impl ClassifyRetry for Throttled {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        let refused = error.and_then(OrchestratorError::as_operation_error);
        match refused.and_then(|error| error.downcast_ref::<Refused>()) {
            Some(refused) if refused.status == 429 || refused.message.contains("<Code>Throttling") => {
                RetryAction::throttling_error()
            }
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "CloudFront's throttling"
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cloudfront answered {}: {}", self.status, self.message)
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::ServerTag;

    /// As the SDK for Python writes it.
    #[test]
    fn tags_are_paths_that_begin_with_a_hash() {
        let tags = [Tag::Server(ServerTag::of("io.x/yy")), Tag::Catalogue].into();
        let server = Tag::Server(ServerTag::of("io.x/yy"));
        assert_eq!(
            batch(&tags, "berth-1-2-3"),
            format!(
                "<InvalidationBatch xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Paths><Quantity>2</Quantity>\
                 <Items><Path>#catalogue</Path><Path>#{server}</Path></Items></Paths>\
                 <CallerReference>berth-1-2-3</CallerReference></InvalidationBatch>"
            )
        );
    }

    #[test]
    fn requests_are_signed_for_the_one_region_of_the_api() {
        let caller = Caller {
            endpoint: ENDPOINT.to_owned(),
            path: "/2020-05-31/distribution/E1ABC/invalidation".to_owned(),
            credentials: Credentials::from_keys("AKIDEXAMPLE", "secret", Some("a-session".to_owned())),
        };
        let request = caller.request(Batch("<a/>".to_owned())).unwrap();
        assert_eq!((request.method(), request.uri()), ("POST", "/2020-05-31/distribution/E1ABC/invalidation"));
        let signed = request.headers().get("authorization").unwrap();
        assert!(signed.contains("/us-east-1/cloudfront/aws4_request, "), "{signed}");
        assert!(signed.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token"), "{signed}");
    }
}
