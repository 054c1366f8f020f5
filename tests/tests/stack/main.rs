//! The whole system: `infra/deploy-local` brings the template into an emulator, where API Gateway, the functions as built, the
//! table's stream and IAM work together.

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod deployment;
#[cfg(test)]
mod emulator;
#[cfg(test)]
mod exchanges;
#[cfg(test)]
mod packages;
#[cfg(test)]
mod registry;

#[cfg(test)]
mod faults;
#[cfg(test)]
mod leading_keys;
#[cfg(test)]
mod life;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod purges;
#[cfg(test)]
mod rollback;
#[cfg(test)]
mod update;
