//! Who may change what.

use http::StatusCode;
use registry::error::ApiError;
use registry_auth::{Action, Claims};

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
