//! What people and scripts see: data on stdout, talk on stderr.

mod bars;
mod issues;
mod place;
mod refusal;
mod waiting;

use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, LineStyle, Table, presets};
use serde_json::Value;
use sync::SourceReport;

pub(crate) use bars::Bars;
pub(crate) use issues::issue_table;
pub(crate) use refusal::talk_refusal;
pub(crate) use waiting::Waiting;

/// Refused entries that are shown one by one; `--json` has all.
const REFUSED_SHOWN: usize = 20;

/// Prints data.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Talks. Nobody hears it when stderr is closed.
pub(crate) fn talk(text: &str) {
    let _ = writeln!(io::stderr(), "{}", printable(text));
}

/// A table that fits the terminal; in a pipe each row is one line.
pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    if io::stdout().is_terminal() {
        table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
        table.set_content_arrangement(ContentArrangement::Dynamic);
    } else {
        table.load_style(presets::NOTHING);
    }
    if !header.is_empty() {
        table.set_header(header);
    }
    table
}

/// A table of entries, each column with the pointer to what it shows; columns that are empty throughout are left out.
pub(crate) fn table_of(entries: &[Value], columns: &[(&str, &str)]) -> String {
    let is_used = |pointer: &str| entries.iter().any(|entry| !field(entry, pointer).is_empty());
    let columns: Vec<&(&str, &str)> = columns.iter().filter(|(_, pointer)| is_used(pointer)).collect();
    let mut table = table(&columns.iter().map(|(label, _)| *label).collect::<Vec<_>>());
    for entry in entries {
        table.add_row(columns.iter().map(|(_, pointer)| field(entry, pointer)));
    }
    format!("{}\n", table.trim_fmt())
}

/// Prints labels with their values, those left out that are empty.
pub(crate) fn print_rows(rows: &[(&str, String)]) -> io::Result<()> {
    let mut table = table(&[]);
    for (label, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        table.add_row([*label, value]);
    }
    print(&format!("{}\n", table.trim_fmt()))
}

/// Prints labels with values that are copied elsewhere: a line each, however narrow the terminal is.
pub(crate) fn print_lines(rows: &[(&str, String)]) -> io::Result<()> {
    let width = rows.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
    let lines: String = rows.iter().map(|(label, value)| format!(" {label:width$}  {value}\n")).collect();
    print(&lines)
}

/// A text of an answer, empty when it is absent.
pub(crate) fn field(entry: &Value, pointer: &str) -> String {
    match entry.pointer(pointer) {
        Some(Value::String(text)) => printable(text),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// A field of the official block.
pub(crate) fn official(entry: &Value, name: &str) -> String {
    field(entry, &format!("/_meta/io.modelcontextprotocol.registry~1official/{name}"))
}

/// The day of a time.
pub(crate) fn day(time: &str) -> String {
    time.split('T').next().unwrap_or_default().to_owned()
}

/// One line about a source.
pub(crate) fn source_line(source: &SourceReport) -> String {
    let shadowed = match source.shadowed() {
        0 => String::new(),
        count => format!(", {count} shadowed"),
    };
    match &source.error {
        Some(error) => format!("error: {error}"),
        None => format!(
            "{}: {} read, {} imported, {} unchanged, {} refused{shadowed}",
            source.source,
            source.read,
            source.imported,
            source.unchanged,
            source.faulty().count()
        ),
    }
}

/// The refused entries of a source, each with its reason.
pub(crate) fn talk_refused(source: &SourceReport) {
    for refused in source.faulty().take(REFUSED_SHOWN) {
        talk(&format!("refused {} {} {}: {}", source.source, refused.name, refused.version, refused.reason));
    }
    let more = source.faulty().count().saturating_sub(REFUSED_SHOWN);
    if more > 0 {
        talk(&format!("refused {more} more of {}; --json names each", source.source));
    }
    let shadowed = source.shadowed();
    if shadowed > 0 {
        talk(&format!(
            "shadowed {shadowed} of {}: another source or a publisher brought these servers first; --json names each",
            source.source
        ));
    }
}

/// Names, descriptions and reasons are anybody's text: it stays on its line, and control characters, those included that
/// turn the direction of writing, do not reach the terminal.
pub(crate) fn printable(text: &str) -> String {
    let printable = |char: char| match char {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ if char.is_control() => '\u{fffd}',
        _ => char,
    };
    text.chars().map(printable).collect()
}
