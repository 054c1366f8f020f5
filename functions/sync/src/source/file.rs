//! A file.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::body::Body;
use super::context::ReadContext;
use super::error::{Failure, SourceErrorKind};
use super::{SourceReading, SourceStatus, parse};

pub(super) async fn read(path: &Path, context: &ReadContext) -> Result<SourceReading, Failure> {
    let failed = |kind| Failure::new(format!("reading {}", path.display()), kind);
    let (owned, blocking) = (path.to_owned(), context.clone());
    let bytes = tokio::task::spawn_blocking(move || bytes(&owned, &blocking)).await;
    let bytes = bytes.unwrap_or(Err(SourceErrorKind::Stopped)).map_err(failed)?;
    let reading = parse(bytes).await.map_err(failed)?;
    Ok(SourceReading::Read { reading, status: SourceStatus::default(), incremental: false })
}

fn bytes(path: &Path, context: &ReadContext) -> Result<Vec<u8>, SourceErrorKind> {
    const PIECE: usize = 1024 * 1024;
    let mut file = File::open(path).map_err(|error| failed(&error))?;
    let metadata = file.metadata().map_err(|error| failed(&error))?;
    if metadata.is_dir() {
        return Err(SourceErrorKind::File("is a directory: name a file".to_owned()));
    }
    // Devices and pipes have no length, so the limit counts while reading as well.
    let total = metadata.is_file().then_some(metadata.len());
    let mut body = Body::new(context.caps.source_bytes, total, Some(context))?;
    let mut buffer = vec![0; PIECE];
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => return Ok(body.into_bytes()),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(&error)),
        };
        body.push(buffer.get(..read).unwrap_or_default())?;
    }
}

fn failed(error: &std::io::Error) -> SourceErrorKind {
    SourceErrorKind::File(match error.kind() {
        ErrorKind::NotFound => "there is no such file: check the path".to_owned(),
        ErrorKind::PermissionDenied => "permission denied: check who may read the file".to_owned(),
        _ => error.to_string(),
    })
}
