//! Package registries from the outside: their answers as they really are, and everything that can be wrong with them.

#[cfg(test)]
mod cargo;
#[cfg(test)]
mod many;
#[cfg(test)]
mod mcpb;
#[cfg(test)]
mod npm;
#[cfg(test)]
mod nuget;
#[cfg(test)]
mod oci;
#[cfg(test)]
mod pypi;
#[cfg(test)]
mod world;
