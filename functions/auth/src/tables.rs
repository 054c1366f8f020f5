//! The parts of the table that logins reach. None of them reaches a server.

use aws_sdk_dynamodb::Client;
use registry::store::{AuditLog, Counts, Replay};
use registry_domain::{Domains, Terms};
use registry_oidc::KeySets;

use crate::browser::{LoginsUnderway, Sessions};
use crate::namespaces::Namespaces;

/// Each part with a handle of its own.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Which proofs were used.
    pub(crate) replay: Replay,
    /// Who logged in, and who was refused.
    pub(crate) audit: AuditLog,
    /// How often somebody failed.
    pub(crate) counts: Counts,
    /// To whom namespaces belong.
    pub(crate) namespaces: Namespaces,
    /// Which domains somebody claims.
    pub(crate) domains: Domains,
    /// Who is at GitHub right now.
    pub(crate) logins_underway: LoginsUnderway,
    /// Who stays logged in in a browser.
    pub(crate) sessions: Sessions,
    /// Where keys of issuers are kept.
    keys: (Client, String),
}

impl Tables {
    /// The parts of `table`; records of the audit trail are kept for `audit_days`.
    #[must_use]
    pub fn new(client: Client, table: &str, audit_days: u32) -> Self {
        let audit = AuditLog::new(client.clone(), table, audit_days);
        Self {
            replay: Replay::new(client.clone(), table),
            // Only read here; how long proofs count is for whoever changes a claim.
            domains: Domains::new(client.clone(), table, audit.clone(), Terms::default()),
            audit,
            counts: Counts::new(client.clone(), table),
            namespaces: Namespaces::new(client.clone(), table),
            logins_underway: LoginsUnderway::new(client.clone(), table),
            sessions: Sessions::new(client.clone(), table),
            keys: (client, table.to_owned()),
        }
    }

    /// The same keys, shared with other processes through the table.
    pub(crate) fn share(&self, keys: KeySets) -> KeySets {
        let (client, table) = self.keys.clone();
        keys.with_table(client, table)
    }
}
