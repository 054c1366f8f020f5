//! The invariants of the table, each held by a condition of the transaction, through the real SDK on embedded stores.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod claims;
#[cfg(test)]
mod counts;
#[cfg(test)]
mod full_state;
#[cfg(test)]
mod latest;
#[cfg(test)]
mod serial;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod together;
#[cfg(test)]
mod written_once;
