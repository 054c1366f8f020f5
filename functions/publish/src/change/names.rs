//! Turns by name.

use std::hash::{DefaultHasher, Hash, Hasher};

use registry::model::ServerName;
use tokio::sync::{Mutex, MutexGuard};

/// More than requests of one process that change servers at one moment.
const LOCKS: usize = 64;

/// Lets the changes of one server queue in this process: a hundred that decide at once would all but one decide in vain.
/// That no change is lost does not depend on it; the condition on the head sees to that, across processes too.
#[derive(Debug)]
pub(crate) struct NameLocks([Mutex<()>; LOCKS]);

impl Default for NameLocks {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(())))
    }
}

impl NameLocks {
    /// Waits for the turn of `name`.
    pub(crate) async fn turn(&self, name: &ServerName) -> Option<MutexGuard<'_, ()>> {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let slot = usize::try_from(hasher.finish() % LOCKS as u64).ok()?;
        Some(self.0.get(slot)?.lock().await)
    }
}
