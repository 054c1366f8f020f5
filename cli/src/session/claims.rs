//! What a token says of its holder. Not verified here: the registry does that.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use serde::{Deserialize, Serialize};

/// The claims that people want to see.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Who it is, whatever they are called now.
    #[serde(rename(serialize = "identity", deserialize = "sub"), default, skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<String>,
    #[serde(rename(serialize = "method", deserialize = "auth_method"), default)]
    pub(crate) method: String,
    #[serde(rename(serialize = "subject", deserialize = "auth_method_sub"), default)]
    pub(crate) subject: String,
    #[serde(default)]
    pub(crate) permissions: Vec<Permission>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Permission {
    /// `publish` or `edit`.
    pub(crate) action: String,
    /// Names it holds for, such as `com.example/*`.
    pub(crate) resource: String,
}

/// What a permission allows.
#[derive(Clone, Copy)]
pub(crate) enum Action {
    Publish,
    Edit,
}

impl Claims {
    /// Reads the claims; `None` where the token holds none that can be read.
    pub(crate) fn of(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?;
        let json = BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// The patterns of names that may be published or edited.
    pub(crate) fn patterns(&self, action: Action) -> Vec<&str> {
        let word = match action {
            Action::Publish => "publish",
            Action::Edit => "edit",
        };
        let permissions = self.permissions.iter().filter(|permission| permission.action == word);
        permissions.map(|permission| permission.resource.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_official_registrys_token() {
        let claims = r#"{"iss":"mcp-registry","exp":1795227066,"auth_method":"dns","auth_method_sub":"example.com",
            "permissions":[{"action":"publish","resource":"com.example/*"},{"action":"edit","resource":"a.b/*"}]}"#;
        let claims = Claims::of(&format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims))).unwrap();
        assert_eq!((claims.method.as_str(), claims.subject.as_str()), ("dns", "example.com"));
        assert_eq!(claims.identity, None);
        assert_eq!(claims.patterns(Action::Publish), ["com.example/*"]);
        assert_eq!(claims.patterns(Action::Edit), ["a.b/*"]);
    }

    #[test]
    fn other_tokens_say_nothing() {
        for token in ["", "opaque", "a.b.c", "..", "e30.bm90IGpzb24.x", "e30.WzFd.x"] {
            assert_eq!(Claims::of(token), None, "{token}");
        }
    }
}
