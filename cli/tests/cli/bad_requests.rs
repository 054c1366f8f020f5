//! Requests that cannot be answered, each with the message that it gets.

use crate::catalogue;
use crate::harness::Home;

#[test]
fn bad_requests_are_told_what_is_wrong() {
    let home = Home::new();
    let serving = home.serve(&["--source", &home.file("mine.json", catalogue::plain(&["a.b/one"]))]);
    let page = serving.ok("/v0.1/servers?limit=1");
    let cursor = page["metadata"]["nextCursor"].as_str().unwrap();
    let cut = format!("/v0.1/servers?cursor={}", &cursor[..cursor.len() - 1]);
    for (path, status, expected) in [
        ("/v0.1/servers?limit=abc", 422, "limit"),
        ("/v0.1/servers?limit=0", 422, "limit"),
        ("/v0.1/servers?cursor=~forged", 422, "this registry did not give this cursor, or it was cut"),
        (&cut, 422, "this registry did not give this cursor, or it was cut"),
        ("/v0.1/servers?updated_since=yesterday", 400, "updated_since"),
        ("/v0.1/servers/a.b%2Fone%00/versions/latest", 400, "URL path contains null bytes"),
        ("/v0.1/servers/a.b%2Fone/versions/9.9.9", 404, "Server not found"),
        ("/v0.1/nothing", 404, "not found"),
    ] {
        let (found, body) = serving.get(path);
        println!("{path}: {found} {body}");
        assert_eq!(found, status, "{path}: {body}");
        assert!(body.to_string().contains(expected), "{path}: {body}");
    }
    assert_eq!(serving.names(), ["a.b/one"]);
}
