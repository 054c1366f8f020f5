//! What Berth adds to the official API, as paths below `/v0.1/x/dev.berth`.

mod changes;
mod search;
mod serial;
mod snapshot;
