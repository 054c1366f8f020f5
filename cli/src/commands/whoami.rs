//! `berth whoami`

use std::process::ExitCode;

use anyhow::bail;
use registry::time::Timestamp;
use serde_json::json;

use crate::arguments::WhoamiArguments;
use crate::output::{self, printable};
use crate::session::{Action, Claims, Login, TokenFile};

pub(crate) fn whoami(arguments: &WhoamiArguments) -> anyhow::Result<ExitCode> {
    let Some(login) = TokenFile::find()?.read()? else {
        bail!("not logged in; log in with `berth login github`, `github-oidc`, `oidc`, `dns`, `http` or `none`");
    };
    if !arguments.json {
        print(&login)?;
        return Ok(ExitCode::SUCCESS);
    }
    let claims = Claims::of(&login.token).unwrap_or_default();
    let mut json = json!({
        "registry": login.registry,
        "method": claims.method,
        "subject": claims.subject,
        "permissions": claims.permissions,
        "expires_at": login.expires_at,
    });
    if let (Some(identity), Some(object)) = (claims.identity, json.as_object_mut()) {
        object.insert("identity".to_owned(), identity.into());
    }
    output::print(&format!("{json}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Who the login makes you, and which names it may publish.
pub(super) fn print(login: &Login) -> anyhow::Result<()> {
    let Some(claims) = Claims::of(&login.token) else {
        output::talk("the token does not say whose it is");
        output::print_rows(&[("registry", printable(&login.registry)), ("expires", expiry(login))])?;
        return Ok(());
    };
    // Some are called what they are.
    let identity = claims.identity.as_deref().filter(|identity| *identity != claims.subject);
    let names = |action| printable(&claims.patterns(action).join(", "));
    let publishes = match names(Action::Publish) {
        none if none.is_empty() => "nothing".to_owned(),
        some => some,
    };
    output::print_rows(&[
        ("registry", printable(&login.registry)),
        ("method", printable(&claims.method)),
        ("subject", printable(&claims.subject)),
        ("identity", identity.map(printable).unwrap_or_default()),
        ("publishes", publishes),
        ("edits", names(Action::Edit)),
        ("expires", expiry(login)),
    ])?;
    Ok(())
}

fn expiry(login: &Login) -> String {
    let time = login.expires_at.checked_mul(1_000_000).and_then(Timestamp::from_micros);
    let time = time.map_or_else(|| "never".to_owned(), |time| time.to_string());
    match (login.is_due(), login.renews()) {
        (false, true) => format!("{time}, renews itself"),
        (false, false) => format!("{time}, then log in again"),
        (true, true) => format!("{time}: over, the next call renews it"),
        (true, false) => format!("{time}: over, log in again with `{}`", login.command()),
    }
}
