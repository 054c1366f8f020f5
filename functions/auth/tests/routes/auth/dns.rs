//! `POST /auth/dns`

use std::time::Duration;

use auth::Logins;
use registry_auth::{Action, AuthMethod};
use serde_json::json;

use crate::name_server::{FAILING, NameServer, SILENT};
use crate::registry::{Registry, publishable};
use crate::signer::{Signer, twin};
use crate::table::Table;

const PATH: &str = "/v0/auth/dns";
const NAMES: [&str; 8] = [
    "com.example/x",
    "com.example.api/x",
    "com.example.a.b/x",
    "com.exampleevil/x",
    "com.Example/x",
    "com.other/x",
    "com/x",
    "example.com/x",
];

#[tokio::test]
async fn the_holder_of_a_key_gets_the_namespace_and_those_below() {
    for signer in [Signer::ed25519(), Signer::p384()] {
        let server = NameServer::new(&[("example.com", &signer.record())]).await;
        let registry = Registry::with_dns(server.dns()).await;
        for (path, domain) in [(PATH, "example.com"), ("/v0.1/auth/dns", "Example.COM.")] {
            let claims = registry.granted(path, &signer.login(domain)).await;
            assert_eq!((claims.auth_method, claims.auth_method_sub.as_str()), (AuthMethod::Dns, "example.com"));
            assert_eq!(claims.patterns(Action::Publish), ["com.example/*", "com.example.*"]);
            assert_eq!(publishable(&claims, &NAMES), &NAMES[..3]);
            assert!(claims.patterns(Action::Edit).is_empty());
        }
    }
}

#[tokio::test]
async fn every_record_is_tried() {
    let (stale, fresh, other) = (Signer::ed25519(), Signer::ed25519(), Signer::p384());
    let records = [
        ("example.com", "v=spf1 -all".to_owned()),
        ("example.com", stale.record()),
        ("example.com", "v=MCPv1; k=rsa; p=AAAA".to_owned()),
        ("example.com", fresh.record()),
        ("example.com", other.record()),
    ];
    let records: Vec<(&str, &str)> = records.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let server = NameServer::new(&records).await;
    let registry = Registry::with_dns(server.dns()).await;
    registry.granted(PATH, &fresh.login("example.com")).await;
    registry.granted(PATH, &other.login("example.com")).await;
}

#[tokio::test]
async fn a_stale_record_is_named_by_its_fingerprint() {
    let (stale, other, fresh) = (Signer::ed25519(), Signer::p384(), Signer::ed25519());
    let server = NameServer::new(&[("example.com", &stale.record()), ("example.com", &other.record())]).await;
    let registry = Registry::with_dns(server.dns()).await;
    let reason = registry.refused(PATH, &fresh.login("example.com")).await;
    assert!(reason.starts_with("signature verification failed: tried "), "{reason}");
    for signer in [&stale, &other] {
        assert!(reason.contains(&signer.fingerprint()), "{reason}");
    }
    assert!(!reason.contains(&fresh.fingerprint()), "{reason}");
    // A signature of the right length by the other algorithm.
    let reason = registry.refused(PATH, &Signer::p384().login("example.com")).await;
    assert!(reason.contains(&other.fingerprint()), "{reason}");
}

#[tokio::test]
async fn the_text_that_was_sent_is_what_was_signed() {
    let signer = Signer::ed25519();
    let server = NameServer::new(&[("example.com", &signer.record())]).await;
    let registry = Registry::with_dns(server.dns()).await;
    let login = signer.login("example.com");
    let time = login["timestamp"].as_str().unwrap();
    let mut same_moment = login.clone();
    same_moment["timestamp"] = json!(time.replace('Z', "+00:00"));
    let reason = registry.refused(PATH, &same_moment).await;
    assert!(reason.starts_with("signature verification failed"), "{reason}");
    registry.granted(PATH, &login).await;
}

