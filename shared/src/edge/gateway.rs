//! Events of an API Gateway HTTP API, payload format 2.0, which function URLs send too: from event to request, and from
//! response to answer.
//!
//! `lambda_http` does this for ten kinds of events. Of a header that is there twice it answers the first only (`Vary`
//! has two), it cannot tell a decoded path from an escaped one, puts a named stage before the path, panics on a host
//! that is none, hands an answer to Lambda that is too large for it, and adds half a megabyte to each package.

use std::collections::BTreeMap;
use std::io;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::BodyExt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

use super::path::escapes_are_valid;
use super::{Edge, cors};
use crate::cache::CachePolicy;
use crate::error::ApiError;
use crate::limits;

/// The stage without a name, which is not part of the path.
const DEFAULT_STAGE: &str = "$default";

/// Escapes what no path may have, and leaves escapes as they are.
const PATH: &AsciiSet = &QUERY.add(b'?');
/// Escapes what no query may have, and leaves escapes as they are.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'?')
    .remove(b'%');
/// For a path without escapes.
const DECODED_PATH: &AsciiSet = &PATH.add(b'%');

/// A request as the gateway hands it over. Not for logs: it holds the client's credentials.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    raw_path: String,
    #[serde(default)]
    raw_query_string: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: RequestContext,
}

#[derive(Deserialize)]
struct RequestContext {
    http: Http,
    #[serde(default)]
    stage: String,
}

#[derive(Deserialize)]
struct Http {
    method: String,
}

/// A response as the gateway takes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    status_code: u16,
    headers: BTreeMap<String, String>,
    body: String,
    is_base64_encoded: bool,
}

/// Answers one event. An answer that Lambda would not pass on becomes a problem that says so.
pub async fn answer(edge: &Edge, event: Event) -> Answer {
    let has_origin = event.headers.keys().any(|name| name.eq_ignore_ascii_case(header::ORIGIN.as_str()));
    let request = match request(event) {
        Ok(request) => request,
        Err(error) => return Answer::of(problem(error, has_origin)).await,
    };
    let path = request.uri().path().to_owned();
    let response = match edge.clone().oneshot(request).await {
        Ok(response) => response,
        Err(infallible) => match infallible {},
    };
    let is_compressed = response.headers().contains_key(header::CONTENT_ENCODING);
    let answer = Answer::of(response).await;
    if answer.fits() {
        return answer;
    }
    tracing::warn!(path, is_compressed, body_bytes = answer.body.len(), "answer is too large for lambda");
    Answer::of(problem(too_large(is_compressed), has_origin)).await
}

fn too_large(is_compressed: bool) -> ApiError {
    let megabytes = limits::LAMBDA_RESPONSE_BYTES / 1_000_000;
    if is_compressed {
        let detail = format!("The answer is larger than {megabytes} MB, even compressed. Ask for a part of it.");
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    } else {
        let detail = format!(
            "The answer is larger than {megabytes} MB. Ask for it compressed, with the header Accept-Encoding: gzip."
        );
        ApiError::new(StatusCode::NOT_ACCEPTABLE, detail)
    }
}

fn problem(error: ApiError, has_origin: bool) -> Response {
    let mut response = error.into_response();
    CachePolicy::apply(&mut response);
    cors::apply(has_origin, &mut response);
    response
}

fn request(event: Event) -> Result<Request<Body>, ApiError> {
    let invalid = |what: &str| ApiError::bad_request(format!("Invalid request: {what}"));
    let method = Method::from_bytes(event.request_context.http.method.as_bytes());
    let mut request = Request::new(body(event.body, event.is_base64_encoded).map_err(|()| invalid("the body"))?);
    *request.method_mut() = method.map_err(|_| invalid("the method"))?;
    let path = without_stage(&event.raw_path, &event.request_context.stage);
    *request.uri_mut() = uri(path, &event.raw_query_string).map_err(|_| invalid("the path is too long"))?;
    for (name, value) in event.headers {
        let name = HeaderName::try_from(name).map_err(|_| invalid("the name of a header"))?;
        let value = HeaderValue::try_from(value).map_err(|_| invalid("the value of a header"))?;
        request.headers_mut().append(name, value);
    }
    Ok(request)
}

