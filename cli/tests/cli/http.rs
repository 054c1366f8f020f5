//! As much HTTP as the tests need: a client for one request, and servers that answer as badly as they are told to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::Value;

/// Status and JSON of one GET.
pub(crate) fn get(address: &str, path: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    answer(stream)
}

/// Reads an answer until the connection is closed.
pub(crate) fn answer(mut stream: TcpStream) -> (u16, Value) {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("half an answer: {text:?}"));
    assert!(!head.to_lowercase().contains("transfer-encoding: chunked"), "{head}");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {text}")))
}

/// Answers each connection with `head`, then with `piece` again and again while `times` lasts. Returns the address.
pub(crate) fn answering(head: &str, piece: &'static [u8], times: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let head = head.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(stream, "HTTP/1.1 {head}\r\n\r\n");
            for _ in 0..times {
                if stream.write_all(piece).is_err() {
                    break;
                }
            }
        }
    });
    address
}

/// Answers with a document of its whole length.
pub(crate) fn document(head: &str, body: &'static str) -> String {
    answering(&format!("{head}\r\ncontent-length: {}\r\nconnection: close", body.len()), body.as_bytes(), 1)
}
