//! Bodies of requests, checked in the official order: size, media type, syntax.

use axum::body::{Body, HttpBody};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;

use super::ClientAddress;
use crate::error::{ApiError, ErrorDetail};
use crate::json::{self, JsonError};
use crate::limits;

/// A request whose body is JSON.
#[derive(Debug)]
pub struct JsonRequest {
    /// The headers.
    pub headers: HeaderMap,
    /// Where it comes from, as far as that is known.
    pub address: Option<ClientAddress>,
    /// The body: any JSON, without duplicate keys and not nested too deeply.
    pub body: Value,
}

impl JsonRequest {
    /// Reads the body to its end, which must come before `limit` bytes. An absent media type stands for JSON.
    ///
    /// # Errors
    /// 413, 415, and 400 for no body or for a body that is no JSON.
    pub async fn read(request: Request<Body>, limit: usize) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = read(body, limit).await?;
        if bytes.is_empty() {
            return Err(ApiError::bad_request("request body is required"));
        }
        check_media_type(&parts.headers, &bytes)?;
        check_encoding(&parts.headers)?;
        let body = json::parse(&bytes).map_err(|error| {
            let message = match &error {
                JsonError::DuplicateKey(key) => format!("the body has the key {key:?} twice: say it once"),
                other => format!("the body {other}"),
            };
            let detail = ErrorDetail { message, location: Some("body".to_owned()), value: echo(&bytes) };
            ApiError::bad_request("validation failed").with_errors(vec![detail])
        })?;
        let address = parts.extensions.get::<ClientAddress>().copied();
        Ok(Self { headers: parts.headers, address, body })
    }
}

async fn read(body: Body, limit: usize) -> Result<Vec<u8>, ApiError> {
    let too_large = || {
        let detail = format!("request body is too large limit={limit} bytes");
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    };
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(ApiError::bad_request("the request body broke off: send it again")),
    }
}

fn check_media_type(headers: &HeaderMap, bytes: &[u8]) -> Result<(), ApiError> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let value = String::from_utf8_lossy(value.as_bytes());
    let kind = value.split(';').next().unwrap_or_default().trim();
    if kind.is_empty() || kind.eq_ignore_ascii_case("application/json") || kind.to_ascii_lowercase().ends_with("+json")
    {
        return Ok(());
    }
    let message = format!("unknown content type: {value}");
    let detail = ErrorDetail { message, location: Some("body".to_owned()), value: echo(bytes) };
    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "validation failed").with_errors(vec![detail]))
}

/// A compressed body could be a thousand times what it says: none is unpacked here.
fn check_encoding(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(value) = headers.get(header::CONTENT_ENCODING) else { return Ok(()) };
    if value.as_bytes().eq_ignore_ascii_case(b"identity") {
        return Ok(());
    }
    let message =
        format!("unknown content encoding: {}; send the body as it is", String::from_utf8_lossy(value.as_bytes()));
    let detail = ErrorDetail { message, location: Some("header.Content-Encoding".to_owned()), value: None };
    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "validation failed").with_errors(vec![detail]))
}

/// The text of a body, unless it is too long to be of use.
fn echo(bytes: &[u8]) -> Option<Value> {
    (bytes.len() <= limits::ECHO_BYTES).then(|| String::from_utf8_lossy(bytes).into_owned().into())
}