fn body(text: Option<String>, is_base64: bool) -> Result<Body, ()> {
    Ok(match text {
        None => Body::empty(),
        Some(text) if is_base64 => Body::from(STANDARD.decode(text).map_err(drop)?),
        Some(text) => Body::from(text),
    })
}

/// A stage with a name stands before the path.
fn without_stage<'a>(path: &'a str, stage: &str) -> &'a str {
    if stage.is_empty() || stage == DEFAULT_STAGE {
        return path;
    }
    let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    rest.filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path)
}

/// An HTTP API hands the path over decoded, with characters that no URL may have; a function URL leaves it escaped. A
/// `%` that begins no escape tells that it was decoded, and means itself.
fn uri(path: &str, query: &str) -> Result<Uri, http::uri::InvalidUri> {
    let set = if escapes_are_valid(path) { PATH } else { DECODED_PATH };
    let slash = if path.starts_with('/') { "" } else { "/" };
    let path = utf8_percent_encode(path, set);
    let query = utf8_percent_encode(query, QUERY);
    let mark = if query.clone().next().is_some() { "?" } else { "" };
    format!("{slash}{path}{mark}{query}").parse()
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        // Bodies are complete before they are sent, so none breaks off.
        let body = body.collect().await.map(|body| Vec::from(body.to_bytes())).unwrap_or_default();
        let is_encoded = parts.headers.contains_key(header::CONTENT_ENCODING);
        let text = if is_encoded { Err(body) } else { String::from_utf8(body).map_err(|error| error.into_bytes()) };
        let (body, is_base64_encoded) = match text {
            Ok(text) => (text, false),
            Err(bytes) => (STANDARD.encode(bytes), true),
        };
        Self { status_code: parts.status.as_u16(), headers: joined(&parts.headers), body, is_base64_encoded }
    }

    /// Whether the answer, as JSON, is within what Lambda passes on.
    fn fits(&self) -> bool {
        /// A control character becomes `\u0000`.
        const LONGEST_ESCAPE: usize = 6;
        if self.body.len() < limits::LAMBDA_RESPONSE_BYTES / LONGEST_ESCAPE / 2 {
            return true;
        }
        let mut count = Count(0);
        serde_json::to_writer(&mut count, self).is_ok() && count.0 <= limits::LAMBDA_RESPONSE_BYTES
    }
}

/// The gateway takes one value for each header. Nothing here sets a cookie, the one header that cannot be joined.
fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let entry = joined.entry(name.as_str().to_owned()).or_default();
        if !entry.is_empty() {
            entry.push_str(", ");
        }
        entry.push_str(&value);
    }
    joined
}

