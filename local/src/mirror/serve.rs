//! One process that answers the reads of a mirror, and follows the registry if it is told to.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::ServiceExt;
use axum::body::Body;
use berth_mirror::{FollowEvent, History, Mirror, Report, follow};
use http::Request;
use registry::config::address_header_from_env;
use registry::edge::Edge;
use registry::telemetry::{LogLine, Recorder};
use tokio::sync::watch;

use super::base::{Base, MirrorError};
use super::{files, refuse};
use crate::listen::listen;
use crate::metrics::Metrics;
use crate::serve::{GRACE, ServeError, UPKEEP, finished, with_address};

/// Time between two looks at the directory, beside those that every request makes: it tells when the catalogue has to be made
/// anew.
const LOOK: Duration = Duration::from_secs(1);

/// How to serve a mirror.
pub struct MirrorOptions {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The mirror's directory.
    pub directory: PathBuf,
    /// Where the registry is, for people who want to publish.
    pub registry: Arc<str>,
    /// The mirror, to be brought up to date while it is served; `None` serves what another process writes.
    pub following: Option<Following>,
}

/// A mirror that follows.
pub struct Following {
    /// The mirror.
    pub mirror: Mirror,
    /// Time between two questions.
    pub interval: Duration,
}

/// What happens while serving, for whoever talks to people.
#[derive(Debug)]
pub enum MirrorEvent<'a> {
    /// Requests are answered at this address.
    Ready(SocketAddr),
    /// The mirror was brought up to date.
    Updated(&'a Report),
    /// It could not be; it is tried again after this time.
    Failed(&'a berth_mirror::MirrorError, Duration),
    /// The signal to stop came.
    Stopping,
}

/// The edge that answers now; replaced when the catalogue below it is made anew.
type Current = Arc<RwLock<Edge>>;

/// Serves until `stop` resolves, then finishes what was accepted.
///
/// # Errors
/// When the directory or the address cannot be used.
pub async fn serve_mirror(
    options: MirrorOptions,
    on_event: Arc<dyn Fn(MirrorEvent<'_>) + Send + Sync>,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let MirrorOptions { listen: address, directory, registry, mut following } = options;
    let (listener, address) = listen(address).await.map_err(|source| ServeError::Listen { address, source })?;
    if let Some(following) = &mut following {
        match following.mirror.update().await {
            Ok(report) => on_event(MirrorEvent::Updated(&report)),
            // What is there is served; an empty directory is told below.
            Err(error) if History::open(&directory).is_ok() => {
                on_event(MirrorEvent::Failed(&error, following.interval));
            }
            Err(error) => return Err(MirrorError::from(error).into()),
        }
    }
    let history = Arc::new(History::open(&directory).map_err(MirrorError::from)?);
    let base = Base::open(Arc::clone(&history), None).await?;
    base.catalogue.view().await?;
    let site = Site { history, registry, metrics: Arc::new(Metrics::default()) };
    let current: Current = Arc::new(RwLock::new(site.edge(&base)?));

    let service = tower::service_fn({
        let current = Arc::clone(&current);
        move |request: Request<Body>| {
            let edge = current.read().unwrap_or_else(PoisonError::into_inner).clone();
            tower::ServiceExt::oneshot(edge, with_address(request))
        }
    });
    let service = ServiceExt::<Request<Body>>::into_make_service_with_connect_info::<SocketAddr>(service);
    let (stopping, mut stopped) = watch::channel(false);
    let mut server = tokio::spawn({
        let serving = axum::serve(listener, service);
        serving.with_graceful_shutdown(async move { drop(stopped.wait_for(|stopped| *stopped).await) }).into_future()
    });
    let (stop_following, followed) = tokio::sync::oneshot::channel::<()>();
    let follower = tokio::spawn(keep_following(following, Arc::clone(&on_event), async { drop(followed.await) }));
    on_event(MirrorEvent::Ready(address));

    let mut stop = std::pin::pin!(stop);
    tokio::select! {
        served = &mut server => return finished(served),
        () = keep_current(&site, base, &current) => {}
        () = &mut stop => {}
    }
    on_event(MirrorEvent::Stopping);
    let _ = stopping.send(true);
    drop(stop_following);
    let _ = follower.await;
    match tokio::time::timeout(GRACE, server).await {
        Ok(served) => finished(served),
        Err(_) => Ok(()),
    }
}

async fn keep_following(
    following: Option<Following>,
    on_event: Arc<dyn Fn(MirrorEvent<'_>) + Send + Sync>,
    stop: impl Future<Output = ()>,
) {
    let Some(Following { mut mirror, interval }) = following else { return };
    let hear = move |event: FollowEvent<'_>| match event {
        FollowEvent::Failed(error, wait) => on_event(MirrorEvent::Failed(error, wait)),
        FollowEvent::Updated(report) if report.replaced => on_event(MirrorEvent::Updated(report)),
        FollowEvent::Updated(_) | FollowEvent::Changed(_) => {}
    };
    if let Err(error) = follow(&mut mirror, interval, &hear, stop).await {
        tracing::warn!(%error, "the list of the mirror is behind; the next run writes it");
    }
}

/// Makes the catalogue anew when it cannot follow, and publishes what changed so that answers do not carry it along.
async fn keep_current(site: &Site, mut base: Base, current: &Current) {
    let mut published = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(LOOK).await;
        let outcome = match site.history.now() {
            Ok(now) if base.history.is_over(now) => renew(site, &mut base, current).await,
            Ok(_) if published.elapsed() >= UPKEEP => {
                published = tokio::time::Instant::now();
                base.publish().await.map_err(ServeError::from)
            }
            Ok(_) => Ok(()),
            Err(error) => Err(MirrorError::from(error).into()),
        };
        if let Err(error) = outcome {
            let error = registry::error_chain(&error);
            tracing::warn!(error, "the mirror is served as it was; it is tried again");
        }
    }
}

async fn renew(site: &Site, base: &mut Base, current: &Current) -> Result<(), ServeError> {
    let newer = Base::open(Arc::clone(&site.history), Some(base)).await?;
    newer.catalogue.view().await?;
    *current.write().unwrap_or_else(PoisonError::into_inner) = site.edge(&newer)?;
    *base = newer;
    Ok(())
}

/// What all edges share.
struct Site {
    history: Arc<History>,
    registry: Arc<str>,
    metrics: Arc<Metrics>,
}

impl Site {
    fn edge(&self, base: &Base) -> Result<Edge, ServeError> {
        let catalogue = || Arc::clone(&base.catalogue);
        let list =
            list_servers::State { catalogue: catalogue(), build: list_servers::Build::CURRENT, github_client_id: None };
        let reads = list_servers::router(list).merge(get_server::router(get_server::State { catalogue: catalogue() }));
        let routes = Router::new()
            .merge(files::before(reads, Arc::clone(&self.history)))
            .merge(files::routes(Arc::clone(&self.history)))
            .merge(refuse::routes(Arc::clone(&self.registry)))
            .merge(Arc::clone(&self.metrics).route(catalogue()));
        let recorders: Vec<Arc<dyn Recorder>> = vec![Arc::new(LogLine), Arc::clone(&self.metrics.requests) as _];
        Ok(Edge::new(routes).recorded_by(recorders).behind(address_header_from_env()?))
    }
}
