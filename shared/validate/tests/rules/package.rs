use serde_json::{Value, json};

use super::{finds, package, remote};

#[test]
fn packages_and_arguments() {
    finds(
        &package(&json!({"identifier": "a b"})),
        &[("packages[0].identifier", "package-name-has-spaces", "package name cannot contain spaces")],
    );
    finds(
        &package(&json!({"packageArguments": [{"type": "named", "value": "v"}]})),
        &[
            ("packages[0].packageArguments[0].name", "named-argument-name-required", "named argument name is required"),
            (
                "packages[0].packageArguments[0].value",
                "argument-value-starts-with-name",
                "argument value cannot start with the argument name: value starts with argument name '': v",
            ),
        ],
    );
    for name in ["--p <x>", "--p>", "--p 1", "$p"] {
        finds(
            &package(&json!({"runtimeArguments": [{"type": "named", "name": name}]})),
            &[(
                "packages[0].runtimeArguments[0].name",
                "invalid-named-argument-name",
                &format!("invalid named argument name format: {name}"),
            )],
        );
    }
    let argument = json!({"type": "named", "name": "--p", "value": "--p=1", "default": "--p 2"});
    finds(
        &package(&json!({"runtimeArguments": [{"type": "positional", "value": "x"}, argument]})),
        &[
            (
                "packages[0].runtimeArguments[1].value",
                "argument-value-starts-with-name",
                "argument value cannot start with the argument name: value starts with argument name '--p': --p=1",
            ),
            (
                "packages[0].runtimeArguments[1].default",
                "argument-default-starts-with-name",
                "argument default cannot start with the argument name: default starts with argument name '--p': --p 2",
            ),
        ],
    );
    finds(&package(&json!({"packageArguments": [{"type": "positional", "name": "a b", "value": "a b"}]})), &[]);
}

#[test]
fn package_transports() {
    let transport = |transport: Value| package(&json!({"transport": transport}));
    let at = "packages[0].transport.url";
    finds(
        &transport(json!({"type": "stdio", "url": "https://x"})),
        &[(at, "stdio-transport-url-not-empty", "url must be empty for stdio transport type, got: https://x")],
    );
    finds(
        &transport(json!({"type": "streamable-http"})),
        &[(at, "streamable-transport-url-required", "url is required for streamable-http transport type")],
    );
    finds(
        &transport(json!({"type": "ws"})),
        &[("packages[0].transport.type", "unsupported-transport-type", "unsupported transport type: ws")],
    );
    finds(
        &transport(json!({"type": "sse", "url": "http://{host}:{port}/mcp"})),
        &[(
            at,
            "invalid-templated-url",
            "invalid package transport URL: template variables in URL http://{host}:{port}/mcp reference undefined \
         variables. Available variables: []",
        )],
    );
    for url in ["ftp://localhost/", "localhost:80", "http://"] {
        let message = format!("invalid package transport URL: {url}");
        finds(&transport(json!({"type": "sse", "url": url})), &[(at, "invalid-templated-url", &message)]);
    }
    finds(&transport(json!({"type": "sse", "url": "http://localhost:8080/sse"})), &[]);
    let package = package(&json!({
        "transport": {"type": "sse", "url": "http://{a}:{--b}/{c}/{d}"},
        "environmentVariables": [{"name": "a"}],
        "runtimeArguments": [{"type": "named", "name": "--b"}],
        "packageArguments": [{"type": "positional", "valueHint": "c", "value": "x"}, {"type": "named", "name": "d"}],
    }));
    finds(&package, &[]);
}

#[test]
fn remotes() {
    finds(
        &remote(&json!({})),
        &[
            ("remotes[0].url", "remote-transport-url-required", "url is required for sse transport type"),
            ("remotes[0].url", "invalid-templated-url", "invalid remote URL: "),
        ],
    );
    finds(
        &remote(&json!({"type": "stdio"})),
        &[(
            "remotes[0].type",
            "unsupported-remote-transport-type",
            "unsupported transport type for remotes: stdio (only streamable-http and sse are supported)",
        )],
    );
    for url in ["http://example.com/mcp", "https://localhost/mcp", "https://127.0.0.1/mcp", "https://a.localhost/"] {
        let message = format!("invalid remote URL: {url}");
        finds(&remote(&json!({"url": url})), &[("remotes[0].url", "invalid-remote-url", &message)]);
    }
    finds(
        &remote(&json!({"url": "{baseUrl}/mcp", "variables": {"baseUrl": {}}})),
        &[
            ("remotes[0].url", "invalid-remote-url", "invalid remote URL: {baseUrl}/mcp"),
            (
                "remotes[0].url",
                "invalid-templated-url",
                "invalid remote URL: template variables in URL {baseUrl}/mcp reference undefined variables. Available \
             variables: [baseUrl]",
            ),
        ],
    );
    finds(&remote(&json!({"url": "https://{t}.example.com/mcp", "variables": {"t": {"default": "a"}}})), &[]);
}
