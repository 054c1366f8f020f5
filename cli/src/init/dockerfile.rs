//! `Dockerfile`: what an image's labels say.

use std::path::Path;

use super::manifest::{Kind, Manifest};

pub(super) fn read(text: &str, _: &Path) -> Result<Option<Manifest>, String> {
    let labels = labels(text);
    // The last one holds, as in the image. Build arguments are not known here.
    let label = |name: &str| {
        let value = labels.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        value.filter(|value| !value.contains('$') && !value.is_empty())
    };
    Ok(Some(Manifest {
        server_name: label("io.modelcontextprotocol.server.name"),
        version: label("org.opencontainers.image.version"),
        description: label("org.opencontainers.image.description"),
        repository: label("org.opencontainers.image.source"),
        homepage: label("org.opencontainers.image.url"),
        ..Manifest::new(Kind::Oci)
    }))
}

fn labels(text: &str) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    for line in instructions(text) {
        let Some((instruction, rest)) = line.trim_start().split_once(char::is_whitespace) else { continue };
        if !instruction.eq_ignore_ascii_case("LABEL") {
            continue;
        }
        let words = words(rest);
        match words.as_slice() {
            // The old form: the rest of the line is the value.
            [key, value @ ..] if !key.contains('=') => labels.push((key.clone(), value.join(" "))),
            words => labels.extend(words.iter().filter_map(|word| {
                let (key, value) = word.split_once('=')?;
                Some((key.to_owned(), value.to_owned()))
            })),
        }
    }
    labels
}

/// Lines, joined where one ends with a backslash; comments are left out even in between, as Docker does.
fn instructions(text: &str) -> Vec<String> {
    let mut instructions = Vec::new();
    let mut current = String::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        match line.trim_end().strip_suffix('\\') {
            Some(start) => current.push_str(start),
            None => {
                current.push_str(line);
                instructions.push(std::mem::take(&mut current));
            }
        }
    }
    instructions.push(current);
    instructions
}

/// Words of a line, with their quotes taken off.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (quote, char) {
            (None, '"' | '\'') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (Some(open), _) if char == open => quote = None,
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, _) if char.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_in_every_form() {
        let text = "FROM scratch\n# LABEL a=comment\nlabel a=1 \"b c\"='two words' \\\n# between\n  d=\"three \\\"x\\\"\"\nLABEL e plain words\n\
                    LABEL f\nENV g=1\nLABEL h=\\";
        let labels = labels(text);
        let expected =
            [("a", "1"), ("b c", "two words"), ("d", "three \"x\""), ("e", "plain words"), ("f", ""), ("h", "")];
        assert_eq!(labels, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn build_arguments_say_nothing() {
        let text = "LABEL org.opencontainers.image.version=$VERSION io.modelcontextprotocol.server.name=a.b/old\n\
                    LABEL io.modelcontextprotocol.server.name=a.b/new\n";
        let manifest = read(text, Path::new("")).unwrap().unwrap();
        assert_eq!((manifest.version, manifest.server_name.as_deref()), (None, Some("a.b/new")));
    }
}
