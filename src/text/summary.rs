//! A written summary as plain text.

use std::borrow::Cow;

use pulldown_cmark::{Options, Parser, html};

use super::elements;
use super::lead::LEAD_CHARACTERS_MAX;
use super::markup::{Markup, MarkupError};
use super::paragraphs::Scope;
use super::plain::Text;

/// The most bytes that are read of a summary. What fits in a lead has fewer, with its markup.
const SUMMARY_BYTES_MAX: usize = 32 << 10;

impl Text {
    /// HTML as text: without tags, with references decoded once, at most [`LEAD_CHARACTERS_MAX`]. In plain
    /// text nothing changes: «5 < 6» and `AT&T` stay.
    ///
    /// # Errors
    /// When the HTML is too complex to be read.
    pub fn from_summary(raw: &str) -> Result<Text, MarkupError> {
        let raw = readable(raw);
        match raw.contains(['<', '&']) {
            true => from_html(&escape_stray(raw)),
            false => Ok(Text::new(raw).shortened(LEAD_CHARACTERS_MAX)),
        }
    }

    /// Markdown in one line as text, like [`Text::from_summary`]. It has no blocks, so «1. Тур» keeps its
    /// number.
    ///
    /// # Errors
    /// When its HTML is too complex to be read.
    pub fn from_markdown_summary(raw: &str) -> Result<Text, MarkupError> {
        let line = Text::new(readable(raw));
        if !line.as_str().contains(MARKDOWN_SIGNS) {
            return Ok(line.shortened(LEAD_CHARACTERS_MAX));
        }
        // Behind a word nothing begins a block.
        let line = format!("{WORD} {line}");
        let mut html = String::with_capacity(2 * line.len());
        html::push_html(
            &mut html,
            Parser::new_ext(&line, Options::ENABLE_STRIKETHROUGH),
        );
        let text = from_html(&html)?;
        let text = text.as_str().strip_prefix(WORD).unwrap_or(text.as_str());
        Ok(Text::new(text))
    }
}

const WORD: &str = "w";

/// Characters that may mean something in a line of Markdown.
const MARKDOWN_SIGNS: [char; 8] = ['*', '_', '`', '[', '<', '&', '~', '\\'];

fn readable(raw: &str) -> &str {
    &raw[..raw.floor_char_boundary(SUMMARY_BYTES_MAX)]
}

fn from_html(html: &str) -> Result<Text, MarkupError> {
    let markup = Markup::read(html)?;
    let mut text = String::new();
    for paragraph in markup.paragraphs(Scope::All, markup.pieces.len()) {
        text.push_str(paragraph.text.as_str());
        text.push(' ');
    }
    Ok(Text::new(&text).shortened(LEAD_CHARACTERS_MAX))
}

/// Escapes each `<` that begins no tag and each `&` that begins no reference.
fn escape_stray(raw: &str) -> Cow<'_, str> {
    let mut escaped = String::new();
    let mut copied = 0;
    for (at, sign) in raw.match_indices(['<', '&']) {
        let rest = &raw[at + 1..];
        let (is_markup, escape) = match sign {
            "<" => (begins_tag(rest), "&lt;"),
            _ => (begins_reference(rest), "&amp;"),
        };
        if !is_markup {
            escaped.push_str(&raw[copied..at]);
            escaped.push_str(escape);
            copied = at + 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(raw);
    }
    escaped.push_str(&raw[copied..]);
    Cow::Owned(escaped)
}

/// Elements that feeds may not carry. An unknown name, as in `Vec<T>`, is no tag.
const OTHER_ELEMENTS: [&str; 30] = [
    "big", "body", "button", "center", "embed", "fieldset", "font", "form", "head", "html",
    "iframe", "input", "label", "legend", "link", "math", "meta", "nobr", "noscript", "object",
    "option", "script", "select", "strike", "style", "svg", "template", "textarea", "tt", "wbr",
];

