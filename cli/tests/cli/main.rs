//! The `berth` command as a process: what it prints, what it answers, how it stops, and what is left when it is killed.

#[cfg(test)]
mod bad_documents;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bad_locations;
#[cfg(test)]
mod bad_requests;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod cost;
#[cfg(test)]
mod flows;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod http;
#[cfg(test)]
#[path = "../../../shared/oidc/tests/issuer/mod.rs"]
mod issuer;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod mirror;
#[cfg(test)]
mod publisher;
#[cfg(test)]
mod read;
#[cfg(test)]
mod recorded;
#[cfg(test)]
#[path = "../../../tests/src/secrets.rs"]
#[expect(unreachable_pub, reason = "shared with a library")]
mod secrets;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod state;
#[cfg(test)]
mod stop;
#[cfg(test)]
mod sync;
#[cfg(test)]
mod walk;
