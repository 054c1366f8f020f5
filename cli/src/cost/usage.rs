//! What a load uses of each service in a month.
//!
//! The numbers of calls are those that the functions make; `docs/cost.md` says where each assumption comes from. Where a
//! number varies, the larger is taken.

use super::Load;

/// Hours of a month, as AWS counts them.
pub(super) const HOURS: f64 = 730.0;
pub(super) const DAYS: f64 = HOURS / 24.0;
const SECONDS: f64 = HOURS * 3_600.0;

const GB: f64 = 1e9;

/// A request that the CDN passes on reads one item, the serial, consistently.
const READ_UNITS_OF_REQUEST: f64 = 1.0;
/// Head, version, claim and look-alike before a decision, the version again for its packages, the latest version, and the
/// serial of a process that has none yet.
const READ_UNITS_OF_PUBLISH: f64 = 7.0;
/// Items of one kilobyte in a publish's transaction: counter, head, look-alike, claim, and the audit record twice.
const SMALL_ITEMS_OF_PUBLISH: f64 = 6.0;
/// Counters of limits: by whom, in which namespace, from where, new names.
const COUNTS_OF_PUBLISH: f64 = 4.0;
/// Namespaces that the login proves (two), failures of its address, memberships.
const READ_UNITS_OF_LOGIN: f64 = 4.0;
/// The proof that must not be used again, and the audit record twice in a transaction.
const WRITE_UNITS_OF_LOGIN: f64 = 5.0;
/// Serial, twice where the CDN is told, status of a source, domains to look at again.
const READ_UNITS_OF_RUN: f64 = 4.0;
/// The purges of the month, and the changes again.
const READ_UNITS_OF_PURGE: f64 = 2.0;
/// The purges of the month, and up to where it is done.
const WRITE_UNITS_OF_PURGE: f64 = 2.0;
/// What the table is told of the snapshot; refused, if it knows, at the same price.
const WRITE_UNITS_OF_RUN: f64 = 1.0;
/// Readers are told that the snapshot was published again.
const WRITE_UNITS_OF_EXPORT: f64 = 1.0;
/// A transaction writes each item twice.
const TRANSACTION: f64 = 2.0;
/// What an item has beside its document.
const ITEM_BYTES: f64 = 500.0;
/// Audit records, claims and heads, a version.
const OTHER_ITEMS_BYTES: f64 = 1_500.0;

/// Servers of a block, on average.
const SERVERS_PER_BLOCK: f64 = 64.0;
/// Blocks of a page of 100 versions.
const BLOCKS_OF_LIST: f64 = 1.5;
/// Blocks of 30 matches, each in another.
const BLOCKS_OF_SEARCH: f64 = 30.0;
/// Pointer, index, delta, and the search index, which is for the function that searches alone.
const OBJECTS_OF_START: f64 = 4.0;
/// Pointer and delta: what a reader that runs loads of a new snapshot.
const OBJECTS_OF_NEWS: f64 = 2.0;
/// Delta, tail of the changes, pointer.
const OBJECTS_OF_SNAPSHOT: f64 = 3.0;
/// Index and search index, beside the blocks.
const OBJECTS_OF_FOLD: f64 = 2.0;
/// JSON in Brotli and gzip, NDJSON in gzip; delta and pointer are written again.
const OBJECTS_OF_EXPORT: f64 = 5.0;
/// Pointer, index, delta and search index, by a sandbox that begins with the run.
const OBJECTS_OF_RUN: f64 = 4.0;
/// A scheduled run lists what the bucket has below each prefix that superseded objects are deleted of.
const LISTS_OF_RUN: f64 = 6.0;
/// Most objects of one answer to a list.
const OBJECTS_OF_LISTS: f64 = 1_000.0;
/// The export in Brotli, a version.
const COPY_BYTES: f64 = 49.0;
/// All three exports, a version: JSON in Brotli, JSON and NDJSON in gzip.
const EXPORT_BYTES: f64 = COPY_BYTES + 74.0 + 74.0;
/// Index and search index in LZ4, a version.
const INDEX_BYTES: f64 = 60.0 + 31.0;
/// JSON of servers that changed, from which on the delta becomes part of the index.
const DELTA_BYTES: f64 = registry::limits::DELTA_BYTES as f64;
/// LZ4 of the delta.
const DELTA_RATIO: f64 = 0.3;
/// The delta grows from nothing to its largest, and the tail of the changes too.
const MEAN: f64 = 0.5;
const CHANGES_PER_FILE: f64 = registry::limits::CHANGES_PER_FILE as f64;
/// A change in the tail, in gzip.
const CHANGE_FILE_BYTES: f64 = 131.0;
/// Days until superseded objects are deleted.
const SUPERSEDED_DAYS: f64 = registry::limits::SUPERSEDED_SECONDS as f64 / 86_400.0;
/// Days that the bucket keeps what was deleted, as versions that are paid for, as the template has it.
const DELETED_DAYS: f64 = 30.0;
/// LZ4 of the blocks.
const BLOCK_RATIO: f64 = 0.5;

