//! A `berth serve` that runs.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::http;
use crate::secrets::found_in;

/// After which a process hangs.
const PATIENCE: Duration = Duration::from_secs(120);

const READY: &str = "berth is ready at http://";

/// The process; it is killed when it is dropped.
pub(crate) struct Serving {
    child: Child,
    stdout: Lines,
    stderr: Lines,
    /// `127.0.0.1:PORT`, once it is ready.
    pub(crate) address: String,
}

impl Serving {
    /// Starts the command and waits until it is ready.
    pub(crate) fn ready(command: Command) -> Self {
        let mut this = Self::started(command);
        let line = this.stdout.wait_for(READY).unwrap_or_else(|| panic!("not ready: {:?}", this.stderr.rest()));
        this.address = line.strip_prefix(READY).unwrap().to_owned();
        this
    }

    /// Starts the command.
    pub(crate) fn started(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (stdout, stderr) = (Lines::of(child.stdout.take().unwrap()), Lines::of(child.stderr.take().unwrap()));
        Self { child, stdout, stderr, address: String::new() }
    }

    /// The URL, as `--registry` takes it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Status and JSON at a path.
    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        http::get(&self.address, path)
    }

    /// JSON at a path that answers 200.
    pub(crate) fn ok(&self, path: &str) -> Value {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The names of the servers, as one page lists them.
    pub(crate) fn names(&self) -> Vec<String> {
        let body = self.ok("/v0.1/servers?limit=100&version=latest");
        let servers = body["servers"].as_array().unwrap();
        servers.iter().map(|entry| entry["server"]["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits for a line of its talk that contains `text`.
    pub(crate) fn hears(&mut self, text: &str) -> String {
        self.stderr.wait_for(text).unwrap_or_else(|| panic!("{text:?} was not said: {:?}", self.stderr.seen))
    }

    /// Sends `TERM`, `INT` or `KILL`.
    pub(crate) fn signal(&self, signal: &str) {
        let kill = format!("kill -s {signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end; how it ended, and what it printed since it was ready.
    pub(crate) fn end(mut self) -> (ExitStatus, Vec<String>) {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, self.stdout.rest());
            }
            assert!(start.elapsed() < PATIENCE, "does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for its end; how it ended, and all that it printed and said.
    pub(crate) fn end_with_talk(mut self) -> (ExitStatus, String) {
        self.stderr.rest();
        self.stdout.rest();
        let status = self.child.wait().unwrap();
        let lines = [&self.stderr.seen, &self.stdout.seen].map(|lines| lines.join("\n"));
        (status, lines.join("\n"))
    }

    /// Asks it to stop, and checks that it does so in good order.
    pub(crate) fn stop(self) {
        self.signal("TERM");
        let (status, _) = self.end();
        assert_eq!(status.code(), Some(0), "{status}");
    }

    /// Kills it where it stands.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for lines in [&mut self.stdout, &mut self.stderr] {
            lines.rest();
            let said = lines.seen.join("\n");
            let secret = found_in(&said);
            assert!(secret.is_none() || std::thread::panicking(), "{secret:?} is in the log: {said}");
        }
    }
}

/// The lines of a pipe, as they come.
struct Lines {
    incoming: Receiver<String>,
    /// Lines that came.
    seen: Vec<String>,
}

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let (sender, incoming) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { incoming, seen: Vec::new() }
    }

    fn wait_for(&mut self, text: &str) -> Option<String> {
        while let Ok(line) = self.incoming.recv_timeout(PATIENCE) {
            self.seen.push(line.clone());
            if line.contains(text) {
                return Some(line);
            }
        }
        None
    }

    /// What comes until the pipe is closed.
    fn rest(&mut self) -> Vec<String> {
        let rest: Vec<String> = self.incoming.iter().collect();
        self.seen.extend(rest.iter().cloned());
        rest
    }
}
