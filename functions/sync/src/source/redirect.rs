//! Where a redirect may lead.

use registry::limits;
use registry_fetch::NotPublic;
use url::Url;

use super::location::shown;

/// A redirect that is not followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectRefused {
    /// The target is in a private network, and the operator did not name it.
    #[error("redirects to a private address ({0}): name the target itself as the source if it is meant")]
    Private(String),
    /// From `https` to `http`.
    #[error("redirects from https to {0}, which anybody on the way could change")]
    Downgrade(String),
    /// More than [`limits::SOURCE_REDIRECTS`].
    #[error("redirects more than {max} times", max = limits::SOURCE_REDIRECTS)]
    TooMany,
    /// No `Location`, or not one of an HTTP URL.
    #[error("redirects to no http(s) URL ({0})")]
    Target(String),
}

impl From<&NotPublic> for RedirectRefused {
    fn from(refused: &NotPublic) -> Self {
        Self::Private(refused.to_string())
    }
}

/// The URL that a `Location` header leads to.
pub(super) fn target(from: &Url, location: Option<&str>) -> Result<Url, RedirectRefused> {
    let Some(location) = location else { return Err(RedirectRefused::Target("no Location header".to_owned())) };
    let mut to = from.join(location).map_err(|error| RedirectRefused::Target(error.to_string()))?;
    to.set_fragment(None);
    match (from.scheme(), to.scheme()) {
        ("https", "http") => Err(RedirectRefused::Downgrade(shown(&to))),
        (_, "http" | "https") => Ok(to),
        (_, scheme) => Err(RedirectRefused::Target(format!("scheme {scheme}"))),
    }
}

/// Whether a target is still what the operator named: the same host and port, or the same host with TLS on its port.
pub(super) fn same_place(named: &Url, to: &Url) -> bool {
    let ports = (named.port_or_known_default(), to.port_or_known_default());
    named.host() == to.host()
        && (ports.0 == ports.1 && named.scheme() == to.scheme()
            || ports == (Some(80), Some(443)) && (named.scheme(), to.scheme()) == ("http", "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn never_from_https_to_http() {
        let error = target(&url("https://a.example/x"), Some("http://a.example/x?k=1")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "redirects from https to http://a.example/x, which anybody on the way could change"
        );
        assert_eq!(target(&url("http://a.example/x"), Some("https://b.example/")), Ok(url("https://b.example/")));
        assert_eq!(target(&url("https://a.example/x/y"), Some("../z#top")), Ok(url("https://a.example/z")));
    }

    #[test]
    fn only_to_http() {
        for location in [None, Some("file:///etc/passwd"), Some("http://"), Some("ftp://a.example/")] {
            let refused = target(&url("http://a.example/"), location);
            assert!(matches!(refused, Err(RedirectRefused::Target(_))), "{location:?}");
        }
    }

    #[test]
    fn the_place_that_was_named() {
        let named = url("http://10.0.0.1/a");
        assert!(same_place(&named, &url("http://10.0.0.1/b")));
        assert!(same_place(&named, &url("https://10.0.0.1/b")));
        assert!(!same_place(&named, &url("http://10.0.0.1:6379/")));
        assert!(!same_place(&named, &url("http://10.0.0.2/a")));
    }
}
