//! The name that a README declares: `mcp-name: NAME`.

use std::path::Path;

const FILES: [&str; 4] = ["README.md", "README.rst", "README.txt", "README"];
const TOKEN: &str = "mcp-name: ";

pub(super) fn declared_name(directory: &Path) -> Option<String> {
    let text = FILES.iter().find_map(|file| std::fs::read_to_string(directory.join(file)).ok())?;
    let (_, rest) = text.split_once(TOKEN)?;
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '/' | '-');
    let name = rest.split(|char| !is_part(char)).next()?;
    // `NAME-->` ends a comment, `NAME.` a sentence.
    let name = name.trim_end_matches(['-', '.']);
    name.parse::<registry::model::ServerName>().ok().map(|name| name.as_str().to_owned())
}
