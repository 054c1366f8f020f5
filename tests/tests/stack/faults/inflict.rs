//! `inflict.py`, which does to the stack what the tests ask for, and looks at it: one process for all that is asked, as it
//! starts more slowly than it answers.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

pub(super) struct Inflict {
    pipes: Mutex<(ChildStdin, Lines<BufReader<ChildStdout>>)>,
    _process: Child,
}

impl Inflict {
    pub(super) fn on(stack: &str, endpoint: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut process = Command::new(root.join("infra/python"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stack/faults/inflict.py"))
            .arg(stack)
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("NO_PROXY", "127.0.0.1")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (requests, answers) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Self { pipes: Mutex::new((requests, BufReader::new(answers).lines())), _process: process }
    }

    /// What comes of a command.
    pub(super) async fn ask(&self, command: &[&str]) -> Value {
        let mut pipes = self.pipes.lock().await;
        let request = format!("{}\n", serde_json::to_string(command).unwrap());
        pipes.0.write_all(request.as_bytes()).await.unwrap();
        let answer = pipes.1.next_line().await.unwrap();
        serde_json::from_str(&answer.unwrap_or_else(|| panic!("{command:?} failed: see above"))).unwrap()
    }
}
