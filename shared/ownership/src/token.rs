//! The token in a README that names the server: `mcp-name: io.github.acme/widget`.

use registry::model::ServerName;

/// What a README says about a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// It names the server.
    Present,
    /// It names a server whose name begins like this one; this is the first character that is too much.
    Glued(char),
    /// It does not name the server.
    Absent,
}

/// Looks for the token. What follows the name must not belong to a longer name; a comment may end right behind it.
pub(crate) fn find(readme: &str, name: &ServerName) -> Token {
    let token = format!("mcp-name: {name}");
    let mut first_glued = None;
    for (at, _) in readme.match_indices(&token) {
        let rest = readme.get(at + token.len()..).unwrap_or_default();
        match rest.chars().next() {
            Some(next) if is_name_char(next) && !rest.starts_with("-->") && !rest.starts_with("--!>") => {
                first_glued.get_or_insert(next);
            }
            _ => return Token::Present,
        }
    }
    first_glued.map_or(Token::Absent, Token::Glued)
}

fn is_name_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '/' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_occurrence_counts_and_needs_an_end() {
        let name: ServerName = "io.github.acme/widget".parse().unwrap();
        for (readme, expected) in [
            ("", Token::Absent),
            ("mcp-name: io.github.acme/widget", Token::Present),
            ("a mcp-name: io.github.acme/widget\nb", Token::Present),
            ("<!-- mcp-name: io.github.acme/widget -->", Token::Present),
            ("<!-- mcp-name: io.github.acme/widget-->", Token::Present),
            ("<!-- mcp-name: io.github.acme/widget--!>", Token::Present),
            ("<p>mcp-name: io.github.acme/widget</p>", Token::Present),
            ("mcp-name: io.github.acme/widgetß", Token::Present),
            ("mcp-name: io.github.acme/widget-pro", Token::Glued('-')),
            ("mcp-name: io.github.acme/widget--", Token::Glued('-')),
            ("mcp-name: io.github.acme/widget.", Token::Glued('.')),
            ("mcp-name: io.github.acme/widget/x", Token::Glued('/')),
            ("mcp-name: io.github.acme/widget_x mcp-name: io.github.acme/widget9", Token::Glued('_')),
            ("mcp-name: io.github.acme/widget-pro\nmcp-name: io.github.acme/widget", Token::Present),
            ("mcp-name: io.github.Acme/widget", Token::Absent),
            ("mcp-name:io.github.acme/widget", Token::Absent),
            ("mcp-name:  io.github.acme/widget", Token::Absent),
            ("MCP-Name: io.github.acme/widget", Token::Absent),
            ("xmcp-name: io.github.acme/widget", Token::Present),
        ] {
            assert_eq!(find(readme, &name), expected, "{readme:?}");
        }
    }
}
