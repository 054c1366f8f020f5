//! Tokens of an issuer that answers over loopback, with keys in memory and in a table.

#[cfg(test)]
mod cool_down;
#[cfg(test)]
mod documents;
#[cfg(test)]
#[path = "../issuer/mod.rs"]
mod issuer;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod shared_keys;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod table;
#[cfg(test)]
mod times_and_names;
