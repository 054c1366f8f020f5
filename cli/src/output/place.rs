//! A place in a document, as registries name it: `packages[0].transport.url`.

use serde_json::Value;

use super::printable;

/// Characters of a value that are shown.
const SHOWN: usize = 60;

/// The value at a place. Keys may hold dots, so at each level the longest key that fits is taken.
pub(super) fn value_at<'a>(document: &'a Value, place: &str) -> Option<&'a Value> {
    // The official registry calls `$schema` so.
    let place = if place == "schema" { "$schema" } else { place };
    let mut value = document;
    let mut rest = place;
    while !rest.is_empty() {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if let Some(after) = rest.strip_prefix('[') {
            let (index, after) = after.split_once(']')?;
            value = value.get(index.parse::<usize>().ok()?)?;
            rest = after;
            continue;
        }
        let ends_here = |key: &&String| {
            rest.strip_prefix(key.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let key =
            value.as_object()?.keys().filter(|key| !key.is_empty()).filter(ends_here).max_by_key(|key| key.len())?;
        value = value.get(key)?;
        rest = rest.get(key.len()..)?;
    }
    Some(value)
}

/// A value in a few characters.
pub(super) fn shortened(value: &Value) -> String {
    let text = printable(&value.to_string());
    if text.chars().count() <= SHOWN {
        return text;
    }
    text.chars().take(SHOWN - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_found() {
        let document = json!({
            "$schema": "s",
            "packages": [{"transport": {"url": "u"}}],
            "_meta": {"io.example/x": {"a.b": [1, 2]}, "io": {"example/x": 3}},
            "": {"": 1},
        });
        for (place, expected) in [
            ("schema", Some(json!("s"))),
            ("packages[0].transport.url", Some(json!("u"))),
            ("_meta.io.example/x.a.b[1]", Some(json!(2))),
            ("packages[1]", None),
            ("packages[x]", None),
            ("packages[0", None),
            ("packages.0", None),
            ("nothing", None),
            ("..", None),
        ] {
            assert_eq!(value_at(&document, place), expected.as_ref(), "{place}");
        }
        assert_eq!(value_at(&document, ""), Some(&document));
    }

    #[test]
    fn values_are_short_and_tame() {
        assert_eq!(shortened(&json!({"a": [1]})), r#"{"a":[1]}"#);
        let long = shortened(&json!("ä".repeat(100)));
        assert_eq!((long.chars().count(), long.ends_with('…')), (SHOWN, true));
        assert_eq!(shortened(&json!("a\u{9b}31m\u{202e}")), "\"a\u{fffd}31m\u{fffd}\"");
    }
}
