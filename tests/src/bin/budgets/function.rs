//! What each function is started with, and its events.

use berth_tests::{document, token};
use registry_auth::{Action, SigningKeys, VerifyingKeys};
use serde_json::{Value, json};

use crate::Outcome;

/// The seed of the keys that the tokens of the tests are signed with.
pub(crate) const SEED: &str = "b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7b7";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    ListServers,
    GetServer,
    Search,
    Publish,
    Auth,
    VerifyDomain,
    Sync,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] =
        [Self::ListServers, Self::GetServer, Self::Search, Self::Publish, Self::Auth, Self::VerifyDomain, Self::Sync];

    /// Those that read the catalogue.
    pub(crate) const READERS: [Self; 3] = [Self::ListServers, Self::GetServer, Self::Search];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ListServers => "list_servers",
            Self::GetServer => "get_server",
            Self::Search => "search",
            Self::Publish => "publish",
            Self::Auth => "auth",
            Self::VerifyDomain => "verify_domain",
            Self::Sync => "sync",
        }
    }

    /// What the template gives it.
    pub(crate) fn variables(self) -> Outcome<Vec<(&'static str, String)>> {
        let mut variables = vec![("BERTH_TABLE", "berth".to_owned())];
        match self {
            Self::ListServers | Self::GetServer | Self::Search | Self::Sync => {
                variables.push(("BERTH_BUCKET", "berth".to_owned()));
            }
            Self::Auth => {
                variables.push(("BERTH_TOKEN_KEYS_SECRET", "berth/token-keys".to_owned()));
                variables.push(("BERTH_ANONYMOUS_LOGIN", "true".to_owned()));
            }
            Self::Publish | Self::VerifyDomain => {
                let keys = VerifyingKeys::from(&SEED.parse::<SigningKeys>()?);
                variables.push(("BERTH_TOKEN_PUBLIC_KEYS", String::from_utf8(keys.jwks())?));
            }
        }
        if self == Self::VerifyDomain {
            // Nobody is asked; the system's would be read otherwise.
            variables.push(("BERTH_VERIFY_RESOLVERS", "127.0.0.1:9 127.0.0.1:10".to_owned()));
        }
        Ok(variables)
    }

    /// An event that asks the table, of which `number` tells it from others.
    pub(crate) fn event(self, number: usize) -> Value {
        let token = || token(&format!("n{number}.example.com"), &[(Action::Publish, "com.example/*")]);
        match self {
            Self::ListServers => http("GET", "/v0.1/servers", None, None),
            Self::GetServer => http("GET", "/v0.1/servers/com.example/server-7/versions/latest", None, None),
            Self::Search => http("GET", "/v0.1/x/dev.berth/search", None, None),
            Self::Publish => {
                let document = document(&format!("com.example/published-{number}"), "1.0.0");
                http("POST", "/v0.1/publish", Some(token()), Some(document.to_string()))
            }
            Self::Auth => http("POST", "/v0.1/auth/none", None, None),
            Self::VerifyDomain => http("GET", "/verify-domain", Some(token()), None),
            // The table's stream.
            Self::Sync => json!({"Records": []}),
        }
    }
}

/// A read of a path, which may have a query.
pub(crate) fn get(path: &str) -> Value {
    http("GET", path, None, None)
}

/// An event of an HTTP API, payload format 2.0.
fn http(method: &str, path: &str, token: Option<String>, body: Option<String>) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut headers = json!({
        "accept": "application/json",
        "content-length": body.as_ref().map_or(0, String::len).to_string(),
        "host": "abcdefghij.execute-api.eu-central-1.amazonaws.com",
        "user-agent": "curl/8.5.0",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    });
    if let (Some(headers), Some(token)) = (headers.as_object_mut(), token) {
        headers.insert("authorization".to_owned(), format!("Bearer {token}").into());
    }
    if let (Some(headers), Some(_)) = (headers.as_object_mut(), &body) {
        headers.insert("content-type".to_owned(), "application/json".into());
    }
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefghij",
            "domainName": "abcdefghij.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "abcdefghij",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "curl/8.5.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "21/Nov/2026:04:00:00 +0000",
            "timeEpoch": 1_795_233_600_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}
