//! A span for each request.

use std::env;
use std::time::SystemTime;

use http::HeaderValue;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{Span, SpanKind, Status, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanExporter as _};
use registry::config::{ConfigError, flag_from_env, optional};
use registry::telemetry::{Recorder, Served};
use registry_fetch::ClientError;
use tokio::sync::Mutex;

use crate::ended::Ended;
use crate::http_client::Collector;

/// Where spans are sent, as the OpenTelemetry specification names it.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
const DISABLED: &str = "OTEL_SDK_DISABLED";
const PROTOCOLS: [&str; 2] = ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"];
const PROTOCOL: &str = "http/protobuf";

/// Makes a span of each request, and sends them when it is told to.
#[derive(Debug)]
pub struct Spans {
    tracer: SdkTracer,
    ended: Ended,
    /// One export at a time, as the SDK asks for.
    exporter: Mutex<SpanExporter>,
    /// Its end would be that of the tracer.
    _provider: SdkTracerProvider,
}

/// Spans cannot be sent as the environment says.
#[derive(Debug, thiserror::Error)]
pub enum SpansError {
    /// The switch.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The exporter.
    #[error("cannot send spans as the variables OTEL_EXPORTER_OTLP_* say: {0}")]
    Exporter(#[from] ExporterBuildError),
    /// Another protocol.
    #[error("environment variable {0} is {1:?}; spans are sent as {PROTOCOL} alone")]
    Protocol(&'static str, String),
}

impl Spans {
    /// As the environment says; `None` where it names no collector. `OTEL_SERVICE_NAME` is `service` where it is not set.
    ///
    /// # Errors
    /// When a variable is malformed.
    pub fn from_env(service: &str) -> Result<Option<Self>, SpansError> {
        if flag_from_env(DISABLED, false)? || ENDPOINTS.into_iter().all(|name| optional(name).is_none()) {
            return Ok(None);
        }
        for name in PROTOCOLS {
            if let Some(other) = optional(name).filter(|protocol| protocol != PROTOCOL) {
                return Err(SpansError::Protocol(name, other));
            }
        }
        let exporter = SpanExporter::builder().with_http().with_http_client(Collector::new()?).build()?;
        let resource = Resource::builder();
        let resource = match env::var_os("OTEL_SERVICE_NAME") {
            Some(_) => resource,
            None => resource.with_service_name(service.to_owned()),
        };
        Ok(Some(Self::new(exporter, resource.build())))
    }

    fn new(mut exporter: SpanExporter, resource: Resource) -> Self {
        exporter.set_resource(&resource);
        let ended = Ended::default();
        let provider = SdkTracerProvider::builder().with_span_processor(ended.clone()).with_resource(resource).build();
        Self { tracer: provider.tracer("berth"), ended, exporter: Mutex::new(exporter), _provider: provider }
    }

    /// Sends what ended. What cannot be sent is gone: the next request must not wait for it once more.
    pub async fn flush(&self) {
        let spans = self.ended.take();
        if spans.is_empty() {
            return;
        }
        let count = spans.len();
        if let Err(error) = self.exporter.lock().await.export(spans).await {
            tracing::warn!(%error, count, "spans were not sent");
        }
    }
}

impl Recorder for Spans {
    fn record(&self, served: &Served<'_>) {
        let end = SystemTime::now();
        let parent = served.traceparent.map_or_else(Context::new, |header| {
            TraceContextPropagator::new().extract_with_context(&Context::new(), &TraceParent(header))
        });
        let mut attributes = vec![
            KeyValue::new("http.request.method", served.method),
            KeyValue::new("http.route", served.route.to_owned()),
            KeyValue::new("http.response.status_code", i64::from(served.status.as_u16())),
            KeyValue::new("url.path", served.path.to_owned()),
            KeyValue::new("berth.request_id", served.id.as_str().to_owned()),
        ];
        if let Some(invocation) = served.id.invocation() {
            attributes.push(KeyValue::new("faas.invocation_id", invocation.to_owned()));
        }
        let span = self.tracer.span_builder(format!("{} {}", served.method, served.route)).with_kind(SpanKind::Server);
        let span = span.with_start_time(end.checked_sub(served.took).unwrap_or(end)).with_attributes(attributes);
        let mut span = span.start_with_context(&self.tracer, &parent);
        // Of a client's mistake the server's span says nothing, by the semantic conventions.
        if served.status.is_server_error() {
            span.set_status(Status::error(""));
        }
        span.end_with_timestamp(end);
    }
}

/// The one header of a trace that is read: what `tracestate` has belongs to others.
struct TraceParent<'a>(&'a HeaderValue);

impl Extractor for TraceParent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == "traceparent").then(|| self.0.to_str().ok()).flatten()
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}
