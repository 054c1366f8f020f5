//! Answers that were rendered before. Most reads repeat an earlier one (four in five of the official registry's list
//! answers); a repeat is neither put together nor compressed again.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Uri, header};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::cache::CachePolicy;
use crate::edge;
use crate::limits;
use crate::store::Serial;

/// Answers of one process, within a number of bytes. Those of an earlier serial are never used.
#[derive(Debug)]
pub struct Answers(Cache<Box<str>, Arc<Rendered>, RenderedBytes>);

#[derive(Debug)]
struct Rendered {
    serial: Serial,
    body: Bytes,
    etag: Option<HeaderValue>,
    /// Made when the first client asks for it.
    gzip: OnceLock<Bytes>,
}

#[derive(Clone, Debug)]
struct RenderedBytes;

impl Weighter<Box<str>, Arc<Rendered>> for RenderedBytes {
    /// With room for the compressed form.
    fn weight(&self, key: &Box<str>, rendered: &Arc<Rendered>) -> u64 {
        (key.len() + rendered.body.len() + rendered.body.len() / 4 + 256) as u64
    }
}

impl Answers {
    /// Keeps up to `bytes`.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Cache::with_weighter(bytes / 4096, bytes as u64, RenderedBytes))
    }

    /// The answer to `uri` at `serial`, which `render` makes if it is not here. JSON with a strong ETag, compressed if the
    /// client takes that, with the serial in its header.
    ///
    /// # Errors
    /// Those of `render`.
    pub async fn get_or_render<E>(
        &self,
        serial: Serial,
        uri: &Uri,
        headers: &HeaderMap,
        policy: CachePolicy,
        render: impl Future<Output = Result<Vec<u8>, E>>,
    ) -> Result<Response, E> {
        let key = uri.path_and_query().map_or("", |path| path.as_str());
        let rendered = match self.0.get(key).filter(|rendered| rendered.serial == serial) {
            Some(rendered) => rendered,
            None => {
                let body = Bytes::from(render.await?);
                let rendered = Arc::new(Rendered { serial, etag: edge::etag(&body), body, gzip: OnceLock::new() });
                // A long key is nobody's repeated question.
                if key.len() <= limits::ANSWER_KEY_BYTES {
                    self.0.insert(key.into(), Arc::clone(&rendered));
                }
                rendered
            }
        };
        Ok(edge::at_serial(rendered.answer(headers, policy), serial))
    }
}

impl Rendered {
    fn answer(&self, headers: &HeaderMap, policy: CachePolicy) -> Response {
        let gzip = (self.body.len() > usize::from(edge::COMPRESS_ABOVE) && accepts_gzip(headers))
            .then(|| self.gzip.get_or_init(|| gzip(&self.body).unwrap_or_default()).clone())
            .filter(|bytes| !bytes.is_empty());
        let is_compressed = gzip.is_some();
        let mut response = gzip.unwrap_or_else(|| self.body.clone()).into_response();
        let to = response.headers_mut();
        to.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if is_compressed {
            to.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            to.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if let Some(etag) = &self.etag {
            to.insert(header::ETAG, etag.clone());
        }
        response.extensions_mut().insert(policy);
        response
    }
}

fn gzip(body: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(body.len() / 4), flate2::Compression::fast());
    encoder.write_all(body)?;
    Ok(encoder.finish()?.into())
}

/// Whether a client takes gzip: RFC 9110, 12.5.3.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let (mut named, mut any) = (None, None);
    for value in headers.get_all(header::ACCEPT_ENCODING) {
        for item in value.to_str().unwrap_or_default().split(',') {
            let mut parts = item.split(';').map(str::trim);
            let coding = parts.next().unwrap_or_default();
            let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let is_wanted = quality.is_none_or(|quality| quality.parse::<f32>().is_ok_and(|quality| quality > 0.0));
            if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") {
                named = Some(is_wanted);
            } else if coding == "*" {
                any = Some(is_wanted);
            }
        }
    }
    named.or(any).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(values: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        }
        accepts_gzip(&headers)
    }

    #[test]
    fn gzip_is_taken_when_it_is_named_or_anything_is() {
        for values in [&["gzip"][..], &["br, GZIP;q=0.1"], &["*"], &["br", "identity;q=0, gzip ; q=1.0"]] {
            assert!(accepts(values), "{values:?}");
        }
        for values in [&[][..], &[""], &["br"], &["gzip;q=0"], &["*, gzip;q=0.0"], &["gzip;q=x"], &["identity, *;q=0"]]
        {
            assert!(!accepts(values), "{values:?}");
        }
    }

    #[tokio::test]
    async fn a_repeat_is_not_rendered_and_a_change_is() {
        let answers = Answers::new(1 << 20);
        let (uri, headers) = (Uri::from_static("/servers?limit=1"), HeaderMap::new());
        let ask = async |serial, body: &str| {
            let render = async { Ok::<_, std::convert::Infallible>(body.as_bytes().to_vec()) };
            let answer = answers.get_or_render(Serial(serial), &uri, &headers, CachePolicy::Catalogue, render).await;
            let body = axum::body::to_bytes(answer.unwrap().into_body(), 100).await.unwrap();
            String::from_utf8(body.to_vec()).unwrap()
        };
        assert_eq!(ask(1, "one").await, "one");
        assert_eq!(ask(1, "another").await, "one");
        assert_eq!(ask(2, "two").await, "two");
        assert_eq!(ask(1, "one again").await, "one again", "whoever came before may still hold the earlier view");
    }
}
