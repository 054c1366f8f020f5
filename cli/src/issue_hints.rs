//! What to do about the rules of `POST /validate`, which are the official registry's.

const RULES: &[(&str, &str)] = &[
    ("invalid-server-name", "take namespace/name, each of two characters or more, a letter or digit at both ends"),
    ("reserved-version-string", "give the version a number"),
    ("version-looks-like-range", "name one version, such as 1.2.3"),
    ("schema-version-deprecated", "set $schema to the current one, as `berth init` writes it"),
    ("schema-version-not-available", "set $schema to the current one, as `berth init` writes it"),
    ("schema-version-extraction-error", "set $schema to the current one, as `berth init` writes it"),
    ("invalid-repository-url", "give https://github.com/OWNER/REPO with source github, or the same of gitlab"),
    ("invalid-subfolder-path", "give a path inside the repository, such as servers/widget"),
    ("invalid-website-url", "give an https:// URL"),
    ("website-url-must-be-absolute", "begin the URL with https://"),
    ("website-url-invalid-scheme", "begin the URL with https://"),
    ("website-url-invalid-characters", "percent-encode that character"),
    ("title-whitespace-only", "write a title, or leave it out"),
    ("icon-src-invalid-url", "give an https:// URL"),
    ("icon-src-not-absolute", "begin the URL with https://"),
    ("icon-src-invalid-scheme", "begin the URL with https://"),
    ("package-name-has-spaces", "give the package's own name; arguments go to packageArguments"),
    ("named-argument-name-required", "name it, such as --port, or make it positional"),
    ("invalid-named-argument-name", "keep the flag alone, such as --port; its value goes to value or valueHint"),
    ("argument-value-starts-with-name", "leave the flag out of value"),
    ("argument-default-starts-with-name", "leave the flag out of default"),
    ("stdio-transport-url-not-empty", "remove url, or take streamable-http"),
    ("streamable-transport-url-required", "add the url where the package listens"),
    ("invalid-templated-url", "declare each {variable} of the url, and keep it an http(s) URL"),
    ("unsupported-transport-type", "take stdio, streamable-http or sse"),
    ("remote-transport-url-required", "add the url of the remote"),
    ("invalid-remote-url", "give a public https:// URL"),
    ("unsupported-remote-transport-type", "take streamable-http or sse"),
];

/// What to do about a rule.
pub(crate) fn of_rule(rule: &str) -> Option<&'static str> {
    if rule.contains("#/") {
        return Some("make it what $schema says");
    }
    RULES.iter().find(|(name, _)| *name == rule).map(|(_, hint)| *hint)
}
