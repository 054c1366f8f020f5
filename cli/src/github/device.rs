//! The device flow: a person enters a code at GitHub, and this process gets a token (RFC 8628).

use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use super::limits;
use crate::duration::in_words;
use crate::output::{self, Waiting};

/// What the token has to show: the account, and the organisations in which it is an owner.
const SCOPE: &str = "read:org read:user";

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What else publishes for an organisation.
const FOR_ORGANISATIONS: &str = "to publish for one, log in with `berth login github --token TOKEN`, a token that has read:org, or from GitHub Actions \
     with `berth login github-oidc`";

/// A code to enter. The device code is as good as the token that it becomes.
#[derive(Deserialize)]
struct Code {
    device_code: String,
    user_code: String,
    verification_uri: String,
    expires_in: u64,
}

/// What GitHub answers, at either address.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Outcome {
    access_token: Option<String>,
    scope: Option<String>,
    error: Option<String>,
    interval: Option<u64>,
    #[serde(flatten)]
    code: Option<Code>,
}

/// How often GitHub is asked.
struct Pace(u64);

/// What an answer means for the one who waits.
enum Step {
    Granted { token: String, scope: Option<String> },
    Pending,
    SlowDown,
}

impl Pace {
    fn new(interval: Option<u64>) -> Self {
        Self(interval.unwrap_or(limits::INTERVAL_SECONDS).clamp(1, limits::INTERVAL_MAX_SECONDS))
    }

    fn slow_down(&mut self, interval: Option<u64>) {
        let slower = self.0 + limits::SLOW_DOWN_SECONDS;
        self.0 = slower.max(interval.unwrap_or_default()).min(limits::INTERVAL_MAX_SECONDS);
    }
}

/// Lets the user log in at GitHub; the token that this gives. `registry` is who has named the client id.
pub(crate) async fn authorize(client_id: &str, registry: &str) -> anyhow::Result<String> {
    let (github, http) = (super::address()?, super::http()?);
    let ask = |path: &str, form: &[(&str, &str)]| post(&http, &github, path, form);
    let (status, answer) =
        super::ask::<Outcome>(ask("login/device/code", &[("client_id", client_id), ("scope", SCOPE)]), "GitHub")
            .await?;
    let (code, mut pace) = match answer.unwrap_or_default() {
        Outcome { code: Some(code), interval, .. } if status.is_success() => (code, Pace::new(interval)),
        Outcome { error: Some(error), .. } => bail!(refusal(&error, status, registry)),
        _ => bail!(refusal("", status, registry)),
    };
    let lifetime = Duration::from_secs(code.expires_in.min(limits::CODE_SECONDS));
    output::talk(&format!("open {} and enter the code {}", code.verification_uri, code.user_code));
    output::talk(&format!(
        "the code is good for {}; what you allow there, {registry} gets: a token that reads your account and organisations",
        in_words(lifetime)
    ));
    let (start, mut waiting) = (Instant::now(), Waiting::new());
    let form = [("client_id", client_id), ("device_code", code.device_code.as_str()), ("grant_type", GRANT)];
    while start.elapsed() + Duration::from_secs(pace.0) <= lifetime {
        waiting.say("waiting until the code is entered");
        tokio::time::sleep(Duration::from_secs(pace.0)).await;
        let (status, answer) = super::ask::<Outcome>(ask("login/oauth/access_token", &form), "GitHub").await?;
        let answer = answer.unwrap_or_default();
        let interval = answer.interval;
        match step(answer, status, registry)? {
            Step::Granted { token, scope } => {
                waiting.finish();
                if !scope.as_deref().is_some_and(sees_organisations) {
                    output::talk(&format!(
                        "note: GitHub's token does not show your organisations; {FOR_ORGANISATIONS}"
                    ));
                }
                return Ok(token);
            }
            Step::Pending => {}
            Step::SlowDown => pace.slow_down(interval),
        }
    }
    Err(refusal("expired_token", StatusCode::OK, registry))
}

fn post(http: &reqwest::Client, github: &Url, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
    let mut url = github.clone();
    url.set_path(&format!("{}/{path}", github.path().trim_end_matches('/')));
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    http.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
}

