//! The `berth` command.

mod access;
mod arguments;
mod commands;
mod confirm;
mod cost;
mod document;
mod duration;
mod github;
mod init;
mod issue_hints;
mod keys;
mod names;
mod output;
mod private_file;
mod registry_client;
mod session;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;
use registry_client::Refused;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    init_logs();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        runtime.block_on(async {
            match arguments.command {
                Command::Serve(arguments) => commands::serve(arguments).await,
                Command::Sync(arguments) => commands::sync(arguments).await,
                Command::Mirror(arguments) => commands::mirror(arguments).await,
                Command::List(arguments) => commands::list(arguments).await,
                Command::Search(arguments) => commands::search(arguments).await,
                Command::Get(arguments) => commands::get(arguments).await,
                Command::Init(arguments) => commands::init(&arguments),
                Command::Keys(command) => commands::keys(command),
                Command::Login(command) => commands::login(command).await,
                Command::Logout => commands::logout(),
                Command::Whoami(arguments) => commands::whoami(&arguments),
                Command::VerifyDomain(arguments) => commands::verify_domain(arguments).await,
                Command::Owners(arguments) => commands::owners(arguments).await,
                Command::Audit(arguments) => commands::audit(arguments).await,
                Command::Validate(arguments) => commands::validate(arguments).await,
                Command::Publish(arguments) => commands::publish(arguments).await,
                Command::Status(arguments) => commands::status(arguments).await,
                Command::Delete(arguments) => commands::delete(arguments).await,
                Command::Cost(arguments) => commands::cost(&arguments),
            }
        })
    });
    match outcome {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            match error.downcast_ref::<Refused>() {
                Some(refused) => output::talk_refusal(refused),
                None => output::talk(&format!("error: {}", registry::error_chain(&*error))),
            }
            ExitCode::FAILURE
        }
    }
}

/// Warnings, on stderr. The stores' own warnings are not the user's: a condition that fails is how a race is lost.
fn init_logs() {
    let default = "warn,sync=error,dynoxide=error,s3s=error,s3s_fs=error";
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// Whoever reads the output has enough, as `head` does.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
