//! GitHub's API over loopback.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth::{GitHub, GitHubHosts, Logins};
use registry_fetch::{Options, Reach, SystemLookup};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// What logs in at [`GitHubServer`].
pub(crate) const TOKEN: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
/// Number of the account that the token is of.
pub(crate) const ID: u64 = 583_231;

pub(crate) struct GitHubServer {
    server: MockServer,
    answers: Arc<Answers>,
}

/// What GitHub answers; each may be changed at any time.
struct Answers {
    user: Mutex<Value>,
    memberships: Mutex<Vec<Value>>,
    user_instead: Mutex<Option<ResponseTemplate>>,
    memberships_instead: Mutex<Option<ResponseTemplate>>,
}

impl GitHubServer {
    /// With the account `Octo-Cat`, which is in no organisation.
    pub(crate) async fn new() -> Self {
        let answers = Arc::new(Answers {
            user: Mutex::new(user("Octo-Cat", ID)),
            memberships: Mutex::default(),
            user_instead: Mutex::default(),
            memberships_instead: Mutex::default(),
        });
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(Responder(Arc::clone(&answers))).mount(&server).await;
        Self { server, answers }
    }

    /// Whose the token is.
    pub(crate) fn set_user(&self, login: &str, id: u64) {
        *self.answers.user.lock().unwrap() = user(login, id);
    }

    /// The organisations of the account: name, number, state and role.
    pub(crate) fn set_memberships(&self, memberships: &[(&str, u64, &str, &str)]) {
        let all = memberships.iter().map(|(login, id, state, role)| {
            json!({"url": format!("https://api.github.com/orgs/{login}/memberships/octocat"), "state": state, "role": role,
                "organization_url": format!("https://api.github.com/orgs/{login}"), "organization": user(login, *id)})
        });
        *self.answers.memberships.lock().unwrap() = all.collect();
    }

    /// What is answered to `/user` instead.
    pub(crate) fn answer_user(&self, answer: ResponseTemplate) {
        *self.answers.user_instead.lock().unwrap() = Some(answer);
    }

    /// What is answered to `/user/memberships/orgs` instead.
    pub(crate) fn answer_memberships(&self, answer: ResponseTemplate) {
        *self.answers.memberships_instead.lock().unwrap() = Some(answer);
    }

    /// Logins with this GitHub, which has to answer within two seconds.
    pub(crate) fn logins(&self) -> Logins {
        Logins { github: Some(client(&self.server.uri())), ..Logins::none() }
    }

    /// Its address, with a slash at its end.
    pub(crate) fn web(&self) -> String {
        format!("{}/", self.server.uri())
    }

    /// What it was asked, in order.
    pub(crate) async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }

    /// Paths and queries of that.
    pub(crate) async fn asked(&self) -> Vec<String> {
        let path = |request: &Request| {
            request.url.query().map_or_else(|| request.url.path().to_owned(), |q| format!("{}?{q}", request.url.path()))
        };
        self.requests().await.iter().map(path).collect()
    }
}

/// A client of the GitHub at `origin`.
pub(crate) fn client(origin: &str) -> GitHub {
    // Whatever proxy the environment names, it does not lead to this machine.
    let reach = Reach::Test { lookup: Arc::new(SystemLookup), allow_private: true };
    let timeout = Duration::from_secs(2);
    let options = Options { reach, timeout, ..GitHub::options() };
    GitHub::with_options(GitHubHosts::parse(origin, &format!("{origin}/api/v3/")).unwrap(), options).unwrap()
}

/// The body of a login.
pub(crate) fn login() -> Value {
    json!({ "github_token": TOKEN })
}

fn user(login: &str, id: u64) -> Value {
    json!({"login": login, "id": id, "node_id": "MDQ6VXNlcjU4MzIzMQ==", "type": "User", "site_admin": false})
}

struct Responder(Arc<Answers>);

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let (answers, ok) = (&self.0, ResponseTemplate::new(200));
        let is_authorized =
            request.headers.get("authorization").is_some_and(|value| *value == format!("Bearer {TOKEN}"));
        let instead = |of: &Mutex<Option<ResponseTemplate>>| of.lock().unwrap().clone();
        match request.url.path() {
            _ if !is_authorized => ResponseTemplate::new(401).set_body_json(json!({"message": "Bad credentials"})),
            "/api/v3/user" => {
                instead(&answers.user_instead).unwrap_or_else(|| ok.set_body_json(&*answers.user.lock().unwrap()))
            }
            "/api/v3/user/memberships/orgs" => {
                let number = |name| {
                    let mut pairs = request.url.query_pairs();
                    pairs.find(|(key, _)| key == name).map(|(_, value)| value.parse::<usize>().unwrap())
                };
                let (page, size) = (number("page").unwrap(), number("per_page").unwrap());
                let memberships = answers.memberships.lock().unwrap();
                let page: Vec<&Value> = memberships.iter().skip((page - 1) * size).take(size).collect();
                instead(&answers.memberships_instead).unwrap_or_else(|| ok.set_body_json(page))
            }
            _ => ResponseTemplate::new(404),
        }
    }
}
