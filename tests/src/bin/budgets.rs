//! Size and start of the functions' binaries, as a Markdown table: `infra/budgets` builds and calls it.
//!
//! Usage: `budgets DIRECTORY`, the directory with the binaries. Each is started 20 times against a port that accepts and
//! never answers, until it either calls AWS there or polls the Runtime API: what the start costs by itself. And 20 times
//! with the embedded stores on a loopback port, until it polls: the difference is what it reads before the first poll, be it
//! a snapshot or the secret with the keys.
#![expect(clippy::print_stdout, reason = "prints its result")]

use std::error::Error;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use axum::Router;
use berth_local::Stores;
use berth_tests::runtime_api::Function;
use registry_auth::{SigningKeys, VerifyingKeys};
use tokio::net::TcpListener;

const FUNCTIONS: [&str; 5] = ["list_servers", "get_server", "publish", "auth", "sync"];
/// The function whose signing keys are in a secret.
const SIGNS: &str = "auth";
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const STARTS: usize = 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os().nth(1).ok_or("usage: budgets DIRECTORY")?;
    let directory = Path::new(&directory);
    let data = tempfile::tempdir()?;
    let stores = Stores::embedded(data.path()).await?;
    // A snapshot is there to be loaded, if an empty one.
    stores.sync().publish().await?;
    let loopback = stores.as_embedded().ok_or("no embedded stores")?.listen().await?;
    let secrets = secret_store().await?;
    println!("{}\n", machine()?);
    println!(
        "| function | binary | zip | exec to first AWS call or poll | exec to first poll, with stores on loopback |"
    );
    println!("|---|---:|---:|---:|---:|");
    for name in FUNCTIONS {
        let binary = directory.join(name);
        let endpoint = if name == SIGNS { secrets.clone() } else { loopback.endpoint() };
        let (own, warm) = (own(&binary).await?, warm(&binary, &endpoint).await?);
        let (size, zip) = (std::fs::metadata(&binary)?.len(), zipped(&binary, data.path())?);
        println!("| {name} | {} | {} | {} | {} |", mb(size), mb(zip), ms(own), ms(warm));
    }
    Ok(())
}

/// Until the first AWS call or the first poll, whichever comes.
async fn own(binary: &Path) -> Result<Duration, Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let function = start(binary, &endpoint).await?;
        times.push(tokio::select! {
            called = listener.accept() => called.map(|_| function.age())?,
            polled = function.first_poll() => polled.ok_or_else(|| ended(binary, &function))?,
        });
        drop(function);
        // A function has two clients, so perhaps a second connection.
        while tokio::time::timeout(Duration::from_millis(5), listener.accept()).await.is_ok() {}
    }
    median(times)
}

/// Until the first poll, with stores that answer.
async fn warm(binary: &Path, endpoint: &str) -> Result<Duration, Box<dyn Error>> {
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let function = start(binary, endpoint).await?;
        times.push(function.first_poll().await.ok_or_else(|| ended(binary, &function))?);
    }
    median(times)
}

async fn start(binary: &Path, endpoint: &str) -> io::Result<Function> {
    let keys = SEED.parse::<SigningKeys>().map_err(io::Error::other)?;
    let keys = String::from_utf8(VerifyingKeys::from(&keys).jwks()).map_err(io::Error::other)?;
    // What one function does not need it does not read.
    let variables = [
        ("BERTH_TABLE", "berth"),
        ("BERTH_BUCKET", "berth"),
        ("BERTH_TOKEN_KEYS_SECRET", "berth/token-keys"),
        ("BERTH_TOKEN_PUBLIC_KEYS", keys.as_str()),
        ("AWS_ENDPOINT_URL", endpoint),
    ];
    Function::start(binary, &variables).await
}

/// The address of a Secrets Manager that has the seed.
async fn secret_store() -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let secret = serde_json::json!({"Name": "berth/token-keys", "SecretString": SEED}).to_string();
    let answer = move || async move { ([("content-type", "application/x-amz-json-1.1")], secret) };
    tokio::spawn(axum::serve(listener, Router::new().fallback(answer)).into_future());
    Ok(endpoint)
}

fn ended(binary: &Path, function: &Function) -> String {
    format!("{} ended: {}", binary.display(), function.output())
}

fn median(mut times: Vec<Duration>) -> Result<Duration, Box<dyn Error>> {
    times.sort_unstable();
    times.get(STARTS / 2).copied().ok_or_else(|| "no start".into())
}

/// What `infra/package` uploads: the binary as `bootstrap`.
fn zipped(binary: &Path, directory: &Path) -> Result<u64, Box<dyn Error>> {
    std::fs::copy(binary, directory.join("bootstrap"))?;
    let zip = directory.join("function.zip");
    drop(std::fs::remove_file(&zip));
    let status =
        Command::new("zip").current_dir(directory).args(["-q", "-X", "-9"]).arg(&zip).arg("bootstrap").status()?;
    if !status.success() {
        return Err("zip failed".into());
    }
    Ok(std::fs::metadata(&zip)?.len())
}

fn machine() -> Result<String, Box<dyn Error>> {
    let date = Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"]).output()?;
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("", |m| m.1);
    let cores = std::thread::available_parallelism()?;
    let arch = std::env::consts::ARCH;
    Ok(format!("{}, {arch}, {cores} cores, {model}; median of {STARTS} starts", String::from_utf8(date.stdout)?.trim()))
}

fn mb(bytes: u64) -> String {
    format!("{}.{:02} MB", bytes / 1_000_000, bytes % 1_000_000 / 10_000)
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
