//! Bodies with an end.

use bytes::Bytes;
use reqwest::Response;

/// A body was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is larger than the caller takes.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The connection broke, or the time was up.
    #[error("the answer broke off: {0}")]
    Interrupted(#[from] reqwest::Error),
}

/// All of a body, if it has at most `cap` bytes once decompressed. A larger one is refused before it is read, if it says
/// its length, and else as soon as it is.
///
/// # Errors
/// See [`BodyError`].
pub async fn read_capped(mut response: Response, cap: usize) -> Result<Bytes, BodyError> {
    let declared = response.content_length().unwrap_or_default();
    if usize::try_from(declared).map_or(true, |declared| declared > cap) {
        return Err(BodyError::TooLarge(cap));
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        if body.len() + piece.len() > cap {
            return Err(BodyError::TooLarge(cap));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.into())
}
