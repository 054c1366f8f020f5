//! Domain names, in one form.

use std::fmt;
use std::str::FromStr;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use registry::limits;

/// A host name of the public DNS: at least two labels, in lower case, without a dot at the end. Names beyond ASCII stand in
/// their `xn--` form, so that what looks like another domain is another text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Domain(String);

/// The text is no domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDomain {
    /// Not labels of letters, digits and hyphens, or an IP address, or too long.
    #[error("invalid domain format")]
    Format,
    /// It has characters beyond ASCII.
    #[error("invalid domain format: write the domain in ASCII, as {0}")]
    NotAscii(String),
}

/// Longest label (RFC 1035).
const LABEL_CHARS: usize = 63;

impl Domain {
    /// The domain as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The namespace that belongs to the domain: its labels backwards, `com.example` for `example.com`.
    #[must_use]
    pub fn namespace(&self) -> String {
        self.0.rsplit('.').collect::<Vec<_>>().join(".")
    }
}

impl FromStr for Domain {
    type Err = InvalidDomain;

    fn from_str(text: &str) -> Result<Self, InvalidDomain> {
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.len() > limits::DOMAIN_CHARS {
            return Err(InvalidDomain::Format);
        }
        if !name.is_ascii() {
            let ascii = ascii(name).and_then(|ascii| canonical(&ascii)).ok_or(InvalidDomain::Format)?;
            return Err(InvalidDomain::NotAscii(ascii));
        }
        canonical(name).map(Self).ok_or(InvalidDomain::Format)
    }
}

fn canonical(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let labels: Vec<&str> = name.split('.').collect();
    let is_host = labels.len() > 1 && name.len() <= limits::DOMAIN_CHARS && labels.iter().all(|label| is_label(label));
    // What ends in a number is an IP address to some parsers: 1.2.3.4, 0x7f.1
    if !is_host || labels.last().is_none_or(|label| is_number(label)) {
        return None;
    }
    let has_unicode = labels.iter().any(|label| label.starts_with("xn--"));
    // One name has one form: an `xn--` label that would be written in another way is a second one.
    if has_unicode && ascii(&name).as_deref() != Some(&name) {
        return None;
    }
    Some(name)
}

fn is_label(label: &str) -> bool {
    label.len() <= LABEL_CHARS
        && !label.is_empty()
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_number(label: &str) -> bool {
    label.bytes().all(|byte| byte.is_ascii_digit())
        || label.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn ascii(name: &str) -> Option<String> {
    let hyphens = Hyphens::CheckFirstLast;
    let ascii = Uts46::new().to_ascii(name.as_bytes(), AsciiDenyList::STD3, hyphens, DnsLength::Verify);
    ascii.ok().map(std::borrow::Cow::into_owned)
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<String, InvalidDomain> {
        text.parse().map(|domain: Domain| domain.0)
    }

    #[test]
    fn one_domain_has_one_form() {
        for text in ["example.com", "EXAMPLE.com", "Example.Com."] {
            assert_eq!(parsed(text).as_deref(), Ok("example.com"), "{text}");
        }
        assert_eq!("Api.Example.co.uk".parse::<Domain>().unwrap().namespace(), "uk.co.example.api");
        assert_eq!(parsed("XN--BCHER-KVA.example").as_deref(), Ok("xn--bcher-kva.example"));
        assert_eq!(parsed("r3---sn-x.example").as_deref(), Ok("r3---sn-x.example"));
        assert_eq!(parsed("1.0x.example").as_deref(), Ok("1.0x.example"));
        assert_eq!(parsed("1e100.net").as_deref(), Ok("1e100.net"));
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        let long_label = format!("{}.com", "a".repeat(64));
        let long_name = format!("{}.com", vec!["a".repeat(62); 4].join("."));
        for text in [
            "",
            ".",
            "localhost",
            "localhost.",
            "com",
            "example.com..",
            ".example.com",
            "a..b",
            "1.2.3.4",
            "0x7f.1",
            "127.1",
            "1.2.3.0x4",
            "example.0x",
            "example.123",
            "[::1]",
            "::1",
            "2130706433",
            "-a.com",
            "a-.com",
            "a_b.com",
            "*.example.com",
            "a b.com",
            "example.com/x",
            "example.com:443",
            "user@example.com",
            "example.com\n",
            "a\0.com",
            "example.com#",
            "xn--a.com",
            "xn--.com",
            "xn--example-.com",
            "xn--bcher-kvaa\u{7f}.com",
            &long_label,
            &long_name,
        ] {
            assert_eq!(parsed(text), Err(InvalidDomain::Format), "{text:?}");
        }
    }

    #[test]
    fn names_beyond_ascii_are_shown_in_ascii_and_never_taken_for_it() {
        let shown = |text: &str| parsed(text).unwrap_err().to_string();
        assert_eq!(
            shown("bücher.example"),
            "invalid domain format: write the domain in ASCII, as xn--bcher-kva.example"
        );
        // A Cyrillic а.
        assert_eq!(parsed("\u{430}pple.com"), Err(InvalidDomain::NotAscii("xn--pple-43d.com".to_owned())));
        // Full-width letters mean ASCII ones, and still have to be written as such.
        assert_eq!(parsed("ｅxample.com"), Err(InvalidDomain::NotAscii("example.com".to_owned())));
        assert_eq!(parsed("127。0。0。1"), Err(InvalidDomain::Format));
        assert_eq!(parsed("\u{202e}moc.example"), Err(InvalidDomain::Format));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_passes_is_canonical(text in "\\PC{0,80}") {
            if let Ok(domain) = text.parse::<Domain>() {
                let again: Domain = domain.as_str().parse().unwrap();
                prop_assert_eq!(&again, &domain);
                let is_host = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
                prop_assert!(domain.as_str().bytes().all(is_host));
            }
        }

        #[test]
        fn hosts_pass_in_any_case(text in "([a-zA-Z0-9]([a-zA-Z0-9-]{0,10}[a-zA-Z0-9])?\\.){1,4}[a-zA-Z]{2,8}") {
            prop_assume!(!text.to_ascii_lowercase().split('.').any(|label| label.starts_with("xn--")));
            let domain: Domain = text.parse().unwrap();
            prop_assert_eq!(domain.as_str(), text.to_ascii_lowercase());
            let back = domain.namespace().rsplit('.').collect::<Vec<_>>().join(".");
            prop_assert_eq!(back, domain.as_str());
        }
    }
}
