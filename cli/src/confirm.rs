//! Asks before what cannot be taken back easily.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::bail;

use crate::output::printable;

/// Whether the user wants it. Where nobody can be asked, `--yes` has to be given.
pub(crate) fn confirm(question: &str, is_sure: bool) -> anyhow::Result<bool> {
    if is_sure {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        bail!("{question}? There is no terminal to ask on; say so with --yes");
    }
    ask(question, &mut io::stdin().lock(), &mut io::stderr())
}

fn ask(question: &str, answers: &mut impl BufRead, terminal: &mut impl Write) -> anyhow::Result<bool> {
    write!(terminal, "{}? [y/N] ", printable(question))?;
    terminal.flush()?;
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for (typed, expected) in [("y\n", true), (" YES \n", true), ("\n", false), ("", false), ("yikes\n", false)] {
            let mut shown = Vec::new();
            assert_eq!(ask("delete it", &mut typed.as_bytes(), &mut shown).unwrap(), expected, "{typed:?}");
            assert_eq!(shown, b"delete it? [y/N] ");
        }
    }
}
