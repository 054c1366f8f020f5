//! The price table: what a unit of each thing costs, and since when that is known.

use anyhow::{Context, bail};
use registry::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The list prices that come with this command.
const BUILT_IN: &str = include_str!("prices.json");

/// A price table of one region.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceTable {
    pub(crate) region: String,
    /// The day to which the table was brought up to date.
    pub(crate) date: String,
    pub(crate) prices: Prices,
}

/// What one thing costs. Without a price for it there is no bill, so none is optional.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Prices {
    pub(crate) cloudfront_requests: Price,
    pub(crate) cloudfront_bytes: Price,
    pub(crate) cloudfront_functions: Price,
    pub(crate) cloudfront_invalidations: Price,
    pub(crate) http_api_requests: Price,
    pub(crate) lambda_requests: Price,
    pub(crate) lambda_seconds: Price,
    pub(crate) dynamodb_reads: Price,
    pub(crate) dynamodb_writes: Price,
    pub(crate) dynamodb_storage: Price,
    pub(crate) dynamodb_backup: Price,
    pub(crate) s3_storage: Price,
    pub(crate) s3_writes: Price,
    pub(crate) s3_reads: Price,
    pub(crate) logs_bytes: Price,
    pub(crate) logs_storage: Price,
    pub(crate) metrics: Price,
    pub(crate) alarms: Price,
    pub(crate) dashboards: Price,
    pub(crate) schedules: Price,
    pub(crate) secrets: Price,
    pub(crate) hosted_zones: Price,
    pub(crate) control_plane: Price,
    pub(crate) node_small: Price,
    pub(crate) node_medium: Price,
    pub(crate) node_large: Price,
    pub(crate) node_storage: Price,
    pub(crate) database_small: Price,
    pub(crate) database_medium: Price,
    pub(crate) database_large: Price,
    pub(crate) database_storage: Price,
    pub(crate) load_balancer: Price,
    pub(crate) load_balancer_units: Price,
    pub(crate) nat_gateway: Price,
}

/// The price of one thing.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Price {
    /// What is counted.
    pub(crate) unit: String,
    /// So many units cost [`Self::dollars`].
    #[serde(default = "one")]
    pub(crate) per: f64,
    pub(crate) dollars: f64,
    /// Units of a month that are free in every account, always.
    #[serde(default)]
    pub(crate) free: f64,
    /// What units cost beyond the first, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tiers: Vec<Tier>,
    /// The day for which the price is stated.
    pub(crate) date: String,
    /// Whose price it is. `unchecked` is one that was not looked up for that day.
    pub(crate) source: String,
}

/// Another price for the units beyond so many.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tier {
    pub(crate) above: f64,
    pub(crate) dollars: f64,
}

fn one() -> f64 {
    1.0
}

impl PriceTable {
    /// The table that comes with this command.
    ///
    /// # Errors
    /// None for the table that a test has read.
    pub(crate) fn built_in() -> anyhow::Result<Self> {
        Self::over("{}")
    }

    /// The built-in table with the prices, region and date of `json` in the place of its own.
    ///
    /// # Errors
    /// When it is no table, names what is not counted, or a number cannot be a price.
    pub(crate) fn over(json: &str) -> anyhow::Result<Self> {
        let mut table: Value = serde_json::from_str(BUILT_IN)?;
        let own: Value = serde_json::from_str(json)?;
        let (Some(merged), Value::Object(own)) = (table.as_object_mut(), own) else {
            bail!("expected an object with region, date and prices")
        };
        for (name, value) in own {
            match (merged.get_mut(&name), value) {
                (Some(Value::Object(prices)), Value::Object(own)) => {
                    if let Some(unknown) = own.keys().find(|name| !prices.contains_key(*name)) {
                        let known = prices.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                        bail!("nothing is called {unknown:?}; there are prices of {known}");
                    }
                    prices.extend(own);
                }
                (_, value) => {
                    merged.insert(name, value);
                }
            }
        }
        let table: Self = serde_json::from_value(table.clone()).map_err(|error| explain(&table, error))?;
        table.check()?;
        Ok(table)
    }

    /// What each thing costs, by the name that the table has for it.
    pub(crate) fn named(&self) -> anyhow::Result<Vec<(String, Price)>> {
        let Value::Object(prices) = serde_json::to_value(&self.prices)? else { return Ok(Vec::new()) };
        prices.into_iter().map(|(name, price)| Ok((name, serde_json::from_value(price)?))).collect()
    }

    fn check(&self) -> anyhow::Result<()> {
        check_date(&self.date)?;
        self.named()?.iter().try_for_each(|(name, price)| price.check().with_context(|| format!("price {name:?}")))
    }
}

/// The error with the price that it is about: an error of the whole says only what is wrong.
fn explain(table: &Value, error: serde_json::Error) -> anyhow::Error {
    let wrong = table.get("prices").and_then(Value::as_object).into_iter().flatten();
    let mut wrong = wrong.filter_map(|(name, price)| Some((name, Price::deserialize(price).err()?)));
    match wrong.next() {
        Some((name, error)) => anyhow::Error::from(error).context(format!("price {name:?}")),
        None => error.into(),
    }
}

