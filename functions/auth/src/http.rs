//! `POST /auth/http`

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
use crate::proof::{Claim, ProofFiles, ProofRecord, Refusal};

const FAILED: &str = "HTTP authentication failed";

/// A token for whoever holds the private key to a file on the web server of a domain: for its namespace alone.
#[utoipa::path(
    post,
    path = "/auth/http",
    tag = "auth",
    request_body = SignatureLogin,
    responses(
        (status = 200, body = TokenResponse),
        BodyErrors,
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn login_http(
    State(state): State<crate::State>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let login = SignatureLogin::read(request).await?;
    let refused = |refusal: Refusal| refusal.with_detail(FAILED);
    let now = Timestamp::now();
    let claim = Claim::parse(login, now).map_err(refused)?;
    let file = state.files.fetch(&claim.domain).await.map_err(refused)?;
    let record =
        ProofRecord::find(&file).ok_or_else(|| refused(Refusal::NoRecordInFile(ProofFiles::url(&claim.domain))))?;
    let signer = claim.signer(std::iter::once(record)).map_err(refused)?;
    use_once(&state, &claim, &signer, now, FAILED).await?;
    let namespace = claim.domain.namespace();
    let permissions = vec![publish(Pattern::namespace(&namespace))];
    let login = Login {
        method: AuthMethod::Http,
        subject: claim.domain.to_string(),
        identity: Some(Identity::domain(claim.domain.as_str())),
        owns: namespace.parse().into_iter().collect(),
        permissions,
    };
    grant(&state, login, now)
}
