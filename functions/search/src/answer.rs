//! Putting an answer together: the stored entries are copied, and what the search knows is written into their end.

use std::collections::BTreeMap;
use std::ops::Range;

use registry::catalogue::{EntryRef, SearchHit, View};
use registry::model::{ResponseMeta, ServerJson};
use registry::search::{Facet, FacetCount, Highlights, Matcher, Query};
use registry::snapshot::SnapshotError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cursor;

/// What a search answers. Put together from stored bytes; this type describes it.
#[derive(Debug, ToSchema)]
pub(crate) struct SearchAnswer {
    /// The servers of the page, each by its latest version.
    #[expect(dead_code, reason = "describes the answer")]
    servers: Vec<FoundServer>,
    /// How many of all that was found have which property: the most frequent values of each.
    #[expect(dead_code, reason = "describes the answer")]
    facets: Facets,
    /// About the page.
    #[expect(dead_code, reason = "describes the answer")]
    metadata: SearchMetadata,
}

/// An entry as lists answer it, with what the search says of it.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the answer")]
struct FoundServer {
    /// What the publisher says.
    server: ServerJson,
    /// What the registry says.
    #[schema(rename = "_meta")]
    meta: ResponseMeta,
    /// How well it fits, the higher the better; only comparable within one search. Absent without `q`.
    score: Option<u32>,
    /// Where words of `q` stand. Absent where there are none.
    highlights: Option<FoundHighlights>,
}

/// Ranges of characters (Unicode code points) as `[start, end]`, counted from 0, the end not included.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchHighlights)]
struct FoundHighlights {
    /// Of `server.name`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    name: Vec<[usize; 2]>,
    /// Of `server.title`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    title: Vec<[usize; 2]>,
    /// Of `server.description`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    description: Vec<[usize; 2]>,
}

/// Values of each property, the most frequent first.
#[derive(Debug, ToSchema)]
#[schema(as = SearchFacets, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the answer")]
struct Facets {
    status: Vec<Counted>,
    package_type: Vec<Counted>,
    transport: Vec<Counted>,
    runs: Vec<Counted>,
    needs_secret: Vec<Counted>,
    namespace: Vec<Counted>,
    source: Vec<Counted>,
    category: Vec<Counted>,
    tag: Vec<Counted>,
}

/// How many servers have a value.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchFacetCount)]
struct Counted {
    value: String,
    count: usize,
}

/// About the page.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SearchMetadata {
    /// Servers of this page.
    count: usize,
    /// Servers that were found, on all pages.
    total: usize,
    /// Cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What highlights are looked for in.
#[derive(Deserialize)]
struct Texts {
    server: ServerTexts,
}

#[derive(Default, Deserialize)]
struct ServerTexts {
    title: Option<String>,
    #[serde(default)]
    description: String,
}

pub(crate) async fn render(view: &View, query: &Query) -> Result<Vec<u8>, SnapshotError> {
    let page = view.search(query).await?;
    let entries: Vec<EntryRef<'_>> = page.hits.iter().map(|hit| hit.entry).collect();
    view.read_blocks(&entries).await?;
    let has_words = query.words() > 0;
    let mut body = Vec::with_capacity(1536 * (page.hits.len() + 2));
    body.extend_from_slice(b"{\"servers\":[");
    for (number, hit) in page.hits.iter().enumerate() {
        if number > 0 {
            body.push(b',');
        }
        append(view, hit, has_words.then_some(&page.matcher), &mut body).await?;
    }
    let next_cursor = page.hits.last().filter(|_| page.has_more).map(|hit| cursor::render(query, hit.name, hit.key));
    let metadata = SearchMetadata { count: page.hits.len(), total: page.total, next_cursor };
    body.extend_from_slice(b"],\"facets\":");
    body.extend_from_slice(&serde_json::to_vec(&facets(&page.facets)).unwrap_or_default());
    body.extend_from_slice(b",\"metadata\":");
    body.extend_from_slice(&serde_json::to_vec(&metadata).unwrap_or_default());
    body.extend_from_slice(b"}\n");
    Ok(body)
}

async fn append(
    view: &View,
    hit: &SearchHit<'_>,
    matcher: Option<&Matcher>,
    body: &mut Vec<u8>,
) -> Result<(), SnapshotError> {
    let begin = body.len();
    view.append_json(&[hit.entry], body).await?;
    let Some(matcher) = matcher else { return Ok(()) };
    // Stored entries are objects that end with their bracket; what is none is answered as it is.
    if body.last() != Some(&b'}') {
        return Ok(());
    }
    let texts = body.get(begin..).and_then(|json| serde_json::from_slice::<Texts>(json).ok());
    let texts = texts.map(|texts| texts.server).unwrap_or_default();
    let found = matcher.highlights(hit.name, texts.title.as_deref().unwrap_or_default(), &texts.description);
    body.pop();
    body.extend_from_slice(format!(",\"score\":{}", hit.score).as_bytes());
    if found != Highlights::default() {
        let ranges = |of: &[Range<usize>]| of.iter().map(|range| [range.start, range.end]).collect();
        let found = FoundHighlights {
            name: ranges(&found.name),
            title: ranges(&found.title),
            description: ranges(&found.description),
        };
        body.extend_from_slice(b",\"highlights\":");
        body.extend_from_slice(&serde_json::to_vec(&found).unwrap_or_default());
    }
    body.push(b'}');
    Ok(())
}

fn facets(counted: &[(Facet, Vec<FacetCount>)]) -> BTreeMap<&'static str, Vec<Counted>> {
    let of = |counts: &[FacetCount]| {
        counts.iter().map(|count| Counted { value: count.value.clone(), count: count.count }).collect()
    };
    counted.iter().map(|(facet, counts)| (facet.name(), of(counts))).collect()
}
