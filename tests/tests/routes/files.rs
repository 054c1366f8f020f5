//! `GET /exports/…` and `GET /changes/…`, as CloudFront hands them out in the cloud.

use std::io::Read;

use berth_tests::{Registry, Version};
use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest, Sha256};

async fn registry() -> Registry {
    Registry::with(&[Version::new("io.x/yy", "1.0.0"), Version::new("io.x/zz", "1.0.0")]).await
}

fn plain(encoding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding {
        "gzip" => GzDecoder::new(bytes).read_to_end(&mut plain).unwrap(),
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut plain).unwrap(),
        other => panic!("{other}"),
    };
    plain
}

#[tokio::test]
async fn every_file_of_the_snapshot_is_there_and_is_what_it_says() {
    let registry = registry().await;
    let client = registry.client();
    let snapshot = client.get("/v0.1/x/dev.berth/snapshot").await.ok();
    let files: Vec<&Value> =
        ["exports", "changes"].into_iter().flat_map(|list| snapshot[list].as_array().unwrap()).collect();
    assert_eq!(files.len(), 4);
    for file in files {
        let (path, encoding) = (format!("/{}", file["key"].as_str().unwrap()), file["encoding"].as_str().unwrap());
        // Whatever the client takes: the stored bytes are all there is.
        for accepted in ["identity", "gzip, br", "deflate"] {
            let answer = client.send("GET", &path, &[("accept-encoding", accepted)]).await;
            assert_eq!((answer.status, answer.header("content-encoding")), (200, Some(encoding)), "{path}");
            assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
            let kind = if path.contains(".ndjson.") { "application/x-ndjson" } else { "application/json" };
            assert_eq!(answer.header("content-type"), Some(kind));
            assert_eq!(answer.body.len() as u64, file["bytes"]);
            let plain = plain(encoding, &answer.body);
            assert_eq!(plain.len() as u64, file["size"]);
            assert_eq!(hex::encode(Sha256::digest(&plain)), file["sha256"].as_str().unwrap());
            let held = [("if-none-match", answer.header("etag").unwrap())];
            assert_eq!(client.send("GET", &path, &held).await.status, 304);
        }
        let head = client.send("HEAD", &path, &[]).await;
        assert_eq!((head.status, head.body.len()), (200, 0));
    }
}

#[tokio::test]
async fn no_other_object_is_reached() {
    let registry = registry().await;
    let client = registry.client();
    let keys = registry.objects().keys().await;
    assert!(keys.iter().any(|key| key.starts_with("blocks/")) && keys.iter().any(|key| key == "pointer.json"));
    let export = keys.iter().find(|key| key.starts_with("exports/")).unwrap();
    for key in keys.iter().filter(|key| !key.starts_with("exports/") && !key.starts_with("changes/")) {
        let escaped = key.replace('/', "%2F");
        for path in [
            format!("/{key}"),
            format!("/exports/{key}"),
            format!("/exports/../{key}"),
            format!("/exports/..%2F{escaped}"),
            format!("/exports/%2E%2E/{key}"),
            format!("/exports/%252e%252e%252f{escaped}"),
            format!("/changes/..%5C{escaped}"),
            format!("/changes//{key}"),
            format!("/{export}/../../../{key}"),
            format!("/{export}%2F..%2F..%2F..%2F{escaped}"),
        ] {
            let answer = client.get(&path).await;
            assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        }
    }
    for path in
        ["/exports/", "/changes/x", &format!("/{export}.gz"), &format!("/exports/{}/servers.json.gz", "0".repeat(64))]
    {
        assert_eq!(client.get(path).await.status, 404, "{path}");
    }
    assert_eq!(client.send("PUT", &format!("/{export}"), &[]).await.status, 404);
    assert_eq!(client.send("DELETE", &format!("/{export}"), &[]).await.status, 404);
}
