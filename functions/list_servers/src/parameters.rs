//! The parameters of a list, parsed once.

use registry::edge::Query;
use registry::error::{ApiError, ErrorDetail};
use registry::limits;
use registry::model::LATEST_ALIAS;
use registry::time::Timestamp;

use crate::cursor::{Cursor, InvalidCursor, Position};

/// Which versions of a server a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum VersionFilter {
    #[default]
    All,
    Latest,
    Exactly(String),
}

/// Which entries a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Lower case; looked for in names and descriptions.
    pub(crate) search: Option<String>,
    pub(crate) version: VersionFilter,
    pub(crate) updated_since: Option<Timestamp>,
    pub(crate) include_deleted: bool,
}

/// One page of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameters {
    pub(crate) filter: Filter,
    pub(crate) limit: usize,
    pub(crate) after: Position,
}

impl Parameters {
    /// Reads a raw query string. What the query does not say, its cursor does: some clients send only the cursor from the
    /// second page on.
    pub(crate) fn parse(raw: &str) -> Result<Self, ApiError> {
        let query = Query::parse(raw);
        let mut errors = Vec::new();
        let limit = query.get("limit").map(limit).transpose().unwrap_or_else(|error| {
            errors.push(error);
            None
        });
        let include_deleted = query.bool("include_deleted").unwrap_or_else(|error| {
            errors.push(error);
            None
        });
        let search = query.get("search");
        if search.is_some_and(|search| search.len() > limits::SEARCH_BYTES) {
            errors.push(detail(format!("expected length <= {}", limits::SEARCH_BYTES), "query.search", None));
        }
        if !errors.is_empty() {
            return Err(ApiError::validation(errors));
        }
        let cursor = Cursor::parse(query.get("cursor").unwrap_or_default()).map_err(|InvalidCursor| {
            let message = "this registry did not give this cursor, or it was cut; begin again without it";
            ApiError::validation(vec![detail(message.to_owned(), "query.cursor", query.get("cursor"))])
        })?;
        let carried = cursor.filter.unwrap_or_default();
        let updated_since = match query.get("updated_since") {
            Some(text) => Some(updated_since(text)?),
            None => carried.updated_since,
        };
        if updated_since.is_some() && include_deleted == Some(false) {
            return Err(ApiError::bad_request(
                "Cannot set include_deleted=false when using updated_since (incremental sync requires deleted servers)",
            ));
        }
        let filter = Filter {
            search: search.map(str::to_lowercase).or(carried.search),
            version: match query.get("version") {
                None => carried.version,
                Some(LATEST_ALIAS) => VersionFilter::Latest,
                Some(version) => VersionFilter::Exactly(version.to_owned()),
            },
            updated_since,
            include_deleted: updated_since.is_some() || include_deleted.unwrap_or(carried.include_deleted),
        };
        let limit = limit.or(cursor.limit).unwrap_or(limits::PAGE_DEFAULT);
        Ok(Self { filter, limit, after: cursor.position })
    }
}

fn limit(text: &str) -> Result<usize, ErrorDetail> {
    let number: i64 = text.parse().map_err(|_| detail("invalid integer".to_owned(), "query.limit", Some(text)))?;
    let out_of_range =
        |message: String| ErrorDetail { value: Some(number.into()), ..detail(message, "query.limit", None) };
    match usize::try_from(number) {
        Ok(limit @ 1..=limits::PAGE_MAX) => Ok(limit),
        Ok(1..) => Err(out_of_range(format!("expected number <= {}", limits::PAGE_MAX))),
        _ => Err(out_of_range("expected number >= 1".to_owned())),
    }
}

fn updated_since(text: &str) -> Result<Timestamp, ApiError> {
    text.parse().map_err(|_| {
        ApiError::bad_request(
            "Invalid updated_since format: expected RFC3339 timestamp (e.g., 2025-08-07T13:15:04.280Z)",
        )
    })
}

fn detail(message: String, location: &str, value: Option<&str>) -> ErrorDetail {
    ErrorDetail { message, location: Some(location.to_owned()), value: value.map(Into::into) }
}
