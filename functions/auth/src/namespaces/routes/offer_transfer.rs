//! `POST /namespaces/{namespace}/transfer`

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
use crate::namespaces::offer::Offer;
use crate::namespaces::{Handle, Refusal, limits};

/// Who is to have a namespace.
#[derive(Debug, ToSchema)]
#[schema(as = TransferInput)]
pub(crate) struct Receiver {
    /// `github:` and a login name, or an identity.
    #[schema(value_type = String, example = "github:octocat")]
    to: Handle,
}

impl Receiver {
    fn parse(body: &Value) -> Result<Self, Vec<ErrorDetail>> {
        let mut fields = Fields::of("body", body);
        let to = fields.parsed("to");
        fields.finish(|| Some(Self { to: to? }))
    }
}

/// Offers a namespace to somebody. Nothing changes before they accept.
#[utoipa::path(
    post,
    path = "/namespaces/{namespace}/transfer",
    tag = "namespaces",
    params(("namespace" = String, Path, description = "what stands before the slash of a server's name")),
    request_body = Receiver,
    security(("bearer" = [])),
    responses(
        (status = 200, body = Offer),
        (status = 409, description = "it is offered to somebody else", body = Problem,
            content_type = "application/problem+json"),
        BodyErrors,
        TokenErrors,
    )
)]
pub(crate) async fn offer_transfer(
    State(state): State<crate::State>,
    Path(namespace): Path<String>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let namespace = segment::<Namespace>("namespace", &namespace);
    let (caller, namespace, receiver) = caller_with_body(&state, request, namespace, Receiver::parse).await?;
    let wanted = Wanted { caller, namespace, event: AuditEvent::TransferOffer, target: receiver.to.to_string() };
    answer(&state.change_namespace(&wanted, |situation| decide(situation, &receiver.to)).await?)
}

fn decide(situation: &Situation<'_>, to: &Handle) -> Result<Decision<Offer>, Refusal> {
    situation.owners_only()?;
    let namespace = situation.namespace.clone();
    if situation.caller.is_called(to) {
        return Err(Refusal::ToYourself { to: to.clone() });
    }
    if namespace.as_str().split('.').count() > limits::TRANSFER_LABELS {
        return Err(Refusal::TooDeep { namespace });
    }
    let open = situation.whole.binding.offer.as_ref().filter(|offer| offer.is_open(situation.now));
    if let Some(other) = open.filter(|offer| offer.to != *to) {
        return Err(Refusal::OfferedAlready { namespace, to: other.to.clone(), until: other.expires_at });
    }
    let offer = Offer::new(to.clone(), situation.caller.somebody()?.clone(), situation.now);
    Ok(Decision { change: Change::of(&namespace).with_offer(&offer), note: None, answer: offer })
}
