//! `POST /auth/logout`

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode, header};
use registry::edge::ClientAddress;
use registry::error::{ApiError, Problem};
use registry::store::{AuditEvent, AuditOutcome};

use super::cookies::Cookie;
use super::own_origin;
use super::refresh_token::RefreshToken;

/// Ends the session of this browser. Tokens that it got before live on until their time is over, minutes later.
#[utoipa::path(
    post,
    path = "/auth/logout",
    tag = "auth",
    responses(
        (status = 204, description = "There is no session (any more), and no cookie"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn logout(State(state): State<crate::State>, request: Request<Body>) -> Result<Response, ApiError> {
    let browser = state.browser()?;
    own_origin::check(request.headers(), &browser.site)?;
    let cookie = Cookie::Session.read(request.headers(), &browser.site).unwrap_or_default();
    if let Some(token) = cookie.and_then(|cookie| cookie.parse::<RefreshToken>().ok()) {
        let ended = state.tables.sessions.end(&token.family).await.map_err(ApiError::unavailable)?;
        if let Some((session, current)) = ended {
            let is_current = current.is(&token.secret.hash());
            let record = if is_current {
                session.audit(AuditEvent::SessionEnd, AuditOutcome::Done)
            } else {
                let record = session.audit(AuditEvent::SessionReuse, AuditOutcome::Refused);
                record.because("an old refresh token was used to log out, so the session was ended")
            };
            let record = record.from(request.extensions().get::<ClientAddress>().copied());
            state.tables.audit.note(&record).await;
        }
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let gone = Cookie::Session.clear(&browser.site);
    response.headers_mut().extend(gone.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}
