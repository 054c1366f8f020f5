//! What a deployment costs in a month.

mod bill;
mod load;
mod pods;
mod prices;
mod show;
mod usage;

pub(crate) use bill::Bill;
pub(crate) use load::{Load, Preset};
pub(crate) use prices::{Price, PriceTable, Prices};
pub(crate) use show::{comparison, comparison_json, json, table};

#[cfg(test)]
mod tests;
