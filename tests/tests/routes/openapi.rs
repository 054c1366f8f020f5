//! The checked-in OpenAPI document is the one of the code, and the one that is served.

use std::path::Path;

use berth_tests::Registry;

#[tokio::test]
async fn the_document_is_that_of_the_code() {
    let registry = Registry::new().await;
    let document = berth_local::documented(&registry.services()).into_openapi();
    for (file, text, kind) in [
        ("openapi.json", document.to_pretty_json().unwrap() + "\n", "application/openapi+json"),
        ("openapi.yaml", document.to_yaml().unwrap(), "application/openapi+yaml"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(file);
        if std::env::var_os("BERTH_UPDATE_OPENAPI").is_some() {
            std::fs::write(&path, &text).unwrap();
            continue;
        }
        let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(checked_in == text, "docs/{file} is not that of the code: `just openapi` writes it anew");
        let served = registry.client().get(&format!("/{file}")).await;
        assert_eq!((served.status, served.header("content-type")), (200, Some(kind)));
        assert_eq!(served.text(), text);
    }
}

/// What ToolHive's registry server looks at before it takes a registry for one.
#[tokio::test]
async fn other_registries_know_it_for_one_of_them() {
    let client = Registry::new().await.client();
    let document = client.get("/openapi.json").await.ok();
    assert_eq!(document["info"]["version"], "1.0.0");
    assert!(document["info"]["description"].as_str().unwrap().contains("github.com/modelcontextprotocol/registry"));
    let yaml = client.get("/openapi.yaml").await;
    assert!(yaml.text().contains("\n  version: 1.0.0\n"), "{}", &yaml.text()[..400]);
    // Every path and method of the reference specification of 2025-12-01.
    for (path, methods) in [
        ("/v0.1/servers", &["get"][..]),
        ("/v0.1/servers/{serverName}/versions", &["get"]),
        ("/v0.1/servers/{serverName}/versions/{version}", &["get", "put", "delete"]),
        ("/v0.1/servers/{serverName}/versions/{version}/status", &["patch"]),
        ("/v0.1/servers/{serverName}/status", &["patch"]),
        ("/v0.1/publish", &["post"]),
    ] {
        for method in methods {
            assert!(document["paths"][path][method].is_object(), "{method} {path}");
        }
    }
}
