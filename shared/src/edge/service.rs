//! The service around a function's routes.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::MatchedPath;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri, header};
use tower::Layer;
use tower::util::MapRequestLayer;
use tower::{Service, ServiceExt};
use tower_http::CompressionLevel;
use tower_http::compression::predicate::SizeAbove;
use tower_http::compression::{Compression, CompressionLayer};

use super::path::{InvalidPath, canonical};
use super::{ClientAddress, RequestId, cors, not_found, request_id, serial};
use crate::cache::CachePolicy;
use crate::error::ApiError;
use crate::telemetry::{LogLine, Recorder, Served, method_name};

/// Bodies below this many bytes are not worth a compressor: with its headers the answer fits one packet.
pub(crate) const COMPRESS_ABOVE: u16 = 1024;

/// What is counted for requests that reach no route.
const NO_ROUTE: &str = "none";

/// Where the router leaves the route that it found. It is an extension of the request: one of the answer would have to be
/// carried through all that wraps answers.
#[derive(Clone, Default)]
struct FoundRoute(Arc<OnceLock<MatchedPath>>);

/// Routes with all that every answer needs around them.
///
/// It goes around the router, not into it: the path is rewritten before it is routed.
#[derive(Clone)]
pub struct Edge {
    routes: Compression<Router, SizeAbove>,
    /// The header in which the operator's own proxy says where a request comes from.
    address_header: Option<HeaderName>,
    recorders: Arc<[Arc<dyn Recorder>]>,
}

impl Edge {
    /// The service of `routes`, which logs each request. Unknown paths and methods get the official registry's 404.
    #[must_use]
    pub fn new(routes: Router) -> Self {
        let routes = routes.fallback(not_found).method_not_allowed_fallback(not_found);
        let routes = routes.layer(MapRequestLayer::new(remember_route));
        let compression =
            CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(COMPRESS_ABOVE));
        Self { routes: compression.layer(routes), address_header: None, recorders: Arc::new([Arc::new(LogLine)]) }
    }

    /// The same service with others that hear of each request, and no log but theirs.
    #[must_use]
    pub fn recorded_by(mut self, recorders: Vec<Arc<dyn Recorder>>) -> Self {
        self.recorders = recorders.into();
        self
    }

    /// The same service behind a proxy of the operator's, which says in `header` where a request comes from.
    #[must_use]
    pub fn behind(mut self, header: Option<HeaderName>) -> Self {
        self.address_header = header;
        self
    }

    /// Answers a request with what `last` makes of the answer, and tells the recorders.
    pub async fn respond<F>(self, request: Request<Body>, last: impl FnOnce(Response) -> F) -> Response
    where
        F: Future<Output = Response>,
    {
        let began = Instant::now();
        let (method, path) = (method_name(request.method()), request.uri().path().to_owned());
        let id = request.extensions().get::<RequestId>().cloned();
        let id = id.unwrap_or_else(|| RequestId::from_headers(request.headers()));
        let traceparent = request.headers().get("traceparent").cloned();
        let (recorders, found) = (Arc::clone(&self.recorders), FoundRoute::default());
        let mut response = last(self.answer(request, found.clone()).await).await;
        // A kept answer would carry the id of another request along.
        if response.headers().get(header::CACHE_CONTROL).is_some_and(|policy| policy == CachePolicy::NoStore.header())
            && let Some(id) = id.header_value()
        {
            response.headers_mut().insert(request_id::HEADER, id);
        }
        let served = Served {
            id: &id,
            method,
            path: &path,
            route: found.0.get().map_or(NO_ROUTE, MatchedPath::as_str),
            status: response.status(),
            took: began.elapsed(),
            traceparent: traceparent.as_ref(),
        };
        recorders.iter().for_each(|recorder| recorder.record(&served));
        response
    }

    async fn answer(self, mut request: Request<Body>, found: FoundRoute) -> Response {
        request.extensions_mut().insert(found);
        let header = self.address_header.as_ref();
        if let Some(address) = header.and_then(|header| ClientAddress::from_header(request.headers(), header)) {
            request.extensions_mut().insert(address);
        }
        let has_origin = request.headers().contains_key(header::ORIGIN);
        if let Some(response) = cors::preflight(request.method(), request.headers()) {
            return response;
        }
        let mut response = match rewrite(request.uri()) {
            Ok(uri) => {
                if let Some(uri) = uri {
                    *request.uri_mut() = uri;
                }
                let condition = request.headers().get(header::IF_NONE_MATCH).cloned();
                match self.routes.oneshot(request).await {
                    Ok(response) => finish(response.map(Body::new), condition.as_ref()),
                    Err(infallible) => match infallible {},
                }
            }
            Err(response) => *response,
        };
        CachePolicy::apply(&mut response);
        cors::apply(has_origin, &mut response);
        response
    }
}

