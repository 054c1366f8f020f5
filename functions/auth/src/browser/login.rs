//! `GET /auth/github/login`

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use registry::edge::Query;
use registry::error::{ApiError, Problem};
use registry::time::Timestamp;

use super::cookies::Cookie;
use super::return_path::ReturnPath;
use super::secret::{NoRandom, Secret};
use super::underway::Underway;
use super::{Browser, limits};

/// What is asked of GitHub: which organisations somebody administers, and who they are.
const SCOPE: &str = "read:org read:user";

/// Sends the browser to GitHub, to log in there.
#[utoipa::path(
    get,
    path = "/auth/github/login",
    tag = "auth",
    params(("return_to" = Option<String>, Query, description = "Path of this registry to return to; the front page if none")),
    responses(
        (status = 302, description = "To GitHub; a cookie ties the login to this browser"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn login_github(
    State(state): State<crate::State>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let browser = state.browser()?;
    let query = query.unwrap_or_default();
    let return_path = match Query::parse(&query).get("return_to") {
        Some(path) => ReturnPath::parse(path, &browser.site),
        None => Ok(ReturnPath::front()),
    };
    let refused = |error| ApiError::bad_request("Login not started").because(ToString::to_string(&error));
    let return_path = return_path.map_err(refused)?;
    let no_random = |error: NoRandom| ApiError::internal("Login not started", error);
    let secret = || Secret::random().map_err(no_random);
    let (login_state, verifier, of_browser) = (secret()?, secret()?, secret()?);
    let location = browser.authorise(&login_state, &verifier);
    let login = Underway { verifier, return_path: return_path.to_string(), browser: of_browser.hash() };
    state.tables.logins_underway.begin(&login_state, &login, Timestamp::now()).await.map_err(ApiError::unavailable)?;
    let mut response = redirect(StatusCode::FOUND, &location)?;
    let cookie = Cookie::Login.set(&browser.site, of_browser.expose(), limits::LOGIN_SECONDS);
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

impl Browser {
    /// The page of GitHub that asks somebody whether they want to log in here.
    fn authorise(&self, state: &Secret, verifier: &Secret) -> String {
        let mut url = self.page("/login/oauth/authorize");
        url.query_pairs_mut()
            .append_pair("client_id", &self.app.client_id)
            .append_pair("redirect_uri", &self.callback())
            .append_pair("state", state.expose())
            .append_pair("scope", SCOPE)
            .append_pair("code_challenge", &verifier.challenge())
            .append_pair("code_challenge_method", "S256");
        // GitHub reads both, but the one is what its documentation shows.
        url.as_str().replace('+', "%20")
    }
}

/// An answer that leads elsewhere. No page hears of the address that it came from, as that has a code.
pub(super) fn redirect(status: StatusCode, location: &str) -> Result<Response, ApiError> {
    let location = HeaderValue::from_str(location).map_err(|error| ApiError::internal("Login failed", error))?;
    let no_referrer = HeaderValue::from_static("no-referrer");
    Ok((status, [(header::LOCATION, location), (header::REFERRER_POLICY, no_referrer)]).into_response())
}
