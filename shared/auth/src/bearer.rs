//! The token of a request.

use http::{HeaderMap, StatusCode, header};
use registry::error::{ApiError, ErrorDetail};

/// A request has no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BearerError {
    /// There is no `Authorization`.
    #[error("required header parameter is missing")]
    Missing,
    /// There is one that is not `Bearer` and a token, or there are two.
    #[error("Invalid Authorization header format. Expected 'Bearer <token>'")]
    Format,
}

/// The token of a request, not checked yet. The scheme may be written in any case.
///
/// # Errors
/// See [`BearerError`].
pub fn bearer(headers: &HeaderMap) -> Result<&str, BearerError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().filter(|value| !value.is_empty()).ok_or(BearerError::Missing)?;
    if values.next().is_some() {
        return Err(BearerError::Format);
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(BearerError::Format)?;
    let token = token.trim_matches(' ');
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(BearerError::Format);
    }
    Ok(token)
}

/// All that is wrong with the form of a request at once, the header first: to the framework of the official registry, a
/// request without a token is malformed.
///
/// # Errors
/// 422, unless nothing is wrong. A header that is there and is wrong is for [`bearer`] to refuse.
pub fn well_formed<T>(headers: &HeaderMap, parsed: Result<T, Vec<ErrorDetail>>) -> Result<T, ApiError> {
    let header = bearer(headers).err().and_then(BearerError::detail);
    match (header, parsed) {
        (None, Ok(parsed)) => Ok(parsed),
        (header, parsed) => {
            Err(ApiError::validation(header.into_iter().chain(parsed.err().unwrap_or_default()).collect()))
        }
    }
}

impl BearerError {
    /// What a list of everything that is wrong with a request says first, if there is no header at all; a wrong header ends
    /// the request by itself.
    #[must_use]
    pub fn detail(self) -> Option<ErrorDetail> {
        (self == Self::Missing).then(|| ErrorDetail {
            message: self.to_string(),
            location: Some("header.Authorization".to_owned()),
            value: Some("".into()),
        })
    }
}

impl From<BearerError> for ApiError {
    fn from(error: BearerError) -> Self {
        match error.detail() {
            Some(detail) => Self::validation(vec![detail]),
            None => Self::new(StatusCode::UNAUTHORIZED, error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(values: &[&'static [u8]]) -> Result<String, BearerError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn a_missing_header_is_told_from_a_wrong_one() {
        assert_eq!(of(&[]), Err(BearerError::Missing));
        assert_eq!(of(&[b""]), Err(BearerError::Missing));
        for wrong in [&b"Basic abc"[..], b"Bearer", b"Bearer ", b"Bearer   ", b"abc", b"Bearerabc", b"Bearer \xff"] {
            assert_eq!(of(&[wrong]), Err(BearerError::Format), "{wrong:?}");
        }
        assert_eq!(of(&[b"Bearer a", b"Bearer b"]), Err(BearerError::Format));
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        for right in [&b"Bearer a.b.c"[..], b"bearer a.b.c", b"BEARER  a.b.c"] {
            assert_eq!(of(&[right]), Ok("a.b.c".to_owned()));
        }
    }
}
