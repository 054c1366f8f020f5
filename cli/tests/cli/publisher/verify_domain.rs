//! `berth verify-domain`.

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use super::registry::{Registry, body, problem, row, stored, token_number};
use crate::harness::{Home, Ran};

const PATH: &str = "/verify-domain";
const CHECK: &str = "/verify-domain/check";
const VALUE: &str = "mcp-verify=Zm9vYmFyYmF6cXV4";

fn claim(status: &str) -> Value {
    json!({
        "domain": "example.com", "status": status, "method": "dns",
        "record": {"type": "TXT", "name": "example.com", "value": VALUE},
        "file": {"url": "https://example.com/.well-known/mcp-verify", "content": VALUE},
        "publishes": ["com.example/*", "com.example.*"], "claimedAt": "2026-01-01T00:00:00Z",
        "expiresAt": "2026-04-01T00:00:00Z",
    })
}

/// What a registry answers that sees nothing yet.
fn unproved() -> Value {
    let errors = json!([
        {"message": "1.1.1.1 sees no TXT record of example.com"},
        {"message": "8.8.8.8 sees v=spf1\u{1b}[2J -all"},
        {"message": "https://example.com/.well-known/mcp-verify answers 404"},
    ]);
    problem("Unprocessable Entity", 422, "The domain is not proved", &errors)
}

/// A registry at which one is logged in, and may claim.
fn registry(home: &Home) -> Registry {
    let registry = Registry::start();
    registry.logged_in(home);
    registry.answers("POST", PATH, 200, &claim("pending"));
    registry
}

fn verify(home: &Home, arguments: &[&str]) -> Ran {
    home.run(&[&["verify-domain"], arguments].concat())
}

#[test]
fn a_domain_is_proved_once_its_record_is_seen() {
    let home = Home::new();
    let registry = registry(&home);
    registry.answers_once("POST", CHECK, 422, &unproved());
    registry.answers("POST", CHECK, 200, &claim("proved"));
    registry.grants("none", &["com.example/*"], &[300]);
    let ran = verify(&home, &["example.com"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stdout.starts_with(&format!(
            " type     TXT\n name     example.com\n value    {VALUE}\n or file  https://example.com/.well-known/mcp-verify\n \
             content  {VALUE}\n"
        )),
        "{ran:?}"
    );
    assert_eq!(
        (row(&ran, "status"), row(&ran, "publishes")),
        ("proved".to_owned(), "com.example/*, com.example.*".to_owned())
    );
    let said: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(said.len(), 4, "{ran:?}");
    assert!(said[0].starts_with("set the TXT record at the domain itself"), "{ran:?}");
    assert!(said[1].starts_with("waiting for example.com, 10 minutes left; last seen: 1.1.1.1 sees no TXT"), "{ran:?}");
    assert_eq!(said[2], "example.com is proved for com.example/*, com.example.*");
    assert_eq!(said[3], "logged in again: the token grants it now");
    for at in [PATH, CHECK] {
        for request in registry.asked(at) {
            assert_eq!((body(&request), token_number(&request)), (json!({"domain": "example.com"}), 1));
        }
    }
    assert_eq!((registry.asked(PATH).len(), registry.asked(CHECK).len()), (1, 2));
    assert_eq!(registry.asked("/v0.1/auth/none").len(), 2);
    assert_eq!(home.run(&["whoami"]).stdout.matches("com.example/*").count(), 1, "the new token is kept");
}

#[test]
fn what_is_not_seen_in_time_is_told_by_resolver() {
    let home = Home::new();
    let registry = registry(&home);
    registry.answers("POST", CHECK, 422, &unproved());
    let ran = verify(&home, &["example.com", "--wait", "0s"]);
    assert_eq!(ran.code, 1);
    let last = ran.stderr.lines().skip(1).collect::<Vec<_>>().join("\n");
    assert_eq!(
        last,
        "error: the registry answered 422 Unprocessable Entity: The domain is not proved; the claim stays: set the record or \
         the file, and run `berth verify-domain example.com` again\n  1.1.1.1 sees no TXT record of example.com\n  8.8.8.8 \
         sees v=spf1\u{fffd}[2J -all\n  https://example.com/.well-known/mcp-verify answers 404"
    );
    assert_eq!(registry.asked(CHECK).len(), 1);

    // Scripts have one document on stdout, and the record on stderr.
    let ran = verify(&home, &["example.com", "--wait", "0s", "--json"]);
    assert_eq!((ran.code, ran.stdout), (1, format!("{}\n", unproved())));
    assert!(ran.stderr.starts_with(&format!("type: TXT\nname: example.com\nvalue: {VALUE}\n")), "{:?}", ran.stderr);

    // The last look is at the end, not before.
    let ran = verify(&home, &["example.com", "--wait", "1s"]);
    assert_eq!((ran.code, registry.asked(CHECK).len()), (1, 4), "{ran:?}");
}

#[test]
fn what_another_look_does_not_change_ends_the_wait() {
    for (status, title, detail) in [
        (409, "Conflict", "The domain is held by somebody else"),
        (422, "Unprocessable Entity", "validation failed"),
        (404, "Not Found", "The domain is not claimed"),
    ] {
        let home = Home::new();
        let registry = registry(&home);
        let errors = json!([{"message": "ask them\u{202e} to give it up"}]);
        registry.answers("POST", CHECK, status, &problem(title, status, detail, &errors));
        let ran = verify(&home, &["example.com"]);
        assert_eq!((ran.code, registry.asked(CHECK).len()), (1, 1), "{ran:?}");
        assert!(ran.stderr.contains(&format!("error: the registry answered {status} {title}: {detail}\n")), "{ran:?}");
        assert!(ran.stderr.ends_with("  ask them\u{fffd} to give it up\n"), "{ran:?}");
    }
    // Nor is a registry pressed that asks for more time than there is.
    let home = Home::new();
    let registry = registry(&home);
    let busy = problem("Too Many Requests", 429, "Too many requests", &Value::Null).to_string();
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "7200").set_body_string(busy);
    registry.mount(Mock::given(method("POST")).and(path(CHECK)).respond_with(busy));
    let ran = verify(&home, &["example.com"]);
    assert_eq!((ran.code, registry.asked(CHECK).len()), (1, 1), "{ran:?}");
    assert!(ran.stderr.ends_with("Too many requests; try again in 2 hours\n"), "{ran:?}");
}

