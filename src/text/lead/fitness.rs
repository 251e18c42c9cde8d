//! How well a paragraph fits as a lead.
//!
//! The numbers come from 577 articles of 27 sites, whose first paragraphs were compared with what an
//! editor would call the lead.

use crate::text::calendar;
use crate::text::credits::after_credit_word;
use crate::text::paragraphs::{Paragraph, Place, letters};

/// How well a paragraph fits as a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fitness {
    /// The first of these is the lead.
    Good,
    /// It is the lead where no good one is.
    Weak,
    /// By its form it is the caption of the picture above it: the lead where nothing else is.
    Caption,
    /// It is no text at all: a shortcode, an address, the name of a file.
    Never,
}

/// A line with fewer characters is a heading, a byline or a date, unless it ends as a sentence does.
const LINE_CHARACTERS: usize = 80;

/// With fewer characters, what ends in a colon is the label of what follows.
const LABEL_CHARACTERS: usize = 40;

/// With at most so many characters, what begins as a credit is one.
const CREDIT_CHARACTERS_MAX: usize = 150;

/// With at most so many characters, a paragraph in italics below a picture is its caption.
const CAPTION_CHARACTERS_MAX: usize = 200;

/// The percentage of letters in italics from which on a paragraph is in italics; the photographer's name
/// may stand beside them.
const ITALIC_PERCENT: usize = 60;

pub(super) fn fitness(paragraph: &Paragraph) -> Fitness {
    let text = paragraph.text.as_str();
    if is_shortcode(text) || has_no_words(text) || is_half_addresses(text) {
        return Fitness::Never;
    }
    if paragraph.is_below_picture
        && paragraph.italic_letters * 100 >= letters(text) * ITALIC_PERCENT
        && is_shorter(text, CAPTION_CHARACTERS_MAX + 1)
    {
        return Fitness::Caption;
    }
    let links = paragraph.link_letters;
    let is_links = |percent: usize| links > 0 && links * 100 >= letters(text) * percent;
    let end = End::of(text);
    match paragraph.place {
        Place::List if is_links(70) => return Fitness::Never,
        Place::List | Place::Beside => return Fitness::Weak,
        Place::Body | Place::Plain => {}
    }
    let is_line = is_shorter(text, LINE_CHARACTERS)
        && match paragraph.place {
            // Newsrooms write flashes without a full stop, and begin a lead with its date.
            Place::Plain => end == End::None && begins_as_byline(text),
            Place::Body | Place::Beside | Place::List => end == End::None || begins_as_byline(text),
        };
    let is_weak = is_line
        || (end != End::Sentence && is_links(50))
        || (is_shorter(text, LABEL_CHARACTERS) && end == End::Colon)
        || (is_shorter(text, CREDIT_CHARACTERS_MAX + 1) && begins_as_credit(text));
    match is_weak {
        true => Fitness::Weak,
        false => Fitness::Good,
    }
}

fn is_shorter(text: &str, characters: usize) -> bool {
    text.chars().nth(characters - 1).is_none()
}

/// What a paragraph ends with.
#[derive(PartialEq, Eq)]
enum End {
    Sentence,
    Colon,
    None,
}

impl End {
    fn of(text: &str) -> End {
        let bare = text.trim_end_matches(may_follow_end);
        // The exponent or number behind the end, as in «всё.^1».
        let number = bare.trim_end_matches(|c: char| c.is_ascii_digit());
        let bare = number.strip_suffix('^').unwrap_or(bare);
        match bare.trim_end_matches(may_follow_end).chars().next_back() {
            Some('.' | '!' | '?' | '…' | '。' | '！' | '？' | '।' | '؟' | '۔') => {
                End::Sentence
            }
            Some(':' | '：') => End::Colon,
            _ => End::None,
        }
    }
}

/// Closing quotes and brackets, spaces and emoji.
fn may_follow_end(c: char) -> bool {
    matches!(
        c,
        '"' | '»' | '”' | '“' | '›' | '’' | '\'' | ')' | ']' | '}' | '」' | '』' | '*'
    ) || c.is_whitespace()
        || matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{200d}')
}

/// Whether the paragraph is a shortcode, a table of contents, or several of them.
fn is_shortcode(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let after = if let Some(inner) = rest.strip_prefix("{{") {
            inner.split_once("}}").map(|(_, after)| after)
        } else if let Some(inner) = rest.strip_prefix("{%") {
            inner.split_once("%}").map(|(_, after)| after)
        } else if let Some(inner) = rest.strip_prefix("{/*") {
            inner.split_once("*/}").map(|(_, after)| after)
        } else if let Some(inner) = rest.strip_prefix("[[") {
            let (name, after) = inner.split_once("]]").unwrap_or_default();
            name.eq_ignore_ascii_case("_toc_").then_some(after)
        } else if let Some(inner) = rest.strip_prefix('[') {
            let (tag, after) = inner.split_once(']').unwrap_or_default();
            let name = bracket_name(tag);
            if name.is_some_and(|name| ends_with_end_tag(after, name)) {
                return true;
            }
            name.map(|_| after)
        } else {
            None
        };
        match after {
            Some(after) => rest = after.trim_start(),
            None => return false,
        }
    }
    true
}

