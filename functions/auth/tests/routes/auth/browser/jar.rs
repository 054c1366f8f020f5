//! The cookies of a browser, by the rules of RFC 6265.

use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::SET_COOKIE;

#[derive(Clone, Debug, Default)]
pub(crate) struct Jar(BTreeMap<String, Cookie>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cookie {
    pub(crate) value: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Jar {
    /// Takes the cookies of an answer.
    pub(crate) fn take(&mut self, headers: &HeaderMap) {
        for header in headers.get_all(SET_COOKIE) {
            let text = header.to_str().unwrap();
            let mut parts = text.split("; ");
            let (name, value) = parts.next().unwrap().split_once('=').unwrap();
            let attributes: BTreeMap<String, String> = parts
                .map(|part| part.split_once('=').unwrap_or((part, "")))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            assert!(!name.starts_with("__Host-") || attributes["Path"] == "/", "{text}");
            assert!(!name.starts_with("__") || attributes.contains_key("Secure"), "{text}");
            if attributes["Max-Age"] == "0" {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), Cookie { value: value.to_owned(), attributes });
            }
        }
    }

    /// What the browser sends to a path.
    pub(crate) fn header(&self, path: &str) -> String {
        let path = path.split(['?', '#']).next().unwrap();
        let is_sent = |cookie: &Cookie| {
            let scope = cookie.attributes["Path"].trim_end_matches('/');
            path.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let sent = self.0.iter().filter(|(_, cookie)| is_sent(cookie));
        sent.map(|(name, cookie)| format!("{name}={}", cookie.value)).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Cookie> {
        self.0.get(name)
    }

    pub(crate) fn put(&mut self, name: &str, value: &str) {
        let cookie = self.0.get_mut(name).unwrap();
        cookie.value = value.to_owned();
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}
