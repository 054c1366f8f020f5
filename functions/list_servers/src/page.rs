//! Putting a page together.

use memchr::memmem::Finder;
use registry::catalogue::{EntryRef, ServerRef, View, Wanted};
use registry::model::Status;
use registry::snapshot::SnapshotError;
use registry::time::Timestamp;

use crate::cursor::Cursor;
use crate::parameters::{Filter, Parameters, VersionFilter};

/// The body of one page: stored JSON between a frame, nothing parsed.
pub(crate) async fn render(view: &View, parameters: &Parameters) -> Result<Vec<u8>, SnapshotError> {
    let Parameters { filter, limit, after } = parameters;
    let mut found: Vec<(&str, EntryRef<'_>)> = Vec::with_capacity(*limit);
    let matcher = Matcher::new(filter);
    'servers: for server in view.servers_from(&after.name, matcher.wanted()) {
        let is_first = server.name == after.name;
        for entry in matcher.entries(&server) {
            if is_first && after.version.as_deref().is_none_or(|version| entry.version <= version) {
                continue;
            }
            found.push((server.name, entry));
            if found.len() == *limit {
                break 'servers;
            }
        }
    }
    let entries: Vec<EntryRef<'_>> = found.iter().map(|(_, entry)| *entry).collect();
    let mut body = Vec::with_capacity(1024 * (entries.len() + 1));
    body.extend_from_slice(b"{\"servers\":[");
    view.append_json(&entries, &mut body).await?;
    body.extend_from_slice(b"],\"metadata\":{");
    // Like the official registry a full page has a cursor even when nothing follows: finding out would cost the search
    // for one more entry, through all the rest where few match.
    if let Some((name, entry)) = found.last().filter(|_| found.len() == *limit) {
        let cursor = Cursor::render(filter, *limit, name, entry.version);
        body.extend_from_slice(format!("\"nextCursor\":\"{cursor}\",").as_bytes());
    }
    body.extend_from_slice(format!("\"count\":{}}}}}\n", found.len()).as_bytes());
    Ok(body)
}

struct Matcher<'f> {
    filter: &'f Filter,
    search: Option<Finder<'f>>,
}

impl<'f> Matcher<'f> {
    fn new(filter: &'f Filter) -> Self {
        Self { filter, search: filter.search.as_deref().map(|search| Finder::new(search.as_bytes())) }
    }

    /// A search text cannot hold a NUL, so it cannot match across the border of name and description.
    fn wanted(&self) -> Wanted<'_> {
        Wanted { text: self.search.as_ref(), updated_after: self.filter.updated_since.map(Timestamp::as_micros) }
    }

    fn entries<'a>(&self, server: &ServerRef<'a>) -> impl Iterator<Item = EntryRef<'a>> {
        let mut last: (&[u8], bool) = (&[], false);
        server.entries().filter(move |entry| {
            self.matches(entry)
                && self.search.as_ref().is_none_or(|finder| {
                    // Most versions of a server share their text.
                    if !std::ptr::eq(entry.search, last.0) {
                        last = (entry.search, finder.find(entry.search).is_some());
                    }
                    last.1
                })
        })
    }

    fn matches(&self, entry: &EntryRef<'_>) -> bool {
        (self.filter.include_deleted || entry.status != Status::Deleted)
            && match &self.filter.version {
                VersionFilter::All => true,
                VersionFilter::Latest => entry.is_latest,
                VersionFilter::Exactly(version) => entry.version == version,
            }
            && self.filter.updated_since.is_none_or(|since| entry.updated_at > since.as_micros())
    }
}
