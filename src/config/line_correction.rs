//! What a line of TOML was meant to be: a reader that takes what people write for TOML, and writes it right.
//!
//! It knows the notations of other programs (YAML, JSON, INI, JavaScript), of word processors (quotes, dashes,
//! spaces) and of Windows (paths). What it writes is parsed, so no correction is wrong TOML.

mod slip;
mod values;

use toml::de::DeTable;

use self::slip::is_closing_quote;
pub(crate) use self::slip::{Slip, SlipKind};
use self::values::{ValueKind, Within};
use super::toml_string::{self, Dollars};
use crate::text::{is_quote, is_unseen, latin_spelling};

/// A longer line is not corrected: it is no setting that a person wrote.
pub(super) const LINE_BYTES_MAX: usize = 2000;

/// Levels of lists and tables in a value that is corrected.
const DEPTH_MAX: usize = 8;

/// Finds the header of a table by its name.
pub(crate) type FindHeader = dyn Fn(&str) -> Option<String>;

/// What is known about the table of a line.
#[derive(Clone, Copy, Default)]
pub(crate) struct LineContext<'k> {
    /// Its keys. Without any, each key is one of a person's own.
    pub(crate) keys: &'k [&'static str],
    /// Those of its keys that are `true` or `false`.
    pub(crate) switches: &'k [&'static str],
    /// Those of its keys that are whole numbers.
    pub(crate) numbers: &'k [&'static str],
    /// The header of the table with a name, `[site]` or `[[feed]]`.
    pub(crate) header: Option<&'k FindHeader>,
    /// Whether the line stands within a list that a line above opens.
    pub(crate) is_in_list: bool,
    /// Whether a list that the line opens ends on it, or lacks its end.
    pub(crate) ends_list: bool,
}

/// A line as it was meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CorrectedLine {
    /// The line, without its comment; empty if it has no meaning in TOML.
    pub(crate) text: String,
    /// The first slip of it.
    pub(crate) slip: Slip,
}

/// Corrects a line of a table with these keys, in which others may stand as well.
pub(crate) fn correct_line(line: &str, keys: &[&'static str]) -> Option<CorrectedLine> {
    correct(
        line,
        &LineContext {
            keys,
            switches: &["draft"],
            ..LineContext::default()
        },
    )
}

/// Corrects a line; `None` if nothing is wrong with it, or what is wrong is not known.
pub(crate) fn correct(line: &str, context: &LineContext<'_>) -> Option<CorrectedLine> {
    let line = line.trim_end_matches(['\r', '\n']);
    if line.len() > LINE_BYTES_MAX {
        return None;
    }
    let mut reader = LineReader {
        line,
        at: 0,
        depth: 0,
        is_open: false,
        slips: Vec::new(),
        context,
    };
    let text = reader.line()?;
    let is_toml = match (context.is_in_list, reader.is_open) {
        (true, true) => parses(&format!("x = [\n{text}\n]")),
        (true, false) => parses(&format!("x = [\n{text}")),
        (false, true) => parses(&format!("{text}\n]")),
        (false, false) => parses(&text),
    };
    let slip = reader.slips.into_iter().min_by_key(|slip| slip.at.start)?;
    is_toml.then_some(CorrectedLine { text, slip })
}

fn parses(text: &str) -> bool {
    DeTable::parse(text).is_ok()
}

struct LineReader<'l> {
    line: &'l str,
    at: usize,
    depth: usize,
    /// Whether a list goes on below the line.
    is_open: bool,
    slips: Vec<Slip>,
    context: &'l LineContext<'l>,
}

