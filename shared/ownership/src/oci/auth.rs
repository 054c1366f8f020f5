//! Anonymous tokens: where a registry says that they are, and how one is read.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use serde::Deserialize;
use url::Url;

use super::session::FAILED;
use crate::answer::Answer;
use crate::error::{Refusal, brief};
use crate::exchange::{Call, Follow};
use crate::limits;

/// `WWW-Authenticate: Bearer realm="…",service="…"`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    realm: String,
    service: Option<String>,
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl Challenge {
    /// The challenge of an answer, if it asks for a token.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        headers.get_all(WWW_AUTHENTICATE).iter().find_map(|value| parse(value.to_str().ok()?))
    }

    /// The request for a token that can read a repository. The scope is not the one that the registry asks for: nothing
    /// else is to be read.
    pub(super) fn call(&self, repository: &str) -> Result<Call<'static>, Refusal> {
        let mut url = Url::parse(&self.realm).map_err(|error| {
            Refusal::last(format!(
                "{FAILED}: the registry names a malformed token realm '{}': {error}",
                brief(&self.realm)
            ))
        })?;
        {
            let mut query = url.query_pairs_mut();
            if let Some(service) = &self.service {
                query.append_pair("service", service);
            }
            query.append_pair("scope", &format!("repository:{repository}:pull"));
        }
        Ok(Call::get(url, "application/json", limits::TOKEN_BYTES).following(Follow::Anywhere))
    }
}

/// The token of an answer; registries call it by either name.
pub(super) fn token(answer: &Answer) -> Result<String, Refusal> {
    let Token { token, access_token } = answer.json("failed to fetch OCI image: the token cannot be read")?;
    let token = token.into_iter().chain(access_token).find(|token| !token.is_empty());
    token
        .filter(|token| token.bytes().all(|byte| byte.is_ascii_graphic()))
        .ok_or_else(|| Refusal::last(format!("{FAILED}: the registry gave no token")))
}

fn parse(value: &str) -> Option<Challenge> {
    let (scheme, mut rest) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let (mut realm, mut service) = (None, None);
    while let Some((name, behind)) = rest.split_once('=') {
        let (value, after) = match behind.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => behind.split_at(behind.find(',').unwrap_or(behind.len())),
        };
        match name.trim_matches([' ', ',']).to_ascii_lowercase().as_str() {
            "realm" => realm = Some(value.trim().to_owned()),
            "service" => service = Some(value.trim().to_owned()),
            _ => {}
        }
        rest = after;
    }
    Some(Challenge { realm: realm?, service })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_of_real_registries() {
        for (value, realm, service) in [
            (
                r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#,
                "https://auth.docker.io/token",
                Some("registry.docker.io"),
            ),
            (
                r#"Bearer scope="repository:a/b:pull", realm="https://ghcr.io/token", service="ghcr.io""#,
                "https://ghcr.io/token",
                Some("ghcr.io"),
            ),
            (r#"bearer REALM=https://x.example/t,error=invalid"#, "https://x.example/t", None),
        ] {
            let service = service.map(str::to_owned);
            assert_eq!(parse(value), Some(Challenge { realm: realm.to_owned(), service }), "{value}");
        }
    }

    #[test]
    fn what_asks_for_no_token() {
        for value in ["", "Bearer", "Basic realm=\"x\"", "Bearer service=\"x\"", "Bearer realm=\"x", "Bearer ,=,==\""] {
            assert_eq!(parse(value), None, "{value}");
        }
    }

    #[test]
    fn the_scope_is_our_own_and_the_query_stays() {
        let challenge = Challenge { realm: "https://x.example/t?a=b".to_owned(), service: Some("s&t".to_owned()) };
        assert_eq!(
            challenge.call("a/b").unwrap().url.as_str(),
            "https://x.example/t?a=b&service=s%26t&scope=repository%3Aa%2Fb%3Apull"
        );
    }
}