#[test]
fn a_record_is_printed_without_waiting() {
    let home = Home::new();
    let registry = registry(&home);
    let ran = verify(&home, &["example.com", "--no-wait"]);
    assert_eq!((ran.code, row(&ran, "value"), row(&ran, "content")), (0, VALUE.to_owned(), VALUE.to_owned()));
    assert!(
        ran.stderr.ends_with("then run `berth verify-domain example.com` again, which has it checked\n"),
        "{ran:?}"
    );
    let ran = verify(&home, &["example.com", "--no-wait", "--json"]);
    assert_eq!((ran.code, ran.stdout), (0, format!("{}\n", claim("pending"))));
    assert!(registry.asked(CHECK).is_empty());
    assert_eq!(registry.asked("/v0.1/auth/none").len(), 1, "the login alone");
}

#[test]
fn a_login_that_cannot_renew_itself_is_told_to_log_in() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.grants_identity("oidc", "oidc:corp:u1", &[], &[300]);
    assert_eq!(home.run(&["login", "oidc", "--token", "a.b.c", "--registry", &registry.url()]).code, 0);
    registry.answers("POST", PATH, 200, &claim("proved"));
    registry.answers("POST", CHECK, 200, &claim("proved"));
    let ran = verify(&home, &["example.com", "--json"]);
    assert_eq!((ran.code, ran.stdout), (0, format!("{}\n", claim("proved"))));
    let expected = format!(
        "the token does not grant it yet; log in again with `berth login oidc --token TOKEN --registry {}`\n",
        registry.url()
    );
    assert!(ran.stderr.ends_with(&expected), "{:?}", ran.stderr);
}

#[test]
fn a_proof_stands_where_the_new_login_fails() {
    let home = Home::new();
    let registry = registry(&home);
    let before = stored(&home);
    registry.answers("POST", CHECK, 200, &claim("proved"));
    registry.answers("POST", "/v0.1/auth/none", 503, &problem("Service Unavailable", 503, "busy", &Value::Null));
    let ran = verify(&home, &["example.com"]);
    assert_eq!((ran.code, row(&ran, "status")), (0, "proved".to_owned()));
    assert!(ran.stderr.contains("warning: the token does not grant it yet: the registry answered 503"), "{ran:?}");
    assert_eq!(stored(&home), before);
}

