//! `POST /auth/github-oidc`

mod events;
mod once;
mod owners;
mod pins;
mod tokens;

use serde_json::Value;

use crate::registry::Registry;
use crate::runner::Runner;
use crate::table::Table;

const PATH: &str = "/v0/auth/github-oidc";

/// Why a run that differs so from an ordinary one is refused.
async fn refused(changes: &Value) -> String {
    let runner = Runner::new().await;
    Registry::with_logins(runner.logins(), &Table::new().await).refused(PATH, &runner.login(changes)).await
}
