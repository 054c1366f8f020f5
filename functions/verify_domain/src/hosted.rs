//! `POST /verify-domain/route53`

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode, header};
use registry::edge::JsonRequest;
use registry::error::{ApiError, BodyErrors, LimitErrors, Problem, TokenErrors};
use registry::identity::Identity;
use registry::store::{AuditEvent, AuditOutcome};
use registry::time::Timestamp;
use registry_auth::well_formed;
use registry_domain::{Claim, ClaimBody, ClaimableDomain, Finding, Method};

use crate::body::{HostedDomainInput, claimable, hosted_texts};
use crate::caller::{Caller, Counted};
use crate::{answer, limits};
use registry_route53::{Route53, Route53Error, Zone};

/// Why a domain was not proved.
enum Failure {
    Refused(ApiError),
    /// The record has not reached all name servers yet.
    NotInSync,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

/// Proves a domain whose zone the operator hosts in Route 53: writes the record, waits for it, looks for it as for any other,
/// and puts the record set back as it was. For administrators.
#[utoipa::path(
    post,
    path = "/verify-domain/route53",
    tag = "domains",
    request_body = HostedDomainInput,
    security(("bearer" = [])),
    responses(
        (status = 200, body = ClaimBody),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        BodyErrors,
        TokenErrors,
        LimitErrors,
    )
)]
pub(crate) async fn prove_hosted_domain(
    State(state): State<crate::State>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let JsonRequest { headers, address, body } = JsonRequest::read(request, limits::BODY_BYTES).await?;
    let (text, identity) = well_formed(&headers, hosted_texts(&body))?;
    let caller = state.caller(&headers, address)?;
    state.count(&caller, Counted::Check).await?;
    let event = AuditEvent::DomainProof;
    let domain = match claimable(text) {
        Ok(domain) => domain,
        Err(errors) => return Err(state.refuse(&caller, event, None, ApiError::validation(errors)).await),
    };
    let identity = identity.unwrap_or_else(|| caller.identity.clone());
    // A task of its own: what was written is taken back also if the client goes away.
    let task = tokio::spawn(async move {
        match state.prove_hosted(&caller, &identity, &domain).await {
            Ok(claim) => {
                tracing::info!(domain = %domain.domain(), %identity, "domain proved by route 53");
                answer::claim(&claim)
            }
            Err(Failure::Refused(error)) => Err(state.refuse(&caller, event, Some(&domain), error).await),
            Err(Failure::NotInSync) => Ok(not_in_sync()),
        }
    });
    task.await.map_err(|error| ApiError::internal("Failed to prove the domain", error))?
}

impl crate::State {
    async fn prove_hosted(
        &self,
        caller: &Caller,
        identity: &Identity,
        domain: &ClaimableDomain,
    ) -> Result<Claim, Failure> {
        if !caller.claims.is_administrator() {
            let message = "only administrators have the registry write records: set the record yourself, and check it";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "You are no administrator").because(message).into());
        }
        let Some(route53) = &self.route53 else {
            let message = "set BERTH_ROUTE53=true, and let the function's role change your zones";
            return Err(ApiError::not_found("This registry writes no records into Route 53").because(message).into());
        };
        let zone = route53.zone(domain.domain()).await.map_err(failed)?.ok_or_else(|| {
            let saw = format!("the account hosts no public zone that {} lies in", domain.domain());
            answer::not_proved(vec![saw])
        })?;
        let by = |event| {
            let record = caller.record(event, AuditOutcome::Done);
            record.because(format!("for {identity}, in the hosted zone {}", zone.id))
        };
        let now = Timestamp::now();
        let claim = self.domains.claim(identity, domain, by(AuditEvent::DomainClaim), now).await;
        let claim = claim.map_err(answer::refusal)?;
        self.look_at_written(route53, &zone, &claim).await?;
        let by = by(AuditEvent::DomainProof);
        let settled = self.domains.settle(&self.verifier, identity, domain, Method::Route53, by).await;
        Ok(settled.map_err(answer::refusal)?)
    }

    /// Writes the record, looks for it and takes it back, whatever came of the look.
    async fn look_at_written(&self, route53: &Route53, zone: &Zone, claim: &Claim) -> Result<(), Failure> {
        let (domain, value) = (claim.domain.domain(), claim.value());
        let Some(change) = route53.add(zone, domain, &value).await.map_err(failed)? else {
            // It was there before, so it stays.
            return self.look(zone, claim).await;
        };
        let looked = match route53.is_in_sync(&change).await {
            Ok(true) => self.look(zone, claim).await,
            Ok(false) => Err(Failure::NotInSync),
            Err(error) => Err(failed(error).into()),
        };
        if let Err(error) = route53.remove(zone, domain, &value).await {
            let error = registry::error_chain(&error);
            tracing::error!(%domain, zone = zone.id, value, error, "the record was not removed: remove it by hand");
        }
        looked
    }

    async fn look(&self, zone: &Zone, claim: &Claim) -> Result<(), Failure> {
        let mut look = self.verifier.look(claim, Method::Dns).await;
        if look.finding == Finding::Present {
            return Ok(());
        }
        look.saw.push(format!(
            "the record was in the hosted zone {} meanwhile: is {} delegated to the name servers of that zone?",
            zone.id, zone.name
        ));
        Err(answer::not_proved(look.saw).into())
    }
}

fn failed(error: Route53Error) -> ApiError {
    match error {
        Route53Error::Refused(_) | Route53Error::Routed(_) => answer::not_proved(vec![error.to_string()]),
        Route53Error::Call { .. } => {
            let message = "the log has the reason; the function's role must allow route53:ListHostedZonesByName, \
                           GetHostedZone, ListResourceRecordSets, ChangeResourceRecordSets and GetChange";
            ApiError::internal("Route 53 does not answer as it should", error).because(message)
        }
    }
}

fn not_in_sync() -> Response {
    let message = format!(
        "the record did not reach all name servers within {} seconds and was taken back: try again, which does no harm",
        registry_route53::limits::SYNC_PATIENCE.as_secs()
    );
    let error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, answer::NOT_PROVED).because(message);
    let mut response = error.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, limits::SYNC_RETRY_SECONDS.into());
    response
}
