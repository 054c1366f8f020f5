//! The path of any request.

use http::uri::PathAndQuery;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use registry::edge::{canonical_path, escapes_are_valid};

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ROOTS: [&str; 2] = ["/v0/servers/", "/v0.1/servers/"];

/// Reads `bytes` as a path, as what follows the root of servers, and as a version.
///
/// # Panics
/// When a path has no one form, or the form is no path.
pub fn path(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    one_form(&text);
    for root in ROOTS {
        one_form(&format!("{root}{text}"));
        spellings(root, &text);
        version(root, &text);
    }
}

fn one_form(path: &str) {
    let Ok(canonical) = canonical_path(path) else {
        assert!(!escapes_are_valid(path) || has_nul(path), "{path:?} is refused");
        return;
    };
    assert!(!canonical.contains('\0') && !canonical.contains("%00"), "{path:?} becomes {canonical:?}");
    assert!(escapes_are_valid(&canonical), "{path:?} becomes {canonical:?}");
    if is_path(path) {
        assert!(is_path(&canonical), "{path:?} becomes {canonical:?}, which is no path");
    }
    // A name or version that has an escape in it is read as what it stands for, as in the official registry, so only one
    // without is read again as it is written.
    let is_literal = |segment| {
        let text = decoded(segment);
        !text.contains('%') || !escapes_are_valid(&text)
    };
    if canonical.split('/').all(is_literal) {
        assert_eq!(canonical_path(&canonical).as_deref(), Ok(&*canonical), "from {path:?}");
    }
}

/// A name is the same with its slash escaped once, twice, or, where the path says so, not at all.
fn spellings(root: &str, text: &str) {
    let (name, rest) = text.split_once('\n').unwrap_or(("io.x/y", text));
    let unreserved =
        |part: &str| -> String { part.chars().filter(|c| c.is_ascii_alphanumeric() || "-._~".contains(*c)).collect() };
    let (namespace, name) = name.split_once('/').unwrap_or((name, "y"));
    let (namespace, name) = (unreserved(namespace), unreserved(name));
    let spelt = |slash: &str, rest: &str| {
        canonical_path(&format!("{root}{namespace}{slash}{name}{rest}")).map(std::borrow::Cow::into_owned)
    };
    for rest in [format!("/{rest}"), format!("/versions/{rest}"), format!("/status/{rest}")] {
        let once = spelt("%2F", &rest);
        assert_eq!(once, spelt("%252F", &rest), "{namespace}/{name} {rest:?}");
        assert_eq!(once, spelt("%2f", &rest), "{namespace}/{name} {rest:?}");
        if rest.starts_with("/versions/") || rest.starts_with("/status/") {
            assert_eq!(once, spelt("/", &rest), "{namespace}/{name} {rest:?}");
        }
        if let Ok(once) = once {
            assert!(once.starts_with(&format!("{root}{namespace}%2F{name}")), "{namespace}/{name} {rest:?}: {once}");
        }
    }
}

/// Any version is reached by its own text, escaped once or twice, unless it looks like escapes itself.
fn version(root: &str, version: &str) {
    if version.is_empty() || version.contains(['\0', '%']) {
        return;
    }
    let once = utf8_percent_encode(version, SEGMENT).to_string();
    let twice = utf8_percent_encode(&once, SEGMENT).to_string();
    let path = format!("{root}io.x%2Fy/versions/{once}");
    assert_eq!(decoded(&once), version);
    assert_eq!(canonical_path(&path).as_deref(), Ok(&*path));
    assert_eq!(canonical_path(&format!("{root}io.x%2Fy/versions/{twice}")).as_deref(), Ok(&*path));
    let status = format!("{path}/status");
    assert_eq!(canonical_path(&status).as_deref(), Ok(&*status));
}

fn is_path(text: &str) -> bool {
    text.starts_with('/')
        && text.parse::<PathAndQuery>().is_ok_and(|parsed| parsed.as_str() == text && parsed.path() == text)
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// A NUL behind at most two layers of escapes.
fn has_nul(path: &str) -> bool {
    decoded(&decoded(path)).contains('\0')
}
