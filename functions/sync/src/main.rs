//! The Lambda function.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use registry::aws::Aws;
use registry::config::{AUDIT_DAYS, Config, SOURCES, number_from_env, words_from_env};
use registry::limits;
use registry::snapshot::{Bucket, Objects};
use registry::store::Writer;
use registry::telemetry::{self, BytesWritten, Metrics, Run, RunLines, SeenSnapshot, SourceCounts};
use registry_domain::HostedZones;
use registry_route53::Route53;
use sync::source::{ReadContext, Source, check_names};
use sync::{DomainChecks, Event, HandleError, Report, Sync};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::init();
    telemetry::exit(run().await)
}

async fn run() -> Result<(), lambda_runtime::Error> {
    let config = Config::from_env()?;
    let aws = Aws::from_env()?;
    let sources = words_from_env(SOURCES).iter().map(|text| text.parse()).collect::<Result<Vec<Source>, _>>()?;
    check_names(&sources)?;
    let mut context = ReadContext::new()?;
    context.s3 = Some(aws.s3());
    let zones = Route53::from_env(&aws)?.map(|route53| Arc::new(route53) as Arc<dyn HostedZones>);
    let domains = DomainChecks::from_env(&aws, &config.table, zones)?;
    let (written, lines) = (BytesWritten::default(), RunLines::new(telemetry::function_name(), Metrics::from_env()?));
    let bucket = Bucket::new(written.counted(&aws.s3()), Objects::new(&aws, &config.bucket));
    let sync = Sync::new(Writer::new(aws.dynamodb(), config.table), bucket).keeping_records(number_from_env(
        AUDIT_DAYS,
        1..=3650,
        limits::AUDIT_DAYS,
    )?);
    let sync = match registry_secret::signing_keys(&aws).await? {
        Some(keys) => sync.signing_with(Arc::new(keys)),
        None => sync,
    };
    let (sync, sources, context, domains, written, lines) = (&sync, &sources, &context, &domains, &written, &lines);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| async move {
        let (began, before) = (Instant::now(), written.total());
        // Boxed: the runtime wraps what waits here many times more.
        let outcome = Box::pin(sync::handle(event.payload, sync, sources, context, Some(domains))).await;
        write_sources(lines, &outcome);
        lines.run(&Run {
            invocation: &event.context.request_id,
            event: if event.payload == Event::Stream { "stream" } else { "schedule" },
            failed: outcome.is_err(),
            took: began.elapsed(),
            bytes_written: written.total() - before,
            snapshot: snapshot(sync, lines, &outcome).await,
        });
        // The type that alarms look for.
        outcome.map_err(|error| Diagnostic {
            error_type: "sync::HandleError".to_owned(),
            error_message: error.to_string(),
        })
    }))
    .await
}

fn write_sources(lines: &RunLines, outcome: &Result<Report, HandleError>) {
    match outcome {
        Ok(report) => {
            for source in &report.sources {
                let (read, imported, refused) = (source.read, source.imported, source.refused.len());
                lines.source(&source.source, Some(SourceCounts { read, imported, refused }));
            }
        }
        Err(HandleError::Sources(failed)) => failed.iter().for_each(|source| lines.source(source, None)),
        Err(_) => {}
    }
}

/// The snapshot in force. Its age is one read of the table more, so it is asked for with metrics alone.
async fn snapshot(sync: &Sync, lines: &RunLines, outcome: &Result<Report, HandleError>) -> Option<SeenSnapshot> {
    if lines.are_metrics() {
        return Box::pin(sync.catalogue().view()).await.ok().map(|view| SeenSnapshot::of(&view));
    }
    outcome.as_ref().ok().map(|report| SeenSnapshot { serial: report.serial, time: None })
}
