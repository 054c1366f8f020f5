//! `POST /namespaces/{namespace}/invitations`

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Request;
use registry::error::{ApiError, BodyErrors, ErrorDetail, Problem, TokenErrors};
use registry::identity::Namespace;
use registry::store::AuditEvent;
use serde_json::Value;
use utoipa::ToSchema;

use super::{answer, caller_with_body, segment};
use crate::namespaces::change::Change;
use crate::namespaces::decision::{Decision, Situation, Wanted};
use crate::namespaces::fields::Fields;
use crate::namespaces::member::Role;
use crate::namespaces::{Handle, Invitation, Refusal, limits};

/// Who is to be invited.
#[derive(Debug, ToSchema)]
#[schema(as = InvitationInput)]
pub(crate) struct Guest {
    /// `github:` and a login name, or an identity.
    #[schema(value_type = String, example = "github:octocat")]
    to: Handle,
    /// What they are to be.
    role: Role,
}

impl Guest {
    fn parse(body: &Value) -> Result<Self, Vec<ErrorDetail>> {
        let mut fields = Fields::of("body", body);
        let (to, role) = (fields.parsed("to"), fields.parsed("role"));
        fields.finish(|| Some(Self { to: to?, role: role? }))
    }
}

/// Invites somebody to a namespace. Inviting them again sets role and time anew.
#[utoipa::path(
    post,
    path = "/namespaces/{namespace}/invitations",
    tag = "namespaces",
    params(("namespace" = String, Path, description = "what stands before the slash of a server's name")),
    request_body = Guest,
    security(("bearer" = [])),
    responses(
        (status = 200, body = Invitation),
        (status = 409, description = "they have the role already, or there are too many", body = Problem,
            content_type = "application/problem+json"),
        BodyErrors,
        TokenErrors,
    )
)]
pub(crate) async fn invite(
    State(state): State<crate::State>,
    Path(namespace): Path<String>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let namespace = segment::<Namespace>("namespace", &namespace);
    let (caller, namespace, guest) = caller_with_body(&state, request, namespace, Guest::parse).await?;
    let target = format!("{} as {}", guest.to, guest.role);
    let wanted = Wanted { caller, namespace, event: AuditEvent::Invite, target };
    answer(&state.change_namespace(&wanted, |situation| decide(situation, &guest)).await?)
}

fn decide(situation: &Situation<'_>, guest: &Guest) -> Result<Decision<Invitation>, Refusal> {
    situation.owners_only()?;
    let (namespace, whole) = (&situation.namespace, &situation.whole);
    let member = whole.members.iter().find(|member| Handle::from(&member.identity) == guest.to);
    if let Some(member) = member.filter(|member| member.role == guest.role || member.role == Role::Owner) {
        return Err(Refusal::HasRole { namespace: namespace.clone(), to: guest.to.clone(), role: member.role });
    }
    let others = whole.open_invitations(situation.now).filter(|invitation| invitation.to != guest.to).count();
    if others >= limits::INVITATIONS_PER_NAMESPACE {
        return Err(Refusal::Full {
            namespace: namespace.clone(),
            what: "open invitations",
            most: limits::INVITATIONS_PER_NAMESPACE,
            remedy: "withdraw one first, with `berth owners withdraw`",
        });
    }
    let by = situation.caller.somebody()?.clone();
    let invitation = Invitation::new(namespace.clone(), guest.to.clone(), guest.role, by, situation.now);
    Ok(Decision { change: Change::of(namespace).with_invitation(&invitation), note: None, answer: invitation })
}
