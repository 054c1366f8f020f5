//! What a server.json must be: structure, meaning, and the dated schemas.
