//! Looks for proofs of a claim.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::StatusCode;

use crate::claim::{Claim, Method};
use crate::domain::Domain;
use crate::file::{FetchError, Files};
use crate::resolvers::Resolvers;
use crate::sight::Finding;

/// Name of the file.
pub(crate) const FILE: &str = "mcp-verify";

/// Zones that the operator's own account hosts.
pub trait HostedZones: fmt::Debug + Send + Sync {
    /// Name servers of the public zones that the domain lies in, in lower case and without a dot at the end; of several zones
    /// those of the one that is nearest. None if the account hosts no such zone.
    fn name_servers<'a>(
        &'a self,
        domain: &'a Domain,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<String>, String>> + Send + 'a>>;
}

/// Asks everybody who can tell whether a claim is proved.
#[derive(Clone, Debug)]
pub struct Verifier {
    resolvers: Resolvers,
    files: Files,
    zones: Option<Arc<dyn HostedZones>>,
}

/// What a look for proofs came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// All in all.
    pub finding: Finding,
    /// What each one saw, for people.
    pub saw: Vec<String>,
}

impl Verifier {
    /// Asks `resolvers` for records and fetches `files`; proofs by [`Method::Route53`] are looked at where `zones` are given.
    #[must_use]
    pub fn new(resolvers: Resolvers, files: Files, zones: Option<Arc<dyn HostedZones>>) -> Self {
        Self { resolvers, files, zones }
    }

    /// Looks for the record and for the file. The record proves more, so it comes first.
    ///
    /// # Errors
    /// What each one saw, if neither is there.
    pub async fn search(&self, claim: &Claim) -> Result<Method, Vec<String>> {
        let (dns, file) = tokio::join!(self.dns(claim), self.file(claim));
        match (dns.finding, file.finding) {
            (Finding::Present, _) => Ok(Method::Dns),
            (_, Finding::Present) => Ok(Method::Http),
            _ => Err(dns.saw.into_iter().chain(file.saw).collect()),
        }
    }

    /// Looks for what proved the claim, or would prove it by `method`.
    pub async fn look(&self, claim: &Claim, method: Method) -> Look {
        match method {
            Method::Dns => self.dns(claim).await,
            Method::Http => self.file(claim).await,
            Method::Route53 => self.zone(claim.domain.domain()).await,
        }
    }

    async fn dns(&self, claim: &Claim) -> Look {
        let check = self.resolvers.find(claim.domain.domain(), &claim.value()).await;
        Look { finding: check.finding, saw: check.seen.iter().map(ToString::to_string).collect() }
    }

    async fn file(&self, claim: &Claim) -> Look {
        let domain = claim.domain.domain();
        let (finding, saw) = match self.files.fetch(domain, FILE).await {
            Ok(text) if holds(&text, &claim.value()) => (Finding::Present, "found".to_owned()),
            Ok(_) => (Finding::Absent, format!("no line reads {}", claim.value())),
            Err(error) => (of(&error), error.to_string()),
        };
        let url = Files::url(domain, FILE);
        let saw = if saw.starts_with(&url) { saw } else { format!("{url}: {saw}") };
        Look { finding, saw: vec![saw] }
    }

    /// Whether the account still hosts the zone, and the domain still leads there.
    async fn zone(&self, domain: &Domain) -> Look {
        let unknown = |saw: String| Look { finding: Finding::Unknown, saw: vec![saw] };
        let Some(zones) = &self.zones else { return unknown("this registry does not ask for hosted zones".to_owned()) };
        let hosted = match zones.name_servers(domain).await {
            Ok(hosted) => hosted,
            Err(error) => return unknown(error),
        };
        if hosted.is_empty() {
            return Look { finding: Finding::Absent, saw: vec![format!("the account hosts no zone for {domain}")] };
        }
        match self.resolvers.name_servers(domain).await {
            None => unknown(format!("resolvers do not agree on the name servers of {domain}")),
            Some(named) if named.iter().any(|name| hosted.contains(name)) => {
                Look { finding: Finding::Present, saw: vec![format!("the account hosts the zone of {domain}")] }
            }
            Some(named) => {
                let saw = format!("{domain} leads to {}, which is not the account's zone", named.join(", "));
                Look { finding: Finding::Absent, saw: vec![saw] }
            }
        }
    }
}

/// Whether one of the lines is `value`.
fn holds(text: &str, value: &str) -> bool {
    text.lines().any(|line| line.trim() == value)
}

/// A server that says that there is no such file, or another one, is told from one that says nothing of it.
fn of(error: &FetchError) -> Finding {
    match error {
        FetchError::Redirect { .. } | FetchError::TooLarge(_) => Finding::Absent,
        FetchError::Status { status, .. } if matches!(*status, StatusCode::NOT_FOUND | StatusCode::GONE) => {
            Finding::Absent
        }
        _ => Finding::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_lines() {
        for text in ["mcp-verify=a", "  mcp-verify=a\r\n", "mcp-verify=b\nmcp-verify=a\n", "\n\nmcp-verify=a\n\n"] {
            assert!(holds(text, "mcp-verify=a"), "{text:?}");
        }
        for text in ["", "mcp-verify=", "mcp-verify=aa", "mcp-verify=A", "<p>mcp-verify=a</p>", "x mcp-verify=a"] {
            assert!(!holds(text, "mcp-verify=a"), "{text:?}");
        }
    }

    #[test]
    fn trouble_is_no_absence() {
        let status = |status| of(&FetchError::Status { url: String::new(), status });
        assert_eq!(status(StatusCode::NOT_FOUND), Finding::Absent);
        for other in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::TOO_MANY_REQUESTS, StatusCode::FORBIDDEN] {
            assert_eq!(status(other), Finding::Unknown);
        }
        assert_eq!(of(&FetchError::Timeout(String::new())), Finding::Unknown);
    }
}
