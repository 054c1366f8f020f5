//! What GitHub gives as a proof of who somebody is: a token of an account, or of a job of GitHub Actions.

mod actions;
mod device;
mod limits;

pub(crate) use actions::{id_token, offers_id_token};
pub(crate) use device::authorize;

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use registry_fetch::{Options, Reach};
use reqwest::{RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use crate::registry_client::is_open_to_others;

/// The variable that names another GitHub, such as that of a company.
const VARIABLE: &str = "BERTH_GITHUB_URL";

/// GitHub's address.
fn address() -> anyhow::Result<Url> {
    let text = std::env::var(VARIABLE).ok().filter(|text| !text.trim().is_empty());
    let text = text.as_deref().unwrap_or("https://github.com").trim();
    safe(text).with_context(|| format!("{VARIABLE} holds no address of GitHub"))
}

/// An address to which a secret may go.
fn safe(text: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text).map_err(|error| anyhow!("expected a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || is_open_to_others(&url) {
        bail!("expected an https:// URL, since a secret goes there");
    }
    Ok(url)
}

/// A client that follows no redirect, so that a secret stays where it is sent.
fn http() -> anyhow::Result<reqwest::Client> {
    let patience = Duration::from_secs(limits::ANSWER_SECONDS);
    Ok(registry_fetch::client(Options {
        reach: Reach::Named,
        user_agent: concat!("berth/", env!("CARGO_PKG_VERSION")),
        accept: "application/json",
        connect_timeout: Duration::from_secs(10),
        read_timeout: patience,
        timeout: patience,
        roots: Vec::new(),
    })?)
}

/// The status and the JSON of an answer, where it is of that form. No part of it becomes an error: it may hold a token.
async fn ask<T: DeserializeOwned>(request: RequestBuilder, whom: &str) -> anyhow::Result<(StatusCode, Option<T>)> {
    let unreachable =
        |error: reqwest::Error| anyhow::Error::new(error.without_url()).context(format!("cannot reach {whom}"));
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    let body = registry_fetch::read_capped(response, limits::ANSWER_BYTES)
        .await
        .map_err(|error| anyhow!("cannot read what {whom} answers: {}", without_url(error)))?;
    Ok((status, serde_json::from_slice(&body).ok()))
}

fn without_url(error: registry_fetch::BodyError) -> registry_fetch::BodyError {
    match error {
        registry_fetch::BodyError::Interrupted(error) => error.without_url().into(),
        other => other,
    }
}
