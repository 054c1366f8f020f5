//! URLs with `{variables}`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;
use std::sync::LazyLock;

use regex::Regex;

use crate::uri::{self, Uri};

/// Names that stand for what they say, in place of which the official registry tests with these values.
const WELL_KNOWN: [(&str, &str); 5] =
    [("{host}", "example.com"), ("{port}", "8080"), ("{path}", "api"), ("{protocol}", "http"), ("{scheme}", "http")];

// The expressions are constant and tested. Only a URL that has a brace compiles them.
static VARIABLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{([^}]+)\}").ok());
static PORT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r":\{[^}]+\}(/|$)").ok());

/// What is wrong with a URL whose variables must be among `available`, as a message ends.
pub(super) fn wrong_with<'a>(url: &str, available: impl FnOnce() -> Vec<&'a str>) -> Option<String> {
    let is_url = filled(url, |_| true);
    let mut used = names(url).peekable();
    if used.peek().is_none() {
        return (!is_url).then(|| url.to_owned());
    }
    let available = available();
    let known: HashSet<&str> = available.iter().copied().collect();
    if is_url && used.all(|name| known.contains(name)) {
        return None;
    }
    let mut message = format!("template variables in URL {url} reference undefined variables. Available variables: [");
    for (index, name) in available.iter().enumerate() {
        // Writing to a String does not fail.
        let _ = write!(message, "{}{name}", if index == 0 { "" } else { " " });
    }
    message.push(']');
    Some(message)
}

/// Whether the URL is an http URL with a host, all variables filled in, of which `also` holds.
pub(super) fn filled(url: &str, also: impl FnOnce(Uri<'_>) -> bool) -> bool {
    let url = fill(url);
    uri::parse(&url)
        .is_ok_and(|uri| (uri.has_scheme("http") || uri.has_scheme("https")) && !uri.host.is_empty() && also(uri))
}

fn fill(url: &str) -> Cow<'_, str> {
    if !url.contains('{') {
        return Cow::Borrowed(url);
    }
    let mut url = url.to_owned();
    for (variable, value) in WELL_KNOWN {
        url = url.replace(variable, value);
    }
    if let (Some(port), Some(variable)) = (&*PORT, &*VARIABLE) {
        let with_ports = port.replace_all(&url, ":8080$1");
        url = variable.replace_all(&with_ports, "placeholder").into_owned();
    }
    Cow::Owned(url)
}

fn names(url: &str) -> impl Iterator<Item = &str> {
    let expression = if url.contains('{') { VARIABLE.as_ref() } else { None };
    expression
        .into_iter()
        .flat_map(|variable| variable.captures_iter(url))
        .filter_map(|captures| captures.get(1))
        .map(|name| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_variables() {
        for (url, filled) in [
            ("http://{host}:{port}/{path}", "http://example.com:8080/api"),
            ("{protocol}://a:{x}/b", "http://a:8080/b"),
            ("https://a:{x}", "https://a:8080"),
            ("https://{a}.b:{x}y/{c}", "https://placeholder.b:placeholdery/placeholder"),
            ("https://{{host}}/", "https://placeholder/"),
            ("https://a/{}{", "https://a/{}{"),
        ] {
            assert_eq!(fill(url), filled);
        }
    }

    #[test]
    fn says_which_variables_there_are() {
        let wrong = |url| wrong_with(url, || vec!["host", "--port"]);
        assert_eq!(wrong("http://{host}:{--port}/"), None);
        assert_eq!(wrong("http://localhost:1/"), None);
        assert_eq!(wrong("ftp://localhost/"), Some("ftp://localhost/".to_owned()));
        assert_eq!(
            wrong("http://{x}/"),
            Some(
                "template variables in URL http://{x}/ reference undefined variables. Available variables: [host --port]"
                    .to_owned()
            )
        );
        assert!(wrong("{host}").is_some());
    }
}
