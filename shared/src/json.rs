//! Strict reading of JSON that others wrote: what a lenient parser would pass over is an error here.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::limits;

/// Why bytes are no JSON that is read here. The text continues a sentence that begins with what was read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// There is nothing but white space.
    #[error("is empty: expected JSON")]
    Empty,
    /// The bytes begin with a UTF-8 or UTF-16 byte order mark.
    #[error("starts with a byte order mark: save the file as UTF-8 without one")]
    ByteOrderMark,
    /// The bytes are not UTF-8; counted from 1.
    #[error("is not UTF-8 at byte {0}: save the file as UTF-8")]
    NotUtf8(usize),
    /// The text ends inside a value.
    #[error("ends too early at line {line} column {column} (truncated?)")]
    Truncated {
        /// Line of the end, from 1.
        line: usize,
        /// Column of the end.
        column: usize,
    },
    /// The text is not JSON; the position is part of the message.
    #[error("is not JSON: {0}")]
    Syntax(String),
    /// One object has a key twice, so what it means depends on who reads it.
    #[error("duplicate key {0:?}")]
    DuplicateKey(String),
    /// Arrays and objects are nested deeper than [`limits::JSON_DEPTH`].
    #[error("is nested deeper than {max} levels", max = limits::JSON_DEPTH)]
    TooDeep,
}

/// The outermost level of a JSON text; the levels below it are checked for syntax only.
#[derive(Debug)]
pub enum Parts<'a> {
    /// The elements of an array.
    Array(Vec<&'a RawValue>),
    /// The members of an object.
    Object(BTreeMap<String, &'a RawValue>),
    /// Neither, named for a message: `a string`.
    Scalar(&'static str),
}

/// Reads one JSON value.
///
/// # Errors
/// See [`JsonError`].
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let refusal = Refusal::default();
    read(bytes, &refusal, Strict { depth: 0, refusal: &refusal })
}

/// Reads the outermost level only, so that one bad part does not spoil the others.
///
/// # Errors
/// See [`JsonError`]; duplicate keys below the outermost level are not seen.
pub fn split(bytes: &[u8]) -> Result<Parts<'_>, JsonError> {
    let refusal = Refusal::default();
    match bytes.trim_ascii_start().first() {
        Some(b'[') => read(bytes, &refusal, PhantomData).map(Parts::Array),
        Some(b'{') => read(bytes, &refusal, Members(&refusal)).map(Parts::Object),
        _ => read(bytes, &refusal, PhantomData::<&RawValue>).map(|raw| Parts::Scalar(kind(raw))),
    }
}

/// What a value is, for a message: `an object`, `null`.
#[must_use]
pub fn kind(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// Why a visitor stopped: serde's error holds only text.
type Refusal = Cell<Option<JsonError>>;

fn read<'a, S: DeserializeSeed<'a>>(bytes: &'a [u8], refusal: &Refusal, seed: S) -> Result<S::Value, JsonError> {
    let text = text(bytes)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer);
    value.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| match refusal.take() {
        Some(refused) => refused,
        None if error.classify() != Category::Eof => JsonError::Syntax(error.to_string()),
        None if text.trim_ascii().is_empty() => JsonError::Empty,
        None => JsonError::Truncated { line: error.line(), column: error.column() },
    })
}

fn text(bytes: &[u8]) -> Result<&str, JsonError> {
    if [&[0xEF, 0xBB, 0xBF][..], &[0xFE, 0xFF], &[0xFF, 0xFE]].iter().any(|mark| bytes.starts_with(mark)) {
        return Err(JsonError::ByteOrderMark);
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        match error.error_len() {
            Some(_) => JsonError::NotUtf8(error.valid_up_to() + 1),
            // The last character is incomplete, so bytes are missing, not wrong.
            None => JsonError::Truncated {
                line: 1 + valid.iter().filter(|byte| **byte == b'\n').count(),
                column: valid.iter().rev().take_while(|byte| **byte != b'\n').count(),
            },
        }
    })
}

