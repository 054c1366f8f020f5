//! The file that holds the login.

use serde_json::Value;

use super::registry::{Registry, mode, token_file};
use crate::harness::{Home, run};

#[test]
fn is_for_its_owner_alone() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let file = token_file(&home);
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));

    // One that was open before is closed by the next login.
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    registry.logged_in(&home);
    assert_eq!(mode(&file), 0o600);
}

#[test]
fn is_replaced_as_a_whole() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let (file, link) = (token_file(&home), home.path("link.json"));
    std::fs::hard_link(&file, &link).unwrap();
    let before = std::fs::read(&file).unwrap();
    registry.grants("none", &["other/*"], &[300]);
    assert_eq!(home.run(&["login", "none"]).code, 0);
    assert_ne!(std::fs::read(&file).unwrap(), before);
    assert_eq!(std::fs::read(&link).unwrap(), before, "a reader of the old file keeps it whole");
    let names: Vec<_> =
        std::fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["token.json"], "nothing is left beside it");
}

#[test]
fn is_where_the_environment_says() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.grants("none", &["a.b/*"], &[300]);
    let berth = |arguments: &[&str]| {
        let mut command = home.berth(arguments);
        command.env("BERTH_TOKEN_FILE", home.path("deep/down/login.json"));
        run(command)
    };
    assert_eq!(berth(&["login", "none", "--registry", &registry.url()]).code, 0);
    assert!(!token_file(&home).exists());
    assert_eq!(mode(&home.path("deep/down/login.json")), 0o600);
    let json: Value = serde_json::from_str(&berth(&["whoami", "--json"]).stdout).unwrap();
    assert_eq!(json["registry"], registry.url());
    assert_eq!(home.run(&["whoami"]).code, 1, "not there");
    assert_eq!(berth(&["logout"]).stderr, "logged out\n");
    assert!(!home.path("deep/down/login.json").exists());
}

#[test]
fn damage_is_told_and_a_new_login_heals_it() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    home.file("server.json", "{}");
    std::fs::write(token_file(&home), "{\"registry\":").unwrap();
    for arguments in [&["whoami"][..], &["publish"], &["status", "--status", "active", "a.b/cc", "1"]] {
        let ran = home.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert!(ran.stderr.contains("is damaged; forget it with `berth logout`"), "{ran:?}");
    }
    registry.logged_in(&home);
    assert_eq!(home.run(&["whoami"]).code, 0);
}

#[test]
fn a_place_that_cannot_be_written_is_told() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.grants("none", &[], &[300]);
    home.file("xdg_config_home", "in the way");
    let ran = home.run(&["login", "none", "--registry", &registry.url()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.starts_with("error: cannot "), "{ran:?}");
}
