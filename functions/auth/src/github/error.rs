//! Why nothing is known of a token. The messages are for its holder: each says what to do next, and none repeats the token.

use registry::time::Timestamp;

use super::limits;

/// GitHub does not say whose a token is, or which organisations they own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GitHubError {
    #[error("github_token is empty or has characters that no token of GitHub has: send the token as GitHub gave it")]
    NoToken,
    #[error(
        "GitHub does not accept the token: it is mistyped, revoked or expired. Run `berth login github` for a new one, or \
         make one at {web}settings/tokens"
    )]
    Token { web: String },
    #[error(
        "GitHub's limit of requests is used up for this token: try again after {0}, or publish from GitHub Actions with \
         `berth login github-oidc`"
    )]
    RateLimit(Timestamp),
    #[error("GitHub's limit of requests is used up for this token: try again in an hour")]
    RateLimitUntilUnknown,
    #[error("GitHub asks for a pause, because too many requests came at once: try again in {0} seconds")]
    Pause(u64),
    #[error(
        "an organisation of yours demands single sign-on (SSO) for this token: authorize the token there and log in again: \
         {0}"
    )]
    SingleSignOn(String),
    #[error(
        "an organisation of yours demands single sign-on (SSO) for this token: authorize it with `Configure SSO` at \
         {web}settings/tokens and log in again"
    )]
    SingleSignOnSomewhere { web: String },
    #[error(
        "GitHub does not let this token read whose it is (403 at /user): use a personal access token, or run `berth login \
         github`; from a workflow, use `berth login github-oidc`"
    )]
    Forbidden,
    #[error(
        "the account {0:?} has other characters in its name than letters, digits and hyphens, so it has no namespace: \
         publish for an organisation from GitHub Actions with `berth login github-oidc`, or prove a domain with `berth login \
         dns`"
    )]
    Login(String),
    #[error(
        "GitHub names an organisation {0:?} of yours, which has other characters than letters, digits and hyphens, so nothing \
         that it says is believed: tell the operator of this registry"
    )]
    Organisation(String),
    #[error(
        "you are in more than {max} organisations, and no more are read: publish for one from GitHub Actions with `berth \
         login github-oidc`",
        max = limits::PAGES * limits::PAGE - 1
    )]
    TooManyOrganisations,
    #[error("GitHub did not answer within {0} seconds: try again in a few minutes, see https://www.githubstatus.com")]
    Timeout(u64),
    #[error("GitHub cannot be reached: try again in a few minutes, see https://www.githubstatus.com")]
    Unreachable,
    #[error("GitHub answered {status} at {path}: try again in a few minutes, see https://www.githubstatus.com")]
    Down { path: &'static str, status: u16 },
    #[error(
        "GitHub answered {status} at {path}, 200 expected: the operator of this registry has to check BERTH_GITHUB_API_URL"
    )]
    Status { path: &'static str, status: u16 },
    #[error(
        "GitHub's answer at {path} is not {expected}: try again in a few minutes, then tell the operator of this registry"
    )]
    Malformed { path: &'static str, expected: &'static str },
}

impl GitHubError {
    /// Whether the fault lies elsewhere than with whoever sent the token.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Timeout(_) | Self::Unreachable | Self::Down { .. } | Self::Malformed { .. } | Self::Organisation(_)
        )
    }

    /// The message for the audit trail: an address to authorize a token at is its holder's alone.
    pub(crate) fn recorded(&self) -> String {
        match self {
            Self::SingleSignOn(url) => {
                Self::SingleSignOn(url.split('?').next().unwrap_or_default().to_owned()).to_string()
            }
            other => other.to_string(),
        }
    }
}
