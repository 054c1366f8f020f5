//! `v0.1/servers`: the present state, for clients that only read.

use super::{Mirror, Progress};
use crate::directory::paths;
use crate::download::blocking;
use crate::error::MirrorError;
use crate::held::changes_of;
use crate::list::{self, ListWriter};
use crate::overlay::Overlay;
use crate::state::ListState;
use crate::unpack::{Unpacked, unpack};

impl Mirror {
    /// Writes `v0.1/servers` of the present serial, if it is of another.
    ///
    /// # Errors
    /// When the directory cannot be written, or its export was damaged.
    pub async fn write_list(&mut self) -> Result<(), MirrorError> {
        let Some(plan) = self.plan.clone() else { return Ok(()) };
        let (serial, place) = (self.serial(), self.directory.path(paths::SERVERS));
        let is_written = self.state.list.is_some_and(|list| {
            list.serial == serial && std::fs::metadata(&place).is_ok_and(|metadata| metadata.len() == list.bytes)
        });
        if is_written {
            return Ok(());
        }
        (self.options.on_progress)(Progress::List);
        let directory = self.directory.clone();
        let log = self.log.lines(plan.serial)?;
        let (draft, bytes) = blocking(move || {
            let mut lines = changes_of(&directory, &plan)?;
            lines.extend(log);
            let (overlay, draft) = (Overlay::of(lines), list::draft(&directory));
            directory.create_parent(&draft)?;
            let mut list = ListWriter::create(&draft, &overlay)?;
            let path = directory.file(&plan.export.key);
            match unpack(&path, &plan.export, |piece| list.push(piece))? {
                Unpacked::Whole => {}
                Unpacked::Wrong(reason) => return Err(MirrorError::Damaged { path, reason }),
            }
            let bytes = list.finish()?;
            Ok((draft, bytes))
        })
        .await?;
        self.directory.put_in_place(&draft, &place)?;
        self.state.list = Some(ListState { serial, bytes });
        self.state.write(&self.directory)
    }
}
