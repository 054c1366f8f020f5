//! GitHub Actions over loopback: an issuer, and what it says about runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth::{Actions, Logins};
use registry_fetch::{Options, Reach, SystemLookup};
use registry_oidc::KeySets;
use serde_json::{Value, json};

use crate::issuer::{AUDIENCE, TestIssuer, TestKey};

pub(crate) struct Runner {
    pub(crate) issuer: TestIssuer,
    pub(crate) key: TestKey,
    tokens: AtomicUsize,
}

impl Runner {
    pub(crate) async fn new() -> Self {
        let key = TestKey::rsa("first", 1);
        Self { issuer: TestIssuer::start(&[&key]).await, key, tokens: AtomicUsize::new(0) }
    }

    /// Logins for its tokens.
    pub(crate) fn logins(&self) -> Logins {
        let actions = Actions::new(self.issuer.url().parse().unwrap(), AUDIENCE.parse().unwrap(), key_sets());
        Logins { actions: Some(actions), ..Logins::none() }
    }

    /// Claims of a fresh token, as GitHub documents them.
    pub(crate) fn claims(&self) -> Value {
        let mut claims = self.issuer.claims();
        let run = json!({
            "jti": format!("example-id-{}", self.tokens.fetch_add(1, Ordering::Relaxed)),
            "sub": "repo:Octo-Org/octo-repo:environment:prod",
            "environment": "prod",
            "ref": "refs/heads/main",
            "ref_type": "branch",
            "repository": "Octo-Org/octo-repo",
            "repository_id": "74",
            "repository_owner": "Octo-Org",
            "repository_owner_id": "65",
            "actor": "octocat",
            "actor_id": "12",
            "event_name": "workflow_dispatch",
            "workflow": "example-workflow",
            "workflow_ref": "Octo-Org/octo-repo/.github/workflows/release.yml@refs/heads/main",
            "job_workflow_ref": "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main",
        });
        claims.as_object_mut().unwrap().extend(run.as_object().unwrap().clone());
        claims
    }

    /// The body of a login by a run that differs so from an ordinary one; `null` takes a claim away.
    pub(crate) fn login(&self, changes: &Value) -> Value {
        let mut claims = self.claims();
        for (claim, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(claim)),
                value => claims[claim] = value.clone(),
            }
        }
        json!({"oidc_token": self.key.token(&claims)})
    }
}

/// Keys of issuers on this machine.
pub(crate) fn key_sets() -> KeySets {
    // Whatever proxy the environment names, it does not lead to this machine.
    let reach = Reach::Test { lookup: Arc::new(SystemLookup), allow_private: true };
    KeySets::new(Options { reach, ..KeySets::options() }).unwrap()
}
