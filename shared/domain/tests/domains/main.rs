//! Proofs of domains from the outside: name servers on loopback that agree, lie, forget and fall silent, and a table.

#[cfg(test)]
mod claims;
#[cfg(test)]
mod holders;
#[cfg(test)]
mod name_server;
#[cfg(test)]
mod recheck;
#[cfg(test)]
mod resolvers;
#[cfg(test)]
mod table;
