//! Tokens of the registry: claims, permissions, signing keys.
