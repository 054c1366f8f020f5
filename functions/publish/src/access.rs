//! Who may change what.

use http::{HeaderMap, StatusCode};
use registry::error::{ApiError, ErrorDetail};
use registry_auth::{Action, BearerError, Claims, bearer};

/// All that is wrong with the form of a request at once, the header first: to the framework of the official registry, a
/// request without a token is malformed.
///
/// # Errors
/// 422, unless nothing is wrong.
pub(crate) fn well_formed<T>(headers: &HeaderMap, body: Result<T, Vec<ErrorDetail>>) -> Result<T, ApiError> {
    let header = bearer(headers).err().and_then(BearerError::detail);
    match (header, body) {
        (None, Ok(body)) => Ok(body),
        (header, body) => Err(ApiError::validation(header.into_iter().chain(body.err().unwrap_or_default()).collect())),
    }
}

/// Checks the permission to publish.
///
/// # Errors
/// 403 that names what the token may publish.
pub(crate) fn may_publish(claims: &Claims, name: &str) -> Result<(), ApiError> {
    if claims.allows(Action::Publish, name) {
        return Ok(());
    }
    let patterns = claims.patterns(Action::Publish);
    let granted = if patterns.is_empty() {
        "You do not have any publish permissions".to_owned()
    } else {
        format!("You have permission to publish: {}", patterns.join(", "))
    };
    let mut detail =
        format!("You do not have permission to publish this server. {granted}. Attempting to publish: {name}");
    if name.starts_with("io.github.") {
        detail.push_str(ORGANISATION_HINT);
    }
    Err(ApiError::new(StatusCode::FORBIDDEN, detail))
}

/// The official text, word for word.
const ORGANISATION_HINT: &str = ". If you're trying to publish to a GitHub organization, you may need to make your \
    organization membership public in your GitHub settings: https://docs.github.com/en/account-and-profile/how-tos/\
    organization-membership/publicizing-or-hiding-organization-membership";

/// Checks the permission to change the status: either of the two will do.
///
/// # Errors
/// 403.
pub(crate) fn may_change_status(claims: &Claims, name: &str) -> Result<(), ApiError> {
    if claims.allows(Action::Publish, name) || claims.allows(Action::Edit, name) {
        return Ok(());
    }
    Err(ApiError::new(StatusCode::FORBIDDEN, "You do not have publish or edit permissions for this server"))
}

/// Checks the permission to edit.
///
/// # Errors
/// 403.
pub(crate) fn may_edit(claims: &Claims, name: &str) -> Result<(), ApiError> {
    if claims.allows(Action::Edit, name) {
        return Ok(());
    }
    Err(ApiError::new(StatusCode::FORBIDDEN, "You do not have edit permissions for this server"))
}
