//! Where everything lies. What is served has the path that it has at the registry.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use registry::snapshot::FileKey;

use crate::error::MirrorError;
use crate::state::State;

/// Paths below the directory.
pub mod paths {
    /// The snapshot document, as the registry answered it.
    pub const SNAPSHOT: &str = "v0.1/x/dev.berth/snapshot";
    /// The present state as one list response.
    pub const SERVERS: &str = "v0.1/servers";
    /// The keys whose signature counts.
    pub const KEYS: &str = ".well-known/jwks.json";
    /// What the mirror remembers.
    pub const STATE: &str = "mirror/state.json";
    /// Changes since the snapshot, one a line.
    pub const LOG: &str = "mirror/changes.ndjson";
    /// Held by whoever writes the directory.
    pub const LOCK: &str = "mirror/lock";
    /// What is not in its place yet.
    pub const INCOMING: &str = "mirror/incoming";
    /// The stores of whoever serves the directory. Can be removed at any time.
    pub const SERVING: &str = "mirror/serving";
}

/// A mirror's directory.
#[derive(Clone, Debug)]
pub struct Directory {
    root: PathBuf,
}

/// An exclusive lock, held until dropped or until the process dies.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "open for as long as the lock is held")] File);

impl Directory {
    /// The directory at `root`, which need not exist.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The registry that it follows; `None` when it follows none yet.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn registry(&self) -> Result<Option<String>, MirrorError> {
        Ok(Some(State::read(self)?.from).filter(|from| !from.is_empty()))
    }

    /// The place of one of [`paths`].
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The place of a file of the registry.
    #[must_use]
    pub fn file(&self, key: &FileKey) -> PathBuf {
        self.root.join(key.as_str())
    }

    /// Where a file of the registry waits until it is whole and checked.
    pub(crate) fn incoming(&self, key: &FileKey) -> PathBuf {
        self.path(paths::INCOMING).join(key.as_str().replace('/', "."))
    }

    pub(crate) fn lock(&self) -> Result<Lock, MirrorError> {
        let path = self.path(paths::LOCK);
        self.create_parent(&path)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(MirrorError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(MirrorError::InUse(self.root.clone())),
            Err(TryLockError::Error(source)) => Err(MirrorError::io("lock", &path)(source)),
        }
    }

    pub(crate) fn create_parent(&self, path: &Path) -> Result<(), MirrorError> {
        let parent = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(parent).map_err(MirrorError::io("create the directory", parent))
    }

    /// The content of a small file; `None` when there is none.
    pub(crate) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, MirrorError> {
        let path = self.path(path);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(MirrorError::io("read", &path)(error)),
        }
    }

    /// Replaces a small file, whole or not at all, also where the power goes.
    pub(crate) fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), MirrorError> {
        let draft = self.path(paths::INCOMING).join(path.replace('/', "."));
        self.create_parent(&draft)?;
        let mut file = File::create(&draft).map_err(MirrorError::io("create", &draft))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(MirrorError::io("write", &draft))?;
        self.put_in_place(&draft, &self.path(path))
    }

    /// Replaces a small file unless it holds this already.
    pub(crate) fn replace_if_other(&self, path: &str, bytes: &[u8]) -> Result<(), MirrorError> {
        if self.read(path)?.as_deref() == Some(bytes) { Ok(()) } else { self.replace(path, bytes) }
    }

    /// Moves a file that is whole and on disk to where it belongs.
    pub(crate) fn put_in_place(&self, draft: &Path, place: &Path) -> Result<(), MirrorError> {
        self.create_parent(place)?;
        fs::rename(draft, place).map_err(MirrorError::io("replace", place))?;
        if let Some(parent) = place.parent() {
            // A rename is on disk when its directory is; where directories cannot be synced, renames are ordered.
            let _ = File::open(parent).and_then(|parent| parent.sync_all());
        }
        Ok(())
    }

    /// Removes a file of the registry, and the directory of its hash.
    pub(crate) fn remove(&self, key: &FileKey) {
        let path = self.file(key);
        let _ = fs::remove_file(&path);
        if let Some(parent) = path.parent() {
            let _ = fs::remove_dir(parent);
        }
    }

    /// The files of the registry that are there.
    pub(crate) fn keys(&self) -> Vec<FileKey> {
        let list = |path: &Path| -> Vec<PathBuf> {
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
        };
        let mut keys = Vec::new();
        for prefix in ["exports", "changes"] {
            for hash in list(&self.root.join(prefix)) {
                for file in list(&hash) {
                    let key = file.strip_prefix(&self.root).ok().and_then(Path::to_str);
                    keys.extend(key.and_then(|key| key.parse::<FileKey>().ok()));
                }
            }
        }
        keys
    }
}
