//! The Lambda function.

use std::process::ExitCode;
use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use registry::aws::Aws;
use registry::config::{AUDIT_DAYS, Config, SOURCES, number_from_env, words_from_env};
use registry::limits;
use registry::snapshot::Bucket;
use registry::store::Writer;
use registry::telemetry;
use registry_domain::HostedZones;
use registry_route53::Route53;
use sync::source::{ReadContext, Source, check_names};
use sync::{DomainChecks, Event, Sync};

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
    let sync = Sync::new(Writer::new(aws.dynamodb(), config.table), Bucket::new(aws.s3(), config.bucket))
        .keeping_records(number_from_env(AUDIT_DAYS, 1..=3650, limits::AUDIT_DAYS)?);
    let (sync, sources, context, domains) = (&sync, &sources, &context, &domains);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| async move {
        // The type that alarms look for.
        sync::handle(event.payload, sync, sources, context, Some(domains)).await.map_err(|error| Diagnostic {
            error_type: "sync::HandleError".to_owned(),
            error_message: error.to_string(),
        })
    }))
    .await
}
