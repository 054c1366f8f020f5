//! `berth init`.

use serde_json::{Value, json};

use crate::harness::{Home, Ran, hand_out};

const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";

/// A directory with these files.
fn project(files: &[(&str, &str)]) -> Home {
    let home = Home::new();
    for (name, content) in files {
        if let Some(parent) = home.path(name).parent() {
            std::fs::create_dir_all(parent).unwrap();
        }
        home.file(name, content);
    }
    home
}

/// What `berth init` writes there, which is always valid, and what it says.
fn init(home: &Home) -> (Value, Ran) {
    let ran = home.run(&["init"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    let text = std::fs::read_to_string(home.path("server.json")).unwrap();
    assert!(text.starts_with("{\n  \"$schema\": ") && text.ends_with("}\n"), "{text}");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["$schema"], SCHEMA);
    document["name"].as_str().unwrap().parse::<registry::model::ServerName>().unwrap();
    document["version"].as_str().unwrap().parse::<registry::model::ServerVersion>().unwrap();
    assert!((1..=100).contains(&document["description"].as_str().unwrap().chars().count()), "{document}");
    if let Some(file) = hand_out("schemas/2025-12-11.json") {
        let schema: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}: {document}");
    }
    (document, ran)
}

fn git(remote: &str) -> String {
    format!("[core]\n\tbare = false\n[remote \"origin\"]\n\turl = {remote}\n")
}

fn says(ran: &Ran, parts: &[&str]) {
    for part in parts {
        assert!(ran.stderr.lines().any(|line| line.contains(part)), "{part}: {}", ran.stderr);
    }
}

#[test]
fn an_npm_package() {
    let manifest = json!({
        "name": "@acme/widget", "version": "1.2.3", "description": "Shows  widgets\n in order",
        "repository": {"type": "git", "url": "git+https://github.com/acme/widget.git"}, "homepage": "https://widget.example/",
    });
    let home =
        project(&[("package.json", &manifest.to_string()), (".git/config", &git("git@github.com:acme/widget.git"))]);
    let (document, ran) = init(&home);
    let expected = json!({
        "$schema": SCHEMA, "name": "io.github.acme/widget", "description": "Shows widgets in order", "version": "1.2.3",
        "repository": {"url": "https://github.com/acme/widget", "source": "github"}, "websiteUrl": "https://widget.example/",
        "packages": [
            {"registryType": "npm", "identifier": "@acme/widget", "version": "1.2.3", "transport": {"type": "stdio"}}
        ],
    });
    assert_eq!(document, expected);
    says(
        &ran,
        &[
            "wrote server.json",
            "name \"io.github.acme/widget\", from the git remote",
            "version \"1.2.3\", from package.json",
            "1. add \"mcpName\": \"io.github.acme/widget\" to package.json, and publish the package to npm",
            "`berth validate`",
            "`berth login github`",
            "`berth publish`",
        ],
    );
}

#[test]
fn an_npm_package_that_declares_its_server() {
    let manifest = json!({"name": "widget", "version": "1.0.0", "description": "W", "mcpName": "com.acme/widget"});
    let home =
        project(&[("package.json", &manifest.to_string()), (".git/config", &git("https://github.com/acme/other"))]);
    let (document, ran) = init(&home);
    assert_eq!(document["name"], "com.acme/widget");
    assert!(!ran.stderr.contains("add \"mcpName\""), "{ran:?}");
    says(&ran, &["`berth login dns --domain acme.com --key FILE`"]);
}

