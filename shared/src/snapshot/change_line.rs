//! One change as everybody may see it: what the changes route lists, and a line of a change file.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::parse_entry;
use crate::model::{ServerName, ServerResponse, ServerVersion};
use crate::store::{Change, Serial};
use crate::time::Timestamp;

/// One change. Applying changes in the order of their serials to the entries of an earlier state gives the entries of the
/// later one, byte for byte: the entry takes its place, and of the other entries of its server `isLatest` becomes whether
/// they are the version in `latest` ([`with_latest`]).
#[derive(Clone, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = Change)]
pub struct ChangeLine<'a> {
    /// Its place in the history.
    #[schema(value_type = u64)]
    pub serial: Serial,
    /// When it was committed (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    pub time: Timestamp,
    /// The version of the server that carries the latest flag from here on.
    #[schema(value_type = String)]
    pub latest: ServerVersion,
    /// The server, as the entry names it.
    #[schema(ignore)]
    pub name: ServerName,
    /// The version, as the entry names it.
    #[schema(ignore)]
    pub version: ServerVersion,
    /// The entry, as lists answer it at this serial; a deleted one too.
    #[schema(value_type = ServerResponse)]
    pub entry: Cow<'a, str>,
}

/// A text is no entry or no change.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {what}: {reason}")]
pub struct InvalidLine {
    what: &'static str,
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    serial: Serial,
    time: Timestamp,
    #[serde(borrow)]
    latest: Cow<'a, str>,
    #[serde(borrow)]
    entry: &'a RawValue,
}

impl InvalidLine {
    fn of(what: &'static str, error: impl ToString) -> Self {
        Self { what, reason: error.to_string() }
    }
}

impl<'a> ChangeLine<'a> {
    /// Reads what [`ChangeLine::render`] wrote; the entry keeps its bytes.
    ///
    /// # Errors
    /// When the text is no change.
    pub fn parse(json: &'a str) -> Result<Self, InvalidLine> {
        let wire: Wire<'a> = serde_json::from_str(json).map_err(|error| InvalidLine::of("a change", error))?;
        let (name, version) = name_and_version(wire.entry.get())?;
        let latest = wire.latest.parse().map_err(|error| InvalidLine::of("the latest version of a change", error))?;
        Ok(Self { serial: wire.serial, time: wire.time, latest, name, version, entry: Cow::Borrowed(wire.entry.get()) })
    }

    /// Appends the JSON, in one line without its end.
    pub fn render(&self, into: &mut Vec<u8>) {
        let latest = serde_json::Value::from(self.latest.as_str());
        let frame = format!(r#"{{"serial":{},"time":"{}","latest":{latest},"entry":"#, self.serial, self.time);
        into.reserve(frame.len() + self.entry.len() + 1);
        into.extend_from_slice(frame.as_bytes());
        into.extend_from_slice(self.entry.as_bytes());
        into.push(b'}');
    }
}

impl From<Change> for ChangeLine<'_> {
    fn from(change: Change) -> Self {
        Self {
            entry: change.state.render(change.version == change.latest).into(),
            serial: change.serial,
            time: change.at,
            latest: change.latest,
            name: change.name,
            version: change.version,
        }
    }
}

/// Which version of which server an entry is, `{"server":…,"_meta":…}`.
///
/// # Errors
/// When the text is no entry, or its name or version is none.
pub fn name_and_version(entry: &str) -> Result<(ServerName, ServerVersion), InvalidLine> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        server: Server<'a>,
    }
    #[derive(Deserialize)]
    struct Server<'a> {
        #[serde(borrow)]
        name: Cow<'a, str>,
        #[serde(borrow)]
        version: Cow<'a, str>,
    }
    let Named { server } = serde_json::from_str(entry).map_err(|error| InvalidLine::of("an entry", error))?;
    let name = server.name.parse().map_err(|error| InvalidLine::of("the name of an entry", error))?;
    let version = server.version.parse().map_err(|error| InvalidLine::of("the version of an entry", error))?;
    Ok((name, version))
}

/// An entry with another latest flag, as lists answer it then.
///
/// # Errors
/// When the text is no entry.
pub fn with_latest(entry: &str, is_latest: bool) -> Result<Cow<'_, str>, InvalidLine> {
    let (state, was_latest) = parse_entry(entry).map_err(|error| InvalidLine::of("an entry", error))?;
    Ok(if was_latest == is_latest { Cow::Borrowed(entry) } else { Cow::Owned(state.render(is_latest)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Extra, Status, VersionState};
    use crate::store::Owner;

    fn change() -> Change {
        let at: Timestamp = "2026-01-01T00:00:00.000001Z".parse().unwrap();
        let state = VersionState {
            document: r#"{"name":"a.b/cc","description":"line\nbreak \"quoted\" ünïcode","version":"1.0.0"}"#
                .to_owned(),
            meta: Extra::from([("com.example".to_owned(), serde_json::json!({"isLatest": true}))]),
            status: Status::Deleted,
            status_message: Some("gone".to_owned()),
            published_at: at,
            updated_at: at,
            status_changed_at: at,
        };
        let (name, version) = ("a.b/cc".parse().unwrap(), "1.0.0".parse().unwrap());
        let latest = "2.0.0+b".parse().unwrap();
        Change { is_new: true, serial: Serial(7), at, name, version, state, owner: Owner::Publisher, latest }
    }

    #[test]
    fn a_change_is_one_line_and_is_read_back() {
        let line = ChangeLine::from(change());
        let mut json = Vec::new();
        line.render(&mut json);
        let json = String::from_utf8(json).unwrap();
        assert!(json.starts_with(
            r#"{"serial":7,"time":"2026-01-01T00:00:00.000001Z","latest":"2.0.0+b","entry":{"server":{"name":"a.b/cc","#
        ));
        assert!(!json.contains('\n'));
        assert_eq!(ChangeLine::parse(&json).unwrap(), line);
        assert_eq!(
            ChangeLine::parse(&json.replacen(":{\"server", ": {\"server", 1)).unwrap(),
            line,
            "as others write it"
        );
        for cut in 0..json.len() {
            assert!(json.get(..cut).is_none_or(|text| ChangeLine::parse(text).is_err()), "{cut}");
        }
        assert!(ChangeLine::parse(&json.replace("a.b/cc", "nowhere")).is_err());
    }

    #[test]
    fn the_latest_flag_is_the_official_block_s() {
        let entry = change().state.render(false);
        let flagged = with_latest(&entry, true).unwrap();
        assert_eq!(flagged, change().state.render(true));
        assert_eq!(with_latest(&flagged, false).unwrap(), entry);
        assert!(matches!(with_latest(&entry, false).unwrap(), Cow::Borrowed(_)));
        assert!(with_latest("{}", true).is_err());
    }
}