/// A value with all that is below it.
#[derive(Clone, Copy)]
struct Strict<'r> {
    depth: usize,
    refusal: &'r Refusal,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == limits::JSON_DEPTH {
            return Err(refuse(self.refusal, JsonError::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

fn refuse<E: serde::de::Error>(refusal: &Refusal, error: JsonError) -> E {
    refusal.set(Some(error));
    E::custom("refused")
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Value, A::Error> {
        let element = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = array.next_element_seed(element)? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let member = self.deeper()?;
        let mut values = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            if values.contains_key(&key) {
                return Err(refuse(self.refusal, JsonError::DuplicateKey(key)));
            }
            let value = object.next_value_seed(member)?;
            values.insert(key, value);
        }
        Ok(values.into())
    }
}

/// The members of an object as text.
struct Members<'r>(&'r Refusal);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = BTreeMap<String, &'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = BTreeMap<String, &'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((key, value)) = object.next_entry::<String, &RawValue>()? {
            if members.contains_key(&key) {
                return Err(refuse(self.0, JsonError::DuplicateKey(key)));
            }
            members.insert(key, value);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(bytes: &[u8]) -> String {
        let parsed = parse(bytes).unwrap_err();
        if !matches!(parsed, JsonError::DuplicateKey(_) | JsonError::TooDeep) {
            assert_eq!(split(bytes).unwrap_err(), parsed);
        }
        parsed.to_string()
    }

    #[test]
    fn reads_what_serde_json_reads() {
        let text = r#" {"b":[1,-2,3.5,1e3,true,null,"\u00e9\ud83d\ude00"],"a":{"x":{}},"n":18446744073709551615} "#;
        assert_eq!(parse(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn refuses_duplicate_keys_at_every_level() {
        assert_eq!(message(br#"{"name":1,"name":1}"#), r#"duplicate key "name""#);
        assert_eq!(message(br#"[{"a":{"name":1,"n\u0061me":2}}]"#), r#"duplicate key "name""#);
        assert_eq!(split(br#"{"name":1,"name":1}"#).unwrap_err(), JsonError::DuplicateKey("name".to_owned()));
        assert!(parse(br#"{"name":1,"Name":1}"#).is_ok());
    }

    #[test]
    fn refuses_deep_nesting() {
        let nested = |levels| [b"[".repeat(levels), b"]".repeat(levels)].concat();
        assert!(parse(&nested(limits::JSON_DEPTH)).is_ok());
        assert_eq!(message(&nested(limits::JSON_DEPTH + 1)), "is nested deeper than 100 levels");
        assert!(matches!(split(&nested(1_000_000)), Ok(Parts::Array(elements)) if elements.len() == 1));
    }

    #[test]
    fn names_the_damage() {
        assert_eq!(message(b" \n"), "is empty: expected JSON");
        assert_eq!(message(b"\xEF\xBB\xBF{}"), "starts with a byte order mark: save the file as UTF-8 without one");
        assert_eq!(message(b"\xFF\xFE{\0}\0"), "starts with a byte order mark: save the file as UTF-8 without one");
        assert_eq!(message(b"{\"a\":\"\xE9\"}"), "is not UTF-8 at byte 7: save the file as UTF-8");
        assert_eq!(message(b"[1,\n{\"a\": tr"), "ends too early at line 2 column 8 (truncated?)");
        assert_eq!(message(b"[1,\n\"\xC3"), "ends too early at line 2 column 1 (truncated?)");
        assert_eq!(message(b"{} {}"), "is not JSON: trailing characters at line 1 column 4");
        assert_eq!(message(b"<html>"), "is not JSON: expected value at line 1 column 1");
        assert_eq!(message(b"[NaN]"), "is not JSON: expected value at line 1 column 2");
    }

    #[test]
    fn splits_without_reading_the_parts() {
        let Ok(Parts::Object(members)) = split(br#"{"servers":[{"a":1,"a":2}],"metadata":null}"#) else { panic!() };
        assert_eq!(members["servers"].get(), r#"[{"a":1,"a":2}]"#);
        assert_eq!((kind(members["servers"]), kind(members["metadata"])), ("an array", "null"));
    }

    proptest! {
        /// What is stored and read again, any number of times, is the same number in the same digits.
        #[test]
        fn numbers_survive(float in any::<f64>().prop_filter("JSON has no such number", |float| float.is_finite()),
            signed in any::<i64>(), unsigned in any::<u64>(), digits in "-?[1-9][0-9]{0,25}(\\.[0-9]{1,25})?(e-?[0-9]{1,2})?") {
            for text in [format!("{float:?}"), signed.to_string(), unsigned.to_string()] {
                let value = parse(text.as_bytes()).unwrap();
                prop_assert_eq!(value.as_f64().unwrap().to_bits(), text.parse::<f64>().unwrap().to_bits());
            }
            prop_assert_eq!(parse(unsigned.to_string().as_bytes()).unwrap().to_string(), unsigned.to_string());
            let once = parse(digits.as_bytes()).unwrap().to_string();
            prop_assert_eq!(parse(once.as_bytes()).unwrap().to_string(), once);
        }
    }
}
