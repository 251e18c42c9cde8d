//! What people write for TOML, in words.

use std::fmt;
use std::ops::Range;

use crate::text::{is_quote, is_unseen};

/// A place of a line that is no TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slip {
    /// The bytes of the line.
    pub(crate) at: Range<usize>,
    pub(crate) kind: SlipKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SlipKind {
    /// A quote of another kind.
    Quote(char),
    /// A quote within a string in such quotes.
    InnerQuote(char),
    /// A space of another kind, or a character without width.
    Unseen(char),
    /// A letter that only looks Latin: the name, and the letter.
    LookAlike(String, char),
    /// A known name with spaces or dashes of another kind.
    Name(String),
    /// The beginning of a comment in another language.
    Comment(&'static str),
    /// What stands in place of `=`; empty if nothing does.
    Separator(String),
    /// What stands behind the value.
    Ending(String),
    /// The header that was meant.
    Header(String),
    /// A line of another format.
    Meaningless(String),
    /// A text without quotes.
    Unquoted,
    /// A word for true or false.
    Switch(String),
    /// What stands where a whole number is meant.
    Number(String),
    /// A word for no value.
    Null(String),
    /// A bracket in place of that of a list.
    Bracket(char),
    /// An escape that there is not.
    Escape(String),
    /// What lacks its end, and the end.
    Unclosed(&'static str, char),
    Comma,
    /// A comma without an item in front of it.
    ExtraComma,
    /// A key of a person's own without quotes.
    UnquotedKey,
    /// A key that its table does not have, in letters that need quotes.
    UnknownKey(String),
}

impl SlipKind {
    /// The slip in a name that is known in its Latin spelling.
    pub(super) fn of_name(name: &str) -> SlipKind {
        let mut letters = name.chars().filter(|c| !c.is_ascii());
        let letter = letters.clone().find(|c| c.is_alphabetic());
        match letter.or_else(|| letters.find(|&c| is_unseen(c))) {
            Some(c) if is_unseen(c) => SlipKind::Unseen(c),
            Some(c) => SlipKind::LookAlike(name.to_owned(), c),
            None => SlipKind::Name(name.to_owned()),
        }
    }
}

impl fmt::Display for SlipKind {
    /// What is wrong, in lower case and without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SlipKind::Quote(quote) => {
                write!(f, "TOML has no quote `{quote}`, only `\"` and `'`")
            }
            SlipKind::InnerQuote(quote) => {
                write!(
                    f,
                    "a string between `{quote}` cannot have that quote within"
                )
            }
            SlipKind::Unseen(c) => {
                let name = match c {
                    '\u{a0}' | '\u{202f}' => "a non-breaking space",
                    '\u{feff}' => "a byte order mark",
                    c if c.is_whitespace() => "a space of another kind",
                    _ => "a character without width",
                };
                write!(f, "there is {name} (U+{:04X})", u32::from(*c))
            }
            SlipKind::LookAlike(name, c) => {
                write!(f, "`{name}` has {} letter `{c}`", script(*c))
            }
            SlipKind::Name(name) => write!(f, "`{name}` is not how the key is written"),
            SlipKind::Comment(marker) => {
                let marker = marker.trim_end();
                write!(f, "a comment begins with `#`, not with `{marker}`")
            }
            SlipKind::Separator(separator) => match &**separator {
                "" => f.write_str("there is no `=` between the key and its value"),
                other => write!(f, "`=` stands between a key and its value, not `{other}`"),
            },
            SlipKind::Ending(ending) => write!(f, "a line of TOML does not end in `{ending}`"),
            SlipKind::Header(header) => write!(f, "the header of this table is `{header}`"),
            SlipKind::Meaningless(text) => write!(f, "TOML has no line `{text}`"),
            SlipKind::Unquoted => f.write_str("a text must be in quotes"),
            SlipKind::Switch(word) => write!(f, "a switch is `true` or `false`, not `{word}`"),
            SlipKind::Number(text) => {
                write!(
                    f,
                    "a whole number has digits and no zero in front, not `{text}`"
                )
            }
            SlipKind::Null(word) => {
                write!(f, "TOML has no `{word}`: a key without a value is left out")
            }
            SlipKind::Bracket(c) => write!(f, "a list stands between `[` and `]`, not `{c}`"),
            SlipKind::Escape(escape) => write!(
                f,
                "a backslash in double quotes begins an escape, and `{escape}` is none"
            ),
            SlipKind::Unclosed(what, end) => write!(f, "the {what} has no `{end}` at its end"),
            SlipKind::Comma => f.write_str("there is no comma between the items of the list"),
            SlipKind::ExtraComma => f.write_str("there is a comma without an item in front of it"),
            SlipKind::UnquotedKey => {
                f.write_str("a key with other letters than a-z, or with signs, must be in quotes")
            }
            SlipKind::UnknownKey(key) => write!(f, "unknown key `{key}`"),
        }
    }
}

fn script(c: char) -> &'static str {
    match c {
        '\u{370}'..='\u{3ff}' => "the Greek",
        '\u{400}'..='\u{52f}' => "the Cyrillic",
        _ => "the foreign",
    }
}

/// Whether a string that opens with a quote may close with `c`.
pub(super) fn is_closing_quote(opening: char, c: char) -> bool {
    match opening {
        '«' => matches!(c, '»' | '"'),
        '‹' => c == '›',
        '\'' => matches!(c, '\'' | '’'),
        '"' => matches!(c, '"' | '”' | '“' | '»'),
        _ => is_quote(c),
    }
}
