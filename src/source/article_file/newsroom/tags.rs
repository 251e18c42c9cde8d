//! Splits off the hashtags at the end of an article.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

use super::lines::TextLine;

/// Removes the trailing lines that contain only hashtags, and returns the remaining lines with the
/// tags in their order in the file, without `#`.
pub(in crate::source) fn split_off<'a, 't>(
    lines: &'a [TextLine<'t>],
) -> (&'a [TextLine<'t>], Vec<String>) {
    let mut above = lines;
    let mut found = Vec::new();
    while let Some((line, rest)) = above.split_last()
        && let Some(tags) = read_line(line.text)
    {
        found.push(tags);
        above = rest;
    }
    (above, found.into_iter().rev().flatten().collect())
}

/// The hashtags of a line that contains nothing else. A label alone (`Теги:`) counts as such a line:
/// its tags are on the next line, or missing.
fn read_line(line: &str) -> Option<Vec<String>> {
    match strip_label(line) {
        Some(tags) => hashtags(tags),
        None => hashtags(line).filter(|tags| !tags.is_empty()),
    }
}

fn strip_label(line: &str) -> Option<&str> {
    let (label, tags) = line.split_once(':')?;
    let known = label.len() <= 16
        && matches!(
            label.trim_end().to_lowercase().as_str(),
            "теги" | "тегтер" | "tags"
        );
    known.then_some(tags)
}

const TAG_CHARS_MAX: usize = 100;

/// Parses hashtags, separated by white space, `,`, `;` or nothing; `None` if there is anything else.
fn hashtags(text: &str) -> Option<Vec<String>> {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let mut tags = Vec::new();
    let mut parts = text.split('#');
    parts
        .next()
        .filter(|before| before.chars().all(is_separator))?;
    for part in parts {
        let end = part.find(is_separator).unwrap_or(part.len());
        let (tag, separators) = part.split_at(end);
        // Content systems leave soft hyphens and zero-width spaces in tags.
        let tag: String = tag.chars().filter(|&c| !ignorable.contains(c)).collect();
        let whole = !tag.is_empty() && tag.chars().nth(TAG_CHARS_MAX).is_none();
        if !whole || !tag.chars().all(is_tag_character) || !separators.chars().all(is_separator) {
            return None;
        }
        tags.push(tag);
    }
    Some(tags)
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';')
}

fn is_tag_character(c: char) -> bool {
    let named = GeneralCategoryGroup::Letter
        .union(GeneralCategoryGroup::Mark)
        .union(GeneralCategoryGroup::DecimalNumber);
    matches!(c, '_' | '-' | '+' | '.' | '&')
        || named.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}
