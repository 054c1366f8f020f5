//! The bill: what a month uses, times what it costs.

use serde::Serialize;

use super::usage::Usage;
use super::{Load, Price, Prices};

/// A bill of a month.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Bill {
    pub(crate) lines: Vec<Line>,
    /// Dollars, not rounded.
    pub(crate) total: f64,
}

/// One thing that is paid for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) service: &'static str,
    pub(crate) component: String,
    pub(crate) quantity: f64,
    pub(crate) price: Price,
    /// Dollars a month, not rounded.
    pub(crate) dollars: f64,
}

impl Bill {
    fn new(lines: Vec<Line>) -> Self {
        // Not `sum`, which begins at -0 and says so where nothing is added.
        let total = lines.iter().fold(0.0, |sum, line| sum + line.dollars);
        Self { lines, total }
    }

    /// What Berth costs.
    pub(crate) fn of_berth(load: &Load, prices: &Prices, is_free_tier: bool) -> Self {
        let usage = Usage::of(load);
        let line = |service, component, quantity, price| Line::new(service, component, quantity, price, is_free_tier);
        let edge_function =
            line("CloudFront", "function at the edge", usage.edge_invocations, &prices.cloudfront_functions);
        let mut lines = edge(&usage, prices, is_free_tier);
        lines.extend([
            edge_function,
            line("CloudFront", "tags purged", usage.purges, &prices.cloudfront_invalidations),
            line(
                "API Gateway",
                "requests that the CDN does not answer",
                usage.origin_requests,
                &prices.http_api_requests,
            ),
            line("Lambda", "invocations", usage.invocations, &prices.lambda_requests),
            line("Lambda", "time and memory", usage.gb_seconds, &prices.lambda_seconds),
            line("DynamoDB", "reads", usage.read_units, &prices.dynamodb_reads),
            line("DynamoDB", "writes", usage.write_units, &prices.dynamodb_writes),
            line("DynamoDB", "table", usage.table_gb, &prices.dynamodb_storage),
            line("DynamoDB", "point-in-time recovery", usage.table_gb, &prices.dynamodb_backup),
            line("S3", "snapshots", usage.bucket_gb, &prices.s3_storage),
            line("S3", "objects written and lists", usage.puts, &prices.s3_writes),
            line("S3", "objects read", usage.gets, &prices.s3_reads),
            line("EventBridge", "scheduled runs of sync", usage.schedules, &prices.schedules),
            line("CloudWatch", "metrics of routes", load.metrics, &prices.metrics),
        ]);
        lines.extend(operation(&usage, load, prices, is_free_tier));
        Self::new(lines)
    }

    /// What pods with a database of their own cost that carry the same load behind the same CDN, with the same logs and alarms.
    pub(crate) fn of_pods(load: &Load, prices: &Prices, is_free_tier: bool) -> Self {
        let usage = Usage::of(load);
        let mut lines = edge(&usage, prices, is_free_tier);
        lines.extend(super::pods::lines(&usage, prices, is_free_tier));
        lines.extend(operation(&usage, load, prices, is_free_tier));
        Self::new(lines)
    }

    /// The services with what each costs, in the order of the bill.
    pub(crate) fn by_service(&self) -> Vec<(&'static str, f64)> {
        let mut services: Vec<(&'static str, f64)> = Vec::new();
        for line in &self.lines {
            match services.iter_mut().find(|(service, _)| *service == line.service) {
                Some((_, dollars)) => *dollars += line.dollars,
                None => services.push((line.service, line.dollars)),
            }
        }
        services
    }
}

impl Line {
    pub(super) fn new(
        service: &'static str,
        component: impl Into<String>,
        quantity: f64,
        price: &Price,
        is_free_tier: bool,
    ) -> Self {
        let dollars = price.of(quantity, is_free_tier);
        Self { service, component: component.into(), quantity, price: price.clone(), dollars }
    }
}

/// What readers get from the CDN.
fn edge(usage: &Usage, prices: &Prices, is_free_tier: bool) -> Vec<Line> {
    vec![
        Line::new("CloudFront", "requests", usage.cdn_requests, &prices.cloudfront_requests, is_free_tier),
        Line::new("CloudFront", "bytes to readers", usage.cdn_gb, &prices.cloudfront_bytes, is_free_tier),
    ]
}

/// What stands beside the registry itself: logs, alarms, secrets, names.
fn operation(usage: &Usage, load: &Load, prices: &Prices, is_free_tier: bool) -> Vec<Line> {
    let line = |service, component, quantity, price| Line::new(service, component, quantity, price, is_free_tier);
    vec![
        line("CloudWatch", "logs", usage.log_gb, &prices.logs_bytes),
        line("CloudWatch", "logs, kept for a month", usage.log_gb, &prices.logs_storage),
        line("CloudWatch", "alarms", load.alarms, &prices.alarms),
        line("CloudWatch", "dashboards", load.dashboards, &prices.dashboards),
        line("Secrets Manager", "secrets", load.secrets, &prices.secrets),
        line("Route 53", "hosted zones", load.hosted_zones, &prices.hosted_zones),
    ]
}