#[tokio::test]
async fn times_outside_the_window_are_refused() {
    let signer = Signer::ed25519();
    let server = NameServer::new(&[("example.com", &signer.record())]).await;
    let registry = Registry::with_dns(server.dns()).await;
    for seconds in [-16, -3600, 60, 86400] {
        let reason = registry.refused(PATH, &signer.login_at("example.com", seconds)).await;
        assert_eq!(reason, "timestamp outside valid window (±15 seconds)");
    }
    assert_eq!(server.asked(), 0);
    registry.granted(PATH, &signer.login_at("example.com", -5)).await;
    registry.granted(PATH, &signer.login_at("example.com", 10)).await;
}

#[tokio::test]
async fn a_proof_is_used_once() {
    let (signer, p384) = (Signer::ed25519(), Signer::p384());
    let server = NameServer::new(&[("example.com", &signer.record()), ("example.com", &p384.record())]).await;
    let table = Table::new().await;
    let files = || auth::ProofFiles::new(auth::ProofFiles::options()).unwrap();
    // Two processes on one table.
    let registry = Registry::new(table.tables(), server.dns(), files(), Logins::none());
    let second = Registry::new(table.tables(), server.dns(), files(), Logins::none());
    let used = "this signed timestamp has been used already: sign a fresh one";

    let login = signer.login("example.com");
    registry.granted(PATH, &login).await;
    assert_eq!(registry.refused(PATH, &login).await, used);
    assert_eq!(second.refused("/v0.1/auth/dns", &login).await, used);
    // Other ways to write the same proof.
    let mut written = login.clone();
    written["signed_timestamp"] = json!(login["signed_timestamp"].as_str().unwrap().to_uppercase());
    written["domain"] = json!("EXAMPLE.com.");
    assert_eq!(second.refused(PATH, &written).await, used);

    let login = p384.login("example.com");
    let mut other = login.clone();
    other["signed_timestamp"] = json!(twin(login["signed_timestamp"].as_str().unwrap()));
    assert_ne!(other, login);
    registry.granted(PATH, &other).await;
    assert_eq!(registry.refused(PATH, &login).await, used);

    // The same time signed with the other key is another proof.
    let time = login["timestamp"].as_str().unwrap();
    let both = json!({"domain": "example.com", "timestamp": time, "signed_timestamp": hex::encode(signer.sign(time))});
    registry.granted(PATH, &both).await;
    let now = ::registry::time::Timestamp::now().as_micros() / 1_000_000;
    let proofs = table.proofs().await;
    assert_eq!(proofs.len(), 3);
    assert!(proofs.iter().all(|(_, ttl)| (now + 60..now + 400).contains(ttl)), "{proofs:?}");
}

#[tokio::test]
async fn of_two_uses_at_once_one_is_granted() {
    let signer = Signer::ed25519();
    let server = NameServer::new(&[("example.com", &signer.record())]).await;
    let registry = Registry::with_dns(server.dns()).await;
    let login = signer.login("example.com").to_string();
    let (a, b, c) = tokio::join!(
        registry.post(PATH, login.clone()),
        registry.post(PATH, login.clone()),
        registry.post(PATH, login.clone())
    );
    let mut statuses = [a.status, b.status, c.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401]);
}

#[tokio::test]
async fn a_wrong_signature_does_not_use_a_proof_up() {
    let (signer, stranger) = (Signer::ed25519(), Signer::ed25519());
    let server = NameServer::new(&[("example.com", &signer.record())]).await;
    let registry = Registry::with_dns(server.dns()).await;
    let login = signer.login("example.com");
    let mut wrong = login.clone();
    wrong["signed_timestamp"] = json!(hex::encode(stranger.sign(login["timestamp"].as_str().unwrap())));
    registry.refused(PATH, &wrong).await;
    registry.granted(PATH, &login).await;
}

