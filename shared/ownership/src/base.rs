//! Where a package registry is.

use url::{Origin, Url};

use crate::hosts::Mirror;

/// The address of a package registry, and who chose it.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    url: Url,
    /// What the operator named with it, and so its answers may lead to at any address; empty for a public registry.
    trusted: Vec<Origin>,
}

impl Base {
    /// The operator's choice, or else the public registry.
    pub(crate) fn new(mirror: Option<Mirror>, public: &str) -> Result<Self, url::ParseError> {
        mirror.map_or_else(|| Self::public(public), |mirror| Ok(Self::named(mirror)))
    }

    pub(crate) fn named(mirror: Mirror) -> Self {
        let url = Url::from(mirror);
        Self { trusted: vec![url.origin()], url }
    }

    /// With more origins that the operator named.
    pub(crate) fn trusting(mut self, origins: impl IntoIterator<Item = Origin>) -> Self {
        self.trusted.extend(origins);
        self
    }

    pub(crate) fn public(url: &str) -> Result<Self, url::ParseError> {
        Ok(Self { url: Url::parse(url)?, trusted: Vec::new() })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn is_named(&self) -> bool {
        !self.trusted.is_empty()
    }

    /// Whether a URL is on an origin that the operator named.
    pub(crate) fn trusts(&self, url: &Url) -> bool {
        self.trusted.contains(&url.origin())
    }

    /// The URL with these segments behind its path. Each stays one segment, whatever it holds; `.` and `..` must not come
    /// here, as they would get lost.
    pub(crate) fn join<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_cannot_break_out() {
        let base = Base::public("https://r.example/npm/").unwrap();
        let join = |segment| base.join([segment, "1.0"]).to_string();
        assert_eq!(join("@acme/widget"), "https://r.example/npm/@acme%2Fwidget/1.0");
        assert_eq!(join("a/../../b"), "https://r.example/npm/a%2F..%2F..%2Fb/1.0");
        assert_eq!(join("a?b#c"), "https://r.example/npm/a%3Fb%23c/1.0");
        assert_eq!(join("%2e%2e"), "https://r.example/npm/%252e%252e/1.0");
        assert_eq!(join("a\\b"), "https://r.example/npm/a%5Cb/1.0");
        assert_eq!(join("ä b"), "https://r.example/npm/%C3%A4%20b/1.0");
    }

    #[test]
    fn only_the_named_origin_is_trusted() {
        let url = |text: &str| Url::parse(text).unwrap();
        let named = Base::named("http://10.0.0.1:4873/npm".parse().unwrap());
        assert!(named.trusts(&url("http://10.0.0.1:4873/other")));
        assert!(!named.trusts(&url("http://10.0.0.1/other")));
        assert!(!named.trusts(&url("https://10.0.0.1:4873/other")));
        let public = Base::public("https://registry.npmjs.org").unwrap();
        assert!(!public.trusts(&url("https://registry.npmjs.org/x")));
    }
}
