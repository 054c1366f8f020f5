//! A deployed registry that several tests ask: a deployment takes longer than their questions.

use std::sync::{Arc, Weak};

use serde_json::Value;
use tokio::sync::Mutex;

use crate::emulator::Emulator;

pub(crate) const NAME: &str = "berth";

/// A registry in an emulator, which ends with it.
pub(crate) struct Deployment {
    pub(crate) emulator: Emulator,
    /// The API.
    pub(crate) url: String,
}

impl Deployment {
    /// The one of this process: made by who comes first, gone with the last; `None` where there is no emulator.
    pub(crate) async fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Deployment>> = Mutex::const_new(Weak::new());
        let mut shared = SHARED.lock().await;
        if let Some(deployment) = shared.upgrade() {
            return Some(deployment);
        }
        let deployment = Arc::new(Self::new(&["GithubLogin=false"]).await?);
        *shared = Arc::downgrade(&deployment);
        Some(deployment)
    }

    /// One that holds nothing, not even what the smoke test publishes where anybody may log in.
    pub(crate) async fn empty() -> Option<Self> {
        let deployment = Self::new(&["GithubLogin=false", "AnonymousLogin=false"]).await?;
        let status = deployment.emulator.act(&["parameter", NAME, "AnonymousLogin=true"]).await;
        assert_eq!(status, "UPDATE_COMPLETE");
        Some(deployment)
    }

    async fn new(parameters: &[&str]) -> Option<Self> {
        let emulator = Emulator::with_packages().await?;
        let said = emulator.succeed("infra/deploy-local", parameters).await;
        let url = said.lines().find_map(|line| line.strip_prefix("url ")).unwrap().to_owned();
        Some(Self { emulator, url })
    }

    /// Names of its table and buckets, and what is in them.
    pub(crate) async fn data(&self) -> Value {
        self.emulator.look(&["data", NAME]).await
    }
}
