//! The search index beside the snapshot: loaded by the first search, built when the index is.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::block::Block;
use super::block_puts::put_object;
use super::bucket::{PutBucket, compress};
use super::index::Index;
use super::objects::Objects;
use super::pointer::Pointer;
use super::reader::{Place, Snapshot};
use super::{SnapshotError, parse_entry};
use crate::model::{ServerName, ServerVersion};
use crate::search::{Document, SearchIndex, Source};
use crate::store::{Owner, Serial, ServerState};

/// The search index that was loaded last, with its name. Locked while one is loaded, so that it is loaded once.
#[derive(Clone, Debug, Default)]
pub(super) struct SearchIndexes(Arc<Mutex<Option<(String, SearchIndex)>>>);

impl SearchIndexes {
    pub(super) async fn get(
        &self,
        objects: &Objects,
        pointer: &Pointer,
        index: &Index,
    ) -> Result<SearchIndex, SnapshotError> {
        let Some(hash) = &pointer.search else {
            if index.servers() == 0 {
                return Ok(SearchIndex::default());
            }
            return Err(SnapshotError::Missing("the search index, which an earlier release did not make".to_owned()));
        };
        let mut held = self.0.lock().await;
        if let Some((name, search)) = held.as_ref()
            && name == hash
        {
            return Ok(search.clone());
        }
        let key = format!("search/{hash}");
        let bytes = objects.get_compressed(&key).await?;
        let search = SearchIndex::load(bytes)?;
        if search.servers() != index.servers() {
            let reason = "it is not of this snapshot's servers".to_owned();
            return Err(SnapshotError::Corrupt { key, reason });
        }
        *held = Some((hash.clone(), search.clone()));
        Ok(search)
    }
}

/// Builds and stores the search index of `index`, which is `previous` with `changed` in their place: its name, and how many bytes
/// were written.
pub(super) async fn publish(
    writer: &dyn PutBucket,
    previous: &Snapshot,
    changed: &BTreeMap<ServerName, ServerState>,
    index: &Index,
) -> Result<(String, u64), SnapshotError> {
    let built = match previous.search_index().await {
        Ok(search) => build(previous, &search, changed, index, &BTreeMap::new())?,
        // An earlier release made none, or it is broken: all that it had is in the blocks.
        Err(SnapshotError::Missing(_) | SnapshotError::Corrupt { .. }) => {
            let read = documents(previous, changed).await?;
            build(previous, &SearchIndex::default(), changed, index, &read)?
        }
        Err(error) => return Err(error),
    };
    store(writer, &built).await
}

/// The search index of all servers, told of in the order of their names. So many at a time are held as documents, which take
/// twenty times what they take in the index.
#[derive(Debug)]
pub(super) struct FullSearch {
    index: SearchIndex,
    documents: Vec<Document>,
    /// Most documents that are held.
    limit: usize,
}

impl FullSearch {
    /// Holds at most so many documents.
    pub(super) fn holding(limit: usize) -> Self {
        Self { index: SearchIndex::default(), documents: Vec::new(), limit }
    }

    pub(super) fn add(&mut self, document: Document) -> Result<(), SnapshotError> {
        self.documents.push(document);
        if self.documents.len() >= self.limit { self.merge() } else { Ok(()) }
    }

    fn merge(&mut self) -> Result<(), SnapshotError> {
        let documents = std::mem::take(&mut self.documents);
        let before = (0..self.index.servers()).map(Source::Same);
        let sources: Vec<Source<'_>> = before.chain(documents.iter().map(Source::Changed)).collect();
        self.index = SearchIndex::build(&self.index, &sources)?;
        Ok(())
    }

    /// Stores it: its name, and how many bytes were written.
    pub(super) async fn publish(mut self, writer: &dyn PutBucket) -> Result<(String, u64), SnapshotError> {
        self.merge()?;
        store(writer, &self.index).await
    }
}

async fn store(writer: &dyn PutBucket, built: &SearchIndex) -> Result<(String, u64), SnapshotError> {
    let hash = hex::encode(Sha256::digest(built.bytes()));
    let bytes = put_object(writer, &format!("search/{hash}"), compress(built.bytes())).await?;
    Ok((hash, bytes))
}

