//! The two cookies: one for a login on its way, one for the session.

use http::{HeaderMap, HeaderValue, header};

use super::limits;
use super::site::Site;

/// A cookie of this site. Neither can be read by scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cookie {
    /// Ties a login to the browser that began it. `Lax`, because GitHub leads back to us.
    Login,
    /// Carries the refresh token. `Strict`, and only to the routes that need it.
    Session,
}

/// A browser sends several cookies of one name: one of them was planted by a neighbour of this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the browser sent several cookies named {0}: delete the cookies of this site and of its parent domains, and log in anew"
)]
pub(super) struct Ambiguous(pub(super) &'static str);

impl Cookie {
    /// Its name. The prefixes bind a cookie to TLS, and `__Host-` to this very host as well; it demands the path `/`, which
    /// would send the refresh token along with every request. A loopback without TLS can have neither.
    pub(super) fn name(self, site: &Site) -> &'static str {
        match (self, site.is_https()) {
            (Self::Login, true) => "__Host-berth-login",
            (Self::Login, false) => "berth-login",
            (Self::Session, true) => "__Secure-berth-session",
            (Self::Session, false) => "berth-session",
        }
    }

    /// The value that a browser sent.
    pub(super) fn read(self, headers: &HeaderMap, site: &Site) -> Result<Option<String>, Ambiguous> {
        let name = self.name(site);
        let mut found = None;
        for header in headers.get_all(header::COOKIE) {
            let Some(header) = header.to_str().ok().filter(|text| text.len() <= limits::COOKIE_BYTES) else { continue };
            let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
            for (_, value) in pairs.filter(|(found, _)| *found == name) {
                if found.replace(value).is_some_and(|other| other != value) {
                    return Err(Ambiguous(name));
                }
            }
        }
        Ok(found.map(str::to_owned))
    }

    /// The header that sets it for some seconds; 0 takes it away.
    pub(super) fn set(self, site: &Site, value: &str, seconds: i64) -> Option<HeaderValue> {
        let (path, same_site) = match self {
            Self::Login => ("/", "Lax"),
            Self::Session => ("/auth", "Strict"),
        };
        let secure = if site.is_https() { "; Secure" } else { "" };
        let name = self.name(site);
        let text = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly{secure}; SameSite={same_site}");
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// The header that takes it away.
    pub(super) fn clear(self, site: &Site) -> Option<HeaderValue> {
        self.set(site, "", 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[&'static str]) -> Result<Option<String>, Ambiguous> {
        let site = "https://registry.example.com".parse().unwrap();
        let mut map = HeaderMap::new();
        for header in headers {
            map.append(header::COOKIE, HeaderValue::from_static(header));
        }
        Cookie::Session.read(&map, &site)
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["a=b; __Secure-berth-session=x.y;c=d"]), Ok(Some("x.y".to_owned())));
        assert_eq!(read(&["a=b", "__Secure-berth-session=x.y"]), Ok(Some("x.y".to_owned())));
        assert_eq!(read(&["x__Secure-berth-session=x.y; __secure-berth-session=1; berth-session=2"]), Ok(None));
    }

    #[test]
    fn two_different_ones_are_none() {
        assert_eq!(
            read(&["__Secure-berth-session=a; __Secure-berth-session=b"]),
            Err(Ambiguous("__Secure-berth-session"))
        );
        assert_eq!(read(&["__Secure-berth-session=a; __Secure-berth-session=a"]), Ok(Some("a".to_owned())));
    }
}
