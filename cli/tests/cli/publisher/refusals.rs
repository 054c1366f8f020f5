//! What a registry says against a call, and what to do about it.

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use super::registry::{Registry, document, problem};
use crate::harness::{Home, Ran};

/// Publishes at a registry that answers so.
fn refused(status: u16, title: &str, detail: &str, errors: &Value) -> Ran {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    registry.answers("POST", "/v0.1/publish", status, &problem(title, status, detail, errors));
    home.file("server.json", document().to_string());
    let ran = home.run(&["publish"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    ran
}

#[test]
fn each_fault_has_its_line_with_a_way_out() {
    let long = "x".repeat(300);
    let errors = json!([
        {"message": "expected length <= 100", "location": "body.description", "value": long},
        {"message": "expected required property version to be present", "location": "body", "value": {"name": "a.b/cc"}},
        {"message": "unexpected property", "location": "body.packages[0].foo", "value": {"foo": 1}},
        {"message": "expected value to be one of \"light, dark\"", "location": "body.icons[0].theme", "value": "blue"},
        {"message": "something that is new"},
    ]);
    let ran = refused(422, "Unprocessable Entity", "validation failed", &errors);
    assert_eq!(
        ran.stderr,
        format!(
            "error: the registry answered 422 Unprocessable Entity: validation failed\n  \
             description \"{}…: expected length <= 100; shorten it to 100 characters\n  \
             body {{\"name\":\"a.b/cc\"}}: expected required property version to be present; add \"version\" to the document\n  \
             packages[0].foo {{\"foo\":1}}: unexpected property; remove it, or correct its spelling\n  \
             icons[0].theme \"blue\": expected value to be one of \"light, dark\"; take one of these\n  \
             something that is new\n",
            "x".repeat(58)
        )
    );
}

#[test]
fn broken_rules_have_a_way_out() {
    for (message, hint) in [
        ("invalid version: cannot publish duplicate version", "raise `version`; a number stays taken"),
        ("remote URL https://a.example/mcp is already used by server b.c/dd", "a remote URL belongs to one server"),
        (
            "_meta.io.modelcontextprotocol.registry/publisher-provided extension exceeds 4KB limit (5008 bytes)",
            "cut what `_meta` holds",
        ),
        (
            "registry validation failed for package 0 (x): NPM package 'x' is missing required 'mcpName' field",
            "set \"mcpName\" in package.json to the server's name",
        ),
        (
            "registry validation failed for package 0 (x): PyPI package 'x' not found (status: 404)",
            "publish the package first",
        ),
        ("maximum number of versions for this server reached (10000)", "ask the operator of the registry"),
    ] {
        let ran = refused(400, "Bad Request", "Failed to publish server", &json!([{"message": message}]));
        let expected =
            format!("error: the registry answered 400 Bad Request: Failed to publish server\n  {message}; {hint}");
        assert!(ran.stderr.starts_with(&expected), "{ran:?}");
    }
}

#[test]
fn a_name_of_others_is_told_with_those_that_may_be_taken() {
    let detail = "You do not have permission to publish this server. You have permission to publish: \
                  io.modelcontextprotocol.anonymous/*. Attempting to publish: com.example/x";
    let ran = refused(403, "Forbidden", detail, &Value::Null);
    assert_eq!(
        ran.stderr,
        format!(
            "error: the registry answered 403 Forbidden: {detail}; take a name that is allowed, or log in as the owner of \
             the namespace with `berth login dns --domain DOMAIN --key FILE`, or prove the domain for this login with \
             `berth verify-domain DOMAIN`\n"
        )
    );
    let github = detail.replace("com.example/x", "io.github.acme/x");
    let ran = refused(403, "Forbidden", &github, &Value::Null);
    assert!(
        ran.stderr.ends_with(
            "take a name that is allowed, or log in as acme, or as an owner of that organisation, with `berth login \
             github` (an organisation needs --token TOKEN with read:org), or publish from its GitHub Actions with `berth \
             login github-oidc`\n"
        ),
        "{ran:?}"
    );
    let ran = refused(403, "Forbidden", "You do not have permission", &Value::Null);
    assert!(
        ran.stderr.contains("; this login may publish io.modelcontextprotocol.anonymous/*; take a name"),
        "{ran:?}"
    );
}

#[test]
fn whole_answers_have_a_way_out() {
    for (status, title, detail, hint) in [
        (
            413,
            "Request Entity Too Large",
            "request body is too large limit=1048576 bytes",
            "a server.json may have 1 MiB",
        ),
        (404, "Not Found", "Endpoint not found. See /docs for the API documentation.", "is --registry right?"),
        (500, "Internal Server Error", "Failed to publish server", "try again in a few seconds"),
        (501, "Not Implemented", "no", "this registry does not offer that"),
    ] {
        let ran = refused(status, title, detail, &Value::Null);
        let line = ran.stderr.trim_end();
        assert!(line.contains(&format!(": {detail}; ")) && line.ends_with(hint), "{ran:?}");
    }
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    home.file("server.json", document().to_string());
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "17").set_body_string("<html>slow down</html>");
    registry.mount(Mock::given(method("POST")).and(path("/v0.1/publish")).respond_with(busy));
    let ran = home.run(&["publish", "--json"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "what is no JSON is not printed as such");
    assert_eq!(
        ran.stderr,
        "error: the registry answered 429 Too Many Requests: no reason was given; try again in 17 seconds\n"
    );
}

#[test]
fn who_comes_too_often_is_told_how_long_to_wait() {
    let errors = json!([{"message": "more than 1000 publishes in an hour, until 12:00"}]);
    let problem = problem("Too Many Requests", 429, "Too many requests", &errors).to_string();
    for (retry_after, expected) in [
        ("17", "try again in 17 seconds"),
        ("600", "try again in 10 minutes"),
        ("86400", "try again in 24 hours"),
        ("Wed, 21 Oct 2015 07:28:00 GMT", "try again in 0 seconds"),
        ("soon\u{2603}", "try again in a minute"),
    ] {
        let (home, registry) = (Home::new(), Registry::start());
        registry.logged_in(&home);
        home.file("server.json", document().to_string());
        let busy =
            ResponseTemplate::new(429).insert_header("retry-after", retry_after).set_body_string(problem.clone());
        registry.mount(Mock::given(method("POST")).and(path("/v0.1/publish")).respond_with(busy));
        let ran = home.run(&["publish"]);
        assert_eq!(
            ran.stderr,
            format!(
                "error: the registry answered 429 Too Many Requests: Too many requests; {expected}\n  more than 1000 \
                 publishes in an hour, until 12:00\n"
            )
        );
    }
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let hostile = "one\ntwo\r\u{1b}]0;title\u{7}\u{9b}31m\u{202e}end";
    let errors = json!([{"message": hostile, "location": hostile, "value": hostile}]);
    let ran = refused(400, "Bad Request", hostile, &errors);
    let bad = |char: char| char != '\n' && (char.is_control() || char == '\u{202e}');
    assert!(!ran.stderr.contains(bad), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 2, "{ran:?}");
}
