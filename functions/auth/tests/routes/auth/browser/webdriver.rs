//! Chromium, driven as the W3C's protocol for it says. Everything that it leaves behind goes with it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use registry_fetch::{Reach, SystemLookup};
use serde_json::{Value, json};

/// What the protocol calls an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub(crate) struct Driver {
    process: Child,
    client: reqwest::Client,
    /// Of the one session.
    address: String,
    profile: PathBuf,
}

/// The programs, installed if need be; or why there are none.
pub(crate) fn programs() -> Result<(PathBuf, PathBuf), String> {
    let find = || Some((program(&["chromium", "chromium-browser", "google-chrome"])?, program(&["chromedriver"])?));
    if let Some(found) = find() {
        return Ok(found);
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).output()
    };
    // Lists of packages may be absent or old; what is said of that is said again by the installation.
    apt(&["update"]).map_err(|error| format!("there is no apt-get: {error}"))?;
    let installed = apt(&["install", "-y", "--no-install-recommends", "chromium", "chromium-driver"]);
    let installed = installed.map_err(|error| format!("there is no apt-get: {error}"))?;
    let last = String::from_utf8_lossy(&installed.stderr).lines().last().unwrap_or_default().to_owned();
    find().ok_or_else(|| format!("neither are chromium and chromedriver here, nor does apt-get install them: {last}"))
}

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| directories.iter().map(move |directory| directory.join(name)))
        .find(|path| path.is_file())
}

impl Driver {
    pub(crate) async fn start(chromium: &Path, chromedriver: &Path) -> Self {
        let profile = std::env::temp_dir().join(format!("berth-chromium-{}", std::process::id()));
        let mut command = Command::new(chromedriver);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let port = tokio::task::spawn_blocking(move || port(output)).await.unwrap();
        let options = registry_fetch::Options {
            reach: Reach::Test { lookup: Arc::new(SystemLookup), allow_private: true },
            user_agent: "berth-tests",
            accept: "application/json",
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(60),
            timeout: Duration::from_secs(60),
            roots: Vec::new(),
        };
        let client = registry_fetch::client(options).unwrap();
        let address = format!("http://127.0.0.1:{port}/session");
        let mut this = Self { process, client, address, profile };
        let flags = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--no-proxy-server".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            format!("--user-data-dir={}", this.profile.display()),
        ];
        let options = json!({"binary": chromium, "args": flags});
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "timeouts": {"script": 20_000, "pageLoad": 20_000},
        }}});
        let session = this.call("POST", "", &wanted).await;
        this.address = format!("{}/{}", this.address, session["sessionId"].as_str().unwrap());
        this
    }

    /// Any command; panics with what the driver says if it fails.
    async fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.address));
        let request = if method == "POST" {
            request.header("content-type", "application/json").body(body.to_string())
        } else {
            request
        };
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert!(status.is_success(), "{method} {path}: {answer}");
        answer["value"].clone()
    }

    pub(crate) async fn open(&self, url: &str) {
        self.call("POST", "/url", &json!({"url": url})).await;
    }

    pub(crate) async fn url(&self) -> String {
        self.call("GET", "/url", &Value::Null).await.as_str().unwrap().to_owned()
    }

    /// Clicks, as somebody with a mouse does.
    pub(crate) async fn click(&self, selector: &str) {
        let element = self.call("POST", "/element", &json!({"using": "css selector", "value": selector})).await;
        let path = format!("/element/{}/click", element[ELEMENT].as_str().unwrap());
        self.call("POST", &path, &json!({})).await;
    }

    /// Waits until the browser has come to an address.
    pub(crate) async fn arrive(&self, url: &str) {
        let mut at = String::new();
        for _ in 0..200 {
            at = self.url().await;
            if at == url {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the browser is at {at}, not at {url}: {}", self.run("return document.body.innerText").await);
    }

    /// What a script of the page returns, which may wait.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {script} }})().then(done, (error) => done('failed: ' + error));"
        );
        self.call("POST", "/execute/async", &json!({"script": script, "args": []})).await
    }

    /// Cookies that the page's address gets.
    pub(crate) async fn cookies(&self) -> Vec<Value> {
        self.call("GET", "/cookie", &Value::Null).await.as_array().unwrap().clone()
    }

    /// Closes the browser, whatever became of it.
    pub(crate) async fn quit(&self) {
        let _ = self.client.delete(&self.address).send().await;
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// The port that the driver took, and somebody who reads on, as it must not wait for a reader.
fn port(mut output: BufReader<std::process::ChildStdout>) -> u16 {
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(output.read_line(&mut line).unwrap(), 0, "chromedriver ended");
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            let port = port.trim().trim_end_matches('.').parse().unwrap();
            std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
            return port;
        }
    }
}
