//! OCI.

use registry::model::Package;
use registry_ownership::{Hosts, Ownership};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{self, LONG, NAME, SHORT, World, at_first, check, get, package, refused, refused_for_now};

const MANIFEST: &str = "/v2/acme/widget/manifests/1.2.0";
const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_INDEX_TYPE: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_MANIFEST_TYPE: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// A document, with its digest.
struct Blob {
    body: Vec<u8>,
    digest: String,
}

impl Blob {
    fn new(value: &Value) -> Self {
        let body = serde_json::to_vec(value).unwrap();
        Self { digest: format!("sha256:{}", hex::encode(Sha256::digest(&body))), body }
    }

    fn answer(&self, media_type: &str) -> ResponseTemplate {
        ResponseTemplate::new(200).set_body_raw(self.body.clone(), media_type)
    }

    fn at(&self, kind: &str) -> String {
        format!("/v2/acme/widget/{kind}/{}", self.digest)
    }
}

fn config(labels: &Value) -> Blob {
    Blob::new(&json!({
        "architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []},
        "config": {"Env": ["PATH=/bin"], "Cmd": ["widget"], "Labels": labels}
    }))
}

fn named(name: &str) -> Blob {
    config(&json!({"io.modelcontextprotocol.server.name": name, "maintainer": "acme"}))
}

fn manifest(config: &Blob, media_type: &str) -> Blob {
    Blob::new(&json!({
        "schemaVersion": 2, "mediaType": media_type, "layers": [{"digest": "sha256:x", "size": 1}],
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config.digest, "size": 1}
    }))
}

