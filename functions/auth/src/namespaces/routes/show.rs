//! `GET /namespaces/{namespace}`

use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use registry::error::{ApiError, TokenErrors};
use registry::identity::Namespace;
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer, caller, segment};
use crate::namespaces::member::Member;
use crate::namespaces::offer::Offer;
use crate::namespaces::pin::Pin;
use crate::namespaces::{Invitation, Refusal};

/// A namespace, and who has a part in it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NamespaceResponse)]
pub(crate) struct Shown {
    /// The namespace.
    #[schema(value_type = String, example = "io.github.octocat")]
    namespace: Namespace,
    /// The number of the GitHub account that it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    github_id: Option<u64>,
    /// Who has a part in it. Whoever proves by login or domain that it is theirs need not be among them.
    members: Vec<Member>,
    /// Open invitations.
    invitations: Vec<Invitation>,
    /// To whom it is offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer: Option<Offer>,
    /// What runs of GitHub Actions may publish; all, if there is none.
    pins: Vec<Pin>,
}

/// Who has a part in a namespace, for them and for administrators.
#[utoipa::path(
    get,
    path = "/namespaces/{namespace}",
    tag = "namespaces",
    params(("namespace" = String, Path, description = "what stands before the slash of a server's name")),
    security(("bearer" = [])),
    responses((status = 200, body = Shown), TokenErrors)
)]
pub(crate) async fn show_namespace(
    State(state): State<crate::State>,
    Path(namespace): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (caller, namespace) = caller(&state, &headers, None, segment::<Namespace>("namespace", &namespace))?;
    let identity = caller.somebody()?;
    let situation = state.situation(&caller, &namespace).await?;
    let has_part = situation.is_owner || situation.whole.member(identity).is_some();
    let (namespace, now, whole) = (situation.namespace, situation.now, situation.whole);
    if !has_part && !caller.claims.is_administrator() {
        return Err(Refusal::NoPart { namespace, caller: caller.described() }.into());
    }
    answer(&Shown {
        namespace,
        github_id: whole.binding.github_id,
        invitations: whole.open_invitations(now).cloned().collect(),
        members: whole.members,
        transfer: whole.binding.offer.filter(|offer| offer.is_open(now)),
        pins: whole.binding.pins,
    })
}
