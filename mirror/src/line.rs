//! One change, as files and pages have it.

use registry::snapshot::{self, parse_entry};
use registry::store::{Change, Owner};

/// A change that was checked, and the line that says it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeLine {
    /// What it says.
    pub change: Change,
    /// As it is written, without the end of the line.
    pub line: String,
}

impl ChangeLine {
    /// Reads a line.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(line: &str) -> Result<Self, String> {
        let parsed = snapshot::ChangeLine::parse(line).map_err(|error| error.to_string())?;
        let (serial, entry) = (parsed.serial, parsed.entry.as_ref());
        let (state, is_latest) = parse_entry(entry).map_err(|error| error.to_string())?;
        // The mirror answers what it renders, so it takes nothing that it would render otherwise.
        if state.render(is_latest) != entry {
            return Err(format!("the entry of change {serial} is written in another form"));
        }
        if is_latest != (parsed.version == parsed.latest) {
            return Err(format!(
                "change {serial} says of its entry otherwise than of its server which version is the latest"
            ));
        }
        // Whether the version is new no line says: it is for the registry's own CDN to know.
        let change = Change {
            is_new: false,
            serial,
            at: parsed.time,
            name: parsed.name,
            version: parsed.version,
            state,
            // Who brought a server is not public, and no answer shows it.
            owner: Owner::Publisher,
            latest: parsed.latest,
        };
        Ok(Self { change, line: line.to_owned() })
    }

    /// Its serial.
    #[must_use]
    pub fn serial(&self) -> u64 {
        self.change.serial.0
    }
}
