//! Who may log in, and what is asked of a publisher.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;

use auth::{Dns, DnsError, ProofFiles};
use registry_auth::{Issuer, Lifetime, SigningKeys, VerifyingKeys};
use registry_fetch::{ClientError, Options};
use registry_ownership::Ownership;

use crate::routes::Services;
use crate::stores::Stores;

/// Who may log in, and what is asked of a publisher.
#[derive(Clone)]
pub struct Access {
    /// Keys that sign tokens.
    pub keys: SigningKeys,
    /// How long tokens live.
    pub lifetime: Lifetime,
    /// Whether anybody may publish to the anonymous namespace.
    pub anonymous_login: bool,
    /// Who asks package registries whether a package is the publisher's; `None` where nobody does.
    pub ownership: Option<Arc<Ownership>>,
    /// Who asks for the TXT records of domains; `None` where nobody can.
    pub dns: Option<Dns>,
    /// How the files of domains are fetched.
    pub files: Options,
}

/// The logins cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Name servers.
    #[error(transparent)]
    Dns(#[from] DnsError),
    /// TLS.
    #[error(transparent)]
    Http(#[from] ClientError),
}

impl Access {
    /// No anonymous login, and packages are not checked.
    #[must_use]
    pub fn new(keys: SigningKeys) -> Self {
        Self {
            keys,
            lifetime: Lifetime::default(),
            anonymous_login: false,
            ownership: None,
            dns: None,
            files: ProofFiles::options(),
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("anonymous_login", &self.anonymous_login).finish_non_exhaustive()
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
        Ok(Services {
            catalogue: self.catalogue(),
            publish: publish::State::new(Arc::new(self.writer()), keys, access.ownership.clone()),
            auth: auth::State::new(issuer, self.replay(), dns, files, access.anonymous_login),
        })
    }
}
