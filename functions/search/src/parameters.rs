//! The parameters of a search, parsed once.

use registry::edge::Query as Raw;
use registry::error::{ApiError, ErrorDetail};
use registry::limits;
use registry::search::{Facet, Filters, Query, Sort};
use registry::time::Timestamp;

use crate::cursor;

/// Reads a raw query string. What the query does not say, its cursor does.
pub(crate) fn parse(raw: &str) -> Result<Query, ApiError> {
    let query = Raw::parse(raw);
    let mut errors = Vec::new();
    let mut refuse = |error: ErrorDetail| errors.push(error);
    let carried = match query.get("cursor").map(cursor::parse) {
        None => Query { limit: limits::PAGE_DEFAULT, ..Query::default() },
        Some(Some(carried)) => carried,
        Some(None) => {
            let message = "this registry did not give this cursor, or it was cut; begin again without it";
            refuse(detail(message, "cursor", query.get("cursor")));
            Query::default()
        }
    };

    let text = query.get("q").map_or(carried.text, str::to_owned);
    if text.len() > limits::SEARCH_BYTES {
        refuse(detail(format!("expected length <= {}", limits::SEARCH_BYTES), "q", None));
    }
    let mut values = Vec::new();
    for facet in Facet::ALL {
        let given = query.get(facet.parameter()).map(|text| chosen(facet, text));
        let carried = carried.filters.values.iter().find(|(other, _)| *other == facet);
        match given {
            Some(Ok(given)) => values.push((facet, given)),
            Some(Err(error)) => refuse(error),
            None => values.extend(carried.cloned()),
        }
    }
    let mut time = |name: &str, carried: Option<i64>| match query.get(name) {
        None => carried,
        Some(text) => match text.parse::<Timestamp>() {
            Ok(time) => Some(time.as_micros()),
            Err(_) => {
                refuse(detail("expected an RFC 3339 time, such as 2025-08-07T13:15:04.280Z", name, Some(text)));
                None
            }
        },
    };
    let updated_since = time("updated_since", carried.filters.updated_since);
    let updated_until = time("updated_until", carried.filters.updated_until);
    let sort = match query.get("sort") {
        None => carried.sort,
        Some(text) => Sort::ALL.into_iter().find(|sort| sort.name() == text).unwrap_or_else(|| {
            refuse(detail("expected relevance, name, updated or published", "sort", Some(text)));
            Sort::default()
        }),
    };
    let limit = match query.get("limit") {
        None => carried.limit,
        Some(text) => text.parse().ok().filter(|limit| (1..=limits::PAGE_MAX).contains(limit)).unwrap_or_else(|| {
            let message = format!("expected a number from 1 to {}", limits::PAGE_MAX);
            refuse(detail(message, "limit", Some(text)));
            limits::PAGE_DEFAULT
        }),
    };
    let bytes: usize = values.iter().flat_map(|(_, values)| values).map(String::len).sum();
    if bytes > limits::SEARCH_FILTER_BYTES {
        let message = format!("expected filters of at most {} bytes together", limits::SEARCH_FILTER_BYTES);
        refuse(ErrorDetail { message, location: Some("query".to_owned()), value: None });
    }
    let filters = Filters { values, updated_since, updated_until };
    let parsed = Query { text, filters, sort, after: carried.after, limit };
    if parsed.words() > limits::SEARCH_WORDS {
        refuse(detail(format!("expected at most {} words", limits::SEARCH_WORDS), "q", None));
    }
    if errors.is_empty() { Ok(parsed) } else { Err(ApiError::validation(errors)) }
}

/// The values of a filter.
fn chosen(facet: Facet, text: &str) -> Result<Vec<String>, ErrorDetail> {
    let name = facet.parameter();
    let mut values: Vec<String> =
        text.split(',').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect();
    match facet {
        Facet::NeedsSecret => {
            let flag = registry::edge::parse_bool(text).ok_or_else(|| detail("invalid boolean", name, Some(text)))?;
            values = vec![flag.to_string()];
        }
        Facet::Tag | Facet::Category => values = values.iter().map(|value| value.to_lowercase()).collect(),
        Facet::Status => known(name, text, &values, &["active", "deprecated", "deleted"])?,
        Facet::Runs => known(name, text, &values, &["local", "remote"])?,
        Facet::PackageType | Facet::Transport | Facet::Namespace | Facet::Source => {}
    }
    values.sort();
    values.dedup();
    let too_long = values.iter().any(|value| value.len() > limits::SEARCH_VALUE_BYTES);
    match values.len() {
        0 => Err(detail("expected a value", name, Some(text))),
        1..=limits::SEARCH_FILTER_VALUES if too_long => {
            Err(detail(format!("expected values of at most {} bytes", limits::SEARCH_VALUE_BYTES), name, None))
        }
        1..=limits::SEARCH_FILTER_VALUES => Ok(values),
        _ => Err(detail(format!("expected at most {} values", limits::SEARCH_FILTER_VALUES), name, None)),
    }
}

fn known(name: &str, text: &str, values: &[String], of: &[&str]) -> Result<(), ErrorDetail> {
    let is_known = values.iter().all(|value| of.contains(&value.as_str()));
    if is_known { Ok(()) } else { Err(detail(format!("expected some of {}", of.join(", ")), name, Some(text))) }
}

fn detail(message: impl Into<String>, name: &str, value: Option<&str>) -> ErrorDetail {
    let value = value.filter(|value| value.len() <= limits::ECHO_BYTES).map(Into::into);
    ErrorDetail { message: message.into(), location: Some(format!("query.{name}")), value }
}