#[test]
fn an_operators_zone_is_written_by_the_registry() {
    let home = Home::new();
    let registry = registry(&home);
    let mut proved = claim("proved");
    proved["method"] = json!("route53");
    registry.answers("POST", "/verify-domain/route53", 200, &proved);
    registry.grants("none", &["com.example/*"], &[300]);
    let ran = verify(&home, &["example.com", "--route53"]);
    assert_eq!((ran.code, row(&ran, "method")), (0, "route53".to_owned()));
    assert!(ran.stderr.ends_with("logged in again: the token grants it now\n"), "{ran:?}");
    let ran = verify(&home, &["example.com", "--route53", "--identity", "github:583231", "--json"]);
    assert_eq!((ran.code, ran.stdout), (0, format!("{proved}\n")));
    assert_eq!(ran.stderr, "example.com is proved for github:583231, whose next login grants it\n");
    let asked: Vec<Value> = registry.asked("/verify-domain/route53").iter().map(body).collect();
    assert_eq!(
        asked,
        [json!({"domain": "example.com"}), json!({"domain": "example.com", "identity": "github:583231"})]
    );
    assert!(registry.asked(PATH).is_empty() && registry.asked(CHECK).is_empty());
}

#[test]
fn domains_are_listed_and_given_up() {
    let home = Home::new();
    let registry = registry(&home);
    registry.answers_once("GET", PATH, 200, &json!({"domains": []}));
    let ran = verify(&home, &["--list"]);
    assert_eq!(ran.stderr, "no domain is claimed; `berth verify-domain DOMAIN` claims one\n");
    let mut missing = claim("missing");
    missing["notice"] = json!("the record must be back\n by 2026-01-04\u{9b}31m");
    let all = json!({"domains": [claim("proved"), missing]});
    registry.answers("GET", PATH, 200, &all);
    let ran = verify(&home, &["--list"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{ran:?}");
    assert!(lines[1].contains("example.com") && lines[1].contains("proved") && lines[1].contains(VALUE), "{ran:?}");
    assert!(lines[2].contains("missing") && lines[2].contains("must be back  by 2026-01-04\u{fffd}31m"), "{ran:?}");
    let ran = verify(&home, &["--list", "--json"]);
    assert_eq!((ran.code, ran.stdout), (0, format!("{all}\n")));

    let gone = ResponseTemplate::new(204);
    registry.mount(Mock::given(method("DELETE")).and(path("/verify-domain/b%C3%BCcher.example")).respond_with(gone));
    let ran = verify(&home, &["bücher.example", "--release"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert!(ran.stderr.starts_with("bücher.example is given up"), "{ran:?}");
    let errors = json!([{"message": "this is somebody else's"}]);
    registry.answers("DELETE", "/verify-domain/other.com", 404, &problem("Not Found", 404, "No such claim", &errors));
    let ran = verify(&home, &["other.com", "--release"]);
    assert_eq!(ran.stderr, "error: the registry answered 404 Not Found: No such claim\n  this is somebody else's\n");
}

#[test]
fn what_makes_no_sense_is_not_sent() {
    let home = Home::new();
    let registry = registry(&home);
    for arguments in [
        &[][..],
        &["--list", "example.com"],
        &["..", "--release"],
        &["a/b"],
        &["localhost"],
        &["example.com", "--wait", "ten"],
        &["example.com", "--wait", "10"],
        &["example.com", "--wait", "1m", "--no-wait"],
        &["example.com", "--release", "--route53"],
        &["example.com", "--identity", "github:1"],
        &["example.com", "--route53", "--identity", "octocat"],
    ] {
        let ran = verify(&home, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}: {ran:?}");
    }
    assert_eq!(registry.requests().len(), 1, "the login alone");
    let ran = Home::new().run(&["verify-domain", "example.com", "--registry", &registry.url()]);
    assert!(ran.code == 1 && ran.stderr.starts_with("error: not logged in at "), "{ran:?}");
}
