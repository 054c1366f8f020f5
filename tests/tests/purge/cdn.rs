//! A CDN that remembers what it was told.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use berth_tests::Registry;
use registry::cache::{ServerTag, Tag};
use registry::cdn::{Purge, PurgeError, PurgeFuture};
use sync::{Purger, Sync};
use tokio::sync::Notify;

/// How a call ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// It is done.
    #[default]
    Done,
    /// It is refused.
    Refused,
    /// It is done, and whoever called dies before it hears of it.
    Unheard,
}

/// One call that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) tags: BTreeSet<Tag>,
    pub(crate) reference: String,
}

#[derive(Debug, Default)]
pub(crate) struct Told {
    calls: Mutex<Vec<Call>>,
    end: Mutex<End>,
    /// Whether a call was refused since the last run.
    refused: Mutex<bool>,
    unheard: Notify,
}

impl Told {
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The tags of each call so far, which are forgotten.
    pub(crate) fn take(&self) -> Vec<BTreeSet<Tag>> {
        std::mem::take(&mut *self.calls.lock().unwrap()).into_iter().map(|call| call.tags).collect()
    }

    /// One run of `sync` over a change of the table; whether it came to its end.
    pub(crate) async fn run(&self, sync: &Sync, end: End) -> bool {
        *self.end.lock().unwrap() = end;
        let run = async {
            let error = sync.purge().await;
            assert_eq!(error.is_some(), std::mem::take(&mut *self.refused.lock().unwrap()), "{error:?}");
            sync.publish().await.unwrap();
        };
        tokio::select! {
            biased;
            () = self.unheard.notified() => false,
            () = run => true,
        }
    }
}

impl Purge for Told {
    fn purge<'a>(&'a self, tags: &'a BTreeSet<Tag>, reference: &'a str) -> PurgeFuture<'a> {
        Box::pin(async move {
            let end = *self.end.lock().unwrap();
            if end == End::Refused {
                *self.refused.lock().unwrap() = true;
                let (distribution, message) = ("E1".to_owned(), "the fault".to_owned());
                return Err(PurgeError { tags: tags.len(), distribution, message });
            }
            self.calls.lock().unwrap().push(Call { tags: tags.clone(), reference: reference.to_owned() });
            if end == End::Unheard {
                self.unheard.notify_one();
                std::future::pending::<()>().await;
            }
            Ok(())
        })
    }
}

/// `sync` before a CDN, which makes `per_month` purges for new versions.
pub(crate) fn sync(registry: &Registry, cdn: &Arc<Told>, per_month: u32) -> Sync {
    let purger = Purger::new(Arc::clone(cdn) as Arc<dyn Purge>, registry.stores.counts(), per_month);
    registry.stores.sync().purging(Some(purger))
}

pub(crate) fn tags(names: &[&str]) -> BTreeSet<Tag> {
    names.iter().map(|name| Tag::Server(ServerTag::of(name))).collect()
}
