//! The files that a snapshot document names, fetched if they are not there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use registry::snapshot::FileKey;

use super::{Mirror, Progress};
use crate::document::{Plan, PlannedChanges};
use crate::download::{blocking, fetch_checked, unpacked};
use crate::error::MirrorError;
use crate::held::lines_of;
use crate::line::ChangeLine;
use crate::list::{self, ListWriter};
use crate::overlay::Overlay;
use crate::unpack::{Unpacked, unpack};

impl Mirror {
    pub(super) async fn take_changes_file(&mut self, of: &PlannedChanges) -> Result<Vec<ChangeLine>, MirrorError> {
        let (key, first, last) = (of.file.key.clone(), of.first, of.last);
        let content = if self.directory.file(&key).exists() {
            let (path, file) = (self.directory.file(&key), of.file.clone());
            blocking(move || unpacked(&path, &file)).await?.ok()
        } else {
            None
        };
        let content = match content {
            Some(content) => content,
            None => {
                self.report.bytes += of.file.bytes;
                let file = of.file.clone();
                let check = Arc::new(move |path: &Path| unpacked(path, &file));
                fetch_checked(&self.remote, &self.directory, &of.file, &self.on_bytes(&key, of.file.bytes), check)
                    .await?
            }
        };
        blocking(move || lines_of(&key, first, last, &content)).await
    }

    /// The export in its place, and where a list waits that was written on the way if the export had to be fetched, with its
    /// size.
    pub(super) async fn take_export(
        &mut self,
        plan: &Plan,
        overlay: Overlay,
    ) -> Result<Option<(PathBuf, u64)>, MirrorError> {
        let file = plan.export.clone();
        let place = self.directory.file(&file.key);
        let is_there = std::fs::metadata(&place).is_ok_and(|metadata| metadata.len() == file.bytes);
        if is_there {
            return Ok(None);
        }
        self.report.bytes += file.bytes;
        let draft = list::draft(&self.directory);
        let on_bytes = self.on_bytes(&file.key, file.bytes);
        let check = Arc::new({
            let (file, draft) = (file.clone(), draft.clone());
            move |path: &Path| -> Result<Result<u64, String>, MirrorError> {
                let mut list = ListWriter::create(&draft, &overlay)?;
                Ok(match unpack(path, &file, |piece| list.push(piece))? {
                    Unpacked::Whole => Ok(list.finish()?),
                    Unpacked::Wrong(reason) => Err(reason),
                })
            }
        });
        let bytes = fetch_checked(&self.remote, &self.directory, &file, &on_bytes, check).await?;
        Ok(Some((draft, bytes)))
    }

    fn on_bytes(&self, key: &FileKey, total: u64) -> impl Fn(u64) + Send + Sync + use<> {
        let (hear, key) = (Arc::clone(&self.options.on_progress), key.to_string());
        move |bytes| hear(Progress::File { key: key.clone(), bytes, total })
    }
}
