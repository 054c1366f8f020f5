//! `PUT /namespaces/{namespace}/binding`

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Request;
use registry::error::{ApiError, BodyErrors, ErrorDetail, Problem, TokenErrors};
use registry::identity::{Identity, Namespace};
use registry::store::AuditEvent;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{answer, caller_with_body, segment};
use crate::namespaces::Refusal;
use crate::namespaces::change::Change;
use crate::namespaces::decision::{Decision, Situation, Wanted};
use crate::namespaces::fields::Fields;

/// Whose a namespace is to be.
#[derive(Clone, Copy, Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BindingInput)]
pub(crate) struct Account {
    /// The number of the GitHub account.
    #[schema(example = 583231)]
    github_id: u64,
}

/// What a namespace is bound to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BindingResponse)]
pub(crate) struct Bound {
    /// The namespace.
    #[schema(value_type = String, example = "io.github.octocat")]
    namespace: Namespace,
    /// The number of the GitHub account.
    github_id: u64,
}

impl Account {
    fn parse(body: &Value) -> Result<Self, Vec<ErrorDetail>> {
        let mut fields = Fields::of("body", body);
        let github_id = fields.number("githubId");
        fields.finish(|| Some(Self { github_id: github_id? }))
    }
}

/// Binds the namespace of a GitHub account to another account that has its name now. Whoever had a part in it has none any
/// more, and a transfer is undone. For administrators.
#[utoipa::path(
    put,
    path = "/namespaces/{namespace}/binding",
    tag = "namespaces",
    params(("namespace" = String, Path, description = "what stands before the slash of a server's name")),
    request_body = Account,
    security(("bearer" = [])),
    responses(
        (status = 200, body = Bound),
        (status = 409, description = "no namespace of a GitHub account", body = Problem,
            content_type = "application/problem+json"),
        BodyErrors,
        TokenErrors,
    )
)]
pub(crate) async fn rebind_namespace(
    State(state): State<crate::State>,
    Path(namespace): Path<String>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let namespace = segment::<Namespace>("namespace", &namespace);
    let (caller, namespace, account) = caller_with_body(&state, request, namespace, Account::parse).await?;
    let target = Identity::github(account.github_id).to_string();
    let wanted = Wanted { caller, namespace, event: AuditEvent::Rebind, target };
    answer(&state.change_namespace(&wanted, |situation| decide(situation, account)).await?)
}

fn decide(situation: &Situation<'_>, account: Account) -> Result<Decision<Bound>, Refusal> {
    let (namespace, whole) = (&situation.namespace, &situation.whole);
    if !situation.caller.claims.is_administrator() {
        return Err(Refusal::NotAdministrator { caller: situation.caller.described() });
    }
    if !namespace.is_github() {
        return Err(Refusal::NotOfGithub { namespace: namespace.clone() });
    }
    // The pins are those of the account that it was bound to.
    let change = Change::of(namespace).rebound(account.github_id, situation.now).without_offer();
    let change = change.with_pins(&[], &whole.binding);
    let change = whole.invitations.iter().fold(change, |change, invitation| change.without_invitation(&invitation.to));
    let change = whole.members.iter().fold(change, |change, member| change.without_member(&member.identity));
    let before = whole.binding.github_id.map_or_else(|| "nobody".to_owned(), |id| Identity::github(id).to_string());
    let note = Some(format!("was bound to {before}; {} members removed", whole.members.len()));
    let answer = Bound { namespace: namespace.clone(), github_id: account.github_id };
    Ok(Decision { change, note, answer })
}
