//! Marks inside of a line that CommonMark does not know: `==marked==`, `++inserted++`, `H~2~O`, `m^2^`
//! and names of emoji (`:smile:`).

use std::ops::Range;

use pulldown_cmark::{Event, TagEnd};

/// The most characters of a raised or lowered text.
const SCRIPT_CHARS_MAX: usize = 20;

/// The most bytes of the name of an emoji.
const EMOJI_BYTES_MAX: usize = 50;

/// The longest name of a variable that texts add one to.
const NAME_BYTES_MAX: usize = 2;

/// Pairs of two equal characters, with the element that they mean.
const PAIRS: [(&str, &str); 2] = [("==", "mark"), ("++", "ins")];

/// Whether the text has a character that may begin such a mark.
pub(super) fn may_occur(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_pair = |at: usize| bytes.get(at + 1) == Some(&bytes[at]);
    let begins_name = |at: usize| {
        let next = bytes.get(at + 1);
        next.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-'))
    };
    memchr::memchr2(b'^', b'~', bytes).is_some()
        || memchr::memchr2_iter(b'=', b'+', bytes).any(is_pair)
        || memchr::memchr_iter(b':', bytes).any(begins_name)
}

/// The events with these marks as HTML. Code and the words of pictures stay as they are.
pub(super) fn replace<'e>(
    source: &'e str,
    events: impl Iterator<Item = (Event<'e>, Range<usize>)>,
) -> Vec<Event<'e>> {
    let mut marks = Marks::default();
    let mut events = events.peekable();
    while let Some((event, range)) = events.next() {
        let Event::Text(text) = event else {
            marks.other(event);
            continue;
        };
        // The parser splits a text where Markdown could begin.
        let mut text = text.into_string();
        let mut escaped = Vec::new();
        let mut end = range.end;
        while let Some((Event::Text(more), range)) =
            events.next_if(|(event, _)| matches!(event, Event::Text(_)))
        {
            if source.get(end..range.start) == Some("\\") {
                escaped.push(text.len());
            }
            text.push_str(&more);
            end = range.end;
        }
        if source[..range.start].ends_with('\\') {
            escaped.insert(0, 0);
        }
        let behind = match events.peek() {
            None | Some((Event::SoftBreak | Event::HardBreak, _)) => ' ',
            Some((Event::End(end), _)) if !is_inline(end) => ' ',
            Some(_) => '*',
        };
        marks.text(&text, &escaped, behind);
    }
    marks.out
}

fn is_inline(end: &TagEnd) -> bool {
    let links = [TagEnd::Link, TagEnd::Image];
    links.contains(end) || [TagEnd::Emphasis, TagEnd::Strong, TagEnd::Strikethrough].contains(end)
}

#[derive(Default)]
struct Marks<'e> {
    out: Vec<Event<'e>>,
    /// For each open element the places in `out` of the open [`PAIRS`].
    open: Vec<[Option<usize>; PAIRS.len()]>,
    /// How many open elements hold text that is no prose.
    literal: usize,
    /// The last character before the next text.
    before: Option<char>,
}

impl<'e> Marks<'e> {
    fn other(&mut self, event: Event<'e>) {
        let before = match &event {
            Event::SoftBreak | Event::HardBreak => ' ',
            _ => '*',
        };
        match &event {
            Event::Start(tag) => {
                self.open.push([None; PAIRS.len()]);
                self.literal += usize::from(is_literal(&tag.to_end()));
            }
            Event::End(tag) => {
                self.open.pop();
                self.literal -= usize::from(is_literal(tag));
            }
            _ => {}
        }
        self.out.push(event);
        self.before = Some(before);
    }

    fn text(&mut self, text: &str, escaped: &[usize], behind: char) {
        if self.literal > 0 {
            self.push(text);
            return;
        }
        let mut written = 0;
        let mut at = 0;
        while let Some(found) = text[at..].find(['=', '+', '^', '~', ':']) {
            at += found;
            let rest = &text[at..];
            let before = text[..at].chars().next_back().or(self.before);
            let end = match escaped.binary_search(&at) {
                Ok(_) => None,
                Err(_) => self.mark(&text[written..at], rest, before, behind),
            };
            match end {
                Some(length) => {
                    at += length;
                    written = at;
                }
                // A run of one character is one mark or none.
                None => at += rest.len() - rest.trim_start_matches(|c| rest.starts_with(c)).len(),
            }
        }
        self.push(&text[written..]);
        self.before = text.chars().next_back();
    }

