//! `PUT /namespaces/{namespace}/pins`

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Request;
use registry::error::{ApiError, BodyErrors, TokenErrors};
use registry::identity::Namespace;
use registry::store::AuditEvent;
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer, caller_with_body, segment};
use crate::namespaces::Refusal;
use crate::namespaces::change::Change;
use crate::namespaces::decision::{Decision, Situation, Wanted};
use crate::namespaces::pin::Pin;

/// What runs of GitHub Actions may publish; all, if there is none.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Pins {
    /// One run has to match one of them.
    pins: Vec<Pin>,
}

/// Sets what runs of GitHub Actions may publish in a namespace.
#[utoipa::path(
    put,
    path = "/namespaces/{namespace}/pins",
    tag = "namespaces",
    params(("namespace" = String, Path, description = "what stands before the slash of a server's name")),
    request_body = Pins,
    security(("bearer" = [])),
    responses((status = 200, body = Pins), BodyErrors, TokenErrors)
)]
pub(crate) async fn put_pins(
    State(state): State<crate::State>,
    Path(namespace): Path<String>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let namespace = segment::<Namespace>("namespace", &namespace);
    let (caller, namespace, pins) = caller_with_body(&state, request, namespace, Pin::parse_all).await?;
    let target = pins.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let target = if target.is_empty() { "none".to_owned() } else { target };
    let wanted = Wanted { caller, namespace, event: AuditEvent::Pin, target };
    answer(&state.change_namespace(&wanted, |situation| decide(situation, &pins)).await?)
}

fn decide(situation: &Situation<'_>, pins: &[Pin]) -> Result<Decision<Pins>, Refusal> {
    situation.owners_only()?;
    let change = Change::of(&situation.namespace).with_pins(pins, &situation.whole.binding);
    Ok(Decision { change, note: None, answer: Pins { pins: pins.to_vec() } })
}
