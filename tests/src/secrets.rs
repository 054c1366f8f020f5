//! What no log may hold: looked for in all that every process of the tests has said, when it ends.

/// What tests use as secrets of their own: seeds of signing keys, tokens of GitHub, of runners and of AWS sessions.
const KNOWN: [&str; 9] = [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7",
    "gho_",
    "ghp_",
    "github_pat_",
    "runner-secret",
    "Bearer ",
    "a-session-token-that-nobody-may-see",
];

/// The shortest signed token that anybody makes is longer.
const TOKEN_CHARS: usize = 40;

/// A secret in a text; of one that is not known before, such as a signed token, what it looks like.
#[must_use]
pub fn found_in(text: &str) -> Option<&str> {
    if let Some(known) = KNOWN.into_iter().find(|known| text.contains(known)) {
        return Some(known);
    }
    // A JWT begins with `{"` in base64, and has two dots.
    text.match_indices("eyJ").map(|(at, _)| text.get(at..).unwrap_or_default()).find_map(|rest| {
        let is_inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let token = rest.split(|c| !is_inner(c)).next().unwrap_or_default();
        (token.len() >= TOKEN_CHARS && token.matches('.').count() == 2).then_some(token)
    })
}

#[cfg(test)]
mod tests {
    use super::found_in;

    #[test]
    fn tokens_and_seeds_are_found() {
        let token = format!("eyJ{}.eyJ{}.{}", "a".repeat(20), "b".repeat(20), "c".repeat(40));
        for text in
            [format!("x={token}\n"), format!("\"{token}\""), "authorization: Bearer x".to_owned(), "gho_1".to_owned()]
        {
            assert!(found_in(&text).is_some(), "{text}");
        }
        for text in
            ["", "eyJ", "token issued", "eyJhbGciOiJFZERTQSJ9 and no more than a header of one, however long it is"]
        {
            assert_eq!(found_in(text), None, "{text}");
        }
    }
}
