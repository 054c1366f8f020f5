//! Why a token is not accepted. The messages are for whoever sent it; none repeats the token.

use std::fmt;

use crate::keys::KeyProblem;
use crate::limits;

/// A token is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// It is too long.
    #[error(
        "the identity token has {0} bytes, at most {max} are read: ask the issuer for one with fewer claims",
        max = limits::TOKEN_BYTES
    )]
    TooLong(usize),
    /// It does not have three parts.
    #[error(
        "the identity token is malformed: it does not have three parts joined by dots: send the token as the \
         issuer gave it"
    )]
    Segments,
    /// A part is not what it has to be.
    #[error("the identity token is malformed: its {part} is not {expected}: send the token as the issuer gave it")]
    Malformed {
        /// Which part.
        part: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// It demands what is not known here (RFC 7515, `crit`).
    #[error(
        "the identity token has critical extensions in its header, and this registry knows none: ask the issuer \
         for a token without `crit`"
    )]
    Critical,
    /// It is signed in a way that is not accepted, or not at all.
    #[error(
        "the identity token says that it is signed with {algorithm}, which is not accepted here: use a token \
         signed with one of {accepted}"
    )]
    Algorithm {
        /// What its header says.
        algorithm: String,
        /// What would be accepted.
        accepted: String,
    },
    /// Nobody here trusts its issuer.
    #[error("the identity token {found}, this registry accepts tokens of {accepted}: get one from there")]
    Issuer {
        /// What the token says.
        found: String,
        /// Who is trusted.
        accepted: String,
    },
    /// It does not say which key signed it, and there are several.
    #[error(
        "the identity token does not say which key signed it (`kid`), and the issuer {issuer} has {keys} keys: \
         ask the issuer for a token with a key id"
    )]
    KeyIdMissing {
        /// The issuer.
        issuer: String,
        /// How many keys it has.
        keys: usize,
    },
    /// The issuer does not have the key.
    #[error("the issuer {issuer} has no key {kid:?}, as its keys of this moment say: get a fresh token from it")]
    UnknownKey {
        /// The issuer.
        issuer: String,
        /// The key id of the token.
        kid: String,
    },
    /// The issuer did not have the key a moment ago, and is not asked again so soon.
    #[error(
        "the issuer {issuer} had no key {kid:?} when its keys were last asked for, less than a minute ago: try again \
         in {seconds} seconds"
    )]
    CoolDown {
        /// The issuer.
        issuer: String,
        /// The key id of the token.
        kid: String,
        /// When it is asked again.
        seconds: i64,
    },
    /// The key cannot be used.
    #[error(
        "the key {kid:?} of the issuer {issuer} cannot be used: {problem}: whoever runs the issuer has to change it"
    )]
    Key {
        /// The issuer.
        issuer: String,
        /// The key's id.
        kid: String,
        /// Why not.
        problem: KeyProblem,
    },
    /// Its signature is not that of the key.
    #[error(
        "the signature of the identity token is not that of the issuer {issuer}: send the token as the issuer gave it"
    )]
    Signature {
        /// The issuer.
        issuer: String,
    },
    /// It was made for somebody else.
    #[error(
        "the identity token is made for {found}, the audience of this registry is {expected:?}: ask the issuer \
         for a token with that audience"
    )]
    Audience {
        /// Who this is.
        expected: String,
        /// For whom it was made.
        found: String,
    },
    /// Its time is over.
    #[error(
        "the identity token ended {} ago: get a fresh one right before publishing, and check the clock of the \
         runner",
        Span(*seconds)
    )]
    Expired {
        /// For how long.
        seconds: i64,
    },
    /// Its time has not come.
    #[error(
        "the identity token is not valid before {} from now (its claim {claim}): check the clock of whoever made \
         it",
        Span(*seconds)
    )]
    NotYet {
        /// What says so.
        claim: &'static str,
        /// For how long.
        seconds: i64,
    },
    /// A claim is missing or not what it has to be.
    #[error(
        "the identity token has no valid claim {claim}: it must be {expected}; ask the issuer for a token that has it"
    )]
    Claim {
        /// Which.
        claim: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// The issuer does not say what its keys are.
    #[error(transparent)]
    Keys(#[from] IssuerError),
}

/// The keys of an issuer cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// Nobody answers.
    #[error("the issuer {issuer} cannot be reached at {url}: {reason}: try again in a few minutes")]
    Unreachable {
        /// The issuer.
        issuer: String,
        /// What was asked for.
        url: String,
        /// Why not.
        reason: String,
    },
    /// The answer takes too long.
    #[error(
        "the issuer {issuer} did not answer {url} within {max} seconds: try again in a few minutes",
        max = limits::DOCUMENT_SECONDS
    )]
    Timeout {
        /// The issuer.
        issuer: String,
        /// What was asked for.
        url: String,
    },
    /// The answer is not 200.
    #[error("the issuer {issuer} answered {status} at {url}, 200 expected: try again in a few minutes")]
    Status {
        /// The issuer.
        issuer: String,
        /// What was asked for.
        url: String,
        /// The answer.
        status: u16,
    },
    /// The answer leads elsewhere.
    #[error(
        "the issuer {issuer} answered {status} at {url}: redirects are not followed; the operator of this registry has \
         to configure the issuer's own address"
    )]
    Redirect {
        /// The issuer.
        issuer: String,
        /// What was asked for.
        url: String,
        /// The answer.
        status: u16,
    },
    /// The answer does not end.
    #[error("the issuer {issuer} answered more than {max} bytes at {url}: tell whoever runs the issuer")]
    TooLarge {
        /// The issuer.
        issuer: String,
        /// What was asked for.
        url: String,
        /// How many are read.
        max: usize,
    },
    /// The answer is something else.
    #[error("the issuer {issuer} did not answer {expected} at {url}: tell whoever runs the issuer")]
    Malformed {
        /// The issuer.
        issuer: String,
        /// What was asked for.
        url: String,
        /// What was expected.
        expected: &'static str,
    },
    /// Somebody else answers.
    #[error(
        "the issuer {issuer} calls itself {found:?} at {url}: the operator of this registry has to configure the issuer \
         as it calls itself"
    )]
    OtherIssuer {
        /// The issuer.
        issuer: String,
        /// What was asked for.
        url: String,
        /// Who answered.
        found: String,
    },
    /// Its keys lie where anybody could change them.
    #[error(
        "the issuer {issuer} has its keys at {found:?}, which is no https:// address: tell whoever runs the issuer"
    )]
    KeysUrl {
        /// The issuer.
        issuer: String,
        /// What it says.
        found: String,
    },
}

