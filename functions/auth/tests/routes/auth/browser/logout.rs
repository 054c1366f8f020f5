//! `POST /auth/logout`

use http::header::SET_COOKIE;
use registry::store::{AuditEvent, AuditOutcome};

use super::visitor::{SESSION, World};

#[tokio::test]
async fn a_session_ends_at_once() {
    let world = World::new().await;
    let mut visitor = world.logged_in().await;
    assert_eq!(visitor.refresh().await.status, 200);
    let mut copy = world.visitor();
    copy.jar = visitor.jar.clone();
    let answer = visitor.post("/auth/logout").await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert!(visitor.jar.names().is_empty());
    assert_eq!(copy.refresh().await.status, 401);
    let records = world.audit().await;
    let ends: Vec<_> = records.iter().filter(|record| record.event == AuditEvent::SessionEnd).collect();
    let [end] = ends.as_slice() else { panic!("{records:?}") };
    assert_eq!((end.outcome, end.identity.as_deref()), (AuditOutcome::Done, Some("github:583231")));
    assert!(records.iter().all(|record| record.event != AuditEvent::SessionReuse));
}

#[tokio::test]
async fn there_need_be_no_session() {
    let world = World::new().await;
    for cookie in ["", "x", &format!("{SESSION}=x"), &format!("{SESSION}={}.{}", "0".repeat(32), "A".repeat(43))] {
        let mut visitor = world.visitor();
        let answer =
            visitor.send("POST", "/auth/logout", &[("origin", &visitor.origin.clone()), ("cookie", cookie)]).await;
        assert_eq!(answer.status, 204, "{cookie}");
        let gone = answer.headers[SET_COOKIE].to_str().unwrap();
        assert!(gone.starts_with(&format!("{SESSION}=; Path=/auth; Max-Age=0;")), "{gone}");
    }
    assert!(world.audit().await.is_empty());
}

#[tokio::test]
async fn an_old_token_ends_the_session_and_is_told_as_such() {
    let world = World::new().await;
    let mut owner = world.logged_in().await;
    let mut thief = world.visitor();
    thief.jar = owner.jar.clone();
    assert_eq!(owner.refresh().await.status, 200);
    assert_eq!(thief.post("/auth/logout").await.status, 204);
    assert_eq!(owner.refresh().await.status, 401);
    let records = world.audit().await;
    assert!(records.iter().any(|record| record.event == AuditEvent::SessionReuse), "{records:?}");
    assert!(records.iter().all(|record| record.event != AuditEvent::SessionEnd), "{records:?}");
}
