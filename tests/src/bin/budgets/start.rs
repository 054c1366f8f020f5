//! From exec to the first answers.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, Instant};

use berth_tests::runtime_api::Function;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::Outcome;
use crate::budget::Figures;
use crate::function::Kind;
use crate::package::Package;
use crate::process::Process;
use crate::stores::Stores;

/// How often each figure is taken; the median counts.
pub(crate) const STARTS: usize = 21;

/// Medians of a function's starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    own: Duration,
    with_stores: Duration,
    without_connection: Duration,
    with_connection: Duration,
    memory_bytes: u64,
}

impl Start {
    pub(crate) fn of(self, package: Package) -> Figures {
        Figures {
            binary_bytes: package.binary_bytes,
            zip_bytes: package.zip_bytes,
            start_ms: millis(self.own),
            start_with_stores_ms: millis(self.with_stores),
            answer_without_connection_ms: millis(self.without_connection),
            answer_with_connection_ms: millis(self.with_connection),
            memory_bytes: self.memory_bytes,
        }
    }
}

pub(crate) async fn measure(kind: Kind, binary: &Path, stores: &Stores) -> Outcome<Start> {
    let own = own(kind, binary, stores).await?;
    let mut rounds: [Vec<Duration>; 3] = Default::default();
    let mut memory = Vec::new();
    for number in 0..STARTS {
        let function = begin(kind, binary, stores, stores.endpoint()).await?;
        let started = polled(binary, &function).await?;
        // A reader has opened its connection before the first poll; here it has none, like one that was idle for long.
        stores.cut().await;
        let without = answered(&function, &kind.event(2 * number)).await?;
        let with = answered(&function, &kind.event(2 * number + 1)).await?;
        for (times, time) in rounds.iter_mut().zip([started, without, with]) {
            times.push(time);
        }
        memory.push(Process::of(binary).await?.peak_bytes()?);
    }
    let [with_stores, without_connection, with_connection] = rounds.map(median);
    Ok(Start {
        own,
        with_stores: with_stores?,
        without_connection: without_connection?,
        with_connection: with_connection?,
        memory_bytes: median(memory)?,
    })
}

/// Until the first AWS call or the first poll, whichever comes: what the start costs by itself. Roots are read, as on AWS.
async fn own(kind: Kind, binary: &Path, stores: &Stores) -> Outcome<Duration> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let endpoint = format!("https://{}", listener.local_addr()?);
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let function = begin(kind, binary, stores, &endpoint).await?;
        times.push(tokio::select! {
            called = listener.accept() => called.map(|_| function.age())?,
            polled = polled(binary, &function) => polled?,
        });
        drop(function);
        // A connection that was dialled and not accepted yet belongs to this function, not to the next.
        while tokio::time::timeout(Duration::from_millis(5), listener.accept()).await.is_ok() {}
    }
    median(times)
}

pub(crate) async fn begin(kind: Kind, binary: &Path, stores: &Stores, endpoint: &str) -> Outcome<Function> {
    let roots = stores.roots().display().to_string();
    let mut variables = kind.variables()?;
    variables.push(("SSL_CERT_FILE", roots));
    variables.push(("AWS_ENDPOINT_URL", endpoint.to_owned()));
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(Function::start(binary, &variables).await?)
}

pub(crate) async fn polled(binary: &Path, function: &Function) -> Outcome<Duration> {
    let ended = || format!("{} ended before its first poll: {}", binary.display(), function.output());
    function.first_poll().await.ok_or_else(|| ended().into())
}

/// From the event to its answer, which has to be a success.
pub(crate) async fn answered(function: &Function, event: &Value) -> Outcome<Duration> {
    let began = Instant::now();
    let answer = function.invoke(event).await;
    let took = began.elapsed();
    let answer = answer.map_err(|error| format!("the function failed: {error}"))?;
    match answer.get("statusCode").and_then(Value::as_u64) {
        Some(200) | None => Ok(took),
        Some(_) => Err(format!("the function answered {answer} and wrote {}", function.output()).into()),
    }
}

pub(crate) fn median<T: Ord + Copy>(mut values: Vec<T>) -> Outcome<T> {
    values.sort_unstable();
    values.get(values.len() / 2).copied().ok_or_else(|| "nothing was measured".into())
}

/// To hundredths: more digits would be noise, and a change in each record.
pub(crate) fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}
