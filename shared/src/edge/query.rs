//! Query strings, by the official registry's rules: the first of repeated parameters counts, an empty value is an absent
//! one, unknown parameters are ignored.

use std::borrow::Cow;

use crate::error::ErrorDetail;

/// A parsed query string.
#[derive(Clone, Debug, Default)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Parses a raw query string. Any text is one.
    #[must_use]
    pub fn parse(raw: &'a str) -> Self {
        Self(form_urlencoded::parse(raw.as_bytes()).collect())
    }

    /// The value of a parameter, unless it is absent or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        Some(value.as_ref()).filter(|value| !value.is_empty())
    }

    /// A boolean parameter.
    ///
    /// # Errors
    /// The detail for a 422.
    pub fn bool(&self, name: &str) -> Result<Option<bool>, ErrorDetail> {
        let Some(value) = self.get(name) else { return Ok(None) };
        parse_bool(value).map(Some).ok_or_else(|| ErrorDetail {
            message: "invalid boolean".to_owned(),
            location: Some(format!("query.{name}")),
            value: Some(value.into()),
        })
    }
}

/// The spellings of Go's `strconv.ParseBool`, which the official registry reads with.
#[must_use]
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_value_counts_and_empty_is_absent() {
        let query = Query::parse("limit=1&limit=2&search=&a%20b=c+d&flag=yes&ok=T");
        assert_eq!(query.get("limit"), Some("1"));
        assert_eq!(query.get("search"), None);
        assert_eq!(query.get("a b"), Some("c d"));
        assert_eq!(query.bool("ok"), Ok(Some(true)));
        assert_eq!(query.bool("flag").unwrap_err().location.as_deref(), Some("query.flag"));
    }
}
