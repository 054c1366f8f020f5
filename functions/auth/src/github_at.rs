//! `POST /auth/github-at`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use registry::error::{ApiError, BodyErrors, LoginErrors};
use registry::identity::Identity;
use registry_auth::{AuthMethod, TokenResponse};

use crate::body::{self, GitHubLogin};
use crate::github::{Account, GitHubError};
use crate::login::{Attempt, Proof};
use crate::namespaces::Proved;
use crate::refused::{Failure, Refused};

/// A token for the holder of an access token of GitHub: for the namespaces of the account and of the organisations that it
/// owns.
#[utoipa::path(
    post,
    path = "/auth/github-at",
    tag = "auth",
    request_body = GitHubLogin,
    responses(
        (status = 200, body = TokenResponse),
        BodyErrors,
        LoginErrors,
    )
)]
pub(crate) async fn login_github_at(
    State(state): State<crate::State>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let Some(github) = &state.logins.github else {
        return Err(ApiError::not_found("Endpoint not found. See /docs for the API documentation."));
    };
    let (login, address) = body::read::<GitHubLogin>(request).await?;
    let attempt = Attempt::begin(&state, AuthMethod::GithubAt, address).await?;
    let account = github.account(&login.github_token).await;
    attempt.end(account.map(Proof::from).map_err(Failure::from)).await
}

impl From<Account> for Proof {
    fn from(account: Account) -> Self {
        let mut remarks = Vec::new();
        let own = Proved { namespace: account.namespace, github_id: Some(account.id), below: false };
        let mut proved = vec![own];
        match account.organisations {
            Some(organisations) => proved.extend(organisations.into_iter().map(|organisation| Proved {
                namespace: organisation.namespace,
                github_id: Some(organisation.id),
                below: false,
            })),
            None => remarks.push(NO_ORGANISATIONS.to_owned()),
        }
        Self {
            method: AuthMethod::GithubAt,
            subject: account.login,
            identity: Identity::github(account.id),
            proved,
            permissions: Vec::new(),
            run: None,
            remarks,
        }
    }
}

const NO_ORGANISATIONS: &str = "the token may not see organisations (403 at /user/memberships/orgs): a classic token needs the \
    scope read:org, a fine-grained one Members: read";

impl From<GitHubError> for Failure {
    fn from(error: GitHubError) -> Self {
        Refused::new(error.to_string()).recorded_as(error.recorded()).unless_outage(error.is_outage()).into()
    }
}
