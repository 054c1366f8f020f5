//! `berth logout`.

use super::registry::{NAME, Registry, token_file};
use crate::harness::Home;

#[test]
fn a_login_is_forgotten() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let ran = home.run(&["logout"]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", "logged out\n"));
    assert!(!token_file(&home).exists());
    assert_eq!(home.run(&["delete", "--yes", NAME, "1.0.0"]).code, 1);
    let ran = home.run(&["logout"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "was not logged in\n"));
    assert_eq!(registry.requests().len(), 1, "the login alone");
}
