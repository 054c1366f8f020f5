//! `berth status`.

use serde_json::{Value, json};
use wiremock::Request;

use super::registry::{NAME, Registry, SERVER, answer, problem, row, token_number};
use crate::harness::Home;

fn body(request: &Request) -> Value {
    assert_eq!(request.headers["content-type"], "application/json");
    serde_json::from_slice(&request.body).unwrap()
}

#[test]
fn a_version_changes_its_status() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let path = format!("{SERVER}/versions/2.0.0%2Bb1/status");
    let mut deprecated = answer("deprecated");
    deprecated["_meta"]["io.modelcontextprotocol.registry/official"]["statusMessage"] = "use 2".into();
    registry.answers("PATCH", &path, 200, &deprecated);
    let ran = home.run(&["status", "--status", "deprecated", "--message", "use 2", NAME, "2.0.0+b1"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert_eq!((row(&ran, "status"), row(&ran, "message")), ("deprecated".to_owned(), "use 2".to_owned()));
    let ran = home.run(&["status", NAME, "2.0.0+b1", "--status", "active", "--json"]);
    assert_eq!((ran.code, ran.stdout), (0, format!("{deprecated}\n")));
    let asked = registry.asked(&path);
    assert_eq!(body(&asked[0]), json!({"status": "deprecated", "statusMessage": "use 2"}));
    assert_eq!(body(&asked[1]), json!({"status": "active"}));
    assert_eq!(asked.iter().map(token_number).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn all_versions_change_after_a_yes() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let three = json!({"servers": [answer("active"), answer("active"), answer("deleted")], "metadata": {"count": 3}});
    registry.answers("GET", &format!("{SERVER}/versions"), 200, &three);
    let changed = json!({"updatedCount": 3, "servers": [answer("deleted"), answer("deleted"), answer("deleted")]});
    registry.answers("PATCH", &format!("{SERVER}/status"), 200, &changed);

    let ran = home.run(&["status", "--status", "deleted", "--all-versions", NAME]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_eq!(
        ran.stderr,
        format!("error: set all 3 versions of {NAME} to deleted? There is no terminal to ask on; say so with --yes\n")
    );
    assert!(registry.asked(&format!("{SERVER}/status")).is_empty());
    let asked = registry.asked(&format!("{SERVER}/versions"));
    assert_eq!(asked[0].url.query(), Some("include_deleted=true"));

    let ran = home.run(&["status", "--status", "deleted", "--message", "gone", "--all-versions", "--yes", NAME]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert_eq!((row(&ran, "name"), row(&ran, "status")), (NAME.to_owned(), "deleted".to_owned()));
    assert_eq!(row(&ran, "versions"), "3");
    let asked = registry.asked(&format!("{SERVER}/status"));
    assert_eq!((asked.len(), body(&asked[0])), (1, json!({"status": "deleted", "statusMessage": "gone"})));
}

#[test]
fn refusals_say_what_to_do() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    for (version, status, title, detail, message, hint) in [
        ("1", 404, "Not Found", "Server version not found", None, "`berth list` shows what there is"),
        (
            "2",
            403,
            "Forbidden",
            "You do not have publish or edit permissions for this server",
            None,
            "this login may publish io.",
        ),
        (
            "3",
            400,
            "Bad Request",
            "Failed to update server status",
            Some("status_message cannot be provided when setting status to active"),
            "leave --message out: an active version has none",
        ),
        (
            "4",
            400,
            "Bad Request",
            "No changes to apply: status and message are already set to the provided values",
            None,
            "it is so already",
        ),
    ] {
        let errors = message.map_or(Value::Null, |message| json!([{"message": message}]));
        let refusal = problem(title, status, detail, &errors);
        registry.answers("PATCH", &format!("{SERVER}/versions/{version}/status"), status, &refusal);
        let ran = home.run(&["status", "--status", "active", NAME, version]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert!(ran.stderr.starts_with(&format!("error: the registry answered {status} {title}: {detail}")), "{ran:?}");
        assert!(ran.stderr.contains(&format!("; {hint}")), "{ran:?}");
    }
    let missing = problem("Not Found", 404, "Server not found", &Value::Null);
    registry.answers("GET", &format!("{SERVER}/versions"), 404, &missing);
    let ran = home.run(&["status", "--status", "active", "--all-versions", "--yes", "--json", NAME]);
    assert_eq!((ran.code, ran.stdout), (1, format!("{missing}\n")));
}

#[test]
fn a_command_line_that_says_too_little_or_too_much_is_refused() {
    let home = Home::new();
    for arguments in [
        &["status", NAME, "1.0.0"][..],
        &["status", "--status", "active", NAME],
        &["status", "--status", "gone", NAME, "1.0.0"],
        &["status", "--status", "active", "--all-versions", NAME, "1.0.0"],
    ] {
        let ran = home.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}: {ran:?}");
    }
    let ran = home.run(&["status", "--status", "gone", NAME, "1.0.0"]);
    assert!(ran.stderr.contains("status must be active, deprecated or deleted, got \"gone\""), "{ran:?}");
}
