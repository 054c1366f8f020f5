//! From a run of GitHub Actions to a published server.

use serde_json::{Value, json};

use super::github::GitHub;
use crate::harness::{Home, Ran, run};
use crate::publisher::registry::row;
use crate::serving::Serving;

const NAME: &str = "io.github.acme/widget";

/// What GitHub says of a run.
fn claims(github: &GitHub, audience: &str, event: &str, id: &str) -> Value {
    let mut claims = github.issuer.claims();
    let more = json!({
        "aud": audience, "jti": id, "sub": "repo:acme/widget:environment:release", "event_name": event,
        "repository": "acme/widget", "repository_id": "7", "repository_owner": "acme", "repository_owner_id": "9919",
        "ref": "refs/tags/v1.0.0", "ref_type": "tag", "environment": "release", "actor": "octocat", "actor_id": "583231",
        "workflow": "Publish", "workflow_ref": "acme/widget/.github/workflows/publish.yml@refs/tags/v1.0.0",
        "job_workflow_ref": "acme/widget/.github/workflows/publish.yml@refs/tags/v1.0.0",
        "runner_environment": "github-hosted", "repository_visibility": "public",
    });
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    claims
}

fn in_job(home: &Home, github: &GitHub, arguments: &[&str]) -> Ran {
    let mut command = home.berth(arguments);
    command.env("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{}/idtoken?api-version=2.0", github.url()));
    command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner-secret");
    run(command)
}

#[test]
fn from_a_workflow_to_a_published_server() {
    let home = Home::new();
    // The audience is the registry's address, so the port must be known before it is served.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let url = format!("http://{address}");
    let github = GitHub::start();
    let listen = ["serve", "--data", "data", "--listen", &address, "--no-sources", "--no-package-ownership"];
    let mut command = home.berth(&listen);
    command.env("BERTH_GITHUB_OIDC_ISSUER", github.issuer.url()).env("BERTH_GITHUB_OIDC_AUDIENCE", &url);
    command.env("BERTH_GITHUB_API_URL", github.url()).env("RUST_LOG", "info");
    let serving = Serving::ready(command);

    let token = github.gives_runs(&claims(&github, &url, "release", "run-1"));
    let ran = in_job(&home, &github, &["login", "github-oidc", "--registry", &url]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        (row(&ran, "identity"), row(&ran, "publishes")),
        ("github:9919".to_owned(), "io.github.acme/*".to_owned())
    );
    let document = json!({"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": NAME, "description": "A widget", "version": "1.0.0"});
    home.file("server.json", document.to_string());
    let ran = in_job(&home, &github, &["publish"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(serving.names(), [NAME]);

    // The same identity token again: whoever copied it from the job's log gains nothing.
    let again = in_job(&home, &github, &["login", "github-oidc", "--registry", &url]);
    assert!(again.code == 1 && again.stderr.contains("used"), "{again:?}");
    // A run publishes, and does not manage.
    let managed = in_job(&home, &github, &["owners", "add", "io.github.acme", "github:hubot"]);
    assert!(managed.code == 1 && managed.stderr.contains("403"), "{managed:?}");

    serving.signal("TERM");
    let (_, said) = serving.end_with_talk();
    assert!(!said.contains(&token) && !said.contains("runner-secret"), "a secret is in the log");
    assert!(said.contains("token issued"), "the log is there: {said}");
}

#[test]
fn what_strangers_can_start_does_not_publish() {
    let home = Home::new();
    let github = GitHub::start();
    let mut command = home.berth(&["serve", "--data", "data", "--listen", "127.0.0.1:0", "--no-sources"]);
    // The issuer's tokens are for this audience in any case; the command asks for that of the address that it was given.
    command.env("BERTH_GITHUB_OIDC_ISSUER", github.issuer.url()).env("BERTH_GITHUB_OIDC_AUDIENCE", "https://r.example");
    let serving = Serving::ready(command);
    github.gives_runs(&claims(&github, "https://r.example", "pull_request_target", "run-2"));
    let ran = in_job(&home, &github, &["login", "github-oidc", "--registry", &serving.url()]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("pull_request_target") && ran.stderr.contains("workflow_dispatch"), "{ran:?}");
}
