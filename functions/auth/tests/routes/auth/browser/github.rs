//! A GitHub that logs people in as the real one does: codes are used once, belong to an app, a redirect and a PKCE challenge.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const CLIENT_ID: &str = "Iv23liBrowserTests";
pub(crate) const CLIENT_SECRET: &str = "c0ffee-client-secret-of-the-tests";

pub(crate) struct GitHub {
    server: MockServer,
    desk: Arc<Mutex<Desk>>,
}

/// What GitHub knows.
#[derive(Default)]
struct Desk {
    /// Where the app may lead back to.
    redirect: String,
    codes: HashMap<String, Code>,
    tokens: Vec<String>,
    issued: usize,
    /// In place of the next answer to an exchange.
    next: Option<ResponseTemplate>,
    exchanges: usize,
    /// Whether the person at the browser says no.
    denies: bool,
}

struct Code {
    redirect: String,
    challenge: String,
}

#[derive(Clone)]
struct Authorize(Arc<Mutex<Desk>>);

#[derive(Clone)]
struct Exchange(Arc<Mutex<Desk>>);

#[derive(Clone)]
struct Api(Arc<Mutex<Desk>>, Value);

impl GitHub {
    /// One whose app leads back to `redirect`. Everybody there is octocat, who administers acme and is a member of others.
    pub(crate) async fn new(redirect: &str) -> Self {
        let desk = Arc::new(Mutex::new(Desk { redirect: redirect.to_owned(), ..Desk::default() }));
        let server = MockServer::start().await;
        let on = |verb: &str, at: &str| Mock::given(method(verb)).and(path(at));
        let user = json!({"login": "octocat", "id": 583_231, "type": "User"});
        let membership = |role: &str, login: &str, id: u64| json!({"state": "active", "role": role, "organization": {"login": login, "id": id}});
        let memberships = json!([membership("admin", "acme", 9001), membership("member", "others", 9002)]);
        on("GET", "/login/oauth/authorize").respond_with(Authorize(Arc::clone(&desk))).mount(&server).await;
        on("POST", "/login/oauth/access_token").respond_with(Exchange(Arc::clone(&desk))).mount(&server).await;
        on("GET", "/user").respond_with(Api(Arc::clone(&desk), user)).mount(&server).await;
        on("GET", "/user/memberships/orgs").respond_with(Api(Arc::clone(&desk), memberships)).mount(&server).await;
        Self { server, desk }
    }

    pub(crate) fn origin(&self) -> String {
        self.server.uri()
    }

    /// What a browser is sent back to that follows `location`, with the person's consent.
    pub(crate) fn authorize(&self, location: &str) -> Result<String, String> {
        let url = Url::parse(location).unwrap();
        assert!(location.starts_with(&format!("{}/login/oauth/authorize?", self.origin())), "{location}");
        self.desk.lock().unwrap().authorize(&url)
    }

    /// The next exchange is answered like this, whatever it brings.
    pub(crate) fn answer_next(&self, answer: ResponseTemplate) {
        self.desk.lock().unwrap().next = Some(answer);
    }

    pub(crate) fn deny(&self) {
        self.desk.lock().unwrap().denies = true;
    }

    /// How often somebody tried to exchange a code.
    pub(crate) fn exchanges(&self) -> usize {
        self.desk.lock().unwrap().exchanges
    }

    /// All tokens that it gave out.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.desk.lock().unwrap().tokens.clone()
    }

    /// Another page of its site.
    pub(crate) async fn page(&self, at: &str, html: &str) {
        let answer = ResponseTemplate::new(200).set_body_raw(html.to_owned(), "text/html");
        Mock::given(method("GET")).and(path(at)).respond_with(answer).mount(&self.server).await;
    }
}

impl Desk {
    fn authorize(&mut self, url: &Url) -> Result<String, String> {
        let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let get = |name: &str| query.get(name).cloned().unwrap_or_default();
        if get("client_id") != CLIENT_ID || get("redirect_uri") != self.redirect {
            return Err(format!("GitHub shows an error page for {query:?}"));
        }
        let mut back = Url::parse(&self.redirect).unwrap();
        if self.denies {
            back.query_pairs_mut()
                .append_pair("error", "access_denied")
                .append_pair("error_description", "The user has denied your application access.")
                .append_pair("state", &get("state"));
            return Ok(back.into());
        }
        assert_eq!(get("code_challenge_method"), "S256");
        assert_eq!(get("scope"), "read:org read:user");
        self.issued += 1;
        let code = format!("code-{:016x}-{}", fastrand_like(self.issued), self.issued);
        self.codes.insert(code.clone(), Code { redirect: get("redirect_uri"), challenge: get("code_challenge") });
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &get("state"));
        Ok(back.into())
    }

    fn exchange(&mut self, request: &Request) -> ResponseTemplate {
        self.exchanges += 1;
        if let Some(next) = self.next.take() {
            return next;
        }
        assert_eq!(request.headers["accept"], "application/json");
        assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
        let form: HashMap<String, String> = form_urlencoded::parse(&request.body).into_owned().collect();
        let get = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let error = |name: &str| ResponseTemplate::new(200).set_body_json(json!({"error": name}));
        if get("client_id") != CLIENT_ID || get("client_secret") != CLIENT_SECRET {
            return error("incorrect_client_credentials");
        }
        // Whoever fails loses the code, too.
        let Some(code) = self.codes.remove(get("code")) else { return error("bad_verification_code") };
        if code.redirect != get("redirect_uri") {
            return error("redirect_uri_mismatch");
        }
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, get("code_verifier").as_bytes()));
        if code.challenge != challenge {
            return error("bad_verification_code");
        }
        let token = format!("gho_tests{:020}", self.tokens.len());
        self.tokens.push(token.clone());
        let answer = json!({"access_token": token, "scope": "read:org,read:user", "token_type": "bearer"});
        ResponseTemplate::new(200).set_body_json(answer)
    }
}

/// Codes that do not look like each other.
fn fastrand_like(seed: usize) -> u64 {
    (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Respond for Authorize {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        match self.0.lock().unwrap().authorize(&request.url) {
            Ok(location) => ResponseTemplate::new(302).insert_header("location", location),
            Err(error) => ResponseTemplate::new(400).set_body_string(error),
        }
    }
}

impl Respond for Exchange {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.0.lock().unwrap().exchange(request)
    }
}

impl Respond for Api {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let header = request.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = header.split_once(' ').map(|(_, token)| token.to_owned()).unwrap_or_default();
        if self.0.lock().unwrap().tokens.contains(&token) {
            ResponseTemplate::new(200).set_body_json(&self.1)
        } else {
            ResponseTemplate::new(401).set_body_json(json!({"message": "Bad credentials"}))
        }
    }
}
