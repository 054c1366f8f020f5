//! Times as the official API writes them: RFC 3339 in UTC with `Z`, at most microseconds, trailing zeros trimmed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
///
/// Microseconds are what the official registry stores; finer input is cut, so that a publish answers what a later read
/// answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 time with an offset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an RFC 3339 time with an offset, such as 2025-08-07T13:15:04.280Z, got {0:?}")]
pub struct InvalidTimestamp(pub String);

/// 0000-01-01T00:00:00Z, before which RFC 3339 writes nothing.
const FIRST: i64 = -62_167_219_200_000_000;

impl Timestamp {
    /// The current time by the system clock.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// A time from microseconds since the epoch, or `None` outside the years -9999 to 9999.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        jiff::Timestamp::from_microsecond(micros).ok().map(|_| Self(micros))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            // jiff trims trailing zeros and writes no fraction where there is none, as the official registry does.
            Ok(time) => time.fmt(f),
            Err(_) => f.write_str("0001-01-01T00:00:00Z"),
        }
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidTimestamp(text.to_owned());
        if !has_rfc3339_shape(text.as_bytes()) {
            return Err(invalid());
        }
        let time: jiff::Timestamp = text.parse().map_err(|_| invalid())?;
        let micros = i64::try_from(time.as_nanosecond().div_euclid(1_000)).map_err(|_| invalid())?;
        // An offset leads from the year 0 to the year before.
        if micros < FIRST { Err(invalid()) } else { Ok(Self(micros)) }
    }
}

/// jiff also reads a space for `T`, times without seconds and zone names; RFC 3339 and the official API do not.
fn has_rfc3339_shape(text: &[u8]) -> bool {
    let Some((head, tail)) = text.split_at_checked(19) else { return false };
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let matches_shape = head.iter().zip(shape).all(|(byte, kind)| match kind {
        b'd' => byte.is_ascii_digit(),
        other => byte == other,
    });
    let offset = match tail.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            fraction.get(digits..).unwrap_or_default()
        }
        None => tail,
    };
    matches_shape
        && match offset {
            b"Z" => true,
            [b'+' | b'-', h1, h2, b':', m1, m2] => [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()),
            _ => false,
        }
}

impl TryFrom<String> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> String {
        text.parse::<Timestamp>().unwrap().to_string()
    }

    #[test]
    fn renders_as_the_official_registry_does() {
        assert_eq!(rendered("2025-09-09T00:16:49.162620Z"), "2025-09-09T00:16:49.16262Z");
        assert_eq!(rendered("2025-09-09T00:16:49.000000Z"), "2025-09-09T00:16:49Z");
        assert_eq!(rendered("2025-09-09T02:16:49.5+02:00"), "2025-09-09T00:16:49.5Z");
    }

    #[test]
    fn reads_what_it_writes_from_the_first_moment_on() {
        assert_eq!(rendered("0000-01-01T00:00:00Z"), "0000-01-01T00:00:00Z");
        assert_eq!(rendered("0000-01-01T01:00:00+01:00"), "0000-01-01T00:00:00Z");
    }

    #[test]
    fn cuts_below_microseconds() {
        assert_eq!(rendered("2025-09-09T00:16:49.123456999Z"), "2025-09-09T00:16:49.123456Z");
    }

    #[test]
    fn refuses_what_is_not_rfc_3339() {
        for text in [
            "2020-01-01",
            "2020-01-01T00:00:00",
            "2020-01-01 00:00:00Z",
            "2020-01-01T00:00Z",
            "",
            "now",
            "2020-01-01T00:00:00.123 02:00",
            "2020-13-01T00:00:00Z",
            "2020-01-01T00:00:00.Z",
            "0000-01-01T00:00:00+00:01",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }
}
