//! What 403 and 429 mean: GitHub says it in headers.

use registry::time::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use url::Url;

use super::{GitHubError, limits};

/// Why a request was refused; `None` if the token simply may not do it.
pub(super) fn meaning(headers: &HeaderMap, web: &Url) -> Option<GitHubError> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    if let Some(required) = text("x-github-sso") {
        return Some(single_sign_on(required, web));
    }
    if text("x-ratelimit-remaining") == Some("0") {
        let reset = text("x-ratelimit-reset").and_then(|seconds| seconds.parse::<i64>().ok());
        let reset = reset.and_then(|seconds| Timestamp::from_micros(seconds.checked_mul(1_000_000)?));
        return Some(reset.map_or(GitHubError::RateLimitUntilUnknown, GitHubError::RateLimit));
    }
    if headers.contains_key(RETRY_AFTER) {
        let wait = registry_fetch::retry_after(headers);
        return Some(wait.map_or(GitHubError::RateLimitUntilUnknown, |wait| GitHubError::Pause(wait.as_secs().max(1))));
    }
    None
}

/// `required; url=https://github.com/orgs/acme/sso?authorization_request=...`: repeated if it leads to GitHub, and nowhere
/// else.
fn single_sign_on(required: &str, web: &Url) -> GitHubError {
    let url = required.split(';').filter_map(|part| part.trim().strip_prefix("url=")).next();
    let url = url.and_then(|url| Url::parse(url).ok()).filter(|url| {
        url.origin() == web.origin()
            && url.username().is_empty()
            && url.password().is_none()
            && url.as_str().len() <= limits::ECHO_CHARS
    });
    match url {
        Some(url) => GitHubError::SingleSignOn(url.into()),
        None => GitHubError::SingleSignOnSomewhere { web: web.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn of(headers: &[(&'static str, &'static str)]) -> Option<GitHubError> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        meaning(&HeaderMap::from_iter(headers), &Url::parse("https://github.com").unwrap())
    }

    #[test]
    fn headers_say_why() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("x-ratelimit-remaining", "41")]), None);
        let reset = GitHubError::RateLimit("2026-11-21T02:06:06Z".parse().unwrap());
        assert_eq!(of(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795226766")]), Some(reset));
        for reset in ["soon", "9223372036854775807", ""] {
            let error = of(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset)]);
            assert_eq!(error, Some(GitHubError::RateLimitUntilUnknown), "{reset}");
        }
        assert_eq!(of(&[("retry-after", "60")]), Some(GitHubError::Pause(60)));
        assert_eq!(of(&[("retry-after", "0")]), Some(GitHubError::Pause(1)));
        assert_eq!(of(&[("retry-after", "soon")]), Some(GitHubError::RateLimitUntilUnknown));
    }

    #[test]
    fn only_addresses_of_github_are_repeated() {
        let url = "https://github.com/orgs/acme/sso?authorization_request=AZSC";
        let error =
            of(&[("x-github-sso", "required; url=https://github.com/orgs/acme/sso?authorization_request=AZSC")]);
        assert_eq!(error, Some(GitHubError::SingleSignOn(url.to_owned())));
        let recorded = error.unwrap().recorded();
        assert!(recorded.ends_with("https://github.com/orgs/acme/sso") && !recorded.contains("AZSC"), "{recorded}");
        for header in [
            "required; url=https://github.com.evil.example/orgs/acme/sso",
            "required; url=https://github.com@evil.example/",
            "required; url=http://github.com/orgs/acme/sso",
            "required; url=https://me:pw@github.com/orgs/acme/sso",
            "required; url=javascript:alert(1)",
            "required",
            "partial-results; organizations=1,2",
        ] {
            let error = of(&[("x-github-sso", header)]).unwrap();
            let expected = GitHubError::SingleSignOnSomewhere { web: "https://github.com/".to_owned() };
            assert_eq!(error, expected, "{header}");
        }
    }
}
