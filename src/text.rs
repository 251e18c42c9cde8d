//! Text that any document may hold: XML-legal characters, safe HTML, cuts and languages.
//!
//! Feeds are XML, and one character that XML forbids makes a strict reader show an empty feed. So
//! such characters go here, once, when an article is accepted; no format looks for them again.
//! Spelling is left alone: text is never normalized, only the keys of terms are.

mod address;
mod cut;
mod elements;
mod embed;
mod language;
mod lead;
mod markdown;
mod markup;
pub(crate) mod nearest;
mod sanitize;

use std::borrow::Cow;
use std::fmt;

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use serde::{Deserialize, Serialize};

pub use address::resolve;
pub use cut::cut;
pub use language::language;
pub use markdown::markdown_to_html;
pub use markup::{Markup, MarkupError};

/// Plain text in one line: XML-legal, white space collapsed, no space at the ends.
///
/// It is empty exactly when a reader would see nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Text(String);

impl Text {
    /// Cleans `raw`; the result may be empty.
    ///
    /// White space of any kind, no-break spaces included, becomes one space. Controls that turn
    /// the direction of text go too: in a title they would turn what a reader prints behind it.
    pub fn new(raw: &str) -> Text {
        let line = if is_one_line(raw) {
            raw.to_owned()
        } else {
            one_line(raw)
        };
        Text(if is_invisible(&line) {
            String::new()
        } else {
            line
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as a string of its own.
    pub fn into_string(self) -> String {
        self.0
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// HTML that is safe in every reader and legal inside XML once escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Html(String);

impl Html {
    /// One `<p>` a paragraph, with everything that is markup escaped. Empty paragraphs vanish.
    pub fn from_paragraphs<'a>(paragraphs: impl IntoIterator<Item = &'a str>) -> Html {
        let mut html = String::new();
        for paragraph in paragraphs {
            let paragraph = clean(paragraph);
            let paragraph = paragraph.trim();
            if is_invisible(paragraph) {
                continue;
            }
            if !html.is_empty() {
                html.push('\n');
            }
            html.push_str("<p>");
            escape_into(&mut html, paragraph);
            html.push_str("</p>");
        }
        Html(html)
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Text of several lines with nothing in it that XML forbids or discourages. Lines end in LF
/// afterwards; tabs and no-break spaces stay.
pub fn clean(raw: &str) -> Cow<'_, str> {
    if is_clean(raw) {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                text.push('\n');
            }
            // Word processors paste a soft line break as a vertical tab; all three are white
            // space that XML does not want, and words must not run together.
            '\u{b}' | '\u{c}' | '\u{85}' => text.push('\n'),
            c if is_legal(c) => text.push(c),
            _ => {}
        }
    }
    Cow::Owned(text)
}

/// Whether [`clean`] would change nothing, which is so for nearly every paragraph.
fn is_clean(raw: &str) -> bool {
    let is_rare = |byte| matches!(byte, 0..=0x1f | 0x7f | 0xc2 | 0xef..) && byte != b'\n';
    positions(raw, is_rare).all(|at| raw[at..].starts_with(|c| c != '\r' && is_legal(c)))
}

/// Legal in XML 1.0 and not discouraged there: no control but tab and line ends, no
/// non-character.
fn is_legal(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}' => false,
        c => u32::from(c) & 0xfffe != 0xfffe,
    }
}

/// Embeddings, overrides and isolates. Joiners and plain direction marks are not among them:
/// emoji and Arabic-script Kazakh need those.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether [`one_line`] would change nothing, which is so for nearly every headline.
fn is_one_line(raw: &str) -> bool {
    let is_rare = |byte| matches!(byte, 0..=0x1f | 0x7f | 0xc2 | 0xe1..=0xe3 | 0xef..);
    let stays = |c: char| !c.is_whitespace() && is_legal(c) && !turns_direction(c);
    let collapses = raw.starts_with(' ') || raw.ends_with(' ') || raw.contains("  ");
    !collapses && positions(raw, is_rare).all(|at| raw[at..].starts_with(stays))
}

fn one_line(raw: &str) -> String {
    let mut line = String::with_capacity(raw.len());
    for c in raw.chars() {
        if c.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if is_legal(c) && !turns_direction(c) {
            line.push(c);
        }
    }
    if line.ends_with(' ') {
        line.pop();
    }
    line
}

/// Nothing but white space and characters without a picture, such as a zero-width space.
fn is_invisible(text: &str) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    text.chars()
        .all(|c| c.is_whitespace() || ignorable.contains(c))
}

