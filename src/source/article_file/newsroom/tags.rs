//! Splits off the hashtags at the end of an article.

use icu_properties::props::{
    DefaultIgnorableCodePoint, EmojiModifier, ExtendedPictographic, GeneralCategory,
    GeneralCategoryGroup, RegionalIndicator,
};
use icu_properties::{CodePointMapData, CodePointSetData};

use super::body;
use super::lines::TextLine;
use crate::model::article::{WARNINGS_MAX, Warning};
use crate::text::{decode_references, excerpt, is_common_letter};

/// The end of an article below its text.
#[derive(Debug, Default)]
pub(in crate::source) struct Tags {
    /// Without `#`, in their order in the file.
    pub(in crate::source) names: Vec<String>,
    /// Credits beside or below the tags.
    pub(in crate::source) credits: Vec<String>,
    pub(in crate::source) warnings: Vec<Warning>,
}

/// Removes the trailing lines that contain hashtags, and returns the remaining lines. Credits may stand
/// below the tags.
pub(in crate::source) fn split_off<'a, 't>(
    lines: &'a [TextLine<'t>],
) -> (&'a [TextLine<'t>], Tags) {
    let mut tags = Tags::default();
    let credits = lines.iter().rev();
    let credits = credits.take_while(|line| body::is_credit(line.text));
    let (mut above, below) = lines.split_at(lines.len() - credits.count());
    let mut found = Vec::new();
    while let Some((line, rest)) = above.split_last() {
        let (text, credit) = match found.is_empty() {
            true => split_credit(line.text),
            false => (line.text, None),
        };
        // `;` ends a reference and parts tags.
        let text = decode_references(text);
        let Some(tag_line) = TagLine::read(&text) else {
            break;
        };
        // Only the last line may have other words.
        let is_last = found.is_empty();
        let is_tag_line = tag_line.has_only_tags() || (is_last && tag_line.has_mostly_tags(&text));
        if !is_tag_line {
            if is_last && tag_line.is_alike(&text) {
                tags.warn(line, "the last line looks like tags and is read as text");
            }
            break;
        }
        if is_last {
            let credits = below.iter().map(|line| line.text);
            let credits = credit.into_iter().chain(credits);
            tags.credits = credits.map(str::to_owned).collect();
        }
        tags.warn_of_words(line, &tag_line.odd);
        found.push(tag_line.names);
        above = rest;
    }
    let text = match found.is_empty() {
        true => lines,
        false => above,
    };
    tags.names = found.into_iter().rev().flatten().collect();
    for line in text.iter().filter(|line| line.text.starts_with('#')) {
        if TagLine::read(line.text).is_some_and(|line| line.has_only_tags()) {
            tags.warn(line, "a line of hashtags above the end is read as text");
        }
    }
    (text, tags)
}

impl Tags {
    fn warn(&mut self, line: &TextLine<'_>, what: &str) {
        let reason = format!("{what}: `{}`", excerpt(line.text));
        if self.warnings.len() < WARNINGS_MAX {
            let warning = Warning::new(line.number, reason, TAG_HINT);
            self.warnings.push(warning);
        }
    }

    fn warn_of_words(&mut self, line: &TextLine<'_>, words: &[&str]) {
        if !words.is_empty() {
            let words = excerpt(&words.join(" "));
            let reason = format!("words beside the tags are left out: `{words}`");
            self.warnings
                .push(Warning::new(line.number, reason, TAG_HINT));
        }
    }
}

const TAG_HINT: &str = "end the file with a line that has only tags, each with `#`";

/// Splits a line of tags from a credit at its end, as in `#сенат Фото: архив`.
fn split_credit(line: &str) -> (&str, Option<&str>) {
    if !line.contains('#') {
        return (line, None);
    }
    let starts = line.match_indices(char::is_whitespace);
    let mut words = starts.map(|(at, space)| line.split_at(at + space.len()));
    match words.find(|(_, rest)| body::is_credit(rest)) {
        Some((tags, credit)) => (tags.trim_end(), Some(credit)),
        None => (line, None),
    }
}

/// A line that begins as one of tags does.
#[derive(Debug, Default)]
struct TagLine<'t> {
    has_label: bool,
    /// The hashtags without `#`.
    names: Vec<String>,
    /// Words that are no hashtags.
    odd: Vec<&'t str>,
    /// Whether a sign stands between hashtags that is no separator, such as a lone `#` or `|`.
    has_signs: bool,
}

