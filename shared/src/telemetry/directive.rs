//! Which numbers of a line are metrics: directives of `CloudWatch`'s embedded metric format.

use std::fmt::Write;

/// The namespace of all metrics.
const NAMESPACE: &str = "Berth";

/// Numbers of a line that are metrics, and the texts of it that they are counted by.
#[derive(Clone, Copy, Debug)]
pub struct Directive {
    /// Names of texts. Each set is a metric of its own for each combination of their values, and paid for as such.
    pub dimensions: &'static [&'static [&'static str]],
    /// Names of numbers, with their units.
    pub metrics: &'static [(&'static str, Unit)],
}

/// Units that `CloudWatch` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// A time.
    Milliseconds,
    /// A time.
    Seconds,
    /// A size.
    Bytes,
    /// A number that counts nothing, such as a serial.
    None,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::Seconds => "Seconds",
            Self::Bytes => "Bytes",
            Self::None => "None",
        }
    }
}

/// `directives` as the value of `CloudWatchMetrics`. It is the same in every line, so it is written once. Names are those of
/// this code: none has a character to escape.
pub(super) fn cloud_watch_metrics(directives: &[Directive]) -> String {
    let mut text = String::from("[");
    for (number, directive) in directives.iter().enumerate() {
        text.push_str(if number == 0 { "{" } else { ",{" });
        let sets = directive.dimensions.iter().map(|set| format!(r#"["{}"]"#, set.join(r#"",""#)));
        let sets: Vec<String> = sets.collect();
        let metrics = directive.metrics.iter();
        let metrics: Vec<String> =
            metrics.map(|(name, unit)| format!(r#"{{"Name":"{name}","Unit":"{}"}}"#, unit.name())).collect();
        let (sets, metrics) = (sets.join(","), metrics.join(","));
        // Writing to a text cannot fail.
        let _ = write!(text, r#""Namespace":"{NAMESPACE}","Dimensions":[{sets}],"Metrics":[{metrics}]}}"#);
    }
    text.push(']');
    text
}
