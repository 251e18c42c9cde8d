//! Parses the lines of the header that begin with the name of a key: `updated`, `expires`, `id`, `url`,
//! `lang` and `image`.
//!
//! Prose may begin with such a word too. Directly below the date line a key may be followed by a space,
//! `:` or `=`, and only a value as long as a sentence makes the line text. Behind a blank line or another
//! line of the header, a key needs `:` or `=`, or a date where it is `updated` or `expires`. `expires`
//! takes a value of any length: an expiry that is not understood must not publish the article.

use super::date_line::{date_problem, is_headline, split_word};
use super::lines::TextLine;
use crate::model::article::{Media, Refusal, WARNINGS_MAX, Warning};
use crate::model::time::WrittenDate;
use crate::source::article_file::date;
use crate::text::{Text, excerpt};

/// The values of the keyed lines.
#[derive(Debug, Default)]
pub(in crate::source) struct KeyedLines {
    pub(in crate::source) updated: Option<WrittenDate>,
    pub(in crate::source) expires: Option<WrittenDate>,
    pub(in crate::source) id: Option<String>,
    pub(in crate::source) url: Option<String>,
    pub(in crate::source) language: Option<String>,
    pub(in crate::source) image: Option<Media>,
    pub(in crate::source) warnings: Vec<Warning>,
}

/// With more other lines the first run of lines is no header.
const OTHER_LINES_MAX: usize = 6;

/// Removes the keyed lines from `lines`, whose first one is the date line with `headline`, and parses them.
/// They stand in the first run of lines that has others as well, and in the runs above it. Of a key that is
/// given twice the last line counts.
pub(in crate::source) fn take(
    lines: &mut Vec<TextLine<'_>>,
    headline: &str,
) -> Result<KeyedLines, Refusal> {
    let mut keyed = KeyedLines::default();
    let mut has_headline = is_headline(headline);
    let (mut others, mut place) = (0, Place::BelowDate);
    // Lines up to `kept` stay, those up to `next` are parsed.
    let (mut kept, mut next) = (1, 1);
    // A keyed line that is removed leaves its blank line to the line below it.
    let mut after_blank = false;
    while let Some(mut line) = lines.get(next).copied() {
        after_blank |= line.after_blank;
        if others > 0 && (after_blank || others > OTHER_LINES_MAX) {
            break;
        }
        if after_blank {
            place = Place::Header;
        }
        next += 1;
        if keyed.read_line(&line, place)? {
            continue;
        }
        line.after_blank = after_blank;
        lines[kept] = line;
        kept += 1;
        after_blank = false;
        // Without a headline on the date line, the line is the headline.
        if has_headline {
            others += 1;
            place = Place::Header;
        } else {
            has_headline = is_headline(line.text);
        }
    }
    if let Some(below) = lines.get_mut(next) {
        below.after_blank |= after_blank;
    }
    lines.drain(kept..next);
    Ok(keyed)
}

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Directly below the date line, or below keyed lines that are.
    BelowDate,
    /// Behind a blank line, or among the other lines of the header.
    Header,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Updated,
    Expires,
    Id,
    Url,
    Lang,
    Image,
}

const KEYS: [(&str, Key); 6] = [
    ("updated", Key::Updated),
    ("expires", Key::Expires),
    ("id", Key::Id),
    ("url", Key::Url),
    ("lang", Key::Lang),
    ("image", Key::Image),
];

/// A line that begins with the name of a key.
struct Candidate<'t> {
    name: &'static str,
    key: Key,
    /// Whether `:` or `=` follows the name.
    has_sign: bool,
    value: &'t str,
}

impl<'t> Candidate<'t> {
    fn of(line: &'t str) -> Option<Candidate<'t>> {
        let end = line.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (word, rest) = line.split_at(end);
        let (name, key) = KEYS
            .into_iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name))?;
        let spaced = rest.trim_start();
        let value = spaced.strip_prefix([':', '=']);
        let ends_word = rest.is_empty() || spaced.len() < rest.len();
        (value.is_some() || ends_word).then(|| Candidate {
            name,
            key,
            has_sign: value.is_some(),
            value: value.unwrap_or(spaced).trim_start(),
        })
    }

    /// Whether the line is a keyed line, and not text that begins with the same word.
    fn is_keyed(&self, place: Place) -> bool {
        let value = self.value;
        let is_date = value.starts_with(|c: char| c.is_ascii_digit());
        match (self.key, place) {
            (Key::Expires, Place::BelowDate) => true,
            (Key::Expires, Place::Header) => self.has_sign || is_date || !is_sentence(value),
            (_, Place::BelowDate) => !is_sentence(value) || self.fits(),
            (Key::Updated, Place::Header) => match self.has_sign {
                true => !is_sentence(value) || self.fits(),
                false => is_date && self.fits(),
            },
            // `Image: agency` is a credit.
            (Key::Image, Place::Header) => self.has_sign && self.fits(),
            (Key::Id | Key::Url | Key::Lang, Place::Header) => {
                self.has_sign && (!is_sentence(value) || self.fits())
            }
        }
    }

    /// Whether the value has the shape that the key needs.
    fn fits(&self) -> bool {
        let value = self.value;
        match self.key {
            Key::Updated | Key::Expires => parse_date(value).is_ok(),
            Key::Id | Key::Url => is_word(value) || begins_as_address(value),
            Key::Lang => is_language_tag(value),
            Key::Image => is_address(split_word(value).0),
        }
    }
}

