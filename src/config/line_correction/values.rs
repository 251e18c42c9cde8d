//! The values of a line, as people write them: strings in any quotes, lists, tables, words.

use super::slip::{SlipKind, is_closing_quote, is_quote};
use super::{COMMENTS, DEPTH_MAX, Key, LineReader, parses, quoted, switch_word};
use crate::text::{is_unseen, latin_spelling};

/// What a value stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Line,
    List,
    Table,
}

impl LineReader<'_> {
    pub(super) fn value(&mut self, within: Within, is_switch: bool) -> Option<String> {
        self.skip_spaces();
        if self.depth > DEPTH_MAX {
            return None;
        }
        match self.peek()? {
            '[' => self.nested(Self::list),
            '{' => self.nested(Self::table),
            quote if is_quote(quote) => self.string(quote, within),
            _ => self.bare(within, is_switch),
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
        self.at += 1;
        let (items, is_closed) = self.list_items()?;
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
        let (items, is_closed) = self.list_items()?;
        let items = items.join(", ");
        if !is_closed {
            self.is_open = true;
            return Some(format!("{items},"));
        }
        self.ending()?;
        Some(format!("{items}]"))
    }

    /// The items up to the end of a list, and whether the line has its end.
    fn list_items(&mut self) -> Option<(Vec<String>, bool)> {
        let mut items = Vec::new();
        let mut needs_comma = false;
        loop {
            self.skip_spaces();
            match self.peek() {
                None | Some('#') => return Some((items, false)),
                Some(']') => {
                    self.at += 1;
                    return Some((items, true));
                }
                Some(',') => {
                    self.at += 1;
                    needs_comma = false;
                }
                Some(_) => {
                    if needs_comma {
                        let end = self.at + self.peek().map_or(1, char::len_utf8);
                        self.slip(self.at, end, SlipKind::Comma);
                    }
                    items.push(self.value(Within::List, false)?);
                    needs_comma = true;
                }
            }
        }
    }

    fn table(&mut self) -> Option<String> {
        let start = self.at;
        self.at += 1;
        let mut pairs = Vec::new();
        loop {
            self.skip_spaces();
            match self.peek() {
                Some('}') => {
                    self.at += 1;
                    break;
                }
                Some(',') => self.at += 1,
                None => {
                    self.slip(start, start + 1, SlipKind::Unclosed("table", '}'));
                    break;
                }
                Some(_) => {
                    let key = self.inner_key()?;
                    let value = self.value(Within::Table, false)?;
                    pairs.push(format!("{} = {value}", key.toml()));
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
            let escape = body[..end].find('\\').unwrap_or(0);
            let escape_end = body[escape..].char_indices().nth(2);
            let escape_end = escape_end.map_or(end, |(at, _)| escape + at);
            let token = body[escape..escape_end].to_owned();
            self.slip(
                body_at + escape,
                body_at + escape_end,
                SlipKind::Escape(token),
            );
            return quoted(&body[..end]);
        }
        let segment = match within {
            Within::Line => without_comment(body),
            Within::List => &body[..body.find([',', ']']).unwrap_or(body.len())],
            Within::Table => &body[..body.find([',', '}']).unwrap_or(body.len())],
        };
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
        quoted(content.trim_matches(is_unseen))
    }

    /// A value without quotes: a number, date or switch, or a text that needs quotes.
    fn bare(&mut self, within: Within, is_switch: bool) -> Option<String> {
        let (start, rest) = (self.at, self.rest());
        let segment = match within {
            Within::Line => without_comment(rest),
            Within::List => &rest[..rest.find([',', ']']).unwrap_or(rest.len())],
            Within::Table => &rest[..rest.find([',', '}']).unwrap_or(rest.len())],
        };
        let ends = |c: char| c.is_whitespace() || c == ';' || c == ',' || is_unseen(c);
        let text = segment.trim_end_matches(ends);
        if text.is_empty() {
            return None;
        }
        self.at += text.len();
        if parses(&format!("x = {text}")) {
            return Some(text.to_owned());
        }
        if is_switch {
            let switch = switch_word(text.trim_matches(is_quote))?;
            self.slip(start, self.at, SlipKind::Switch(text.to_owned()));
            return Some(switch.to_owned());
        }
        if matches!(&*text.to_lowercase(), "null" | "none" | "nil" | "~") {
            return None;
        }
        self.slip(start, self.at, SlipKind::Unquoted);
        quoted(text.trim_matches(is_quote))
    }
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
            behind.is_empty()
                || is_comment()
                || behind.len() < trimmed.len() && behind.starts_with('#')
        }
        Within::List => matches!(next, ',' | ']') || is_quote(next) || is_comment(),
        Within::Table => matches!(next, ',' | '}'),
    }
}

/// A text up to its comment.
fn without_comment(text: &str) -> &str {
    let marks = [" # ", " // ", " /*", " -- "];
    let ends = marks.iter().filter_map(|mark| text.find(mark));
    let end = ends.min().unwrap_or(text.len());
    text[..end].trim_end()
}
