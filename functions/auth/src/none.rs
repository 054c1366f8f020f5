//! `POST /auth/none`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use registry::edge::ClientAddress;
use registry::error::{ApiError, LoginErrors, Problem};
use registry::identity::Identity;
use registry_auth::{Action, AuthMethod, Pattern, Permission, TokenResponse};

use crate::login::{Attempt, Proof};

/// The namespace in which everybody may do everything.
const NAMESPACE: &str = "io.modelcontextprotocol.anonymous";

/// A token without any proof, for trying a registry out. Not there unless the operator wants it.
#[utoipa::path(
    post,
    path = "/auth/none",
    tag = "auth",
    responses(
        (status = 200, body = TokenResponse),
        LoginErrors,
        (status = 500, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn login_none(
    State(state): State<crate::State>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let address = request.extensions().get::<ClientAddress>().copied();
    let attempt = Attempt::begin(&state, AuthMethod::None, address).await?;
    let permission = |action| Permission { action, resource: Pattern::namespace(NAMESPACE) };
    let proof = Proof {
        method: AuthMethod::None,
        subject: "anonymous".to_owned(),
        identity: Identity::anonymous(),
        proved: Vec::new(),
        permissions: vec![permission(Action::Publish), permission(Action::Edit)],
        run: None,
        remarks: Vec::new(),
    };
    attempt.end(Ok(proof)).await
}
