//! `DELETE /namespaces/{namespace}/transfer`

use axum::extract::{Extension, Path, State};
use http::{HeaderMap, StatusCode};
use registry::edge::ClientAddress;
use registry::error::{ApiError, Problem, TokenErrors};
use registry::identity::Namespace;
use registry::store::AuditEvent;

use super::{caller, segment};
use crate::namespaces::Refusal;
use crate::namespaces::change::Change;
use crate::namespaces::decision::{Decision, Situation, Wanted};

/// Takes the offer of a namespace back.
#[utoipa::path(
    delete,
    path = "/namespaces/{namespace}/transfer",
    tag = "namespaces",
    params(("namespace" = String, Path, description = "what stands before the slash of a server's name")),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "it is taken back"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        TokenErrors,
    )
)]
pub(crate) async fn withdraw_transfer(
    State(state): State<crate::State>,
    Path(namespace): Path<String>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let path = segment::<Namespace>("namespace", &namespace);
    let (caller, namespace) = caller(&state, &headers, address.map(|address| address.0), path)?;
    let wanted = Wanted { caller, namespace, event: AuditEvent::TransferOffer, target: String::new() };
    state.change_namespace(&wanted, decide).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn decide(situation: &Situation<'_>) -> Result<Decision<()>, Refusal> {
    situation.owners_only()?;
    let namespace = &situation.namespace;
    match situation.whole.binding.offer.as_ref().filter(|offer| offer.is_open(situation.now)) {
        Some(offer) => {
            let note = Some(format!("withdrawn from {}", offer.to));
            Ok(Decision { change: Change::of(namespace).without_offer(), note, answer: () })
        }
        None => Err(Refusal::NoOffer { namespace: namespace.clone() }),
    }
}
