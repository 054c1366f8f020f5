//! Whether the registry goes on with the history that it answered before.

use super::Mirror;
use crate::document::Plan;
use crate::error::MirrorError;
use crate::held::changes_of;
use crate::line::ChangeLine;

/// Whether a snapshot is of the history that the directory holds.
pub(super) enum Continuity {
    Same,
    /// A change is another one. What is signed counts.
    Other,
    /// The snapshot is older than what the directory holds and has no change to compare; the next one has.
    Unknown,
}

impl Mirror {
    /// Compares what the directory has of the history with what the registry signed.
    pub(super) fn continuity(&self, plan: &Plan, signed: &[ChangeLine]) -> Result<Continuity, MirrorError> {
        let Some(held) = &self.plan else { return Ok(Continuity::Same) };
        let mut known = changes_of(&self.directory, held)?;
        known.extend(self.log.lines(held.serial)?);
        let first = known.first().map_or(0, ChangeLine::serial);
        let of = |line: &ChangeLine| known.get(usize::try_from(line.serial().checked_sub(first)?).ok()?);
        if signed.iter().any(|line| of(line).is_some_and(|known| known.change != line.change)) {
            return Ok(Continuity::Other);
        }
        // What comes after the snapshot is kept if the last change that it has is known to be the same one.
        let is_joined = self.log.last() <= plan.serial || signed.last().is_some_and(|line| of(line).is_some());
        Ok(if is_joined { Continuity::Same } else { Continuity::Unknown })
    }
}
