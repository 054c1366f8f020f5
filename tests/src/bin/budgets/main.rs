//! Size and start of the functions as they are deployed, against `infra/budgets.json`: `infra/budgets` builds and calls it.
//!
//! Usage: `budgets DIRECTORY [--write] [FUNCTION…]`, the directory with the binaries; all functions if none is named. Fails
//! when a package is larger than its limit, which is the same on each run. Times are printed, and `over` beside one that is
//! above its limit: a busy machine must not fail a build. `--write` makes the figures those that the next run compares with.
//!
//! `budgets DIRECTORY --handshake [--write]` measures the first TLS handshake under the CPU shares of small functions.
//!
//! `budgets DIRECTORY --data DATA [FUNCTION…]` starts the functions that read over the state that `berth` keeps below DATA, as
//! large as that may be, and prints times and memory.
//!
//! | module | its one job |
//! |---|---|
//! | `budget` | `infra/budgets.json` |
//! | `function` | what each function is started with, and its first event |
//! | `package` | size of binary and zip |
//! | `start` | from exec to the first answers |
//! | `handshake`, `quota` | TLS under a CPU share |
//! | `reader` | the functions that read, over a large catalogue |
//! | `stores`, `tls` | stores on a loopback port, behind TLS |
//! | `table`, `machine` | what is printed |
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "prints its result")]

mod budget;
mod function;
mod handshake;
mod machine;
mod package;
mod process;
mod quota;
mod reader;
mod start;
mod stores;
mod table;
mod tls;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use budget::Budgets;
use function::Kind;
use stores::Stores;

/// Whatever goes wrong ends the run.
type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: budgets DIRECTORY [--write] [--handshake | --data DATA] [FUNCTION…]";

struct Arguments {
    directory: PathBuf,
    functions: Vec<Kind>,
    handshake: bool,
    data: Option<PathBuf>,
    write: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("budgets: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all limits are kept.
async fn run() -> Outcome<bool> {
    let arguments = arguments()?;
    if let Some(data) = &arguments.data {
        reader::measure(&arguments.directory, &Stores::at(data).await?, &arguments.functions).await?;
        return Ok(true);
    }
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/budgets.json"));
    let mut budgets = Budgets::read(path)?;
    let stores = Stores::start().await?;
    let kept = if arguments.handshake {
        handshake::measure(&arguments.directory, &stores, &mut budgets).await?;
        true
    } else {
        functions(&arguments, &stores, &mut budgets).await?
    };
    if arguments.write {
        budgets.write(path)?;
    }
    Ok(kept)
}

async fn functions(arguments: &Arguments, stores: &Stores, budgets: &mut Budgets) -> Outcome<bool> {
    println!("{}; median of {} starts", machine::now()?, start::STARTS);
    println!("compared with {}\n", budgets.measured);
    println!("{}", table::HEAD);
    let mut too_large = Vec::new();
    for &kind in &arguments.functions {
        let binary = arguments.directory.join(kind.name());
        let package = package::measure(&binary)?;
        let figures = start::measure(kind, &binary, stores).await?.of(package);
        let budget = budgets.of(kind)?;
        println!("{}", table::row(kind, &figures, budget));
        if figures.zip_bytes > budget.limit.zip_bytes {
            too_large.push(format!(
                "{} is {} bytes as a zip and may be {}: see what grew, or raise zip_bytes in infra/budgets.json and say why",
                kind.name(),
                figures.zip_bytes,
                budget.limit.zip_bytes
            ));
        }
        budget.last = figures;
    }
    budgets.measured = machine::now()?;
    for line in &too_large {
        eprintln!("budgets: {line}");
    }
    Ok(too_large.is_empty())
}

fn arguments() -> Outcome<Arguments> {
    let mut rest = std::env::args().skip(1);
    let directory = rest.next().ok_or(USAGE)?.into();
    let mut arguments = Arguments { directory, functions: Vec::new(), handshake: false, data: None, write: false };
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--write" => arguments.write = true,
            "--handshake" => arguments.handshake = true,
            "--data" => arguments.data = Some(rest.next().ok_or(USAGE)?.into()),
            name => arguments.functions.push(Kind::named(name).ok_or_else(|| format!("no function {name}; {USAGE}"))?),
        }
    }
    if arguments.write && !arguments.functions.is_empty() {
        return Err("--write records all functions of one build: name none".into());
    }
    if arguments.functions.is_empty() {
        let all: &[Kind] = if arguments.data.is_some() { &Kind::READERS } else { &Kind::ALL };
        arguments.functions.extend(all);
    }
    Ok(arguments)
}
