//! Texts that select versions instead of naming one (`^1.2`, `1 - 2`, `1 || 2`, `1.x`), by the official registry's
//! expressions, their oddities included.

pub(super) fn is_range(text: &str) -> bool {
    is_comparison(text) || is_span(text) || is_choice(text) || is_wildcard(text)
}

/// `^1.2`, `>= v1`
fn is_comparison(text: &str) -> bool {
    let rest = [">=", "<=", "^", "~", ">", "<", "="].iter().find_map(|operator| text.strip_prefix(operator));
    rest.and_then(|rest| after_version(blank(rest))).is_some_and(str::is_empty)
}

/// `1 - 2`
fn is_span(text: &str) -> bool {
    let high = after_version(text)
        .and_then(|rest| rest.strip_prefix(is_blank))
        .and_then(|rest| rest.strip_prefix('-'))
        .and_then(|rest| after_version(blank(rest)));
    high.is_some_and(str::is_empty)
}

/// `1 || 2`
fn is_choice(text: &str) -> bool {
    let mut rest = after_version(text).map(blank);
    let mut sides = 1;
    while let Some(next) = rest {
        if next.is_empty() {
            return sides > 1;
        }
        sides += 1;
        rest = next.strip_prefix("||").and_then(|next| after_version(blank(next))).map(blank);
    }
    false
}

/// `1.x`, `x.1`, `1.2.*-beta`. The whole text is searched for the wildcard, so that `1.2.3-fix` is taken for a range:
/// an oddity of the official registry that publishers have to live with.
fn is_wildcard(text: &str) -> bool {
    text.contains(['x', 'X', '*']) && after_wildcards(text).and_then(after_prerelease).is_some_and(str::is_empty)
}

/// What follows two or three parts, each a number or a wildcard.
fn after_wildcards(text: &str) -> Option<&str> {
    let mut rest = text.strip_prefix('v').map_or_else(|| after_part(text), after_number)?;
    for optional in [false, true] {
        match rest.strip_prefix('.') {
            Some(next) => rest = after_part(next)?,
            None if optional => {}
            None => return None,
        }
    }
    Some(rest)
}

fn after_part(text: &str) -> Option<&str> {
    text.strip_prefix(['x', 'X', '*']).or_else(|| after_number(text))
}

/// What follows an optional `v`, one to four numbers and an optional pre-release.
fn after_version(text: &str) -> Option<&str> {
    let mut rest = after_number(text.strip_prefix('v').unwrap_or(text))?;
    for _ in 1..4 {
        rest = rest.strip_prefix('.').and_then(after_number).unwrap_or(rest);
    }
    after_prerelease(rest)
}

fn after_prerelease(text: &str) -> Option<&str> {
    let Some(rest) = text.strip_prefix('-') else { return Some(text) };
    let after = rest.trim_start_matches(|char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-'));
    Some(if after.len() < rest.len() { after } else { text })
}

fn after_number(text: &str) -> Option<&str> {
    let after = text.trim_start_matches(|char: char| char.is_ascii_digit());
    (after.len() < text.len()).then_some(after)
}

fn blank(text: &str) -> &str {
    text.trim_start_matches(is_blank)
}

fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    // Both lists were observed on the official registry v1.8.0, or follow from its expressions.
    #[test]
    fn knows_ranges() {
        for text in [
            "^1.2.3",
            "~1.2.3",
            ">=1.2.3",
            "<= v1",
            "=1.0.0",
            "> 1.2.3.4-rc.1",
            "1.x",
            "1.2.*",
            "x.1",
            "X.X.X",
            "*.*",
            "v1.x",
            "1.2.x-beta",
            "1 - 2",
            "1.2.3 - 2.0.0",
            "1.2.3-a -v2.0.0",
            "1.2 || 1.3",
            "1||2||3-x",
            "1.2.3-fix",
            "1.0.0-linux",
            "v1.0.0-x",
        ] {
            assert!(is_range(text), "{text}");
        }
    }

    #[test]
    fn knows_versions() {
        for text in [
            "*",
            "x",
            "v1.0",
            "1.0.0",
            "1.2.3.4",
            "2025.06.18",
            "2026-01-01",
            "snapshot",
            "1.0",
            "01.2.3",
            "1.0.0+x",
            "1.2.3.4-x",
            "1.2.3-fix_x",
            "vx.1",
            "1.x.",
            "1.x-",
            "1  - 2",
            "1 || ",
            "|| 1",
            "1.2.3.4.5 || 1",
            "^",
            "^1.2.3.4.5",
            ">=latest",
            "auto",
            "",
        ] {
            assert!(!is_range(text), "{text}");
        }
    }
}
