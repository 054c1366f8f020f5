//! URLs as Go's parser reads them. It takes far more for a URL than RFC 3986 or browsers do, and what the official
//! registry accepts and refuses depends on it.

use std::net::Ipv6Addr;

use crate::quote::double;

/// The parts of a URL that rules look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Uri<'a> {
    /// Empty for a relative reference.
    pub(crate) scheme: &'a str,
    /// With its port, brackets and escapes.
    pub(crate) host: &'a str,
}

/// Why a text is no URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parse {text}: {reason}", text = double(text))]
pub(crate) struct InvalidUri {
    text: String,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Reason {
    #[error("net/url: invalid control character in URL")]
    Control,
    #[error("missing protocol scheme")]
    Scheme,
    #[error("first path segment in URL cannot contain colon")]
    Colon,
    #[error("invalid URL escape {}", double(.0))]
    Escape(String),
    #[error("net/url: invalid userinfo")]
    UserInfo,
    #[error("missing ']' in host")]
    Bracket,
    #[error("invalid IP-literal")]
    IpLiteral,
    #[error("invalid port {} after host", double(.0))]
    Port(String),
    #[error("invalid character {} in host name", double(.0))]
    HostCharacter(String),
}

impl Uri<'_> {
    pub(crate) fn is_absolute(&self) -> bool {
        !self.scheme.is_empty()
    }

    pub(crate) fn has_scheme(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The host without port and brackets.
    pub(crate) fn hostname(&self) -> &str {
        let host = match self.host.rfind(':').map(|colon| self.host.split_at(colon)) {
            Some((host, port)) if is_port(port) => host,
            _ => self.host,
        };
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }
}

/// Reads a URL or a relative reference.
pub(crate) fn parse(text: &str) -> Result<Uri<'_>, InvalidUri> {
    let (before, fragment) = text.split_once('#').unwrap_or((text, ""));
    let invalid = |text: &str, reason| InvalidUri { text: text.to_owned(), reason };
    let uri = parse_before_fragment(before).map_err(|reason| invalid(before, reason))?;
    escapes(fragment).map_err(|reason| invalid(text, reason))?;
    Ok(uri)
}

fn parse_before_fragment(text: &str) -> Result<Uri<'_>, Reason> {
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(Reason::Control);
    }
    let (scheme, rest) = split_scheme(text)?;
    let rest = rest.split_once('?').map_or(rest, |(path, _)| path);
    if !rest.starts_with('/') {
        // What follows a scheme without a slash is opaque.
        if scheme.is_empty() {
            let first = rest.split_once('/').map_or(rest, |(first, _)| first);
            if first.contains(':') {
                return Err(Reason::Colon);
            }
            escapes(rest)?;
        }
        return Ok(Uri { scheme, host: "" });
    }
    let authority = rest.strip_prefix("//").filter(|_| !scheme.is_empty() || !rest.starts_with("///"));
    let Some(authority) = authority else {
        escapes(rest)?;
        return Ok(Uri { scheme, host: "" });
    };
    let (authority, path) = authority.split_at(authority.find('/').unwrap_or(authority.len()));
    let host = check_authority(authority)?;
    escapes(path)?;
    Ok(Uri { scheme, host })
}

fn split_scheme(text: &str) -> Result<(&str, &str), Reason> {
    let end = text.find(|char: char| !char.is_ascii_alphanumeric() && !matches!(char, '+' | '-' | '.'));
    match end.map(|end| text.split_at(end)) {
        Some(("", rest)) if rest.starts_with(':') => Err(Reason::Scheme),
        Some((scheme, rest)) if scheme.starts_with(|first: char| first.is_ascii_alphabetic()) => {
            Ok(rest.strip_prefix(':').map_or(("", text), |rest| (scheme, rest)))
        }
        _ => Ok(("", text)),
    }
}

fn check_authority(authority: &str) -> Result<&str, Reason> {
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    check_host(host)?;
    if let Some(user) = user {
        if !user.chars().all(|char| char.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(char)) {
            return Err(Reason::UserInfo);
        }
        escapes(user)?;
    }
    Ok(host)
}

fn check_host(host: &str) -> Result<(), Reason> {
    match host.rfind('[') {
        Some(0) => check_ip_literal(host),
        Some(_) => Err(Reason::IpLiteral),
        None => {
            if let Some((_, port)) = host.rfind(':').map(|colon| host.split_at(colon))
                && !is_port(port)
            {
                return Err(Reason::Port(port.to_owned()));
            }
            host_characters(host, |_| false)
        }
    }
}

