//! `POST /auth/none`

use axum::extract::State;
use axum::response::Response;
use registry::error::{ApiError, Problem};
use registry::identity::Identity;
use registry::time::Timestamp;
use registry_auth::{Action, AuthMethod, Login, Pattern, Permission, TokenResponse};

/// The namespace in which everybody may do everything.
const NAMESPACE: &str = "io.modelcontextprotocol.anonymous";

/// A token without any proof, for trying a registry out. Not there unless the operator wants it.
#[utoipa::path(
    post,
    path = "/auth/none",
    tag = "auth",
    responses(
        (status = 200, body = TokenResponse),
        (status = 500, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn login_none(State(state): State<crate::State>) -> Result<Response, ApiError> {
    let permission = |action| Permission { action, resource: Pattern::namespace(NAMESPACE) };
    let permissions = vec![permission(Action::Publish), permission(Action::Edit)];
    let login = Login {
        method: AuthMethod::None,
        subject: "anonymous".to_owned(),
        identity: Some(Identity::anonymous()),
        owns: Vec::new(),
        permissions,
    };
    crate::login::grant(&state, login, Timestamp::now())
}
