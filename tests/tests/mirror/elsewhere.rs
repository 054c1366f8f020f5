//! Mirrors of mirrors.

use std::process::{Child, Command, Stdio};

use berth_mirror::Trust;
use berth_tests::Version;
use registry::model::Status;

use crate::served::Served;
use crate::upstream::{Upstream, files, open};

async fn upstream() -> Upstream {
    let upstream = Upstream::new().await;
    let versions: Vec<Version> =
        (0..40).map(|number| Version::new(&format!("a.b/server-{}", number % 13), &format!("1.{number}.0"))).collect();
    upstream.registry.put(&versions).await;
    upstream.snapshot().await;
    upstream.registry.put(&[versions[3].clone().status(Status::Deleted)]).await;
    upstream.registry.put(&[Version::new("a.b/late", "1.0.0")]).await;
    upstream.snapshot().await;
    upstream
}

/// `python3 -m http.server`, which knows nothing of registries.
struct Static(Child, String);

impl Static {
    fn start(directory: &std::path::Path) -> Option<Self> {
        use std::io::{BufRead, BufReader};
        let mut child = Command::new("python3")
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"])
            .current_dir(directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| println!("skipped: python3 cannot be run: {error}"))
            .ok()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split(['(', ')']).find(|part| part.starts_with("http://")).unwrap_or_else(|| panic!("{line}"));
        let url = url.trim_end_matches('/').to_owned();
        Some(Self(child, url))
    }
}

impl Drop for Static {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_static_server_is_a_registry_to_mirrors() {
    let upstream = upstream().await;
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    upstream.update(first.path()).await.unwrap();
    let Some(server) = Static::start(first.path()) else { return };
    let report = open(second.path(), &server.1, Trust::default()).unwrap().update().await.unwrap();
    assert_eq!(report.serial, upstream.registry.serial().await.0);
    assert_eq!(files(second.path()), files(first.path()));
    upstream.registry.put(&[Version::new("a.b/later", "1.0.0")]).await;
    upstream.snapshot().await;
    upstream.update(first.path()).await.unwrap();
    open(second.path(), &server.1, Trust::default()).unwrap().update().await.unwrap();
    assert_eq!(std::fs::read(second.path().join("v0.1/servers")).unwrap(), upstream.list().await);
}

/// A mirror hands on changes that no snapshot has yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_is_served_is_a_registry_to_mirrors() {
    let upstream = upstream().await;
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    upstream.update(first.path()).await.unwrap();
    let served = Served::start(first.path()).await;
    let mut mirror = open(second.path(), &served.url, Trust::default()).unwrap();
    mirror.update().await.unwrap();
    upstream.registry.put(&[Version::new("a.b/later", "1.0.0")]).await;
    upstream.update(first.path()).await.unwrap();
    mirror.poll().await.unwrap();
    assert_eq!(mirror.serial(), upstream.registry.serial().await.0);
    mirror.write_list().await.unwrap();
    assert_eq!(std::fs::read(second.path().join("v0.1/servers")).unwrap(), upstream.list().await);
}

/// One conditional request and no body when nothing is new, and the size of what is new when something is.
#[tokio::test(flavor = "multi_thread")]
async fn a_poll_costs_what_changed() {
    let upstream = upstream().await;
    let dir = tempfile::tempdir().unwrap();
    let mut mirror = upstream.mirror(dir.path());
    mirror.update().await.unwrap();
    assert!(!mirror.poll().await.unwrap());
    upstream.asked();
    assert!(!mirror.poll().await.unwrap());
    let serial = upstream.registry.serial().await;
    assert_eq!(upstream.asked(), [format!("/v0.1/x/dev.berth/changes?since={serial}&limit=1000")]);
    upstream.registry.put(&[Version::new("a.b/later", "1.0.0")]).await;
    assert!(mirror.poll().await.unwrap());
    assert_eq!(upstream.asked().len(), 1);
}

/// A download that breaks off is gone on with, by the next process too.
#[tokio::test(flavor = "multi_thread")]
async fn a_download_goes_on() {
    let upstream = upstream().await;
    let dir = tempfile::tempdir().unwrap();
    let body =
        String::from_utf8(upstream.registry.client().get("/v0.1/x/dev.berth/snapshot").await.body.to_vec()).unwrap();
    let document: serde_json::Value = serde_json::from_str(&body).unwrap();
    let exports = document["exports"].as_array().unwrap();
    let export = exports.iter().find(|export| export["format"] == "ndjson").unwrap();
    let key = export["key"].as_str().unwrap();
    let whole = upstream.registry.objects().get(key).await;
    let incoming = dir.path().join("mirror/incoming");
    for (there, is_good) in [(&whole[..whole.len() / 2], true), (&[7_u8; 40][..], false), (&whole[..], true)] {
        std::fs::create_dir_all(&incoming).unwrap();
        std::fs::write(incoming.join(key.replace('/', ".")), there).unwrap();
        upstream.asked();
        upstream.update(dir.path()).await.unwrap();
        let asked =
            upstream.asked().iter().filter(|path| path.ends_with(".ndjson.gz") && path.contains("exports")).count();
        assert_eq!(
            asked,
            if there.len() == whole.len() {
                0
            } else if is_good {
                1
            } else {
                2
            }
        );
        assert_eq!(std::fs::read(dir.path().join("v0.1/servers")).unwrap(), upstream.list().await);
        std::fs::remove_dir_all(dir.path().join("exports")).unwrap();
    }
}
