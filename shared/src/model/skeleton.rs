//! Names that people take for each other.

/// What is left of a name when all that looks alike is the same: two names with one skeleton are easily confused.
///
/// Case and punctuation go, and letters, digits and pairs that look like others become these. The approach is that of
/// Unicode's confusables (UTS 39), over the ASCII characters that names have.
#[must_use]
pub fn skeleton(name: &str) -> String {
    let mut skeleton = String::with_capacity(name.len());
    for c in name.chars() {
        let c = match c.to_ascii_lowercase() {
            '.' | '-' | '_' => continue,
            '0' => 'o',
            '1' | 'i' => 'l',
            '5' => 's',
            '2' => 'z',
            other => other,
        };
        match (skeleton.chars().last(), c) {
            (Some('r'), 'n') => replace_last(&mut skeleton, 'm'),
            (Some('v'), 'v') => replace_last(&mut skeleton, 'w'),
            _ => skeleton.push(c),
        }
    }
    skeleton
}

fn replace_last(text: &mut String, c: char) {
    text.pop();
    text.push(c);
}

#[cfg(test)]
mod tests {
    use super::skeleton;

    #[test]
    fn what_looks_alike_has_one_skeleton() {
        for (a, b) in [
            ("io.github.acme/widget", "io.github.acrne/widget"),
            ("io.github.acme/widget", "io.github.Acme/Widget"),
            ("io.github.acme/my-widget", "io.github.acme/my_widget"),
            ("io.github.acme/mywidget", "io.github.ac-me/my.widget"),
            ("com.google/tools", "com.goog1e/t00ls"),
            ("com.vvest/xx", "com.west/xx"),
        ] {
            assert_eq!(skeleton(a), skeleton(b), "{a} {b}");
        }
        for (a, b) in
            [("io.github.acme/widget", "io.github.acme/gadget"), ("com.ab/cd", "com.abc/d"), ("a.a/bb", "a.a/bbb")]
        {
            assert_ne!(skeleton(a), skeleton(b), "{a} {b}");
        }
    }
}
