//! Repositories that the official registry knows: two hosts, an owner, a name.

use url::Url;

/// A repository on GitHub or GitLab.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Repository {
    pub(super) host: Host,
    pub(super) owner: String,
    pub(super) name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    GitHub,
    GitLab,
}

impl Host {
    /// The word in a server.json.
    pub(super) fn source(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
        }
    }
}

impl Repository {
    /// Reads what git, npm and people write: `https://…`, `git@host:owner/name.git`, `git+ssh://…`. What the URL holds
    /// beside host, owner and name, such as a password, is left out.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("git+").unwrap_or(text);
        let (host, path) = if text.contains("://") {
            let url = Url::parse(text).ok()?;
            (url.host_str()?.to_lowercase(), url.path().to_owned())
        } else {
            let (host, path) = text.split_once(':')?;
            (host.rsplit('@').next()?.to_lowercase(), path.to_owned())
        };
        let host = match host.strip_prefix("www.").unwrap_or(&host) {
            "github.com" | "ssh.github.com" => Host::GitHub,
            "gitlab.com" | "altssh.gitlab.com" => Host::GitLab,
            _ => return None,
        };
        let mut parts = path.trim_matches('/').split('/');
        let (owner, name) = (parts.next()?, parts.next()?);
        // A deeper path is a page on GitHub, but a group in a group on GitLab, which the official registry refuses.
        if host == Host::GitLab && parts.next().is_some_and(|next| next != "-") {
            return None;
        }
        let name = name.strip_suffix(".git").unwrap_or(name);
        let is_word = |text: &str| {
            !text.is_empty() && text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | '-'))
        };
        (is_word(owner) && is_word(name)).then(|| Self { host, owner: owner.to_owned(), name: name.to_owned() })
    }

    pub(super) fn url(&self) -> String {
        format!("https://{}.com/{}/{}", self.host.source(), self.owner, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_one_repository() {
        for text in [
            "https://github.com/acme/widget",
            "https://github.com/acme/widget.git",
            "https://user:secret@www.GitHub.com/acme/widget/",
            "git@github.com:acme/widget.git",
            "github.com:acme/widget",
            "ssh://git@github.com/acme/widget.git",
            "ssh://git@ssh.github.com:443/acme/widget.git",
            "git+https://github.com/acme/widget.git",
            "git://github.com/acme/widget.git#main",
            "https://github.com/acme/widget/tree/main/servers",
        ] {
            assert_eq!(Repository::parse(text).unwrap().url(), "https://github.com/acme/widget", "{text}");
        }
        assert_eq!(Repository::parse("https://gitlab.com/a/b/-/tree/main").unwrap().url(), "https://gitlab.com/a/b");
    }

    #[test]
    fn other_places_are_none() {
        for text in [
            "",
            "acme/widget",
            "https://gitlab.com/group/sub/widget",
            "https://example.com/acme/widget",
            "/srv/git/widget",
            "https://github.com/acme",
            "https://github.com/",
            "C:\\widget",
            "git@github.com:acme/wid get",
            "https://github.com//x",
        ] {
            assert_eq!(Repository::parse(text), None, "{text}");
        }
    }
}