fn remember_route(request: Request<Body>) -> Request<Body> {
    let (found, route) = (request.extensions().get::<FoundRoute>(), request.extensions().get::<MatchedPath>());
    if let (Some(found), Some(route)) = (found, route) {
        let _ = found.0.set(route.clone());
    }
    request
}

/// The canonical URI if it differs.
fn rewrite(uri: &Uri) -> Result<Option<Uri>, Box<Response>> {
    let path = match canonical(uri.path()) {
        Ok(path) => path,
        Err(InvalidPath::Nul) => return Err(Box::new(null_bytes("URL path contains"))),
        Err(InvalidPath::Escape) => {
            let detail = "Invalid request: the path has a % that is not followed by two hexadecimal digits";
            return Err(Box::new(ApiError::bad_request(detail).into_response()));
        }
    };
    if uri.query().is_some_and(|query| query.contains("%00")) {
        return Err(Box::new(null_bytes("query parameters contain")));
    }
    if path == uri.path() {
        return Ok(None);
    }
    let with_query = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.into_owned(),
    };
    with_query.parse().map(Some).map_err(|_| {
        let detail = "Invalid request: the path has characters that must be escaped";
        Box::new(ApiError::bad_request(detail).into_response())
    })
}

/// The official registry sends these two without the media type of errors.
fn null_bytes(place: &str) -> Response {
    let mut response = ApiError::bad_request(format!("Invalid request: {place} null bytes")).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Validators. A compressed body is another representation, so its ETag ends in its encoding; a client that holds any
/// encoding of the current answer gets 304.
fn finish(mut response: Response, condition: Option<&HeaderValue>) -> Response {
    let Some(etag) = response.headers().get(header::ETAG).cloned().filter(|_| response.status().is_success()) else {
        return response;
    };
    if let Some(held) = condition.and_then(|condition| matching(condition, &etag)) {
        let policy = response.extensions().get::<CachePolicy>().copied().unwrap_or_default();
        let serial = response.headers_mut().remove(serial::HEADER);
        let vary: Vec<HeaderValue> = response.headers().get_all(header::VARY).iter().cloned().collect();
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        response.headers_mut().insert(header::ETAG, held);
        if let Some(serial) = serial {
            response.headers_mut().insert(serial::HEADER, serial);
        }
        for value in vary {
            response.headers_mut().append(header::VARY, value);
        }
        response.extensions_mut().insert(policy);
        return response;
    }
    if let Some(etag) = encoded(response.headers(), &etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

fn encoded(headers: &HeaderMap, etag: &HeaderValue) -> Option<HeaderValue> {
    let encoding = headers.get(header::CONTENT_ENCODING)?.to_str().ok()?;
    let tag = etag.to_str().ok()?.strip_suffix('"')?;
    HeaderValue::from_str(&format!("{tag}-{encoding}\"")).ok()
}

/// The tag of `condition` that names the same content as `etag`.
fn matching(condition: &HeaderValue, etag: &HeaderValue) -> Option<HeaderValue> {
    let etag_text = etag.to_str().ok()?;
    let content = etag_text.strip_suffix('"')?;
    for held in condition.to_str().ok()?.split(',') {
        let held = held.trim();
        if held == "*" {
            return Some(etag.clone());
        }
        let tag = held.strip_prefix("W/").unwrap_or(held);
        let rest = tag.strip_prefix(content);
        if matches!(rest, Some("\"" | "-gzip\"" | "-br\"")) {
            return HeaderValue::from_str(tag).ok();
        }
    }
    None
}

impl<B> Service<Request<B>> for Edge
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let edge = self.clone();
        Box::pin(async move { Ok(edge.respond(request.map(Body::new), ready).await) })
    }
}
