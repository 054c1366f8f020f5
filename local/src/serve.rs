//! One process that answers all routes and imports its sources on a schedule.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::ServiceExt;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use registry::catalogue::CatalogueError;
use registry::config::{ConfigError, address_header_from_env};
use registry::edge::ClientAddress;
use registry::store::Serial;
use registry::telemetry::{LogLine, Recorder};
use registry::time::Timestamp;
use sync::source::{Location, ReadContext, Source};
use sync::{DomainChecks, OnProgress, Report, Sync, SyncError};
use tokio::sync::watch;
use tokio::task::JoinError;

use crate::access::{Access, AccessError};
use crate::listen::listen;
use crate::metrics::Metrics;
use crate::mirror::MirrorError;
use crate::routes::{Services, edge_with};
use crate::spans::Spans;
use crate::stores::{Stores, StoresError};

/// How long accepted requests may take after the signal to stop.
pub(crate) const GRACE: Duration = Duration::from_secs(20);

/// Time between two rounds of upkeep.
pub(crate) const UPKEEP: Duration = Duration::from_secs(60);

/// Time between two looks at the proofs of domains that are due, and at objects that no snapshot needs.
const RECHECK: Duration = Duration::from_secs(3600);

/// Time between two looks at what has expired. Each reads the whole table: 2.6 s of a processor at 127,500 versions, and the
/// count before it holds the table for 0.4 s.
const EXPIRY: Duration = Duration::from_secs(24 * 3600);

/// Owner of the sample's servers.
const SAMPLE_SOURCE: &str = "sample";

/// How to serve.
#[derive(Clone)]
pub struct ServeOptions {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// A catalogue to begin with when the registry has no server yet, imported as the source `sample`.
    pub sample: Option<&'static [u8]>,
    /// Imported again and again.
    pub sources: Vec<Source>,
    /// Time between two imports.
    pub interval: Duration,
    /// What reading a source needs.
    pub context: ReadContext,
    /// Who may log in, and what is asked of a publisher.
    pub access: Access,
    /// Hears of progress.
    pub on_progress: OnProgress,
}

/// What happens while serving, for whoever talks to people.
#[derive(Debug)]
pub enum Event<'a> {
    /// Requests are answered at this address.
    Ready(SocketAddr),
    /// An import came to its end.
    Imported(&'a Import),
    /// The signal to stop came.
    Stopping,
}

/// The outcome of an import.
pub type Import = Result<Report, SyncError>;

