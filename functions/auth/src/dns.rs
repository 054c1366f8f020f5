//! `POST /auth/dns`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use registry::error::{ApiError, BodyErrors, Problem};
use registry::identity::Identity;
use registry::time::Timestamp;
use registry_auth::{AuthMethod, Login, Pattern, TokenResponse};

use crate::body::SignatureLogin;
use crate::login::{grant, publish, use_once};
use crate::proof::{Claim, ProofRecord, Refusal};

const FAILED: &str = "DNS authentication failed";

/// A token for whoever holds the private key to a TXT record of a domain: for its namespace and those below.
#[utoipa::path(
    post,
    path = "/auth/dns",
    tag = "auth",
    request_body = SignatureLogin,
    responses(
        (status = 200, body = TokenResponse),
        BodyErrors,
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn login_dns(State(state): State<crate::State>, request: Request<Body>) -> Result<Response, ApiError> {
    let login = SignatureLogin::read(request).await?;
    let refused = |refusal: Refusal| refusal.with_detail(FAILED);
    let now = Timestamp::now();
    let claim = Claim::parse(login, now).map_err(refused)?;
    let records = state.dns.records(&claim.domain).await.map_err(refused)?;
    let signer = claim.signer(records.iter().filter_map(|text| ProofRecord::find(text))).map_err(refused)?;
    use_once(&state, &claim, &signer, now, FAILED).await?;
    let namespace = claim.domain.namespace();
    let permissions = vec![publish(Pattern::namespace(&namespace)), publish(Pattern::namespaces_below(&namespace))];
    let login = Login {
        method: AuthMethod::Dns,
        subject: claim.domain.to_string(),
        identity: Some(Identity::domain(claim.domain.as_str())),
        owns: namespace.parse().into_iter().collect(),
        permissions,
    };
    grant(&state, login, now)
}