impl<'t> TagLine<'t> {
    /// `None` when the line begins with neither a label nor `#`.
    fn read(line: &'t str) -> Option<TagLine<'t>> {
        let label = strip_label(line);
        let tags = label.or(line.starts_with('#').then_some(line))?;
        let mut read = TagLine {
            has_label: label.is_some(),
            ..TagLine::default()
        };
        for word in tags.split(is_separator).flat_map(split_before_hashes) {
            match hashtag(word) {
                Some(tag) => read.names.push(tag),
                None if word.contains(char::is_alphanumeric) => read.odd.push(word),
                None => read.has_signs = true,
            }
        }
        Some(read)
    }

    /// Whether the line has hashtags and nothing else. A label alone (`Теги:`) counts as such a line:
    /// its tags are on the next line, or missing.
    fn has_only_tags(&self) -> bool {
        let is_used = self.has_label || !self.names.is_empty();
        is_used && self.odd.is_empty() && !self.has_signs
    }

    /// Whether `line` is one of tags although it has other words, as `#сенат #бюджет регион`.
    fn has_mostly_tags(&self, line: &str) -> bool {
        let (tags, others) = (self.names.len(), self.odd.len());
        // `#1` is no tag, but no sentence either.
        let are_numbers = self.odd.iter().all(|word| word.starts_with('#'));
        let tags_min = if others > 0 && are_numbers { 1 } else { 2 };
        tags >= tags_min && tags >= others && (others == 0 || !ends_sentence(line))
    }

    /// Whether somebody may have meant the line as tags.
    fn is_alike(&self, line: &str) -> bool {
        let word = line.strip_prefix('#');
        let is_hashtag = word.is_some_and(|word| word.starts_with(char::is_alphabetic));
        self.has_label || (is_hashtag && !ends_sentence(line))
    }
}

/// Whether the line ends as sentences do.
fn ends_sentence(line: &str) -> bool {
    let words = line.trim_end_matches(|c: char| !c.is_alphanumeric());
    line[words.len()..].contains(['.', '!', '?', '…', ':'])
}

/// The line without the label at its start. Before a hashtag the label needs no colon.
fn strip_label(line: &str) -> Option<&str> {
    let end = line.find([':', '#', ' ', '\u{a0}'])?;
    let label = line[..end].to_lowercase();
    let tags = line[end..].trim_start();
    let is_marked = tags.starts_with([':', '#']);
    let is_label = is_marked && LABELS.contains(&label.as_str());
    is_label.then(|| tags.trim_start_matches(':'))
}

const LABELS: [&str; 8] = [
    "теги",
    "тэги",
    "тегтер",
    "tags",
    "хештеги",
    "хэштеги",
    "хештегтер",
    "hashtags",
];

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';')
}

/// The hashtags of a word that has several, such as `#а#б`.
fn split_before_hashes(word: &str) -> impl Iterator<Item = &str> {
    let starts = word.match_indices('#').map(|(at, _)| at);
    let starts = std::iter::once(0).chain(starts.filter(|&at| at > 0));
    let mut starts = starts.peekable();
    std::iter::from_fn(move || {
        let start = starts.next()?;
        let end = starts.peek().copied();
        let piece = &word[start..end.unwrap_or(word.len())];
        Some(without_joint(piece, end.is_some()))
    })
    .filter(|piece| !piece.is_empty())
}

/// A hashtag without the sign that joins it to the next one, as in `#а/#б` and `#а+#б`. `C++` keeps its signs.
fn without_joint(piece: &str, is_joined: bool) -> &str {
    let is_joint = |c: char| match is_joined {
        true => c.is_ascii_punctuation() || matches!(c, '•' | '·' | '–' | '—'),
        false => matches!(c, '/' | '&' | '-'),
    };
    match piece.strip_suffix(is_joint) {
        Some(tag) if tag.ends_with(char::is_alphanumeric) => tag,
        _ => piece,
    }
}

const TAG_CHARS_MAX: usize = 100;

/// The tag of a hashtag, which has a letter, `№` or an emoji: `#1` is none.
fn hashtag(word: &str) -> Option<String> {
    let raw = word.strip_prefix('#')?;
    if !raw.is_empty() && raw.len() <= TAG_CHARS_MAX && raw.chars().all(is_common_letter) {
        return Some(raw.to_owned());
    }
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let mut tag = String::with_capacity(raw.len());
    for c in raw.chars() {
        // Content systems leave soft hyphens and zero-width spaces in tags; emoji need their joiners.
        let joins = |tag: &str| matches!(c, '\u{200d}' | '\u{fe0f}') && tag.ends_with(is_emoji);
        if c.is_alphanumeric() || joins(&tag) || !ignorable.contains(c) {
            tag.push(c);
        }
    }
    let is_whole = tag.chars().nth(TAG_CHARS_MAX).is_none() && tag.chars().all(is_tag_character);
    let is_name = |c: char| c.is_alphabetic() || c == '№' || is_emoji(c);
    (is_whole && tag.contains(is_name)).then_some(tag)
}

fn is_tag_character(c: char) -> bool {
    let is_mark = |c| {
        let category = CodePointMapData::<GeneralCategory>::new().get(c);
        GeneralCategoryGroup::Mark.contains(category)
    };
    let is_sign = |c| {
        matches!(
            c,
            '_' | '-' | '+' | '.' | '&' | '/' | '№' | '\'' | '’' | '‘'
        )
    };
    c.is_alphanumeric() || is_sign(c) || c == '\u{200d}' || is_mark(c) || is_emoji(c)
}

fn is_emoji(c: char) -> bool {
    !c.is_ascii()
        && (CodePointSetData::new::<ExtendedPictographic>().contains(c)
            || CodePointSetData::new::<RegionalIndicator>().contains(c)
            || CodePointSetData::new::<EmojiModifier>().contains(c))
}