fn step(answer: Outcome, status: StatusCode, registry: &str) -> anyhow::Result<Step> {
    match (answer.access_token.filter(|token| !token.is_empty()), answer.error.as_deref()) {
        (Some(token), _) if status.is_success() => Ok(Step::Granted { token, scope: answer.scope }),
        (_, Some("authorization_pending")) => Ok(Step::Pending),
        (_, Some("slow_down")) => Ok(Step::SlowDown),
        (_, Some(error)) => Err(refusal(error, status, registry)),
        // GitHub has a bad moment; the code is still good.
        (_, None) if status.is_server_error() => Ok(Step::Pending),
        (_, None) if status == StatusCode::TOO_MANY_REQUESTS => Ok(Step::SlowDown),
        (_, None) => Err(refusal("", status, registry)),
    }
}

/// Why there is no token, and what to do about it. Only words that GitHub documents are repeated.
fn refusal(error: &str, status: StatusCode, registry: &str) -> anyhow::Error {
    let instead = "or log in with `berth login github --token TOKEN`";
    match error {
        "expired_token" | "incorrect_device_code" => {
            anyhow!("the code was not entered in time; run `berth login github` again for a new one, {instead}")
        }
        "access_denied" => {
            anyhow!("the login was cancelled at GitHub; run `berth login github` again, and authorize it there")
        }
        "device_flow_disabled" => anyhow!(
            "the app that {registry} names at GitHub does not allow device logins; ask its operator to enable the device flow \
             of the app, {instead}"
        ),
        "incorrect_client_credentials" | "unauthorized_client" | "Not Found" => anyhow!(
            "GitHub does not know the client id that {registry} names; ask its operator to correct BERTH_GITHUB_CLIENT_ID, \
             {instead}"
        ),
        _ if status == StatusCode::NOT_FOUND => refusal("Not Found", status, registry),
        "" => anyhow!("GitHub answered {status} and no token; try again in a minute, {instead}"),
        other => {
            let word: String =
                other.chars().filter(|char| char.is_ascii_alphanumeric() || *char == '_').take(40).collect();
            anyhow!("GitHub refused the login ({word}); try again in a minute, {instead}")
        }
    }
}

/// Whether the scopes of a token, which GitHub lists with commas between, show memberships.
fn sees_organisations(scopes: &str) -> bool {
    scopes.split([',', ' ']).any(|scope| matches!(scope, "read:org" | "write:org" | "admin:org"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_often_asks_less() {
        let mut pace = Pace::new(None);
        assert_eq!(pace.0, 5);
        pace.slow_down(None);
        assert_eq!(pace.0, 10);
        pace.slow_down(Some(30));
        assert_eq!(pace.0, 30);
        pace.slow_down(Some(1));
        assert_eq!(pace.0, 35);
        pace.slow_down(Some(u64::MAX));
        assert_eq!(pace.0, limits::INTERVAL_MAX_SECONDS);
        assert_eq!((Pace::new(Some(0)).0, Pace::new(Some(u64::MAX)).0), (1, limits::INTERVAL_MAX_SECONDS));
    }

    #[test]
    fn a_bad_moment_of_github_is_waited_out() {
        let of = |text: &str, status| {
            let answer = serde_json::from_str(text).unwrap_or_default();
            step(answer, StatusCode::from_u16(status).unwrap(), "https://r.example")
        };
        assert!(matches!(of("<html>", 502), Ok(Step::Pending)));
        assert!(matches!(of("", 429), Ok(Step::SlowDown)));
        assert!(matches!(of(r#"{"access_token":"t"}"#, 200), Ok(Step::Granted { .. })));
        for (text, status) in
            [("{}", 200), (r#"{"access_token":""}"#, 200), ("<html>", 400), (r#"{"access_token":"t"}"#, 302)]
        {
            assert!(of(text, status).is_err(), "{text}");
        }
        let error = of("{\"error\":\"new\\u001b[31m_word\"}", 200).err().unwrap().to_string();
        assert!(error.starts_with("GitHub refused the login (new31m_word); try again"), "{error}");
    }

    #[test]
    fn scopes_are_told_apart() {
        assert!(sees_organisations("read:org,read:user") && sees_organisations("repo, admin:org"));
        assert!(!sees_organisations("") && !sees_organisations("read:user,read:organisation"));
    }
}
