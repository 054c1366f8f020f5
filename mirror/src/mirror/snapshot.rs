//! The newest snapshot document.

use http::header::{ETAG, IF_NONE_MATCH};
use registry::limits;

use super::Mirror;
use crate::directory::paths;
use crate::document::Document;
use crate::error::MirrorError;
use crate::remote::Answer;

impl Mirror {
    /// Takes the newest snapshot document and the files that it names and the directory has not.
    pub(super) async fn take_snapshot(&mut self) -> Result<(), MirrorError> {
        let known = self.state.seen.max(self.plan.as_ref().map_or(0, |plan| plan.serial));
        let Some((mut document, mut body, mut etag)) = self.ask_snapshot(paths::SNAPSHOT).await? else { return Ok(()) };
        if document.serial < known {
            // A cache on the way may be old. A query that it never saw goes past it, and registries do not look at it.
            self.state.snapshot_etag = None;
            let past_caches = format!("{}?after={known}", paths::SNAPSHOT);
            match self.ask_snapshot(&past_caches).await? {
                Some(newer) if newer.0.serial >= known => (document, body, etag) = newer,
                other => {
                    let found = other.map_or(document.serial, |(document, _, _)| document.serial);
                    return Err(MirrorError::RolledBack { known, found });
                }
            }
        }
        let plan = document.plan()?;
        if self.plan.as_ref() == Some(&plan) {
            self.directory.replace_if_other(paths::SNAPSHOT, &body)?;
        } else if !self.adopt(plan, &body).await? {
            self.state.snapshot_etag = None;
            return Ok(());
        }
        self.keys.follow(&self.remote, &self.directory).await?;
        self.state.seen = document.serial;
        self.state.snapshot_etag = etag;
        self.state.write(&self.directory)
    }

    async fn ask_snapshot(&mut self, path: &str) -> Result<Option<(Document, Vec<u8>, Option<String>)>, MirrorError> {
        let etag = self.state.snapshot_etag.clone();
        let conditions: Vec<_> = etag.iter().map(|etag| (IF_NONE_MATCH, etag.as_str())).collect();
        match self.remote.get(path, &conditions, limits::MIRROR_DOCUMENT_BYTES).await? {
            Answer::NotModified => Ok(None),
            Answer::Found { headers, body } => {
                self.report.bytes += body.len() as u64;
                let trust = &self.options.trust;
                let document = self.keys.check(&body, &self.remote, &self.directory, trust).await?;
                let etag = headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
                Ok(Some((document, body.to_vec(), etag)))
            }
            Answer::Other { status, detail } => Err(self.refused(paths::SNAPSHOT, status, detail)),
        }
    }
}
