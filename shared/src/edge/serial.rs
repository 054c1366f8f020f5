//! The header that says of which serial an answer is.

use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::store::Serial;

/// Its name.
pub const HEADER: HeaderName = HeaderName::from_static("berth-serial");

/// An answer that was made from the catalogue at `serial`.
#[must_use]
pub fn at_serial(mut response: Response, serial: Serial) -> Response {
    response.headers_mut().insert(HEADER, HeaderValue::from(serial.0));
    response
}
