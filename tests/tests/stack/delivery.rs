//! What CloudFront hands out from the buckets: pages, exports, changes and the pointer, and nothing else of a snapshot.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use berth_tests::{Answer, Wire};
use serde_json::Value;

use crate::deployment::Deployment;

#[tokio::test]
async fn pages_and_exports_are_handed_out_as_they_are_in_the_buckets() {
    let Some(deployment) = Deployment::shared().await else { return };
    let data = snapshot(&deployment).await;
    let name = |output: &str| data["names"][output].as_str().unwrap();
    let distribution = Wire::to(&deployment.emulator.endpoint).host(name("DistributionName"));
    let viewer = distribution.clone().header("x-forwarded-proto", "https");

    let page = b"<!doctype html><title>Berth</title>".as_slice();
    let binary: Vec<u8> = (0..=255).collect();
    for (key, content) in [("index.html", page), ("about.html", page), ("assets/a b.bin", &binary)] {
        let content = STANDARD.encode(content);
        deployment.emulator.act(&["put", name("SiteBucketName"), key, &content]).await;
    }
    for (path, kind, content) in [
        ("/", "text/html", page),
        ("/index.html", "text/html", page),
        ("/about.html", "text/html", page),
        ("/assets/a%20b.bin", "application/octet-stream", &binary),
    ] {
        let answer = viewer.get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)), "{path}");
        assert_eq!(answer.body, content, "{path}");
    }
    let answer = distribution.get("/about.html").await;
    let secure = format!("https://{}/about.html", name("DistributionName"));
    assert_eq!((answer.status, answer.header("location")), (301, Some(secure.as_str())));

    let bucket = name("SnapshotBucketName");
    let objects: Vec<&str> = data["objects"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    println!("{objects:?}");
    for prefix in ["pointer.json", "exports/", "changes/", "blocks/", "index/", "search/"] {
        assert!(objects.iter().any(|object| object.starts_with(prefix)), "{prefix}: {objects:?}");
    }
    for object in objects {
        let is_file = object.starts_with("exports/") || object.starts_with("changes/");
        if object == "pointer.json" || is_file {
            is_as_in_the_bucket(&deployment, &viewer, bucket, object).await;
            let page = viewer.send("GET", &format!("/{object}"), &[("origin", "https://page.example")], b"").await;
            assert_eq!(page.header("access-control-allow-origin"), Some("*"), "{object}");
        } else {
            is_missing(&viewer.get(&format!("/{object}")).await, object);
            for detour in ["exports/../", "exports/%2e%2e/", "exports%2F..%2F", "exports/..%2F"] {
                let path = format!("/{detour}{object}");
                is_missing(&viewer.get(&path).await, &path);
            }
        }
    }
    for path in ["/nowhere", "/assets/", "/exports/nothing.json", "/exports/", "/pointer.json/x"] {
        is_missing(&viewer.get(path).await, path);
    }
    // CloudFront takes GET and HEAD for the buckets; the emulator answers any method as if it were GET.
    for method in ["PUT", "POST", "DELETE"] {
        viewer.send(method, "/about.html", &[], b"x").await;
        assert_eq!(viewer.get("/about.html").await.body, page, "{method}");
    }
    for bucket in [bucket, name("SiteBucketName")] {
        cloudfront_may_list(&deployment, bucket).await;
    }
    // The buckets themselves are closed.
    let endpoint = Wire::to(&deployment.emulator.endpoint);
    for path in [format!("/{bucket}/pointer.json"), format!("/{}/index.html", name("SiteBucketName"))] {
        let answer = endpoint.get(&path).await;
        assert_eq!(answer.status, 403, "{path}: {answer:?}");
    }
}

/// What a viewer gets of an object, which is what is in the bucket. The pointer may move in between: other tests publish.
async fn is_as_in_the_bucket(deployment: &Deployment, viewer: &Wire, bucket: &str, object: &str) {
    let mut before = deployment.emulator.act(&["get", bucket, object]).await;
    for _ in 0..60 {
        let answer = viewer.get(&format!("/{object}")).await;
        let after = deployment.emulator.act(&["get", bucket, object]).await;
        if before == after {
            let content = STANDARD.decode(after.as_str().unwrap()).unwrap();
            assert_eq!((answer.status, answer.body.as_ref()), (200, content.as_slice()), "{object}");
            return;
        }
        before = after;
    }
    panic!("{object} does not stop moving");
}

/// The emulator says 403 of whatever is not there. AWS does so only to who may not list the bucket, and else 404: whether
/// CloudFront may, [`cloudfront_may_list`] looks.
fn is_missing(answer: &Answer, path: &str) {
    assert_eq!((answer.status, answer.header("content-type")), (403, Some("application/xml")), "{path}: {answer:?}");
    assert!(answer.text().contains("<Code>AccessDenied</Code>"), "{path}: {answer:?}");
}

async fn cloudfront_may_list(deployment: &Deployment, bucket: &str) {
    let policy = deployment.emulator.act(&["policy", bucket]).await;
    let statements = policy["Statement"].as_array().unwrap();
    let of_cloudfront = statements.iter().filter(|one| one["Principal"]["Service"] == "cloudfront.amazonaws.com");
    let listing: Vec<&Value> = of_cloudfront.filter(|one| one["Action"] == "s3:ListBucket").collect();
    assert_eq!(listing.len(), 1, "{policy}");
    assert_eq!(listing[0]["Resource"], format!("arn:aws:s3:::{bucket}"));
    let source = listing[0]["Condition"]["StringEquals"]["AWS:SourceArn"].as_str().unwrap();
    assert!(source.contains(":distribution/"), "{source}");
}

/// What is in the buckets once the first snapshot is there.
async fn snapshot(deployment: &Deployment) -> Value {
    for _ in 0..120 {
        let data = deployment.data().await;
        if !data["pointer"].is_null() {
            return data;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("no snapshot was published: {}", deployment.data().await);
}
