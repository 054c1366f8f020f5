//! Registries of images.

use std::str::FromStr;

use super::reference::{DOCKER_HUB, canonical, is_host};
use crate::base::Base;
use crate::hosts::{InvalidHost, Mirror};

/// Where the API of Docker Hub is.
const DOCKER_HUB_API: &str = "registry-1.docker.io";
/// The public registries beside Docker Hub.
const PUBLIC: [&str; 3] = ["ghcr.io", "quay.io", "mcr.microsoft.com"];
/// The public registries that give each customer a name.
const PUBLIC_SUFFIXES: [&str; 2] = [".pkg.dev", ".azurecr.io"];

/// A registry of images: `HOST` or `HOST:PORT` as references name it, `*.SUFFIX` for all below a domain, or `HOST=URL` where
/// its API is elsewhere, as that of a mirror is. A token service with a private address must be named here as well, unless it
/// is on the same host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OciHost(Pattern);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Host {
        host: String,
        api: Mirror,
    },
    /// Begins with a dot.
    Suffix(String),
}

impl FromStr for OciHost {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        const FORM: &str = "HOST, HOST:PORT, *.SUFFIX or HOST=URL, where HOST holds a dot or a port, or is localhost";
        if let Some(suffix) = text.strip_prefix('*') {
            let name = suffix.strip_prefix('.').filter(|name| !name.contains([':', '[']));
            let name = name.filter(|name| Mirror::of_host(name).is_ok());
            return name
                .map(|_| Self(Pattern::Suffix(suffix.to_owned())))
                .ok_or_else(|| InvalidHost::Form(text.to_owned(), FORM));
        }
        let (host, url) = match text.split_once('=') {
            Some((host, url)) => (host, Some(url)),
            None => (text, None),
        };
        let host = canonical(host);
        let of_host = Mirror::of_host(if host == DOCKER_HUB { DOCKER_HUB_API } else { host });
        let of_host = of_host.ok().filter(|_| is_host(host)).ok_or_else(|| InvalidHost::Form(text.to_owned(), FORM))?;
        let api = url.map_or(Ok(of_host), str::parse)?;
        Ok(Self(Pattern::Host { host: host.to_owned(), api }))
    }
}

/// The registries that may be asked.
pub(crate) struct Oci {
    /// `None` stands for the public ones.
    named: Option<Vec<OciHost>>,
}

impl Oci {
    pub(crate) fn new(named: Option<Vec<OciHost>>) -> Self {
        Self { named }
    }

    /// Where the API of a registry is, if it may be asked. `host` is in its common form.
    pub(super) fn base_of(&self, host: &str) -> Option<Base> {
        let Some(named) = &self.named else { return public(host) };
        let base = named.iter().find_map(|OciHost(pattern)| match pattern {
            Pattern::Host { host: known, api } => (known == host).then(|| Base::named(api.clone())),
            Pattern::Suffix(suffix) => {
                host.ends_with(suffix.as_str()).then(|| Mirror::of_host(host).ok().map(Base::named)).flatten()
            }
        });
        let apis = named.iter().filter_map(|OciHost(pattern)| match pattern {
            Pattern::Host { api, .. } => Some(api.url().origin()),
            Pattern::Suffix(_) => None,
        });
        base.map(|base| base.trusting(apis))
    }
}

fn public(host: &str) -> Option<Base> {
    let api = match host {
        DOCKER_HUB => DOCKER_HUB_API,
        host if PUBLIC.contains(&host) => host,
        host if PUBLIC_SUFFIXES.iter().any(|suffix| host.ends_with(suffix)) && is_name(host) => host,
        _ => return None,
    };
    Base::public(&format!("https://{api}")).ok()
}

fn is_name(host: &str) -> bool {
    host.split('.').all(|label| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(oci: &Oci, host: &str) -> Option<(String, bool)> {
        oci.base_of(host).map(|base| (base.url().to_string(), base.is_named()))
    }

    #[test]
    fn public_registries() {
        let oci = Oci::new(None);
        for (host, api) in [
            ("docker.io", "https://registry-1.docker.io/"),
            ("ghcr.io", "https://ghcr.io/"),
            ("quay.io", "https://quay.io/"),
            ("mcr.microsoft.com", "https://mcr.microsoft.com/"),
            ("europe-west1-docker.pkg.dev", "https://europe-west1-docker.pkg.dev/"),
            ("acme.azurecr.io", "https://acme.azurecr.io/"),
        ] {
            assert_eq!(url(&oci, host), Some((api.to_owned(), false)), "{host}");
        }
        for host in [
            "gcr.io",
            "pkg.dev",
            "evilpkg.dev",
            ".pkg.dev",
            "x.pkg.dev:8443",
            "a b.pkg.dev",
            "u@x.pkg.dev",
            "ghcr.io:5000",
            "ghcr.io.evil.example",
            "GHCR.IO",
            "localhost",
            "127.0.0.1",
        ] {
            assert_eq!(url(&oci, host), None, "{host}");
        }
    }

    #[test]
    fn named_registries_take_the_place_of_the_public_ones() {
        let words = ["registry.corp:5000", "*.images.corp", "docker.io=http://10.0.0.1:5000/hub", "quay.io"];
        let oci = Oci::new(Some(words.iter().map(|word| word.parse().unwrap()).collect()));
        for (host, api) in [
            ("registry.corp:5000", "https://registry.corp:5000/"),
            ("a.images.corp", "https://a.images.corp/"),
            ("docker.io", "http://10.0.0.1:5000/hub"),
            ("quay.io", "https://quay.io/"),
        ] {
            assert_eq!(url(&oci, host), Some((api.to_owned(), true)), "{host}");
        }
        for host in ["ghcr.io", "registry.corp", "images.corp", "u@x.images.corp"] {
            assert_eq!(url(&oci, host), None, "{host}");
        }
        let hub: OciHost = "index.docker.io".parse().unwrap();
        assert_eq!(url(&Oci::new(Some(vec![hub])), "docker.io").unwrap().0, "https://registry-1.docker.io/");
    }
}
