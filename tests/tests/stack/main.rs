//! The whole system: `infra/deploy-local` brings the template into an emulator, where API Gateway, the functions as built, the
//! table's stream and IAM work together.

#[cfg(test)]
mod emulator;
#[cfg(test)]
mod registry;

#[cfg(test)]
mod leading_keys;
#[cfg(test)]
mod life;
