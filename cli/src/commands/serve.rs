//! `berth serve`

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use berth_local::{Event, ServeOptions};
use sync::source::{DEFAULTS, Source, check_names};

use super::{directory, open_stores, read_context};
use crate::access::access;
use crate::arguments::ServeArguments;
use crate::output::{self, Bars};

/// Servers of our own writing, so that the first start has something to show without a network.
const SAMPLE: &[u8] = include_bytes!("../../sample.json");

pub(crate) async fn serve(arguments: ServeArguments) -> anyhow::Result<ExitCode> {
    if let Some(directory) = arguments.mirror.mirror.clone() {
        return super::mirror::serve(&directory, arguments.listen, arguments.mirror).await;
    }
    let uses_defaults = arguments.sources.is_empty() && !arguments.no_sources;
    let sources = if uses_defaults {
        DEFAULTS.iter().map(|source| source.parse()).collect::<Result<Vec<Source>, _>>()?
    } else {
        arguments.sources.clone()
    };
    check_names(&sources)?;
    let stores = open_stores(&arguments.data).await?;
    let access = access(&arguments, &directory(&arguments.data)?)?;
    let context = read_context(&stores)?;
    let bars = Bars::new(false);
    let stop = stop_signal()?;
    let options = ServeOptions {
        listen: arguments.listen,
        sample: uses_defaults.then_some(SAMPLE),
        sources,
        interval: Duration::from_secs(arguments.sync_minutes * 60),
        context,
        access,
        on_progress: bars.listener(),
    };
    let on_event = Arc::new(move |event: Event<'_>| match event {
        Event::Ready(address) => output::print(&format!("berth is ready at http://{address}\n")).unwrap_or(()),
        Event::Imported(Ok(report)) => {
            bars.finish();
            for source in &report.sources {
                output::talk(&output::source_line(source));
            }
        }
        Event::Imported(Err(error)) => {
            bars.finish();
            output::talk(&format!("error: {error}; the next import tries again"));
        }
        Event::Stopping => output::talk("stopping: finishing what was accepted"),
    });
    berth_local::serve(&stores, options, on_event, stop).await?;
    Ok(ExitCode::SUCCESS)
}

/// Resolves at SIGINT or SIGTERM. Both are caught from here on, not only when the future is polled: whoever reads the
/// ready line may send one at once.
#[cfg(unix)]
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves at Ctrl-C.
#[cfg(not(unix))]
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
