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
use registry::route;
use registry_auth::{BearerError, bearer};
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
    let path = well_formed(headers, path, Ok(()))?.0;
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
    let (path, body) = well_formed(&headers, path, parse(&body))?;
    Ok((state.caller(&headers, address)?, path, body))
}

/// All that is malformed at once; a request without a token is.
fn well_formed<T, U>(
    headers: &HeaderMap,
    path: Result<T, Vec<ErrorDetail>>,
    body: Result<U, Vec<ErrorDetail>>,
) -> Result<(T, U), ApiError> {
    let header = bearer(headers).err().and_then(BearerError::detail);
    match (header, path, body) {
        (None, Ok(path), Ok(body)) => Ok((path, body)),
        (header, path, body) => {
            let path = path.err().unwrap_or_default();
            let body = body.err().unwrap_or_default();
            Err(ApiError::validation(header.into_iter().chain(path).chain(body).collect()))
        }
    }
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

/// What two segments of the path name.
fn both<T, U>(
    first: Result<T, Vec<ErrorDetail>>,
    second: Result<U, Vec<ErrorDetail>>,
) -> Result<(T, U), Vec<ErrorDetail>> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (first, second) => Err(first.err().into_iter().chain(second.err()).flatten().collect()),
    }
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
