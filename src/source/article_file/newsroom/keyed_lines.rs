//! Parses the lines directly below the date line that begin with the name of a key: `updated`,
//! `expires`, `id`, `url`, `lang` and `image`.
//!
//! Prose may begin with such a word too, so each line needs a value of the right shape. Only
//! `expires` takes any value: an expiry that is not understood must not publish the article.

use super::date_line::{date_problem, split_word};
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

/// Parses the keyed lines at the start of `lines` and returns those below them. Of a key that is given
/// twice the last line counts.
pub(in crate::source) fn read<'a, 't>(
    lines: &'a [TextLine<'t>],
) -> Result<(KeyedLines, &'a [TextLine<'t>]), Refusal> {
    let mut keyed = KeyedLines::default();
    let mut rest = lines;
    while let Some((line, below)) = rest.split_first()
        && !line.after_blank
        && keyed.read_line(line)?
    {
        rest = below;
    }
    Ok((keyed, rest))
}

impl KeyedLines {
    /// Whether `line` is a keyed line.
    fn read_line(&mut self, line: &TextLine<'_>) -> Result<bool, Refusal> {
        let (name, value) = split_word(line.text);
        let key = name.strip_suffix(':').unwrap_or(name).to_ascii_lowercase();
        let is_word = !value.is_empty() && !value.contains(char::is_whitespace);
        let is_whole = is_word || begins_as_address(value);
        let is_given_twice = match key.as_str() {
            "updated" | "expires"
                if date::is_zero(value) && !value.contains(char::is_alphabetic) =>
            {
                false
            }
            "updated" if value.starts_with(|c: char| c.is_ascii_digit()) => {
                let updated = self.date(line, &key, value);
                updated.is_some_and(|date| self.updated.replace(date).is_some())
            }
            "expires" if !value.is_empty() => {
                let expires = parse_date(value).map_err(|problem| Refusal {
                    withdraws: true,
                    ..Refusal::new(line.number, format!("`expires`: {problem}"), DATE_HINT)
                })?;
                self.expires.replace(expires).is_some()
            }
            "id" if is_whole => self.id.replace(value.to_owned()).is_some(),
            "url" if is_whole => self.url.replace(value.to_owned()).is_some(),
            "lang" if is_word => {
                let language = self.language(line, value);
                language.is_some_and(|tag| self.language.replace(tag).is_some())
            }
            "image" if is_address(split_word(value).0) => {
                let (url, shown) = split_word(value);
                let image = Media {
                    url: url.to_owned(),
                    alt: (!shown.is_empty()).then(|| shown.to_owned()),
                    ..Media::default()
                };
                self.image.replace(image).is_some()
            }
            _ => return Ok(false),
        };
        if is_given_twice {
            let reason = format!("`{key}` is given twice, and the last one counts");
            self.warn(line, reason, "delete one of the lines");
        }
        Ok(true)
    }

    /// A date; `None` with a warning when it is not understood.
    fn date(&mut self, line: &TextLine<'_>, key: &str, value: &str) -> Option<WrittenDate> {
        match parse_date(value) {
            Ok(date) => Some(date),
            Err(problem) => {
                self.warn(line, format!("`{key}`: {problem}"), DATE_HINT);
                None
            }
        }
    }

    /// A language tag; `None` with a warning for another word.
    fn language(&mut self, line: &TextLine<'_>, value: &str) -> Option<String> {
        let mut subtags = value.split(['-', '_']);
        let is_tag = subtags.next().is_some_and(|code| {
            matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_alphabetic())
        });
        if !is_tag {
            let reason = format!("`lang`: `{}` is not a language tag", excerpt(value));
            self.warn(line, reason, "write it as `lang kk` or `lang kk-KZ`");
        }
        is_tag.then(|| value.to_owned())
    }

    fn warn(&mut self, line: &TextLine<'_>, reason: String, hint: &str) {
        if self.warnings.len() < WARNINGS_MAX {
            self.warnings.push(Warning::new(line.number, reason, hint));
        }
    }
}

const DATE_HINT: &str = "write it like `2026-01-09` or `2026-01-09 10:00`";

fn parse_date(value: &str) -> Result<WrittenDate, String> {
    date::parse(Text::new(value).as_str()).map_err(|error| date_problem(value, error))
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
