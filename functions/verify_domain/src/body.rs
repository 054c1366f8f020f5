//! What callers send.

use registry::error::ErrorDetail;
use registry::identity::Identity;
use registry_domain::{ClaimableDomain, Domain};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A domain.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DomainInput)]
#[expect(dead_code, reason = "for the OpenAPI document")]
pub(crate) struct DomainInput {
    /// The domain, in ASCII.
    #[schema(example = "example.com")]
    domain: String,
}

/// A domain, and whose it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = HostedDomainInput)]
#[expect(dead_code, reason = "for the OpenAPI document")]
pub(crate) struct HostedDomainInput {
    /// The domain, in ASCII.
    #[schema(example = "example.com")]
    domain: String,
    /// The identity that it is proved for, if it is another one's than the caller's.
    #[schema(example = "github:583231")]
    identity: Option<String>,
}

/// The text of a body's `domain`.
///
/// # Errors
/// All that is wrong with the body.
pub(crate) fn domain_text(body: &Value) -> Result<&str, Vec<ErrorDetail>> {
    let members = members(body, &["domain"])?;
    text(body, members, "domain")
}

/// The texts of a body's `domain` and `identity`.
///
/// # Errors
/// All that is wrong with the body.
pub(crate) fn hosted_texts(body: &Value) -> Result<(&str, Option<Identity>), Vec<ErrorDetail>> {
    let members = members(body, &["domain", "identity"])?;
    let domain = text(body, members, "domain")?;
    let identity = match members.get("identity") {
        None | Some(Value::Null) => None,
        Some(_) => {
            let identity = text(body, members, "identity")?;
            let parsed: Result<Identity, _> = identity.parse();
            let parsed = parsed.map_err(|error| vec![detail(error.to_string(), "body.identity", identity)])?;
            if parsed == Identity::anonymous() {
                let message = "a domain is somebody's: anonymous is nobody".to_owned();
                return Err(vec![detail(message, "body.identity", identity)]);
            }
            Some(parsed)
        }
    };
    Ok((domain, identity))
}

/// A domain that can be claimed.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn claimable(text: &str) -> Result<ClaimableDomain, Vec<ErrorDetail>> {
    let refused = |message: String| vec![detail(message, "body.domain", text)];
    let domain: Domain = text.parse().map_err(|error: registry_domain::InvalidDomain| refused(error.to_string()))?;
    ClaimableDomain::try_from(domain).map_err(|error| refused(error.to_string()))
}

fn members<'a>(body: &'a Value, known: &[&str]) -> Result<&'a Map<String, Value>, Vec<ErrorDetail>> {
    let error = |message: &str, location: String| ErrorDetail {
        message: message.to_owned(),
        location: Some(location),
        value: Some(body.clone()),
    };
    let Value::Object(members) = body else { return Err(vec![error("expected object", "body".to_owned())]) };
    let unknown = members.keys().filter(|key| !known.contains(&key.as_str()));
    let mut errors: Vec<ErrorDetail> = unknown.map(|key| error("unexpected property", format!("body.{key}"))).collect();
    if !members.contains_key("domain") {
        errors.insert(0, error("expected required property domain to be present", "body".to_owned()));
    }
    if errors.is_empty() { Ok(members) } else { Err(errors) }
}

fn text<'a>(body: &Value, members: &'a Map<String, Value>, key: &str) -> Result<&'a str, Vec<ErrorDetail>> {
    members.get(key).and_then(Value::as_str).ok_or_else(|| {
        let value = members.get(key).unwrap_or(body).clone();
        let value = Some(value).filter(|value| !value.is_null());
        vec![ErrorDetail { message: "expected string".to_owned(), location: Some(format!("body.{key}")), value }]
    })
}

fn detail(message: String, location: &str, value: &str) -> ErrorDetail {
    ErrorDetail { message, location: Some(location.to_owned()), value: Some(value.into()) }
}
