//! `DELETE /namespaces/{namespace}/invitations/{to}`

use axum::extract::{Extension, Path, State};
use http::{HeaderMap, StatusCode};
use registry::edge::ClientAddress;
use registry::error::{ApiError, Problem, TokenErrors};
use registry::identity::Namespace;
use registry::store::AuditEvent;

use super::{both, caller, segment};
use crate::namespaces::change::Change;
use crate::namespaces::decision::{Decision, Situation, Wanted};
use crate::namespaces::{Handle, Refusal};

/// Takes an invitation back.
#[utoipa::path(
    delete,
    path = "/namespaces/{namespace}/invitations/{to}",
    tag = "namespaces",
    params(
        ("namespace" = String, Path, description = "what stands before the slash of a server's name"),
        ("to" = String, Path, description = "who was invited, as in the invitation"),
    ),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "it is taken back"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        TokenErrors,
    )
)]
pub(crate) async fn withdraw_invitation(
    State(state): State<crate::State>,
    Path((namespace, to)): Path<(String, String)>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let path = both(segment::<Namespace>("namespace", &namespace), segment::<Handle>("to", &to));
    let (caller, (namespace, to)) = caller(&state, &headers, address.map(|address| address.0), path)?;
    let wanted = Wanted { caller, namespace, event: AuditEvent::Invite, target: to.to_string() };
    state.change_namespace(&wanted, |situation| decide(situation, &to)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn decide(situation: &Situation<'_>, to: &Handle) -> Result<Decision<()>, Refusal> {
    situation.owners_only()?;
    let namespace = &situation.namespace;
    if !situation.whole.open_invitations(situation.now).any(|invitation| invitation.to == *to) {
        return Err(Refusal::NoInvitation { namespace: namespace.clone(), to: to.clone() });
    }
    let note = Some("withdrawn".to_owned());
    Ok(Decision { change: Change::of(namespace).without_invitation(to), note, answer: () })
}
