//! The size of the block that publishers fill as they like.

use registry::model::{PUBLISHER_META, ServerJson};
use serde_json::{Number, Value};

/// Bytes of the publisher-provided block in Go's compact JSON, which the official limit is about
/// ([`crate::limits::PUBLISHER_META_BYTES`]): `<`, `>` and `&` count six bytes each. 0 without such a block.
#[must_use]
pub fn publisher_meta_bytes(document: &ServerJson) -> usize {
    document.meta.as_ref().and_then(|meta| meta.get(PUBLISHER_META)).map_or(0, value_bytes)
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => number_bytes(number),
        Value::String(text) => text_bytes(text),
        Value::Array(elements) => around(elements.len()) + elements.iter().map(value_bytes).sum::<usize>(),
        Value::Object(members) => {
            let member_bytes = |(key, member): (&String, _)| text_bytes(key) + 1 + value_bytes(member);
            around(members.len()) + members.iter().map(member_bytes).sum::<usize>()
        }
    }
}

/// Brackets and commas.
fn around(elements: usize) -> usize {
    2 + elements.saturating_sub(1)
}

fn text_bytes(text: &str) -> usize {
    let escaped = |char: char| match char {
        '"' | '\\' | '\u{8}' | '\u{c}' | '\n' | '\r' | '\t' => 2,
        '\0'..' ' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
        _ => char.len_utf8(),
    };
    2 + text.chars().map(escaped).sum::<usize>()
}

/// Go has every number as a float, which it writes with an exponent outside 1e-6..1e21.
fn number_bytes(number: &Number) -> usize {
    let float = number.as_f64().unwrap_or_default();
    let size = float.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return float.to_string().len();
    }
    // `1e+21`, where Rust writes `1e21`.
    format!("{float:e}").len() + usize::from(size > 1.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn bytes(block: &Value) -> usize {
        value_bytes(block)
    }

    #[test]
    fn counts_as_go_writes() {
        for (block, go) in [
            (json!({"b": {"z": 1, "a": [1.5, null, true]}, "a": "é"}), r#"{"a":"é","b":{"a":[1.5,null,true],"z":1}}"#),
            (
                json!({"<&>": "\u{2028}\n\u{1}\"/\u{7f}"}),
                "{\"\\u003c\\u0026\\u003e\":\"\\u2028\\n\\u0001\\\"/\u{7f}\"}",
            ),
            (
                json!([1.0, 1e21, 1.5e-7, 123_456_789_012_345_680_000.0, -0.000_001, 0]),
                "[1,1e+21,1.5e-7,123456789012345680000,-0.000001,0]",
            ),
            (json!([9_007_199_254_740_993_i64, u64::MAX, false]), "[9007199254740992,18446744073709552000,false]"),
            (json!({"a": [], "b": {}}), r#"{"a":[],"b":{}}"#),
        ] {
            assert_eq!(bytes(&block), go.len(), "{go}");
        }
    }

    #[test]
    fn counts_the_block_alone() {
        let document =
            |meta: Value| ServerJson { meta: serde_json::from_value(meta).unwrap(), ..ServerJson::default() };
        assert_eq!(publisher_meta_bytes(&document(Value::Null)), 0);
        assert_eq!(publisher_meta_bytes(&document(json!({}))), 0);
        assert_eq!(publisher_meta_bytes(&document(json!({PUBLISHER_META: {"b": "x".repeat(5000)}}))), 5008);
    }
}
