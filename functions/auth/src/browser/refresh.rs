//! `POST /auth/refresh`

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use registry::edge::ClientAddress;
use registry::error::{ApiError, Problem};
use registry::store::{AuditEvent, AuditOutcome};
use registry_auth::{AuthMethod, TokenResponse};

use super::cookies::Cookie;
use super::refresh_token::RefreshToken;
use super::secret::Secret;
use super::sessions::Rotation;
use super::{Browser, own_origin};
use crate::login::Attempt;

/// A token for the session of this browser, and a new cookie: the old one is used up. Whoever uses an old one ends the
/// session, because somebody else has it too.
#[utoipa::path(
    post,
    path = "/auth/refresh",
    tag = "auth",
    responses(
        (status = 200, body = TokenResponse),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn refresh(State(state): State<crate::State>, request: Request<Body>) -> Result<Response, ApiError> {
    let browser = state.browser()?;
    own_origin::check(request.headers(), &browser.site)?;
    let address = request.extensions().get::<ClientAddress>().copied();
    let attempt = Attempt::unlimited(&state, AuthMethod::GithubAt, address);
    let now = attempt.now;
    let token = match sent(browser, request.headers()) {
        Ok(token) => token,
        Err(message) => return Ok(over(browser, message)),
    };
    let next = Secret::random().map_err(|error| ApiError::internal("Failed to generate a token", error))?;
    let rotation = state.tables.sessions.rotate(&token, next, now).await.map_err(ApiError::unavailable)?;
    let (next, session) = match rotation {
        Rotation::Renewed(next, session) => (next, session),
        Rotation::Over => return Ok(over(browser, "the session is over".to_owned())),
        Rotation::Reused(session) => {
            let detail = "an old refresh token was used, so the session was ended";
            let record = session.audit(AuditEvent::SessionReuse, AuditOutcome::Refused).from(address).because(detail);
            state.tables.audit.note(&record).await;
            tracing::warn!(identity = %session.identity, "an old refresh token was used");
            let message = "the refresh token was used before, so the session was ended: somebody else may have it";
            return Ok(over(browser, message.to_owned()));
        }
    };
    // The cookie goes out even if no token can be made: the old one is used up.
    let mut response = attempt.end(Ok(session.proof())).await.unwrap_or_else(ApiError::into_response);
    set(&mut response, Cookie::Session.set(&browser.site, &next.expose(), session.left(now)));
    Ok(response)
}

/// The token of the browser's cookie.
fn sent(browser: &Browser, headers: &HeaderMap) -> Result<RefreshToken, String> {
    let cookie = Cookie::Session.read(headers, &browser.site).map_err(|error| error.to_string())?;
    let cookie = cookie.ok_or_else(|| "the browser sent no session cookie".to_owned())?;
    cookie.parse().map_err(|_| "the session cookie is none of this registry".to_owned())
}

/// There is no session. The cookie goes, as it is of no use.
fn over(browser: &Browser, reason: String) -> Response {
    let message = format!("{reason}; log in at /auth/github/login");
    let error = ApiError::new(StatusCode::UNAUTHORIZED, "Not logged in").because(message);
    let mut response = error.into_response();
    set(&mut response, Cookie::Session.clear(&browser.site));
    response
}

fn set(response: &mut Response, cookie: Option<HeaderValue>) {
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
}
