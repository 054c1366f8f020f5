//! The changes since, from the registry's route for them.

use http::header::{ETAG, IF_NONE_MATCH};
use registry::limits;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Mirror, Progress};
use crate::download::blocking;
use crate::error::MirrorError;
use crate::line::ChangeLine;
use crate::remote::Answer;

const CHANGES: &str = "v0.1/x/dev.berth/changes";

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    changes: Vec<&'a RawValue>,
    metadata: PageMetadata,
}

#[derive(Deserialize)]
struct PageMetadata {
    serial: u64,
}

/// What a page of changes brought.
enum Paged {
    Nothing,
    Some {
        is_end: bool,
    },
    /// The registry has no such route, or does not go back as far.
    Unanswered,
}

impl Mirror {
    /// Takes the changes since; `false` when the registry does not give them and a newer snapshot has to.
    pub(super) async fn take_changes(&mut self) -> Result<bool, MirrorError> {
        let mut is_again = false;
        loop {
            match self.take_page().await {
                Ok(Paged::Nothing | Paged::Some { is_end: true }) => return Ok(true),
                Ok(Paged::Some { is_end: false }) => is_again = false,
                Ok(Paged::Unanswered) => return Ok(!self.has_changes),
                // An answer may be an old one, of a cache: it is asked for again, then a snapshot is begun from.
                Err(MirrorError::Gap { .. }) if !is_again => is_again = true,
                Err(MirrorError::Gap { expected, found }) => {
                    tracing::warn!(expected, found, "changes are missing: the snapshot is asked for");
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn take_page(&mut self) -> Result<Paged, MirrorError> {
        let since = self.serial();
        let path = format!("{CHANGES}?since={since}&limit={}", limits::MIRROR_PAGE_CHANGES);
        let known = self.nothing_new.clone().filter(|(serial, _)| *serial == since);
        let conditions: Vec<_> = known.iter().map(|(_, etag)| (IF_NONE_MATCH, etag.as_str())).collect();
        let (headers, body) = match self.remote.get(&path, &conditions, limits::MIRROR_PAGE_BYTES).await? {
            Answer::NotModified => return Ok(Paged::Nothing),
            Answer::Found { headers, body } => (headers, body),
            Answer::Other { status: 404 | 405, .. } => {
                self.has_changes = false;
                return Ok(Paged::Unanswered);
            }
            Answer::Other { status: 410, .. } => return Ok(Paged::Unanswered),
            Answer::Other { status: 409, detail } => {
                let found = registry_serial(&detail).unwrap_or_default();
                return Err(MirrorError::RolledBack { known: since, found });
            }
            Answer::Other { status, detail } => return Err(self.refused(&path, status, detail)),
        };
        self.report.bytes += body.len() as u64;
        let (lines, serial) = blocking(move || page(&body, since)).await?;
        if lines.is_empty() && serial > since {
            return Err(MirrorError::Gap { expected: since + 1, found: serial });
        }
        if lines.is_empty() {
            let etag = headers.get(ETAG).and_then(|etag| etag.to_str().ok());
            self.nothing_new = etag.map(|etag| (since, etag.to_owned()));
            return Ok(Paged::Nothing);
        }
        self.log.append(&lines)?;
        (self.options.on_progress)(Progress::Changes { serial: self.serial(), total: serial });
        Ok(Paged::Some { is_end: self.serial() >= serial })
    }
}

/// The changes of a page that follow `since`, and the registry's serial.
fn page(body: &[u8], since: u64) -> Result<(Vec<ChangeLine>, u64), MirrorError> {
    let malformed = |reason: String| MirrorError::malformed("a page of changes", reason);
    let page: Page<'_> = serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
    let mut lines: Vec<ChangeLine> = Vec::with_capacity(page.changes.len());
    for raw in page.changes {
        if raw.get().contains('\n') {
            return Err(malformed("a change has several lines".to_owned()));
        }
        let line = ChangeLine::parse(raw.get()).map_err(malformed)?;
        // A repeated answer brings what is there already.
        if line.serial() <= since {
            continue;
        }
        let expected = since + 1 + lines.len() as u64;
        if line.serial() != expected {
            return Err(MirrorError::Gap { expected, found: line.serial() });
        }
        lines.push(line);
    }
    Ok((lines, page.metadata.serial))
}

/// The serial that a refusal names.
fn registry_serial(detail: &str) -> Option<u64> {
    let rest = detail.split_once("serial ")?.1;
    rest.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
}