fn index(children: &[(&Blob, Value)]) -> Blob {
    let manifests: Vec<Value> = children
        .iter()
        .map(|(child, platform)| json!({"mediaType": MANIFEST_TYPE, "digest": child.digest, "platform": platform}))
        .collect();
    Blob::new(&json!({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": manifests}))
}

fn widget() -> Package {
    package("oci", "ghcr.io/acme/widget:1.2.0", "")
}

fn challenge(realm: &str) -> ResponseTemplate {
    let value = format!(r#"Bearer realm="{realm}",service="ghcr.io",scope="repository:acme/widget:pull""#);
    world::status(401).insert_header("www-authenticate", value.as_str())
}

async fn ghcr() -> (World, MockServer) {
    let mut world = World::default();
    let server = world.host("ghcr.io").await;
    (world, server)
}

/// A registry that needs no token, with an image.
async fn with_image(image: &Blob, config: &Blob) -> (World, MockServer) {
    let (world, server) = ghcr().await;
    get(&server, MANIFEST, image.answer(MANIFEST_TYPE)).await;
    get(&server, &config.at("blobs"), config.answer("application/octet-stream")).await;
    (world, server)
}

fn mirror(server: &MockServer) -> Hosts {
    Hosts { oci: Some(vec![format!("ghcr.io={}", server.uri()).parse().unwrap()]), ..Hosts::default() }
}

#[tokio::test]
async fn an_image_behind_a_token_and_a_blob_behind_a_redirect() {
    let (mut world, server) = ghcr().await;
    let store = world.host("pkg-containers.githubusercontent.com").await;
    let config = named(NAME);
    let image = manifest(&config, MANIFEST_TYPE);
    Mock::given(method("GET"))
        .and(path("/token"))
        .and(query_param("service", "ghcr.io"))
        .and(query_param("scope", "repository:acme/widget:pull"))
        .respond_with(world::json(json!({"token": "anonymous"})))
        .expect(1)
        .mount(&server)
        .await;
    let bearer = || header("authorization", "Bearer anonymous");
    Mock::given(path(MANIFEST)).and(bearer()).respond_with(image.answer(MANIFEST_TYPE)).expect(1).mount(&server).await;
    let moved = world::found("https://pkg-containers.githubusercontent.com/blob?sig=x");
    Mock::given(path(config.at("blobs"))).and(bearer()).respond_with(moved).expect(1).mount(&server).await;
    get(&server, MANIFEST, challenge("https://ghcr.io/token")).await;
    get(&store, "/blob", config.answer("application/octet-stream")).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));
    let requests = store.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    assert!(!requests[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn an_image_of_docker_hub_for_many_platforms() {
    let mut world = World::default();
    let (api, auth) = (world.host("registry-1.docker.io").await, world.host("auth.docker.io").await);
    let (wrong, right) = (named("io.github.acme/arm"), named(NAME));
    let (arm, amd) = (manifest(&wrong, DOCKER_MANIFEST_TYPE), manifest(&right, DOCKER_MANIFEST_TYPE));
    let children = [
        (&arm, json!({"architecture": "arm64", "os": "linux", "variant": "v8"})),
        (&amd, json!({"architecture": "amd64", "os": "linux"})),
        (&arm, json!({"architecture": "unknown", "os": "unknown"})),
    ];
    let list = index(&children);
    let token = world::json(json!({"access_token": "t", "expires_in": 300}));
    get(&auth, "/token", token).await;
    let bearer = || header("authorization", "Bearer t");
    for (at, answer) in [
        ("/v2/acme/widget/manifests/latest".to_owned(), list.answer(DOCKER_INDEX_TYPE)),
        (amd.at("manifests"), amd.answer(DOCKER_MANIFEST_TYPE)),
        (right.at("blobs"), right.answer("application/octet-stream")),
    ] {
        Mock::given(path(at)).and(bearer()).respond_with(answer).mount(&api).await;
    }
    Mock::given(method("GET")).respond_with(challenge("https://auth.docker.io/token")).mount(&api).await;
    for id in ["acme/widget", "docker.io/acme/widget:latest", "index.docker.io/acme/widget"] {
        assert_eq!(check(&world.public(), &package("oci", id, "")).await, Ok(()), "{id}");
    }
}

#[tokio::test]
async fn an_image_that_has_no_child_for_the_platform() {
    let image = manifest(&named(NAME), MANIFEST_TYPE);
    let (world, server) = ghcr().await;
    let list = index(&[(&image, json!({"architecture": "arm64", "os": "linux"}))]);
    get(&server, MANIFEST, list.answer(INDEX_TYPE)).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "failed to fetch OCI image: no child with platform linux/amd64 in index ghcr.io/acme/widget:1.2.0"
    );
    server.reset().await;
    let nested = index(&[(&list, Value::Null)]);
    get(&server, MANIFEST, nested.answer(INDEX_TYPE)).await;
    get(&server, &list.at("manifests"), list.answer(INDEX_TYPE)).await;
    assert_eq!(refused(&world.public(), &widget()).await, "failed to fetch OCI image: an index leads to another index");
}

#[tokio::test]
async fn labels_that_do_not_name_the_server() {
    let missing = "OCI image 'ghcr.io/acme/widget:1.2.0' is missing required annotation. Add this to your Dockerfile: \
                   LABEL io.modelcontextprotocol.server.name=\"io.github.acme/widget\"";
    for (config, expected) in [
        (config(&json!({"maintainer": "acme"})), missing),
        (config(&Value::Null), missing),
        (Blob::new(&json!({})), missing),
        (
            named("io.github.Acme/widget"),
            "OCI image ownership validation failed. Expected annotation 'io.modelcontextprotocol.server.name' = \
             'io.github.acme/widget', got 'io.github.Acme/widget'",
        ),
    ] {
        let (world, _server) = with_image(&manifest(&config, MANIFEST_TYPE), &config).await;
        assert_eq!(refused(&world.public(), &widget()).await, expected);
    }
}

#[tokio::test]
async fn fields_and_references_that_are_wrong_need_no_request() {
    let (world, server) = ghcr().await;
    for (package, expected) in [
        (package("oci", "", ""), "package identifier is required for OCI packages"),
        (
            Package { registry_base_url: Some("https://ghcr.io".to_owned()), ..widget() },
            "OCI packages must not have 'registryBaseUrl' field - use canonical reference in 'identifier' instead (e.g., \
             'docker.io/owner/image:1.0.0')",
        ),
        (
            package("oci", "ghcr.io/acme/widget", "1.2.0"),
            "OCI packages must not have 'version' field - include version in 'identifier' instead (e.g., \
             'docker.io/owner/image:1.0.0')",
        ),
        (Package { file_sha256: Some("0".repeat(64)), ..widget() }, "OCI packages must not have 'fileSha256' field"),
        (package("oci", "gcr.io/acme/widget:1", ""), "unsupported OCI registry: gcr.io"),
        (package("oci", "127.0.0.1:5000/acme/widget", ""), "unsupported OCI registry: 127.0.0.1:5000"),
        (
            package("oci", "ghcr.io/Acme/widget", ""),
            "invalid OCI reference: could not parse reference: ghcr.io/Acme/widget",
        ),
    ] {
        assert_eq!(refused(&world.public(), &package).await, expected);
    }
    assert_eq!(world::asked(&server).await, 0);
}

#[tokio::test]
async fn a_reference_by_digest_is_held_to_it() {
    let config = named(NAME);
    let image = manifest(&config, MANIFEST_TYPE);
    let pinned = package("oci", &format!("ghcr.io/acme/widget:9.9.9@{}", image.digest), "");
    let (world, server) = with_image(&image, &config).await;
    get(&server, &image.at("manifests"), image.answer(MANIFEST_TYPE)).await;
    assert_eq!(check(&world.public(), &pinned).await, Ok(()));

    let other = manifest(&named("io.github.acme/other"), MANIFEST_TYPE);
    server.reset().await;
    get(&server, &image.at("manifests"), other.answer(MANIFEST_TYPE)).await;
    assert_eq!(
        refused(&world.public(), &pinned).await,
        format!("failed to fetch OCI image: the content has digest {}, expected {}", other.digest, image.digest)
    );
}

#[tokio::test]
async fn content_that_is_not_what_the_digest_says() {
    let (config, other) = (named(NAME), named("io.github.acme/other"));
    let image = manifest(&other, MANIFEST_TYPE);
    let (world, server) = ghcr().await;
    get(&server, MANIFEST, image.answer(MANIFEST_TYPE)).await;
    get(&server, &other.at("blobs"), config.answer("application/octet-stream")).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        format!("failed to get image config: the content has digest {}, expected {}", config.digest, other.digest)
    );
    server.reset().await;
    let (right, wrong) = (manifest(&config, MANIFEST_TYPE), manifest(&other, MANIFEST_TYPE));
    let list = index(&[(&right, json!({"architecture": "amd64", "os": "linux"}))]);
    get(&server, MANIFEST, list.answer(INDEX_TYPE)).await;
    get(&server, &right.at("manifests"), wrong.answer(MANIFEST_TYPE)).await;
    let reason = refused(&world.public(), &widget()).await;
    assert!(reason.starts_with("failed to fetch OCI image: the content has digest"), "{reason}");
}

#[tokio::test]
async fn private_and_missing_images() {
    let private = "OCI image 'ghcr.io/acme/widget:1.2.0' is private or requires authentication. Only public images are \
                   supported";
    let basic = world::status(401).insert_header("www-authenticate", "Basic realm=\"x\"");
    for (answer, token, expected) in [
        (world::status(401), 200, private),
        (basic, 200, private),
        (challenge("https://ghcr.io/token"), 200, private),
        (challenge("https://ghcr.io/token"), 401, private),
        (challenge("https://ghcr.io/token"), 403, private),
        (world::status(403), 200, private),
        (world::status(404), 200, "OCI image 'ghcr.io/acme/widget:1.2.0' does not exist in the registry"),
        (world::status(418), 200, "failed to fetch OCI image: the registry answered with status 418"),
    ] {
        let (world, server) = ghcr().await;
        get(&server, MANIFEST, answer).await;
        let body = json!({"token": "t"});
        get(&server, "/token", ResponseTemplate::new(token).set_body_json(body)).await;
        assert_eq!(refused(&world.public(), &widget()).await, expected);
    }
}

#[tokio::test]
async fn busy_and_broken() {
    let config = named(NAME);
    let image = manifest(&config, MANIFEST_TYPE);
    let (world, server) = ghcr().await;
    at_first(&server, MANIFEST, 1, world::status(429).insert_header("retry-after", "0")).await;
    at_first(&server, MANIFEST, 1, challenge("https://ghcr.io/token")).await;
    at_first(&server, "/token", 1, world::status(503)).await;
    get(&server, MANIFEST, image.answer(MANIFEST_TYPE)).await;
    at_first(&server, &config.at("blobs"), 1, world::status(500)).await;
    get(&server, &config.at("blobs"), config.answer("application/octet-stream")).await;
    assert_eq!(check(&world.public(), &widget()).await, Ok(()));
    for (code, expected) in [
        (
            429,
            "OCI registry rate-limited the request for image 'ghcr.io/acme/widget:1.2.0' (status: 429). Likely transient, \
             retry later",
        ),
        (
            502,
            "OCI registry error fetching image 'ghcr.io/acme/widget:1.2.0' (status: 502). Likely transient, retry later",
        ),
    ] {
        server.reset().await;
        get(&server, MANIFEST, world::status(code)).await;
        assert_eq!(refused_for_now(&world.hasty(), &widget()).await, expected);
    }
    server.reset().await;
    get(&server, MANIFEST, world::status(200).set_delay(LONG)).await;
    let ownership = Ownership::with(world.settings(Hosts::default(), SHORT)).unwrap();
    assert_eq!(
        refused_for_now(&ownership, &widget()).await,
        "OCI image validation timed out after 2 seconds for 'ghcr.io/acme/widget:1.2.0'. The registry may be slow or \
         unreachable"
    );
}

#[tokio::test]
async fn documents_that_cannot_be_read() {
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(4 * 1024 * 1024));
    for (answer, expected) in [
        (world::text("<html>"), "failed to fetch OCI image: expected value at line 1 column 1"),
        (
            world::json(json!({"schemaVersion": 1})),
            "failed to fetch OCI image: unsupported media type 'application/json'",
        ),
        (
            world::json(json!({"mediaType": MANIFEST_TYPE, "config": {"digest": "../../secret"}})),
            "failed to fetch OCI image: expected a sha256 digest, got '../../secret'",
        ),
        (
            world::json(json!({"mediaType": MANIFEST_TYPE})),
            "failed to fetch OCI image: missing field `config` at line 1 column 58",
        ),
        (world::text(large), "failed to fetch OCI image: the answer is larger than 4194304 bytes"),
    ] {
        let (world, server) = ghcr().await;
        get(&server, MANIFEST, answer).await;
        assert_eq!(refused(&world.public(), &widget()).await, expected);
    }
    let (world, server) = ghcr().await;
    let list = json!({"mediaType": INDEX_TYPE, "manifests": [{"digest": "../../x", "platform": null}]});
    get(&server, MANIFEST, world::json(list)).await;
    assert_eq!(
        refused(&world.public(), &widget()).await,
        "failed to fetch OCI image: expected a sha256 digest, got '../../x'"
    );
    assert_eq!(world::asked(&server).await, 1);
}

#[tokio::test]
async fn tokens_that_cannot_be_used() {
    for (answer, expected) in [
        (
            world::text("<html>"),
            "failed to fetch OCI image: the token cannot be read: expected value at line 1 column 1",
        ),
        (world::json(json!({})), "failed to fetch OCI image: the registry gave no token"),
        (world::json(json!({"token": "a\r\nb"})), "failed to fetch OCI image: the registry gave no token"),
        (world::text(" ".repeat(256 * 1024 + 1)), "failed to fetch OCI image: the answer is larger than 262144 bytes"),
    ] {
        let (world, server) = ghcr().await;
        get(&server, MANIFEST, challenge("https://ghcr.io/token")).await;
        get(&server, "/token", answer).await;
        assert_eq!(refused(&world.public(), &widget()).await, expected);
    }
}

#[tokio::test]
async fn a_registry_must_not_lead_to_a_private_host() {
    let (server, private) = (MockServer::start().await, MockServer::start().await);
    let port = private.address().port();
    let ownership = Ownership::with(world::quick(mirror(&server), LONG)).unwrap();
    for (target, expected) in [
        (format!("https://localhost:{port}/token"), "refusing localhost, which is not at a public address"),
        (format!("https://127.0.0.1:{port}/token"), "refusing 127.0.0.1, which is not at a public address"),
        ("https://[fd00:ec2::254]/token".to_owned(), "refusing [fd00:ec2::254], which is not at a public address"),
        ("http://auth.example/token".to_owned(), "refusing http://auth.example, which is no plain https URL"),
        ("file:///etc/passwd".to_owned(), "refusing null, which is no plain https URL"),
    ] {
        let expected = format!("failed to fetch OCI image: {expected}");
        server.reset().await;
        get(&server, MANIFEST, challenge(&target)).await;
        assert_eq!(refused(&ownership, &widget()).await, expected);
        server.reset().await;
        get(&server, MANIFEST, world::found(&target)).await;
        assert_eq!(refused(&ownership, &widget()).await, expected);
    }
    assert_eq!(world::asked(&private).await, 0);
}

#[tokio::test]
async fn a_foreign_host_must_not_lead_back_to_the_operators() {
    let mut world = World::default();
    let foreign = world.host("foreign.example").await;
    let server = MockServer::start().await;
    get(&server, MANIFEST, world::found("https://foreign.example/away")).await;
    get(&foreign, "/away", world::found(&format!("{}/internal", server.uri()))).await;
    let ownership = Ownership::with(world.settings(mirror(&server), LONG)).unwrap();
    assert_eq!(
        refused(&ownership, &widget()).await,
        format!("failed to fetch OCI image: refusing {}, which is no plain https URL", server.uri())
    );
    assert_eq!(world::asked(&server).await, 1);
}

#[tokio::test]
async fn a_mirror_of_the_operator_with_its_own_tokens() {
    let server = MockServer::start().await;
    let config = named(NAME);
    let image = manifest(&config, MANIFEST_TYPE);
    at_first(&server, MANIFEST, 1, challenge(&format!("{}/token", server.uri()))).await;
    get(&server, "/token", world::json(json!({"token": "t"}))).await;
    get(&server, MANIFEST, image.answer(MANIFEST_TYPE)).await;
    get(&server, &config.at("blobs"), config.answer("application/octet-stream")).await;
    let ownership = Ownership::with(world::quick(mirror(&server), LONG)).unwrap();
    assert_eq!(check(&ownership, &widget()).await, Ok(()));
    let other = package("oci", "quay.io/acme/widget", "");
    assert_eq!(refused(&ownership, &other).await, "unsupported OCI registry: quay.io");
}

#[tokio::test]
async fn a_token_service_that_the_operator_named_too() {
    let (server, auth) = (MockServer::start().await, MockServer::start().await);
    get(&server, MANIFEST, challenge(&format!("{}/token", auth.uri()))).await;
    get(&auth, "/token", world::status(403)).await;
    let hosts = [format!("ghcr.io={}", server.uri()), format!("auth.corp={}", auth.uri())];
    let hosts = Hosts { oci: Some(hosts.iter().map(|host| host.parse().unwrap()).collect()), ..Hosts::default() };
    let ownership = Ownership::with(world::quick(hosts, LONG)).unwrap();
    assert!(refused(&ownership, &widget()).await.contains("is private or requires authentication"));
    assert_eq!(world::asked(&auth).await, 1);

    let ownership = Ownership::with(world::quick(mirror(&server), LONG)).unwrap();
    assert!(refused(&ownership, &widget()).await.ends_with("which is no plain https URL"));
    assert_eq!(world::asked(&auth).await, 1);
}

#[tokio::test]
async fn a_registry_that_is_not_there() {
    let ownership = Ownership::with(World::default().settings(Hosts::default(), SHORT)).unwrap();
    assert_eq!(refused_for_now(&ownership, &widget()).await, "failed to fetch OCI image: no such host");
}
