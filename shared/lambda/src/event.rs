//! Events, brought into a form that every URL parser reads.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::http::header;
use lambda_http::request::LambdaRequest;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use registry::edge::escapes_are_valid;

/// The stage without a name, which is not part of the path.
const DEFAULT_STAGE: &str = "$default";

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
/// Escapes what no path may have, and leaves escapes as they are.
const PATH: &AsciiSet = &QUERY.add(b'?');
/// For a path without escapes.
const DECODED_PATH: &AsciiSet = &PATH.add(b'%');

/// An HTTP API hands the path over decoded, with characters that no URL may have; a function URL leaves it escaped. A `%`
/// that begins no escape tells that it was decoded, and means itself.
///
/// `lambda_http` makes a URL of scheme, host, stage and path, and panics where that is none. The routes look at the path
/// alone, so host and stage are taken away, and what is left is escaped.
pub(crate) fn bring_into_order(event: &mut LambdaRequest) {
    let LambdaRequest::ApiGatewayV2(event) = event else { return };
    let path = event.raw_path.take().unwrap_or_default();
    let stage = event.request_context.stage.replace(DEFAULT_STAGE.to_owned()).unwrap_or_default();
    event.raw_path = Some(escaped(without_stage(&path, &stage)));
    event.raw_query_string = event.raw_query_string.take().map(|query| utf8_percent_encode(&query, QUERY).to_string());
    event.headers.remove(header::HOST);
    event.request_context.domain_name = None;
    // It panics on base64 that is none. No gateway sends such a body; as text it is refused like any other that is no JSON.
    let body = event.body.as_deref().filter(|_| event.is_base64_encoded);
    if body.is_some_and(|body| STANDARD.decode(body).is_err()) {
        event.is_base64_encoded = false;
    }
}

fn escaped(path: &str) -> String {
    let set = if escapes_are_valid(path) { PATH } else { DECODED_PATH };
    let slash = if path.starts_with('/') { "" } else { "/" };
    let path = utf8_percent_encode(path, set).to_string();
    let segments: Vec<Cow<'_, str>> = path.split('/').map(without_dots).collect();
    format!("{slash}{}", segments.join("/"))
}

/// A URL parser resolves dot segments, escaped ones too, and would find another resource than the one that is named. Escaped
/// twice they stay, and names and versions are decoded as often.
fn without_dots(segment: &str) -> Cow<'_, str> {
    let dots = segment.replace("%2e", ".").replace("%2E", ".");
    if matches!(dots.as_str(), "." | "..") { dots.replace('.', "%252E").into() } else { segment.into() }
}

/// A stage with a name stands before the path.
fn without_stage<'a>(path: &'a str, stage: &str) -> &'a str {
    if stage.is_empty() || stage == DEFAULT_STAGE {
        return path;
    }
    let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    rest.filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_escaped_once() {
        for (path, expected) in [
            ("/v0/servers/io.x%2Fy/versions/1", "/v0/servers/io.x%2Fy/versions/1"),
            ("/v0/servers/io.x/y/versions/1.0 beta", "/v0/servers/io.x/y/versions/1.0%20beta"),
            ("/v0/servers/io.x/y/versions/1.0.1º", "/v0/servers/io.x/y/versions/1.0.1%C2%BA"),
            ("/v0/servers/io.x/y/versions/100%", "/v0/servers/io.x/y/versions/100%25"),
            ("/v0/servers/io.x/y/versions/2.0.0+b1", "/v0/servers/io.x/y/versions/2.0.0+b1"),
            ("/v0/servers/../publish", "/v0/servers/%252E%252E/publish"),
            ("/v0/servers/%2e%2E/publish", "/v0/servers/%252E%252E/publish"),
            ("/v0/servers/io.x/./versions/100%", "/v0/servers/io.x/%252E/versions/100%25"),
            ("/v0/servers/io.x%2F../versions/1..0", "/v0/servers/io.x%2F../versions/1..0"),
            ("", "/"),
        ] {
            assert_eq!(escaped(path), expected);
        }
    }

    #[test]
    fn a_named_stage_is_no_part_of_the_path() {
        assert_eq!(without_stage("/prod/v0/servers", "prod"), "/v0/servers");
        assert_eq!(without_stage("/v0/servers", "$default"), "/v0/servers");
        assert_eq!(without_stage("/v0/servers", "v"), "/v0/servers");
        assert_eq!(without_stage("/prod", "prod"), "");
    }
}
