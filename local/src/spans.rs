//! Spans of requests, where this was built with them (feature `otel`) and the environment names a collector.

use std::sync::Arc;

use registry::telemetry::Recorder;

use crate::ServeError;

/// Time between two looks at spans that ended.
#[cfg(feature = "otel")]
const PERIOD: std::time::Duration = std::time::Duration::from_secs(2);

/// Whoever sends them.
#[derive(Clone, Default)]
pub(crate) struct Spans(#[cfg(feature = "otel")] Option<Arc<registry_otel::Spans>>);

impl Spans {
    #[cfg(feature = "otel")]
    pub(crate) fn from_env(recorders: &mut Vec<Arc<dyn Recorder>>) -> Result<Self, ServeError> {
        let spans = registry_otel::Spans::from_env("berth")?.map(Arc::new);
        recorders.extend(spans.clone().map(|spans| spans as Arc<dyn Recorder>));
        Ok(Self(spans))
    }

    #[cfg(not(feature = "otel"))]
    pub(crate) fn from_env(_: &mut Vec<Arc<dyn Recorder>>) -> Result<Self, ServeError> {
        Ok(Self())
    }

    /// Sends what ended, again and again; has no end, or nothing to do.
    pub(crate) async fn keep_sending(&self) {
        #[cfg(feature = "otel")]
        while self.0.is_some() {
            tokio::time::sleep(PERIOD).await;
            self.flush().await;
        }
    }

    /// Sends what ended.
    pub(crate) async fn flush(&self) {
        #[cfg(feature = "otel")]
        if let Some(spans) = &self.0 {
            spans.flush().await;
        }
    }
}
