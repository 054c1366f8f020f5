//! One change, as files and pages have it.

use registry::model::{ServerName, ServerVersion};
use registry::snapshot::parse_entry;
use registry::store::{Change, Owner, Serial};
use registry::time::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A change that was checked, and the line that says it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeLine {
    /// What it says.
    pub change: Change,
    /// As it is written, without the end of the line.
    pub line: String,
}

#[derive(Deserialize)]
struct Line<'a> {
    serial: u64,
    time: Timestamp,
    latest: String,
    #[serde(borrow)]
    entry: &'a RawValue,
}

#[derive(Deserialize)]
struct Entry {
    server: Named,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    version: String,
}

impl ChangeLine {
    /// Reads a line.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(line: &str) -> Result<Self, String> {
        let Line { serial, time, latest, entry } = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let Entry { server } = serde_json::from_str(entry.get()).map_err(|error| error.to_string())?;
        let name: ServerName = server.name.parse().map_err(|_| format!("{:?} is no name", server.name))?;
        let version = |text: String| text.parse::<ServerVersion>().map_err(|_| format!("{text:?} is no version"));
        let (version, latest) = (version(server.version)?, version(latest)?);
        let (state, is_latest) = parse_entry(entry.get()).map_err(|error| error.to_string())?;
        // The mirror answers what it renders, so it takes nothing that it would render otherwise.
        if state.render(is_latest) != entry.get() {
            return Err(format!("the entry of change {serial} is written in another form"));
        }
        if is_latest != (version == latest) {
            return Err(format!("change {serial} says of its entry otherwise than of its server which version is the latest"));
        }
        let change = Change {
            serial: Serial(serial),
            at: time,
            name,
            version,
            state,
            // Who brought a server is not public, and no answer shows it.
            owner: Owner::Publisher,
            latest,
        };
        Ok(Self { change, line: line.to_owned() })
    }

    /// Its serial.
    #[must_use]
    pub fn serial(&self) -> u64 {
        self.change.serial.0
    }
}