impl<'l> LineReader<'l> {
    fn rest(&self) -> &'l str {
        &self.line[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn slip(&mut self, start: usize, end: usize, kind: SlipKind) {
        let at = start..end.max(start);
        self.slips.push(Slip { at, kind });
    }

    /// Takes `token` if it is next.
    fn take(&mut self, token: &str) -> bool {
        let is_next = self.rest().starts_with(token);
        self.at += if is_next { token.len() } else { 0 };
        is_next
    }

    fn skip_spaces(&mut self) {
        while let Some(c) = self.peek() {
            if is_unseen(c) {
                self.slip(self.at, self.at + c.len_utf8(), SlipKind::Unseen(c));
            } else if !matches!(c, ' ' | '\t') {
                break;
            }
            self.at += c.len_utf8();
        }
    }

    fn line(&mut self) -> Option<String> {
        self.skip_spaces();
        let (start, rest) = (self.at, self.rest());
        let content = rest.trim_end();
        if content.is_empty() || content.starts_with('#') {
            return Some(content.to_owned());
        }
        if matches!(
            content,
            "---" | "+++" | "..." | "{" | "}" | "}," | "};" | "],"
        ) {
            let token = content.to_owned();
            self.slip(start, start + content.len(), SlipKind::Meaningless(token));
            return Some(String::new());
        }
        if let Some(marker) = COMMENTS.iter().find(|marker| content.starts_with(**marker)) {
            self.slip(start, start + marker.len(), SlipKind::Comment(marker));
            let text = content.trim_matches(|c: char| "/*-;%<>! \t".contains(c));
            return Some(format!("# {text}"));
        }
        if self.context.is_in_list {
            return self.items();
        }
        match self.header(content) {
            Some(header) => header,
            None => self.key_value(),
        }
    }

    /// The header of a table, if the line is one: it begins with a bracket, or ends with one and has no value.
    fn header(&mut self, content: &str) -> Option<Option<String>> {
        let without_comment = content.split(" #").next().unwrap_or(content).trim_end();
        let other_comment = without_comment.find(" //").map(|at| at + 1);
        let without_comment = match other_comment {
            Some(at) if content.starts_with('[') => {
                self.slip(self.at + at, self.at + at + 2, SlipKind::Comment("//"));
                without_comment[..at].trim_end()
            }
            _ => without_comment,
        };
        let bare = without_comment.trim_end_matches([';', ',', ':']).trim_end();
        let is_header = bare.starts_with('[')
            || bare.ends_with(']') && !bare.contains(['=', ':', '"', '\'', '[']);
        is_header.then(|| self.corrected_header(bare, without_comment))
    }

    fn corrected_header(&mut self, bare: &str, without_comment: &str) -> Option<String> {
        let (start, end) = (self.at, self.at + bare.len());
        let path = bare.trim_matches(['[', ']', ' ', '\t']);
        let mut name = String::new();
        for segment in path.split('.') {
            let segment = segment.trim_matches(|c: char| c.is_whitespace() || is_quote(c));
            let separator = if name.is_empty() { "" } else { "." };
            name = match latin_spelling(segment) {
                Some(latin) => format!("{name}{separator}{latin}"),
                None => format!("{name}{separator}{segment}"),
            };
        }
        let header = (self.context.header?)(&name)?;
        let name_at = start + bare.find(path).unwrap_or(0);
        if !path.is_ascii() {
            self.slip(name_at, name_at + path.len(), SlipKind::of_name(path));
        } else if bare.len() < without_comment.len() {
            self.slip(
                end,
                start + without_comment.len(),
                SlipKind::Ending(without_comment[bare.len()..].trim().to_owned()),
            );
        } else if bare != header {
            self.slip(start, end, SlipKind::Header(header.clone()));
        }
        Some(header)
    }

    fn key_value(&mut self) -> Option<String> {
        let start = self.at;
        let key = self.key()?;
        self.skip_spaces();
        let separator_at = self.at;
        let separators = [":=", "=>", "==", "->", "=", ":", "：", "＝"];
        let separator = separators
            .into_iter()
            .find(|separator| self.take(separator));
        let rest = self.rest().trim();
        let opens_table =
            rest.is_empty() && matches!(separator, Some(":")) || rest == "{" && separator.is_some();
        if opens_table {
            let header = (self.context.header?)(key.name())?;
            let end = start + self.line[start..].trim_end().len();
            self.slip(start, end, SlipKind::Header(header.clone()));
            return Some(header);
        }
        if rest.is_empty() || separator.is_none() && !self.context.keys.contains(&key.name()) {
            return None;
        }
        if separator != Some("=") {
            let separator = separator.unwrap_or_default();
            let next = self.line[separator_at..].chars().next();
            let end = separator_at + separator.len().max(next.map_or(0, char::len_utf8));
            self.slip(separator_at, end, SlipKind::Separator(separator.to_owned()));
        }
        let name = key.name();
        let kind = if self.context.switches.contains(&name) {
            ValueKind::Switch
        } else if self.context.numbers.contains(&name) {
            ValueKind::Number
        } else {
            ValueKind::Other
        };
        let value = self.value(Within::Line, kind)?;
        if value.is_empty() {
            return Some(String::new());
        }
        if !self.is_open || !self.rest().trim().is_empty() {
            self.ending()?;
        }
        Some(format!("{} = {value}", key.toml()))
    }

    /// What may follow a value on its line.
    fn ending(&mut self) -> Option<()> {
        loop {
            self.skip_spaces();
            let start = self.at;
            let rest = self.rest().trim_end();
            if rest.is_empty() || rest.starts_with('#') {
                return Some(());
            }
            if let Some(marker) = COMMENTS.iter().find(|marker| rest.starts_with(**marker))
                && *marker != ";"
            {
                self.slip(start, start + marker.len(), SlipKind::Comment(marker));
                return Some(());
            }
            let token = [";", ","].into_iter().find(|token| self.take(token))?;
            let behind = rest[1..].trim_start();
            // A comment of INI, unless it is a second key.
            if token == ";" && behind.starts_with(char::is_alphabetic) && !behind.contains('=') {
                self.slip(start, start + 1, SlipKind::Comment(";"));
                return Some(());
            }
            self.slip(start, start + 1, SlipKind::Ending(token.to_owned()));
        }
    }

    fn key(&mut self) -> Option<Key> {
        let start = self.at;
        let (raw, is_quoted) = match self.peek()? {
            quote if is_quote(quote) => {
                let inside = &self.rest()[quote.len_utf8()..];
                let end = inside.find(|c| is_closing_quote(quote, c))?;
                let raw = &inside[..end];
                let close = inside[end..].chars().next()?;
                self.at += quote.len_utf8() + end + close.len_utf8();
                if !matches!(quote, '"' | '\'') || close != quote {
                    self.slip(start, start + quote.len_utf8(), SlipKind::Quote(quote));
                    (raw, false)
                } else {
                    (raw, true)
                }
            }
            _ => {
                let rest = self.rest();
                let end = rest
                    .find(['=', ':', '：', '＝'])
                    .or_else(|| rest.find([' ', '"', '\'']))?;
                // Without a separator the first word is the key.
                let raw = rest[..end].trim_end();
                let raw = match raw.split_once([' ', '\t']) {
                    Some((first, _)) if self.context.keys.contains(&first) => first,
                    _ => raw,
                };
                self.at += raw.len();
                (raw, false)
            }
        };
        let raw = raw.trim();
        if raw.is_empty() {
            return None;
        }
        let is_bare = |text: &str| {
            let is_part = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
            text.bytes().all(is_part)
        };
        if is_bare(raw) || is_quoted && raw.is_ascii() {
            return Some(
                match is_quoted && (self.context.keys.is_empty() || !is_bare(raw)) {
                    true => Key::Quoted(raw.to_owned()),
                    false => Key::Bare(raw.to_owned()),
                },
            );
        }
        let latin = latin_spelling(raw).unwrap_or_else(|| raw.to_owned());
        let latin = latin.split_whitespace().collect::<Vec<_>>().join("-");
        if self.context.keys.iter().any(|known| *known == latin) {
            self.slip(start, self.at, SlipKind::of_name(raw));
            return Some(Key::Bare(latin));
        }
        if !is_quoted && self.slips.iter().all(|slip| slip.at.start != start) {
            let kind = match self.context.keys.is_empty() {
                true => SlipKind::UnquotedKey,
                false => SlipKind::UnknownKey(raw.to_owned()),
            };
            self.slip(start, self.at, kind);
        }
        Some(Key::Quoted(raw.to_owned()))
    }
}

/// How other languages begin a comment; the longer ones first.
const COMMENTS: [&str; 9] = ["<!--", "-->", "//", "/*", "*/", "-- ", ";", "%", "* "];

/// A key as it was meant.
enum Key {
    Bare(String),
    Quoted(String),
}

impl Key {
    fn name(&self) -> &str {
        match self {
            Key::Bare(name) | Key::Quoted(name) => name,
        }
    }

    fn toml(&self) -> String {
        match self {
            Key::Bare(name) => name.clone(),
            Key::Quoted(name) => quoted(name),
        }
    }
}

/// The switch that a word means.
pub(super) fn switch_word(word: &str) -> Option<&'static str> {
    match &*word.trim().to_lowercase() {
        "yes" | "on" | "true" | "y" | "1" | "да" | "иә" => Some("true"),
        "no" | "off" | "false" | "n" | "0" | "нет" | "жоқ" => Some("false"),
        _ => None,
    }
}

/// A text as a string of TOML, with the dollar signs that it has.
pub(super) fn quoted(text: &str) -> String {
    toml_string::quoted(text, Dollars::Kept)
}

#[cfg(test)]
mod tests;
