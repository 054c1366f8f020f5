//! The truth: one DynamoDB table with one serial.
//!
//! Every change of public state is one transaction that moves the counter from `n` to `n+k` and writes the change
//! records `n+1..=n+k`, each with the whole resulting state of one version. So a reader that holds the state at serial
//! `s` is brought to any later serial by the change records alone, and a scan that ran while others wrote is made exact
//! by replaying the changes of that time (`docs/adr/0002`).

pub mod attributes;
mod audit;
mod batch;
mod change;
mod counts;
mod error;
mod head;
pub mod keys;
mod publication;
mod queue;
mod reader;
mod replay;
mod serial;
mod state;
mod table;
mod transaction;
mod writer;

pub use audit::{AuditEvent, AuditLog, AuditOutcome, AuditPage, AuditQuery, AuditRecord};
pub use batch::batches;
pub use change::{Change, RemoteClaim, ServerChange, VersionChange};
pub use counts::{Counts, Exceeded, Limit};
pub use error::chain as error_chain;
pub use error::{CommitError, StoreError};
pub use head::{Head, Owner};
pub use publication::{Publication, StoredVersion};
pub use reader::{Counter, FullState, Reader, ServerItem};
pub use replay::Replay;
pub use serial::Serial;
pub use state::ServerState;
pub use table::create_table;
pub use writer::{Writer, pause};
