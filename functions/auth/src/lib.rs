//! Exchanges proofs of identity for tokens of the registry.
