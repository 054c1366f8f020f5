//! `POST /auth/http`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use registry::error::{ApiError, BodyErrors, LoginErrors};
use registry_auth::{AuthMethod, TokenResponse};

use crate::body::SignatureLogin;
use crate::login::{Attempt, Proof};
use crate::proof::{Claim, ProofFiles, ProofRecord, Refusal};
use crate::refused::Failure;

/// A token for whoever holds the private key to a file on the web server of a domain: for its namespace alone.
#[utoipa::path(
    post,
    path = "/auth/http",
    tag = "auth",
    request_body = SignatureLogin,
    responses(
        (status = 200, body = TokenResponse),
        BodyErrors,
        LoginErrors,
    )
)]
pub(crate) async fn login_http(
    State(state): State<crate::State>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let (login, address) = SignatureLogin::read(request).await?;
    let attempt = Attempt::begin(&state, AuthMethod::Http, address).await?;
    let proof = prove(&state, login, &attempt).await;
    attempt.end(proof).await
}

async fn prove(state: &crate::State, login: SignatureLogin, attempt: &Attempt<'_>) -> Result<Proof, Failure> {
    let claim = Claim::parse(login, attempt.now)?;
    let file = state.files.fetch(&claim.domain).await.map_err(|refusal| claim.refused(&refusal))?;
    let record = ProofRecord::find(&file);
    let record = record.ok_or_else(|| claim.refused(&Refusal::NoRecordInFile(ProofFiles::url(&claim.domain))))?;
    let signer = claim.signer(std::iter::once(record)).map_err(|refusal| claim.refused(&refusal))?;
    claim.prove(&signer, attempt, AuthMethod::Http, false).await
}
