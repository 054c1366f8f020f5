//! `berth owners`.

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use super::registry::{Registry, body, problem, row, token_number};
use crate::harness::{Home, Ran};

const BASE: &str = "/v0.1/x/dev.berth";
const ACME: &str = "/v0.1/x/dev.berth/namespaces/io.github.acme";

fn logged_in() -> (Home, Registry) {
    let (home, registry) = (Home::new(), Registry::start());
    registry.logged_in(&home);
    (home, registry)
}

fn owners(home: &Home, line: &str) -> Ran {
    home.run(&std::iter::once("owners").chain(line.split_whitespace()).collect::<Vec<_>>())
}

fn namespace() -> Value {
    let member = |identity: &str, name: &str, role: &str| json!({"identity": identity, "name": name, "role": role, "since": "2026-01-01T00:00:00Z", "addedBy": "github:1"});
    json!({
        "namespace": "io.github.acme", "githubId": 9919,
        "members": [
            member("github:1", "Octocat", "owner"), member("github:2", "twin", "publisher"),
            member("github:3", "github:Twin", "publisher"), member("domain:octocat.example", "mona", "publisher"),
        ],
        "invitations": [
            {"namespace": "io.github.acme", "to": "github:hubot", "role": "owner", "invitedBy": "github:1",
             "invitedAt": "2026-01-02T00:00:00Z", "expiresAt": "2026-01-09T00:00:00Z\u{202e}"},
        ],
        "transfer": {"to": "github:new", "from": "github:1", "offeredAt": "2026-01-02T00:00:00Z", "expiresAt": "2026-01-09T00:00:00Z"},
        "pins": [{"repository": "acme/widget", "environment": "release\u{1b}[31m"}],
    })
}

/// Answers 204.
fn takes(registry: &Registry, at: &str) {
    registry.mount(Mock::given(method("DELETE")).and(path(at)).respond_with(ResponseTemplate::new(204)));
}

