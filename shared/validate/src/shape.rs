//! Shapes of JSON bodies as data, and the one walk that compares a body with its shape.

use std::fmt::{Display, Write};

use registry::error::ErrorDetail;
use serde_json::{Map, Value};

use crate::{limits, uri};

/// What an object may hold: the fields of all parts, and no other.
#[derive(Debug)]
pub struct Shape {
    pub(crate) parts: &'static [&'static [Field]],
}

/// One field of an object.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: &'static str,
    /// An optional field may also be `null`.
    pub(crate) required: bool,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Debug)]
pub(crate) enum Kind {
    Text(Text),
    Flag,
    Object(&'static Shape),
    List(&'static Kind),
    /// An object with free keys.
    Map(&'static Kind),
    /// An object of which nothing is known.
    FreeObject,
}

/// What a text must be. Lengths are code points.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) min: usize,
    pub(crate) max: usize,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) uri: bool,
    /// The values that it may have; empty for any.
    pub(crate) one_of: &'static [&'static str],
}

/// A pattern as it is shown, and as it is tested.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) shown: &'static str,
    pub(crate) matches: fn(&str) -> bool,
}

impl Text {
    pub(crate) const ANY: Self = Self { min: 0, max: usize::MAX, pattern: None, uri: false, one_of: &[] };
}

impl Field {
    pub(crate) const fn required(key: &'static str, kind: Kind) -> Self {
        Self { key, required: true, kind }
    }

    pub(crate) const fn optional(key: &'static str, kind: Kind) -> Self {
        Self { key, required: false, kind }
    }
}

impl Shape {
    fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.parts.iter().copied().flatten()
    }
}

/// All that is wrong with a body, at most [`limits::ERRORS`] errors and a note that there are more.
#[must_use]
pub fn check(shape: &Shape, body: &Value) -> Vec<ErrorDetail> {
    let mut walk = Walk { location: "body".to_owned(), errors: Vec::new(), full: false };
    walk.object(shape, body);
    if walk.full {
        let message = format!("more than {} errors, the others are not listed", limits::ERRORS);
        walk.errors.push(ErrorDetail { message, location: Some("body".to_owned()), value: None });
    }
    walk.errors
}

struct Walk {
    location: String,
    errors: Vec<ErrorDetail>,
    full: bool,
}

impl Walk {
    fn error(&mut self, message: impl Into<String>, value: &Value) {
        if self.errors.len() == limits::ERRORS {
            self.full = true;
            return;
        }
        self.errors.push(ErrorDetail {
            message: message.into(),
            location: Some(self.location.clone()),
            value: quoted(value),
        });
    }

    fn below(&mut self, step: impl Display, check: impl FnOnce(&mut Self)) {
        let end = self.location.len();
        // Writing to a String does not fail.
        let _ = write!(self.location, "{step}");
        check(self);
        self.location.truncate(end);
    }

    fn value(&mut self, kind: &Kind, value: &Value) {
        match kind {
            Kind::Text(rules) => self.text(rules, value),
            Kind::Flag if value.is_boolean() => {}
            Kind::Flag => self.error("expected boolean", value),
            Kind::Object(shape) => self.object(shape, value),
            Kind::List(element) => self.list(element, value),
            Kind::Map(element) => self.map(element, value),
            Kind::FreeObject if value.is_object() => {}
            Kind::FreeObject => self.error("expected object", value),
        }
    }

    fn object(&mut self, shape: &Shape, value: &Value) {
        let Value::Object(members) = value else { return self.error("expected object", value) };
        let mut known = 0;
        for field in shape.fields() {
            match members.get(field.key) {
                None if field.required => {
                    self.error(format!("expected required property {} to be present", field.key), value);
                }
                None => {}
                Some(member) => {
                    known += 1;
                    if field.required || !member.is_null() {
                        self.below(Key(field.key), |walk| walk.value(&field.kind, member));
                    }
                }
            }
        }
        if known < members.len() {
            self.unexpected(shape, members, value);
        }
    }

    fn unexpected(&mut self, shape: &Shape, members: &Map<String, Value>, whole: &Value) {
        let unknown = members.keys().filter(|key| !shape.fields().any(|field| field.key == key.as_str()));
        for key in unknown {
            if self.full {
                return;
            }
            self.below(Key(key), |walk| walk.error("unexpected property", whole));
        }
    }

    fn list(&mut self, element: &Kind, value: &Value) {
        let Value::Array(elements) = value else { return self.error("expected array", value) };
        for (index, value) in elements.iter().enumerate() {
            if self.full {
                return;
            }
            self.below(format_args!("[{index}]"), |walk| walk.value(element, value));
        }
    }

    fn map(&mut self, element: &Kind, value: &Value) {
        let Value::Object(members) = value else { return self.error("expected object", value) };
        for (key, value) in members {
            if self.full {
                return;
            }
            self.below(Key(key), |walk| walk.value(element, value));
        }
    }

    fn text(&mut self, rules: &Text, value: &Value) {
        let Value::String(text) = value else { return self.error("expected string", value) };
        // A code point has one to four bytes; most texts need no counting.
        if text.len() < 4 * rules.min || text.len() > rules.max {
            self.length(rules, text, value);
        }
        if let Some(pattern) = rules.pattern.as_ref().filter(|pattern| !(pattern.matches)(text)) {
            self.error(format!("expected string to match pattern {}", pattern.shown), value);
        }
        if rules.uri
            && let Err(error) = uri::parse(text)
        {
            self.error(format!("expected string to be RFC 3986 uri: {error}"), value);
        }
        if !rules.one_of.is_empty() && !rules.one_of.contains(&text.as_str()) {
            self.error(format!("expected value to be one of \"{}\"", rules.one_of.join(", ")), value);
        }
    }

    fn length(&mut self, rules: &Text, text: &str, value: &Value) {
        let chars = text.chars().count();
        if chars < rules.min {
            self.error(format!("expected length >= {}", rules.min), value);
        }
        if chars > rules.max {
            self.error(format!("expected length <= {}", rules.max), value);
        }
    }
}

struct Key<'a>(&'a str);

impl Display for Key<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_char('.')?;
        f.write_str(self.0)
    }
}

/// The value as an error quotes it: absent for `null`, and where it is large.
fn quoted(value: &Value) -> Option<Value> {
    let mut left = limits::QUOTED_BYTES;
    (!value.is_null() && fits(value, &mut left)).then(|| value.clone())
}

/// Whether the JSON of a value is at most `left` bytes, escapes not counted.
fn fits(value: &Value, left: &mut usize) -> bool {
    let own = match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 8,
        Value::String(text) => text.len() + 3,
        Value::Array(_) | Value::Object(_) => 3,
    };
    let Some(rest) = left.checked_sub(own) else { return false };
    *left = rest;
    match value {
        Value::Array(elements) => elements.iter().all(|element| fits(element, left)),
        Value::Object(members) => members.iter().all(|(key, member)| {
            left.checked_sub(key.len() + 4).is_some_and(|rest| {
                *left = rest;
                fits(member, left)
            })
        }),
        _ => true,
    }
}
