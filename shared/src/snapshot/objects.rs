//! Reading objects, without the client of S3: beside a signed GET it would bring 0.8 MB to the package of each function that
//! reads, most of it tables for every kind of checksum. Connections, retries and timeouts are those of the SDK all the same.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use bytes::Bytes;
use http::{Method, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::SnapshotError;
use crate::aws::Aws;
use crate::limits;
use crate::store::error_chain;

/// What `SigV4` leaves as it is in a path.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// How much of an error's answer is told.
const ERROR_CHARS: usize = 300;

/// Read access to the bucket.
#[derive(Clone, Debug)]
pub struct Objects {
    operation: Arc<Operation<Ask, Option<Object>, Refused>>,
    name: Arc<str>,
}

/// An object with its validator.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) bytes: Bytes,
    pub(super) etag: Option<String>,
}

#[derive(Debug)]
struct Ask {
    method: Method,
    key: String,
}

/// S3 does not give the object out.
#[derive(Debug)]
struct Refused {
    status: u16,
    message: String,
}

/// Who asks, and where.
#[derive(Debug)]
struct Place {
    /// URL of the bucket, without a slash at its end.
    bucket: String,
    region: String,
    credentials: Credentials,
}

impl Objects {
    /// The objects of the bucket called `name`.
    #[must_use]
    pub fn new(aws: &Aws, name: &str) -> Self {
        let bucket = bucket_url(aws.endpoint(), aws.region(), name);
        let place = Place { bucket, region: aws.region().to_owned(), credentials: aws.credentials() };
        let operation = Operation::builder()
            .service_name("s3")
            .operation_name("GetObject")
            .http_client(aws.http_client())
            .endpoint_url(&place.bucket)
            .timeout_config(aws.timeouts())
            // Requests are signed where they are made: the signature holds for a retry.
            .no_auth()
            .standard_retry(&RetryConfig::standard())
            .retry_classifier(TransientErrorClassifier::<Refused>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .with_connection_poisoning()
            .serializer(move |ask: Ask| place.request(ask))
            .deserializer(|response: &HttpResponse| answer(response));
        Self { operation: Arc::new(operation.build()), name: name.into() }
    }

    /// The name of the bucket.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// An object, or `None` when there is none.
    pub(super) async fn get(&self, key: &str) -> Result<Option<Object>, SnapshotError> {
        self.ask(Method::GET, "read", key).await
    }

    /// The validator of an object, or `None` when there is no object. Its body is not read: it may be broken.
    pub(super) async fn etag(&self, key: &str) -> Result<Option<String>, SnapshotError> {
        Ok(self.ask(Method::HEAD, "look for", key).await?.and_then(|object| object.etag))
    }

    /// An LZ4 object, decompressed. Its content is checked by whoever knows its hash.
    pub(super) async fn get_compressed(&self, key: &str) -> Result<Bytes, SnapshotError> {
        let object = self.get(key).await?.ok_or_else(|| SnapshotError::Missing(key.to_owned()))?;
        let corrupt = |reason: String| SnapshotError::Corrupt { key: key.to_owned(), reason };
        let (size, compressed) =
            lz4_flex::block::uncompressed_size(&object.bytes).map_err(|error| corrupt(error.to_string()))?;
        if size > limits::SNAPSHOT_OBJECT_BYTES {
            return Err(corrupt(format!("it says that it has {size} bytes")));
        }
        let bytes = lz4_flex::block::decompress(compressed, size).map_err(|error| corrupt(error.to_string()))?;
        if bytes.len() != size {
            return Err(corrupt(format!("it says that it has {size} bytes and has {}", bytes.len())));
        }
        Ok(bytes.into())
    }

    async fn ask(&self, method: Method, operation: &'static str, key: &str) -> Result<Option<Object>, SnapshotError> {
        let asked = self.operation.invoke(Ask { method, key: key.to_owned() }).await;
        asked.map_err(|error| SnapshotError::Call { operation, key: key.to_owned(), message: error_chain(&error) })
    }
}

impl Place {
    fn request(&self, Ask { method, key }: Ask) -> Result<HttpRequest, BoxError> {
        let path = format!("/{}", utf8_percent_encode(&key, PATH));
        let url = format!("{}{path}", self.bucket);
        // S3 signs paths as they are, and wants the hash of the body in a header.
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()?
            .into();
        let signable = SignableRequest::new(method.as_str(), &url, std::iter::empty(), SignableBody::Bytes(b""))?;
        let (instructions, _) = sign(signable, &params)?.into_parts();
        // The endpoint is put before the path when the request is sent.
        let mut request = Request::builder().method(method).uri(path).body(SdkBody::empty())?;
        instructions.apply_to_request_http1x(&mut request);
        Ok(request.try_into()?)
    }
}

/// Emulators have no wildcard DNS for bucket names, and a name with a dot is in no certificate.
fn bucket_url(endpoint: Option<&str>, region: &str, name: &str) -> String {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    match endpoint {
        Some(endpoint) => format!("{}/{name}", endpoint.trim_end_matches('/')),
        None if name.contains('.') => format!("https://s3.{region}.{domain}/{name}"),
        None => format!("https://{name}.s3.{region}.{domain}"),
    }
}

fn answer(response: &HttpResponse) -> Result<Option<Object>, OrchestratorError<Refused>> {
    let body = response.body().bytes().unwrap_or_default();
    match response.status().as_u16() {
        200 => {
            let etag = response.headers().get("etag").map(str::to_owned);
            Ok(Some(Object { bytes: Bytes::copy_from_slice(body), etag }))
        }
        // An answer to HEAD has no body that could name the error; of GET it tells a missing object from a missing bucket.
        404 if body.is_empty() || contains(body, b"<Code>NoSuchKey</Code>") => Ok(None),
        status => {
            let message = String::from_utf8_lossy(body).chars().take(ERROR_CHARS).collect();
            Err(OrchestratorError::operation(Refused { status, message }))
        }
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3 answered {}: {}", self.status, self.message)
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn buckets_have_names_of_their_own_where_certificates_allow_it() {
        for (endpoint, region, name, expected) in [
            (None, "eu-central-1", "berth", "https://berth.s3.eu-central-1.amazonaws.com"),
            (None, "eu-central-1", "berth.example", "https://s3.eu-central-1.amazonaws.com/berth.example"),
            (None, "cn-north-1", "berth", "https://berth.s3.cn-north-1.amazonaws.com.cn"),
            (Some("http://127.0.0.1:4566/"), "us-east-1", "berth", "http://127.0.0.1:4566/berth"),
        ] {
            assert_eq!(bucket_url(endpoint, region, name), expected);
        }
    }

    #[test]
    fn a_missing_object_is_told_from_a_missing_bucket() {
        let answered = |status: u16, body: &'static str| {
            let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            response.headers_mut().insert("etag", "\"1\"");
            answer(&response)
        };
        let object = answered(200, "x").unwrap().unwrap();
        assert_eq!((object.bytes.as_ref(), object.etag.as_deref()), (b"x".as_slice(), Some("\"1\"")));
        assert!(answered(404, "<Error><Code>NoSuchKey</Code></Error>").unwrap().is_none());
        assert!(answered(404, "").unwrap().is_none());
        for (status, body) in [(404, "<Error><Code>NoSuchBucket</Code></Error>"), (403, "no"), (503, "slow down")] {
            let error = answered(status, body).unwrap_err();
            let refused = error.as_operation_error().unwrap();
            assert_eq!((refused.status, refused.message.as_str()), (status, body));
        }
    }

    #[tokio::test]
    async fn a_server_that_accepts_and_never_answers_is_an_error_that_names_the_object() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let aws = Aws::at(&format!("http://{}", silent.local_addr().unwrap())).unwrap();
        let accepting = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((connection, _)) = silent.accept().await {
                held.push(connection);
            }
        });
        let objects = Objects::new(&aws.waiting(Duration::from_millis(20)), "berth");
        let error = objects.get("index/1").await.unwrap_err().to_string();
        assert!(error.contains("read") && error.contains("index/1") && error.contains("timeout"), "{error}");
        let error = objects.etag("pointer.json").await.unwrap_err().to_string();
        assert!(error.contains("look for") && error.contains("pointer.json"), "{error}");
        accepting.abort();
    }

    /// By the example of AWS's documentation, but for the header `range` and the time, which is always now: what is signed
    /// is named, and the key is escaped once.
    #[test]
    fn requests_are_signed() {
        let place = Place {
            bucket: "https://examplebucket.s3.us-east-1.amazonaws.com".to_owned(),
            region: "us-east-1".to_owned(),
            credentials: Credentials::from_keys("AKIDEXAMPLE", "secret", Some("a-session".to_owned())),
        };
        let request = place.request(Ask { method: Method::GET, key: "index/a b".to_owned() }).unwrap();
        assert_eq!(request.uri(), "/index/a%20b");
        let header = |name: &str| request.headers().get(name).unwrap().to_owned();
        let signed = header("authorization");
        assert!(signed.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{signed}");
        assert!(signed.contains("/us-east-1/s3/aws4_request, "), "{signed}");
        assert!(signed.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token"), "{signed}");
        assert_eq!(header("x-amz-security-token"), "a-session");
        assert_eq!(header("x-amz-content-sha256"), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
