//! Whether a request comes from a page of this site. Cookies go along whoever asks; these headers no page can write.

use http::{HeaderMap, StatusCode, header};
use registry::error::ApiError;

use super::site::Site;

const FETCH_SITE: &str = "sec-fetch-site";

/// Demands a page of this site.
///
/// # Errors
/// 403.
pub(super) fn check(headers: &HeaderMap, site: &Site) -> Result<(), ApiError> {
    if is_own(headers, site) {
        return Ok(());
    }
    let message = format!(
        "this route answers pages of {} alone: send the request from there, with its Origin; programs log in with a token",
        site.origin()
    );
    Err(ApiError::new(StatusCode::FORBIDDEN, "Cross-site request refused").because(message))
}

fn is_own(headers: &HeaderMap, site: &Site) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (Some(origin), None) => origin.as_bytes() == site.origin().as_bytes(),
        (None, _) => {
            let mut sites = headers.get_all(FETCH_SITE).iter();
            sites.next().is_some_and(|value| value == "same-origin") && sites.next().is_none()
        }
        (Some(_), Some(_)) => false,
    }
}
