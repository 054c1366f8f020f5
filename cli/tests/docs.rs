//! Every `console` block of the documents, run as it stands.
//!
//! A line that begins with `$ ` is run; the lines below it are what it prints, stdout before stderr, where `…` stands for
//! anything. Commands of one document share a directory and a server, which listens on another port than 8080.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot be set up has to stop and say why"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const BERTH: &str = env!("CARGO_BIN_EXE_berth");

#[test]
fn readme() {
    run("README.md", &[]);
}

#[test]
fn sources() {
    run("docs/sources.md", &[]);
}

#[test]
fn search() {
    run("docs/search.md", &[]);
}

#[test]
fn mirrors() {
    run("docs/mirrors.md", &[]);
}

#[test]
fn cost() {
    run("docs/cost.md", &["--no-sources"]);
}

#[test]
fn publishing() {
    run("docs/publishing.md", &["--no-sources", "--anonymous-login", "--no-package-ownership"]);
}

/// The workflow of `docs/publishing.md` has nothing that zizmor, which knows how workflows are attacked, would change.
#[test]
fn the_workflow_is_sound() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/publishing.md")).expect("the document");
    let workflow = text.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a workflow");
    let Some(zizmor) = zizmor() else { return };
    let dir = tempfile::tempdir().expect("a temporary directory");
    let folder = dir.path().join(".github/workflows");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("publish.yml"), workflow).expect("the workflow");
    let output = Command::new(zizmor)
        .args(["--offline", "--no-progress", "--persona", "auditor", "."])
        .current_dir(dir.path())
        .output()
        .expect("zizmor runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{said}");
    assert!(output.status.success(), "{said}");
    assert!(said.contains("No findings to report"), "{said}");
}

/// The program, installed where it is not; `None` where it cannot be.
fn zizmor() -> Option<std::path::PathBuf> {
    let venv = Path::new(ROOT).join("target/tools/zizmor");
    let program = venv.join("bin/zizmor");
    if program.exists() {
        return Some(program);
    }
    let runs = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let is_installed = runs(Command::new("python3").args(["-m", "venv"]).arg(&venv))
        && runs(Command::new(venv.join("bin/pip")).args(["install", "--quiet", "zizmor==1.32.0"]));
    if !is_installed {
        println!("skipped: zizmor cannot be installed: that needs Python, and pip's package index");
    }
    is_installed.then_some(program)
}

/// Runs a document's commands beside a server that is started with these flags.
fn run(document: &str, flags: &[&str]) {
    let text = fs::read_to_string(Path::new(ROOT).join(document)).expect("the document");
    let dir = tempfile::tempdir().expect("a temporary directory");
    write_inputs(dir.path());
    let server = Server::start(dir.path(), flags);
    let commands = commands(&text);
    assert!(!commands.is_empty(), "{document} has no command");
    for (command, expected) in commands {
        let printed = execute(&command.replace("http://127.0.0.1:8080", &server.address), dir.path(), &server);
        println!("{document}: $ {command}\n{printed}");
        assert!(matches(&expected, &printed), "{document}: {command} should print\n{expected}\nand printed\n{printed}");
    }
}

/// Commands with what each prints.
fn commands(text: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    let mut is_console = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_console = line == "```console";
        } else if is_console {
            match (line.strip_prefix("$ "), commands.last_mut()) {
                (Some(command), _) => commands.push((command.to_owned(), String::new())),
                (None, Some((_, printed))) => printed.push_str(&format!("{line}\n")),
                (None, None) => panic!("{line:?} is printed by no command"),
            }
        }
    }
    commands
}

fn execute(command: &str, dir: &Path, server: &Server) -> String {
    let bin = Path::new(BERTH).parent().expect("a directory");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let output = isolated("bash", dir)
        .args(["-c", command])
        .env("PATH", path)
        .env("BERTH_REGISTRY", &server.address)
        .output()
        .expect("bash");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    // `echo "exit code $?"` talks about what was printed before it.
    match stdout.rsplit_once("exit code ") {
        Some((before, code)) => format!("{before}{stderr}exit code {code}"),
        None => format!("{stdout}{stderr}"),
    }
}

/// Compares line by line, blanks at the end of a line left out.
fn matches(expected: &str, printed: &str) -> bool {
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let (expected, printed) = (lines(expected), lines(printed));
    expected.len() == printed.len()
        && expected.iter().zip(&printed).all(|(expected, line)| line_matches(expected, line))
}

fn line_matches(pattern: &str, line: &str) -> bool {
    let mut pieces = pattern.split('…');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    for (number, piece) in pieces.iter().enumerate() {
        if number + 1 == pieces.len() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.is_empty()
}

fn write_inputs(dir: &Path) {
    let server = |name: &str, package: &str| {
        format!(
            r#"{{"name":"com.example/{name}","description":"An example","version":"1.0.0","packages":[{{"registryType":"npm","identifier":"{name}","version":"{package}","transport":{{"type":"stdio"}}}}]}}"#
        )
    };
    let array = |servers: &[String]| format!("[{}]", servers.join(","));
    let file = |name: &str, text: String| fs::write(dir.join(name), text).expect("a file");
    file("catalogue.json", array(&[server("anchor", "1.0.0"), server("buoy", "1.0.0")]));
    file("faulty.json", array(&[server("cargo", "latest"), server("dock", "1.0.0")]));
    let package = r#"{"name":"@acme/widget","version":"1.0.0","description":"Turns widgets","mcpName":"io.modelcontextprotocol.anonymous/widget"}"#;
    file("package.json", format!("{package}\n"));
    file("cut.json", r#"{"servers":[{"name"#.to_owned());
}

/// A command that sees nothing of this machine's settings.
fn isolated(program: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(dir)
        .env("HOME", dir)
        .env("XDG_DATA_HOME", dir.join("xdg"))
        .env("XDG_CONFIG_HOME", dir.join("xdg"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BERTH_") || name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
}

/// `berth serve` as the README starts it, without a network.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(dir: &Path, flags: &[&str]) -> Self {
        let nowhere = "http://127.0.0.1:1";
        let mut child = isolated(BERTH, dir)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(flags)
            .envs([("HTTPS_PROXY", nowhere), ("HTTP_PROXY", nowhere)])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("berth serve");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("berth is ready at ").expect("the ready line").to_owned();
        Self { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
