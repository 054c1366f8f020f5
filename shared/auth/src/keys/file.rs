//! The key file of a registry on a laptop.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};

use super::{KeysError, SigningKeys};

/// A key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Others may read it.
    #[error(
        "{} holds the keys of the registry and others may read it (mode {mode:03o}): run chmod 600 on it, and replace its \
         keys if others have",
        path.display()
    )]
    Readable {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Its content.
    #[error("{}: {source}", path.display())]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: KeysError,
    },
    /// The system.
    #[error("cannot {action} the key file {}: {source}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Seeds are short; whatever is larger is another file.
const MOST_BYTES: u64 = 16 * 1024;

pub(super) fn open_or_create(path: &Path) -> Result<SigningKeys, KeyFileError> {
    match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create(path).map_err(failed("create", path))?;
            read(&File::open(path).map_err(failed("open", path))?, path)
        }
        opened => read(&opened.map_err(failed("open", path))?, path),
    }
}

fn failed<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> KeyFileError + 'a {
    move |source| KeyFileError::Io { action, path: path.to_owned(), source }
}

fn read(file: &File, path: &Path) -> Result<SigningKeys, KeyFileError> {
    let metadata = file.metadata().map_err(failed("look at", path))?;
    if let Some(mode) = mode_for_others(&metadata) {
        return Err(KeyFileError::Readable { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text).map_err(failed("read", path))?;
    text.parse().map_err(|source| KeyFileError::Keys { path: path.to_owned(), source })
}

/// Creates the file whole or not at all, and leaves one alone that another process creates meanwhile.
fn create(path: &Path) -> io::Result<()> {
    let (mut seed, mut suffix) = ([0_u8; 32], [0_u8; 8]);
    let random = SystemRandom::new();
    random
        .fill(&mut seed)
        .and_then(|()| random.fill(&mut suffix))
        .map_err(|_| io::Error::other("no random numbers"))?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", hex::encode(suffix)));
    let draft = PathBuf::from(name);
    let written = write(&draft, &format!("{}\n", hex::encode(seed))).and_then(|()| std::fs::hard_link(&draft, path));
    let removed = std::fs::remove_file(&draft);
    match written {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => removed,
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// The permissions of a file that its group or others may touch.
#[cfg(unix)]
fn mode_for_others(metadata: &Metadata) -> Option<u32> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Elsewhere a file in a user's directory is that user's.
#[cfg(not(unix))]
fn mode_for_others(_: &Metadata) -> Option<u32> {
    None
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn shown(path: &Path) -> String {
        format!("{:?}", open_or_create(path).unwrap())
    }

    #[test]
    fn a_new_file_is_the_owners_alone_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        let first = shown(&path);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(shown(&path), first);
        let names: Vec<_> = dir.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["keys"]);
    }

    #[test]
    fn whoever_is_first_decides() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        let seen: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| shown(&path))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(seen.iter().all(|keys| keys == &seen[0]), "{seen:?}");
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        shown(&path);
        for mode in [0o640, 0o604, 0o660] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            let message = open_or_create(&path).unwrap_err().to_string();
            assert!(message.contains(&format!("(mode {mode:03o}): run chmod 600")), "{message}");
        }
    }

    #[test]
    fn a_file_without_keys_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        write(&path, "").unwrap();
        let message = open_or_create(&path).unwrap_err().to_string();
        assert!(message.ends_with("keys: there is no key: give at least one"), "{message}");
        assert!(matches!(open_or_create(&dir.path().join("no/keys")), Err(KeyFileError::Io { action: "create", .. })));
    }
}
