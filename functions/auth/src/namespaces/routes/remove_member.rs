//! `DELETE /namespaces/{namespace}/members/{identity}`

use axum::extract::{Extension, Path, State};
use http::{HeaderMap, StatusCode};
use registry::edge::ClientAddress;
use registry::error::{ApiError, Problem, TokenErrors};
use registry::identity::{Identity, Namespace};
use registry::store::AuditEvent;

use super::{both, caller, segment};
use crate::namespaces::Refusal;
use crate::namespaces::change::Change;
use crate::namespaces::decision::{Decision, Situation, Wanted};
use crate::namespaces::member::Role;

/// Removes a member. Owners remove anybody, and everybody themselves.
#[utoipa::path(
    delete,
    path = "/namespaces/{namespace}/members/{identity}",
    tag = "namespaces",
    params(
        ("namespace" = String, Path, description = "what stands before the slash of a server's name"),
        ("identity" = String, Path, description = "whom"),
    ),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "they are removed: their next login grants nothing here"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "nobody would be left to own it", body = Problem,
            content_type = "application/problem+json"),
        TokenErrors,
    )
)]
pub(crate) async fn remove_member(
    State(state): State<crate::State>,
    Path((namespace, identity)): Path<(String, String)>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let path = both(segment::<Namespace>("namespace", &namespace), segment::<Identity>("identity", &identity));
    let (caller, (namespace, identity)) = caller(&state, &headers, address.map(|address| address.0), path)?;
    let wanted = Wanted { caller, namespace, event: AuditEvent::Remove, target: identity.to_string() };
    state.change_namespace(&wanted, |situation| decide(situation, &identity)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn decide(situation: &Situation<'_>, identity: &Identity) -> Result<Decision<()>, Refusal> {
    let (namespace, whole) = (&situation.namespace, &situation.whole);
    if situation.caller.somebody()? != identity {
        situation.owners_only()?;
    }
    let Some(member) = whole.member(identity) else {
        return Err(Refusal::NoMember { namespace: namespace.clone(), identity: identity.clone() });
    };
    let is_last = member.role == Role::Owner && whole.owners().count() == 1;
    // Otherwise there is still whoever proves that it is theirs.
    if is_last && whole.binding.transferred_at.is_some() {
        return Err(Refusal::LastOwner { namespace: namespace.clone(), identity: identity.clone() });
    }
    let mut change = Change::of(namespace).without_member(identity);
    // Nobody comes back, or brings others, by what they prepared before.
    for invitation in whole.invitations.iter().filter(|invitation| invitation.invited_by == *identity) {
        change = change.without_invitation(&invitation.to);
    }
    if whole.binding.offer.as_ref().is_some_and(|offer| offer.from == *identity) {
        change = change.without_offer();
    }
    Ok(Decision { change, note: Some(format!("was {}", member.role)), answer: () })
}
