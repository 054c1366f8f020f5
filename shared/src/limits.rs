//! Every limit of the registry, in one place. Sizes are bytes unless the name says otherwise.

/// Longest server name, in characters (official `server.json` schema).
pub const NAME_CHARS: usize = 200;
/// Longest version string, in characters (official `server.json` schema).
pub const VERSION_CHARS: usize = 255;
/// Largest `server.json` as stored. A DynamoDB item ends at 400 KB and a change record holds the document beside a
/// name, a version, a status message and four times.
pub const DOCUMENT_BYTES: usize = 380 * 1024;
/// Largest body of a request (official API).
pub const REQUEST_BYTES: usize = 1024 * 1024;
/// Longest value that an error echoes; a longer one is left out.
pub const ECHO_BYTES: usize = 16 * 1024;
/// Most remote URLs of one version: each is an action of the one transaction that publishes it. The largest document of the
/// official registry (December 2025) has 30.
pub const REMOTES_PER_VERSION: usize = 90;
/// Seconds within which the same publish by the same publisher is taken for a repeat after a lost answer.
pub const REPEAT_SECONDS: i64 = 600;
/// How often a change is decided anew because somebody else changed the server meanwhile.
pub const DECISION_ATTEMPTS: u32 = 32;
/// Longest status message, in characters (official API).
pub const STATUS_MESSAGE_CHARS: usize = 500;
/// Most versions of one server (official API).
pub const VERSIONS_PER_SERVER: usize = 10_000;

/// Entries of a list page when the client does not say.
pub const PAGE_DEFAULT: usize = 30;
/// Most entries of a list page.
pub const PAGE_MAX: usize = 100;
/// Changes of one answer when the client does not say.
pub const CHANGES_DEFAULT: usize = 100;
/// Most changes of one answer.
pub const CHANGES_MAX: usize = 1000;
/// Most bytes of changes of one answer, unless one alone has more; it has to fit [`LAMBDA_RESPONSE_BYTES`].
pub const CHANGES_PAGE_BYTES: usize = 4 * 1024 * 1024;
/// Changes of one change file: file k holds the serials k·1000+1 to (k+1)·1000. Part of the format that mirrors read.
pub const CHANGES_PER_FILE: u64 = 1000;
/// Longest signature of a snapshot that is looked at, which has the whole document in it.
pub const SNAPSHOT_DOCUMENT_BYTES: usize = 1024 * 1024;
/// How many change files before the present one stay in the list, if they were in it before.
pub const CHANGE_FILES: u64 = 10;
/// How far behind the snapshot an export may be before it is made anew, in changes. Whoever reads an export reads at most so
/// many changes besides.
pub const EXPORT_LAG_CHANGES: u64 = 5000;
/// Longest search text; longer than any name or description of the official schema.
pub const SEARCH_BYTES: usize = 512;
/// Longest cursor: a query and a position, each bounded above, in base64.
pub const CURSOR_BYTES: usize = 4 * 1024;

/// Most bytes of all filters of a ranked search together.
pub const SEARCH_FILTER_BYTES: usize = 2048;
/// Longest cursor of a ranked search: its text and its filters, each of their bytes escaped, and a name, in base64.
pub const SEARCH_CURSOR_BYTES: usize = 32 * 1024;
/// Most words of a ranked search.
pub const SEARCH_WORDS: usize = 16;
/// Most values of one filter of a ranked search.
pub const SEARCH_FILTER_VALUES: usize = 20;
/// Most values of a facet that an answer counts.
pub const SEARCH_FACET_VALUES: usize = 20;
/// Longest word that is searched, in bytes; what is longer is cut.
pub const SEARCH_WORD_BYTES: usize = 64;
/// Most tags, and most categories, of a server that are searched.
pub const SEARCH_TAGS: usize = 32;
/// Longest tag, category or other value that servers are counted by.
pub const SEARCH_VALUE_BYTES: usize = 255;
/// Servers whose documents are in memory at a time while the search index of all of them is built, some 4 KB each.
pub const SEARCH_BUILD_DOCUMENTS: usize = 20_000;

