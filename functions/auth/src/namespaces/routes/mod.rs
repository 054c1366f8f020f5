//! One endpoint each.

mod accept;
mod accept_transfer;
mod invitations;
mod invite;
mod offer_transfer;
mod pins;
mod rebind;
mod remove_member;
mod show;
mod withdraw;
mod withdraw_transfer;

use std::str::FromStr;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, Request};
use registry::cache::CachePolicy;
use registry::edge::{self, ClientAddress, JsonRequest, Routes};
use registry::error::{ApiError, ErrorDetail};
use registry::identity::Namespace;
use registry::route;
use registry_auth::well_formed;
use serde::Serialize;
use serde_json::Value;

use super::{Caller, limits};

/// All of them.
pub(crate) fn routes<R: Routes<crate::State>>() -> R {
    R::default()
        .add(route!(show::show_namespace))
        .add(route!(invite::invite))
        .add(route!(withdraw::withdraw_invitation))
        .add(route!(accept::accept_invitation))
        .add(route!(invitations::list_invitations))
        .add(route!(remove_member::remove_member))
        .add(route!(offer_transfer::offer_transfer))
        .add(route!(withdraw_transfer::withdraw_transfer))
        .add(route!(accept_transfer::accept_transfer))
        .add(route!(pins::put_pins))
        .add(route!(rebind::rebind_namespace))
}

/// A request without a body that counts: its caller, and what its path names.
///
/// # Errors
/// 422 with all that is malformed, and 401.
fn caller<T>(
    state: &crate::State,
    headers: &HeaderMap,
    address: Option<ClientAddress>,
    path: Result<T, Vec<ErrorDetail>>,
) -> Result<(Caller, T), ApiError> {
    let path = well_formed(headers, path)?;
    Ok((state.caller(headers, address)?, path))
}

/// A request with a body: its caller, what its path names, and what its body says.
///
/// # Errors
/// 413, 415, 400, 422 with all that is malformed, and 401.
async fn caller_with_body<T, U>(
    state: &crate::State,
    request: Request<Body>,
    path: Result<T, Vec<ErrorDetail>>,
    parse: impl FnOnce(&Value) -> Result<U, Vec<ErrorDetail>>,
) -> Result<(Caller, T, U), ApiError> {
    let JsonRequest { headers, address, body } = JsonRequest::read(request, limits::BODY_BYTES).await?;
    let (path, body) = well_formed(&headers, both(path, parse(&body)))?;
    Ok((state.caller(&headers, address)?, path, body))
}

/// What a segment of the path names.
fn segment<T>(name: &str, text: &str) -> Result<T, Vec<ErrorDetail>>
where
    T: FromStr,
    T::Err: ToString,
{
    text.parse().map_err(|error: T::Err| {
        let value = (text.len() <= 1000).then(|| text.into());
        vec![ErrorDetail { message: error.to_string(), location: Some(format!("path.{name}")), value }]
    })
}

/// Two things that a request says, or all that is wrong with them.
fn both<T, U>(
    first: Result<T, Vec<ErrorDetail>>,
    second: Result<U, Vec<ErrorDetail>>,
) -> Result<(T, U), Vec<ErrorDetail>> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (first, second) => Err(first.err().into_iter().chain(second.err()).flatten().collect()),
    }
}

/// In how many other namespaces somebody has a part: there is a limit.
///
/// # Errors
/// 503 when the table cannot be read.
async fn other_memberships(state: &crate::State, caller: &Caller, namespace: &Namespace) -> Result<usize, ApiError> {
    // Whoever can have a part in none is told so by the decision.
    let Ok(identity) = caller.somebody() else { return Ok(0) };
    let all = state.tables.namespaces.memberships(identity).await.map_err(ApiError::unavailable)?;
    Ok(all.iter().filter(|membership| membership.namespace.key() != namespace.key()).count())
}

/// An answer that nobody keeps.
///
/// # Errors
/// 500 if it cannot be written, which no type here brings about.
fn answer(value: &impl Serialize) -> Result<Response, ApiError> {
    let json = serde_json::to_vec(value);
    let mut json = json.map_err(|error| ApiError::internal("Failed to write the answer", error))?;
    json.push(b'\n');
    Ok(edge::json(json, CachePolicy::NoStore))
}
