//! Whoever stands in the network: each attack is refused, and changes nothing in the directory.

use std::io::Write;
use std::sync::Arc;

use axum::body::Bytes;
use berth_mirror::{MirrorError, Trust};
use berth_tests::{Version, signing_keys};
use http::StatusCode;
use registry::snapshot::Seal;
use registry_auth::SigningKeys;
use serde_json::Value;

use crate::upstream::{Instead, Upstream, files};

const SNAPSHOT: &str = "/v0.1/x/dev.berth/snapshot";

fn foreign_keys() -> SigningKeys {
    "c8".repeat(32).parse().unwrap()
}

async fn upstream() -> Upstream {
    let upstream = Upstream::new().await;
    upstream.registry.put(&[Version::new("a.b/one", "1.0.0"), Version::new("a.b/two", "1.0.0")]).await;
    upstream.snapshot().await;
    upstream
}

/// A document that says something else, signed.
fn forged(body: &Bytes, keys: &SigningKeys, change: impl FnOnce(&mut Value)) -> Bytes {
    let mut document: Value = serde_json::from_slice(body).unwrap();
    document.as_object_mut().unwrap().remove("signature");
    change(&mut document);
    let signature = keys.seal(&document.to_string()).unwrap();
    document["signature"] = signature.into();
    document.to_string().into()
}

fn on(path: &'static str, change: impl Fn(&Bytes) -> Bytes + Send + Sync + 'static) -> Option<Instead> {
    Some(Arc::new(move |asked, body| asked.starts_with(path).then(|| (StatusCode::OK, change(body)))))
}

