//! Every limit of the ownership checks, in one place. Sizes are bytes unless the name says otherwise.

use std::time::Duration;

/// Time for all packages of one publish, waits included: it fits into the 29 seconds that an HTTP API allows a function.
pub const BUDGET: Duration = Duration::from_secs(20);
/// Wait before the second try; each next wait is twice as long.
pub const FIRST_DELAY: Duration = Duration::from_secs(1);
/// Longest wait that nobody asked for.
pub const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// Packages of one publish that are checked at the same time.
pub const PACKAGES_AT_ONCE: usize = 8;

/// Longest time for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest time for one request (official registry).
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time for a request that only tells one kind of 404 from another (official registry).
pub const PROBE_TIMEOUT: Duration = Duration::from_secs(3);
/// Redirects of one request (official registry).
pub const REDIRECTS: usize = 10;

/// Largest description of one version of an npm or `PyPI` package; it holds the README.
pub const METADATA_BYTES: usize = 5 * 1024 * 1024;
/// Largest README (official registry).
pub const README_BYTES: usize = 5 * 1024 * 1024;
/// Largest answer of crates.io that says where a README is.
pub const POINTER_BYTES: usize = 64 * 1024;
/// Largest service index of `NuGet`.
pub const SERVICE_INDEX_BYTES: usize = 1024 * 1024;
/// Largest list of the versions of a `NuGet` package.
pub const VERSION_LIST_BYTES: usize = 2 * 1024 * 1024;
/// Largest manifest of an image (OCI distribution specification).
pub const MANIFEST_BYTES: usize = 4 * 1024 * 1024;
/// Largest configuration of an image.
pub const IMAGE_CONFIG_BYTES: usize = 4 * 1024 * 1024;
/// Largest answer of a token service.
pub const TOKEN_BYTES: usize = 256 * 1024;

/// How long a service index of `NuGet` is good for (official registry).
pub const SERVICE_INDEX_AGE: Duration = Duration::from_secs(60 * 60);

/// Longest identifier of a package.
pub const IDENTIFIER_BYTES: usize = 2048;
/// What a message shows of a text that came from outside, in characters.
pub const SHOWN_CHARS: usize = 256;
