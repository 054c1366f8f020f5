//! `berth publish`.

use serde_json::json;

use super::registry::{NAME, Registry, SERVER, answer, document, row, token_number};
use crate::harness::{Home, run};

const PUBLISH: &str = "/v0.1/publish";

#[test]
fn a_document_is_sent_as_it_is() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    registry.answers("POST", PUBLISH, 200, &answer("active"));
    let text = format!(
        "\n{}\n\n",
        serde_json::to_string_pretty(&document()).unwrap().replace("A widget", "Ein Gerät \\u00fc")
    );
    home.file("server.json", &text);
    let ran = home.run(&["publish"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.stderr, format!("published {NAME} 1.0.0\n"));
    assert_eq!(row(&ran, "name"), NAME);
    assert_eq!(row(&ran, "version"), "1.0.0 (latest)");
    assert_eq!(row(&ran, "status"), "active");
    assert_eq!(row(&ran, "url"), format!("{}{SERVER}/versions/1.0.0", registry.url()));
    let asked = registry.asked(PUBLISH);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].body, text.as_bytes());
    assert_eq!(asked[0].headers["content-type"], "application/json");
    assert_eq!(token_number(&asked[0]), 1);
}

#[test]
fn scripts_get_the_answer_as_it_came() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    registry.answers("POST", PUBLISH, 200, &answer("active"));
    home.file("other.json", document().to_string());
    let ran = home.run(&["publish", "other.json", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout, format!("{}\n", answer("active")));
}

#[test]
fn what_the_registry_warns_of_is_told() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let mut warned = answer("active");
    warned["_meta"]["dev.berth"] =
        json!({"warnings": ["the namespace looks like com.exarnple", 5, "the proof ends\n soon\u{1b}[31m"]});
    registry.answers("POST", PUBLISH, 200, &warned);
    home.file("server.json", document().to_string());
    let warnings = "warning: the namespace looks like com.exarnple\nwarning: the proof ends  soon\u{fffd}[31m\n";
    let ran = home.run(&["publish"]);
    assert_eq!((ran.code, ran.stderr), (0, format!("published {NAME} 1.0.0\n{warnings}")));
    let ran = home.run(&["publish", "--json"]);
    assert_eq!((ran.code, ran.stdout, ran.stderr.as_str()), (0, format!("{warned}\n"), warnings));
}

