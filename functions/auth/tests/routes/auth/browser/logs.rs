//! What the log says of a login, and what it does not.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use super::github::CLIENT_SECRET;
use super::visitor::{LOGIN, World};

/// All that is logged on this thread, at `debug` and above by everybody, and by ourselves whatever it is.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        let is_ours = target.starts_with("auth") || target.starts_with("registry");
        // The embedded table is no part of the product; it may say what it stores.
        !target.starts_with("dynoxide") && (is_ours || *metadata.level() <= Level::DEBUG)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Line(&mut self.0.lock().unwrap()));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Line(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut lines = self.0.lock().unwrap();
        event.record(&mut Line(&mut lines));
        lines.push('\n');
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn no_secret_is_in_the_log() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let world = World::new().await;
    let mut visitor = world.visitor();
    let location = visitor.begin("/").await;
    let verifier = world.attribute("LOGIN#", "verifier").await;
    let mut secrets = vec![CLIENT_SECRET.to_owned(), verifier, visitor.jar.get(LOGIN).unwrap().value.clone()];
    let back = world.github.authorize(&location).unwrap();
    secrets.extend(url::Url::parse(&back).unwrap().query_pairs().map(|(_, value)| value.into_owned()));
    assert_eq!(visitor.arrive(&back).await.status, 303);
    let mut copy = world.visitor();
    copy.jar = visitor.jar.clone();
    for _ in 0..2 {
        secrets.extend(visitor.session().split('.').map(str::to_owned));
        let answer = visitor.refresh().await.json();
        secrets.push(answer["registry_token"].as_str().unwrap().to_owned());
    }
    secrets.extend(visitor.session().split('.').map(str::to_owned));
    // What is refused is logged too.
    assert_eq!(copy.refresh().await.status, 401);
    assert_eq!(visitor.arrive(&back).await.status, 401);
    let mut other = world.visitor();
    let back = world.github.authorize(&other.begin("/").await).unwrap();
    world.github.answer_next(wiremock::ResponseTemplate::new(200).set_body_string(r#"{"access_token":"gho_broken""#));
    secrets.push("gho_broken".to_owned());
    assert_eq!(other.arrive(&back).await.status, 401);
    secrets.extend(world.github.tokens());

    let lines = log.0.lock().unwrap();
    for expected in ["session begun", "token issued", "an old refresh token was used", "/auth/github/callback"] {
        assert!(lines.contains(expected), "{expected:?} is not in {lines}");
    }
    assert!(secrets.len() > 12 && secrets.iter().all(|secret| secret.len() >= 8), "{secrets:?}");
    for secret in secrets {
        assert!(!lines.contains(&secret), "{secret} is in {lines}");
    }
}
