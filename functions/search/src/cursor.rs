//! Cursors: a query, and the last server of its page. They look like those of lists, and neither is taken for the other: what
//! they carry differs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry::limits;
use registry::search::{After, Facet, Filters, Query, Sort};
use serde::{Deserialize, Serialize};

const PREFIX: char = '~';
const CHECKSUM_BYTES: usize = 4;

/// What a cursor holds. Short keys: it is part of a URL.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Carried {
    /// The last server's name, and what it is ordered by.
    n: String,
    k: i64,
    l: usize,
    q: String,
    o: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    f: Vec<(u8, Vec<String>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    u: Option<i64>,
}

/// Reads a cursor; `None` for what is none.
pub(crate) fn parse(text: &str) -> Option<Query> {
    let ours = text.strip_prefix(PREFIX).filter(|ours| ours.len() <= limits::SEARCH_CURSOR_BYTES)?;
    let bytes = URL_SAFE_NO_PAD.decode(ours).ok()?;
    let (sum, json) = bytes.split_at_checked(CHECKSUM_BYTES)?;
    let carried: Carried = (sum == checksum(json)).then(|| serde_json::from_slice(json).ok())??;
    let facet = |number: u8| Facet::ALL.get(usize::from(number)).copied();
    // Not signed, so held to the limits of the parameters.
    let is_filter = |values: &[String]| {
        (1..=limits::SEARCH_FILTER_VALUES).contains(&values.len())
            && values.iter().all(|value| (1..=limits::SEARCH_VALUE_BYTES).contains(&value.len()))
    };
    let values = carried.f.into_iter().map(|(number, values)| {
        let facet = facet(number)?;
        is_filter(&values).then_some((facet, values))
    });
    Some(Query {
        text: carried.q,
        filters: Filters { values: values.collect::<Option<_>>()?, updated_since: carried.s, updated_until: carried.u },
        sort: Sort::ALL.get(usize::from(carried.o)).copied()?,
        after: Some(After { key: carried.k, name: carried.n }),
        limit: Some(carried.l).filter(|limit| (1..=limits::PAGE_MAX).contains(limit))?,
    })
}

/// The cursor behind the server `name`, which is ordered by `key`.
pub(crate) fn render(query: &Query, name: &str, key: i64) -> String {
    let number = |facet: Facet| Facet::ALL.iter().position(|other| *other == facet).unwrap_or_default() as u8;
    let carried = Carried {
        n: name.to_owned(),
        k: key,
        l: query.limit,
        q: query.text.clone(),
        o: Sort::ALL.iter().position(|sort| *sort == query.sort).unwrap_or_default() as u8,
        f: query.filters.values.iter().map(|(facet, values)| (number(*facet), values.clone())).collect(),
        s: query.filters.updated_since,
        u: query.filters.updated_until,
    };
    let json = serde_json::to_vec(&carried).unwrap_or_default();
    let mut bytes = checksum(&json).to_vec();
    bytes.extend_from_slice(&json);
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Tells a cut or mistyped cursor from a whole one. A cursor is no secret and grants nothing, so it is not signed.
fn checksum(json: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let [a, b, c, d, ..] = xxhash_rust::xxh3::xxh3_64(json).to_le_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(values: Vec<String>) -> Query {
        let filters = Filters { values: vec![(Facet::Tag, values)], ..Filters::default() };
        Query { filters, limit: 30, ..Query::default() }
    }

    #[test]
    fn what_it_carries_is_held_to_the_limits_of_parameters() {
        let full: Vec<String> = (0..limits::SEARCH_FILTER_VALUES).map(|number| format!("tag{number}")).collect();
        let read = parse(&render(&with(full.clone()), "io.x/a", -7)).unwrap();
        assert_eq!(read.filters, with(full.clone()).filters);
        let long = "t".repeat(limits::SEARCH_VALUE_BYTES + 1);
        let too_many = full.into_iter().chain(["one more".to_owned()]).collect();
        for forged in [Vec::new(), vec![String::new()], vec![long], too_many] {
            assert_eq!(parse(&render(&with(forged.clone()), "io.x/a", -7)), None, "{forged:?}");
        }
    }
}
