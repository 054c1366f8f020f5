//! `POST /auth/http` for domains that lead into the network of the registry.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use auth::ProofFiles;

use crate::registry::Registry;
use crate::signer::Signer;
use crate::web_server::{Reply, WebServer};

const PATH: &str = "/v0/auth/http";
const REFUSED: &str = "failed to fetch public key: example.com does not lead to a public address";

/// Public, and assigned to nobody.
fn nowhere() -> SocketAddr {
    "[3f00::1]:443".parse().unwrap()
}

#[tokio::test]
async fn private_addresses_are_never_dialled() {
    let signer = Signer::ed25519();
    let server = WebServer::new(Reply::ok(&signer.record())).await;
    let here = server.address;
    let mapped: SocketAddr = format!("[::ffff:127.0.0.1]:{}", here.port()).parse().unwrap();
    let addresses = |text: &str| text.parse::<SocketAddr>().unwrap();
    for turn in [
        &[here][..],
        &[mapped],
        &[addresses("169.254.169.254:80")],
        &[addresses("10.0.0.1:443")],
        &[addresses("[::1]:443")],
        &[addresses("[fd00:ec2::254]:443")],
        // One private address spoils the others.
        &[nowhere(), here],
        &[here, nowhere()],
    ] {
        let (files, _) = server.guarded(&[turn]);
        let registry = Registry::with_files(files).await;
        assert_eq!(registry.refused(PATH, &signer.login("example.com")).await, REFUSED, "{turn:?}");
    }
    assert_eq!(server.connections(), 0);
    // The same server answers when nothing guards it.
    Registry::with_files(server.files()).await.granted(PATH, &signer.login("example.com")).await;
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_dialled_where_it_was_checked() {
    let signer = Signer::ed25519();
    let server = WebServer::new(Reply::ok(&signer.record())).await;
    let (files, lookups) = server.guarded(&[&[nowhere()], &[server.address]]);
    let registry = Registry::with_files(files).await;
    let reason = registry.refused(PATH, &signer.login("example.com")).await;
    assert!(reason.starts_with("failed to fetch public key: https://example.com/"), "{reason}");
    assert_eq!(lookups.load(Ordering::Relaxed), 1);
    assert_eq!(registry.refused(PATH, &signer.login("example.com")).await, REFUSED);
    assert_eq!((lookups.load(Ordering::Relaxed), server.connections()), (2, 0));
}

/// With the configuration of a function, not of a test.
#[tokio::test]
async fn the_guard_is_on_by_default() {
    let registry = Registry::with_files(ProofFiles::new(ProofFiles::options()).unwrap()).await;
    let reason = registry.refused(PATH, &Signer::ed25519().login("a.localhost")).await;
    assert!(
        reason == "failed to fetch public key: a.localhost does not lead to a public address" || is_unknown(&reason)
    );
}

/// Some systems do not know names below `localhost`.
fn is_unknown(reason: &str) -> bool {
    reason.contains("a.localhost/") && reason.contains("dns error")
}