fn escape_into(html: &mut String, text: &str) {
    let mut rest = 0;
    for at in positions(text, |byte| matches!(byte, b'&' | b'<' | b'>' | b'"')) {
        html.push_str(&text[rest..at]);
        html.push_str(match text.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = at + 1;
    }
    html.push_str(&text[rest..]);
}

/// Where the bytes stand that are what `is` looks for: ASCII characters, or bytes that begin the
/// characters in question.
///
/// Most text has none of them, and to find that out by decoding it was a sixth of the cost of
/// reading an article. A test of many bytes that does not branch takes hardly any time.
fn positions(text: &str, is: impl Fn(u8) -> bool + Copy) -> impl Iterator<Item = usize> {
    let chunks = text.as_bytes().chunks(64).zip((0..).step_by(64));
    chunks
        .filter(move |(chunk, _)| chunk.iter().fold(false, |any, &byte| any | is(byte)))
        .flat_map(move |(chunk, start)| {
            let bytes = chunk.iter().zip(start..);
            bytes.filter_map(move |(&byte, at)| is(byte).then_some(at))
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_line_of_clean_text() {
        for (raw, expected) in [
            ("Сенат принял закон", "Сенат принял закон"),
            ("", ""),
            ("  два \t\r\n слова ", "два слова"),
            ("500\u{a0}млн\u{202f}тенге", "500 млн тенге"),
            ("а\u{b}б\u{85}в\u{2028}г", "а б в г"),
            ("а \u{1} б", "а б"),
            ("\u{0}\u{8}а\u{1b}б\u{7f}\u{9f}", "аб"),
            ("а\u{fffe}\u{ffff}\u{fdd0}\u{1fffe}\u{10ffff}б", "аб"),
            ("\u{202e}затворка\u{202c} \u{2066}x\u{2069}", "затворка x"),
            (
                "👩\u{200d}👩\u{200d}👧 ❤\u{fe0f}",
                "👩\u{200d}👩\u{200d}👧 ❤\u{fe0f}",
            ),
            ("قازاق\u{200f}", "قازاق\u{200f}"),
            ("\u{200b} \u{feff}\u{ad}", ""),
            ("Краи\u{306}", "Краи\u{306}"),
        ] {
            assert_eq!(Text::new(raw).as_str(), expected, "{raw:?}");
        }
    }

    #[test]
    fn lines_stay_and_end_in_lf() {
        for (raw, expected) in [
            ("а\r\nб\rв\nг", "а\nб\nв\nг"),
            ("\tа\u{a0}б", "\tа\u{a0}б"),
            ("а\u{b}б\u{c}в\u{85}г", "а\nб\nв\nг"),
            ("а\u{0}\u{84}\u{ffff}б", "аб"),
            ("\r\r\n", "\n\n"),
        ] {
            assert_eq!(clean(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn text_that_needs_nothing_is_borrowed() {
        assert!(matches!(clean("– Да,\n\tсказал он."), Cow::Borrowed(_)));
    }

    #[test]
    fn paragraphs_are_escaped_and_empty_ones_vanish() {
        for (paragraphs, expected) in [
            (&["один", "два"][..], "<p>один</p>\n<p>два</p>"),
            (&["", " \u{a0}\u{200b}", "\u{1}"], ""),
            (&["", "а", " "], "<p>а</p>"),
            (
                &["<script>\"A&B\"]]></script>"],
                "<p>&lt;script&gt;&quot;A&amp;B&quot;]]&gt;&lt;/script&gt;</p>",
            ),
            (&[" а\u{0}\r\nб\u{a0}в "], "<p>а\nб\u{a0}в</p>"),
        ] {
            assert_eq!(
                Html::from_paragraphs(paragraphs.iter().copied()).as_str(),
                expected,
                "{paragraphs:?}"
            );
        }
    }

    /// What [`is_clean`], [`is_one_line`] and [`escape_into`] do, character by character.
    fn plainly(raw: &str) -> (bool, bool, String) {
        let clean = raw.chars().all(|c| c != '\r' && is_legal(c));
        let mut escaped = String::new();
        for c in raw.chars() {
            match c {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                c => escaped.push(c),
            }
        }
        (clean, one_line(raw) == raw, escaped)
    }

    fn bytewise(raw: &str) -> (bool, bool, String) {
        let mut escaped = String::new();
        escape_into(&mut escaped, raw);
        (is_clean(raw), is_one_line(raw), escaped)
    }

    #[test]
    fn every_character_is_the_same_bytewise() {
        for c in '\0'..='\u{1ffff}' {
            let text = format!("я{c}x");
            assert_eq!(bytewise(&text), plainly(&text), "{c:?}");
        }
    }

    /// Any characters at all, with those that matter here drawn often.
    fn hostile() -> impl Strategy<Value = String> {
        let special = prop::sample::select(
            "\0\u{b}\u{c}\r\n\t \u{a0}\u{85}\u{9f}\u{200b}\u{202e}\u{fdd0}\u{fffe}\u{1ffff}<&>\"я"
                .chars()
                .collect::<Vec<_>>(),
        );
        prop::collection::vec(prop_oneof![special, any::<char>()], 0..40)
            .prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn any_text_is_the_same_bytewise(raw in hostile(), long in ".{0,200}") {
            for text in [raw.as_str(), long.as_str(), &format!("{long}{raw}{long}")] {
                prop_assert_eq!(bytewise(text), plainly(text));
            }
        }

        #[test]
        fn html_of_any_text_is_legal_in_a_strict_reader(raw in hostile()) {
            let html = Html::from_paragraphs([raw.as_str()]);
            let document = format!("<x>{}</x>", html.as_str());
            prop_assert!(roxmltree::Document::parse(&document).is_ok(), "{document:?}");
        }

        #[test]
        fn cleaning_twice_changes_nothing(raw in hostile()) {
            let once = Text::new(&raw);
            prop_assert_eq!(Text::new(once.as_str()), once.clone());
            prop_assert_eq!(one_line(once.as_str()), once.into_string());
            let lines = clean(&raw).into_owned();
            prop_assert_eq!(clean(&lines), lines.as_str());
        }
    }
}
