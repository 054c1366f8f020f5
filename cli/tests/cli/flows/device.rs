//! From a code that is entered at GitHub to a published server.

use serde_json::json;

use super::github::{ACCESS_TOKEN, GitHub};
use crate::harness::{Home, Ran, run};
use crate::publisher::registry::row;
use crate::serving::Serving;

fn ok(ran: Ran) -> Ran {
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

#[test]
fn from_a_device_code_to_a_published_server() {
    let (home, github) = (Home::new(), GitHub::start());
    let listen = ["serve", "--data", "data", "--listen", "127.0.0.1:0", "--no-sources", "--no-package-ownership"];
    let mut command = home.berth(&listen);
    command.env("BERTH_GITHUB_API_URL", github.url()).env("BERTH_GITHUB_URL", github.url());
    command.env("BERTH_GITHUB_CLIENT_ID", "Iv1.0123456789abcdef").env("RUST_LOG", "info");
    let serving = Serving::ready(command);

    let mut login = home.berth(&["login", "github", "--registry", &serving.url()]);
    login.env("BERTH_GITHUB_URL", github.url());
    let ran = ok(run(login));
    assert!(ran.stderr.contains("WDJB-MJHT"), "{ran:?}");
    assert_eq!(row(&ran, "identity"), "github:583231");
    assert_eq!(row(&ran, "publishes"), "io.github.octocat/*, io.github.acme/*", "only what they own: {ran:?}");

    let document = |name: &str| {
        json!({"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
            "name": name, "description": "A widget", "version": "1.0.0"})
        .to_string()
    };
    for name in ["io.github.octocat/widget", "io.github.acme/widget"] {
        home.file("server.json", document(name));
        ok(home.run(&["publish"]));
    }
    for name in ["io.github.globex/widget", "io.github.initech/widget", "com.example/widget"] {
        home.file("server.json", document(name));
        let refused = home.run(&["publish"]);
        assert!(refused.code == 1 && refused.stderr.contains("403"), "{refused:?}");
    }
    assert_eq!(serving.names(), ["io.github.acme/widget", "io.github.octocat/widget"]);

    let invited = ok(home.run(&["owners", "add", "io.github.acme", "github:hubot", "--role", "publisher"]));
    assert!(format!("{invited:?}").contains("github:hubot"), "{invited:?}");
    let shown = ok(home.run(&["owners", "show", "io.github.acme"]));
    assert!(shown.stdout.contains("github:hubot"), "{shown:?}");
    let trail = ok(home.run(&["audit", "--namespace", "io.github.acme", "--json"]));
    let trail: serde_json::Value = serde_json::from_str(&trail.stdout).unwrap_or_else(|_| panic!("{trail:?}"));
    println!("{trail:#}");
    let events: Vec<_> = trail.as_array().unwrap().iter().map(|record| &record["event"]).collect();
    assert_eq!(events, ["invite", "publish"], "{trail}");
    let record = &trail[1];
    assert_eq!(
        (&record["identity"], &record["target"]),
        (&json!("github:583231"), &json!("io.github.acme/widget@1.0.0"))
    );
    let others = home.run(&["audit", "--namespace", "io.github.globex"]);
    assert!(others.code == 1 && others.stderr.contains("403"), "{others:?}");

    let token = std::fs::read_to_string(home.path("xdg_config_home/berth/token.json")).unwrap();
    let token: serde_json::Value = serde_json::from_str(&token).unwrap();
    serving.signal("TERM");
    let (_, said) = serving.end_with_talk();
    for secret in [ACCESS_TOKEN, token["token"].as_str().unwrap()] {
        assert!(!said.contains(secret), "a secret is in the log");
    }
    assert!(said.contains("token issued"), "the log is there: {said}");
}
