//! One process at a time uses a data directory.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::EmbeddedError;

/// How long a lock may still be held by a process that is on its way out: one that was told to stop, or one that has the
/// file of its parent open until it becomes another program.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(20);

/// An exclusive lock on `lock` in a directory, held until dropped or until the process dies.
pub(super) struct DirectoryLock(#[expect(dead_code, reason = "open for as long as the lock is held")] File);

impl DirectoryLock {
    pub(super) fn acquire(directory: &Path) -> Result<Self, EmbeddedError> {
        let path = directory.join("lock");
        let failed = |source| EmbeddedError::Lock { path: path.clone(), source };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(EmbeddedError::InUse { path: directory.to_owned() }),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
    }
}
