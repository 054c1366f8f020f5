//! Everything that changes a server.