/// Whether a whole tag or comment begins behind `<`.
fn begins_tag(rest: &str) -> bool {
    // The next `<` bounds the search, so that it takes no more than one step a character altogether.
    let end = rest.find(['<', '>']);
    let Some(inside) = end.and_then(|end| rest[end..].starts_with('>').then_some(&rest[..end]))
    else {
        return false;
    };
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let name = name
        .split(|c: char| c.is_ascii_whitespace() || c == '/')
        .next()
        .unwrap_or(name);
    let name = name.to_ascii_lowercase();
    let name = name.as_str();
    elements::position(name).is_some()
        || OTHER_ELEMENTS.contains(&name)
        || inside.starts_with("!--")
        // Custom elements and those of Word.
        || (name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.contains(['-', ':']))
}

/// The longest name of a reference, `CounterClockwiseContourIntegral`, has 31 letters.
const REFERENCE_BYTES_MAX: usize = 32;

fn begins_reference(rest: &str) -> bool {
    let rest = rest.strip_prefix('#').unwrap_or(rest);
    let name = rest.bytes().take(REFERENCE_BYTES_MAX + 1);
    let length = name.take_while(u8::is_ascii_alphanumeric).count();
    (1..=REFERENCE_BYTES_MAX).contains(&length) && rest.as_bytes().get(length) == Some(&b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_text() {
        for (written, expected) in [
            ("Кратко о мосте.", "Кратко о мосте."),
            (
                "<p>Лид <strong>жирный</strong>&nbsp;и <a href=\"/x\">ссылка</a></p>",
                "Лид жирный и ссылка",
            ),
            (
                "<h2>Глава</h2>Раз<br>два<p>три</p><ul><li>а<li>б</ul>",
                "Глава Раз два три а б",
            ),
            (
                "Мост &mdash; &laquo;новый&raquo; &#8220;x&#8221;",
                "Мост — «новый» “x”",
            ),
            ("5 < 6, а <b>7</b> > 6", "5 < 6, а 7 > 6"),
            ("при t<0 вода – лёд", "при t<0 вода – лёд"),
            ("при a<b вода – лёд", "при a<b вода – лёд"),
            ("Vec<T> и <stdio.h>", "Vec<T> и <stdio.h>"),
            ("<3", "<3"),
            ("AT&T, R&D, ?a=1&copy=2", "AT&T, R&D, ?a=1&copy=2"),
            ("&lt;b&gt; и &amp;amp;", "<b> и &amp;"),
            (
                "а<!-- нет -->б<script>нет</script><style>нет</style>в<o:p></o:p>",
                "абв",
            ),
            (
                "10<sup>6</sup> тенге<sup><a href=#n>1</a></sup>",
                "10^6 тенге",
            ),
            ("Цена <s>500</s> 600", "Цена 600"),
            ("<img src=a.jpg>", ""),
            (" \u{a0}", ""),
        ] {
            let text = Text::from_summary(written).expect("little HTML");
            assert_eq!(text.as_str(), expected, "{written}");
        }
    }

    #[test]
    fn markdown_in_one_line_becomes_text() {
        for (written, expected) in [
            ("Кратко о мосте.", "Кратко о мосте."),
            (
                "**bold** and [link](https://x.example) <b>html</b> &amp; x",
                "bold and link html & x",
            ),
            ("Мост\n*открыт* в `12:00`", "Мост открыт в 12:00"),
            ("1. Тур прошёл *быстро*", "1. Тур прошёл быстро"),
            ("# Мост_новый & *старый*", "# Мост_новый & старый"),
            ("- Мост, – *сказал* он", "- Мост, – сказал он"),
            ("5 < 6 * 7 * 8, AT&T", "5 < 6 * 7 * 8, AT&T"),
            ("_Мост_", "Мост"),
            ("Цена ~~500~~ 600", "Цена 600"),
        ] {
            let text = Text::from_markdown_summary(written).expect("little Markdown");
            assert_eq!(text.as_str(), expected, "{written}");
        }
    }

    #[test]
    fn an_endless_summary_is_read_in_part() {
        for start in [
            "<",
            "<b",
            "&",
            "&amp;",
            "<p>а",
            "слово ",
            "<!--",
            "<a href=",
        ] {
            let written = start.repeat(2_000_000);
            for text in [
                Text::from_summary(&written),
                Text::from_markdown_summary(&written),
            ] {
                let characters = text.unwrap_or_default().as_str().chars().count();
                assert!(characters <= usize::from(LEAD_CHARACTERS_MAX), "{start}");
            }
        }
    }
}
