//! How a source that fails is told, and that it harms nothing.

use serde_json::Value;

use crate::harness::Home;
use crate::{catalogue, state};

/// A registry with one server, to which bad sources are given.
pub(crate) struct Target {
    pub(crate) home: Home,
}

impl Target {
    pub(crate) fn new() -> Self {
        let home = Home::new();
        home.import(&home.file("before.json", catalogue::plain(&["a.b/before"])));
        Self { home }
    }

    /// The message of the source `bad`, imported together with a good one: the run fails, nothing of the bad source
    /// moved the registry, and the good one is there.
    pub(crate) fn failure(&self, location: &str) -> String {
        let before = state::check(&self.home.data());
        let good = self.home.file("good.json", catalogue::plain(&["a.b/before", "a.b/good"]));
        let (code, report) = self.home.sync(&[&format!("bad={location}"), &format!("before={good}")]);
        assert_eq!(code, 1, "{report}");
        let [bad, good] = report["sources"].as_array().unwrap().as_slice() else { panic!("{report}") };
        assert_eq!(good["error"], Value::Null, "{report}");
        assert_eq!(
            ["read", "imported", "unchanged"].map(|field| bad[field].as_u64().unwrap()),
            [0; 3],
            "{location} was not read"
        );
        let after = state::check(&self.home.data());
        assert_eq!(good["read"], 2);
        assert_eq!(good["imported"].as_u64().unwrap(), after.serial.0 - before.serial.0);
        for (name, server) in &before.servers {
            assert_eq!(after.servers.get(name), Some(server), "the previous data is untouched");
        }
        assert!(after.servers.keys().any(|name| name.as_str() == "a.b/good"), "the other source is imported");
        let message = bad["error"].as_str().unwrap().to_owned();
        println!("{message}");
        assert!(message.starts_with("source bad: "), "{message}");
        assert!(message.ends_with("; what was imported before is kept"), "{message}");
        assert!(!message.contains('\n'), "{message}");
        message
    }

    /// The message of a file with this content, without what all messages have in common.
    pub(crate) fn failure_of(&self, content: impl AsRef<[u8]>) -> String {
        let path = self.home.file("bad.json", content);
        let message = self.failure(&path);
        let message = message.strip_prefix(&format!("source bad: reading {path}: ")).unwrap();
        message.strip_suffix("; what was imported before is kept").unwrap().to_owned()
    }

    /// The refused entries of a source that is read, and how many others were imported.
    pub(crate) fn refused(&self, content: &str) -> (Vec<String>, u64) {
        let path = self.home.file("mixed.json", content);
        let (report, _) = self.home.import(&path);
        let refused = report["refused"].as_array().unwrap().iter().map(|refused| {
            let text = |field: &str| refused[field].as_str().unwrap();
            println!("refused {:?} {:?}: {}", text("name"), text("version"), text("reason"));
            format!("{} {}: {}", text("name"), text("version"), text("reason"))
        });
        (refused.collect(), report["imported"].as_u64().unwrap())
    }
}

#[test]
fn a_failure_is_told_to_people_too() {
    let target = Target::new();
    let bad = target.home.file("bad.json", "[");
    let ran = target.home.run(&["sync", "--data", "data", &bad]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.lines().any(|line| line.split_whitespace().eq(["bad", "0", "0", "0", "0", "0", "failed"])));
    assert_eq!(
        ran.stderr,
        format!(
            "error: source bad: reading {bad}: ends too early at line 1 column 1 (truncated?); what was imported \
             before is kept\n"
        )
    );
}

#[test]
fn a_registry_in_use_is_not_written() {
    let target = Target::new();
    let serving = target.home.serve(&["--no-sources"]);
    let ran = target.home.run(&["sync", "--data", "data", "before.json"]);
    assert_eq!(ran.code, 1);
    println!("{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: another berth uses the data directory "), "{}", ran.stderr);
    assert_eq!(serving.names(), ["a.b/before"]);
}
