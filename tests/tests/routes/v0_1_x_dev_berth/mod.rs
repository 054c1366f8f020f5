//! What Berth adds to the official API for mirrors, as paths below `/v0.1/x/dev.berth`.

mod changes;
mod serial;
mod snapshot;
