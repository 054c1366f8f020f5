//! Patterns with claims in them, such as `com.example.{team}/*`.

use registry_auth::Pattern;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A pattern whose `{claim}`s are filled with what a token says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Claim(String),
}

/// The text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum InvalidTemplate {
    #[error("pattern {0:?} must be visible ASCII characters, with a `*` at its end alone, such as com.example/*")]
    Format(String),
    #[error("pattern {0:?} has a brace without its other half, or nothing between braces: write {{claim}}")]
    Braces(String),
    #[error(
        "pattern {0:?} has a `*` or another claim right behind {{claim}}, so that one value could stand for others: put a \
         `.` or `/` between them"
    )]
    Open(String),
}

impl Template {
    /// The pattern for somebody's claims. A value is a label of letters, digits and hyphens: it cannot end the namespace that
    /// the operator put it into.
    pub(super) fn fill(&self, claims: &Map<String, Value>) -> Result<Pattern, String> {
        let mut pattern = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => pattern.push_str(text),
                Part::Claim(claim) => {
                    let value = claims.get(claim).and_then(Value::as_str).filter(|value| is_label(value));
                    pattern.push_str(value.ok_or_else(|| not_a_label(claim))?);
                }
            }
        }
        Ok(Pattern::new(pattern))
    }
}

fn is_label(value: &str) -> bool {
    (1..=100).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn not_a_label(claim: &str) -> String {
    format!(
        "a rule needs the claim {claim}, which must be a text of letters, digits and hyphens, and in your token it is not"
    )
}

impl TryFrom<String> for Template {
    type Error = InvalidTemplate;

    fn try_from(text: String) -> Result<Self, InvalidTemplate> {
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let stars = text.matches('*').count();
        if !is_plain || stars > 1 || (stars == 1 && !text.ends_with('*')) {
            return Err(InvalidTemplate::Format(text));
        }
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (claim, behind) = after.split_once('}').ok_or_else(|| InvalidTemplate::Braces(text.clone()))?;
            if claim.is_empty() || claim.contains(['{', '*']) || before.contains('}') {
                return Err(InvalidTemplate::Braces(text));
            }
            if behind.starts_with(['*', '{']) {
                return Err(InvalidTemplate::Open(text));
            }
            parts.extend([Part::Text(before.to_owned()), Part::Claim(claim.to_owned())]);
            rest = behind;
        }
        if rest.contains('}') {
            return Err(InvalidTemplate::Braces(text));
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fill(template: &str, claims: &Value) -> Result<String, String> {
        let template = Template::try_from(template.to_owned()).map_err(|error| error.to_string())?;
        template.fill(claims.as_object().unwrap()).map(|pattern| pattern.as_str().to_owned())
    }

    #[test]
    fn claims_fill_patterns() {
        let claims = json!({"team": "blue-1", "unit": "X", "https://a.example/org": "acme"});
        for (template, expected) in [
            ("*", "*"),
            ("com.example/*", "com.example/*"),
            ("com.example.{team}/*", "com.example.blue-1/*"),
            ("com.{unit}.{team}.*", "com.X.blue-1.*"),
            ("com.example/{team}", "com.example/blue-1"),
            ("com.{https://a.example/org}/*", "com.acme/*"),
        ] {
            assert_eq!(fill(template, &claims).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_value_stays_within_its_label() {
        let long = "a".repeat(101);
        for value in [
            json!(""),
            json!("a.b"),
            json!("a/*"),
            json!("*"),
            json!("a_b"),
            json!("é"),
            json!(7),
            json!(["a"]),
            json!(long),
            json!(null),
        ] {
            let remark = fill("com.example.{team}/*", &json!({ "team": value })).unwrap_err();
            let expected = "a rule needs the claim team, which must be a text of letters, digits and hyphens, and in your \
                            token it is not";
            assert_eq!(remark, expected, "{value}");
        }
        assert!(fill("com.example.{team}/*", &json!({})).is_err());
    }

    #[test]
    fn patterns_that_could_mean_more_than_they_say_are_refused() {
        let error = |text: &str| Template::try_from(text.to_owned()).unwrap_err();
        for text in ["", "a b", "com.*.x/y", "**", "com.é/*"] {
            assert_eq!(error(text), InvalidTemplate::Format(text.to_owned()));
        }
        for text in ["{", "a}", "a{}/x", "a{b", "a}{b}", "a{{b}}", "a{b}}"] {
            assert_eq!(error(text), InvalidTemplate::Braces(text.to_owned()), "{text}");
        }
        for text in ["com.{a}*", "com.{a}{b}/*"] {
            assert_eq!(error(text), InvalidTemplate::Open(text.to_owned()));
        }
    }
}
