//! Spans of time, as people write and read them: `90s`, `10m`, `1h`.

use std::time::Duration;

use registry::time::Timestamp;

/// Units with their seconds, the smallest first.
const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];

/// Reads a whole number with a unit.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let invalid = || format!("expected a number with s, m, h or d, such as 90s, 10m or 1h, got {text:?}");
    let unit = text.chars().last().ok_or_else(invalid)?;
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(invalid)?;
    let number = text.strip_suffix(unit).unwrap_or_default();
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid());
    }
    let number: u64 = number.parse().map_err(|_| invalid())?;
    number.checked_mul(*seconds).map(Duration::from_secs).ok_or_else(invalid)
}

/// A moment: RFC 3339, or so long ago.
pub(crate) fn parse_moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let invalid = || {
        format!("expected a time such as 2026-01-31T12:00:00Z, or how long ago such as 90s, 10m or 1h, got {text:?}")
    };
    let ago = parse(text).map_err(|_| invalid())?;
    let ago = i64::try_from(ago.as_micros()).map_err(|_| invalid())?;
    // What is before the year 0 is no time of the API.
    let earliest = "0001-01-01T00:00:00Z".parse().ok();
    let moment = Timestamp::now().as_micros().checked_sub(ago).and_then(Timestamp::from_micros);
    moment.filter(|moment| Some(*moment) >= earliest).ok_or_else(invalid)
}

/// A span in words, rounded up.
pub(crate) fn in_words(span: Duration) -> String {
    let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
    let (number, word) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(60 * 60), "hour"),
    };
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_unit() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("1h", 3600), ("7d", 604_800), ("0s", 0), ("007m", 420)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "s", "10", "10 m", "1.5h", "-1s", "+1s", "1h30m", "10M", "10µ", "１s", "99999999999999999999s"]
        {
            assert!(parse(text).unwrap_err().contains("such as 90s, 10m or 1h"), "{text}");
        }
        assert!(parse(&format!("{}d", u64::MAX)).is_err());
    }

    #[test]
    fn moments_are_times_or_long_ago() {
        let time = "2026-01-31T12:00:00Z";
        assert_eq!(parse_moment(time).unwrap().to_string(), time);
        let ago = Timestamp::now().as_micros() - parse_moment("1h").unwrap().as_micros();
        assert!((3_599_000_000..=3_600_000_000).contains(&ago), "{ago}");
        for text in ["yesterday", "", "2026-01-31", "999999999d", &format!("{}s", u64::MAX)] {
            assert!(parse_moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_are_never_too_few() {
        for (millis, expected) in [
            (0, "0 seconds"),
            (1_000, "1 second"),
            (16_001, "17 seconds"),
            (119_000, "119 seconds"),
            (120_000, "2 minutes"),
            (121_000, "3 minutes"),
            (7_199_000, "120 minutes"),
            (7_200_000, "2 hours"),
        ] {
            assert_eq!(in_words(Duration::from_millis(millis)), expected);
        }
    }
}
