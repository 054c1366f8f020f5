//! A publisher's whole way, at `berth serve`.

use serde_json::Value;

use super::registry::{NAME, row};
use crate::harness::{Home, Ran};

fn ok(ran: Ran) -> Ran {
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

#[test]
fn from_a_project_to_a_deleted_version() {
    let home = Home::new();
    let serving = home.serve(&["--no-sources", "--anonymous-login", "--no-package-ownership"]);
    home.file("package.json", format!(r#"{{"name":"widget","version":"1.0.0","description":"W","mcpName":"{NAME}"}}"#));
    let ran = ok(home.run(&["init"]));
    assert!(ran.stderr.contains("log in with `berth login none`"), "{ran:?}");
    ok(home.run(&["login", "none", "--registry", &serving.url()]));
    assert_eq!(ok(home.run(&["validate"])).stderr, "server.json is valid\n");
    let ran = ok(home.run(&["publish"]));
    assert_eq!((row(&ran, "version"), row(&ran, "status")), ("1.0.0 (latest)".to_owned(), "active".to_owned()));
    let published = serving.ok(row(&ran, "url").strip_prefix(&serving.url()).unwrap());
    let document: Value = serde_json::from_slice(&std::fs::read(home.path("server.json")).unwrap()).unwrap();
    assert_eq!(published["server"], document);

    let ran = ok(home.run(&["status", "--status", "deprecated", "--message", "use 2", NAME, "1.0.0"]));
    assert_eq!((row(&ran, "status"), row(&ran, "message")), ("deprecated".to_owned(), "use 2".to_owned()));
    let ran = ok(home.run(&["delete", "--yes", NAME, "1.0.0"]));
    assert_eq!(row(&ran, "status"), "deleted");
    assert!(serving.names().is_empty());
    assert_eq!(row(&ok(home.run(&["status", "--status", "active", "--all-versions", "-y", NAME])), "versions"), "1");
    assert_eq!(serving.names(), [NAME]);

    home.file("server.json", document.to_string().replace(NAME, "com.example/widget"));
    let ran = home.run(&["publish"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("Attempting to publish: com.example/widget; take a name that is allowed"), "{ran:?}");
    home.file("server.json", document.to_string().replace("1.0.0", "^1.0.0"));
    let ran = home.run(&["publish"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("version-looks-like-range"), "{ran:?}");
}
