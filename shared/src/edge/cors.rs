//! Cross-origin requests. The registry is public: any origin may read it, credentials are never allowed.
//!
//! `tower_http::cors` answers preflights with 200 and lists what it allows; clients were recorded against the official
//! registry, which answers 204 and echoes what was asked.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

const ALLOWED: [Method; 6] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// The answer to a preflight; `None` for any other request.
pub(super) fn preflight(method: &Method, headers: &HeaderMap) -> Option<Response> {
    let wanted = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD).filter(|_| method == Method::OPTIONS)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let answer = response.headers_mut();
    set(answer, header::VARY, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
    if ALLOWED.iter().any(|method| method.as_str().as_bytes() == wanted.as_bytes()) {
        set(answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        set(answer, header::ACCESS_CONTROL_MAX_AGE, "86400");
        answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, wanted.clone());
        if let Some(wanted) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
        }
    }
    Some(response)
}

/// The headers of every other answer.
pub(super) fn apply(has_origin: bool, response: &mut Response) {
    let headers = response.headers_mut();
    // One line: of a header that is there twice an HTTP API passes on one value.
    let mut vary: Vec<&[u8]> = headers.get_all(header::VARY).iter().map(HeaderValue::as_bytes).collect();
    vary.push(b"Origin");
    if let Ok(vary) = HeaderValue::from_bytes(&vary.join(&b", "[..])) {
        headers.insert(header::VARY, vary);
    }
    if has_origin {
        set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        // As the official registry says it. Pages that need the serial read it in the body of the changes.
        set(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, "Content-Type, Content-Length");
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