/// A piece of a token or of an issuer's answer, short and without control characters.
pub(crate) fn echo(text: &str) -> String {
    let mut chars = text.chars();
    let mut shown: String =
        chars.by_ref().take(limits::ECHO_CHARS).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Seconds as people say them.
struct Span(i64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self.0 {
            seconds @ ..120 => (seconds, "seconds"),
            seconds @ 120..7200 => (seconds / 60, "minutes"),
            seconds @ 7200..172_800 => (seconds / 3600, "hours"),
            seconds => (seconds / 86_400, "days"),
        };
        write!(f, "{number} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        let shown: Vec<String> = [31, 119, 120, 7199, 7200, 400_000].into_iter().map(|s| Span(s).to_string()).collect();
        assert_eq!(shown, ["31 seconds", "119 seconds", "2 minutes", "119 minutes", "2 hours", "4 days"]);
    }

    #[test]
    fn what_is_repeated_is_short_and_plain() {
        assert_eq!(echo("a\n\u{1b}[31mb"), "a\u{fffd}\u{fffd}[31mb");
        assert_eq!(echo(&"x".repeat(limits::ECHO_CHARS)).chars().count(), limits::ECHO_CHARS);
        assert!(echo(&"x".repeat(limits::ECHO_CHARS + 1)).ends_with("x…"));
    }
}