/// A longer value is a sentence.
const VALUE_WORDS_MAX: usize = 3;

fn is_sentence(value: &str) -> bool {
    let mut words = value.split_whitespace();
    words.nth(VALUE_WORDS_MAX).is_some()
        || (value.ends_with(['.', '!', '?', '…']) && value.contains(char::is_whitespace))
}

impl KeyedLines {
    /// Whether `line` is a keyed line.
    fn read_line(&mut self, line: &TextLine<'_>, place: Place) -> Result<bool, Refusal> {
        let Some(candidate) = Candidate::of(line.text) else {
            return Ok(false);
        };
        let is_keyed = candidate.is_keyed(place);
        if is_keyed {
            self.set(line, &candidate)?;
        } else if candidate.has_sign || place == Place::BelowDate {
            let reason = format!(
                "a line that begins with `{}` is read as text",
                candidate.name
            );
            self.warn(line, reason, KEY_HINT);
        }
        Ok(is_keyed)
    }

    fn set(&mut self, line: &TextLine<'_>, candidate: &Candidate<'_>) -> Result<(), Refusal> {
        let Candidate {
            name, key, value, ..
        } = *candidate;
        if value.is_empty() {
            self.warn(line, format!("`{name}` has no value"), KEY_HINT);
            return Ok(());
        }
        let is_of_time = matches!(key, Key::Updated | Key::Expires);
        if is_of_time && date::is_zero(value) && !value.contains(char::is_alphabetic) {
            return Ok(());
        }
        if !is_of_time && !candidate.fits() {
            let reason = format!("`{name}`: `{}` is not understood", excerpt(value));
            self.warn(line, reason, KEY_HINT);
            return Ok(());
        }
        let is_given_twice = match key {
            Key::Updated => match parse_date(value) {
                Ok(date) => self.updated.replace(date).is_some(),
                Err(problem) => {
                    self.warn(line, format!("`{name}`: {problem}"), DATE_HINT);
                    false
                }
            },
            Key::Expires => {
                let expires = parse_date(value).map_err(|problem| {
                    Refusal::new(line.number, format!("`{name}`: {problem}"), DATE_HINT)
                        .withdrawn_if(true)
                })?;
                self.expires.replace(expires).is_some()
            }
            Key::Id => self.id.replace(value.to_owned()).is_some(),
            Key::Url => self.url.replace(value.to_owned()).is_some(),
            Key::Lang => self.language.replace(value.to_owned()).is_some(),
            Key::Image => {
                let (url, shown) = split_word(value);
                let image = Media {
                    url: url.to_owned(),
                    alt: (!shown.is_empty()).then(|| shown.to_owned()),
                    ..Media::default()
                };
                self.image.replace(image).is_some()
            }
        };
        if is_given_twice {
            let reason = format!("`{name}` is given twice, and the last one counts");
            self.warn(line, reason, "delete one of the lines");
        }
        Ok(())
    }

    fn warn(&mut self, line: &TextLine<'_>, reason: String, hint: &str) {
        if self.warnings.len() < WARNINGS_MAX {
            self.warnings.push(Warning::new(line.number, reason, hint));
        }
    }
}

const DATE_HINT: &str = "write it like `2026-01-09` or `2026-01-09 10:00`";

const KEY_HINT: &str = "write a key directly below the date line, like `updated 2026-01-09 10:00`, `lang kk`, \
                        `id 7`, `url https://…` or `image /photo.jpg What it shows`";

fn parse_date(value: &str) -> Result<WrittenDate, String> {
    date::parse(Text::new(value).as_str()).map_err(|error| date_problem(value, error))
}

fn is_word(value: &str) -> bool {
    !value.is_empty() && !value.contains(char::is_whitespace)
}

/// Whether `value` has the shape of `kk` or `kk-KZ` (BCP 47).
fn is_language_tag(value: &str) -> bool {
    let code = value.split(['-', '_']).next().unwrap_or(value);
    is_word(value) && matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Whether `value`, which may have spaces, begins as an absolute URI or a path does.
fn begins_as_address(value: &str) -> bool {
    ["http://", "https://", "tag:", "urn:", "/"]
        .iter()
        .any(|start| value.starts_with(start))
}

/// Whether `word` is the address of a file, and not a word of a sentence.
fn is_address(word: &str) -> bool {
    let has_extension = || {
        let extension = word.rsplit_once('.').map(|(_, extension)| extension);
        extension.is_some_and(|extension| {
            matches!(extension.len(), 3 | 4) && extension.bytes().all(|b| b.is_ascii_alphanumeric())
        })
    };
    word.contains('/') || has_extension()
}
