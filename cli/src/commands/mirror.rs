//! `berth mirror`, and `berth serve --mirror`

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use berth_local::{Following, MirrorEvent, MirrorOptions, serve_mirror};
use berth_mirror::{Directory, FollowEvent, Mirror, Options, Remote, Report, Retry, Trust};

use super::serve::stop_signal;
use crate::arguments::{MirrorArguments, ServeMirrorArguments, TrustArguments};
use crate::output::{self, Bars};

pub(crate) async fn mirror(arguments: MirrorArguments) -> anyhow::Result<ExitCode> {
    let MirrorArguments { directory, from, follow, json, trust } = arguments;
    let bars = Bars::new(json);
    let mut mirror = open(&directory, &from, trust, &bars)?;
    let Some(seconds) = follow else {
        let stop = stop_signal()?;
        let report = tokio::select! {
            report = mirror.update() => report?,
            // What is there stays, and the next run goes on from it.
            () = stop => return Ok(ExitCode::FAILURE),
        };
        bars.finish();
        show(&report, json)?;
        return Ok(ExitCode::SUCCESS);
    };
    let stop = stop_signal()?;
    let hear = {
        let bars = bars.clone();
        move |event: FollowEvent<'_>| {
            bars.finish();
            match event {
                FollowEvent::Updated(report) => drop(show(report, json)),
                FollowEvent::Changed(serial) if json => {
                    drop(output::print(&format!("{{\"serial\":{serial}}}\n")));
                }
                FollowEvent::Changed(serial) => output::talk(&format!("serial {serial}")),
                FollowEvent::Failed(error, wait) => talk_failed(error, wait),
            }
        }
    };
    berth_mirror::follow(&mut mirror, Duration::from_secs(seconds), &hear, stop).await?;
    bars.finish();
    Ok(ExitCode::SUCCESS)
}

/// `berth serve --mirror`
pub(super) async fn serve(
    directory: &Path,
    listen: SocketAddr,
    arguments: ServeMirrorArguments,
) -> anyhow::Result<ExitCode> {
    let ServeMirrorArguments { from, follow, trust, .. } = arguments;
    let bars = Bars::new(false);
    let stop = stop_signal()?;
    let following = match &from {
        Some(from) => {
            let mirror = open(directory, from, trust, &bars)?;
            Some(Following { mirror, interval: Duration::from_secs(follow) })
        }
        None => None,
    };
    let registry = Directory::new(directory).registry()?.unwrap_or_else(|| "the registry itself".to_owned());
    let options = MirrorOptions { listen, directory: directory.to_owned(), registry: registry.into(), following };
    let on_event = Arc::new(move |event: MirrorEvent<'_>| {
        bars.finish();
        match event {
            MirrorEvent::Ready(address) => {
                drop(output::print(&format!("berth is ready at http://{address}\n")));
            }
            MirrorEvent::Updated(report) => output::talk(&line(report)),
            MirrorEvent::Failed(error, wait) => talk_failed(error, wait),
            MirrorEvent::Stopping => output::talk("stopping: finishing what was accepted"),
        }
    });
    serve_mirror(options, on_event, stop).await?;
    Ok(ExitCode::SUCCESS)
}

fn open(directory: &Path, from: &str, trust: TrustArguments, bars: &Bars) -> anyhow::Result<Mirror> {
    let TrustArguments { keys, accept_new_keys, allow_unsigned } = trust;
    let trust = Trust { keys, accept_new_keys, allow_unsigned };
    let options = Options { trust, on_progress: bars.mirror_listener() };
    Ok(Mirror::open(directory, Remote::new(from, Retry::default())?, options)?)
}

fn show(report: &Report, json: bool) -> std::io::Result<()> {
    if json {
        return output::print(&format!("{}\n", serde_json::to_string(report).unwrap_or_default()));
    }
    output::print(&format!("{}\n", line(report)))
}

fn line(report: &Report) -> String {
    let Report { serial, snapshot, changes, bytes, replaced } = report;
    let replaced =
        if *replaced { "; the registry signed another history than it answered before, which was taken" } else { "" };
    format!("serial {serial} (snapshot {snapshot}), {changes} changes, {bytes} bytes{replaced}")
}

fn talk_failed(error: &berth_mirror::MirrorError, wait: Duration) {
    output::talk(&format!("error: {}; trying again in {:.1} s", registry::error_chain(error), wait.as_secs_f64()));
}