fn check_date(date: &str) -> anyhow::Result<()> {
    match format!("{date}T00:00:00Z").parse::<Timestamp>() {
        Ok(_) => Ok(()),
        Err(_) => bail!("{date:?} is no date; write one as 2026-01-31"),
    }
}

impl Price {
    /// What a month with so many units costs.
    pub(crate) fn of(&self, units: f64, is_free_tier: bool) -> f64 {
        let billed = if is_free_tier { (units - self.free).max(0.0) } else { units };
        let (mut from, mut dollars, mut sum) = (0.0, self.dollars, 0.0);
        for tier in &self.tiers {
            sum += (billed.min(tier.above) - from).max(0.0) * dollars;
            (from, dollars) = (tier.above, tier.dollars);
        }
        (sum + (billed - from).max(0.0) * dollars) / self.per
    }

    fn check(&self) -> anyhow::Result<()> {
        let is_amount = |number: f64| number.is_finite() && number >= 0.0;
        let amounts = [self.dollars, self.free].into_iter();
        if !amounts.chain(self.tiers.iter().map(|tier| tier.dollars)).all(is_amount) {
            bail!("dollars and free must not be below zero");
        }
        if !self.per.is_finite() || self.per <= 0.0 {
            bail!("per must be above zero");
        }
        let begins = self.tiers.iter().map(|tier| tier.above);
        if !begins.clone().all(|above| above.is_finite() && above > 0.0) || !begins.is_sorted() {
            bail!("tiers must begin above zero and be sorted");
        }
        check_date(&self.date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(free: f64, tiers: &[(f64, f64)]) -> Price {
        let tiers = tiers.iter().map(|&(above, dollars)| Tier { above, dollars }).collect();
        Price { unit: "GB".into(), per: 10.0, dollars: 2.0, free, tiers, date: "2026-01-31".into(), source: "a".into() }
    }

    #[test]
    fn tiers_and_what_is_free_count() {
        let tiered = price(50.0, &[(100.0, 1.0), (200.0, 0.5)]);
        for (units, full, free) in
            [(0.0, 0.0, 0.0), (50.0, 10.0, 0.0), (100.0, 20.0, 10.0), (150.0, 25.0, 20.0), (300.0, 35.0, 32.5)]
        {
            assert_eq!((tiered.of(units, false), tiered.of(units, true)), (full, free), "{units}");
        }
    }

    #[test]
    fn the_built_in_table_is_dated_and_told() {
        let table = PriceTable::built_in().unwrap();
        for (name, price) in table.named().unwrap() {
            assert!(price.dollars > 0.0 && price.source.len() > 5 && !price.unit.is_empty(), "{name}");
            assert!(price.date <= table.date, "{name} is newer than the table");
        }
    }

    #[test]
    fn a_table_of_ones_own_replaces_what_it_names() {
        let own = r#"{"region":"eu-north-1","date":"2027-02-03","prices":{"secrets":{"unit":"secrets","dollars":1,"date":"2027-02-03","source":"mine"}}}"#;
        let (own, built_in) = (PriceTable::over(own).unwrap(), PriceTable::built_in().unwrap());
        assert_eq!(
            (own.region.as_str(), own.date.as_str(), own.prices.secrets.dollars),
            ("eu-north-1", "2027-02-03", 1.0)
        );
        assert_eq!(own.prices.alarms, built_in.prices.alarms);
    }

    #[test]
    fn what_is_no_price_is_refused() {
        let price = |fields: &str| {
            format!(r#"{{"prices":{{"secrets":{{"unit":"secrets","date":"2027-02-03","source":"mine",{fields}}}}}}}"#)
        };
        for (json, expected) in [
            ("[]".to_owned(), "expected an object with region, date and prices"),
            (r#"{"prices":[]}"#.to_owned(), "invalid length 0"),
            (r#"{"price":{}}"#.to_owned(), "unknown field `price`"),
            (r#"{"prices":{"gold":{}}}"#.to_owned(), "nothing is called \"gold\"; there are prices of alarms, "),
            (r#"{"date":"yesterday"}"#.to_owned(), "\"yesterday\" is no date; write one as 2026-01-31"),
            (r#"{"prices":{"secrets":{"dollars":1}}}"#.to_owned(), "price \"secrets\": missing field `unit`"),
            (price(r#""dollars":"1""#), "price \"secrets\": invalid type: string"),
            (price(r#""dollars":-1"#), "price \"secrets\": dollars and free must not be below zero"),
            (price(r#""dollars":1,"per":0"#), "price \"secrets\": per must be above zero"),
            (
                price(r#""dollars":1,"tiers":[{"above":2,"dollars":1},{"above":1,"dollars":1}]"#),
                "price \"secrets\": tiers must begin above zero and be sorted",
            ),
        ] {
            let error = PriceTable::over(&json).unwrap_err();
            let message = registry::error_chain(&*error);
            assert!(message.starts_with(expected), "{json}: {message}");
        }
    }
}