/// Runs an attack on a mirror that is full, and on one that is empty. The registry moves on before, so that there is something
/// to take.
async fn refused(attack: impl Fn() -> Option<Instead>, is_expected: impl Fn(&MirrorError) -> bool) {
    let upstream = upstream().await;
    let (full, empty) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    upstream.update(full.path()).await.unwrap();
    upstream.registry.put(&[Version::new("a.b/three", "1.0.0")]).await;
    upstream.registry.sync.rebuild().await.unwrap();
    let before = files(full.path());
    upstream.instead(attack());
    for dir in [full.path(), empty.path()] {
        let error = upstream.update(dir).await.unwrap_err();
        println!("{error}");
        assert!(is_expected(&error), "{error:?}");
    }
    assert_eq!(files(full.path()), before);
    let left = files(empty.path());
    assert!(
        left.keys().all(|name| name == ".well-known/jwks.json" || name.starts_with("changes/")),
        "{:?}",
        left.keys()
    );
    upstream.instead(None);
    for dir in [full.path(), empty.path()] {
        upstream.update(dir).await.unwrap();
        assert_eq!(std::fs::read(dir.join("v0.1/servers")).unwrap(), upstream.list().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_another_byte() {
    let change = |body: &Bytes| {
        let mut bytes = body.to_vec();
        let at = bytes.len() - 20;
        bytes[at] ^= 1;
        bytes.into()
    };
    refused(|| on("/exports/", change), |error| matches!(error, MirrorError::Tampered { .. })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_with_another_byte() {
    let upstream = upstream().await;
    let dir = tempfile::tempdir().unwrap();
    upstream.update(dir.path()).await.unwrap();
    upstream.registry.put(&[Version::new("a.b/three", "1.0.0")]).await;
    upstream.snapshot().await;
    let before = files(dir.path());
    upstream.instead(on("/changes/", |body| packed(&vec![b'x'; body.len()], body.len())));
    let error = upstream.update(dir.path()).await.unwrap_err();
    assert!(
        matches!(error, MirrorError::Tampered { .. } | MirrorError::TooLarge { .. } | MirrorError::Unavailable { .. }),
        "{error}"
    );
    assert_eq!(files(dir.path()), before);
    upstream.instead(None);
    upstream.update(dir.path()).await.unwrap();
    assert_eq!(std::fs::read(dir.path().join("v0.1/servers")).unwrap(), upstream.list().await);
}

/// Another content of the right size.
fn packed(content: &[u8], size: usize) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    let mut bytes = encoder.finish().unwrap();
    bytes.resize(size, 0);
    bytes.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_file_of_the_right_size() {
    refused(
        || on("/exports/", |body| packed(b"{}\n", body.len())),
        |error| matches!(error, MirrorError::Tampered { .. }),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_long() {
    let longer = |body: &Bytes| [body, &b"more"[..]].concat().into();
    refused(|| on("/exports/", longer), |error| matches!(error, MirrorError::TooLarge { .. })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_short() {
    let shorter = |body: &Bytes| body.slice(..body.len() - 1);
    refused(|| on("/exports/", shorter), |error| matches!(error, MirrorError::Unavailable { .. })).await;
}

/// It is announced as what it is not, by whoever has the keys: still no more is unpacked than was announced.
#[tokio::test(flavor = "multi_thread")]
async fn a_bomb() {
    let bomb = Arc::new({
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        for _ in 0..64 {
            encoder.write_all(&vec![b' '; 1024 * 1024]).unwrap();
        }
        Bytes::from(encoder.finish().unwrap())
    });
    let attack = move || -> Option<Instead> {
        let bomb = Arc::clone(&bomb);
        Some(Arc::new(move |asked, body| {
            if asked.starts_with("/exports/") {
                return Some((StatusCode::OK, Bytes::clone(&bomb)));
            }
            asked.starts_with(SNAPSHOT).then(|| {
                let bytes = bomb.len();
                let announce = |document: &mut Value| {
                    for export in document["exports"].as_array_mut().unwrap() {
                        export["bytes"] = bytes.into();
                    }
                };
                (StatusCode::OK, forged(body, &signing_keys(), announce))
            })
        }))
    };
    refused(attack, |error| matches!(error, MirrorError::Tampered { reason, .. } if reason.contains("more than")))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_beyond_all_limits() {
    let announce = |document: &mut Value| {
        for export in document["exports"].as_array_mut().unwrap() {
            export["size"] = u64::MAX.into();
        }
    };
    refused(
        || on(SNAPSHOT, move |body| forged(body, &signing_keys(), announce)),
        |error| matches!(error, MirrorError::TooLarge { .. }),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_does_not_end() {
    refused(
        || on(SNAPSHOT, |body| [body, vec![b' '; 2 * 1024 * 1024].as_slice()].concat().into()),
        |error| matches!(error, MirrorError::TooLarge { .. }),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_says_other_than_its_signature() {
    let change = |body: &Bytes| {
        let mut document: Value = serde_json::from_slice(body).unwrap();
        document["serial"] = (document["serial"].as_u64().unwrap() + 1).into();
        document.to_string().into()
    };
    refused(|| on(SNAPSHOT, change), |error| matches!(error, MirrorError::Signature(_))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_with_another_byte() {
    let change = |body: &Bytes| {
        let mut document: Value = serde_json::from_slice(body).unwrap();
        let mut signature = document["signature"].as_str().unwrap().to_owned();
        let at = signature.len() - 10;
        let other = if &signature[at..=at] == "A" { "B" } else { "A" };
        signature.replace_range(at..=at, other);
        document["signature"] = signature.into();
        document.to_string().into()
    };
    refused(|| on(SNAPSHOT, change), |error| matches!(error, MirrorError::Signature(_))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_key() {
    refused(
        || on(SNAPSHOT, |body| forged(body, &foreign_keys(), |_| ())),
        |error| matches!(error, MirrorError::UnknownKey(_)),
    )
    .await;
}

/// Whoever takes the signature away is not taken for a registry that signs nothing, not even where that is allowed.
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_is_taken_away() {
    let change = |body: &Bytes| {
        let mut document: Value = serde_json::from_slice(body).unwrap();
        document.as_object_mut().unwrap().remove("signature");
        document.to_string().into()
    };
    refused(|| on(SNAPSHOT, change), |error| matches!(error, MirrorError::Unsigned { .. })).await;
    let (upstream, dir) = (upstream().await, tempfile::tempdir().unwrap());
    upstream.update(dir.path()).await.unwrap();
    upstream.registry.put(&[Version::new("a.b/three", "1.0.0")]).await;
    upstream.snapshot().await;
    upstream.instead(on(SNAPSHOT, change));
    let allow = || Trust { allow_unsigned: true, ..Trust::default() };
    let error = upstream.try_mirror(dir.path(), allow()).unwrap().update().await.unwrap_err();
    assert!(matches!(error, MirrorError::Unsigned { was_signed: true }), "{error}");
    let new = tempfile::tempdir().unwrap();
    upstream.try_mirror(new.path(), allow()).unwrap().update().await.unwrap();
    assert_eq!(std::fs::read(new.path().join("v0.1/servers")).unwrap(), upstream.list().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_lead_out_of_the_directory() {
    for key in [
        "../../../../tmp/berth-escaped",
        "/tmp/berth-escaped",
        "mirror/state.json",
        "v0.1/servers",
        "exports/../mirror/state.json",
        ".well-known/jwks.json",
        "exports/x/servers.ndjson.gz",
    ] {
        let name = move |document: &mut Value| {
            for export in document["exports"].as_array_mut().unwrap() {
                export["key"] = key.into();
            }
        };
        refused(
            || on(SNAPSHOT, move |body| forged(body, &signing_keys(), name)),
            |error| matches!(error, MirrorError::Malformed { .. }),
        )
        .await;
    }
}

/// An old document, signed well, is no newer one, wherever it comes from.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_document() {
    let (upstream, dir) = (upstream().await, tempfile::tempdir().unwrap());
    let old = upstream.registry.client().get(SNAPSHOT).await.body;
    upstream.registry.put(&[Version::new("a.b/three", "1.0.0")]).await;
    upstream.snapshot().await;
    upstream.update(dir.path()).await.unwrap();
    upstream.registry.put(&[Version::new("a.b/four", "1.0.0")]).await;
    upstream.snapshot().await;
    let before = files(dir.path());
    upstream.instead(on(SNAPSHOT, move |_| old.clone()));
    let error = upstream.update(dir.path()).await.unwrap_err();
    assert!(matches!(error, MirrorError::RolledBack { known: 3, found: 2 }), "{error}");
    assert_eq!(files(dir.path()), before);
    upstream.instead(None);
    upstream.update(dir.path()).await.unwrap();
}

/// A registry that was restored from a backup has less than the mirror.
#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_was_restored() {
    let (one, other) = (upstream().await, upstream().await);
    let dir = tempfile::tempdir().unwrap();
    one.registry.put(&[Version::new("a.b/three", "1.0.0"), Version::new("a.b/four", "1.0.0")]).await;
    one.update(dir.path()).await.unwrap();
    let before = files(dir.path());
    let client = other.registry.client();
    let answers: Vec<(String, Bytes, u16)> = {
        let mut answers = Vec::new();
        for path in [SNAPSHOT, "/v0.1/x/dev.berth/changes?since=4&limit=1000"] {
            let answer = client.get(path).await;
            answers.push((path.to_owned(), answer.body, answer.status));
        }
        answers
    };
    one.instead(Some(Arc::new(move |asked, _| {
        let (_, body, status) = answers.iter().find(|(path, ..)| path == asked)?;
        Some((StatusCode::from_u16(*status).unwrap(), body.clone()))
    })));
    let error = one.update(dir.path()).await.unwrap_err();
    assert!(matches!(error, MirrorError::RolledBack { known: 4, found: 2 }), "{error}");
    assert_eq!(files(dir.path()), before);
}

/// Changes that were answered, and that the registry does not sign afterwards, were somebody else's: what is signed counts.
#[tokio::test(flavor = "multi_thread")]
async fn changes_that_nobody_signs_afterwards() {
    let (upstream, dir) = (upstream().await, tempfile::tempdir().unwrap());
    upstream.update(dir.path()).await.unwrap();
    upstream.registry.put(&[Version::new("a.b/three", "1.0.0").description("true")]).await;
    upstream.instead(on("/v0.1/x/dev.berth/changes", |body| {
        String::from_utf8(body.to_vec()).unwrap().replace("true\"", "lies\"").into()
    }));
    upstream.update(dir.path()).await.unwrap();
    let served = crate::served::Served::start(dir.path()).await;
    let path = "/v0.1/servers/a.b%2Fthree/versions/1.0.0";
    assert!(String::from_utf8_lossy(&served.get(path).await.1).contains("lies"));
    upstream.instead(None);
    upstream.snapshot().await;
    let report = upstream.update(dir.path()).await.unwrap();
    assert!(report.replaced, "{report:?}");
    assert_eq!(std::fs::read(dir.path().join("v0.1/servers")).unwrap(), upstream.list().await);
    let start = std::time::Instant::now();
    while String::from_utf8_lossy(&served.get(path).await.1).contains("lies") {
        assert!(start.elapsed() < std::time::Duration::from_secs(60), "the old history is still served");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(served.get(path).await.1, upstream.registry.client().get(path).await.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_has_one_registry_and_one_writer() {
    let (one, other) = (upstream().await, upstream().await);
    let dir = tempfile::tempdir().unwrap();
    let mirror = one.mirror(dir.path());
    let second = one.try_mirror(dir.path(), Trust::default()).err().unwrap();
    assert!(matches!(second, MirrorError::InUse(_)), "{second}");
    drop(mirror);
    let error = other.try_mirror(dir.path(), Trust::default()).err().unwrap();
    assert!(matches!(error, MirrorError::OtherRegistry { .. }), "{error}");
}
