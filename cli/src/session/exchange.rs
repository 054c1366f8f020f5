//! The exchange of a proof for a token.

use anyhow::Context;
use registry::time::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Method, Proof};
use crate::registry_client::{Call, RegistryClient};

/// What a registry grants.
#[derive(Deserialize)]
pub(crate) struct Granted {
    pub(crate) registry_token: String,
    /// Seconds since 1970.
    pub(crate) expires_at: i64,
}

/// Logs in.
pub(crate) async fn log_in(client: &RegistryClient, proof: &Proof) -> anyhow::Result<Granted> {
    let (body, secret) = match proof {
        Proof::Anonymous => (None, None),
        Proof::Domain { domain, key, .. } => {
            let timestamp = now();
            let signature = hex::encode(key.sign(timestamp.as_bytes()));
            (Some(json!({"domain": domain, "timestamp": timestamp, "signed_timestamp": signature})), None)
        }
        Proof::Token { method, token } => {
            let name = if *method == Method::Github { "github_token" } else { "oidc_token" };
            (Some(json!({name: token})), Some(token.as_str()))
        }
    };
    let body = body.map(|body| body.to_string().into_bytes());
    let answer = client.send(&Call { secret, ..Call::post(proof.method().path(), body) }).await?;
    // The reader's error would repeat what it cannot read.
    serde_json::from_value(answer.json)
        .ok()
        .with_context(|| format!("{} did not answer with a token; is it a registry?", client.address()))
}

/// The time in whole seconds, as other clients send it.
fn now() -> String {
    let now = Timestamp::now();
    Timestamp::from_micros(now.as_micros() / 1_000_000 * 1_000_000).unwrap_or(now).to_string()
}
