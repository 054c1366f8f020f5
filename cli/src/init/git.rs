//! The git checkout that a directory is in, read without git.

use std::fs;
use std::path::{Path, PathBuf};

/// Where a checkout comes from.
pub(super) struct Checkout {
    /// URL of the remote `origin`, else of the first one.
    pub(super) remote: String,
    /// The directory inside the checkout, empty at its top.
    pub(super) subfolder: String,
}

/// The checkout around a directory, where it has a remote.
pub(super) fn find(directory: &Path) -> Option<Checkout> {
    let top = directory.ancestors().find(|above| above.join(".git").exists())?;
    let config = fs::read_to_string(git_directory(&top.join(".git"))?.join("config")).ok()?;
    let inside = directory.strip_prefix(top).ok()?;
    let parts: Option<Vec<&str>> = inside.components().map(|part| part.as_os_str().to_str()).collect();
    Some(Checkout { remote: remote(&config)?, subfolder: parts?.join("/") })
}

/// The directory with the configuration: worktrees and submodules have a file in its place that leads there.
fn git_directory(dot_git: &Path) -> Option<PathBuf> {
    if dot_git.is_dir() {
        return Some(dot_git.to_owned());
    }
    let text = fs::read_to_string(dot_git).ok()?;
    let directory = dot_git.parent()?.join(text.trim().strip_prefix("gitdir:")?.trim());
    match fs::read_to_string(directory.join("commondir")) {
        Ok(common) => Some(directory.join(common.trim())),
        Err(_) => Some(directory),
    }
}

fn remote(config: &str) -> Option<String> {
    let mut current = None;
    let mut first = None;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            let name = line.strip_prefix("[remote \"").and_then(|rest| rest.split('"').next());
            current = name.map(str::to_owned);
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let Some(name) = current.as_deref().filter(|_| key.trim().eq_ignore_ascii_case("url")) else { continue };
        let url = value.trim().trim_matches('"').to_owned();
        if name == "origin" {
            return Some(url);
        }
        first.get_or_insert(url);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_comes_first() {
        let config = "[core]\n\turl = no\n[remote \"upstream\"]\n\turl = u\n\tfetch = +refs\n[remote \"origin\"]\n\tURL = \"o\"\n";
        assert_eq!(remote(config).as_deref(), Some("o"));
        assert_eq!(remote("[remote \"fork\"]\nurl=f\n[branch \"main\"]\nurl=x\n").as_deref(), Some("f"));
        assert_eq!(remote("[core]\nbare = false\n"), None);
    }

    #[test]
    fn worktrees_lead_to_their_repository() {
        let home = tempfile::tempdir().unwrap();
        let (main, tree) = (home.path().join("main/.git"), home.path().join("tree"));
        fs::create_dir_all(main.join("worktrees/tree")).unwrap();
        fs::create_dir_all(tree.join("servers/widget")).unwrap();
        fs::write(main.join("config"), "[remote \"origin\"]\nurl = o\n").unwrap();
        fs::write(main.join("worktrees/tree/commondir"), "../..\n").unwrap();
        fs::write(tree.join(".git"), format!("gitdir: {}\n", main.join("worktrees/tree").display())).unwrap();
        let checkout = find(&tree.join("servers/widget")).unwrap();
        assert_eq!((checkout.remote.as_str(), checkout.subfolder.as_str()), ("o", "servers/widget"));
        assert_eq!(find(&tree).unwrap().subfolder, "");
    }
}
