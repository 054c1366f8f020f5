//! What the session cookie carries: which family, and the secret that is valid once.

use std::fmt;
use std::str::FromStr;

use super::secret::{NoRandom, NoSecret, Secret, random};

/// Digits of a family.
const FAMILY_DIGITS: usize = 32;

/// Name of a session: all refresh tokens that came of one login. 128 random bits in hex.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Family(String);

/// `<family>.<secret>`
#[derive(Clone, Debug)]
pub(super) struct RefreshToken {
    /// The session.
    pub(super) family: Family,
    /// Valid until it is used.
    pub(super) secret: Secret,
}

impl Family {
    /// A new one.
    pub(super) fn random() -> Result<Self, NoRandom> {
        Ok(Self(hex::encode(random::<16>()?)))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Half of what it takes to end a session, so no log has it.
impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Family(..)")
    }
}

impl RefreshToken {
    /// The cookie's value.
    pub(super) fn expose(&self) -> String {
        format!("{}.{}", self.family.0, self.secret.expose())
    }
}

impl FromStr for RefreshToken {
    type Err = NoSecret;

    fn from_str(text: &str) -> Result<Self, NoSecret> {
        let (family, secret) = text.split_once('.').ok_or(NoSecret)?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if family.len() != FAMILY_DIGITS || !family.bytes().all(is_digit) {
            return Err(NoSecret);
        }
        Ok(Self { family: Family(family.to_owned()), secret: secret.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_back_and_not_printed() {
        let token = RefreshToken { family: Family::random().unwrap(), secret: Secret::random().unwrap() };
        let text = token.expose();
        assert_eq!(text.parse::<RefreshToken>().unwrap().expose(), text);
        let printed = format!("{token:?}");
        assert!(text.split('.').all(|part| !printed.contains(part)), "{printed}");
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let (family, secret) = ("0123456789abcdef".repeat(2), "A".repeat(43));
        assert!(format!("{family}.{secret}").parse::<RefreshToken>().is_ok());
        for text in [
            String::new(),
            family.clone(),
            format!("{family}."),
            format!(".{secret}"),
            format!("{}.{secret}", family.to_uppercase()),
            format!("{}#.{secret}", &family[1..]),
            format!("{family}.{secret}.{secret}"),
            format!("{family}{secret}"),
        ] {
            assert!(text.parse::<RefreshToken>().is_err(), "{text:?}");
        }
    }
}
