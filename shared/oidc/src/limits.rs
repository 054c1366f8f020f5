//! Every limit for the tokens of others. Sizes are bytes unless the name says otherwise.

/// Longest identity token that is looked at. Those of GitHub have two thousand, those of providers that list groups
/// five times that.
pub const TOKEN_BYTES: usize = 16 * 1024;
/// How far the clocks of issuer and registry may differ, in seconds, at both ends of a token's time.
pub const CLOCK_SKEW_SECONDS: i64 = 30;
/// Longest subject; OIDC ends at 255, GitHub's templates for subjects do not.
pub const SUBJECT_BYTES: usize = 1024;
/// Longest address of an issuer.
pub const ISSUER_BYTES: usize = 512;

/// Largest configuration of an issuer.
pub const CONFIGURATION_BYTES: usize = 64 * 1024;
/// Largest key set: it has to fit an item of the table.
pub const KEY_SET_BYTES: usize = 128 * 1024;
/// Most keys of a set that are looked at.
pub const KEYS_PER_SET: usize = 100;
/// Shortest RSA key, in bits.
pub const RSA_BITS: usize = 2048;
/// Longest RSA key, in bits.
pub const RSA_BITS_MAX: usize = 8192;

/// Seconds for which keys are used without asking for them again.
pub const FRESH_SECONDS: i64 = 3600;
/// Seconds for which keys are used if the issuer does not answer.
pub const KEPT_SECONDS: i64 = 24 * 3600;
/// Seconds between two requests for the keys of an issuer, whatever key ids tokens name.
pub const COOL_DOWN_SECONDS: i64 = 60;
/// Seconds between two requests if there are no keys at all, because the issuer did not answer.
pub const RETRY_SECONDS: i64 = 10;
/// Seconds after which a process looks again for keys that another process is fetching.
pub const LOOK_AGAIN_SECONDS: i64 = 5;
/// Longest time for a connection to an issuer, in seconds.
pub const CONNECT_SECONDS: u64 = 3;
/// Longest time for one document of an issuer, in seconds.
pub const DOCUMENT_SECONDS: u64 = 6;
/// Longest time for one call of the table, in seconds: logins go on without it.
pub const TABLE_SECONDS: u64 = 3;

/// Longest piece of a token that an error repeats, in characters.
pub const ECHO_CHARS: usize = 200;
