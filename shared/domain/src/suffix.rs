//! Which domains may be claimed.

use registry::identity::Namespace;

use crate::domain::Domain;

/// A domain that somebody can hold alone: below a public suffix, under which strangers register names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClaimableDomain {
    domain: Domain,
    namespace: Namespace,
}

/// A domain that nobody may claim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotClaimable {
    /// Strangers register names below it.
    #[error("{0} is a public suffix, under which everybody can have names: claim a name below it, such as example.{0}")]
    PublicSuffix(Domain),
    /// Nobody registers names there.
    #[error("{domain} ends in .{suffix}, which the public suffix list does not know: claim a name of the public DNS")]
    UnknownSuffix {
        /// The domain.
        domain: Domain,
        /// Its last label.
        suffix: String,
    },
    /// Its namespace is that of a GitHub account, whoever may write its pages.
    #[error("{0} stands for the namespace of a GitHub account: log in with GitHub, which proves it")]
    GitHub(Domain),
    /// No server's name can begin with it.
    #[error("{0} is too long for a namespace: claim a name above it")]
    TooLong(Domain),
}

impl ClaimableDomain {
    /// The domain.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }
}

impl TryFrom<Domain> for ClaimableDomain {
    type Error = NotClaimable;

    fn try_from(domain: Domain) -> Result<Self, NotClaimable> {
        let suffix = psl::suffix(domain.as_str().as_bytes());
        let Some(suffix) = suffix.filter(psl::Suffix::is_known) else {
            let suffix = domain.as_str().rsplit('.').next().unwrap_or_default().to_owned();
            return Err(NotClaimable::UnknownSuffix { domain, suffix });
        };
        if suffix == domain.as_str().as_bytes() {
            return Err(NotClaimable::PublicSuffix(domain));
        }
        match domain.namespace().parse::<Namespace>() {
            Ok(namespace) if namespace.is_github() => Err(NotClaimable::GitHub(domain)),
            Ok(namespace) => Ok(Self { domain, namespace }),
            Err(_) => Err(NotClaimable::TooLong(domain)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn claimable(text: &str) -> Result<ClaimableDomain, NotClaimable> {
        text.parse::<Domain>().unwrap().try_into()
    }

    #[test]
    fn names_below_public_suffixes_can_be_claimed() {
        for (text, namespace) in [
            ("example.com", "com.example"),
            ("a.b.example.co.uk", "uk.co.example.b.a"),
            ("acme.herokuapp.com", "com.herokuapp.acme"),
            ("xn--80ak6aa92e.com", "com.xn--80ak6aa92e"),
            ("xn--e1afmkfd.xn--p1ai", "xn--p1ai.xn--e1afmkfd"),
            // An exception of a wildcard rule.
            ("www.ck", "ck.www"),
        ] {
            assert_eq!(claimable(text).unwrap().namespace().as_str(), namespace);
        }
    }

    #[test]
    fn public_suffixes_cannot() {
        for text in ["co.uk", "github.io", "herokuapp.com", "s3.amazonaws.com", "foo.ck", "xn--55qx5d.cn", "CO.UK"] {
            let refused = claimable(text).unwrap_err();
            assert!(matches!(refused, NotClaimable::PublicSuffix(_)), "{text}: {refused}");
        }
        let message = "co.uk is a public suffix, under which everybody can have names: claim a name below it, such as \
                       example.co.uk";
        assert_eq!(claimable("co.uk").unwrap_err().to_string(), message);
    }

    /// Collaborators of one repository write its pages; the namespace is the account's.
    #[test]
    fn pages_of_github_prove_no_account() {
        for text in ["octocat.github.io", "a.octocat.github.io"] {
            assert!(matches!(claimable(text), Err(NotClaimable::GitHub(_))), "{text}");
        }
    }

    #[test]
    fn unknown_suffixes_and_long_names_cannot() {
        for text in ["registry.internal", "a.local", "a.example", "a.test", "a.b.localhost", "x.onionn"] {
            assert!(matches!(claimable(text), Err(NotClaimable::UnknownSuffix { .. })), "{text}");
        }
        let long = format!("{}.com", ["a".repeat(60).as_str(); 4].join("."));
        assert!(matches!(claimable(&long), Err(NotClaimable::TooLong(_))));
    }

    proptest! {
        #[test]
        fn whatever_can_be_claimed_has_a_label_above_its_suffix(text in "([a-z0-9]{1,8}\\.){1,3}(com|uk|co\\.uk|io|ck)") {
            let Ok(domain) = text.parse::<Domain>() else { return Ok(()) };
            if let Ok(claimable) = ClaimableDomain::try_from(domain) {
                let suffix = psl::suffix_str(&text).unwrap();
                let with_dot = format!(".{suffix}");
                prop_assert!(text.ends_with(&with_dot));
                prop_assert_eq!(claimable.domain().as_str(), text);
            }
        }
    }
}