/// Seconds that loading the catalogue may take before the first request. Lambda allows ten for all of a start; whoever
/// comes first then waits for the rest.
pub const WARM_UP_SECONDS: u64 = 4;

/// Most actions of one `TransactWriteItems` call (DynamoDB).
pub const TRANSACTION_ACTIONS: usize = 100;
/// Most bytes of one transaction: DynamoDB stops at 4 MB, attribute names and numbers are not counted here.
pub const TRANSACTION_BYTES: usize = 3 * 1024 * 1024;
/// How often a lost race or a throttled call is tried again before the caller hears of it.
pub const WRITE_ATTEMPTS: u32 = 12;

/// Seconds until a connection to AWS stands. The SDK has 3.1, which is all that it limits by itself.
pub const AWS_CONNECT_SECONDS: u64 = 2;
/// Seconds until AWS begins to answer one attempt. Three attempts and the pauses between them are over before the 15 seconds
/// of a function that answers requests.
pub const AWS_ANSWER_SECONDS: u64 = 3;
/// The same for a client that also writes objects: the time for sending one counts.
pub const AWS_UPLOAD_SECONDS: u64 = 60;

/// Most tags of one purge. Of more servers that must be purged at once, all that was made from the catalogue is, with one tag.
pub const PURGE_TAGS: usize = 25;
/// Purges a month beyond which only those are made that must be, if nothing else is configured: what CloudFront makes for
/// nothing.
pub const PURGES_PER_MONTH: u32 = 1000;
/// Most of them that may be configured.
pub const PURGES_PER_MONTH_MAX: u32 = 10_000_000;
/// Changes that are looked at together for what they outdate.
pub const PURGE_CHANGES: usize = 1000;
/// Seconds until CloudFront begins to answer one attempt to purge.
pub const PURGE_ANSWER_SECONDS: u64 = 10;

/// Largest answer of a Lambda function, as the JSON that it hands over: Lambda stops at 6 MB, in which a quote of the body
/// counts twice, and a compressed body a third more. The crate `registry-lambda` answers 406 in place of one that is larger
/// and that the client did not let us compress, and 500 if it is larger even so.
pub const LAMBDA_RESPONSE_BYTES: usize = 6 * 1024 * 1024 - 64 * 1024;

/// Most JSON of servers that changed since the index was built; beyond that the index is built anew. At the official
/// registry's 3 KB a server some 500 publishes, in an object of 0.4 MB.
pub const DELTA_BYTES: usize = 1536 * 1024;
/// How long an object stays that the snapshot in force does not name. A reader notices a new snapshot with its next request,
/// and a download of an export may take hours.
pub const SUPERSEDED_SECONDS: i64 = 2 * 24 * 3600;
/// Most keys of one `DeleteObjects` call (S3).
pub const DELETED_AT_ONCE: usize = 1000;
/// Bytes of a part of the table that a full build holds in memory before it writes them to a temporary file.
pub const SPOOL_BYTES: usize = 32 * 1024 * 1024;
/// Largest snapshot object that a reader accepts before it decompresses it.
pub const SNAPSHOT_OBJECT_BYTES: usize = 1024 * 1024 * 1024;
/// Decompressed blocks that a function keeps in memory.
pub const BLOCK_CACHE_BYTES: usize = 64 * 1024 * 1024;
/// The same in the function that searches: servers that are found lie anywhere, so that the official registry of October 2026
/// (116 MB) fits whole.
pub const SEARCH_BLOCK_CACHE_BYTES: usize = 192 * 1024 * 1024;
/// The same in `berth serve`: the official registry of October 2026 is 116 MB, and fits whole.
pub const LOCAL_BLOCK_CACHE_BYTES: usize = 512 * 1024 * 1024;
/// Rendered answers that a reader keeps in memory.
pub const ANSWER_CACHE_BYTES: usize = 16 * 1024 * 1024;
/// Longest path and query of an answer that is kept.
pub const ANSWER_KEY_BYTES: usize = 1024;

