//! What the operator demands of claims.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::echo;

/// Claims and the values that each may have. A token has to meet all of them: a claim that is a list meets one if any of
/// its entries is among the values. Texts, numbers and booleans are compared exactly. Written as
/// `{"hd": "example.com", "groups": ["a", "b"]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Value>", into = "BTreeMap<String, Value>")]
pub struct ClaimMatch(BTreeMap<String, Vec<Value>>);

/// What is demanded can never be met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidClaimMatch {
    /// A list without values.
    #[error("claim {0} has an empty list of values, which no token meets: name a value, or leave the claim out")]
    Empty(String),
    /// A value that is none.
    #[error(
        "claim {0} has a value that is no text, number or boolean: claims are compared with such values or lists \
         of them"
    )]
    Value(String),
}

/// A token does not say what is demanded. What would be accepted is the operator's affair and not in the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimMismatch {
    /// The claim is not there.
    #[error("the identity token has no claim {0}, which this registry demands: ask the issuer for a token that has it")]
    Missing(String),
    /// It says something else.
    #[error(
        "the identity token's claim {claim} is {found}, which this registry does not accept: ask its operator who \
         may publish"
    )]
    Other {
        /// Which claim.
        claim: String,
        /// What it says.
        found: String,
    },
}

impl ClaimMatch {
    /// Whether nothing is demanded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The claims that are looked at.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether `claims` meet all that is demanded.
    ///
    /// # Errors
    /// The first claim, by name, that does not.
    pub fn check(&self, claims: &Map<String, Value>) -> Result<(), ClaimMismatch> {
        for (name, accepted) in &self.0 {
            let found = claims.get(name).filter(|found| !found.is_null());
            let found = found.ok_or_else(|| ClaimMismatch::Missing(name.clone()))?;
            let is_met = match found {
                Value::Array(entries) => entries.iter().any(|entry| accepted.contains(entry)),
                scalar => accepted.contains(scalar),
            };
            if !is_met {
                return Err(ClaimMismatch::Other { claim: name.clone(), found: echo(&found.to_string()) });
            }
        }
        Ok(())
    }
}

impl TryFrom<BTreeMap<String, Value>> for ClaimMatch {
    type Error = InvalidClaimMatch;

    fn try_from(map: BTreeMap<String, Value>) -> Result<Self, InvalidClaimMatch> {
        let mut demanded = BTreeMap::new();
        for (name, value) in map {
            let values = match value {
                Value::Array(values) => values,
                one => vec![one],
            };
            if values.is_empty() {
                return Err(InvalidClaimMatch::Empty(name));
            }
            if values.iter().any(|value| value.is_null() || value.is_array() || value.is_object()) {
                return Err(InvalidClaimMatch::Value(name));
            }
            demanded.insert(name, values);
        }
        Ok(Self(demanded))
    }
}

impl From<ClaimMatch> for BTreeMap<String, Value> {
    fn from(demanded: ClaimMatch) -> Self {
        demanded.0.into_iter().map(|(name, values)| (name, Value::Array(values))).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(demanded: Value, claims: Value) -> Result<(), ClaimMismatch> {
        let demanded: ClaimMatch = serde_json::from_value(demanded).unwrap();
        demanded.check(claims.as_object().unwrap())
    }

    #[test]
    fn scalars_are_compared_exactly() {
        for (demanded, claims) in [
            (json!({}), json!({})),
            (json!({"hd": "example.com"}), json!({"hd": "example.com", "other": 1})),
            (json!({"hd": ["a", "b"]}), json!({"hd": "b"})),
            (json!({"verified": true, "level": 3}), json!({"verified": true, "level": 3})),
            (json!({"groups": ["a", "b"]}), json!({"groups": ["c", "b"]})),
            (json!({"groups": "b"}), json!({"groups": ["c", "b"]})),
        ] {
            assert_eq!(check(demanded.clone(), claims), Ok(()), "{demanded}");
        }
        for (demanded, found) in [
            (json!({"x": "example.com"}), json!("Example.com")),
            (json!({"x": "example.com"}), json!("example.com.")),
            (json!({"x": true}), json!("true")),
            (json!({"x": 3}), json!("3")),
            (json!({"x": 3}), json!(3.5)),
            (json!({"x": "a"}), json!(["ab"])),
            (json!({"x": "a"}), json!([])),
            (json!({"x": "a"}), json!([["a"]])),
            (json!({"x": "a"}), json!({"a": "a"})),
        ] {
            let error = check(demanded.clone(), json!({ "x": found })).unwrap_err();
            assert_eq!(error, ClaimMismatch::Other { claim: "x".to_owned(), found: found.to_string() }, "{demanded}");
        }
    }

    #[test]
    fn a_missing_claim_is_named() {
        for claims in [json!({}), json!({"hd": null}), json!({"HD": "a"})] {
            let error = check(json!({"hd": "a"}), claims).unwrap_err();
            assert_eq!(error, ClaimMismatch::Missing("hd".to_owned()));
        }
        let error = check(json!({"a": 1, "hd": "secret"}), json!({"a": 1, "hd": "x"})).unwrap_err().to_string();
        assert!(error.contains("claim hd is \"x\"") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn what_can_never_be_met_is_refused_at_the_start() {
        let error = |value: Value| serde_json::from_value::<ClaimMatch>(value).unwrap_err().to_string();
        assert!(error(json!({"hd": []})).starts_with("claim hd has an empty list"));
        for value in [json!(null), json!({}), json!([null]), json!([["a"]])] {
            assert!(error(json!({ "hd": value })).starts_with("claim hd has a value that is no text"));
        }
        let demanded: ClaimMatch = serde_json::from_value(json!({"a": 1, "b": ["x"]})).unwrap();
        let again: ClaimMatch = serde_json::from_value(serde_json::to_value(&demanded).unwrap()).unwrap();
        assert_eq!((demanded.is_empty(), demanded.claims().count()), (false, 2));
        assert_eq!(demanded, again);
    }
}
