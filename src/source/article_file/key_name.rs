//! Names of keys, which are compared without case, hyphens and underscores: generators do not agree on
//! `publishDate`, `publishdate`, `publish_date` and `publish-date`.
//!
//! What readers of a file cannot see makes no other name either: white space around it, characters without
//! a glyph, and letters of other alphabets that look like Latin ones. An editor who hides an article with
//! `drаft`, whose `а` is Cyrillic, sees the right word.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

use crate::text::{is_quote, is_unseen, latin_look_alike};

/// The form in which names are compared.
pub(in crate::source) fn normal(key: &str) -> String {
    if key.is_ascii() {
        let kept = key.trim_ascii().bytes().filter(|&b| counts(b));
        return kept.map(|b| char::from(b.to_ascii_lowercase())).collect();
    }
    let key = key.trim_matches(|c| is_space(c) || is_quote(c));
    let mut normal = String::with_capacity(key.len());
    for c in key.chars() {
        match latin_look_alike(c) {
            Some(letter) => normal.push(letter),
            None if c.is_ascii() => {
                normal.extend(counts(c as u8).then_some(c.to_ascii_lowercase()))
            }
            // Other letters of these two alphabets look like themselves alone.
            None if matches!(c, '\u{370}'..='\u{52f}') => normal.push(c),
            None => push_decomposed(c, &mut normal),
        }
    }
    normal
}

/// Whether `key` is `name` in any spelling.
pub(in crate::source) fn is(key: &str, name: &str) -> bool {
    if !(key.is_ascii() && name.is_ascii()) {
        return normal(key) == normal(name);
    }
    let mut key = key.trim_ascii().bytes().filter(|&b| counts(b));
    let mut name = name.bytes().filter(|&b| counts(b));
    loop {
        match (key.next(), name.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(&b) => {}
            (_, _) => return false,
        }
    }
}

/// White space, and what looks like it or like nothing.
pub(in crate::source) fn is_space(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_unseen(c)
}

fn counts(byte: u8) -> bool {
    !matches!(byte, b'-' | b'_') && !byte.is_ascii_control()
}

/// Adds the letters that a character is made of, such as `d` of a wide `ｄ`, without its accents.
fn push_decomposed(c: char, normal: &mut String) {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_mark = |c: char| {
        let category = categories.get(c);
        GeneralCategoryGroup::Mark.contains(category)
            || category == GeneralCategory::DashPunctuation
            || category == GeneralCategory::ConnectorPunctuation
    };
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(std::iter::once(c));
    let letters = decomposed.filter(|&c| !is_mark(c) && (c == ' ' || !is_space(c)));
    // U+FFFD is what is left of a damaged character.
    let letters = letters.filter(|c| !matches!(c, '-' | '_' | '\u{fffd}'));
    normal.extend(letters.map(|c| latin_look_alike(c).unwrap_or(c.to_ascii_lowercase())));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_people_see_them() {
        for (key, name, is_same) in [
            ("publishDate", "publish_date", true),
            ("Publish-Date", "publishDate", true),
            ("_build", "build", true),
            ("PUBDATE", "pubDate", true),
            ("pub date", "pubDate", false),
            ("date", "dates", false),
            ("dates", "date", false),
            ("", "date", false),
            ("Дата", "дата", false),
            // Space around a name, and characters without a glyph.
            (" draft ", "draft", true),
            ("draft\u{a0}", "draft", true),
            ("dra\u{200b}ft\u{feff}", "draft", true),
            ("\u{202a}dra\u{ad}ft\u{202c}", "draft", true),
            ("dra\0ft", "draft", true),
            ("dra\u{fffd}ft", "draft", true),
            ("pub\u{a0}date", "pubDate", false),
            // Other hyphens and quotes.
            ("is‑draft", "isDraft", true),
            ("is–draft", "isDraft", true),
            ("“draft”", "draft", true),
            // Letters of other alphabets.
            ("drаft", "draft", true),
            ("DRАFТ", "draft", true),
            ("ԁгаft", "draft", true),
            ("ехріrеѕ", "expires", true),
            ("hіddеn", "hidden", true),
            ("ѕtаtuѕ", "status", true),
            ("υnlisted", "unlisted", true),
            ("pαsswοrd", "password", true),
            ("ｄｒａｆｔ", "draft", true),
            ("𝐝𝐫𝐚𝐟𝐭", "draft", true),
            ("dräft", "draft", true),
            ("drаfts", "draft", false),
            ("черновик", "draft", false),
        ] {
            assert_eq!(is(key, name), is_same, "{key} {name}");
            assert_eq!(normal(key) == normal(name), is_same, "{key} {name}");
        }
    }
}
