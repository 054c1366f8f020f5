//! What logins by DNS and by HTTP end with: a signature is used once, and proves a namespace.

use registry::identity::Identity;
use registry::limits;
use registry::time::Timestamp;
use registry_auth::AuthMethod;

use crate::login::{Attempt, Proof};
use crate::namespaces::Proved;
use crate::proof::{Claim, ProofKey, Refusal};
use crate::refused::{Failure, Refused};

impl Claim {
    /// A refusal of it.
    pub(crate) fn refused(&self, refusal: &Refusal) -> Failure {
        Refused::new(refusal.to_string()).claiming(self.domain.to_string()).into()
    }

    /// What it proves, once `signer` has been found to have signed it; `below` says whether the namespaces below that of the
    /// domain are proved as well.
    pub(crate) async fn prove(
        self,
        signer: &ProofKey,
        attempt: &Attempt<'_>,
        method: AuthMethod,
        below: bool,
    ) -> Result<Proof, Failure> {
        let until = attempt.now.as_micros().saturating_add(limits::LOGIN_REMEMBERED_SECONDS * 1_000_000);
        let until = Timestamp::from_micros(until).unwrap_or(attempt.now);
        let used = || Refused::new(Refusal::Used.to_string()).claiming(self.domain.to_string());
        attempt.use_once(&self.identity(signer), until, used).await?;
        // A domain too long for a namespace has no names to publish.
        let namespace = self.domain.namespace().parse().ok();
        Ok(Proof {
            method,
            subject: self.domain.to_string(),
            identity: Identity::domain(self.domain.as_str()),
            proved: namespace.map(|namespace| Proved { namespace, github_id: None, below }).into_iter().collect(),
            permissions: Vec::new(),
            run: None,
            remarks: Vec::new(),
        })
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Refused::new(refusal.to_string()).into()
    }
}
