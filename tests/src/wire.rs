//! HTTP as it is written on the wire: a path reaches the server in the form in which the test has it. URL libraries resolve
//! `..` and escape what they please.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Answer;

/// After which a server hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody who speaks to one server, with one connection a request.
#[derive(Clone, Debug)]
pub struct Wire {
    address: String,
    prefix: String,
    host: String,
    headers: Vec<(String, String)>,
}

impl Wire {
    /// Speaks to `url`, of plain HTTP, which may have a path that stands before all paths.
    #[must_use]
    pub fn to(url: &str) -> Self {
        let rest = url.strip_prefix("http://").expect("plain HTTP");
        let (address, prefix) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        Self { address: address.to_owned(), prefix: prefix.to_owned(), host: address.to_owned(), headers: Vec::new() }
    }

    /// The same with another `Host`.
    #[must_use]
    pub fn host(self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self }
    }

    /// The same with a header in every request.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// GET of a path with its query.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    /// Any request.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request =
            format!("{method} {}{path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.prefix, self.host);
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in own.chain(headers.iter().copied()) {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || !matches!(method, "GET" | "HEAD" | "OPTIONS") {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        let exchange = exchange(&self.address, request.as_bytes(), body);
        let read = tokio::time::timeout(PATIENCE, exchange).await.expect("an answer in time");
        read_answer(&read).unwrap_or_else(|| panic!("{method} {path}: {:?}", String::from_utf8_lossy(&read)))
    }
}

async fn exchange(address: &str, head: &[u8], body: &[u8]) -> Vec<u8> {
    let stream = TcpStream::connect(address).await.expect("a connection");
    let (mut reader, mut writer) = stream.into_split();
    let write = async {
        // A server may answer without reading a body that it refuses.
        let _ = writer.write_all(head).await;
        let _ = writer.write_all(body).await;
        writer
    };
    let mut read = Vec::new();
    let (_writer, _) = tokio::join!(write, reader.read_to_end(&mut read));
    read
}

fn read_answer(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = (std::str::from_utf8(bytes.get(..end)?).ok()?, bytes.get(end + 4..)?);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        headers.append(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value.trim()).ok()?);
    }
    let is_chunked = headers.get("transfer-encoding").is_some_and(|value| value == "chunked");
    let body = if is_chunked { unchunked(body)? } else { body.to_vec() };
    Some(Answer { status, headers, body: Bytes::from(body) })
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(rest.get(..line)?).ok()?, 16).ok()?;
        let from = line + 2;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(from..from + length)?);
        rest = rest.get(from + length + 2..)?;
    }
}
