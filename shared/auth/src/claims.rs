//! What a token says.

use std::fmt;

use registry::identity::{Identity, Namespace};
use registry::store::{AuditEvent, AuditOutcome, AuditRecord};
use serde::{Deserialize, Serialize};

use crate::permission::{Action, Permission};

/// `iss` of every token.
pub const ISSUER: &str = "mcp-registry";

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthMethod {
    /// An access token of GitHub.
    GithubAt,
    /// An identity token of GitHub Actions.
    GithubOidc,
    /// An identity token of the operator's own provider.
    Oidc,
    /// A TXT record of a domain.
    Dns,
    /// A file on a domain's web server.
    Http,
    /// Not at all.
    None,
}

/// The claims of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who made it: [`ISSUER`].
    pub iss: String,
    /// When it ends, in seconds since the epoch. At this very second it is over.
    pub exp: i64,
    /// When it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// A random id, for the log. The official registry's tokens have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The stable name of the holder. The official registry's tokens have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<Identity>,
    /// Namespaces that the login itself proves to be the holder's. What the registry granted by itself, for a verified
    /// domain or as a member, is looked up where it counts, so that it ends when it is taken away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owns: Vec<Namespace>,
    /// How the holder proved who they are.
    pub auth_method: AuthMethod,
    /// Who they are, in terms of the method.
    pub auth_method_sub: String,
    /// What they may do.
    pub permissions: Vec<Permission>,
}

impl fmt::Display for AuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GithubAt => "github-at",
            Self::GithubOidc => "github-oidc",
            Self::Oidc => "oidc",
            Self::Dns => "dns",
            Self::Http => "http",
            Self::None => "none",
        })
    }
}

impl Claims {
    /// Whether the holder may do something to the server of this name.
    #[must_use]
    pub fn allows(&self, action: Action, name: &str) -> bool {
        self.of(action).any(|permission| permission.resource.matches(name))
    }

    /// The patterns for an action, in the token's order, for messages.
    #[must_use]
    pub fn patterns(&self, action: Action) -> Vec<&str> {
        self.of(action).map(|permission| permission.resource.as_str()).collect()
    }

    /// Whether the holder may do everything to every server: an administrator of the registry.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.of(Action::Edit).any(|permission| permission.resource.as_str() == "*")
    }

    /// Whether the login proves a namespace to be the holder's.
    #[must_use]
    pub fn owns(&self, namespace: &Namespace) -> bool {
        let key = namespace.key();
        self.owns.iter().any(|owned| owned.key() == key)
    }

    /// The stable name of the holder. A token without one is from before there were such names.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.sub.as_ref()
    }

    /// A record of the audit trail that says who the holder is.
    #[must_use]
    pub fn audit(&self, event: AuditEvent, outcome: AuditOutcome) -> AuditRecord {
        AuditRecord {
            identity: self.sub.as_ref().map(ToString::to_string),
            method: Some(self.auth_method.to_string()),
            subject: Some(self.auth_method_sub.clone()),
            token_id: self.jti.clone(),
            ..AuditRecord::new(event, outcome)
        }
    }

    fn of(&self, action: Action) -> impl Iterator<Item = &Permission> {
        self.permissions.iter().filter(move |permission| permission.action == action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::Pattern;

    #[test]
    fn actions_do_not_imply_each_other() {
        let permission = |action, text| Permission { action, resource: Pattern::new(text) };
        let claims = Claims {
            iss: ISSUER.to_owned(),
            exp: 0,
            nbf: None,
            iat: None,
            jti: None,
            sub: None,
            owns: Vec::new(),
            auth_method: AuthMethod::GithubAt,
            auth_method_sub: "someone".to_owned(),
            permissions: vec![permission(Action::Edit, "*"), permission(Action::Publish, "a.b/*")],
        };
        assert!(claims.allows(Action::Edit, "c.d/x"));
        assert!(!claims.allows(Action::Publish, "c.d/x"));
        assert!(claims.allows(Action::Publish, "a.b/x"));
        assert_eq!(claims.patterns(Action::Publish), ["a.b/*"]);
    }

    #[test]
    fn methods_are_spelt_as_the_official_registry_spells_them() {
        use AuthMethod::{Dns, GithubAt, GithubOidc, Http, None, Oidc};
        let text = serde_json::to_string(&[GithubAt, GithubOidc, Oidc, Dns, Http, None]).unwrap();
        assert_eq!(text, r#"["github-at","github-oidc","oidc","dns","http","none"]"#);
    }
}
