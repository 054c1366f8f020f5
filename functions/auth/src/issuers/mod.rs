//! Issuers of identity tokens that the operator trusts, such as a company's own, and what they let people publish.
//!
//! | module | its one job |
//! |---|---|
//! | `configuration` | reads them from a text |
//! | `rule` | what people with certain claims may publish |
//! | `template` | patterns with claims in them |

mod configuration;
mod rule;
mod template;

use registry::identity::Identity;
use registry::time::Timestamp;
use registry_auth::Permission;
use registry_oidc::{ClaimMatch, ClaimMismatch, KeySets, OidcError, TrustedIssuer, UnverifiedToken, VerifiedToken};

pub(crate) use configuration::ISSUERS;
pub use configuration::IssuersError;
use rule::Rules;

/// An issuer, what it has to say about somebody, and what they then may publish.
#[derive(Clone, Debug)]
pub(crate) struct OidcIssuer {
    /// What identities call it.
    name: String,
    trusted: TrustedIssuer,
    require: ClaimMatch,
    rules: Rules,
}

/// Whoever believes tokens of those issuers.
#[derive(Clone, Debug)]
pub struct OidcIssuers {
    issuers: Vec<OidcIssuer>,
    keys: KeySets,
}

/// Somebody whom an issuer knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// Their stable name.
    pub(crate) identity: Identity,
    /// Who they are to the issuer.
    pub(crate) subject: String,
    /// What they may do.
    pub(crate) permissions: Vec<Permission>,
    /// Why rules that speak of them do not apply.
    pub(crate) remarks: Vec<String>,
}

/// Why somebody with a good token may not log in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PersonError {
    #[error(
        "the identity token's subject (`sub`) has characters that no identity can have, or is too long: ask the operator of \
         this registry for an issuer whose subjects are of at most 300 visible ASCII characters"
    )]
    Subject,
    #[error(transparent)]
    Claims(#[from] ClaimMismatch),
    #[error("the issuer {issuer} knows you, but no rule of this registry lets you publish{}: ask its operator", because(.remarks))]
    NoRule { issuer: String, remarks: Vec<String> },
}

fn because(remarks: &[String]) -> String {
    if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join("; ")) }
}

impl AsRef<TrustedIssuer> for OidcIssuer {
    fn as_ref(&self) -> &TrustedIssuer {
        &self.trusted
    }
}

impl OidcIssuers {
    /// Reads them from a text, or from a file that it names as `@FILE`; `None` if there are none.
    ///
    /// # Errors
    /// Says what is wrong with which.
    pub fn parse(text: &str, keys: KeySets) -> Result<Option<Self>, IssuersError> {
        let issuers = configuration::parse(text)?;
        Ok((!issuers.is_empty()).then_some(Self { issuers, keys }))
    }

    /// The same with keys that are kept elsewhere.
    pub(crate) fn map_keys(self, map: impl FnOnce(KeySets) -> KeySets) -> Self {
        Self { keys: map(self.keys), ..self }
    }

    /// What a token says, if it is true at `now`, and the issuer that says so.
    pub(crate) async fn verify(&self, token: &str, now: Timestamp) -> Result<(&OidcIssuer, VerifiedToken), OidcError> {
        let token = UnverifiedToken::parse(token)?;
        let issuer = token.choose(&self.issuers)?;
        Ok((issuer, self.keys.verify(&token, &issuer.trusted, now).await?))
    }
}

impl OidcIssuer {
    /// What an identity for the token's subject is called, or would be.
    pub(crate) fn called(&self, token: &VerifiedToken) -> String {
        format!("oidc:{}:{}", self.name, token.subject())
    }

    /// Who somebody is, and what they may do. People are called by their subject: it stays, and unlike a mail address it says
    /// nothing about them.
    pub(crate) fn person(&self, token: &VerifiedToken) -> Result<Person, PersonError> {
        let identity = self.called(token).parse();
        let identity = identity.map_err(|_| PersonError::Subject)?;
        self.require.check(token.claims())?;
        let applied = self.rules.apply(token.claims());
        if !applied.matched {
            return Err(PersonError::NoRule { issuer: self.trusted.url().to_string(), remarks: applied.remarks });
        }
        let subject = token.subject().to_owned();
        Ok(Person { identity, subject, permissions: applied.permissions, remarks: applied.remarks })
    }
}
