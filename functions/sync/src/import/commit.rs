//! Committing what was planned, and planning again what lost a race.

use std::collections::{BTreeMap, HashMap, VecDeque};

use registry::model::ServerName;
use registry::store::{CommitError, Head, ServerChange, Writer, batches};
use registry::time::Timestamp;

use super::plan::{Planned, plan};
use super::remotes::Remotes;
use super::{ImportError, Outcome};

/// How often one server is planned again before the import gives up.
const REPLANS: u32 = 8;

pub(super) struct Committer<'a> {
    pub(super) writer: &'a Writer,
    pub(super) source: &'a str,
    pub(super) now: Timestamp,
    pub(super) remotes: &'a mut Remotes,
    pub(super) outcome: &'a mut Outcome,
    pub(super) progress: &'a (dyn Fn(usize) + Send + Sync),
}

impl Committer<'_> {
    /// Commits, and adds to the outcome what was done, even when it stops midway.
    pub(super) async fn commit(&mut self, planned: Vec<Planned>) -> Result<(), ImportError> {
        // In the order of names, so that two runs over the same source report the same.
        let mut plans: BTreeMap<ServerName, Planned> =
            planned.into_iter().map(|plan| (plan.name.clone(), plan)).collect();
        let committed = self.commit_all(&mut plans).await;
        for plan in plans.into_values() {
            self.outcome.imported += plan.committed;
            self.outcome.unchanged += plan.unchanged;
            self.outcome.refused.extend(plan.refused);
        }
        (self.progress)(self.outcome.imported + self.outcome.unchanged + self.outcome.refused.len());
        committed
    }

    async fn commit_all(&mut self, plans: &mut BTreeMap<ServerName, Planned>) -> Result<(), ImportError> {
        let changes = plans.values_mut().filter_map(|plan| plan.change.take()).collect();
        // Parts of one server are in several groups: the later ones build on the head that the earlier one returned.
        let mut heads: HashMap<ServerName, Head> = HashMap::new();
        let mut replans: HashMap<ServerName, u32> = HashMap::new();
        let mut groups: VecDeque<Vec<ServerChange>> = batches(changes).into();
        while let Some(mut group) = groups.pop_front() {
            for change in &mut group {
                if let Some(head) = heads.get(&change.name) {
                    change.before = Some(head.clone());
                }
            }
            let raced = match self.writer.commit(&group, self.now).await {
                Ok(after) => {
                    for (change, head) in group.into_iter().zip(after) {
                        if let Some(plan) = plans.get_mut(&change.name) {
                            plan.note_committed(change.versions.len());
                        }
                        heads.insert(change.name, head);
                    }
                    (self.progress)(self.outcome.imported + plans.values().map(|plan| plan.committed).sum::<usize>());
                    continue;
                }
                Err(CommitError::Raced(name)) => name,
                Err(CommitError::RemoteTaken { name, url }) => {
                    self.remotes.learn(self.writer.remote_holders(&[url]).await?);
                    name
                }
                Err(error) => return Err(error.into()),
            };
            let attempts = replans.entry(raced.clone()).or_default();
            *attempts += 1;
            if *attempts > REPLANS {
                return Err(CommitError::Raced(raced).into());
            }
            // The others of the group go on without it; what is left of it in later groups is decided anew.
            groups.push_front(group);
            for group in &mut groups {
                group.retain(|change| change.name != raced);
            }
            groups.retain(|group| !group.is_empty());
            heads.remove(&raced);
            if let Some(lost) = plans.remove(&raced) {
                let state = self.writer.server(&raced).await?;
                let mut again = plan(self.source, raced, state, lost.entries, self.now, self.remotes);
                again.follow(lost.committed);
                groups.extend(batches(again.change.take().into_iter().collect()));
                plans.insert(again.name.clone(), again);
            }
        }
        Ok(())
    }
}
