//! Texts inside messages, escaped as Go writes them.

use std::fmt::{Display, Formatter, Result, Write};

/// A text in quotes; the quote itself, backslashes and what cannot be seen are escaped.
pub(crate) struct Quoted<'a> {
    text: &'a str,
    quote: char,
}

/// `"text"`
pub(crate) fn double(text: &str) -> Quoted<'_> {
    Quoted { text, quote: '"' }
}

/// `'text'`
pub(crate) fn single(text: &str) -> Quoted<'_> {
    Quoted { text, quote: '\'' }
}

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_char(self.quote)?;
        for char in self.text.chars() {
            match char {
                '\\' => f.write_str("\\\\")?,
                '\u{7}' => f.write_str("\\a")?,
                '\u{8}' => f.write_str("\\b")?,
                '\u{b}' => f.write_str("\\v")?,
                '\u{c}' => f.write_str("\\f")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                _ if char == self.quote => write!(f, "\\{char}")?,
                '\0'..'\u{20}' | '\u{7f}' => write!(f, "\\x{:02x}", u32::from(char))?,
                _ if char != ' ' && (char.is_whitespace() || char.is_control()) => {
                    write!(f, "\\u{:04x}", u32::from(char))?;
                }
                _ => f.write_char(char)?,
            }
        }
        f.write_char(self.quote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_the_quote_in_use_and_what_cannot_be_seen() {
        assert_eq!(double("a\"b'c\\d\n\0é\u{a0}").to_string(), r#""a\"b'c\\d\n\x00é\u00a0""#);
        assert_eq!(single("a\"b'c \t").to_string(), r#"'a"b\'c \t'"#);
    }
}
