//! One process at a time uses a data directory.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::EmbeddedError;

/// An exclusive lock on `lock` in a directory, held until dropped or until the process dies.
pub(super) struct DirectoryLock(#[expect(dead_code, reason = "open for as long as the lock is held")] File);

impl DirectoryLock {
    pub(super) fn acquire(directory: &Path) -> Result<Self, EmbeddedError> {
        let path = directory.join("lock");
        let failed = |source| EmbeddedError::Lock { path: path.clone(), source };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse { path: directory.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}
