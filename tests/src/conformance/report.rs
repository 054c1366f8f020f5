//! What a registry answered, in a form that can be laid beside what another one did.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::Answer;

/// Headers that are compared by value.
const HEADERS: [&str; 12] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "cache-control",
    "content-encoding",
    "location",
    "retry-after",
    "vary",
    "x-content-type-options",
];

/// An answer without what is another one each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    status: u16,
    media_type: String,
    has_etag: bool,
    headers: BTreeMap<&'static str, String>,
    body: String,
}

/// All answers of one registry, by case and request, and what was not as the cases expect it.
#[derive(Debug, Default)]
pub struct Report {
    pub(super) answers: BTreeMap<String, Shape>,
    pub(super) failures: BTreeMap<String, Vec<String>>,
}

impl Shape {
    pub(super) fn of(answer: &Answer) -> Self {
        let header = |name: &str| {
            let values = answer.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
            values.collect::<Vec<_>>().join(", ")
        };
        let headers = HEADERS.into_iter().map(|name| (name, shown(name, header(name))));
        let headers = headers.filter(|(_, value)| !value.is_empty());
        Self {
            status: answer.status,
            media_type: header("content-type").split(';').next().unwrap_or_default().to_owned(),
            has_etag: !header("etag").is_empty(),
            headers: headers.collect(),
            body: lasting(&String::from_utf8_lossy(&unpacked(&header("content-encoding"), &answer.body))),
        }
    }

    fn differs(&self, other: &Self) -> Vec<&'static str> {
        if self.status != other.status {
            return vec!["status"];
        }
        let mut aspects = Vec::new();
        let mut compare = |aspect, same: bool| aspects.extend((!same).then_some(aspect));
        compare("media type", self.media_type == other.media_type);
        compare("etag", self.has_etag == other.has_etag);
        compare("body", self.body == other.body);
        HEADERS.iter().for_each(|name| compare(name, self.headers.get(name) == other.headers.get(name)));
        aspects
    }
}

/// What was packed: a function that is built alone has another packer than all of them in one process.
fn unpacked<'a>(encoding: &str, body: &'a [u8]) -> Cow<'a, [u8]> {
    let mut bytes = Vec::new();
    match encoding {
        "gzip" if GzDecoder::new(body).read_to_end(&mut bytes).is_ok() => Cow::Owned(bytes),
        _ => Cow::Borrowed(body),
    }
}

impl Report {
    /// Requests that were not answered as their case expects it.
    #[must_use]
    pub fn failures(&self) -> &BTreeMap<String, Vec<String>> {
        &self.failures
    }

    /// How many requests there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// Whether there were none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// What this registry answered otherwise than `other`.
    #[must_use]
    pub fn against<'a>(&'a self, other: &'a Self) -> Vec<Difference<'a>> {
        let requests: BTreeSet<&String> = self.answers.keys().chain(other.answers.keys()).collect();
        let difference = |request: &'a String| {
            let answers = [self.answers.get(request), other.answers.get(request)];
            let aspects = match answers {
                [Some(one), Some(other)] => one.differs(other),
                _ => vec!["request"],
            };
            Difference { case: case_of(request), request, aspects, answers }
        };
        requests.into_iter().map(difference).filter(|difference| !difference.aspects.is_empty()).collect()
    }
}

/// A request that two registries answered otherwise.
#[derive(Debug)]
pub struct Difference<'a> {
    /// The case.
    pub case: &'a str,
    /// The request.
    pub request: &'a str,
    /// In what they differ: the status, or where that is the same, anything else.
    pub aspects: Vec<&'static str>,
    /// The answers of both.
    pub answers: [Option<&'a Shape>; 2],
}

fn case_of(request: &str) -> &str {
    request.split_once(": ").and_then(|(case, _)| case.rsplit_once(' ')).map_or(request, |(case, _)| case)
}

/// How long a CDN keeps an exact version is another number where one stands in front that is told of changes.
fn shown(name: &str, value: String) -> String {
    match value.split_once("s-maxage=") {
        Some((before, after)) if name == "cache-control" => {
            format!("{before}s-maxage=?{}", after.trim_start_matches(|digit: char| digit.is_ascii_digit()))
        }
        _ => value,
    }
}

/// A body with a word for each time, token and cursor. The rest stays as it was written, order of keys included.
pub(super) fn lasting(body: &str) -> String {
    let Ok(value) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    let mut changing = Vec::new();
    collect(&value, &mut changing);
    // The longest first: one may be the beginning of another.
    changing.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    let mut body = body.to_owned();
    for (text, word) in changing {
        body = body.replace(&text, word);
    }
    body
}

fn collect(value: &Value, changing: &mut Vec<(String, &'static str)>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, changing)),
        Value::Object(fields) => {
            for (key, value) in fields {
                let word = match key.as_str() {
                    "publishedAt" | "updatedAt" | "statusChangedAt" | "expiresAt" => "<time>",
                    "tokenId" | "kid" => "<id>",
                    // Of a public key.
                    "x" => "<key>",
                    "registry_token" => "<token>",
                    "expires_at" => "<seconds>",
                    "nextCursor" => "<cursor>",
                    _ => {
                        collect(value, changing);
                        continue;
                    }
                };
                match value {
                    Value::String(text) if !text.is_empty() => changing.push((text.clone(), word)),
                    Value::Number(number) => changing.push((number.to_string(), word)),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_becomes_a_word_and_the_rest_stays() {
        let body = r#"{"b":1,"_meta":{"publishedAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z"},"a":[{"nextCursor":"~x"}]}"#;
        let expected =
            r#"{"b":1,"_meta":{"publishedAt":"<time>","updatedAt":"<time>"},"a":[{"nextCursor":"<cursor>"}]}"#;
        assert_eq!(lasting(body), expected);
        assert_eq!(lasting("no JSON"), "no JSON");
    }

    #[test]
    fn answers_that_differ_are_told() {
        let shape = |status| Shape {
            status,
            media_type: String::new(),
            has_etag: false,
            headers: BTreeMap::new(),
            body: String::new(),
        };
        let (one, mut other) = (shape(200), shape(200));
        assert!(one.differs(&other).is_empty());
        (other.has_etag, other.body) = (true, "b".to_owned());
        other.headers.insert("vary", "Origin".to_owned());
        assert_eq!(one.differs(&other), ["etag", "body", "vary"]);
        assert_eq!(one.differs(&shape(404)), ["status"]);
        let report = |answers: &[(&str, u16)]| Report {
            answers: answers.iter().map(|(request, status)| ((*request).to_owned(), shape(*status))).collect(),
            failures: BTreeMap::new(),
        };
        let one = report(&[("list a 01: GET /", 200), ("list b 01: GET /", 200)]);
        let other = report(&[("list a 01: GET /", 200), ("list b 01: GET /", 404), ("list b 02: GET /", 200)]);
        let against = one.against(&other);
        let found: Vec<_> = against.iter().map(|found| (found.case, found.aspects.as_slice())).collect();
        assert_eq!(found, [("list b", ["status"].as_slice()), ("list b", &["request"])]);
    }
}
