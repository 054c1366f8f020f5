//! What to do about a proof that a registry does not take.

use reqwest::StatusCode;

use crate::keys::{self, WELL_KNOWN};
use crate::registry_client::Refused;
use crate::session::{Method, Proof};

/// Says what the proof lacks when the registry does not take it.
pub(super) fn with_advice(error: anyhow::Error, proof: &Proof) -> anyhow::Error {
    match error.downcast::<Refused>() {
        Ok(mut refused) => {
            if let Some(hint) = advice(&refused, proof) {
                refused.hint = Some(hint);
            }
            refused.into()
        }
        Err(error) => error,
    }
}

fn advice(refused: &Refused, proof: &Proof) -> Option<String> {
    match (refused.status, proof) {
        (StatusCode::UNAUTHORIZED, Proof::Domain { method, domain, key }) => {
            let place = match method {
                Method::Http => format!("https://{domain}{WELL_KNOWN} has to answer with"),
                _ => format!("{domain} needs a TXT record with"),
            };
            Some(format!("{place} \"{}\"", keys::record(key)))
        }
        (StatusCode::UNAUTHORIZED, Proof::Token { method, .. }) if refused.faults.is_empty() => Some(
            match method {
                Method::Github => {
                    "the token has to be one of GitHub that is still good, with read:org for organisations"
                }
                _ => "the ID token has to be fresh, and made out for this registry",
            }
            .to_owned(),
        ),
        (StatusCode::NOT_FOUND, Proof::Token { method: Method::Oidc, .. }) => Some(
            "this registry trusts no issuer of ID tokens; ask its operator to name it in BERTH_OIDC_ISSUERS".to_owned(),
        ),
        _ => None,
    }
}
