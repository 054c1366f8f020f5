//! The ID token of a job of GitHub Actions.

use anyhow::{Context, bail};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;

/// Where the runner gives ID tokens. GitHub sets it only where the job may ask for one.
const URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";

/// What the runner wants to see for one.
const TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

#[derive(Deserialize)]
struct Given {
    value: String,
}

/// Whether this is a job that may ask for an ID token.
pub(crate) fn offers_id_token() -> bool {
    variable(URL).is_some() && variable(TOKEN).is_some()
}

/// An ID token for one audience.
pub(crate) async fn id_token(audience: &str) -> anyhow::Result<String> {
    let (Some(url), Some(token)) = (variable(URL), variable(TOKEN)) else {
        bail!(
            "GitHub Actions offers this process no ID token ({URL} and {TOKEN} are not set); give the job `permissions: \
             id-token: write`, which pull requests from forks cannot have, or log in elsewhere with `berth login github`"
        );
    };
    let mut url = super::safe(&url).with_context(|| format!("{URL} holds no address of a token service"))?;
    url.query_pairs_mut().append_pair("audience", audience);
    let mut bearer =
        HeaderValue::try_from(format!("Bearer {token}")).ok().with_context(|| format!("{TOKEN} holds no token"))?;
    bearer.set_sensitive(true);
    let request = super::http()?.get(url).header(AUTHORIZATION, bearer);
    match super::ask::<Given>(request, "the token service of GitHub Actions").await? {
        (status, Some(given)) if status.is_success() && !given.value.is_empty() => Ok(given.value),
        (status, _) => bail!(
            "the token service of GitHub Actions answered {status} and gave no ID token; the job needs `permissions: \
             id-token: write`, and a job that has ended gets none"
        ),
    }
}

fn variable(name: &str) -> Option<String> {
    Some(std::env::var(name).ok()?.trim().to_owned()).filter(|value| !value.is_empty())
}
