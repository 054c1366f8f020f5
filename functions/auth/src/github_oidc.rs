//! `POST /auth/github-oidc`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use registry::error::{ApiError, BodyErrors, LoginErrors};
use registry_auth::{AuthMethod, TokenResponse};
use registry_oidc::OidcError;

use crate::actions::{Actions, RunToken};
use crate::body::{self, IdentityLogin};
use crate::login::{Attempt, Proof};
use crate::namespaces::Proved;
use crate::refused::{Failure, Refused};

/// The official text, word for word.
const DISABLED: &str = "GitHub OIDC exchange disabled: this deployment has no audience configured";
const USED: &str = "this identity token has been used already: let GitHub Actions make a fresh one for each login";

/// A token for a run of GitHub Actions: for the namespace of the account that its repository belongs to.
#[utoipa::path(
    post,
    path = "/auth/github-oidc",
    tag = "auth",
    request_body = IdentityLogin,
    responses(
        (status = 200, body = TokenResponse),
        BodyErrors,
        LoginErrors,
    )
)]
pub(crate) async fn login_github_oidc(
    State(state): State<crate::State>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let (login, address) = body::read::<IdentityLogin>(request).await?;
    let attempt = Attempt::begin(&state, AuthMethod::GithubOidc, address).await?;
    let proof = match &state.logins.actions {
        Some(actions) => prove(actions, &login, &attempt).await,
        None => Err(Refused::new(DISABLED).into()),
    };
    attempt.end(proof).await
}

async fn prove(actions: &Actions, login: &IdentityLogin, attempt: &Attempt<'_>) -> Result<Proof, Failure> {
    let token = actions.verify(&login.oidc_token, attempt.now).await?;
    let subject = token.subject();
    let run = RunToken::read(&token).map_err(|error| Refused::new(error.to_string()).claiming(subject))?;
    let used = || Refused::new(USED).by(&run.identity(), subject).about(Some(&run.namespace));
    attempt.use_once(token.proof(), token.worthless_at(), used).await?;
    Ok(Proof {
        method: AuthMethod::GithubOidc,
        subject: subject.to_owned(),
        identity: run.identity(),
        proved: vec![Proved { namespace: run.namespace, github_id: Some(run.owner_id), below: false }],
        permissions: Vec::new(),
        run: Some(run.run),
        remarks: Vec::new(),
    })
}

impl From<OidcError> for Failure {
    fn from(error: OidcError) -> Self {
        // Whoever sends a token chooses the key id that it names: one that nobody knows counts.
        let is_outage = matches!(error, OidcError::Keys(_));
        Refused::new(error.to_string()).unless_outage(is_outage).into()
    }
}
