//! The most that Lambda passes on.

use axum::body::Body;
use axum::response::Response;
use http::{StatusCode, header};
use http_body_util::BodyExt;
use registry::error::ApiError;
use registry::limits;

/// An answer with its whole body; one that is too large becomes a problem that says what to do.
pub(crate) async fn within(response: Response, path: &str, has_origin: bool) -> Response {
    let (parts, body) = response.into_parts();
    // Bodies are complete before they are sent, so none breaks off.
    let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let is_compressed = parts.headers.contains_key(header::CONTENT_ENCODING);
    let sent = if is_compressed { bytes.len().div_ceil(3) * 4 } else { escaped_length(&bytes) };
    if sent <= limits::LAMBDA_RESPONSE_BYTES {
        return Response::from_parts(parts, Body::from(bytes));
    }
    tracing::warn!(path, is_compressed, body_bytes = bytes.len(), "answer is too large for lambda");
    registry::edge::problem(too_large(is_compressed), has_origin)
}

/// The length of a text as a JSON string.
fn escaped_length(text: &[u8]) -> usize {
    let length = |byte: &u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 2,
        0..32 => 6,
        _ => 1,
    };
    text.iter().map(length).sum()
}

fn too_large(is_compressed: bool) -> ApiError {
    let megabytes = limits::LAMBDA_RESPONSE_BYTES / 1_000_000;
    if is_compressed {
        let detail = format!("The answer is larger than {megabytes} MB, even compressed. Ask for a part of it.");
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    } else {
        let detail = format!(
            "The answer is larger than {megabytes} MB. Ask for it compressed, with the header Accept-Encoding: gzip."
        );
        ApiError::new(StatusCode::NOT_ACCEPTABLE, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_that_of_json() {
        for text in ["", "plain", "\"quoted\" \\ and\nlines\t\u{1}", "Ünïcode"] {
            assert_eq!(escaped_length(text.as_bytes()) + 2, serde_json::to_string(text).unwrap().len(), "{text:?}");
        }
    }
}
