//! Files of the registry: fetched, gone on with after a break, and checked before they are in their place.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use http::header::CONTENT_RANGE;
use registry::snapshot::FileKey;
use reqwest::{Response, StatusCode};

use crate::directory::Directory;
use crate::document::PlannedFile;
use crate::error::MirrorError;
use crate::remote::{Failure, Remote};
use crate::unpack::{Unpacked, unpack};

/// Hears how many bytes of a file are there.
pub(crate) type OnBytes<'a> = &'a (dyn Fn(u64) + Send + Sync);

/// Looks at a file where it waits: what was found, or what is wrong with it.
pub(crate) type Check<T> = Arc<dyn Fn(&Path) -> Result<Result<T, String>, MirrorError> + Send + Sync>;

/// Fetches a file to where it waits. What an earlier run left there is gone on with.
pub(crate) async fn fetch(
    remote: &Remote,
    directory: &Directory,
    file: &PlannedFile,
    on_bytes: OnBytes<'_>,
) -> Result<(), MirrorError> {
    let draft = directory.incoming(&file.key);
    directory.create_parent(&draft)?;
    let mut tries = 1;
    loop {
        let before = there(&draft);
        let failure = match attempt(remote, &draft, file, on_bytes).await {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        match failure {
            Failure::Lasting(error) => return Err(error),
            Failure::Passing { reason, wait } => {
                // A connection that brings a piece each time comes to the end.
                if there(&draft) > before {
                    tries = 1;
                }
                remote.pause(&remote.place(file.key.as_str())?, reason, wait, &mut tries).await?;
            }
        }
    }
}

async fn attempt(remote: &Remote, draft: &Path, file: &PlannedFile, on_bytes: OnBytes<'_>) -> Result<(), Failure> {
    let mut have = there(draft);
    if have > file.bytes {
        fs::remove_file(draft).map_err(lasting("remove", draft))?;
        have = 0;
    }
    if have == file.bytes && have > 0 {
        return Ok(());
    }
    let response = match remote.open(file.key.as_str(), have).await? {
        Ok(response) => response,
        // The piece that is there leads nowhere: all of it, next time.
        Err((416, _)) if have > 0 => {
            fs::remove_file(draft).map_err(lasting("remove", draft))?;
            return Err(Failure::Passing { reason: "answered 416".to_owned(), wait: None });
        }
        Err((status, detail)) => {
            let url = crate::remote::shown(&remote.place(file.key.as_str()).map_err(Failure::Lasting)?);
            return Err(Failure::Lasting(MirrorError::Refused { url, status, detail }));
        }
    };
    let continues = response.status() == StatusCode::PARTIAL_CONTENT && begins_at(&response, have);
    if response.status() == StatusCode::PARTIAL_CONTENT && !continues {
        fs::remove_file(draft).map_err(lasting("remove", draft))?;
        return Err(Failure::Passing { reason: "answered another range than was asked for".to_owned(), wait: None });
    }
    receive(response, draft, if continues { have } else { 0 }, file, on_bytes).await
}

async fn receive(
    mut response: Response,
    draft: &Path,
    mut have: u64,
    file: &PlannedFile,
    on_bytes: OnBytes<'_>,
) -> Result<(), Failure> {
    let mut out = File::options().create(true).truncate(have == 0).append(have > 0).write(true).open(draft);
    let out = out.as_mut().map_err(|error| Failure::Lasting(MirrorError::io("open", draft)(clone(error))))?;
    while let Some(piece) = response.chunk().await? {
        have += piece.len() as u64;
        if have > file.bytes {
            let _ = fs::remove_file(draft);
            return Err(Failure::Lasting(MirrorError::TooLarge { what: file.key.to_string(), limit: file.bytes }));
        }
        out.write_all(&piece).map_err(lasting("write", draft))?;
        on_bytes(have);
    }
    if have < file.bytes {
        let reason = format!("{} ended at byte {have} of {}", file.key, file.bytes);
        return Err(Failure::Passing { reason, wait: None });
    }
    Ok(())
}

/// Fetches a file, has `check` look at it where it waits, and puts it in its place. A file that is wrong is fetched a second
/// time, whole: an earlier run may have left a damaged piece.
pub(crate) async fn fetch_checked<T: Send + 'static>(
    remote: &Remote,
    directory: &Directory,
    file: &PlannedFile,
    on_bytes: OnBytes<'_>,
    check: Check<T>,
) -> Result<T, MirrorError> {
    let draft = directory.incoming(&file.key);
    let mut is_again = false;
    loop {
        fetch(remote, directory, file, on_bytes).await?;
        let (check, path) = (Arc::clone(&check), draft.clone());
        match blocking(move || check(&path)).await? {
            Ok(checked) => {
                let synced = File::open(&draft).and_then(|file| file.sync_all());
                synced.map_err(MirrorError::io("write", &draft))?;
                directory.put_in_place(&draft, &directory.file(&file.key))?;
                return Ok(checked);
            }
            Err(reason) => {
                fs::remove_file(&draft).map_err(MirrorError::io("remove", &draft))?;
                if is_again {
                    return Err(MirrorError::Tampered { key: file.key.to_string(), reason });
                }
                is_again = true;
            }
        }
    }
}

/// Unpacks a small file whole.
pub(crate) fn unpacked(path: &Path, file: &PlannedFile) -> Result<Result<Vec<u8>, String>, MirrorError> {
    let mut content = Vec::new();
    let unpacked = unpack(path, file, |piece| {
        content.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(match unpacked {
        Unpacked::Whole => Ok(content),
        Unpacked::Wrong(reason) => Err(reason),
    })
}

/// Runs what blocks beside the requests.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, MirrorError> + Send + 'static,
) -> Result<T, MirrorError> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.unwrap_or_else(|error| Err(MirrorError::malformed("a file", error)))
}

/// Removes what waits and is none of `keys`.
pub(crate) fn clear_incoming<'a>(directory: &Directory, keys: impl Iterator<Item = &'a FileKey>) {
    let wanted: Vec<_> = keys.map(|key| directory.incoming(key)).collect();
    let incoming = fs::read_dir(directory.path(crate::directory::paths::INCOMING));
    for entry in incoming.into_iter().flatten().flatten() {
        if !wanted.contains(&entry.path()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn there(draft: &Path) -> u64 {
    fs::metadata(draft).map_or(0, |metadata| metadata.len())
}

fn begins_at(response: &Response, offset: u64) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    range.strip_prefix("bytes ").is_some_and(|range| range.starts_with(&format!("{offset}-")))
}

fn lasting<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(std::io::Error) -> Failure + 'a {
    move |error| Failure::Lasting(MirrorError::io(action, path)(error))
}

fn clone(error: &std::io::Error) -> std::io::Error {
    std::io::Error::new(error.kind(), error.to_string())
}
