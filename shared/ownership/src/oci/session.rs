//! Requests to one repository, anonymous or with an anonymous token.

use http::StatusCode;

use super::auth;
use crate::answer::Answer;
use crate::base::Base;
use crate::error::Refusal;
use crate::exchange::{Call, Exchange, Follow};

/// What is wrong when a registry cannot be asked.
pub(super) const FAILED: &str = "failed to fetch OCI image";

/// The requests for one image.
pub(super) struct Session<'a> {
    id: &'a str,
    repository: &'a str,
    base: &'a Base,
    exchange: &'a Exchange,
    token: Option<String>,
}

impl<'a> Session<'a> {
    pub(super) fn new(id: &'a str, repository: &'a str, base: &'a Base, exchange: &'a Exchange) -> Self {
        Self { id, repository, base, exchange, token: None }
    }

    /// Gets a manifest or a blob. Where it is asked for a token, it gets one.
    pub(super) async fn get(
        &mut self,
        kind: &str,
        target: &str,
        accept: &'static str,
        cap: usize,
    ) -> Result<Answer, Refusal> {
        let segments = ["v2"].into_iter().chain(self.repository.split('/')).chain([kind, target]);
        let url = self.base.join(segments);
        let call = || Call::get(url.clone(), accept, cap).following(Follow::Anywhere);
        let mut answer = self.send(&call().bearer(self.token.as_deref())).await?;
        if answer.status == StatusCode::UNAUTHORIZED && self.token.is_none() {
            let challenge = auth::Challenge::of(&answer.headers).ok_or_else(|| self.private())?;
            self.token = Some(self.token(&challenge).await?);
            answer = self.send(&call().bearer(self.token.as_deref())).await?;
        }
        if answer.is_ok() { Ok(answer) } else { Err(self.refused(&answer)) }
    }

    async fn token(&self, challenge: &auth::Challenge) -> Result<String, Refusal> {
        let answer = self.send(&challenge.call(self.repository)?).await?;
        if answer.is_ok() { auth::token(&answer) } else { Err(self.refused(&answer)) }
    }

    async fn send(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        self.exchange.send(call, self.base).await.map_err(|failure| failure.while_trying(FAILED))
    }

    fn refused(&self, answer: &Answer) -> Refusal {
        let id = self.id;
        answer.refusal(match answer.status.as_u16() {
            401 | 403 => return self.private(),
            404 => format!("OCI image '{id}' does not exist in the registry"),
            429 => format!(
                "OCI registry rate-limited the request for image '{id}' (status: 429). Likely transient, retry later"
            ),
            status @ 500..=599 => {
                format!("OCI registry error fetching image '{id}' (status: {status}). Likely transient, retry later")
            }
            status => format!("{FAILED}: the registry answered with status {status}"),
        })
    }

    fn private(&self) -> Refusal {
        Refusal::last(format!(
            "OCI image '{}' is private or requires authentication. Only public images are supported",
            self.id
        ))
    }
}
