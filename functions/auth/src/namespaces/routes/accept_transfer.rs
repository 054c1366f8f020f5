//! `POST /namespaces/{namespace}/transfer/accept`

use axum::extract::{Extension, Path, State};
use axum::response::Response;
use http::HeaderMap;
use registry::edge::ClientAddress;
use registry::error::{ApiError, Problem, TokenErrors};
use registry::identity::{Identity, Namespace};
use registry::store::AuditEvent;

use super::{answer, caller, other_memberships, segment};
use crate::namespaces::change::Change;
use crate::namespaces::decision::{Decision, Situation, Wanted};
use crate::namespaces::member::{Member, Role};
use crate::namespaces::{Refusal, limits};

/// Accepts the offer of a namespace: it belongs to the caller alone from now on. Publishers stay.
#[utoipa::path(
    post,
    path = "/namespaces/{namespace}/transfer/accept",
    tag = "namespaces",
    params(("namespace" = String, Path, description = "what stands before the slash of a server's name")),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Member),
        (status = 404, description = "the offer is over", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "they are a member of too many", body = Problem,
            content_type = "application/problem+json"),
        TokenErrors,
    )
)]
pub(crate) async fn accept_transfer(
    State(state): State<crate::State>,
    Path(namespace): Path<String>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let path = segment::<Namespace>("namespace", &namespace);
    let (caller, namespace) = caller(&state, &headers, address.map(|address| address.0), path)?;
    let others = other_memberships(&state, &caller, &namespace).await?;
    let target = caller.claims.identity().map_or_else(String::new, Identity::to_string);
    let wanted = Wanted { caller, namespace, event: AuditEvent::Transfer, target };
    answer(&state.change_namespace(&wanted, |situation| decide(situation, others)).await?)
}

fn decide(situation: &Situation<'_>, other_memberships: usize) -> Result<Decision<Member>, Refusal> {
    let (caller, namespace, whole) = (situation.caller, &situation.namespace, &situation.whole);
    let identity = caller.somebody()?;
    let has_part = situation.is_owner || whole.member(identity).is_some();
    let offer = match &whole.binding.offer {
        Some(offer) if caller.is_called(&offer.to) && offer.is_open(situation.now) => offer,
        Some(offer) if caller.is_called(&offer.to) => {
            return Err(Refusal::OfferOver { namespace: namespace.clone(), at: offer.expires_at });
        }
        None if has_part => return Err(Refusal::NoOffer { namespace: namespace.clone() }),
        _ => return Err(Refusal::NotOffered { namespace: namespace.clone(), caller: caller.described() }),
    };
    if other_memberships >= limits::MEMBERSHIPS_PER_IDENTITY {
        return Err(Refusal::TooManyMemberships);
    }
    let member = Member {
        identity: identity.clone(),
        name: caller.claims.auth_method_sub.clone(),
        role: Role::Owner,
        since: situation.now,
        added_by: offer.from.clone(),
    };
    let mut change = Change::of(namespace).with_member(&member).without_offer().handed_over(situation.now);
    // Invitations first, and owners last: they must all go in the transaction that hands the namespace over.
    for invitation in &whole.invitations {
        change = change.without_invitation(&invitation.to);
    }
    let mut note = format!("handed over by {}", offer.from);
    for owner in whole.owners().filter(|owner| owner.identity != *identity) {
        change = change.without_member(&owner.identity);
        note.push_str(&format!(", {} removed", owner.identity));
    }
    Ok(Decision { change, note: Some(note), answer: member })
}