/// The name of `name`, `/name` or `name attribute="…"`. An editor's `[Мы] победим`, `[1]` and `[sic]`
/// have none.
fn bracket_name(tag: &str) -> Option<&str> {
    let name = tag.strip_prefix('/').unwrap_or(tag);
    let (name, attributes) = name.split_once(' ').unwrap_or((name, ""));
    let name = name.trim_end_matches('/');
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let is_tag = tag.starts_with('/')
        || attributes.contains('=')
        || ["contents", "gallery", "toc"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known));
    (is_name && is_tag).then_some(name)
}

/// Whether `text` ends with `[/name]`.
fn ends_with_end_tag(text: &str, name: &str) -> bool {
    let head = text
        .strip_suffix(']')
        .and_then(|text| text.strip_suffix(name));
    head.is_some_and(|head| head.ends_with("[/"))
}

/// Whether nothing is left but names of files and signs.
fn has_no_words(text: &str) -> bool {
    let (mut others, mut has_files) = (0, false);
    for word in text.split_whitespace() {
        match is_file_name(word) {
            true => has_files = true,
            false => others += letters(word),
        }
        if others > 1 {
            return false;
        }
    }
    others == 0 || has_files
}

const FILE_EXTENSIONS: [&str; 9] = [
    "gif", "jpeg", "jpg", "mp3", "mp4", "pdf", "png", "svg", "webp",
];

fn is_file_name(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.rsplit_once('.').is_some_and(|(_, extension)| {
        FILE_EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// Whether half of the letters or more are those of addresses.
fn is_half_addresses(text: &str) -> bool {
    if !text.contains("://") && !text.contains("www.") {
        return false;
    }
    let addresses = text.split_whitespace().filter(|word| {
        let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        ["http://", "https://", "www."]
            .iter()
            .any(|start| word.starts_with(start))
    });
    addresses.map(letters).sum::<usize>() * 2 >= letters(text)
}

/// Words that a byline begins with, in lower case.
const BYLINE_WORDS: [&str; 7] = [
    "author",
    "authors",
    "by",
    "posted",
    "published",
    "автор",
    "авторы",
];

/// Words that a byline begins with where a colon follows.
const BYLINE_LABELS: [&str; 3] = ["text", "мәтін", "текст"];

/// Whether the line begins with the word of a byline or with a date.
fn begins_as_byline(text: &str) -> bool {
    let word = first_word(text);
    BYLINE_WORDS.contains(&word.as_str())
        || (BYLINE_LABELS.contains(&word.as_str()) && has_label(text))
        || begins_with_date(text)
}

fn begins_as_credit(text: &str) -> bool {
    let start = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    after_credit_word(start).is_some_and(|rest| rest.trim_start().starts_with(':'))
}

fn first_word(text: &str) -> String {
    let start = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let word = start.chars().take_while(|c| c.is_alphanumeric());
    // No word of the lists has more letters.
    word.take(16).flat_map(char::to_lowercase).collect()
}

/// Whether a colon follows the first word.
fn has_label(text: &str) -> bool {
    let start = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let rest = start.trim_start_matches(char::is_alphanumeric);
    rest.trim_start().starts_with(':')
}

/// Whether the text begins with a date with its year: `2026-03-05`, `5.03.2026`, «5 марта 2026»,
/// `March 5, 2026`.
fn begins_with_date(text: &str) -> bool {
    let is_gap = |c: char| matches!(c, '.' | ',' | '-' | '/') || c.is_whitespace();
    let mut parts = text.split(is_gap).filter(|part| !part.is_empty());
    let mut part = || parts.next().unwrap_or_default();
    let (first, second, third) = (part(), part(), part());
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| {
        digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    let (is_day, is_year) = (|part| number(part, 1..=2), |part| number(part, 4..=4));
    let is_word = |part: &str| part.starts_with(char::is_alphabetic);
    let is_month = |part: &str| calendar::month(&part.to_lowercase()).is_some();
    (is_year(first) && is_day(second) && is_day(third))
        || (is_day(first) && (is_day(second) || is_word(second)) && is_year(third))
        || (is_day(second) && is_year(third) && is_month(first))
}