/// Functions that read: lists, servers, and searches.
const READERS: f64 = 3.0;
/// How much more a peak is than the mean.
const PEAK: f64 = 5.0;
/// One read of the table.
const REQUEST_SECONDS: f64 = 0.010;
/// Checks of packages, proofs and organisations ask others.
const CHANGE_SECONDS: f64 = 0.300;
/// Of a start, and of a new snapshot.
const LOAD_SECONDS: f64 = 0.050;
/// Of a start: a reader that runs has the index.
const LOAD_SECONDS_PER_VERSION: f64 = 2e-6;
/// A run that finds nothing new, or publishes a snapshot.
const RUN_SECONDS: f64 = 1.0;
/// What a fold takes more. Blocks are read, changed and written: 4 seconds for the official registry.
const FOLD_SECONDS_PER_VERSION: f64 = 30e-6;
/// What exports take more. All blocks are read, and compressed three times: 8 seconds for the official registry.
const EXPORT_SECONDS_PER_VERSION: f64 = 60e-6;
/// Gigabytes of memory of `sync`, as the template has it.
const SYNC_MEMORY: f64 = 2.0;
/// What is published within so many seconds, or during a run, is one snapshot.
const WINDOW_SECONDS: f64 = 10.0;

/// An answer of 304.
const POLL_BYTES: f64 = 400.0;
/// The answer to a publish or a login.
const CHANGE_BYTES: f64 = 2_000.0;

/// A month's use.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    pub(super) cdn_requests: f64,
    /// Requests of the API, which tell the address that they come from.
    pub(super) edge_invocations: f64,
    pub(super) cdn_gb: f64,
    /// Tags that are purged.
    pub(super) purges: f64,
    /// Requests that reach the functions.
    pub(super) origin_requests: f64,
    /// What they are answered with.
    pub(super) origin_gb: f64,
    pub(super) invocations: f64,
    pub(super) gb_seconds: f64,
    pub(super) read_units: f64,
    pub(super) write_units: f64,
    pub(super) table_gb: f64,
    pub(super) bucket_gb: f64,
    /// Objects written, and lists of the bucket, which cost the same.
    pub(super) puts: f64,
    pub(super) gets: f64,
    pub(super) log_gb: f64,
    pub(super) schedules: f64,
}

