//! Changes that wait to be committed together.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot::{self, Receiver, Sender};

use super::batch::{COUNTER_ACTIONS, change_actions, change_bytes};
use super::{CommitError, Head, ServerChange};
use crate::limits;

/// In the order in which they came.
#[derive(Debug, Default)]
pub(super) struct CommitQueue(Mutex<Vec<Waiting>>);

#[derive(Debug)]
struct Waiting {
    change: ServerChange,
    answer: Sender<Result<Head, CommitError>>,
}

/// Changes that fit one transaction and touch no item twice.
#[derive(Debug)]
pub(super) struct Group {
    changes: Vec<ServerChange>,
    answers: Vec<Sender<Result<Head, CommitError>>>,
}

impl CommitQueue {
    /// Puts a change behind those that wait; what becomes of it is received.
    pub(super) fn push(&self, change: ServerChange) -> Receiver<Result<Head, CommitError>> {
        let (answer, committed) = oneshot::channel();
        self.waiting().push(Waiting { change, answer });
        committed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    /// Takes as many as one transaction holds. One that touches what an earlier one touches waits for the next.
    pub(super) fn next_group(&self) -> Group {
        let mut waiting = self.waiting();
        let (mut actions, mut bytes) = (COUNTER_ACTIONS, 0);
        let (mut names, mut urls) = (BTreeSet::new(), BTreeSet::new());
        let mut group = Group { changes: Vec::new(), answers: Vec::new() };
        for next in std::mem::take(&mut *waiting) {
            let (more_actions, more_bytes) = (change_actions(&next.change), change_bytes(&next.change));
            let claimed: Vec<String> = next.change.net_claims().into_keys().map(str::to_owned).collect();
            let fits = group.changes.is_empty()
                || actions + more_actions <= limits::TRANSACTION_ACTIONS
                    && bytes + more_bytes <= limits::TRANSACTION_BYTES
                    && !names.contains(&next.change.name)
                    && !claimed.iter().any(|url| urls.contains(url));
            // What waits still blocks its items, so that nobody overtakes whoever came before.
            names.insert(next.change.name.clone());
            urls.extend(claimed);
            if fits {
                (actions, bytes) = (actions + more_actions, bytes + more_bytes);
                group.changes.push(next.change);
                group.answers.push(next.answer);
            } else {
                waiting.push(next);
            }
        }
        group
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Group {
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(super) fn changes(&self) -> &[ServerChange] {
        &self.changes
    }

    /// All are committed. Whoever went away does not hear of it.
    pub(super) fn finish(&mut self, heads: Vec<Head>) {
        self.changes.clear();
        for (answer, head) in self.answers.drain(..).zip(heads) {
            let _ = answer.send(Ok(head));
        }
    }

    /// The one that `error` names is not committed, and is the group's no more; nor are any of the others yet.
    pub(super) fn refuse(&mut self, error: CommitError) {
        let at = match &error {
            CommitError::Raced(name) | CommitError::RemoteTaken { name, .. } => {
                self.changes.iter().position(|change| change.name == *name)
            }
            _ => None,
        };
        match at {
            Some(at) => {
                self.changes.remove(at);
                let _ = self.answers.remove(at).send(Err(error));
            }
            None => self.fail(&error),
        }
    }

    /// None is committed.
    pub(super) fn fail(&mut self, error: &CommitError) {
        self.changes.clear();
        for answer in self.answers.drain(..) {
            let _ = answer.send(Err(error.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Status, VersionState};
    use crate::store::{Owner, RemoteClaim, Serial, VersionChange};
    use crate::time::Timestamp;

    fn change(name: &str, urls: &[&str]) -> ServerChange {
        let time = Timestamp::from_micros(0).unwrap();
        let state = VersionState {
            document: "{}".to_owned(),
            meta: Default::default(),
            status: Status::Active,
            status_message: None,
            published_at: time,
            updated_at: time,
            status_changed_at: time,
        };
        let claims = urls.iter().map(|&url| RemoteClaim { url: url.to_owned(), delta: 1 }).collect();
        let version: crate::model::ServerVersion = "1.0.0".parse().unwrap();
        let versions = vec![VersionChange { version: version.clone(), state, is_new: true, claims, publisher: None }];
        ServerChange {
            name: name.parse().unwrap(),
            before: None,
            owner: Owner::Publisher,
            latest: version,
            versions,
            audit: Vec::new(),
        }
    }

    fn names(group: &Group) -> Vec<&str> {
        group.changes().iter().map(|change| change.name.as_str()).collect()
    }

    #[test]
    fn what_touches_the_same_waits_and_is_not_overtaken() {
        let queue = CommitQueue::default();
        let waiting: Vec<_> = [
            change("a.a/xx", &["u"]),
            change("b.b/xx", &["u", "v"]),
            change("a.a/xx", &[]),
            change("c.c/xx", &["v"]),
            change("d.d/xx", &["w"]),
        ]
        .map(|change| queue.push(change))
        .into();
        let groups: Vec<Group> = std::iter::from_fn(|| (!queue.is_empty()).then(|| queue.next_group())).collect();
        let groups: Vec<_> = groups.iter().map(names).collect();
        assert_eq!(groups, [vec!["a.a/xx", "d.d/xx"], vec!["b.b/xx", "a.a/xx"], vec!["c.c/xx"]]);
        drop(waiting);
    }

    #[test]
    fn a_group_fits_a_transaction_and_one_that_does_not_goes_alone() {
        let queue = CommitQueue::default();
        let waiting: Vec<_> = (0..50).map(|n| queue.push(change(&format!("a.a/x{n}x"), &[]))).collect();
        let sizes: Vec<usize> =
            std::iter::from_fn(|| (!queue.is_empty()).then(|| queue.next_group().changes().len())).collect();
        assert_eq!(sizes, [24, 24, 2]);
        drop(waiting);
    }

    #[test]
    fn each_hears_of_its_own() {
        let queue = CommitQueue::default();
        let mut waiting: Vec<_> = ["a.a/xx", "b.b/xx", "c.c/xx"].map(|name| queue.push(change(name, &[]))).into();
        let mut group = queue.next_group();
        group.refuse(CommitError::Raced("b.b/xx".parse().unwrap()));
        assert_eq!(names(&group), ["a.a/xx", "c.c/xx"]);
        let head = |serial| Head {
            owner: Owner::Publisher,
            latest: "1.0.0".parse().unwrap(),
            versions: 1,
            serial: Serial(serial),
        };
        group.finish(vec![head(1), head(2)]);
        assert!(group.is_empty());
        assert_eq!(waiting.remove(2).try_recv().unwrap().unwrap().serial, Serial(2));
        assert!(matches!(waiting.remove(1).try_recv().unwrap(), Err(CommitError::Raced(_))));
        assert_eq!(waiting.remove(0).try_recv().unwrap().unwrap().serial, Serial(1));
    }
}
