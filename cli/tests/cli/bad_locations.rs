//! Sources that cannot be reached, or that lead where they must not.

use std::net::TcpListener;

use crate::bad_input::Target;
use crate::http::{answering, document};
use crate::{catalogue, state};

#[test]
fn files_that_are_none() {
    let target = Target::new();
    assert!(target.failure("nowhere.json").contains("reading nowhere.json: there is no such file: check the path;"));
    std::fs::create_dir(target.home.path("folder")).unwrap();
    assert!(target.failure("folder").contains("reading folder: is a directory: name a file;"));
    assert!(target.failure("/dev/null").contains("reading /dev/null: is empty: expected JSON;"));
    assert!(
        target.failure("s3://bucket/key.json").contains("getting s3://bucket/key.json: no S3 client is configured")
    );
}

/// Five tries, with waits that double: about ten seconds.
#[test]
fn a_host_that_does_not_answer() {
    let target = Target::new();
    let message = target.failure("http://user:secret@127.0.0.1:1/all.json?token=secret");
    assert!(
        message.contains(
            "GET http://127.0.0.1:1/all.json: cannot be reached (Connection refused (os error 111)): check the \
             address and the network (tried 5 times);"
        ),
        "{message}"
    );
}

#[test]
fn answers_that_are_too_large() {
    let target = Target::new();
    // Its length is told, and three billion bytes never come.
    let address = answering("200 OK\r\ncontent-length: 3000000000", b"[", 1);
    let message = target.failure(&format!("http://{address}/all.json"));
    assert!(message.contains(&format!("GET http://{address}/all.json: is larger than the limit of 1024 MiB;")));
    // Its length is not told, and it does not end.
    let address = answering("200 OK\r\nconnection: close", &[b' '; 0x10000], usize::MAX);
    let message = target.failure(&format!("http://{address}/v0.1/servers"));
    let expected = format!("GET http://{address}/v0.1/servers (page 1): is larger than the limit of 64 MiB;");
    assert!(message.contains(&expected), "{message}");
}

#[test]
fn answers_that_are_no_catalogue() {
    let target = Target::new();
    for (head, body, expected) in [
        ("404 Not Found", "{}", "answered 404 Not Found;"),
        ("403 Forbidden", "", "answered 403 Forbidden;"),
        ("200 OK", "<!DOCTYPE html>", "is not JSON: expected value at line 1 column 1;"),
        ("200 OK", "", "is empty: expected JSON;"),
        ("429 Too Many Requests\r\nretry-after: 3600", "", "answered 429 Too Many Requests and asks to wait 3600 s;"),
    ] {
        let address = document(head, body);
        let message = target.failure(&format!("http://{address}/all.json"));
        assert!(message.contains(&format!("GET http://{address}/all.json: {expected}")), "{message}");
    }
}

#[test]
fn redirects_into_a_private_network() {
    let target = Target::new();
    let private = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = private.local_addr().unwrap().port();
    private.set_nonblocking(true).unwrap();
    for (to, named) in [
        (format!("http://127.0.0.1:{port}/all.json"), "127.0.0.1"),
        (format!("http://localhost:{port}/all.json"), "localhost at "),
        (format!("http://0x7f000001:{port}/all.json"), "127.0.0.1"),
        ("http://169.254.169.254/latest/meta-data/".to_owned(), "169.254.169.254"),
    ] {
        let address = document(&format!("302 Found\r\nlocation: {to}"), "");
        let message = target.failure(&format!("http://{address}/all.json"));
        let expected = format!("GET http://{address}/all.json: redirects to a private address ({named}");
        assert!(message.contains(&expected), "{message}");
        assert!(message.contains("): name the target itself as the source if it is meant;"), "{message}");
    }
    assert!(private.accept().is_err(), "nobody came");
    let address = document("302 Found\r\nlocation: file:///etc/passwd", "");
    let message = target.failure(&format!("http://{address}/all.json"));
    assert!(message.contains("redirects to no http(s) URL (scheme file);"), "{message}");
}

/// What names no source is told before anything is opened or imported.
#[test]
fn texts_that_name_no_source() {
    let target = Target::new();
    let before = state::check(&target.home.data());
    let good = target.home.file("good.json", catalogue::plain(&["a.b/good"]));
    let twice = format!("good={good}");
    for (source, code, expected) in [
        ("ftp://example.com/x.json", 2, "has an unknown scheme: expected a path, an s3://bucket/key or an http(s) URL"),
        ("my name=x.json", 2, "source name must have 1 to 64 letters, digits, `.`, `_` or `-`, got \"my name\""),
        ("=x.json", 2, "source name must have 1 to 64 letters, digits, `.`, `_` or `-`, got \"\""),
        ("name=", 2, "source has no location: expected [NAME=]LOCATION"),
        ("", 2, "source has no location: expected [NAME=]LOCATION"),
        ("https://", 2, "is not a valid URL: empty host"),
        ("s3://bucket", 2, "must name an object: s3://bucket/key"),
        (&twice, 1, "two sources are called \"good\" ("),
    ] {
        let ran = target.home.run(&["sync", "--data", "data", &good, source]);
        println!("{}", ran.stderr);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{source}: {ran:?}");
        assert!(ran.stderr.contains(expected), "{source}: {}", ran.stderr);
    }
    let ran = target.home.run(&["sync", "--data", "data"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("<SOURCE>..."), "{}", ran.stderr);
    assert_eq!(state::check(&target.home.data()), before);
}
