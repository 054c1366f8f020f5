//! Keys that are known, replaced, and given.

use std::sync::Arc;

use berth_mirror::{MirrorError, Trust};
use berth_tests::{Version, signing_keys};
use http::StatusCode;
use registry::snapshot::Seal;
use registry_auth::{SigningKeys, VerifyingKeys};
use serde_json::Value;

use crate::upstream::{Upstream, files};

const OLD: &str = "b7";
const NEW: &str = "c8";

fn keys(seeds: &[&str]) -> SigningKeys {
    seeds.iter().map(|seed| seed.repeat(32)).collect::<Vec<_>>().join(",").parse().unwrap()
}

/// The registry signs with the first of these keys and shows all of them.
fn signs_with(upstream: &Upstream, seeds: &[&str]) {
    let keys = keys(seeds);
    upstream.instead(Some(Arc::new(move |asked, body| {
        if asked == "/.well-known/jwks.json" {
            return Some((StatusCode::OK, VerifyingKeys::from(&keys).jwks().into()));
        }
        asked.starts_with("/v0.1/x/dev.berth/snapshot").then(|| {
            let mut document: Value = serde_json::from_slice(body).ok()?;
            document.as_object_mut()?.remove("signature");
            let signature = keys.seal(&document.to_string()).ok()?;
            document["signature"] = signature.into();
            Some((StatusCode::OK, document.to_string().into()))
        })?
    })));
}

async fn upstream() -> Upstream {
    let upstream = Upstream::new().await;
    upstream.registry.put(&[Version::new("a.b/one", "1.0.0")]).await;
    upstream.snapshot().await;
    upstream
}

async fn moves_on(upstream: &Upstream, name: &str) {
    upstream.registry.put(&[Version::new(name, "1.0.0")]).await;
    upstream.snapshot().await;
}

/// Add the new key, let it sign, take the old one away: no mirror that looks once in between needs anybody.
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_changed_in_three_steps() {
    assert_eq!(VerifyingKeys::from(&keys(&[OLD])).jwks(), VerifyingKeys::from(&signing_keys()).jwks());
    for looks in [[true, true, true], [true, false, true], [false, true, true]] {
        let (upstream, dir) = (upstream().await, tempfile::tempdir().unwrap());
        signs_with(&upstream, &[OLD]);
        upstream.update(dir.path()).await.unwrap();
        let steps = [(&[OLD, NEW][..], "a.b/two"), (&[NEW, OLD], "a.b/three"), (&[NEW], "a.b/four")];
        for ((seeds, name), looks) in steps.into_iter().zip(looks) {
            moves_on(&upstream, name).await;
            signs_with(&upstream, seeds);
            if looks {
                upstream.update(dir.path()).await.unwrap();
            }
        }
        let known = std::fs::read(dir.path().join(".well-known/jwks.json")).unwrap();
        assert_eq!(known, VerifyingKeys::from(&keys(&[NEW])).jwks());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_replaced_at_once_need_somebody() {
    let (upstream, dir) = (upstream().await, tempfile::tempdir().unwrap());
    upstream.update(dir.path()).await.unwrap();
    moves_on(&upstream, "a.b/two").await;
    signs_with(&upstream, &[NEW]);
    let before = files(dir.path());
    let error = upstream.update(dir.path()).await.unwrap_err();
    assert!(error.to_string().contains("--accept-new-keys"), "{error}");
    assert_eq!(files(dir.path()), before);
    let accept = Trust { accept_new_keys: true, ..Trust::default() };
    upstream.try_mirror(dir.path(), accept).unwrap().update().await.unwrap();
    moves_on(&upstream, "a.b/three").await;
    upstream.update(dir.path()).await.unwrap();
}

/// Keys that the operator gave are not widened by what the registry shows.
#[tokio::test(flavor = "multi_thread")]
async fn given_keys_are_all_that_count() {
    let (upstream, dir) = (upstream().await, tempfile::tempdir().unwrap());
    let file = dir.path().join("keys.json");
    let given = || Trust { keys: Some(file.clone()), ..Trust::default() };
    let mirror = dir.path().join("mirror-of-it");
    std::fs::write(&file, VerifyingKeys::from(&keys(&[NEW])).jwks()).unwrap();
    let error = upstream.try_mirror(&mirror, given()).unwrap().update().await.unwrap_err();
    assert!(matches!(error, MirrorError::UnknownKey(_)), "{error}");
    std::fs::write(&file, VerifyingKeys::from(&keys(&[OLD])).jwks()).unwrap();
    upstream.try_mirror(&mirror, given()).unwrap().update().await.unwrap();
    moves_on(&upstream, "a.b/two").await;
    signs_with(&upstream, &[NEW, OLD]);
    let error = upstream.try_mirror(&mirror, given()).unwrap().update().await.unwrap_err();
    assert!(matches!(error, MirrorError::UnknownKey(_)), "{error}");
    std::fs::write(&file, b"{}").unwrap();
    let error = upstream.try_mirror(&mirror, given()).err().unwrap();
    assert!(matches!(error, MirrorError::Keys { .. }), "{error}");
}