/// Largest answer that `sync` reads from one source: eight times the official catalogue of October 2026 (116 MB).
pub const SOURCE_BYTES: usize = 1024 * 1024 * 1024;
/// Largest page of an official registry API that `sync` reads.
pub const SOURCE_PAGE_BYTES: usize = 64 * 1024 * 1024;
/// Most pages of one walk: 100 entries each, so a hundred times the official registry.
pub const SOURCE_PAGES: usize = 100_000;
/// Deepest nesting of JSON that is read.
pub const JSON_DEPTH: usize = 100;
/// Redirects that are followed when a source is fetched.
pub const SOURCE_REDIRECTS: usize = 5;

/// Longest token that is looked at. An HTTP API passes on 10 KB of headers, enough for a hundred permissions.
pub const TOKEN_BYTES: usize = 16 * 1024;
/// Most signing keys at a time: a change of keys needs two.
pub const TOKEN_KEYS: usize = 8;
/// Seconds that a token lives if nothing else is configured (official API).
pub const TOKEN_LIFETIME_SECONDS: u32 = 300;
/// Most seconds that a token may live: there is no way to take one back.
pub const TOKEN_LIFETIME_MAX_SECONDS: u32 = 3600;

/// Largest body of a login.
pub const LOGIN_BYTES: usize = 16 * 1024;
/// How far the time that a login signs may be from ours, in seconds, either way (official API).
pub const LOGIN_WINDOW_SECONDS: i64 = 15;
/// How long a used proof is remembered, in seconds: its window twice, and clocks of functions that differ.
pub const LOGIN_REMEMBERED_SECONDS: i64 = 300;
/// Longest domain name, in characters (official API; DNS).
pub const DOMAIN_CHARS: usize = 253;
/// Most proof records of a domain whose keys are tried.
pub const PROOF_RECORDS: usize = 16;
/// Longest time for all DNS lookups of one question, in seconds (official API).
pub const DNS_SECONDS: u64 = 5;
/// Largest proof file (official API).
pub const PROOF_FILE_BYTES: usize = 4096;
/// Longest time for the proof file, in seconds (official API).
pub const PROOF_FILE_SECONDS: u64 = 10;

/// Longest text of an audit record, in characters.
pub const AUDIT_TEXT_CHARS: usize = 1000;
/// Most audit records that one page looks at, whatever its filters.
pub const AUDIT_SEEN_PER_PAGE: usize = 5000;
/// Days that audit records are kept if nothing else is configured.
pub const AUDIT_DAYS: u32 = 400;
/// Publishes, edits and changes of status that an identity, and a namespace, may make in an hour if nothing else is
/// configured.
pub const PUBLISHES_PER_HOUR: u32 = 1000;
/// New names that an identity may publish in a day if nothing else is configured.
pub const NEW_NAMES_PER_DAY: u32 = 100;
/// Logins that may fail in an hour from one address if nothing else is configured.
pub const FAILED_LOGINS_PER_HOUR: u32 = 50;

/// Largest snapshot document that a mirror reads.
pub const MIRROR_DOCUMENT_BYTES: usize = 1024 * 1024;
/// Largest key set that a mirror reads.
pub const MIRROR_KEYS_BYTES: usize = 64 * 1024;
/// Largest export that a mirror takes, unpacked: seventy times the official registry of October 2026.
pub const MIRROR_EXPORT_BYTES: u64 = 8 * 1024 * 1024 * 1024;
/// Largest file of changes that a mirror takes, unpacked: a thousand of the largest documents.
pub const MIRROR_CHANGES_BYTES: u64 = 512 * 1024 * 1024;
/// Largest page of changes that a mirror reads: the registry ends a page at 4 MB, but a page holds one change at least.
pub const MIRROR_PAGE_BYTES: usize = 16 * 1024 * 1024;
/// Changes that a mirror asks for at a time, the most that a registry gives.
pub const MIRROR_PAGE_CHANGES: usize = 1000;