/// Counts what is written.
struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::extract::{Path, RawQuery};
    use axum::routing::{get, post};
    use serde_json::{Value, json};

    use super::*;

    async fn sent(event: Value) -> Value {
        let letters = |Path(count): Path<usize>| async move { "\"a\u{1}".repeat(count) };
        let noise =
            |Path(count): Path<usize>| async move { (0..count).map(|_| fastrand::alphanumeric()).collect::<String>() };
        let routes = Router::new()
            .route(
                "/echo/{text}",
                get(|Path(text): Path<String>, RawQuery(query)| async move {
                    format!("{text} {}", query.unwrap_or_default())
                }),
            )
            .route("/body", post(|body: String| async move { body }))
            .route("/letters/{count}", get(letters))
            .route("/noise/{count}", get(noise))
            .route("/bytes", get(|| async { vec![0xff_u8, 0xfe] }));
        let answer = answer(&Edge::new(routes), serde_json::from_value(event).unwrap()).await;
        serde_json::to_value(answer).unwrap()
    }

    fn event(method: &str, path: &str) -> Value {
        json!({"rawPath": path, "rawQueryString": "", "headers": {}, "isBase64Encoded": false,
            "requestContext": {"http": {"method": method}, "stage": "$default"}})
    }

    async fn got(path: &str) -> Value {
        sent(event("GET", path)).await
    }

    #[tokio::test]
    async fn paths_come_decoded_or_escaped() {
        for (path, text) in [
            ("/echo/a%20b", "a b "),
            ("/echo/a b", "a b "),
            ("/echo/é五", "é五 "),
            ("/echo/%C3%A9", "é "),
            ("/echo/50%", "50% "),
            ("/echo/50% %41", "50% %41 "),
            ("/echo/a?b#c", "a?b#c "),
            ("/echo/a+b", "a+b "),
            ("echo/a", "a "),
        ] {
            assert_eq!(got(path).await["body"], text, "{path}");
        }
        assert_eq!(got("/echo/a\0b").await["statusCode"], 400);
        assert_eq!(got(&format!("/echo/{}", "a".repeat(70_000))).await["statusCode"], 400);
        assert_eq!(got("").await["statusCode"], 404);
    }

    #[tokio::test]
    async fn queries_and_stages() {
        let mut query = event("GET", "/echo/a");
        query["rawQueryString"] = json!("b=%20é &c=1+2");
        assert_eq!(sent(query).await["body"], "a b=%20%C3%A9%20&c=1+2");
        for (path, status) in [("/prod/echo/a", 200), ("/echo/a", 200), ("/product/echo/a", 404), ("/prod", 404)] {
            let mut staged = event("GET", path);
            staged["requestContext"]["stage"] = json!("prod");
            assert_eq!(sent(staged).await["statusCode"], status, "{path}");
        }
    }

    #[tokio::test]
    async fn bodies_are_text_or_base64() {
        let mut text = event("POST", "/body");
        text["body"] = json!("hello");
        assert_eq!(sent(text.clone()).await["body"], "hello");
        text["isBase64Encoded"] = json!(true);
        text["body"] = json!("aGVsbG8=");
        assert_eq!(sent(text.clone()).await["body"], "hello");
        text["body"] = json!("?");
        assert_eq!(sent(text).await["statusCode"], 400);
        let bytes = got("/bytes").await;
        assert_eq!((&bytes["body"], &bytes["isBase64Encoded"]), (&json!("//4="), &json!(true)));
    }

    #[tokio::test]
    async fn repeated_headers_are_joined() {
        let mut list = event("GET", "/letters/1000");
        list["headers"] = json!({"Accept-Encoding": "gzip", "Origin": "https://example.com"});
        let answer = sent(list).await;
        assert_eq!(answer["headers"]["vary"], "accept-encoding, Origin");
        assert_eq!(answer["headers"]["access-control-allow-origin"], "*");
        assert_eq!(answer["headers"]["content-encoding"], "gzip");
        assert_eq!(answer["isBase64Encoded"], true);
    }

    /// The limit counts the JSON that is posted: a quote takes two bytes of it, a control character six.
    #[tokio::test]
    async fn an_answer_that_is_too_large_is_a_problem() {
        let most = limits::LAMBDA_RESPONSE_BYTES / 9;
        let fits = got(&format!("/letters/{}", most - 200)).await;
        assert_eq!(fits["statusCode"], 200);
        assert!(fits.to_string().len() > limits::LAMBDA_RESPONSE_BYTES - 4000);
        let mut large = event("GET", &format!("/letters/{}", most + 1));
        large["headers"] = json!({"origin": "https://example.com"});
        let plain = sent(large.clone()).await;
        assert_eq!((&plain["statusCode"], &plain["headers"]["cache-control"]), (&json!(406), &json!("no-store")));
        assert_eq!(plain["headers"]["access-control-allow-origin"], "*");
        let body: Value = serde_json::from_str(plain["body"].as_str().unwrap()).unwrap();
        let detail = "The answer is larger than 6 MB. Ask for it compressed, with the header Accept-Encoding: gzip.";
        assert_eq!(body, json!({"title": "Not Acceptable", "status": 406, "detail": detail}));
        large["headers"] = json!({"accept-encoding": "gzip"});
        assert_eq!(sent(large).await["statusCode"], 200);

        let mut noise = event("GET", &format!("/noise/{}", 2 * limits::LAMBDA_RESPONSE_BYTES));
        noise["headers"] = json!({"accept-encoding": "gzip"});
        let answer = sent(noise).await;
        assert_eq!((&answer["statusCode"], &answer["headers"]["content-encoding"]), (&json!(500), &Value::Null));
    }
}