#[test]
fn a_private_npm_package_is_in_no_registry() {
    let home = project(&[("package.json", r#"{"name":"widget","version":"1.0.0","private":true}"#)]);
    let (document, ran) = init(&home);
    assert_eq!(document.get("packages"), None);
    says(
        &ran,
        &["note: no package from package.json: it is private", "add a package, or a remote", "write a description"],
    );
}

#[test]
fn a_python_package() {
    let manifest = "[project]\nname = \"acme-widget\"\nversion = \"2.0.0\"\ndescription = \"Python widgets\"\n\
                    [project.urls]\n\"Source Code\" = \"https://gitlab.com/acme/widget\"\nHomepage = \"https://widget.example/py\"\n";
    let home = project(&[("pyproject.toml", manifest), ("README.md", "# Widget\n")]);
    let (document, ran) = init(&home);
    assert_eq!(document["name"], "io.gitlab.acme/widget");
    assert_eq!(document["repository"], json!({"url": "https://gitlab.com/acme/widget", "source": "gitlab"}));
    assert_eq!(document["websiteUrl"], "https://widget.example/py");
    assert_eq!(
        document["packages"],
        json!([{"registryType": "pypi", "identifier": "acme-widget", "version": "2.0.0", "transport": {"type": "stdio"}}])
    );
    says(&ran, &["write `mcp-name: io.gitlab.acme/widget` into the README, and publish the package to PyPI"]);
}

#[test]
fn a_poetry_package_whose_readme_names_its_server() {
    let manifest = "[tool.poetry]\nname = \"widget\"\nversion = \"0.3.0\"\ndescription = \"Poetic\"\n";
    let home = project(&[("pyproject.toml", manifest), ("README.md", "<!-- mcp-name: com.acme/poetry-widget-->\n")]);
    let (document, ran) = init(&home);
    assert_eq!((&document["name"], &document["version"]), (&json!("com.acme/poetry-widget"), &json!("0.3.0")));
    says(&ran, &["name \"com.acme/poetry-widget\", from the README"]);
    assert!(!ran.stderr.contains("write `mcp-name:"), "it is written: {ran:?}");
}

#[test]
fn a_version_that_is_made_at_build_time_is_to_be_set() {
    let home = project(&[("pyproject.toml", "[project]\nname = \"widget\"\ndynamic = [\"version\"]\n")]);
    let (document, ran) = init(&home);
    assert_eq!((&document["name"], &document["version"]), (&json!("com.example/widget"), &json!("0.1.0")));
    says(
        &ran,
        &["set the version", "replace the name com.example/widget: its namespace is a domain of yours, reversed"],
    );
}

#[test]
fn a_crate_of_a_workspace() {
    let root = "[workspace]\nmembers = [\"servers/*\"]\n[workspace.package]\nversion = \"4.5.6\"\n";
    let member = "[package]\nname = \"widget-mcp\"\nversion.workspace = true\ndescription = \"A crate\"\n";
    let home = project(&[
        ("Cargo.toml", root),
        ("servers/widget/Cargo.toml", member),
        (".git/config", &git("ssh://git@github.com/Acme/mono.git")),
    ]);
    let mut command = home.berth(&["init"]);
    command.current_dir(home.path("servers/widget"));
    let ran = crate::harness::run(command);
    assert_eq!(ran.code, 0, "{ran:?}");
    let document: Value =
        serde_json::from_slice(&std::fs::read(home.path("servers/widget/server.json")).unwrap()).unwrap();
    assert_eq!(document["name"], "io.github.Acme/widget", "one of several is called as its folder");
    assert_eq!(
        document["repository"],
        json!({"url": "https://github.com/Acme/mono", "source": "github", "subfolder": "servers/widget"})
    );
    assert_eq!(
        document["packages"],
        json!([{"registryType": "cargo", "identifier": "widget-mcp", "version": "4.5.6", "transport": {"type": "stdio"}}])
    );
    says(&ran, &["as visible text (crates.io drops HTML comments)"]);
    let (_, ran) = init(&home);
    says(
        &ran,
        &["note: Cargo.toml is a workspace without a package of its own; run this in the directory of a member"],
    );
}

#[test]
fn a_crate_that_is_not_published() {
    let home = project(&[("Cargo.toml", "[package]\nname = \"widget\"\nversion = \"1.0.0\"\npublish = false\n")]);
    let (document, ran) = init(&home);
    assert_eq!(document.get("packages"), None);
    says(&ran, &["note: no package from Cargo.toml: `publish` keeps it from crates.io"]);
}

#[test]
fn an_image() {
    let dockerfile = "FROM scratch\nLABEL org.opencontainers.image.version=\"1.1.0+b2\" \\\n      \
                      org.opencontainers.image.description=\"In a box\"\n";
    let home = project(&[("Dockerfile", dockerfile), (".git/config", &git("https://token@github.com/Acme/Widget"))]);
    let (document, ran) = init(&home);
    assert_eq!((&document["name"], &document["version"]), (&json!("io.github.Acme/Widget"), &json!("1.1.0+b2")));
    assert_eq!(
        document["packages"],
        json!([{"registryType": "oci", "identifier": "ghcr.io/acme/widget:1.1.0-b2", "transport": {"type": "stdio"}}])
    );
    assert!(!document.to_string().contains("token@") && !ran.stderr.contains("token@"), "no password is written");
    says(&ran, &["add LABEL io.modelcontextprotocol.server.name=\"io.github.Acme/Widget\" to the Dockerfile"]);
}

#[test]
fn a_dockerfile_beside_a_package_counts_once_it_is_labelled() {
    let package = r#"{"name":"widget","version":"1.0.0","description":"W"}"#;
    let config = git("https://github.com/acme/widget");
    let kinds = |document: &Value| -> Vec<String> {
        let packages = document["packages"].as_array().unwrap();
        packages.iter().map(|package| package["registryType"].as_str().unwrap().to_owned()).collect()
    };
    let home = project(&[("package.json", package), ("Dockerfile", "FROM node\n"), (".git/config", &config)]);
    assert_eq!(kinds(&init(&home).0), ["npm"]);
    let dockerfile = "FROM node\nLABEL io.modelcontextprotocol.server.name=com.acme/boxed\n";
    let home = project(&[("package.json", package), ("Dockerfile", dockerfile), (".git/config", &config)]);
    let (document, ran) = init(&home);
    assert_eq!(
        (kinds(&document), &document["name"]),
        (vec!["npm".to_owned(), "oci".to_owned()], &json!("com.acme/boxed"))
    );
    says(&ran, &["add \"mcpName\": \"com.acme/boxed\""]);
    assert!(!ran.stderr.contains("add LABEL"), "{ran:?}");
}

#[test]
fn whatever_is_found_the_result_is_valid() {
    let long = "ü".repeat(300);
    for files in [
        &[][..],
        &[("package.json", "{")],
        &[
            ("package.json", "[]"),
            ("pyproject.toml", "= nonsense"),
            ("Cargo.toml", "[package"),
            ("Dockerfile", "LABEL"),
        ],
        &[("package.json", &format!(r#"{{"name":"x","version":"^1","description":"{long}","homepage":"http://a"}}"#))],
        &[("package.json", r#"{"name":"a b","version":"1.0.0-linux","homepage":"https://a/\"x","repository":"x"}"#)],
        &[("package.json", r#"{"name":"","version":"","description":" ","mcpName":"nonsense"}"#)],
        &[("pyproject.toml", "[tool.black]\nline-length = 1\n"), ("README.md", "mcp-name: nothing/\n")],
        &[(".git/config", "[remote \"origin\"]\nurl = https://gitlab.com/a/b/c\n")],
        &[(".git/config", "[remote \"origin\"]\nurl = https://gitlab.com/a_b/c\n")],
        &[(".git", "gitdir: nowhere\n")],
        &[("package.json/inside", "a directory")],
    ] {
        let (document, ran) = init(&project(files));
        println!("{document}\n{}", ran.stderr);
    }
}

#[test]
fn long_descriptions_are_cut_at_100_characters() {
    let manifest = json!({"name": "widget", "version": "1.0.0", "description": "ü".repeat(101)});
    let (document, _) = init(&project(&[("package.json", &manifest.to_string())]));
    assert_eq!(document["description"], format!("{}…", "ü".repeat(99)));
    let manifest = json!({"name": "widget", "version": "1.0.0", "description": "ü".repeat(100)});
    let (document, _) = init(&project(&[("package.json", &manifest.to_string())]));
    assert_eq!(document["description"], "ü".repeat(100));
}

#[test]
fn a_file_is_overwritten_by_force_alone() {
    let home =
        project(&[("server.json", "precious and long, longer than what is written in its place".repeat(20).as_str())]);
    let before = std::fs::read(home.path("server.json")).unwrap();
    let ran = home.run(&["init"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_eq!(ran.stderr, "error: server.json exists; overwrite it with --force, or name another with --output\n");
    assert_eq!(std::fs::read(home.path("server.json")).unwrap(), before);
    let ran = home.run(&["init", "--output", "other.json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    says(&ran, &["wrote other.json", "`berth validate other.json`", "`berth publish other.json`"]);
    assert_eq!(home.run(&["init", "--force"]).code, 0);
    assert_eq!(std::fs::read(home.path("server.json")).unwrap(), std::fs::read(home.path("other.json")).unwrap());
    assert_eq!(home.run(&["init", "--output", "no/such/directory/server.json"]).code, 1);
}
