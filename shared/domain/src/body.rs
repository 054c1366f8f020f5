//! A claim as it is answered.

use registry::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::claim::{Claim, Method, Status};
use crate::file::Files;
use crate::verifier::FILE;

/// A claim of a domain, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DomainClaim)]
pub struct ClaimBody {
    /// The domain.
    #[schema(example = "example.com")]
    pub domain: String,
    /// `pending` until it is proved; `missing` when the record was gone at the last look, and the proof counts for a little
    /// longer; `lapsed` when it counts no more.
    pub status: &'static str,
    /// How it was proved: `dns`, `http` or `route53`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<&'static str>,
    /// The record that proves it.
    pub record: RecordBody,
    /// The file that proves it as well, for the domain's own namespace alone.
    pub file: FileBody,
    /// Patterns of the names that it lets publish once it is proved.
    pub publishes: Vec<String>,
    /// When it was claimed.
    #[schema(value_type = String, format = DateTime)]
    pub claimed_at: Timestamp,
    /// When it was proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub proved_at: Option<Timestamp>,
    /// When the proof was looked for last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub checked_at: Option<Timestamp>,
    /// When the claim is forgotten that is not proved; when the proof ends that is not renewed.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// What its holder has to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// A TXT record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DomainClaimRecord)]
pub struct RecordBody {
    /// `TXT`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Where it has to be: the domain itself.
    pub name: String,
    /// What it has to say.
    pub value: String,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DomainClaimFile)]
pub struct FileBody {
    /// Where it has to be.
    pub url: String,
    /// A line that it has to have.
    pub content: String,
}

impl ClaimBody {
    /// The claim as it stands now.
    #[must_use]
    pub fn new(claim: &Claim, now: Timestamp) -> Self {
        let domain = claim.domain.domain();
        let (status, namespace) = (claim.status(now), claim.domain.namespace());
        let mut publishes = vec![format!("{namespace}/*")];
        if claim.method.is_none_or(Method::is_for_names_below) {
            publishes.push(format!("{namespace}.*"));
        }
        Self {
            domain: domain.to_string(),
            status: status.as_str(),
            method: claim.method.map(Method::as_str),
            record: RecordBody { kind: "TXT", name: domain.to_string(), value: claim.value() },
            file: FileBody { url: Files::url(domain, FILE), content: claim.value() },
            publishes,
            claimed_at: claim.claimed_at,
            proved_at: claim.proved_at,
            checked_at: claim.checked_at,
            expires_at: claim.expires_at,
            notice: notice(claim, status),
        }
    }
}

fn notice(claim: &Claim, status: Status) -> Option<String> {
    let what = match claim.method {
        Some(Method::Http) => "file",
        Some(Method::Route53) => "hosted zone",
        _ => "TXT record",
    };
    match status {
        Status::Missing => Some(format!(
            "the {what} was gone at the last look: it must be back by {}, or the domain is no longer proved",
            claim.expires_at
        )),
        Status::Lapsed => Some(format!(
            "the proof ended at {}: set the record or the file, and have the domain checked again",
            claim.expires_at
        )),
        Status::Pending | Status::Proved => None,
    }
}
