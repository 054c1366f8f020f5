//! `POST /auth/dns`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use registry::error::{ApiError, BodyErrors, LoginErrors};
use registry_auth::{AuthMethod, TokenResponse};

use crate::body::SignatureLogin;
use crate::login::{Attempt, Proof};
use crate::proof::{Claim, ProofRecord};
use crate::refused::Failure;

/// A token for whoever holds the private key to a TXT record of a domain: for its namespace and those below.
#[utoipa::path(
    post,
    path = "/auth/dns",
    tag = "auth",
    request_body = SignatureLogin,
    responses(
        (status = 200, body = TokenResponse),
        BodyErrors,
        LoginErrors,
    )
)]
pub(crate) async fn login_dns(State(state): State<crate::State>, request: Request<Body>) -> Result<Response, ApiError> {
    let (login, address) = SignatureLogin::read(request).await?;
    let attempt = Attempt::begin(&state, AuthMethod::Dns, address).await?;
    let proof = prove(&state, login, &attempt).await;
    attempt.end(proof).await
}

async fn prove(state: &crate::State, login: SignatureLogin, attempt: &Attempt<'_>) -> Result<Proof, Failure> {
    let claim = Claim::parse(login, attempt.now)?;
    let records = state.dns.records(&claim.domain).await.map_err(|refusal| claim.refused(&refusal))?;
    let signer = claim.signer(records.iter().filter_map(|text| ProofRecord::find(text)));
    let signer = signer.map_err(|refusal| claim.refused(&refusal))?;
    claim.prove(&signer, attempt, AuthMethod::Dns, true).await
}
