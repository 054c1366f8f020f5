//! One line of the log, written without a tree in between.

use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::Directive;
use super::directive::cloud_watch_metrics;

/// Room for a line with metrics, so that none is moved while it grows.
const CAPACITY: usize = 1536;

/// An object of JSON that grows to a line of the log.
#[derive(Clone, Debug)]
pub struct Line(Vec<u8>);

impl Line {
    /// A line of level `INFO`.
    #[must_use]
    pub fn new(message: &str) -> Self {
        let mut bytes = Vec::with_capacity(CAPACITY);
        bytes.extend_from_slice(br#"{"level":"INFO","message":"#);
        let mut this = Self(bytes);
        this.json(message);
        this
    }

    /// Adds a text. The name is one of this code, and needs no escape.
    pub fn text(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.name(name).json(value)
    }

    /// Adds a number.
    pub fn number(&mut self, name: &'static str, value: u64) -> &mut Self {
        self.name(name).json(&value)
    }

    /// Adds a time in milliseconds, to the microsecond.
    pub fn milliseconds(&mut self, name: &'static str, value: Duration) -> &mut Self {
        self.name(name);
        let _ = write!(self.0, "{}.{:03}", value.as_millis(), value.subsec_micros() % 1_000);
        self
    }

    /// Adds the span of the runtime, as the lines have it that `tracing` writes.
    pub(super) fn span(&mut self, invocation: &str) -> &mut Self {
        self.name("span").0.extend_from_slice(br#"{"requestId":"#);
        self.json(invocation).0.push(b'}');
        self
    }

    /// Says which of the numbers are metrics. The line has all that the directives name.
    pub fn metrics(&mut self, directives: &[Directive]) -> &mut Self {
        self.made_metrics(&cloud_watch_metrics(directives))
    }

    /// The same with directives that are made already.
    pub(super) fn made_metrics(&mut self, directives: &str) -> &mut Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.name("_aws");
        let _ = write!(self.0, r#"{{"Timestamp":{},"CloudWatchMetrics":{directives}}}"#, now.as_millis());
        self
    }

    /// The line, with its end.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.0.extend_from_slice(b"}\n");
        self.0
    }

    /// Writes the line to stdout, in one piece. A log that nobody takes stops no request.
    pub fn print(self) {
        let _ = io::stdout().lock().write_all(&self.finish());
    }

    fn name(&mut self, name: &'static str) -> &mut Self {
        self.0.extend_from_slice(b",\"");
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        self
    }

    fn json<T: Serialize + ?Sized>(&mut self, value: &T) -> &mut Self {
        // Texts and numbers are always JSON, and a vector takes all.
        let _ = serde_json::to_writer(&mut self.0, value);
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_line_is_one_object_whatever_the_texts_are() {
        let mut line = Line::new("re\"quest\n");
        line.text("path", "/a\"b\\\u{7}\u{2028}ü").number("status", u64::MAX);
        line.milliseconds("Latency", Duration::from_micros(12_345));
        line.milliseconds("Short", Duration::from_micros(7));
        let text = String::from_utf8(line.finish()).unwrap();
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["message"], "re\"quest\n");
        assert_eq!(value["path"], "/a\"b\\\u{7}\u{2028}ü");
        assert_eq!(value["status"], u64::MAX);
        assert_eq!((&value["Latency"], &value["Short"]), (&12.345.into(), &0.007.into()));
    }
}
