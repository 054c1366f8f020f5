//! A web server with a certificate of its own authority, on loopback. It is Python's.

use std::net::SocketAddr;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::emulator::tool;

pub(crate) struct WebServer {
    pub(crate) address: SocketAddr,
    pub(crate) authority: Vec<u8>,
    directory: TempDir,
    _process: Child,
}

impl WebServer {
    /// `None`, with the reason printed, where there is no Python.
    pub(crate) async fn start() -> Option<Self> {
        let python = tool("python")?;
        let directory = tempfile::tempdir().unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/routes/web_server.py");
        let mut process = Command::new(python)
            .arg(script)
            .arg(directory.path())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
        let (port, hex) = line.trim().split_once(' ').unwrap();
        let pairs = (0..hex.len()).step_by(2);
        let authority = pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let address = ([127, 0, 0, 1], port.parse().unwrap()).into();
        Some(Self { address, authority, directory, _process: process })
    }

    /// What it answers from now on.
    pub(crate) fn reply(&self, status: &str, headers: &str, body: &str) {
        let length = body.len();
        let reply =
            format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}");
        std::fs::write(self.directory.path().join("reply"), reply).unwrap();
    }

    /// Heads of the requests that came.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = std::fs::read_to_string(self.directory.path().join("requests")).unwrap_or_default();
        requests.split_inclusive("\r\n\r\n").map(str::to_owned).collect()
    }
}
