//! The first TLS handshake of a process, and its first answers, under the processor shares of small functions.
//!
//! The real binary starts with a whole processor, as Lambda's init has it, and is put under the share at its first poll. The
//! stores and their side of TLS are not under it.

use std::path::Path;
use std::time::Duration;

use berth_tests::runtime_api::Function;

use crate::budget::Budgets;
use crate::function::Kind;
use crate::process::Process;
use crate::quota::Quota;
use crate::start::{answered, begin, median, millis, polled};
use crate::stores::Stores;
use crate::{Outcome, machine};

/// Calls nothing before its first event, so that this one opens the first connection.
const COLD: Kind = Kind::VerifyDomain;
/// Opens its connections before the first poll.
const WARMED: Kind = Kind::ListServers;
/// How often each figure is taken.
const STARTS: usize = 21;
/// A whole processor, and the share that the budget is about, in thousandths.
const WHOLE: u32 = 1000;
const SMALLEST: u32 = 72;
/// Thousandths of a processor, and the memory to which Lambda gives it.
const SHARES: [(u32, &str); 4] = [(SMALLEST, "128 MB"), (145, "256 MB"), (290, "512 MB"), (WHOLE, "1,769 MB")];
/// Lambda does not say over which period it counts; the kernel's default, and a short one.
const PERIODS: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(20)];

/// What one start shows.
struct Round {
    handshake: Duration,
    processor: Duration,
    first: Duration,
    second: Duration,
}

/// Prints the table; the median of the smallest share goes into the budgets.
pub(crate) async fn measure(directory: &Path, stores: &Stores, budgets: &mut Budgets) -> Outcome<()> {
    let budget = budgets.handshake.limit_ms;
    println!("{}; median of {STARTS} starts, and the slowest", machine::now()?);
    println!(
        "limit {budget:.2} ms at the smallest share; last {:.2} ms, {}\n",
        budgets.handshake.last_ms, budgets.handshake.measured
    );
    println!(
        "| share | period | first handshake | processor time of the first answer | first answer | next answer | first answer, connection opened in init |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let mut worst = Duration::ZERO;
    for (permille, memory) in SHARES {
        for period in PERIODS {
            let quota = match (permille < WHOLE).then(|| Quota::new(permille, period)).transpose() {
                Ok(quota) => quota,
                Err(error) => {
                    println!("\nskipped: no share of a processor can be given here: {error}");
                    return Ok(());
                }
            };
            let cold = rounds(COLD, directory, stores, quota.as_ref()).await?;
            let warmed = rounds(WARMED, directory, stores, quota.as_ref()).await?;
            let handshake = median(cold.iter().map(|round| round.handshake).collect())?;
            if permille == SMALLEST {
                worst = worst.max(handshake);
            }
            let over = if permille == SMALLEST && millis(handshake) > budget { " **over**" } else { "" };
            println!(
                "| {:.1} %, as at {memory} | {} ms | {}{over} | {} | {} | {} | {} |",
                f64::from(permille) / 10.0,
                period.as_millis(),
                cell(&cold, |round| round.handshake)?,
                cell(&cold, |round| round.processor)?,
                cell(&cold, |round| round.first)?,
                cell(&cold, |round| round.second)?,
                cell(&warmed, |round| round.first)?,
            );
            if permille == WHOLE {
                break;
            }
        }
    }
    budgets.handshake.last_ms = millis(worst);
    budgets.handshake.measured = machine::now()?;
    Ok(())
}

async fn rounds(kind: Kind, directory: &Path, stores: &Stores, quota: Option<&Quota>) -> Outcome<Vec<Round>> {
    let binary = directory.join(kind.name());
    let mut rounds = Vec::with_capacity(STARTS);
    for number in 0..STARTS {
        let function = begin(kind, &binary, stores, stores.endpoint()).await?;
        polled(&binary, &function).await?;
        let process = Process::of(&binary).await?;
        if let Some(quota) = quota {
            quota.hold(&process).await?;
        }
        if kind == COLD {
            // Whatever init opened does not count.
            stores.handshakes();
        }
        rounds.push(round(kind, number, &function, &process, stores).await?);
    }
    Ok(rounds)
}

async fn round(kind: Kind, number: usize, function: &Function, process: &Process, stores: &Stores) -> Outcome<Round> {
    let before = process.processor_time()?;
    let first = answered(function, &kind.event(2 * number)).await?;
    let processor = process.processor_time()?.saturating_sub(before);
    let handshake = stores.handshakes().first().copied().ok_or("the function opened no connection")?;
    let second = answered(function, &kind.event(2 * number + 1)).await?;
    Ok(Round { handshake, processor, first, second })
}

fn cell(rounds: &[Round], of: impl Fn(&Round) -> Duration) -> Outcome<String> {
    let times: Vec<Duration> = rounds.iter().map(of).collect();
    let slowest = times.iter().max().copied().unwrap_or_default();
    Ok(format!("{:.2} ms, {:.2} ms", millis(median(times)?), millis(slowest)))
}
