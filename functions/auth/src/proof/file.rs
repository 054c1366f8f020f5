//! Proof records on a web server: `https://<domain>/.well-known/mcp-registry-auth`.

use registry_domain::Files;
use registry_fetch::{ClientError, Options};

use super::Refusal;
use crate::domain::Domain;

/// Name of the file.
const NAME: &str = "mcp-registry-auth";

/// Fetches proof files.
#[derive(Clone, Debug)]
pub struct ProofFiles(Files);

impl ProofFiles {
    /// How files are fetched, unless somebody says otherwise: from public addresses alone.
    #[must_use]
    pub fn options() -> Options {
        Files::options()
    }

    /// Fetches as `options` say.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(options: Options) -> Result<Self, ClientError> {
        Files::new(options).map(Self)
    }

    /// The URL of a domain's file.
    pub(crate) fn url(domain: &Domain) -> String {
        Files::url(domain, NAME)
    }

    /// The file of a domain.
    pub(crate) async fn fetch(&self, domain: &Domain) -> Result<String, Refusal> {
        Ok(self.0.fetch(domain, NAME).await?)
    }
}