fn check_ip_literal(host: &str) -> Result<(), Reason> {
    let (literal, port) = host.rsplit_once(']').ok_or(Reason::Bracket)?;
    if !is_port(port) {
        return Err(Reason::Port(port.to_owned()));
    }
    let literal = literal.strip_prefix('[').unwrap_or(literal);
    let (address, zone) = literal.split_once("%25").unwrap_or((literal, ""));
    host_characters(address, |_| false)?;
    // A zone may have any character, if it is escaped.
    host_characters(zone, |_| true)?;
    address.parse::<Ipv6Addr>().map(|_| ()).map_err(|_| Reason::IpLiteral)
}

fn host_characters(host: &str, may_escape: fn(u8) -> bool) -> Result<(), Reason> {
    escapes(host)?;
    for (at, char) in host.char_indices() {
        let allowed = !char.is_ascii() || char.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"%".contains(char);
        if !allowed {
            return Err(Reason::HostCharacter(char.to_string()));
        }
        let escape = host.get(at..at + 3).filter(|_| char == '%');
        if let Some(escape) = escape
            && let Some(byte) = escape.get(1..).and_then(|digits| u8::from_str_radix(digits, 16).ok())
            && byte.is_ascii()
            && byte != b'%'
            && !may_escape(byte)
        {
            return Err(Reason::Escape(escape.to_owned()));
        }
    }
    Ok(())
}

/// Nothing, or a colon and digits.
fn is_port(port: &str) -> bool {
    port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether each `%` stands before two hexadecimal digits.
fn escapes(text: &str) -> Result<(), Reason> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        let digits = after.bytes().take(2).filter(u8::is_ascii_hexdigit).count();
        if digits < 2 {
            let shown = std::iter::once('%').chain(after.chars().take(2)).collect();
            return Err(Reason::Escape(shown));
        }
        rest = after;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (&str, &str) {
        let uri = parse(text).unwrap();
        (uri.scheme, uri.host)
    }

    #[test]
    fn finds_scheme_and_host() {
        assert_eq!(parts("https://example.com/mcp?x=%zz#f"), ("https", "example.com"));
        assert_eq!(parts("HTTP://u:p@[::1]:99999"), ("HTTP", "[::1]:99999"));
        assert_eq!(parts("mailto:a@b"), ("mailto", ""));
        assert_eq!(parts("https:/path"), ("https", ""));
        assert_eq!(parts("//host/path"), ("", "host"));
        assert_eq!(parts("///path"), ("", ""));
        assert_eq!(parts("not a uri"), ("", ""));
        assert_eq!(parts("https://example.com/a'b c"), ("https", "example.com"));
        assert_eq!(parts("https://[fe80::1%25eth%200]:1/"), ("https", "[fe80::1%25eth%200]:1"));
        assert_eq!(parts(""), ("", ""));
        assert_eq!(parts("*"), ("", ""));
    }

    #[test]
    fn says_what_is_wrong_as_go_does() {
        for (text, error) in [
            (":x", r#"parse ":x": missing protocol scheme"#),
            ("1a:b", r#"parse "1a:b": first path segment in URL cannot contain colon"#),
            ("https://a b/", r#"parse "https://a b/": invalid character " " in host name"#),
            ("https://a{b}/", r#"parse "https://a{b}/": invalid character "{" in host name"#),
            ("https://a:b/", r#"parse "https://a:b/": invalid port ":b" after host"#),
            ("https://[::1", r#"parse "https://[::1": missing ']' in host"#),
            ("https://[::1]x", r#"parse "https://[::1]x": invalid port "x" after host"#),
            ("https://a%41/", r#"parse "https://a%41/": invalid URL escape "%41""#),
            ("https://a/%g", r#"parse "https://a/%g": invalid URL escape "%g""#),
            ("https://u ser@a/", r#"parse "https://u ser@a/": net/url: invalid userinfo"#),
            ("https://a/\tb", r#"parse "https://a/\tb": net/url: invalid control character in URL"#),
            ("https://[1.2.3.4]/", r#"parse "https://[1.2.3.4]/": invalid IP-literal"#),
            ("https://a/#%", r#"parse "https://a/#%": invalid URL escape "%""#),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn strips_port_and_brackets() {
        for (text, hostname) in [
            ("http://localhost:1", "localhost"),
            ("http://[::1]", "::1"),
            ("http://[::1]:8", "::1"),
            ("http://a:", "a"),
        ] {
            assert_eq!(parse(text).unwrap().hostname(), hostname);
        }
    }
}
