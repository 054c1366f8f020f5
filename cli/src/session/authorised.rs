//! Calls with a token, which renews itself.

use anyhow::bail;
use reqwest::StatusCode;

use super::{Action, Claims, Login, TokenFile, log_in, registry};
use crate::arguments::TargetArguments;
use crate::output;
use crate::registry_client::{Answer, Call, Refused, RegistryClient, is_refused, of_permission};

/// A login in use.
pub(crate) struct Session {
    pub(crate) client: RegistryClient,
    file: TokenFile,
    login: Login,
}

impl Session {
    /// Takes the stored login, and renews it where it is due. A token goes to no registry but the one that issued it.
    pub(crate) async fn open(target: &TargetArguments) -> anyhow::Result<Self> {
        let file = TokenFile::find()?;
        let login = file.read()?;
        let client = registry(target, login.as_ref())?;
        let address = client.address();
        let Some(login) = login else {
            bail!(
                "not logged in at {address}; log in with `berth login github --registry {address}`, or by a domain with \
                 `berth login dns --domain DOMAIN --key FILE --registry {address}`, or `http`, or `none` in place of `dns`"
            );
        };
        if login.registry != address {
            bail!(
                "logged in at {}, not at {address}; log in there with `{}`",
                login.registry,
                Login { registry: address.clone(), ..login }.command()
            );
        }
        let mut session = Self { client, file, login };
        if session.login.is_due() {
            session.renew().await?;
        }
        Ok(session)
    }

    /// Makes a call with the token. Where the registry does not take it, logs in once more and tries again.
    pub(crate) async fn send(&mut self, call: Call<'_>) -> anyhow::Result<Answer> {
        let outcome = match self.send_once(&call).await {
            Err(error) if is_refused(&error, StatusCode::UNAUTHORIZED) => {
                self.renew().await?;
                self.send_once(&call).await
            }
            other => other,
        };
        outcome.map_err(|error| self.with_hint(error, &call))
    }

    /// Takes a new token, which grants what was proved meanwhile, where that needs nobody; whether it did.
    pub(crate) async fn refresh(&mut self) -> anyhow::Result<bool> {
        if !self.login.renews() {
            return Ok(false);
        }
        self.obtain().await?;
        Ok(true)
    }

    /// The command that logs in like this.
    pub(crate) fn command(&self) -> String {
        self.login.command()
    }

    async fn send_once(&self, call: &Call<'_>) -> anyhow::Result<Answer> {
        self.client.send(&Call { token: Some(&self.login.token), ..call.clone() }).await
    }

    /// Logs in again, and keeps the new token.
    async fn renew(&mut self) -> anyhow::Result<()> {
        self.obtain().await?;
        output::talk(&format!("logged in again at {}: the token had expired", self.login.registry));
        Ok(())
    }

    async fn obtain(&mut self) -> anyhow::Result<()> {
        let proof = self.login.proof(&self.client.origin()).await?;
        let granted = log_in(&self.client, &proof).await.map_err(|error| {
            let command = self.login.command();
            match error.downcast::<Refused>() {
                Ok(mut refused) => {
                    refused.hint = Some(format!("logging in again failed; try `{command}`"));
                    refused.into()
                }
                Err(error) => error,
            }
        })?;
        self.login.token = granted.registry_token;
        self.login.expires_at = granted.expires_at;
        self.file.write(&self.login)
    }

    fn with_hint(&self, error: anyhow::Error, call: &Call<'_>) -> anyhow::Error {
        match error.downcast::<Refused>() {
            Ok(mut refused) => {
                if refused.status == StatusCode::UNAUTHORIZED {
                    refused.hint = Some(format!("log in again with `{}`", self.login.command()));
                } else if refused.status == StatusCode::FORBIDDEN && is_about_servers(call.path) {
                    refused.hint = Some(self.permitted(&refused.detail));
                }
                refused.into()
            }
            Err(error) => error,
        }
    }

    /// What the token allows, for whoever wanted more. The official registry says it at publish, but nowhere else.
    fn permitted(&self, detail: &str) -> String {
        let claims = Claims::of(&self.login.token).unwrap_or_default();
        let mut patterns: Vec<&str> = Vec::new();
        for pattern in [claims.patterns(Action::Publish), claims.patterns(Action::Edit)].concat() {
            if !patterns.contains(&pattern) {
                patterns.push(pattern);
            }
        }
        let has_all = patterns.iter().all(|pattern| detail.contains(pattern));
        let allowed = match (has_all, patterns.is_empty()) {
            (_, true) => "this login may publish nothing; ".to_owned(),
            (true, false) => String::new(),
            (false, false) => format!("this login may publish {}; ", patterns.join(", ")),
        };
        format!("{allowed}take a name that is allowed, or {}", of_permission(detail))
    }
}

/// Whether the permissions of a token decide on a call.
fn is_about_servers(path: &str) -> bool {
    path == "/v0.1/publish" || path.starts_with("/v0.1/servers/")
}
