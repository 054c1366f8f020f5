//! Fields of a request's body, each parsed once; all that is wrong is told at once, in the official registry's words.

use std::str::FromStr;

use registry::error::ErrorDetail;
use serde_json::{Map, Value};

/// The fields of one object.
pub(crate) struct Fields<'a> {
    location: String,
    whole: &'a Value,
    members: Option<&'a Map<String, Value>>,
    known: Vec<&'static str>,
    errors: Vec<ErrorDetail>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(location: impl Into<String>, whole: &'a Value) -> Self {
        let mut this = Self {
            location: location.into(),
            whole,
            members: whole.as_object(),
            known: Vec::new(),
            errors: Vec::new(),
        };
        if this.members.is_none() {
            this.error_here("expected object");
        }
        this
    }

    /// A text that parses.
    pub(crate) fn parsed<T>(&mut self, key: &'static str) -> Option<T>
    where
        T: FromStr,
        T::Err: ToString,
    {
        let value = self.required(key)?;
        let text = self.text(key, value)?;
        match text.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.error(key, error.to_string(), value);
                None
            }
        }
    }

    /// A whole number, not below zero.
    pub(crate) fn number(&mut self, key: &'static str) -> Option<u64> {
        let value = self.required(key)?;
        let number = value.as_u64();
        if number.is_none() {
            self.error(key, "expected integer >= 0", value);
        }
        number
    }

    /// A text that passes the check.
    pub(crate) fn checked(&mut self, key: &'static str, check: fn(&str) -> bool, expected: &str) -> Option<String> {
        let value = self.required(key)?;
        self.check(key, value, check, expected)
    }

    /// A text that passes the check, or nothing. The outer `None` stands for an error.
    pub(crate) fn optional_checked(
        &mut self,
        key: &'static str,
        check: fn(&str) -> bool,
        expected: &str,
    ) -> Option<Option<String>> {
        match self.member(key).filter(|value| !value.is_null()) {
            Some(value) => self.check(key, value, check, expected).map(Some),
            None => Some(None),
        }
    }

    /// A list whose elements are read one by one.
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        most: usize,
        read: impl Fn(String, &'a Value) -> Result<T, Vec<ErrorDetail>>,
    ) -> Option<Vec<T>> {
        let value = self.required(key)?;
        let Some(elements) = value.as_array() else {
            self.error(key, "expected array", value);
            return None;
        };
        if elements.len() > most {
            self.errors.push(detail(
                format!("expected array length <= {most}"),
                format!("{}.{key}", self.location),
                None,
            ));
            return None;
        }
        let mut all = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            match read(format!("{}.{key}[{index}]", self.location), element) {
                Ok(element) => all.push(element),
                Err(errors) => self.errors.extend(errors),
            }
        }
        Some(all)
    }

    /// What was read, unless something is wrong or there is more than was asked for.
    ///
    /// # Errors
    /// All that is wrong.
    pub(crate) fn finish<T>(mut self, build: impl FnOnce() -> Option<T>) -> Result<T, Vec<ErrorDetail>> {
        let unknown = self.members.into_iter().flat_map(Map::keys).filter(|key| !self.known.contains(&key.as_str()));
        // One is enough to find the mistake; a body could have thousands.
        if let Some(key) = unknown.into_iter().next() {
            let shown: String = key.chars().take(100).collect();
            self.errors.push(detail("unexpected property".to_owned(), format!("{}.{shown}", self.location), None));
        }
        match build() {
            Some(built) if self.errors.is_empty() => Ok(built),
            _ => Err(self.errors),
        }
    }

    fn member(&mut self, key: &'static str) -> Option<&'a Value> {
        self.known.push(key);
        self.members?.get(key)
    }

    fn required(&mut self, key: &'static str) -> Option<&'a Value> {
        let value = self.member(key);
        if value.is_none() && self.members.is_some() {
            self.error_here(format!("expected required property {key} to be present"));
        }
        value
    }

    fn text(&mut self, key: &'static str, value: &'a Value) -> Option<&'a str> {
        let text = value.as_str();
        if text.is_none() {
            self.error(key, "expected string", value);
        }
        text
    }

    fn check(
        &mut self,
        key: &'static str,
        value: &'a Value,
        check: fn(&str) -> bool,
        expected: &str,
    ) -> Option<String> {
        let text = self.text(key, value)?;
        if !check(text) {
            self.error(key, expected, value);
            return None;
        }
        Some(text.to_owned())
    }

    fn error(&mut self, key: &str, message: impl Into<String>, value: &Value) {
        self.errors.push(detail(message.into(), format!("{}.{key}", self.location), echo(value)));
    }

    fn error_here(&mut self, message: impl Into<String>) {
        self.errors.push(detail(message.into(), self.location.clone(), echo(self.whole)));
    }
}

/// The value as an error quotes it, unless it is large.
fn echo(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) if text.len() > 1000 => None,
        Value::Array(_) | Value::Object(_) | Value::Null => None,
        value => Some(value.clone()),
    }
}

fn detail(message: String, location: String, value: Option<Value>) -> ErrorDetail {
    ErrorDetail { message, location: Some(location), value }
}