impl Usage {
    pub(super) fn of(load: &Load) -> Self {
        let misses = 1.0 - load.hit_rate;
        let [lists, reads, searches] = [load.lists, load.reads, load.searches].map(|a_day| a_day * DAYS * misses);
        let [publishes, logins, scheduled] = [load.publishes, load.logins, load.syncs].map(|a_day| a_day * DAYS);
        let withdrawals = load.withdrawals * DAYS;
        // Those that must be come first, and of the others as many as have room.
        let purges = withdrawals.max((withdrawals + publishes).min(load.purges_per_month));
        let snapshots = publishes.min(SECONDS / (WINDOW_SECONDS + RUN_SECONDS));
        let exports = snapshots.min(scheduled);
        let (read, changed, runs) = (lists + reads + searches, publishes + logins, snapshots + scheduled);

        let catalogue = load.versions * load.entry_bytes;
        let blocks = (load.servers / SERVERS_PER_BLOCK).ceil().max(1.0);
        // A publish puts all versions of its server into the delta, which holds each server once.
        let server_bytes = catalogue / load.servers.max(1.0);
        let delta_bytes = (publishes * server_bytes).min(catalogue).min(DELTA_BYTES) * MEAN;
        let folds = if catalogue > DELTA_BYTES { (publishes * server_bytes / DELTA_BYTES).min(snapshots) } else { 0.0 };
        let blocks_folded = (folds * blocks).min(if folds > 0.0 { publishes } else { 0.0 });

        let sandboxes = READERS * (1.0 + PEAK * REQUEST_SECONDS * read / SECONDS);
        // A sandbox lives about an hour. Without a request none begins, and none notices a new snapshot.
        let starts = read.min(sandboxes * HOURS);
        let news = (read - starts).min(sandboxes * (snapshots + exports));

        let not_kept = |cache: usize| if catalogue > cache as f64 { 1.0 - cache as f64 / catalogue } else { 0.0 };
        let of_read = BLOCKS_OF_LIST.min(blocks) * lists + reads;
        let of_search = BLOCKS_OF_SEARCH.min(blocks) * searches;
        let gets_of_blocks = of_read * not_kept(registry::limits::BLOCK_CACHE_BYTES)
            + of_search * not_kept(registry::limits::SEARCH_BLOCK_CACHE_BYTES)
            + (of_read + of_search).min(starts * blocks + sandboxes * blocks_folded);
        let gets_of_runs = OBJECTS_OF_RUN * runs + blocks_folded + blocks * exports;
        let gets_of_cdn = (load.copies + load.polls) * DAYS * misses;

        let document_units = ((load.entry_bytes + ITEM_BYTES) / 1_024.0).ceil();
        // Version and change record hold the document.
        let items = TRANSACTION * (SMALL_ITEMS_OF_PUBLISH + 2.0 * document_units);
        // `sync` reads each change once, the readers as often as there are any.
        let change_units = (document_units / 4.0).ceil();
        let changes_read = change_units * (publishes + read.min(publishes * sandboxes));
        // The tail is made of the table's changes. A query is charged for the bytes of all.
        let tail_changes = publishes.min(CHANGES_PER_FILE * MEAN);
        let tails_read = snapshots * tail_changes * (load.entry_bytes + ITEM_BYTES) / 4_096.0;

        let memory = load.memory / 1_024.0;
        let load_seconds = LOAD_SECONDS * (starts + news) + LOAD_SECONDS_PER_VERSION * load.versions * starts;
        let request_seconds = REQUEST_SECONDS * read + load_seconds + CHANGE_SECONDS * changed;
        let version_seconds = FOLD_SECONDS_PER_VERSION * folds + EXPORT_SECONDS_PER_VERSION * exports;
        // One run at a time.
        let run_seconds = (RUN_SECONDS * runs + version_seconds * load.versions).min(SECONDS);

        // What is in force, and what was superseded: of each, what was written in the last days.
        let kept = |a_month: f64| a_month / DAYS * (SUPERSEDED_DAYS + DELETED_DAYS);
        let snapshot_bytes = delta_bytes * DELTA_RATIO + tail_changes * CHANGE_FILE_BYTES;
        let block_bytes = catalogue * BLOCK_RATIO / blocks;
        let stored = block_bytes * (blocks + kept(blocks_folded))
            + load.versions * INDEX_BYTES * (1.0 + kept(folds))
            + load.versions * EXPORT_BYTES * (1.0 + kept(exports))
            + snapshot_bytes * (1.0 + kept(snapshots));
        let puts =
            OBJECTS_OF_SNAPSHOT * snapshots + OBJECTS_OF_FOLD * folds + blocks_folded + OBJECTS_OF_EXPORT * exports;
        let listed = blocks + puts / DAYS * SUPERSEDED_DAYS;
        let lists_of_runs = scheduled * (LISTS_OF_RUN + listed / OBJECTS_OF_LISTS);

        let bytes = load.lists * load.list_bytes + load.reads * load.read_bytes + load.searches * load.search_bytes;
        let copied = load.copies * COPY_BYTES * load.versions + load.polls * POLL_BYTES;
        let answered = read + changed;
        let changed_a_day = load.publishes + load.logins;
        let asked_a_day = load.lists + load.reads + load.searches + changed_a_day;
        Self {
            cdn_requests: (asked_a_day + load.copies + load.polls) * DAYS,
            edge_invocations: asked_a_day * DAYS,
            cdn_gb: (bytes + copied + changed_a_day * CHANGE_BYTES) * DAYS / GB,
            purges,
            origin_requests: answered,
            origin_gb: (bytes * misses + changed_a_day * CHANGE_BYTES) * DAYS / GB,
            invocations: answered + runs,
            gb_seconds: request_seconds * memory + run_seconds * SYNC_MEMORY,
            read_units: READ_UNITS_OF_REQUEST * read
                + READ_UNITS_OF_PUBLISH * publishes
                + READ_UNITS_OF_LOGIN * logins
                + READ_UNITS_OF_RUN * runs
                + READ_UNITS_OF_PURGE * snapshots
                + changes_read
                + tails_read,
            write_units: (items + COUNTS_OF_PUBLISH) * publishes
                + WRITE_UNITS_OF_LOGIN * logins
                + WRITE_UNITS_OF_RUN * runs
                + WRITE_UNITS_OF_EXPORT * exports
                + WRITE_UNITS_OF_PURGE * snapshots,
            table_gb: load.versions * (2.0 * (load.entry_bytes + ITEM_BYTES) + OTHER_ITEMS_BYTES) / GB,
            bucket_gb: stored / GB,
            puts: puts + lists_of_runs,
            gets: OBJECTS_OF_START * starts + OBJECTS_OF_NEWS * news + gets_of_blocks + gets_of_runs + gets_of_cdn,
            log_gb: (answered + runs) * load.log_bytes / GB,
            schedules: scheduled,
        }
    }
}
