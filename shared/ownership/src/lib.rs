//! Whether the packages of a server belong to its publisher.
