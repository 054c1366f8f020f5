//! Limits of what is counted here. Those of the operator are in [`crate::Policy`].

/// Seconds of an hour.
pub(crate) const HOUR: u32 = 3600;
/// Seconds of a day.
pub(crate) const DAY: u32 = 86_400;
/// How many times more changes may come from an address than from an identity: many people share one.
pub(crate) const TIMES_PER_ADDRESS: u32 = 10;
/// Requests with a token that is not valid, in an hour from one address, that the audit trail gets. Anybody can send them.
pub(crate) const REFUSED_TOKENS_PER_HOUR: u32 = 60;
/// Refused requests with a valid token, in an hour by one identity from one address, that the audit trail gets.
pub(crate) const REFUSALS_PER_HOUR: u32 = 1000;
