//! Whether a namespace is somebody's, now.

use registry::identity::{Identity, Namespace};
use registry::store::{StoreError, keys};
use registry::time::Timestamp;
use registry_auth::{AuthMethod, Claims};

use super::binding::Binding;
use super::member::{Member, Role};
use super::{Namespaces, Proved};

/// What somebody proves of a namespace. Its binding may say otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The login proved that it is theirs.
    pub(crate) login: bool,
    /// A domain that they hold is that of the namespace, or one above it.
    pub(crate) domain: bool,
}

/// Whether a namespace lies below another.
pub(crate) fn is_below(namespace: &Namespace, above: &Namespace) -> bool {
    namespace.key().strip_prefix(&above.key()).is_some_and(|rest| rest.starts_with('.'))
}

/// Whether the holder of a token is somebody who can own anything: a run of a workflow acts for an account and is not it.
pub(crate) fn is_somebody(claims: &Claims) -> bool {
    !matches!(claims.auth_method, AuthMethod::GithubOidc | AuthMethod::None)
        && claims.identity().is_some_and(|identity| *identity != Identity::anonymous())
}

impl Namespaces {
    /// Whether a namespace is the holder's: by login, by a domain that is proved still, or as a member.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(crate) async fn is_owner(
        &self,
        claims: &Claims,
        namespace: &Namespace,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(identity) = claims.identity().filter(|_| is_somebody(claims)) else { return Ok(false) };
        let wanted = [keys::namespace(namespace), keys::member(namespace, identity)];
        let (proof, items) = tokio::try_join!(self.proof(claims, namespace, now), self.items(&wanted))?;
        let [binding, member] = wanted.map(|key| items.get(&key));
        if member.map(Member::read).transpose()?.is_some_and(|member| member.role == Role::Owner) {
            return Ok(true);
        }
        let binding = binding.map(Binding::read).transpose()?.unwrap_or_default();
        Ok(binding.is_native(namespace, claims, proof))
    }

    /// What the holder of a token proves of a namespace.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(crate) async fn proof(
        &self,
        claims: &Claims,
        namespace: &Namespace,
        now: Timestamp,
    ) -> Result<Proof, StoreError> {
        let Some(identity) = claims.identity().filter(|_| is_somebody(claims)) else { return Ok(Proof::default()) };
        let login = claims.owns(namespace);
        // No domain proves the namespace of an account.
        if namespace.is_github() {
            return Ok(Proof { login, domain: false });
        }
        let mut domains = self.domains(identity, now).await?;
        if claims.auth_method == AuthMethod::Dns {
            let proved = |namespace: &Namespace| Proved { namespace: namespace.clone(), github_id: None, below: true };
            domains.extend(claims.owns.iter().map(proved));
        }
        let own = domains.iter().any(|domain| domain.namespace.key() == namespace.key());
        let above: Vec<&Namespace> =
            domains.iter().filter(|domain| domain.below).map(|domain| &domain.namespace).collect();
        let above: Vec<&Namespace> = above.into_iter().filter(|above| is_below(namespace, above)).collect();
        let bindings = self.bindings(above.iter().copied()).await?;
        let grants_below = |above: &&Namespace| {
            let binding = bindings.get(&above.key()).cloned().unwrap_or_default();
            binding.transferred_at.is_none() && binding.grants_below(above, None).is_ok()
        };
        Ok(Proof { login, domain: own || above.iter().any(grants_below) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_is_behind_a_dot() {
        let namespace = |text: &str| text.parse::<Namespace>().unwrap();
        for (below, above) in [("com.example.api", "com.example"), ("COM.example.a.b", "com.Example")] {
            assert!(is_below(&namespace(below), &namespace(above)), "{below}");
        }
        for other in ["com.example", "com.examples", "com.example-a.b", "com", "org.example.api"] {
            assert!(!is_below(&namespace(other), &namespace("com.example")), "{other}");
        }
    }
}
