//! Claims: made, listed, given up.

use registry::store::{AuditEvent, AuditOutcome};

use crate::registry::{Registry, token};

#[tokio::test]
async fn a_claim_is_made_listed_and_given_up() {
    let registry = Registry::new().await;
    let (me, other) = (token(7), token(8));
    let claim = registry.claim(&me, "Docs.Example.COM.").await.ok();
    assert_eq!(claim["domain"], "docs.example.com");
    assert_eq!(claim["status"], "pending");
    assert_eq!(claim["file"]["url"], "https://docs.example.com/.well-known/mcp-verify");
    assert_eq!(registry.list(&me).await, std::slice::from_ref(&claim));
    assert_eq!(registry.list(&other).await, Vec::<serde_json::Value>::new());
    let again = registry.claim(&me, "docs.example.com").await.ok();
    assert_eq!(again["record"], claim["record"]);

    // Nobody gives up what is another's.
    let said = registry.release(&other, "docs.example.com").await.refused(404, "Domain claim not found");
    assert_eq!(said, ["you have no claim of this domain"]);
    let answer = registry.release(&me, "docs.example.com").await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(registry.list(&me).await, Vec::<serde_json::Value>::new());
    registry.release(&me, "docs.example.com").await.refused(404, "Domain claim not found");

    let trail = registry.trail().await;
    let (me, other) = (Some("github:7".to_owned()), Some("github:8".to_owned()));
    let expected = [
        (AuditEvent::DomainClaim, AuditOutcome::Done, me.clone()),
        (AuditEvent::DomainClaim, AuditOutcome::Done, me.clone()),
        (AuditEvent::DomainRelease, AuditOutcome::Refused, other),
        (AuditEvent::DomainRelease, AuditOutcome::Done, me.clone()),
        (AuditEvent::DomainRelease, AuditOutcome::Refused, me),
    ];
    assert_eq!(trail, expected);
    let record = &registry.table.trail().await[0];
    assert_eq!(record.target.as_deref(), Some("docs.example.com"));
    assert_eq!((record.method.as_deref(), record.address.as_deref()), (Some("github-at"), Some("192.0.2.7")));
    assert!(record.token_id.is_some());
}

#[tokio::test]
async fn what_strangers_share_is_nobodys() {
    let registry = Registry::new().await;
    let me = token(7);
    let refused = async |domain: &str| registry.claim(&me, domain).await.refused(422, "validation failed");
    let said = refused("co.uk").await;
    assert!(said[0].starts_with("co.uk is a public suffix") && said[0].ends_with("such as example.co.uk"), "{said:?}");
    assert!(refused("github.io").await[0].starts_with("github.io is a public suffix"));
    assert!(refused("octocat.github.io").await[0].contains("log in with GitHub"));
    assert!(refused("registry.internal").await[0].contains("which the public suffix list does not know"));
    assert_eq!(refused("com").await, ["invalid domain format"]);
    assert_eq!(registry.table.items().await, []);
    let trail = registry.trail().await;
    assert!(trail.len() == 5 && trail.iter().all(|(_, outcome, _)| *outcome == AuditOutcome::Refused), "{trail:?}");
}

#[tokio::test]
async fn one_domain_has_one_form() {
    let registry = Registry::new().await;
    let me = token(7);
    let said = registry.claim(&me, "bücher.com").await.refused(422, "validation failed");
    assert_eq!(said, ["invalid domain format: write the domain in ASCII, as xn--bcher-kva.com"]);
    let one = registry.claimed(&me, "XN--BCHER-KVA.com").await;
    assert_eq!(registry.claimed(&me, "xn--bcher-kva.com.").await, one);
    // An `xn--` name that is none, and one that would be written in another way.
    for text in ["xn--.com", "xn--a.com", "xn--example-.com"] {
        registry.claim(&me, text).await.refused(422, "validation failed");
    }
    assert_eq!(registry.list(&me).await.len(), 1);
}

/// What is no domain reaches neither the log nor the trail.
#[tokio::test]
async fn no_text_is_taken_for_a_domain() {
    let registry = Registry::new().await;
    let me = token(7);
    let texts = [
        "example.com\n2026-11-21 ERROR you are hacked",
        "example.com\u{1b}[31m",
        "example.com\"} {\"level\":\"error\"",
        "a.com#DOMAINS",
        "../../example.com",
        "example.com/.well-known/other?",
        "user:password@example.com",
        "127.0.0.1",
        "[::1]",
        "169.254.169.254",
        "metadata.google.internal",
    ];
    for text in texts {
        for answer in [registry.claim(&me, text).await, registry.check(&me, text).await] {
            let said = answer.refused(422, "validation failed");
            assert!(!said[0].contains('\n') && !said[0].contains('\u{1b}') && !said[0].contains("hacked"), "{said:?}");
        }
    }
    for path in ["%0a", "example.com%0d%0aset-cookie:x", "..%2f..%2fexample.com", "%E2%80%AEmoc.example"] {
        registry.release(&me, path).await.refused(404, "Domain claim not found");
    }
    for record in registry.table.trail().await {
        assert_eq!((record.outcome, record.target), (AuditOutcome::Refused, None));
        assert!(!record.detail.unwrap().contains("hacked"));
    }
    assert_eq!(registry.table.items().await, []);
}
