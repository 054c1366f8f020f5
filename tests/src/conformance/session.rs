//! A client that asks, looks whether the answer is the expected one, and remembers it.

use serde_json::{Value, json};

use super::report::{Report, Shape, lasting};
use crate::{ANONYMOUS, Answer, Wire, document};

/// What was asked of one registry so far.
pub(super) struct Session {
    wire: Wire,
    pub(super) token: String,
    case: &'static str,
    asked: usize,
    report: Report,
}

/// An answer whose expectations are noted where it does not meet them, so that one difference hides no other.
pub(super) struct Reply<'a> {
    pub(super) answer: Answer,
    request: String,
    report: &'a mut Report,
}

impl Session {
    /// Logs in.
    pub(super) async fn login(wire: &Wire) -> Self {
        let login = wire.send("POST", "/v0.1/auth/none", &[], b"").await.ok();
        let token = login["registry_token"].as_str().expect("a token").to_owned();
        Self { wire: wire.clone(), token, case: "", asked: 0, report: Report::default() }
    }

    /// From here on it is this case.
    pub(super) fn begin(&mut self, case: &'static str) {
        (self.case, self.asked) = (case, 0);
    }

    pub(super) fn report(self) -> Report {
        self.report
    }

    /// GET as anybody.
    pub(super) async fn get(&mut self, path: &str) -> Reply<'_> {
        self.send("GET", path, &[], "").await
    }

    /// Any request with the token, and a body of JSON.
    pub(super) async fn call(&mut self, method: &str, path: &str, body: &Value) -> Reply<'_> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.send(method, path, &headers, &body.to_string()).await
    }

    /// Any request.
    pub(super) async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply<'_> {
        let answer = self.wire.send(method, path, headers, body.as_bytes()).await;
        self.note(method, path, answer)
    }

    /// Requests with the token that are sent at the same time.
    pub(super) async fn at_once(&mut self, method: &str, path: &str, bodies: &[Value]) -> Vec<Answer> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let texts: Vec<String> = bodies.iter().map(Value::to_string).collect();
        let requests = texts.iter().map(|text| self.wire.send(method, path, &headers, text.as_bytes()));
        futures_util::future::join_all(requests).await
    }

    /// Publishes a version of a server of the anonymous namespace.
    pub(super) async fn publish(&mut self, server: &str, version: &str) -> Value {
        let document = document(&name(server), version);
        self.call("POST", "/v0.1/publish", &document).await.ok()
    }

    /// Sets the status of a version.
    pub(super) async fn set_status(&mut self, server: &str, version: &str, body: &Value) -> Reply<'_> {
        self.call("PATCH", &at(server, &format!("/versions/{version}/status")), body).await
    }

    fn note(&mut self, method: &str, path: &str, answer: Answer) -> Reply<'_> {
        self.asked += 1;
        // What follows a cursor or a time differs from run to run, and so does the path that has it.
        let shown = path.split("cursor=~").next().unwrap_or_default().split("since=20").next().unwrap_or_default();
        let request = format!("{} {:02}: {method} {shown}", self.case, self.asked);
        self.report.answers.insert(request.clone(), Shape::of(&answer));
        Reply { answer, request, report: &mut self.report }
    }
}

impl Reply<'_> {
    /// Expects anything.
    pub(super) fn expect(self, holds: bool, expected: &str) -> Self {
        if !holds {
            let body: String = lasting(&String::from_utf8_lossy(&self.answer.body)).chars().take(300).collect();
            let failure = format!("expected {expected}; got {} {body}", self.answer.status);
            self.report.failures.entry(self.request.clone()).or_default().push(failure);
        }
        self
    }

    pub(super) fn status(self, status: u16) -> Self {
        let holds = self.answer.status == status;
        self.expect(holds, &format!("status {status}"))
    }

    pub(super) fn header(self, name: &str, value: &str) -> Self {
        let holds = self.answer.headers.get(name).is_some_and(|found| found == value);
        self.expect(holds, &format!("{name}: {value}"))
    }

    pub(super) fn is(self, pointer: &str, expected: &Value) -> Self {
        let holds = self.body().pointer(pointer) == Some(expected);
        self.expect(holds, &format!("{expected} at {pointer}"))
    }

    /// A success with a body of JSON.
    pub(super) fn ok(self) -> Value {
        let body = self.body();
        self.status(200).header("content-type", "application/json");
        body
    }

    /// An error; `text` is in its detail, or in one of its messages.
    pub(super) fn problem(self, status: u16, text: &str) {
        self.error(status, text).header("cache-control", "no-store");
    }

    /// A server or version that a read asks for and that is not there.
    pub(super) fn no_server(self) {
        self.error(404, "Server not found").header("cache-control", "public, max-age=0, s-maxage=10");
    }

    fn error(self, status: u16, text: &str) -> Self {
        let holds = String::from_utf8_lossy(&self.answer.body).contains(text);
        let problem = self.status(status).header("content-type", "application/problem+json");
        problem.is("/status", &json!(status)).expect(holds, text)
    }

    /// An error of what was sent; one at each of these places, and no other.
    pub(super) fn invalid(self, status: u16, places: &[&str]) {
        let errors = self.body()["errors"].as_array().cloned().unwrap_or_default();
        let found: Vec<&str> = errors.iter().map(|error| error["location"].as_str().unwrap_or_default()).collect();
        let holds = found == places;
        self.expect(holds, &format!("errors at {places:?}")).problem(status, "");
    }

    /// The servers of a list: the part of the name behind the namespace, and the version.
    pub(super) fn lists(self, expected: &[&str]) -> Value {
        let found = listed(&self.body());
        let holds = found == expected;
        self.expect(holds, &format!("{expected:?}")).ok()
    }

    pub(super) fn body(&self) -> Value {
        serde_json::from_slice(&self.answer.body).unwrap_or(Value::Null)
    }
}

/// The servers of a list: the part of the name behind the namespace, and the version.
pub(super) fn listed(body: &Value) -> Vec<String> {
    let entries = body["servers"].as_array().cloned().unwrap_or_default();
    let text = |entry: &Value, field: &str| entry["server"][field].as_str().unwrap_or_default().to_owned();
    let short = |name: String| name.split_once('/').map_or_else(String::new, |(_, server)| server.to_owned());
    entries.iter().map(|entry| format!("{} {}", short(text(entry, "name")), text(entry, "version"))).collect()
}

/// The name of a server of the anonymous namespace.
pub(super) fn name(server: &str) -> String {
    format!("{ANONYMOUS}/{server}")
}

/// A path below such a server.
pub(super) fn at(server: &str, rest: &str) -> String {
    format!("/v0.1/servers/{ANONYMOUS}%2F{server}{rest}")
}
