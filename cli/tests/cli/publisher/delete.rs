//! `berth delete`.

use serde_json::{Value, json};

use super::registry::{NAME, Registry, SERVER, answer, problem, row, token_number};
use crate::harness::Home;

#[test]
fn a_version_is_deleted_after_a_yes() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let path = format!("{SERVER}/versions/1.0.0");
    registry.answers("DELETE", &path, 200, &answer("deleted"));
    let ran = home.run(&["delete", NAME, "1.0.0"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let question = format!("error: delete {NAME} 1.0.0 at {}? There is no terminal to ask on", registry.url());
    assert!(ran.stderr.starts_with(&question), "{ran:?}");
    assert!(registry.asked(&path).is_empty());

    let restore = format!(
        "{NAME} 1.0.0 is hidden now, and its number stays taken; `berth status --status active {NAME} 1.0.0` restores it\n"
    );
    let ran = home.run(&["delete", NAME, "1.0.0", "--yes"]);
    assert_eq!((ran.code, &ran.stderr), (0, &restore), "{ran:?}");
    assert_eq!(row(&ran, "status"), "deleted");
    let ran = home.run(&["delete", NAME, "1.0.0", "-y", "--json"]);
    assert_eq!((ran.code, ran.stdout, ran.stderr), (0, format!("{}\n", answer("deleted")), restore));
    let asked = registry.asked(&path);
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|request| request.body.is_empty() && token_number(request) == 1));
}

#[test]
fn a_message_is_kept() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let path = format!("{SERVER}/versions/1.0.0/status");
    registry.answers("PATCH", &path, 200, &answer("deleted"));
    let ran = home.run(&["delete", "--yes", "--message", "leaks", NAME, "1.0.0"]);
    assert_eq!((ran.code, row(&ran, "status")), (0, "deleted".to_owned()), "{ran:?}");
    let body: Value = serde_json::from_slice(&registry.asked(&path)[0].body).unwrap();
    assert_eq!(body, json!({"status": "deleted", "statusMessage": "leaks"}));
}

#[test]
fn what_is_not_there_is_told() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let missing = problem("Not Found", 404, "Server version not found", &Value::Null);
    registry.answers("DELETE", &format!("{SERVER}/versions/9"), 404, &missing);
    let ran = home.run(&["delete", "--yes", NAME, "9"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_eq!(
        ran.stderr,
        "error: the registry answered 404 Not Found: Server version not found; `berth list` shows what there is\n"
    );
    assert_eq!(home.run(&["delete", "--yes", NAME]).code, 2, "a version is needed");
}
