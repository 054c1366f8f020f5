//! `berth keys`

use std::path::Path;
use std::process::ExitCode;

use crate::arguments::{KeysCommand, NewKeyArguments, ShowKeyArguments};
use crate::keys::{self, PrivateKey, WELL_KNOWN};
use crate::output;

pub(crate) fn keys(command: KeysCommand) -> anyhow::Result<ExitCode> {
    match command {
        KeysCommand::New(arguments) => new(arguments),
        KeysCommand::Show(arguments) => show(&arguments),
    }
}

fn new(arguments: NewKeyArguments) -> anyhow::Result<ExitCode> {
    let path = match arguments.output {
        Some(path) => path,
        None => keys::default_path()?,
    };
    let (key, hex) = keys::generate(arguments.algorithm)?;
    keys::create(&path, &hex)?;
    output::talk(&format!("made the private key {}; keep it to yourself", path.display()));
    print(&key, &path)
}

fn show(arguments: &ShowKeyArguments) -> anyhow::Result<ExitCode> {
    let key = keys::read(&arguments.key, None)?;
    print(&key, &arguments.key)
}

/// The record alone goes to stdout, so that it can be written to the file of the web site.
fn print(key: &PrivateKey, path: &Path) -> anyhow::Result<ExitCode> {
    let record = keys::record(key);
    output::print(&format!("{record}\n"))?;
    let path = path.display();
    output::talk("publish this line for your domain, in one of two ways:");
    output::talk(&format!("  DNS: DOMAIN. IN TXT \"{record}\", at the domain itself, not below it"));
    output::talk(&format!("       then `berth login dns --domain DOMAIN --key {path}`"));
    output::talk(&format!("  web: the content of https://DOMAIN{WELL_KNOWN}"));
    output::talk(&format!("       then `berth login http --domain DOMAIN --key {path}`"));
    Ok(ExitCode::SUCCESS)
}
