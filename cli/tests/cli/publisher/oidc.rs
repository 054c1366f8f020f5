//! `berth login oidc`.

use serde_json::{Value, json};

use super::registry::{Registry, answer, body, document, keeps_to_itself, problem, row, stored, token_number};
use crate::harness::{Home, Ran, run};

const SECRET: &str = "eyJhbGci.payload.signature";

fn log_in(home: &Home, registry: &Registry, arguments: &[&str], variable: Option<&str>) -> Ran {
    let mut command = home.berth(&[&["login", "oidc", "--registry", &registry.url()], arguments].concat());
    command.envs(variable.map(|token| ("BERTH_OIDC_TOKEN", token)));
    let ran = run(command);
    keeps_to_itself(&ran, &["payload"]);
    ran
}

#[test]
fn an_id_token_is_shown_and_not_kept() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.grants_identity("oidc", "oidc:corp:u1", &["com.corp/*"], &[300, 300, 300]);
    let ran = log_in(&home, &registry, &["--token", SECRET], None);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.starts_with("the ID token is not kept, so this login ends with its token;"), "{ran:?}");
    assert_eq!(row(&ran, "identity"), "oidc:corp:u1");
    assert!(row(&ran, "expires").ends_with("then log in again"), "{ran:?}");
    // What the command line says comes first; the variable is for later.
    for (arguments, variable) in [(&[][..], format!("{SECRET}\n")), (&["--token", SECRET], "later".to_owned())] {
        let ran = log_in(&home, &registry, arguments, Some(&variable));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
        assert!(row(&ran, "expires").ends_with("renews itself"), "{ran:?}");
    }
    assert!(!stored(&home).to_string().contains("payload"));
    let shown: Vec<Value> = registry.asked("/v0.1/auth/oidc").iter().map(body).collect();
    assert_eq!(shown, vec![json!({"oidc_token": SECRET}); 3]);
}

#[test]
fn it_is_renewed_with_what_the_environment_holds_then() {
    let (home, registry) = (Home::new(), Registry::start());
    registry.grants_identity("oidc", "oidc:corp:u1", &["com.corp/*"], &[5, 300]);
    registry.answers("POST", "/v0.1/publish", 200, &answer("active"));
    assert_eq!(log_in(&home, &registry, &[], Some(SECRET)).code, 0);
    home.file("server.json", document().to_string());
    let ran = home.run(&["publish"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("log in again with `berth login oidc --token TOKEN --registry http"), "{ran:?}");
    let mut publish = home.berth(&["publish"]);
    publish.env("BERTH_OIDC_TOKEN", "a.fresh.one");
    assert_eq!(run(publish).code, 0);
    assert_eq!(body(&registry.asked("/v0.1/auth/oidc")[1]), json!({"oidc_token": "a.fresh.one"}));
    assert_eq!(registry.asked("/v0.1/publish").iter().map(token_number).collect::<Vec<_>>(), [2]);
}

#[test]
fn what_is_refused_has_a_way_out() {
    let (home, registry) = (Home::new(), Registry::start());
    let ran = log_in(&home, &registry, &[], Some(" "));
    let expected = "error: no ID token to log in with: give one with --token, or set BERTH_OIDC_TOKEN\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (1, expected));
    assert!(registry.requests().is_empty());
    let missing = problem("Not Found", 404, "Endpoint not found. See /docs for the API documentation.", &Value::Null);
    registry.answers_once("POST", "/v0.1/auth/oidc", 404, &missing);
    let ran = log_in(&home, &registry, &["--token", SECRET], None);
    assert!(ran.stderr.ends_with("ask its operator to name it in BERTH_OIDC_ISSUERS\n"), "{ran:?}");
    let errors = json!([{"message": "the ID token is of no issuer that this registry trusts", "value": SECRET}]);
    registry.answers("POST", "/v0.1/auth/oidc", 401, &problem("Unauthorized", 401, "Token exchange failed", &errors));
    let ran = log_in(&home, &registry, &["--token", SECRET], None);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("of no issuer that this registry trusts"), "{ran:?}");
}