#[test]
fn what_means_two_things_is_not_sent() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    for (content, expected) in [
        (&b"{\"name\":\"\xE9\"}"[..], "server.json: is not UTF-8 at byte 10: save the file as UTF-8"),
        (b"\xEF\xBB\xBF{}", "server.json: starts with a byte order mark: save the file as UTF-8 without one"),
        (b"{\"name\":1,\"name\":2}", "server.json: duplicate key \"name\""),
        (b"{\"packages\":[{\"version\":\"1\",\"version\":\"2\"}]}", "server.json: duplicate key \"version\""),
        (b"{\"name\":", "server.json: ends too early at line 1 column 8 (truncated?)"),
        (b"", "server.json: is empty: expected JSON"),
        (b"[]", "server.json: is no server.json: expected a JSON object; `berth init` writes one"),
    ] {
        home.file("server.json", content);
        for command in ["publish", "validate"] {
            let ran = home.run(&[command]);
            assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
            assert_eq!(ran.stderr, format!("error: {expected}\n"));
        }
    }
    let ran = home.run(&["publish", "absent.json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.starts_with("error: cannot read absent.json; `berth init` writes a server.json: "), "{ran:?}");
    assert_eq!(registry.requests().len(), 1, "the login alone");
}

#[test]
fn nobody_publishes_without_a_login() {
    let (home, registry) = (Home::new(), Registry::start());
    home.file("server.json", document().to_string());
    let url = registry.url();
    for arguments in
        [&["publish"][..], &["status", "--status", "active", NAME, "1.0.0"], &["delete", "--yes", NAME, "1.0.0"]]
    {
        let ran = home.run(&[arguments, &["--registry", &url]].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        let expected = format!(
            "error: not logged in at {url}; log in with `berth login github --registry {url}`, or by a domain with `berth \
             login dns --domain DOMAIN --key FILE --registry {url}`"
        );
        assert!(ran.stderr.starts_with(&expected), "{ran:?}");
    }
    assert!(registry.requests().is_empty());
    assert!(home.run(&["publish"]).stderr.contains("not logged in at http://127.0.0.1:8080;"));
}

#[test]
fn a_token_goes_to_no_registry_but_its_own() {
    let (home, mine, other) = (Home::new(), Registry::start(), Registry::start());
    mine.logged_in(&home);
    home.file("server.json", document().to_string());
    for (arguments, variable) in [
        (&["publish", "--registry", &other.url()][..], None),
        (&["publish"], Some(other.url())),
        (&["delete", "--yes", NAME, "1.0.0", "--registry", &other.url()], None),
        (&["status", "--status", "active", NAME, "1.0.0", "--registry", &other.url()], None),
        // The same host, another path.
        (&["publish", "--registry", &format!("{}/deep", mine.url())], None),
    ] {
        let mut command = home.berth(arguments);
        command.envs(variable.map(|url| ("BERTH_REGISTRY", url)));
        let ran = run(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{arguments:?}");
        assert!(ran.stderr.starts_with(&format!("error: logged in at {}, not at http", mine.url())), "{ran:?}");
        assert!(ran.stderr.contains("log in there with `berth login none --registry http"), "{ran:?}");
    }
    assert!(other.requests().is_empty());
    assert_eq!(mine.requests().len(), 1, "the login alone");

    // Nor where a registry sends it.
    mine.moves_to(&format!("{}/v0.1/publish", other.url()));
    let ran = home.run(&["publish"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains(&format!("it moved to {}/v0.1/publish; name that registry", other.url())), "{ran:?}");
    assert!(other.requests().is_empty());
    assert_eq!(mine.asked(PUBLISH).len(), 1);
}

#[test]
fn another_spelling_is_the_same_registry() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    registry.answers("POST", PUBLISH, 200, &answer("active"));
    home.file("server.json", document().to_string());
    let url = registry.url().replace("http", "HTTP");
    for spelling in [format!("{url}/"), format!("{url}//"), format!("{url}?x=y")] {
        assert_eq!(home.run(&["publish", "--registry", &spelling]).code, 0, "{spelling}");
    }
    assert_eq!(registry.asked(PUBLISH).len(), 3);
}

#[test]
fn a_registry_that_is_gone_is_told() {
    let home = Home::new();
    let registry = Registry::start();
    registry.logged_in(&home);
    home.file("server.json", document().to_string());
    drop(registry);
    let ran = home.run(&["publish"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.starts_with("error: cannot reach the registry at http://127.0.0.1:"), "{ran:?}");
}

#[test]
fn issues_are_shown_where_the_refusal_names_none() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    let refusal = super::registry::problem(
        "Unprocessable Entity",
        422,
        "Failed to publish server, invalid schema: call /validate for details",
        &serde_json::Value::Null,
    );
    registry.answers("POST", PUBLISH, 422, &refusal);
    let issue = json!({
        "type": "semantic", "path": "packages[0].identifier", "message": "package name cannot contain spaces",
        "severity": "error", "reference": "package-name-has-spaces",
    });
    registry.answers("POST", "/v0.1/validate", 200, &json!({"valid": false, "issues": [issue]}));
    let mut document = document();
    document["packages"] = json!([{"registryType": "npm", "identifier": "my package", "transport": {"type": "stdio"}}]);
    home.file("server.json", document.to_string());
    let ran = home.run(&["publish"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.starts_with("error: the registry answered 422 Unprocessable Entity: Failed to publish"),
        "{ran:?}"
    );
    let line = ran.stdout.lines().nth(1).unwrap();
    for part in [
        "error",
        "packages[0].identifier",
        "\"my package\"",
        "package-name-has-spaces",
        "package name cannot contain spaces",
        "give the package's own name",
    ] {
        assert!(line.contains(part), "{part}: {ran:?}");
    }
    let asked = registry.asked("/v0.1/validate");
    assert_eq!((asked.len(), token_number(&asked[0])), (1, 0), "validation needs no token");
    assert_eq!(asked[0].body, document.to_string().as_bytes());

    let ran = home.run(&["publish", "--json"]);
    assert_eq!((ran.code, ran.stdout), (1, format!("{refusal}\n")), "one document on stdout");
    assert_eq!(registry.asked("/v0.1/validate").len(), 1);
}
