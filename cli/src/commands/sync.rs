//! `berth sync`

use std::process::ExitCode;
use std::sync::Arc;

use sync::Report;
use sync::source::check_names;

use super::{directory, open_stores, read_context};
use crate::access::snapshot_keys;
use crate::arguments::SyncArguments;
use crate::output::{self, Bars};

pub(crate) async fn sync(arguments: SyncArguments) -> anyhow::Result<ExitCode> {
    check_names(&arguments.sources)?;
    let stores = open_stores(&arguments.data).await?;
    let context = read_context(&stores)?;
    let mut sync = stores.sync();
    if let Some(keys) = snapshot_keys(&stores, &directory(&arguments.data)?)? {
        sync = sync.signing_with(Arc::new(keys));
    }
    let bars = Bars::new(arguments.json);
    if arguments.rebuild {
        let published = sync.rebuild().await?;
        output::talk(&format!(
            "snapshot of serial {} made anew: {} servers, {} versions",
            published.pointer.serial, published.pointer.servers, published.pointer.versions
        ));
    }
    let report = sync.run(&arguments.sources, &context, &bars.listener()).await?;
    bars.finish();
    if arguments.json {
        output::print(&format!("{}\n", serde_json::to_string(&report)?))?;
    } else {
        print_report(&report)?;
    }
    Ok(if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_report(report: &Report) -> anyhow::Result<()> {
    let mut table = output::table(&["source", "read", "imported", "unchanged", "refused", "shadowed", ""]);
    for source in &report.sources {
        table.add_row([
            source.source.clone(),
            source.read.to_string(),
            source.imported.to_string(),
            source.unchanged.to_string(),
            source.faulty().count().to_string(),
            source.shadowed().to_string(),
            source.error.as_ref().map_or_else(String::new, |_| "failed".to_owned()),
        ]);
    }
    let table = if report.sources.is_empty() { String::new() } else { table.trim_fmt() + "\n" };
    output::print(&format!("{table}serial {}\n", report.serial))?;
    for source in &report.sources {
        output::talk_refused(source);
        if let Some(error) = &source.error {
            output::talk(&format!("error: {error}"));
        }
    }
    Ok(())
}
