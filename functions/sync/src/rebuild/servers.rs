//! Sorted changes, put together to servers.

use std::collections::BTreeMap;
use std::io;

use registry::model::ServerName;
use registry::store::ServerState;

use super::RebuildError;
use super::spooled::{Part, Spooled};

/// Servers, of changes in their order.
pub(super) struct Sorted<I> {
    changes: I,
    /// The first change of the next server.
    ahead: Option<Part>,
}

impl<I: Iterator<Item = io::Result<Spooled>>> Sorted<I> {
    pub(super) fn new(changes: I) -> Self {
        Self { changes, ahead: None }
    }

    fn part(&mut self) -> Result<Option<Part>, RebuildError> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        let Some(change) = self.changes.next().transpose()? else { return Ok(None) };
        let broken = || io::Error::new(io::ErrorKind::InvalidData, "a sorted change is not what was written");
        Ok(Some(change.read().ok_or_else(broken)?))
    }

    fn server(&mut self) -> Result<Option<(ServerName, ServerState)>, RebuildError> {
        let Some(first) = self.part()? else { return Ok(None) };
        let name = first.name.clone();
        let mut state = ServerState {
            owner: first.owner.clone(),
            latest: first.latest.clone(),
            serial: first.serial,
            versions: BTreeMap::new(),
        };
        let mut next = Some(first);
        while let Some(part) = next.take().map_or_else(|| self.part(), |part| Ok(Some(part)))? {
            if part.name != name {
                self.ahead = Some(part);
                break;
            }
            // The head is as the last change of the server left it, whichever version that was.
            if part.serial >= state.serial {
                (state.serial, state.owner, state.latest) = (part.serial, part.owner, part.latest);
            }
            state.versions.insert(part.version, part.state);
        }
        Ok(Some((name, state)))
    }
}

impl<I: Iterator<Item = io::Result<Spooled>>> Iterator for Sorted<I> {
    type Item = Result<(ServerName, ServerState), RebuildError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.server().transpose()
    }
}
