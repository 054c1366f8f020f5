//! Who may log in, and what is asked of a publisher.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;

use auth::{Dns, DnsError, Logins, ProofFiles};
use registry::limits;
use registry_auth::{Issuer, Lifetime, SigningKeys, VerifyingKeys};
use registry_domain::{Domains, Files, HostedZones, Resolvers, ResolversError, Terms, Verifier};
use registry_fetch::{ClientError, Options};
use registry_ownership::Ownership;
use registry_route53::Route53;
use sync::DomainChecks;

use crate::routes::Services;
use crate::stores::Stores;

/// Who may log in, and what is asked of a publisher.
#[derive(Clone)]
pub struct Access {
    /// Keys that sign tokens.
    pub keys: SigningKeys,
    /// How long tokens live.
    pub lifetime: Lifetime,
    /// Which logins there are.
    pub logins: Logins,
    /// Who asks package registries whether a package is the publisher's; `None` where nobody does.
    pub ownership: Option<Arc<Ownership>>,
    /// Which names may be published, and how often.
    pub policy: publish::Policy,
    /// Who asks for the TXT records of domains; `None` where nobody can.
    pub dns: Option<Dns>,
    /// How the files of domains are fetched.
    pub files: Options,
    /// Who looks for the proofs of claimed domains; `None` asks public name servers.
    pub verifier: Option<Verifier>,
    /// How long proofs of domains count.
    pub terms: Terms,
    /// Who writes records for administrators; `None` where nobody does.
    pub route53: Option<Route53>,
    /// Days that audit records are kept.
    pub audit_days: u32,
    /// What `/health` tells those who log in at GitHub.
    pub github_client_id: Option<Arc<str>>,
}

/// The logins cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Name servers.
    #[error(transparent)]
    Dns(#[from] DnsError),
    /// Name servers that verify domains.
    #[error(transparent)]
    Resolvers(#[from] ResolversError),
    /// TLS.
    #[error(transparent)]
    Http(#[from] ClientError),
}

impl Access {
    /// No logins but those by domain, and packages are not checked.
    #[must_use]
    pub fn new(keys: SigningKeys) -> Self {
        Self {
            keys,
            lifetime: Lifetime::default(),
            logins: Logins::none(),
            ownership: None,
            policy: publish::Policy::default(),
            dns: None,
            files: ProofFiles::options(),
            verifier: None,
            terms: Terms::default(),
            route53: None,
            audit_days: limits::AUDIT_DAYS,
            github_client_id: None,
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("logins", &self.logins).finish_non_exhaustive()
    }
}

impl Stores {
    /// What the functions need, on these stores.
    ///
    /// # Errors
    /// When a login cannot be set up.
    pub fn services(&self, access: &Access) -> Result<Services, AccessError> {
        let issuer = Issuer::new(access.keys.clone(), access.lifetime);
        let dns = match &access.dns {
            Some(dns) => dns.clone(),
            // Names that are asked for here are not answered.
            None => Dns::servers(&[(Ipv4Addr::LOCALHOST, 53).into()])?,
        };
        let files = ProofFiles::new(access.files.clone())?;
        let keys = VerifyingKeys::from(&access.keys);
        let (ownership, policy) = (access.ownership.clone(), access.policy.clone());
        let (table, trail, counts) = (Arc::new(self.writer()), self.trail_kept(access.audit_days), self.counts());
        let (domains, verifier) = (self.domains(access), access.verifier()?);
        let tables = self.tables(access.audit_days);
        Ok(Services {
            catalogue: self.catalogue(),
            publish: publish::State::new(table, keys.clone(), ownership, policy, trail, counts.clone()),
            auth: auth::State::new(issuer, tables, dns, files, access.logins.clone()),
            verify_domain: verify_domain::State::new(domains, verifier, counts, keys, access.route53.clone()),
            github_client_id: access.github_client_id.clone(),
            objects: self.bucket().into(),
        })
    }

    /// Who looks again at the proofs of domains.
    ///
    /// # Errors
    /// When nobody can look.
    pub fn domain_checks(&self, access: &Access) -> Result<DomainChecks, AccessError> {
        Ok(DomainChecks::new(self.domains(access), access.verifier()?))
    }

    fn domains(&self, access: &Access) -> Domains {
        self.domains_of(self.trail_kept(access.audit_days), access.terms)
    }
}

impl Access {
    fn verifier(&self) -> Result<Verifier, AccessError> {
        if let Some(verifier) = &self.verifier {
            return Ok(verifier.clone());
        }
        let zones = self.route53.clone().map(|route53| Arc::new(route53) as Arc<dyn HostedZones>);
        Ok(Verifier::new(Resolvers::public()?, Files::new(Files::options())?, zones))
    }
}
