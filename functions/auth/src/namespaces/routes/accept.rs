//! `POST /namespaces/{namespace}/invitations/accept`

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
use crate::namespaces::{Invitation, Refusal, limits};

/// Accepts the caller's invitation: they are a member from now on.
#[utoipa::path(
    post,
    path = "/namespaces/{namespace}/invitations/accept",
    tag = "namespaces",
    params(("namespace" = String, Path, description = "what stands before the slash of a server's name")),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Member),
        (status = 404, description = "the invitation is over", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "they have the role already, or there are too many", body = Problem,
            content_type = "application/problem+json"),
        TokenErrors,
    )
)]
pub(crate) async fn accept_invitation(
    State(state): State<crate::State>,
    Path(namespace): Path<String>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let path = segment::<Namespace>("namespace", &namespace);
    let (caller, namespace) = caller(&state, &headers, address.map(|address| address.0), path)?;
    let others = other_memberships(&state, &caller, &namespace).await?;
    let target = caller.claims.identity().map_or_else(String::new, Identity::to_string);
    let wanted = Wanted { caller, namespace, event: AuditEvent::Join, target };
    answer(&state.change_namespace(&wanted, |situation| decide(situation, others)).await?)
}

fn decide(situation: &Situation<'_>, other_memberships: usize) -> Result<Decision<Member>, Refusal> {
    let (caller, namespace, whole) = (situation.caller, &situation.namespace, &situation.whole);
    let identity = caller.somebody()?;
    let present = whole.member(identity);
    let invitation = find(situation)?;
    if let Some(present) = present.filter(|present| present.role == Role::Owner || present.role == invitation.role) {
        return Err(Refusal::MemberAlready { namespace: namespace.clone(), role: present.role });
    }
    let full = |what, most, remedy| Refusal::Full { namespace: namespace.clone(), what, most, remedy };
    if invitation.role == Role::Owner && whole.owners().count() >= limits::OWNERS_PER_NAMESPACE {
        return Err(full("owners", limits::OWNERS_PER_NAMESPACE, "one of them has to leave first"));
    }
    if present.is_none() && whole.members.len() >= limits::MEMBERS_PER_NAMESPACE {
        return Err(full("members", limits::MEMBERS_PER_NAMESPACE, "one of them has to leave first"));
    }
    if present.is_none() && other_memberships >= limits::MEMBERSHIPS_PER_IDENTITY {
        return Err(Refusal::TooManyMemberships);
    }
    let member = Member {
        identity: identity.clone(),
        name: caller.claims.auth_method_sub.clone(),
        role: invitation.role,
        since: situation.now,
        added_by: invitation.invited_by.clone(),
    };
    let mut change = Change::of(namespace).with_member(&member);
    // Others that are addressed to them in another way go as well: what they were for is done.
    for invitation in whole.invitations.iter().filter(|invitation| caller.is_called(&invitation.to)) {
        change = change.without_invitation(&invitation.to);
    }
    let note = Some(format!("as {}, invited by {}", member.role, member.added_by));
    Ok(Decision { change, note, answer: member })
}

/// The invitation that counts: of several the one with more rights.
fn find<'a>(situation: &'a Situation<'_>) -> Result<&'a Invitation, Refusal> {
    let (caller, namespace) = (situation.caller, situation.namespace.clone());
    let own = |invitation: &&Invitation| caller.is_called(&invitation.to);
    let open = situation.whole.open_invitations(situation.now).filter(own);
    if let Some(invitation) = open.min_by_key(|invitation| invitation.role != Role::Owner) {
        return Ok(invitation);
    }
    let member = caller.somebody().ok().and_then(|identity| situation.whole.member(identity));
    Err(match (member, situation.whole.invitations.iter().find(own)) {
        (Some(member), _) => Refusal::MemberAlready { namespace, role: member.role },
        (None, Some(over)) => Refusal::InvitationOver { namespace, at: over.expires_at },
        (None, None) => Refusal::NotInvited { namespace, caller: caller.described() },
    })
}
