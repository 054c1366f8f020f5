//! Why somebody is not logged in, and what they do next.

use registry::error::ApiError;

use super::code_exchange::{ExchangeError, word};
use super::cookies::Ambiguous;
use super::secret::NoRandom;
use crate::refused::{Failure, Refused};

/// Why somebody who comes from GitHub is not logged in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Reason {
    #[error("the address has no state of this registry: begin at /auth/github/login, and let GitHub lead you back")]
    NoState,
    #[error(
        "this login is over: it was used before, or took longer than ten minutes; begin anew at /auth/github/login"
    )]
    UnknownState,
    #[error(
        "this browser did not begin the login, or keeps no cookies: allow cookies of this site, and begin anew at \
         /auth/github/login in the browser that you want to be logged in"
    )]
    NoCookie,
    #[error(
        "the login was begun in another browser, or another login was begun since: begin anew at /auth/github/login"
    )]
    OtherBrowser,
    #[error(transparent)]
    Ambiguous(#[from] Ambiguous),
    #[error(
        "GitHub was not allowed to tell this registry who you are: begin anew at /auth/github/login and authorize it"
    )]
    Denied,
    #[error("GitHub has suspended the app of this registry: tell its operator")]
    Suspended,
    #[error(
        "GitHub refused ({0}): begin anew at /auth/github/login; if it happens again, tell the registry's operator"
    )]
    Refused(String),
    #[error("the address has no code of GitHub: begin anew at /auth/github/login")]
    NoCode,
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

impl Reason {
    /// What GitHub says in the place of a code.
    pub(super) fn of_github(error: &str) -> Self {
        match error {
            "access_denied" => Self::Denied,
            "application_suspended" => Self::Suspended,
            other => Self::Refused(word(other)),
        }
    }

    /// Whether the fault lies elsewhere than with whoever wants to log in.
    fn is_outage(&self) -> bool {
        match self {
            Self::Exchange(error) => error.is_outage(),
            Self::Suspended => true,
            _ => false,
        }
    }
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Refused::new(reason.to_string()).unless_outage(reason.is_outage()).into()
    }
}

impl From<NoRandom> for Failure {
    fn from(error: NoRandom) -> Self {
        ApiError::internal("Login failed", error).into()
    }
}
