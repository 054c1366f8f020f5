//! `infra/budgets.json`: the limits, and the figures of the last landing.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::function::Kind;

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budgets {
    /// When and where the figures of `last` were measured.
    pub(crate) measured: String,
    functions: BTreeMap<String, Budget>,
    pub(crate) handshake: Handshake,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budget {
    pub(crate) limit: Limit,
    pub(crate) last: Figures,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    pub(crate) zip_bytes: u64,
    /// From exec to the first poll, without AWS calls.
    pub(crate) start_ms: f64,
}

/// What is measured of a function.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Figures {
    pub(crate) binary_bytes: u64,
    pub(crate) zip_bytes: u64,
    pub(crate) start_ms: f64,
    pub(crate) start_with_stores_ms: f64,
    pub(crate) answer_without_connection_ms: f64,
    pub(crate) answer_with_connection_ms: f64,
    pub(crate) memory_bytes: u64,
}

/// The first TLS handshake under the smallest share.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Handshake {
    pub(crate) limit_ms: f64,
    pub(crate) last_ms: f64,
    pub(crate) measured: String,
}

impl Budgets {
    pub(crate) fn read(path: &Path) -> Outcome<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("read {}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    pub(crate) fn write(&self, path: &Path) -> Outcome<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(path, text).map_err(|error| format!("write {}: {error}", path.display()).into())
    }

    pub(crate) fn of(&mut self, kind: Kind) -> Outcome<&mut Budget> {
        let name = kind.name();
        self.functions.get_mut(name).ok_or_else(|| format!("infra/budgets.json has no budget for {name}").into())
    }
}
