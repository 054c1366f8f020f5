//! How `berth serve` stops.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::harness::Home;
use crate::{catalogue, http, state};

#[test]
fn both_signals_end_it_in_good_order() {
    let home = Home::new();
    for signal in ["TERM", "INT"] {
        let mut serving = home.serve(&["--no-sources"]);
        // A client that holds a connection for later does not hold it up.
        let idle = TcpStream::connect(&serving.address).unwrap();
        serving.signal(signal);
        serving.hears("stopping: finishing what was accepted");
        let (status, _) = serving.end();
        assert_eq!(status.code(), Some(0), "{signal}: {status}");
        drop(idle);
    }
}

#[test]
fn a_request_that_was_accepted_is_answered() {
    let home = Home::new();
    let source = home.file("mine.json", catalogue::plain(&["a.b/one"]));
    let mut serving = home.serve(&["--source", &source]);
    let mut request = TcpStream::connect(&serving.address).unwrap();
    write!(request, "GET /v0.1/servers HTTP/1.1\r\nhost: {}\r\n", serving.address).unwrap();
    // Accepted, not only in the backlog: a request that came later on another connection is answered already.
    assert_eq!(serving.names(), ["a.b/one"]);
    std::thread::sleep(Duration::from_millis(200));
    serving.signal("TERM");
    serving.hears("stopping: finishing what was accepted");
    let start = Instant::now();
    while TcpStream::connect(&serving.address).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(10), "nothing new is accepted");
        std::thread::sleep(Duration::from_millis(10));
    }
    write!(request, "\r\n").unwrap();
    let (status, body) = http::answer(request);
    assert_eq!((status, &body["metadata"]["count"]), (200, &1.into()));
    assert_eq!(serving.end().0.code(), Some(0));
}

#[test]
fn an_import_does_not_hold_it_up() {
    let home = Home::new();
    home.import(&home.file("before.json", catalogue::plain(&["a.b/before"])));
    let source = home.file("large.json", catalogue::large());
    // Not the first start, so that it is ready before the import.
    let mut serving = home.serve(&["--source", &source]);
    std::thread::sleep(Duration::from_millis(300));
    serving.signal("TERM");
    serving.hears("stopping: finishing what was accepted");
    assert_eq!(serving.end().0.code(), Some(0));
    state::check(&home.data());
    let (report, _) = home.import(&source);
    let done = report["imported"].as_u64().unwrap() + report["unchanged"].as_u64().unwrap();
    assert_eq!(done, catalogue::LARGE as u64);
    state::check(&home.data());
}
