use registry_validate::{IssueType, Severity, semantic, validate};
use serde_json::json;

use super::{document, finds, package};

#[test]
fn schema_versions() {
    let url = |date| format!("https://static.modelcontextprotocol.io/schemas/{date}/server.schema.json");
    for date in ["2025-07-09", "2025-09-16", "2025-09-29", "2025-10-11", "2025-10-17"] {
        let issues = validate(&document(&json!({"$schema": url(date)})));
        let [issue] = &issues.issues[..] else { panic!("{issues:?}") };
        assert!(issues.valid);
        assert_eq!((issue.kind, issue.severity), (IssueType::Semantic, Severity::Warning));
        assert_eq!(
            issue.message,
            format!(
                "schema version {date} is not the current version (2025-12-11). Consider updating to the latest schema \
                 version"
            )
        );
    }
    finds(
        &json!({"$schema": url("draft")}),
        &[
            (
                "schema",
                "schema-version-deprecated",
                "schema version draft is not the current version (2025-12-11). Consider updating to the latest schema \
                 version",
            ),
            (
                "schema",
                "schema-version-not-available",
                "schema version draft not available: schema version draft not found in embedded schemas: open \
                 schemas/draft.json: file does not exist",
            ),
        ],
    );
    finds(
        &json!({"$schema": "https://example.com/x.json"}),
        &[(
            "schema",
            "schema-version-extraction-error",
            "failed to extract schema version from URL: invalid schema URL format: https://example.com/x.json",
        )],
    );
    assert!(
        validate(&document(&json!({"$schema": "https://example.com/schemas/2025-12-11/server.schema.json"}))).valid
    );
    assert!(!validate(&document(&json!({"$schema": url("2099-01-01")}))).valid);
    assert_eq!(validate(&document(&json!({}))).issues, []);

    let without = registry::model::ServerJson { schema: None, ..document(&json!({})) };
    assert_eq!(semantic(&without)[0].reference, "schema-field-required");
}

#[test]
fn names_versions_and_titles() {
    let parts = "Name must start and end with alphanumeric characters, and may contain dots, underscores, and hyphens in \
                 the middle";
    finds(
        &json!({"name": "aa/abc-"}),
        &[("name", "invalid-server-name", &format!("server name format is invalid: name 'abc-' is invalid. {parts}"))],
    );
    let reserved = "version string 'latest' is reserved and cannot be used";
    finds(&json!({"version": "latest"}), &[("version", "reserved-version-string", reserved)]);
    finds(&package(&json!({"version": "latest"})), &[("packages[0].version", "reserved-version-string", reserved)]);
    let range = "version must be a specific version, not a range: \"^1.2.3\"";
    finds(&json!({"version": "^1.2.3"}), &[("version", "version-looks-like-range", range)]);
    finds(&package(&json!({"version": "^1.2.3"})), &[("packages[0].version", "version-looks-like-range", range)]);
    finds(&json!({"version": " 1.0.0 "}), &[]);
    finds(&json!({"title": " \u{a0}\t"}), &[("title", "title-whitespace-only", "title cannot be only whitespace")]);
}

#[test]
fn repositories() {
    finds(
        &json!({"repository": {"url": "https://github.com/a/b/tree/main", "source": "github", "subfolder": "../x"}}),
        &[
            ("repository.url", "invalid-repository-url", "invalid repository URL: https://github.com/a/b/tree/main"),
            ("repository.subfolder", "invalid-subfolder-path", "invalid subfolder path: ../x"),
        ],
    );
    finds(
        &json!({"repository": {"source": "github"}}),
        &[("repository.url", "invalid-repository-url", "invalid repository URL: ")],
    );
    finds(&json!({"repository": {"url": "", "subfolder": "/abs", "id": "1"}}), &[]);
}

#[test]
fn websites_and_icons() {
    finds(
        &json!({"websiteUrl": "http://example.com/a'b"}),
        &[
            ("websiteUrl", "website-url-invalid-scheme", "websiteUrl must use https scheme: http://example.com/a'b"),
            (
                "websiteUrl",
                "website-url-invalid-characters",
                "websiteUrl contains an invalid character '\\'' at position 20: http://example.com/a'b",
            ),
        ],
    );
    for (char, shown) in [("\"", "'\"'"), ("<", "'<'"), (">", "'>'"), (" ", "' '")] {
        let url = format!("https://e.com/é{char}{char}");
        let message = format!("websiteUrl contains an invalid character {shown} at position 16: {url}");
        finds(&json!({"websiteUrl": url}), &[("websiteUrl", "website-url-invalid-characters", &message)]);
    }
    finds(
        &json!({"websiteUrl": "rel/path"}),
        &[
            ("websiteUrl", "website-url-must-be-absolute", "websiteUrl must be absolute (include scheme): rel/path"),
            ("websiteUrl", "website-url-invalid-scheme", "websiteUrl must use https scheme: rel/path"),
        ],
    );
    finds(&json!({"websiteUrl": "HTTPS://example.com"}), &[]);
    finds(
        &json!({"icons": [{"src": "https://x/y"}, {"src": "data:image/png;base64,x"}, {"src": "y.png"}]}),
        &[
            (
                "icons[1].src",
                "icon-src-invalid-scheme",
                "icon src must use https scheme (got data): data:image/png;base64,x",
            ),
            ("icons[2].src", "icon-src-not-absolute", "icon src must be an absolute URL (include scheme): y.png"),
            ("icons[2].src", "icon-src-invalid-scheme", "icon src must use https scheme (got ): y.png"),
        ],
    );
    // The first check refuses these before; the rules do not rely on it.
    let mut broken = document(&json!({"icons": [{"src": "https://x/y"}]}));
    broken.website_url = Some("https://[".to_owned());
    broken.icons[0].src = "https://a b".to_owned();
    let issues = semantic(&broken);
    assert_eq!(issues[0].message, "invalid websiteUrl: parse \"https://[\": missing ']' in host");
    assert_eq!(issues[0].reference, "invalid-website-url");
    assert_eq!(issues[1].message, "invalid icon src URL: parse \"https://a b\": invalid character \" \" in host name");
    assert_eq!(issues[1].reference, "icon-src-invalid-url");
}
