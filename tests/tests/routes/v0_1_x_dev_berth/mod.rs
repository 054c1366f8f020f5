//! `/v0.1/x/dev.berth`

mod search;
