//! Where the browser goes after a login: a path of this site and nothing else.

use std::fmt;

use url::{Position, Url};

use super::limits;
use super::site::Site;

/// A path of this site, with its query and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReturnPath(String);

/// The text leads somewhere else, or could.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "return_to is no path of this registry: it must begin with one /, and have no //, backslash, @ or control character, \
     at most {max} bytes, and not lead below /auth/",
    max = limits::RETURN_PATH_BYTES
)]
pub(super) struct NoReturnPath;

impl ReturnPath {
    /// Reads what a link says. Browsers, proxies and URL parsers differ in what they make of unusual texts, so everything
    /// unusual is refused, and what is left is read as a browser reads it.
    pub(super) fn parse(text: &str, site: &Site) -> Result<Self, NoReturnPath> {
        if !is_plain(text) {
            return Err(NoReturnPath);
        }
        let url = site.url().join(text).map_err(|_| NoReturnPath)?;
        Self::of(&url, site)
    }

    /// The front page.
    pub(super) fn front() -> Self {
        Self("/".to_owned())
    }

    fn of(url: &Url, site: &Site) -> Result<Self, NoReturnPath> {
        let path = &url[Position::BeforePath..];
        // A login that ends in another login never ends.
        let is_login = url.path() == "/auth" || url.path().starts_with("/auth/");
        let is_ours = url.origin() == site.url().origin() && !is_login && is_plain(path);
        if is_ours { Ok(Self(path.to_owned())) } else { Err(NoReturnPath) }
    }
}

/// Whether a text can be nothing but a path: as it stands, and as somebody who unescapes it once sees it.
fn is_plain(text: &str) -> bool {
    let escapes = text.to_ascii_lowercase();
    let has_control = text.chars().any(char::is_control)
        || (0..0x20_u8).chain([0x7f]).any(|byte| escapes.contains(&format!("%{byte:02x}")));
    text.len() <= limits::RETURN_PATH_BYTES
        && text.starts_with('/')
        && !text.contains("//")
        && !text.contains(['\\', '@'])
        && !escapes.starts_with("/%2f")
        && !escapes.starts_with("/%5c")
        && !has_control
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn site() -> Site {
        "https://registry.example.com".parse().unwrap()
    }

    #[test]
    fn paths_of_this_site_stay_what_they_are() {
        for path in ["/", "/servers?q=a%20b&page=2", "/servers/io.x%2Fy#versions", "/a:b", "/q?x=http:%2F%2Fy"] {
            assert_eq!(ReturnPath::parse(path, &site()).unwrap().to_string(), path);
        }
        assert_eq!(ReturnPath::parse("/a/../b", &site()).unwrap().to_string(), "/b");
    }

    #[test]
    fn logins_are_no_place_to_return_to() {
        for path in ["/auth", "/auth/github/login", "/a/../auth/refresh", "/%2e/auth/refresh"] {
            assert_eq!(ReturnPath::parse(path, &site()), Err(NoReturnPath), "{path}");
        }
    }

    proptest! {
        #[test]
        fn nothing_leads_away(text in "[/\\\\@.:%0-9a-fx\t\r\n?#-]{0,12}|/?.{0,20}") {
            if let Ok(path) = ReturnPath::parse(&text, &site()) {
                let address = site().address(&path);
                let url = Url::parse(&address).unwrap();
                prop_assert_eq!(url.origin(), site().url().origin());
                prop_assert!(address.starts_with("https://registry.example.com/"));
                prop_assert_eq!(ReturnPath::parse(&path.to_string(), &site()), Ok(path));
            }
        }
    }
}