    /// Writes `text` and the mark that `rest` begins with, and gives the length of the mark.
    fn mark(
        &mut self,
        text: &str,
        rest: &str,
        before: Option<char>,
        behind: char,
    ) -> Option<usize> {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let after = |length: usize| rest[length..].chars().next().unwrap_or(behind);
        if let Some(code) = rest.strip_prefix(':') {
            let code = &code[..code.floor_char_boundary(EMOJI_BYTES_MAX)];
            let code = &code[..code.find(':')?];
            let length = code.len() + 2;
            if is_word(before) || after(length).is_alphanumeric() {
                return None;
            }
            let emoji = emojis::get_by_shortcode(code)?;
            self.push(text);
            self.push(emoji.as_str());
            return Some(length);
        }
        let scripts = [('^', "sup"), ('~', "sub")];
        if let Some((mark, element)) = scripts
            .into_iter()
            .find(|(mark, _)| rest.starts_with(*mark))
        {
            let script = &rest[1..];
            let mut chars = script.char_indices().take(SCRIPT_CHARS_MAX + 1);
            let end = chars.find(|(_, c)| *c == mark)?.0;
            let is_behind_word = is_word(before) || matches!(before, Some(')' | ']'));
            if !is_behind_word || !is_script(&script[..end]) {
                return None;
            }
            self.push(text);
            self.html(&format!("<{element}>"));
            self.push(&script[..end]);
            self.html(&format!("</{element}>"));
            return Some(end + 2);
        }
        let number = PAIRS.iter().position(|(mark, _)| rest.starts_with(mark))?;
        let (mark, element) = PAIRS[number];
        let next = after(mark.len());
        if mark.starts_with(next) {
            return None;
        }
        let places = self.open.last_mut()?;
        let closes = before.is_some_and(|c| !c.is_whitespace()) && !next.is_alphanumeric();
        if let Some(place) = places[number].filter(|_| closes) {
            places[number] = None;
            if element == "ins" && self.is_code(place, text) {
                return None;
            }
            self.out[place] = Event::InlineHtml(format!("<{element}>").into());
            self.push(text);
            self.html(&format!("</{element}>"));
            return Some(mark.len());
        }
        if is_word(before) || next.is_whitespace() {
            return None;
        }
        self.push(text);
        let place = self.out.len();
        self.out.push(Event::Text(mark.into()));
        if let Some(places) = self.open.last_mut() {
            places[number] = Some(place);
        }
        Some(mark.len())
    }

    /// Whether the text between two `++`, of which the first is at `place` and the last piece is `last`,
    /// begins and ends with the name of a variable: `++i и j++`.
    fn is_code(&self, place: usize, last: &str) -> bool {
        let first = match self.out.get(place + 1) {
            Some(Event::Text(text)) => text,
            Some(_) => return false,
            None => last,
        };
        let is_name = |word: Option<&str>| {
            word.is_some_and(|word| {
                word.len() <= NAME_BYTES_MAX && word.bytes().all(|b| b.is_ascii_alphanumeric())
            })
        };
        let has_words = self.out.len() > place + 1 || last.contains(char::is_whitespace);
        has_words
            && is_name(first.split_whitespace().next())
            && is_name(last.split_whitespace().next_back())
    }

    fn push(&mut self, text: &str) {
        if !text.is_empty() {
            self.out.push(Event::Text(text.to_owned().into()));
        }
    }

    fn html(&mut self, html: &str) {
        self.out.push(Event::InlineHtml(html.to_owned().into()));
    }
}

/// Whether the text in this element is no prose.
fn is_literal(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::CodeBlock | TagEnd::Image | TagEnd::MetadataBlock(_)
    )
}

/// Whether this is written above or below the line: a number, letters, a charge such as `2+`.
fn is_script(text: &str) -> bool {
    let is_sign = |c: char| matches!(c, '+' | '-' | '−');
    let inside = text.trim_matches(is_sign);
    !text.is_empty()
        && text.chars().count() <= SCRIPT_CHARS_MAX
        && inside.chars().all(char::is_alphanumeric)
}