#[tokio::test]
async fn without_a_table_nobody_gets_a_token() {
    let signer = Signer::ed25519();
    let server = NameServer::new(&[("example.com", &signer.record())]).await;
    let files = auth::ProofFiles::new(auth::ProofFiles::options()).unwrap();
    let registry = Registry::new(Table::at("http://127.0.0.1:9").tables(), server.dns(), files, Logins::none());
    let answer = registry.post(PATH, signer.login("example.com").to_string()).await;
    assert_eq!(answer.status, 503);
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_missing_record_says_where_it_belongs() {
    let signer = Signer::ed25519();
    let record = signer.record();
    let server = NameServer::new(&[
        ("none.com", "v=spf1 -all"),
        ("_mcp-auth.first.com", &record),
        ("_mcp-registry.second.com", &record),
        ("www.below.com", &record),
    ])
    .await;
    let registry = Registry::with_dns(server.dns()).await;
    for domain in ["none.com", "absent.com", "below.com"] {
        let reason = registry.refused(PATH, &signer.login(domain)).await;
        let expected = format!("no MCP public key found in DNS TXT records of {domain}: add one that reads ");
        assert!(reason.starts_with(&expected), "{reason}");
    }
    for (domain, at) in [("first.com", "_mcp-auth.first.com"), ("second.com", "_mcp-registry.second.com")] {
        let reason = registry.refused(PATH, &signer.login(domain)).await;
        let expected = format!(
            "no MCP public key found in DNS TXT records of {domain}, but there is one at {at}: move it to {domain} itself"
        );
        assert_eq!(reason, expected);
    }
}

#[tokio::test]
async fn the_strings_of_a_record_belong_together() {
    let signer = Signer::ed25519();
    let record = signer.record();
    let (head, tail) = record.split_at(20);
    let server = NameServer::new(&[("example.com", &format!("{head}|{tail}"))]).await;
    let registry = Registry::with_dns(server.dns()).await;
    registry.granted(PATH, &signer.login("example.com")).await;
}

#[tokio::test]
async fn an_answer_that_no_packet_holds_is_fetched_by_tcp() {
    let signer = Signer::ed25519();
    let filler: Vec<String> = (0..20).map(|n| format!("{n} {}", "x".repeat(240))).collect();
    let mut records: Vec<(&str, &str)> = filler.iter().map(|text| ("example.com", text.as_str())).collect();
    let record = signer.record();
    records.push(("example.com", &record));
    let server = NameServer::new(&records).await;
    let registry = Registry::with_dns(server.dns()).await;
    registry.granted(PATH, &signer.login("example.com")).await;
}

#[tokio::test]
async fn no_more_records_are_tried_than_the_limit() {
    let signers: Vec<Signer> = (0..40).map(|_| Signer::ed25519()).collect();
    let records: Vec<String> = signers.iter().map(Signer::record).collect();
    let records: Vec<(&str, &str)> = records.iter().map(|text| ("example.com", text.as_str())).collect();
    let server = NameServer::new(&records).await;
    let registry = Registry::with_dns(server.dns()).await;
    let reason = registry.refused(PATH, &Signer::ed25519().login("example.com")).await;
    assert_eq!(reason.matches("ed25519:").count(), ::registry::limits::PROOF_RECORDS, "{reason}");
}

#[tokio::test]
async fn name_servers_that_do_not_answer_are_told_from_missing_records() {
    let signer = Signer::ed25519();
    let server = NameServer::new(&[]).await;
    let registry = Registry::with_dns(server.dns().within(Duration::from_millis(300))).await;
    let reason = registry.refused(PATH, &signer.login(FAILING)).await;
    let expected = "failed to lookup DNS TXT records: the name servers of failing.com answered Server Failure";
    assert_eq!(reason, expected);
    let reason = registry.refused(PATH, &signer.login(SILENT)).await;
    assert_eq!(reason, "failed to lookup DNS TXT records: no answer within 0.3 s");
    // Nobody is responsible for this one.
    let reason = registry.refused(PATH, &signer.login("example.org")).await;
    assert!(
        reason.starts_with("failed to lookup DNS TXT records: the name servers of example.org answered "),
        "{reason}"
    );
}
