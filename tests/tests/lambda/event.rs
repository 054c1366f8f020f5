//! Events as AWS sends them, and the answers to API Gateway.

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A request that becomes an event of an API Gateway HTTP API, payload format 2.0.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: &'static str,
    /// As the client sends it.
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    /// As it stands in the event.
    body: Option<String>,
    is_base64: bool,
    /// Whether the path is handed over decoded, as an HTTP API does; a function URL leaves it as it came.
    is_decoded: bool,
    stage: &'static str,
}

/// What a client sees of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) headers: BTreeMap<String, String>,
    /// Without base64, but still compressed.
    pub(crate) body: Vec<u8>,
    pub(crate) is_base64: bool,
}

impl Request {
    pub(crate) fn new(method: &'static str, url: &str) -> Self {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: BTreeMap::from([
                ("accept".to_owned(), "application/json".to_owned()),
                ("content-length".to_owned(), "0".to_owned()),
                ("host".to_owned(), "abcdefghij.execute-api.eu-central-1.amazonaws.com".to_owned()),
                ("user-agent".to_owned(), "curl/8.5.0".to_owned()),
                ("x-forwarded-for".to_owned(), "203.0.113.7".to_owned()),
                ("x-forwarded-port".to_owned(), "443".to_owned()),
                ("x-forwarded-proto".to_owned(), "https".to_owned()),
            ]),
            body: None,
            is_base64: false,
            is_decoded: true,
            stage: "$default",
        }
    }

    pub(crate) fn get(url: &str) -> Self {
        Self::new("GET", url)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With a token.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a body of JSON, or what is meant to be it.
    pub(crate) fn json(self, text: &str) -> Self {
        let mut this = self.header("content-type", "application/json").length(text.len());
        this.body = Some(text.to_owned());
        this
    }

    /// With a body in base64: so a gateway hands over what it does not take for text.
    pub(crate) fn base64(self, bytes: &[u8]) -> Self {
        let mut this = self.header("content-type", "application/vnd.mcp.server+json").length(bytes.len());
        this.body = Some(STANDARD.encode(bytes));
        this.is_base64 = true;
        this
    }

    fn length(self, bytes: usize) -> Self {
        self.header("content-length", &bytes.to_string())
    }

    /// As a function URL hands it over.
    pub(crate) fn undecoded(mut self) -> Self {
        self.is_decoded = false;
        self
    }

    /// As a stage with a name hands it over.
    pub(crate) fn stage(mut self, stage: &'static str) -> Self {
        self.stage = stage;
        self
    }

    pub(crate) fn event(&self) -> Value {
        let path = if self.is_decoded { decoded(&self.path) } else { self.path.clone() };
        let path = if self.stage == "$default" { path } else { format!("/{}{path}", self.stage) };
        let parameters: BTreeMap<&str, &str> = self.query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let mut event = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": self.query,
            "headers": self.headers,
            "queryStringParameters": parameters,
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "abcdefghij",
                "domainName": "abcdefghij.execute-api.eu-central-1.amazonaws.com",
                "domainPrefix": "abcdefghij",
                "http": {
                    "method": self.method,
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.7",
                    "userAgent": "curl/8.5.0",
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": "$default",
                "stage": self.stage,
                "time": "21/Nov/2026:04:00:00 +0000",
                "timeEpoch": 1_795_233_600_000_u64,
            },
            "isBase64Encoded": self.is_base64,
        });
        if let Some(body) = &self.body {
            event["body"] = body.as_str().into();
        }
        event
    }
}

impl Answer {
    pub(crate) fn of(answer: &Value) -> Self {
        let is_base64 = answer["isBase64Encoded"].as_bool().unwrap_or_default();
        let body = answer["body"].as_str().unwrap_or_default();
        let body = if is_base64 { STANDARD.decode(body).unwrap() } else { body.as_bytes().to_vec() };
        let headers = serde_json::from_value(answer["headers"].clone()).unwrap();
        Self { status: answer["statusCode"].as_u64().unwrap(), headers, body, is_base64 }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// Status, detail and errors of a problem.
    pub(crate) fn problem(&self) -> (u64, String, Value) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        (self.status, problem["detail"].as_str().unwrap().to_owned(), problem["errors"].clone())
    }

    /// The body as JSON; decompressed when it is compressed.
    pub(crate) fn json(&self) -> Value {
        let mut body = Vec::new();
        match self.header("content-encoding") {
            "gzip" => drop(flate2::read::GzDecoder::new(self.body.as_slice()).read_to_end(&mut body).unwrap()),
            "" => body.clone_from(&self.body),
            other => panic!("unexpected content-encoding {other}"),
        }
        serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A schedule event as `EventBridge` Scheduler sends it to its target.
pub(crate) fn schedule() -> Value {
    json!({
        "version": "0",
        "id": "d4f3b5a2-6c1e-4f0a-9b8d-2e7c5a1f3d60",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "123456789012",
        "time": "2026-11-21T04:00:00Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:scheduler:eu-central-1:123456789012:schedule/default/berth-sync"],
        "detail": "{}",
    })
}

/// Escapes all bytes but letters, digits, `.`, `-`, `_` and `~`.
pub(crate) fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        match after {
            [high, low, after @ ..] if *first == b'%' => {
                let hex = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}
