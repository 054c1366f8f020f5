//! Login in a browser: GitHub says who somebody is, and a cookie keeps the session.
//!
//! | module | its one job |
//! |---|---|
//! | `login`, `callback`, `refresh`, `logout`, `me` | one endpoint each |
//! | `site` | the registry as browsers see it |
//! | `return_path` | where a login leads |
//! | `own_origin` | whether a page of this site asks |
//! | `cookies` | the two cookies |
//! | `secret`, `refresh_token` | random values, and what a session's cookie carries |
//! | `underway`, `sessions` | logins and sessions in the table |
//! | `code_exchange` | trades GitHub's code for a token |
//! | `reason` | why somebody is not logged in |
//! | `environment` | configuration |
//! | `limits` | every limit of the above |
//!
//! The token of GitHub is used at once and dropped. What the session keeps is who it was and which namespaces were theirs;
//! what this registry grants by itself is looked up each time that a token is made.

mod callback;
mod code_exchange;
mod cookies;
mod environment;
mod limits;
mod login;
mod logout;
mod me;
mod own_origin;
mod reason;
mod refresh;
mod refresh_token;
mod return_path;
mod secret;
mod sessions;
mod site;
mod underway;

use registry::edge::Routes;
use registry::error::ApiError;
use registry::route;

use crate::github::GitHub;

pub use code_exchange::{ClientSecret, OauthApp};
pub use environment::{BrowserError, GITHUB_CLIENT_SECRET, GITHUB_CLIENT_SECRET_NAME, SESSION_LIFETIME};
pub(crate) use sessions::Sessions;
pub use site::{InvalidSite, Site};
pub(crate) use underway::LoginsUnderway;

/// The path that GitHub leads back to.
const CALLBACK: &str = "/auth/github/callback";

/// What a login in a browser needs.
#[derive(Clone, Debug)]
pub struct Browser {
    site: Site,
    app: OauthApp,
    github: GitHub,
    session_seconds: u32,
}

impl Browser {
    /// Logins at `site` with the operator's app at `github`; sessions end after `session_seconds` at the latest.
    #[must_use]
    pub fn new(site: Site, app: OauthApp, github: GitHub, session_seconds: u32) -> Self {
        Self { site, app, github, session_seconds }
    }

    /// The registry as browsers see it.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Where GitHub leads back to: the callback URL of the operator's app.
    #[must_use]
    pub fn callback(&self) -> String {
        self.site.address(CALLBACK)
    }
}

/// The routes, of which those of the login are there only where it is.
pub(crate) fn with_routes<R: Routes<crate::State>>(routes: R, has_login: bool) -> R {
    let routes = routes.add(route!(me::me));
    if !has_login {
        return routes;
    }
    routes
        .add(route!(login::login_github))
        .add(route!(callback::callback_github))
        .add(route!(refresh::refresh))
        .add(route!(logout::logout))
}

impl crate::State {
    /// The login in a browser. Its routes are there only where it is.
    fn browser(&self) -> Result<&Browser, ApiError> {
        self.logins.browser.as_ref().ok_or_else(|| ApiError::not_found("There is no login in a browser here"))
    }
}