/// Serving failed.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The stores cannot be used.
    #[error(transparent)]
    Stores(#[from] StoresError),
    /// The state cannot be read.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A snapshot that cannot be read could not be made anew.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The logins cannot be set up.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The mirror that is served.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// The environment.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Where spans are sent.
    #[cfg(feature = "otel")]
    #[error(transparent)]
    Spans(#[from] registry_otel::SpansError),
    /// The address cannot be used.
    #[error("cannot listen on {address}: {source}; choose another address with --listen or BERTH_LISTEN")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The connection to clients broke.
    #[error("cannot serve: {0}")]
    Serve(#[source] io::Error),
}

/// Serves until `stop` resolves, then finishes what was accepted.
///
/// Sources that are files are imported before the address is announced when the registry has no server yet, so that the
/// first start answers with content; all others are read in the background.
///
/// # Errors
/// When the stores or the address cannot be used.
pub async fn serve(
    stores: &Stores,
    options: ServeOptions,
    on_event: Arc<dyn Fn(Event<'_>) + Send + std::marker::Sync>,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let address = options.listen;
    // Bound first: a taken port is told before anything is imported.
    let (listener, address) = listen(address).await.map_err(|source| ServeError::Listen { address, source })?;
    let importer = stores.sync().signing_with(Arc::new(options.access.keys.clone()));
    let checks = stores.domain_checks(&options.access)?;
    let (stopping, stopped) = watch::channel(false);
    let is_empty = importer.view().await?.is_empty();
    let services = Services { catalogue: Arc::clone(importer.catalogue()), ..stores.services(&options.access)? };
    let metrics = Arc::new(Metrics::default());
    let requests = Arc::clone(&metrics.requests) as Arc<dyn Recorder>;
    let mut recorders: Vec<Arc<dyn Recorder>> = vec![Arc::new(LogLine), requests];
    let spans = Spans::from_env(&mut recorders)?;
    let edge = edge_with(&services, Arc::clone(&metrics).route(Arc::clone(importer.catalogue())));
    let edge = edge.recorded_by(recorders).behind(address_header_from_env()?);
    let edge = tower::ServiceExt::<Request<Body>>::map_request(edge, with_address);
    let service = ServiceExt::<Request<Body>>::into_make_service_with_connect_info::<SocketAddr>(edge);
    // A task of its own: planning an import keeps this one busy for milliseconds at a time.
    let mut server = tokio::spawn({
        let mut stopped = stopped.clone();
        let serving = axum::serve(listener, service);
        serving.with_graceful_shutdown(async move { drop(stopped.wait_for(|stopped| *stopped).await) }).into_future()
    });
    let mut stop = std::pin::pin!(stop);
    let on_event: Arc<dyn Fn(Event<'_>) + Send + std::marker::Sync> = Arc::new(move |event: Event<'_>| {
        if let Event::Imported(import) = event {
            metrics.imported(import);
        }
        on_event(event);
    });

    let background = async {
        if is_empty {
            if let Some(sample) = options.sample {
                let import = importer.run_catalogue(SAMPLE_SOURCE, sample).await;
                on_event(Event::Imported(&import));
            }
            let files = options.sources.iter().filter(|source| matches!(source.location, Location::File(_)));
            let files: Vec<Source> = files.cloned().collect();
            if !files.is_empty() {
                import(&importer, &files, &options, &on_event).await;
            }
        }
        on_event(Event::Ready(address));
        let imports = async {
            while !options.sources.is_empty() {
                import(&importer, &options.sources, &options, &on_event).await;
                tokio::time::sleep(options.interval).await;
            }
        };
        let upkeep = async { tokio::join!(upkeep(&importer), expire(stores), sweep(&importer)) };
        tokio::join!(imports, upkeep, recheck_domains(&checks), spans.keep_sending());
    };
    let mut background = std::pin::pin!(background);

    tokio::select! {
        served = &mut server => return finished(served),
        () = &mut background => {}
        () = &mut stop => {}
    }
    on_event(Event::Stopping);
    // Dropping the import at its next await loses nothing: each transaction is whole, and the next run goes on.
    let _ = stopping.send(true);
    let served = tokio::time::timeout(GRACE, server).await;
    spans.flush().await;
    match served {
        Ok(served) => finished(served),
        Err(_) => {
            tracing::warn!(seconds = GRACE.as_secs(), "requests were cut off that took too long");
            Ok(())
        }
    }
}

/// Publishes what publishers changed, so that readers do not carry it along.
async fn upkeep(importer: &Sync) {
    let mut published = Serial::default();
    loop {
        tokio::time::sleep(UPKEEP).await;
        if let Err(error) = publish_if_changed(importer, &mut published).await {
            tracing::warn!(%error, "no snapshot was published; the next minute tries again");
        }
    }
}

/// Deletes what has expired from the embedded table. Nobody relies on it: like DynamoDB's, it may come days late.
async fn expire(stores: &Stores) {
    let Some(embedded) = stores.as_embedded() else { return };
    tokio::time::sleep(RECHECK).await;
    loop {
        let embedded = embedded.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || embedded.sweep_ttl()).await {
            tracing::warn!(%error, "expired items stay; tomorrow tries again");
        }
        tokio::time::sleep(EXPIRY).await;
    }
}

/// Deletes what no snapshot needs any more. An import does it too, but a registry may have no sources.
async fn sweep(importer: &Sync) {
    loop {
        tokio::time::sleep(RECHECK).await;
        if let Err(error) = importer.sweep(Timestamp::now()).await {
            tracing::warn!(%error, "superseded objects stay; the next hour tries again");
        }
    }
}

/// Looks again at the proofs of domains, as the schedule of the functions does.
async fn recheck_domains(checks: &DomainChecks) {
    loop {
        tokio::time::sleep(RECHECK).await;
        if let Err(error) = sync::recheck_domains(checks).await {
            tracing::warn!(%error, "domains were not looked at; the next hour tries again");
        }
    }
}

/// Publishes a snapshot unless `published` is the present serial.
async fn publish_if_changed(importer: &Sync, published: &mut Serial) -> Result<(), SyncError> {
    let serial = importer.catalogue().view().await?.serial();
    if serial != *published {
        importer.publish().await?;
        *published = serial;
    }
    Ok(())
}

/// A request with what connected as its address.
pub(crate) fn with_address(mut request: Request<Body>) -> Request<Body> {
    if let Some(ConnectInfo(address)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        request.extensions_mut().insert(ClientAddress(address.ip()));
    }
    request
}

pub(crate) fn finished(served: Result<io::Result<()>, JoinError>) -> Result<(), ServeError> {
    served.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(ServeError::Serve)
}

async fn import(
    importer: &Sync,
    sources: &[Source],
    options: &ServeOptions,
    on_event: &Arc<dyn Fn(Event<'_>) + Send + std::marker::Sync>,
) {
    let import = importer.run(sources, &options.context, &options.on_progress).await;
    on_event(Event::Imported(&import));
}
