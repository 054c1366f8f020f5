//! `GET /auth/github/callback`

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, Request, StatusCode, header};
use registry::edge::{ClientAddress, Query};
use registry::error::{ApiError, LoginErrors};
use registry::store::{AuditEvent, AuditOutcome};
use registry::time::Timestamp;
use registry_auth::AuthMethod;

use super::cookies::Cookie;
use super::login::redirect;
use super::reason::Reason;
use super::refresh_token::{Family, RefreshToken};
use super::secret::Secret;
use super::sessions::Session;
use super::underway::Underway;
use super::{Browser, limits};
use crate::login::{Attempt, Proof};
use crate::refused::Failure;

/// Takes the browser back from GitHub: begins a session and leads on to where the login began.
#[utoipa::path(
    get,
    path = "/auth/github/callback",
    tag = "auth",
    params(
        ("code" = Option<String>, Query, description = "From GitHub"),
        ("state" = Option<String>, Query, description = "From GitHub, as it was sent there"),
    ),
    responses(
        (status = 303, description = "Logged in: a cookie carries the session"),
        LoginErrors,
    )
)]
pub(crate) async fn callback_github(State(state): State<crate::State>, request: Request<Body>) -> Response {
    let (request, _) = request.into_parts();
    let (site, answer) = match state.browser() {
        Ok(browser) => (&browser.site, answer(&state, browser, &request).await),
        Err(error) => return error.into_response(),
    };
    let mut response = answer.unwrap_or_else(ApiError::into_response);
    // Used up, whatever came of it.
    let gone = Cookie::Login.clear(site);
    response.headers_mut().extend(gone.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

async fn answer(state: &crate::State, browser: &Browser, request: &Parts) -> Result<Response, ApiError> {
    let address = request.extensions.get::<ClientAddress>().copied();
    let attempt = Attempt::begin(state, AuthMethod::GithubAt, address).await?;
    let now = attempt.now;
    let query = Query::parse(request.uri.query().unwrap_or_default());
    let begun = async {
        let (proof, return_path) = came_back(state, browser, &query, &request.headers, now).await?;
        let session = Session::new(proof, now, browser.session_seconds);
        let token = RefreshToken { family: Family::random()?, secret: Secret::random()? };
        state.tables.sessions.begin(&token, &session).await?;
        // Not acknowledged before it is on record.
        let record = session.audit(AuditEvent::Login, AuditOutcome::Done).from(address);
        state.tables.audit.append(&record.because("a session in a browser began")).await?;
        Ok::<_, Failure>((session, token, return_path))
    };
    let (session, token, return_path) = match begun.await {
        Ok(begun) => begun,
        Err(Failure::Failed(error)) => return Err(error),
        Err(Failure::Refused(refused)) => return Err(attempt.refuse(*refused, "Login failed").await),
    };
    tracing::info!(identity = %session.identity, subject = session.subject, "session begun");
    let mut response = redirect(StatusCode::SEE_OTHER, &browser.site.address(return_path))?;
    let cookie = Cookie::Session.set(&browser.site, &token.expose(), session.left(now));
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// Who came back from GitHub, and where they go.
async fn came_back(
    state: &crate::State,
    browser: &Browser,
    query: &Query<'_>,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<(Proof, String), Failure> {
    let login_state: Secret = query.get("state").and_then(|text| text.parse().ok()).ok_or(Reason::NoState)?;
    // Taken before anything else is looked at: a state that got into other hands is worth nothing after the first try.
    let underway = state.tables.logins_underway.take(&login_state, now).await?;
    let Underway { verifier, return_path, browser: began } = underway.ok_or(Reason::UnknownState)?;
    let cookie = Cookie::Login.read(headers, &browser.site).map_err(Reason::from)?.ok_or(Reason::NoCookie)?;
    let came = cookie.parse::<Secret>().map_err(|_| Reason::OtherBrowser)?;
    if !came.hash().is(&began) {
        return Err(Reason::OtherBrowser.into());
    }
    if let Some(error) = query.get("error") {
        return Err(Reason::of_github(error).into());
    }
    let code = query.get("code").filter(|code| code.len() <= limits::CODE_BYTES).ok_or(Reason::NoCode)?;
    let token = browser.exchange(code, &verifier).await.map_err(Reason::from)?;
    Ok((browser.github.account(token.expose()).await?.into(), return_path))
}
