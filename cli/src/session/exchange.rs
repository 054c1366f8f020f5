//! The exchange of a proof for a token.

use anyhow::Context;
use registry::time::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::Proof;
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
    let answer = match proof {
        Proof::Anonymous => client.send(&Call::post("/v0.1/auth/none", None)).await?,
        Proof::Domain { method, domain, key } => {
            let timestamp = now();
            let body = json!({
                "domain": domain,
                "timestamp": timestamp,
                "signed_timestamp": hex::encode(key.sign(timestamp.as_bytes())),
            });
            let path = format!("/v0.1/auth/{}", method.as_str());
            client.send(&Call::post(&path, Some(body.to_string().into_bytes()))).await?
        }
    };
    serde_json::from_value(answer.json)
        .with_context(|| format!("{} did not answer with a token; is it a registry?", client.address()))
}

/// The time in whole seconds, as other clients send it.
fn now() -> String {
    let now = Timestamp::now();
    Timestamp::from_micros(now.as_micros() / 1_000_000 * 1_000_000).unwrap_or(now).to_string()
}
