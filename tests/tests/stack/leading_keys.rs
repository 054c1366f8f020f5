//! Kinds of items: the template's are the store's, and none is forgotten.

use std::collections::BTreeSet;

const TEMPLATE: &str = include_str!("../../../infra/template.yaml");
const KEYS: &str = include_str!("../../../shared/src/store/keys.rs");

/// Patterns of all roles.
fn patterns() -> BTreeSet<String> {
    let lists = TEMPLATE.lines().filter_map(|line| line.trim().strip_prefix("dynamodb:LeadingKeys: ["));
    let patterns = lists.flat_map(|list| list.trim_end_matches(']').split(", "));
    patterns.map(|pattern| pattern.trim_matches('"').to_owned()).collect()
}

/// The partition keys of the table in the store's documentation, what varies in them as `*`.
fn kinds() -> BTreeSet<String> {
    let rows = KEYS.lines().filter_map(|line| line.strip_prefix("//! | "));
    let keys = rows.filter_map(|row| row.split('`').nth(1));
    let is_key = |key: &&str| key.starts_with(|c: char| c.is_ascii_uppercase());
    keys.filter(is_key).map(|key| key.split_once('<').map_or(key.to_owned(), |(kind, _)| format!("{kind}*"))).collect()
}

#[test]
fn the_roles_name_every_kind_of_item_and_no_other() {
    assert_eq!(patterns(), kinds());
}
