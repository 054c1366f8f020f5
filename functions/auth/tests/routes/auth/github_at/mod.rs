//! `POST /auth/github-at`

mod accounts;
mod outages;
mod refusals;
mod renamed;

use crate::github_server::{GitHubServer, login};
use crate::registry::Registry;
use crate::table::Table;

const PATH: &str = "/v0/auth/github-at";

/// Why a login at a GitHub that was prepared so is refused.
async fn refused(prepare: impl FnOnce(&GitHubServer)) -> String {
    let github = GitHubServer::new().await;
    prepare(&github);
    Registry::with_logins(github.logins(), &Table::new().await).refused(PATH, &login()).await
}
