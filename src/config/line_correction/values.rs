//! The values of a line, as people write them: strings in any quotes, lists, tables, words.

use super::slip::{SlipKind, is_closing_quote};
use super::{COMMENTS, DEPTH_MAX, Key, LineReader, parses, quoted, switch_word};
use crate::text::{is_quote, is_unseen, latin_spelling};

/// What a value stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Line,
    List,
    Table,
}

impl Within {
    /// The part of `text` that a value without quotes at its ends may be.
    fn segment(self, text: &str) -> &str {
        let ends: &[char] = match self {
            Within::Line => return without_comment(text),
            Within::List => &[',', ';', ']', ')'],
            Within::Table => &[',', '}'],
        };
        &text[..text.find(ends).unwrap_or(text.len())]
    }
}

/// What a value without quotes is, by its key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueKind {
    Switch,
    Number,
    Other,
}

impl LineReader<'_> {
    pub(super) fn value(&mut self, within: Within, kind: ValueKind) -> Option<String> {
        self.skip_spaces();
        if self.depth > DEPTH_MAX {
            return None;
        }
        match self.peek()? {
            '[' => self.nested(Self::list),
            '(' => self.nested(Self::list),
            '{' => self.nested(Self::table),
            quote if is_quote(quote) => self.string(quote, within),
            _ => self.bare(within, kind),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<String>) -> Option<String> {
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Option<String> {
        let start = self.at;
        if self.take("(") {
            self.slip(start, start + 1, SlipKind::Bracket('('));
        } else {
            self.at += 1;
        }
        let (items, is_closed) = self.list_items(true)?;
        if is_closed || items.is_empty() && self.depth == 1 && !self.context.ends_list {
            self.is_open |= !is_closed;
            let end = if is_closed { "]" } else { "" };
            return Some(format!("[{}{end}", items.join(", ")));
        }
        if self.context.ends_list && !items.is_empty() {
            self.slip(start, start + 1, SlipKind::Unclosed("list", ']'));
            return Some(format!("[{}]", items.join(", ")));
        }
        self.is_open = true;
        (self.depth == 1).then(|| format!("[{},", items.join(", ")))
    }

    /// The items of a list that an earlier line opens.
    pub(super) fn items(&mut self) -> Option<String> {
        let (items, is_closed) = self.list_items(false)?;
        let items = items.join(", ");
        if !is_closed {
            self.is_open = true;
            return Some(format!("{items},"));
        }
        self.ending()?;
        Some(format!("{items}]"))
    }

    /// The items up to the end of a list, and whether the line has its end. A comma in front of the first is one too
    /// many where the list begins.
    fn list_items(&mut self, is_beginning: bool) -> Option<(Vec<String>, bool)> {
        let mut items = Vec::new();
        let mut needs_comma = false;
        let mut needs_item = is_beginning;
        loop {
            self.skip_spaces();
            let rest = self.rest();
            let Some(next) = rest.chars().next() else {
                return Some((items, false));
            };
            if let Some(marker) = ["//", "/*", "-- "].iter().find(|m| rest.starts_with(**m)) {
                self.slip(self.at, self.at + marker.len(), SlipKind::Comment(marker));
                self.at = self.line.len();
                return Some((items, false));
            }
            match next {
                '#' if !is_tag_in_list(rest) => return Some((items, false)),
                ']' | ')' => {
                    if next == ')' {
                        self.slip(self.at, self.at + 1, SlipKind::Bracket(next));
                    }
                    self.at += 1;
                    return Some((items, true));
                }
                ',' | ';' => {
                    if next == ';' {
                        self.slip(self.at, self.at + 1, SlipKind::Comma);
                    } else if needs_item {
                        self.slip(self.at, self.at + 1, SlipKind::ExtraComma);
                    }
                    self.at += 1;
                    needs_comma = false;
                    needs_item = true;
                }
                _ if needs_comma => {
                    let word = rest.split([' ', '\t']).next().unwrap_or_default();
                    let is_conjunction = CONJUNCTIONS.contains(&word);
                    // What else stands between two items is no item.
                    if !(is_quote(next) || is_conjunction) {
                        return None;
                    }
                    let length = if is_conjunction {
                        word.len()
                    } else {
                        next.len_utf8()
                    };
                    self.slip(self.at, self.at + length, SlipKind::Comma);
                    self.at += if is_conjunction { word.len() } else { 0 };
                    needs_comma = false;
                }
                _ => {
                    items.push(self.value(Within::List, ValueKind::Other)?);
                    needs_comma = true;
                    needs_item = false;
                }
            }
        }
    }

    fn table(&mut self) -> Option<String> {
        let start = self.at;
        self.at += 1;
        let mut pairs = Vec::new();
        let mut needs_pair = true;
        loop {
            self.skip_spaces();
            match self.peek() {
                Some('}') => {
                    self.at += 1;
                    break;
                }
                Some(',') => {
                    if needs_pair {
                        self.slip(self.at, self.at + 1, SlipKind::ExtraComma);
                    }
                    self.at += 1;
                    needs_pair = true;
                }
                None => {
                    self.slip(start, start + 1, SlipKind::Unclosed("table", '}'));
                    break;
                }
                Some(_) => {
                    let key = self.inner_key()?;
                    let value = self.value(Within::Table, ValueKind::Other)?;
                    pairs.push(format!("{} = {value}", key.toml()));
                    needs_pair = false;
                }
            }
        }
        Some(format!("{{ {} }}", pairs.join(", ")))
    }

    /// A key of a table in braces, with its separator.
    fn inner_key(&mut self) -> Option<Key> {
        let start = self.at;
        let end = self.rest().find(['=', ':'])?;
        let raw = self.rest()[..end].trim().trim_matches(is_quote);
        let raw = latin_spelling(raw).unwrap_or_else(|| raw.to_owned());
        self.at += end;
        let separator = if self.take("=") { "=" } else { ":" };
        if separator == ":" {
            self.at += 1;
            self.slip(start + end, self.at, SlipKind::Separator(":".to_owned()));
        }
        let is_bare = !raw.is_empty()
            && raw
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        Some(match is_bare {
            true => Key::Bare(raw),
            false => Key::Quoted(raw),
        })
    }

    /// A string that begins with a quote of some kind.
    fn string(&mut self, quote: char, within: Within) -> Option<String> {
        let start = self.at;
        let body_at = start + quote.len_utf8();
        let body = &self.line[body_at..];
        if body.starts_with("\"\"") && quote == '"' || body.starts_with("''") && quote == '\'' {
            return None;
        }
        let proper = match quote {
            '"' => closing_quote(body),
            '\'' => body.find('\''),
            _ => None,
        };
        if let Some(end) = proper.filter(|end| ends_value(&body[end + 1..], within)) {
            self.at = body_at + end + 1;
            let raw = &self.line[start..self.at];
            if parses(&format!("x = {raw}")) {
                return Some(raw.to_owned());
            }
            let escape = wrong_escape(&body[..end]);
            let escape_end = body[escape..].char_indices().nth(2);
            let escape_end = escape_end.map_or(end, |(at, _)| escape + at);
            let token = body[escape..escape_end].to_owned();
            self.slip(
                body_at + escape,
                body_at + escape_end,
                SlipKind::Escape(token),
            );
            return Some(quoted(&body[..end]));
        }
        if within == Within::Line && has_second_value(quote, body) {
            return None;
        }
        let segment = within.segment(body);
        let is_straight = matches!(quote, '"' | '\'');
        // An item in straight quotes that has a comma has its quotes.
        let may_close = match within == Within::Line || !is_straight {
            true => body,
            false => segment,
        };
        let close = may_close.char_indices().find(|&(at, c)| {
            is_closing_quote(quote, c) && ends_value(&body[at + c.len_utf8()..], within)
        });
        let content = match close {
            Some((at, c)) => {
                self.at = body_at + at + c.len_utf8();
                let odd = [(start, quote), (body_at + at, c)];
                let odd = odd.into_iter().find(|(_, c)| !matches!(c, '"' | '\''));
                match odd {
                    Some((at, c)) => self.slip(at, at + c.len_utf8(), SlipKind::Quote(c)),
                    None => self.slip(start, self.at, SlipKind::InnerQuote(quote)),
                }
                &body[..at]
            }
            None => {
                let ends = |c: char| c.is_whitespace() || ";,".contains(c);
                let content = segment.trim_end_matches(ends);
                self.at = body_at + content.len();
                let kind = match is_straight {
                    true => SlipKind::Unclosed("string", quote),
                    false => SlipKind::Quote(quote),
                };
                self.slip(start, start + quote.len_utf8(), kind);
                content
            }
        };
        Some(quoted(content.trim_matches(is_unseen)))
    }

    /// A value without quotes: a number, date or switch, or a text that needs quotes.
    fn bare(&mut self, within: Within, kind: ValueKind) -> Option<String> {
        let (start, rest) = (self.at, self.rest());
        let segment = within.segment(rest);
        let ends = |c: char| c.is_whitespace() || c == ';' || c == ',' || is_unseen(c);
        let text = segment.trim_end_matches(ends);
        // A second key with its value is no part of the text.
        if text.is_empty() || text.contains(" = ") {
            return None;
        }
        self.at += text.len();
        if parses(&format!("x = {text}")) {
            return Some(text.to_owned());
        }
        match kind {
            ValueKind::Switch => {
                let switch = switch_word(text.trim_matches(is_quote))?;
                self.slip(start, self.at, SlipKind::Switch(text.to_owned()));
                return Some(switch.to_owned());
            }
            ValueKind::Number => {
                self.slip(start, self.at, SlipKind::Number(text.to_owned()));
                return Some(meant_number(text).unwrap_or_else(|| quoted(text)));
            }
            ValueKind::Other => {}
        }
        if within == Within::Line && matches!(&*text.to_lowercase(), "null" | "none" | "nil" | "~")
        {
            self.slip(start, self.at, SlipKind::Null(text.to_owned()));
            return Some(String::new());
        }
        self.slip(start, self.at, SlipKind::Unquoted);
        Some(quoted(text.trim_matches(is_quote)))
    }
}

/// What people write between the items of a list in place of a comma.
const CONJUNCTIONS: [&str; 9] = ["и", "или", "және", "мен", "and", "or", "&", "+", "|"];

/// Whether `#` begins a tag without quotes, not a comment: the list goes on behind it.
fn is_tag_in_list(text: &str) -> bool {
    let name = text.trim_start_matches('#');
    name.starts_with(char::is_alphanumeric) && name.contains([']', ')'])
}

/// Whether what begins with a quote in front of `body` is a string with another value or key behind it.
fn has_second_value(quote: char, body: &str) -> bool {
    let mut quotes = body.char_indices();
    let end = quotes.find(|&(_, c)| is_closing_quote(quote, c));
    let Some(behind) = end.map(|(at, c)| &body[at + c.len_utf8()..]) else {
        return false;
    };
    let next = behind.trim_start_matches([' ', '\t', ',', ';']);
    let is_key = |c: char| c.is_alphanumeric() || "-_".contains(c);
    let word = next.trim_start_matches(is_key);
    next.len() < behind.len()
        && (next.starts_with(is_quote) && next.trim_end().chars().nth(1).is_some()
            || word.len() < next.len() && word.trim_start().starts_with('='))
}

/// The place of the first backslash with which no escape begins.
fn wrong_escape(body: &str) -> usize {
    let mut at = 0;
    while let Some(next) = body[at..].find('\\') {
        at += next;
        let behind = &body[at + 1..];
        let digits = match behind.as_bytes().first() {
            Some(b'b' | b't' | b'n' | b'f' | b'r' | b'"' | b'\\') => 0,
            Some(b'u') => 4,
            Some(b'U') => 8,
            _ => return at,
        };
        let number = behind.as_bytes().get(1..=digits);
        if !number.is_some_and(|number| number.iter().all(u8::is_ascii_hexdigit)) {
            return at;
        }
        at += 2 + digits;
    }
    0
}

/// A whole number with digits, a sign or zeros as TOML does not have them.
fn meant_number(text: &str) -> Option<String> {
    let latin = latin_spelling(text).unwrap_or_else(|| text.to_owned());
    let digits: String = latin
        .chars()
        .filter(|c| !" \u{a0}\u{202f}".contains(*c))
        .collect();
    let number: i64 = digits.parse().ok()?;
    Some(number.to_string())
}

/// The place of the quote that ends a string with escapes.
fn closing_quote(body: &str) -> Option<usize> {
    let mut is_escaped = false;
    body.bytes().position(|b| {
        let ends = b == b'"' && !is_escaped;
        is_escaped = b == b'\\' && !is_escaped;
        ends
    })
}

/// Whether a value may end in front of `rest`.
fn ends_value(rest: &str, within: Within) -> bool {
    let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || is_unseen(c));
    let is_comment = || match trimmed.strip_prefix('#') {
        Some(text) => trimmed.len() < rest.len() || text.starts_with(' '),
        None => COMMENTS.iter().any(|marker| trimmed.starts_with(marker)),
    };
    let Some(next) = trimmed.chars().next() else {
        return true;
    };
    match within {
        Within::Line => {
            let behind = trimmed.trim_start_matches([',', ';', ' ', '\t']);
            let is_ini = || trimmed.starts_with("; ") && !trimmed.contains('=');
            behind.is_empty()
                || is_comment()
                || is_ini()
                || behind.len() < trimmed.len() && behind.starts_with('#')
        }
        Within::List => {
            let word = trimmed.split([' ', '\t']).next().unwrap_or_default();
            matches!(next, ',' | ';' | ']' | ')')
                || is_quote(next)
                || is_comment()
                || CONJUNCTIONS.contains(&word)
        }
        Within::Table => matches!(next, ',' | '}'),
    }
}

/// A text up to its comment.
fn without_comment(text: &str) -> &str {
    let marks = ["# ", "// ", "/*", "-- "];
    let is_space = |c: char| c == ' ' || c == '\t' || is_unseen(c);
    let ends = marks.iter().filter_map(|mark| {
        let mut places = text.match_indices(mark).map(|(at, _)| at);
        places.find(|&at| text[..at].ends_with(is_space))
    });
    let end = ends.min().unwrap_or(text.len());
    text[..end].trim_end()
}