#[test]
fn a_namespace_is_shown_with_all_that_there_is() {
    let (home, registry) = logged_in();
    registry.answers("GET", ACME, 200, &namespace());
    let ran = owners(&home, "show io.github.acme");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert!(
        ran.stdout.starts_with(" namespace  io.github.acme\n github id  9919\n transfer   to github:new until "),
        "{ran:?}"
    );
    for line in [
        &["member", "name", "role", "since", "added by"][..],
        &["github:1", "Octocat", "owner", "2026-01-01T00:00:00Z"],
        &["github:hubot", "owner", "2026-01-09T00:00:00Z\u{fffd}"],
        &["acme/widget", "release\u{fffd}[31m"],
    ] {
        assert!(ran.stdout.lines().any(|shown| line.iter().all(|part| shown.contains(part))), "{line:?}: {ran:?}");
    }
    assert!(!ran.stdout.contains("workflow"), "a column that says nothing is left out: {ran:?}");
    let ran = owners(&home, "show io.github.acme --json");
    assert_eq!((ran.code, ran.stdout), (0, format!("{}\n", namespace())));
    assert_eq!(registry.asked(ACME).iter().map(token_number).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn somebody_is_invited_and_accepts() {
    let (home, registry) = logged_in();
    let invitation = json!({"namespace": "io.github.acme", "to": "github:octocat", "role": "publisher", "invitedBy": "github:1",
        "invitedAt": "2026-01-02T00:00:00Z", "expiresAt": "2026-01-09T00:00:00Z"});
    let at = format!("{ACME}/invitations");
    registry.answers("POST", &at, 200, &invitation);
    let ran = owners(&home, "add io.github.acme github:octocat");
    assert_eq!(
        (ran.code, row(&ran, "role"), row(&ran, "until")),
        (0, "publisher".to_owned(), "2026-01-09T00:00:00Z".to_owned())
    );
    assert_eq!(ran.stderr, "github:octocat has to accept it: `berth owners accept io.github.acme`\n");
    assert_eq!(
        owners(&home, "add io.github.acme github:octocat --role owner --json").stdout,
        format!("{invitation}\n")
    );
    let asked: Vec<Value> = registry.asked(&at).iter().map(body).collect();
    let expected = |role: &str| json!({"to": "github:octocat", "role": role});
    assert_eq!(asked, [expected("publisher"), expected("owner")], "the lesser right where nobody says");

    registry.answers_once("GET", &format!("{BASE}/invitations"), 200, &json!({"invitations": []}));
    assert_eq!(owners(&home, "invitations").stderr, "no invitation waits for you\n");
    registry.answers("GET", &format!("{BASE}/invitations"), 200, &json!({"invitations": [invitation]}));
    let ran = owners(&home, "invitations");
    assert!(
        ran.code == 0 && ran.stdout.lines().nth(1).unwrap().starts_with(" io.github.acme  github:octocat  publisher")
    );

    let member =
        json!({"identity": "github:2", "name": "octocat", "role": "publisher", "since": "2026-01-03T00:00:00Z"});
    registry.answers("POST", &format!("{ACME}/invitations/accept"), 200, &member);
    registry.grants("none", &["io.github.acme/*"], &[300]);
    let ran = owners(&home, "accept io.github.acme");
    assert_eq!(
        (ran.code, row(&ran, "member"), row(&ran, "since")),
        (0, "github:2".to_owned(), "2026-01-03".to_owned())
    );
    assert_eq!(ran.stderr, "io.github.acme is yours to publish to\nlogged in again: the token grants it now\n");
    assert_eq!(row(&home.run(&["whoami"]), "publishes"), "io.github.acme/*");
    assert!(registry.asked(&format!("{ACME}/invitations/accept"))[0].body.is_empty());
    takes(&registry, &format!("{ACME}/invitations/github%3Ahubot"));
    let ran = owners(&home, "withdraw io.github.acme github:hubot");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert_eq!(owners(&home, "withdraw io.github.acme github:hubot --json").stdout, "");
}

#[test]
fn members_are_removed_by_identity() {
    let (home, registry) = logged_in();
    registry.answers("GET", ACME, 200, &namespace());
    for identity in ["github%3A1", "github%3A7", "oidc%3Acorp%3Aa%2Fb"] {
        takes(&registry, &format!("{ACME}/members/{identity}"));
    }
    for (member, path, lookups) in [
        ("github:7", "github%3A7", 0),
        ("oidc:corp:a/b", "oidc%3Acorp%3Aa%2Fb", 0),
        ("github:OCTOCAT", "github%3A1", 1),
    ] {
        let before = registry.asked(ACME).len();
        let ran = owners(&home, &format!("remove io.github.acme {member}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
        assert_eq!(registry.requests().last().unwrap().url.path(), format!("{ACME}/members/{path}"));
        assert_eq!(registry.asked(ACME).len() - before, lookups);
    }
    for (member, expected) in [
        (
            "github:nobody",
            "error: no member of io.github.acme is called github:nobody; `berth owners show io.github.acme` lists",
        ),
        ("github:mona", "error: no member of io.github.acme is called github:mona; "),
        ("github:twin", "error: several members are called twin; name one by its identity: github:2, github:3\n"),
    ] {
        let ran = owners(&home, &format!("remove io.github.acme {member}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert!(ran.stderr.starts_with(expected), "{ran:?}");
        assert_eq!(registry.requests().last().unwrap().method.as_str(), "GET", "nobody is removed");
    }
}

#[test]
fn a_namespace_changes_hands() {
    let (home, registry) = logged_in();
    let at = format!("{ACME}/transfer");
    let transfer = json!({"to": "github:new", "from": "github:1", "offeredAt": "2026-01-02T00:00:00Z", "expiresAt": "2026-01-09T00:00:00Z"});
    registry.answers("POST", &at, 200, &transfer);
    let ran = owners(&home, "transfer io.github.acme github:new");
    assert_eq!((ran.code, row(&ran, "to"), row(&ran, "from")), (0, "github:new".to_owned(), "github:1".to_owned()));
    assert!(ran.stderr.contains("`berth owners accept-transfer io.github.acme`"), "{ran:?}");
    assert_eq!(body(&registry.asked(&at)[0]), json!({"to": "github:new"}));
    takes(&registry, &at);
    assert_eq!(owners(&home, "withdraw-transfer io.github.acme").stderr, "the offer of io.github.acme is taken back\n");
    let member = json!({"identity": "github:4", "name": "new", "role": "owner", "since": "2026-01-03T00:00:00Z"});
    registry.answers("POST", &format!("{at}/accept"), 200, &member);
    let ran = owners(&home, "accept-transfer io.github.acme");
    assert_eq!((ran.code, row(&ran, "role")), (0, "owner".to_owned()));
    assert!(ran.stderr.contains("warning: the token does not grant it yet: the registry answered 404"), "{ran:?}");
    registry.answers("PUT", &format!("{ACME}/binding"), 200, &json!({"namespace": "io.github.acme", "githubId": 7}));
    let ran = owners(&home, "rebind io.github.acme 7");
    assert_eq!((ran.code, row(&ran, "namespace")), (0, "io.github.acme".to_owned()));
    assert_eq!(body(&registry.asked(&format!("{ACME}/binding"))[0]), json!({"githubId": 7}));
}

#[test]
fn pins_are_set_as_a_whole() {
    let (home, registry) = logged_in();
    let at = format!("{ACME}/pins");
    let pins = json!([{"repository": "acme/widget", "workflow": "release.yml"}, {"repository": "acme/dock"}]);
    registry.answers_once("PUT", &at, 200, &json!({"pins": pins}));
    let ran =
        owners(&home, "pin io.github.acme --repository acme/widget --workflow release.yml --repository acme/dock");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.lines().nth(1).unwrap().starts_with(" acme/widget  release.yml"), "{ran:?}");
    registry.answers("PUT", &at, 200, &json!({"pins": []}));
    let ran = owners(&home, "pin io.github.acme --none");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert!(ran.stderr.starts_with("any run of GitHub Actions of its owner may publish"), "{ran:?}");
    let asked: Vec<Value> = registry.asked(&at).iter().map(body).collect();
    assert_eq!(asked, [json!({"pins": pins}), json!({"pins": []})]);
    let ran = owners(&home, "pin io.github.acme --workflow x --repository a/b");
    assert_eq!((ran.code, registry.asked(&at).len()), (2, 2));
    assert!(ran.stderr.starts_with("error: --workflow belongs to the --repository before it"), "{ran:?}");
}

#[test]
fn what_leads_elsewhere_is_not_sent() {
    let (home, registry) = logged_in();
    for line in [
        "show ..",
        "show a/b",
        "show io.github.acme/widget",
        "add io.github.acme octocat",
        "add io.github.acme github:octocat --role admin",
        "withdraw io.github.acme ..",
        "remove .. github:1",
        "rebind io.github.acme octocat",
        "pin io.github.acme",
    ] {
        assert_eq!(owners(&home, line).code, 2, "{line}");
    }
    assert_eq!(registry.requests().len(), 1, "the login alone");
}

#[test]
fn a_refusal_is_told_in_the_registrys_words() {
    let (home, registry) = logged_in();
    let errors = json!([{"message": "only owners of io.github.acme may do that\u{1b}; ask one"}]);
    let refusal = problem("Forbidden", 403, "You do not own this namespace", &errors);
    registry.answers("POST", &format!("{ACME}/invitations"), 403, &refusal);
    let ran = owners(&home, "add io.github.acme github:octocat");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_eq!(
        ran.stderr,
        "error: the registry answered 403 Forbidden: You do not own this namespace\n  only owners of io.github.acme may do \
         that\u{fffd}; ask one\n"
    );
    let ran = owners(&home, "add io.github.acme github:octocat --json");
    assert_eq!((ran.code, ran.stdout), (1, format!("{refusal}\n")));
}
