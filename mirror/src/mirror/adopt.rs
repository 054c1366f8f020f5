//! What a snapshot document names becomes what the directory holds.

use std::collections::BTreeSet;

use registry::snapshot::FileKey;

use super::Mirror;
use super::continuity::Continuity;
use crate::directory::paths;
use crate::document::Plan;
use crate::download::clear_incoming;
use crate::error::MirrorError;
use crate::line::ChangeLine;
use crate::overlay::Overlay;
use crate::state::ListState;

impl Mirror {
    /// Fetches what the plan names, and makes it what the directory holds; `false` when it has to wait for the next snapshot.
    pub(super) async fn adopt(&mut self, plan: Plan, body: &[u8]) -> Result<bool, MirrorError> {
        clear_incoming(&self.directory, plan.keys());
        let mut lines: Vec<ChangeLine> = Vec::new();
        for changes in &plan.changes {
            lines.extend(self.take_changes_file(changes).await?);
        }
        let continues = match self.continuity(&plan, &lines)? {
            Continuity::Same => true,
            Continuity::Other => false,
            Continuity::Unknown => return Ok(false),
        };
        let mut all: Vec<ChangeLine> = lines.into_iter().filter(|line| line.serial() > plan.export_serial).collect();
        if continues {
            all.extend(self.log.lines(plan.serial.max(plan.export_serial))?);
        }
        let serial = all.last().map_or(plan.serial, |line| line.serial().max(plan.serial));
        let list = self.take_export(&plan, Overlay::of(all)).await?;

        if !continues {
            tracing::warn!(
                serial = self.log.last(),
                snapshot = plan.serial,
                "the registry signed another history than it answered before: the changes since the snapshot are given up"
            );
            self.report.replaced = true;
            self.state.generation += 1;
            self.state.list = None;
            self.state.write(&self.directory)?;
            self.log.clear(plan.serial)?;
        }
        let old: Vec<FileKey> = self.plan.iter().flat_map(|plan| plan.keys().cloned()).collect();
        self.directory.replace(paths::SNAPSHOT, body)?;
        self.log.compact(plan.serial)?;
        if let Some((draft, bytes)) = list {
            self.directory.put_in_place(&draft, &self.directory.path(paths::SERVERS))?;
            self.state.list = Some(ListState { serial, bytes });
        }
        // Whoever mirrors from this directory may be at the files of the document before.
        let kept: BTreeSet<FileKey> = plan.keys().cloned().chain(old).collect();
        self.directory.keys().iter().filter(|key| !kept.contains(key)).for_each(|key| self.directory.remove(key));
        self.plan = Some(plan);
        Ok(true)
    }
}