impl Snapshot {
    /// Server number `number` of those that changed since the index was built, as search sees it.
    #[must_use]
    pub fn changed_document(&self, number: usize) -> Option<&Document> {
        let delta = self.delta()?;
        let documents = delta.documents.get_or_init(|| {
            (0..delta.index.servers()).map(|number| document(&delta.index, &delta.block, number)).collect()
        });
        documents.get(number)?.as_ref()
    }
}

/// Of its latest version alone: search sees no other.
fn document(index: &Index, block: &Block, number: usize) -> Option<Document> {
    let server = index.server(number)?;
    let entries = server.first_entry..server.first_entry + server.entries;
    let entry = entries.filter_map(|number| index.entry(number)).find(|entry| entry.is_latest)?;
    let json = block.slice(entry.offset, entry.length)?;
    let (state, _) = parse_entry(std::str::from_utf8(&json).ok()?).ok()?;
    let latest: ServerVersion = entry.version.parse().ok()?;
    let versions = BTreeMap::from([(latest.clone(), state)]);
    let state = ServerState { owner: Owner::decode(server.owner)?, latest, serial: Serial(server.serial), versions };
    Some(Document::of(&server.name.parse().ok()?, &state))
}

/// The documents of the servers that did not change, from their blocks.
async fn documents(
    previous: &Snapshot,
    changed: &BTreeMap<ServerName, ServerState>,
) -> Result<BTreeMap<String, Document>, SnapshotError> {
    let mut documents = BTreeMap::new();
    for (name, place) in previous.places() {
        if changed.contains_key(name) {
            continue;
        }
        if let (Ok(parsed), Some(state)) = (name.parse(), previous.server_state(place).await?) {
            documents.insert(name.to_owned(), Document::of(&parsed, &state));
        }
    }
    Ok(documents)
}

/// The search index of `index`: changed servers from `changed` and the delta, others from `read` where they are there, else from `search`.
fn build(
    previous: &Snapshot,
    search: &SearchIndex,
    changed: &BTreeMap<ServerName, ServerState>,
    index: &Index,
    read: &BTreeMap<String, Document>,
) -> Result<SearchIndex, SnapshotError> {
    let fresh: BTreeMap<&str, Document> =
        changed.iter().map(|(name, state)| (name.as_str(), Document::of(name, state))).collect();
    let mut sources = Vec::with_capacity(index.servers());
    for number in 0..index.servers() {
        let Some(server) = index.server(number) else { continue };
        let of_delta = || match previous.find(server.name) {
            Some(Place::Delta(number)) => previous.changed_document(number),
            _ => None,
        };
        sources.push(match fresh.get(server.name).or_else(|| read.get(server.name)).or_else(of_delta) {
            Some(document) => Source::Changed(document),
            None => Source::Same(previous.index().position(server.name).0),
        });
    }
    SearchIndex::build(search, &sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_are_held_the_index_is_the_same() {
        let document = |number: usize| {
            let name: ServerName = format!("com.n{}/server-{number:03}", number % 7).parse().unwrap();
            let state = ServerState {
                owner: Owner::Publisher,
                latest: "1.0.0".parse().unwrap(),
                serial: Serial(1),
                versions: BTreeMap::new(),
            };
            Document::of(&name, &state)
        };
        let documents: Vec<Document> = (0..50).map(document).collect();
        let sources: Vec<Source<'_>> = documents.iter().map(Source::Changed).collect();
        let at_once = SearchIndex::build(&SearchIndex::default(), &sources).unwrap();
        for limit in [1, 7, 25, 50, 51] {
            let mut full = FullSearch::holding(limit);
            for document in &documents {
                full.add(document.clone()).unwrap();
                assert!(full.documents.len() < limit);
            }
            full.merge().unwrap();
            assert_eq!((full.index.servers(), full.index.bytes()), (50, at_once.bytes()), "{limit} at a time");
        }
    }
}
