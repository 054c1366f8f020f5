//! `berth init`

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use registry::model::ServerName;

use crate::arguments::InitArguments;
use crate::init::{self, Draft};
use crate::output;

/// The namespace of logins without proof.
const ANONYMOUS: &str = "io.modelcontextprotocol.anonymous/";

pub(crate) fn init(arguments: &InitArguments) -> anyhow::Result<ExitCode> {
    let directory = std::env::current_dir().context("cannot find the current directory")?;
    let draft = init::draft(init::look(&directory))?;
    let mut text = serde_json::to_vec_pretty(&draft.document)?;
    text.push(b'\n');
    write(&arguments.output, &text, arguments.force)?;
    tell(&draft, &arguments.output);
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, text: &[u8], force: bool) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let name = path.display();
    let mut file = options.open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => anyhow!("{name} exists; overwrite it with --force, or name another with --output"),
        _ => anyhow!("cannot write {name}: {error}"),
    })?;
    file.write_all(text).with_context(|| format!("cannot write {name}"))
}

/// Says what was guessed from what, and what comes next.
fn tell(draft: &Draft, path: &Path) {
    let path = path.display();
    output::talk(&format!("wrote {path}"));
    for (field, value, origin) in &draft.guesses {
        output::talk(&format!("  {field} {value:?}, from {origin}"));
    }
    for note in &draft.notes {
        output::talk(&format!("note: {note}"));
    }
    output::talk("next:");
    let file = if path.to_string() == "server.json" { String::new() } else { format!(" {path}") };
    let last = [
        format!("look it over, and check it with `berth validate{file}`"),
        format!("log in with `{}`", login_command(&draft.name)),
        format!("publish it with `berth publish{file}`"),
    ];
    for (number, step) in draft.steps.iter().chain(&last).enumerate() {
        output::talk(&format!("  {}. {step}", number + 1));
    }
}

/// How to prove a namespace: GitHub says whose an account is, pages of an account elsewhere are a web site, other domains
/// have records.
fn login_command(name: &ServerName) -> String {
    if name.as_str().starts_with(ANONYMOUS) {
        return "berth login none".to_owned();
    }
    if name.as_str().starts_with("io.github.") {
        return "berth login github".to_owned();
    }
    let domain = init::domain_of(name);
    let method = if domain.ends_with(".gitlab.io") { "http" } else { "dns" };
    format!("berth login {method} --domain {domain} --key FILE")
}
