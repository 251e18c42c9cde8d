//! Character references of HTML, such as `&mdash;` and `&#8220;`, in text that should have none.

use std::borrow::Cow;

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// `text` with each reference decoded once. A reference ends in `;` here, as in every export: `R&D` and
/// `&copy` are text. A reference to no character gives U+FFFD (HTML, section 13.2.5.80).
pub fn decode(text: &str) -> Cow<'_, str> {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some(start) = memchr::memchr(b'&', rest.as_bytes()) {
        let (before, reference) = rest.split_at(start);
        decoded.push_str(before);
        rest = match reference_at(reference) {
            Some((characters, length)) => {
                decoded.extend(characters.into_iter().flatten());
                &reference[length..]
            }
            None => {
                decoded.push('&');
                &reference[1..]
            }
        };
    }
    match rest.len() == text.len() {
        true => Cow::Borrowed(text),
        false => Cow::Owned(decoded + rest),
    }
}

/// The most bytes between `&` and `;`; the longest name has 31.
const REFERENCE_BYTES_MAX: usize = 31;

/// The characters of the reference at the start of `text`, and its length.
fn reference_at(text: &str) -> Option<([Option<char>; 2], usize)> {
    let head = &text.as_bytes()[1..text.len().min(REFERENCE_BYTES_MAX + 2)];
    let end = memchr::memchr(b';', head)? + 1;
    let characters = match text[1..end].strip_prefix('#') {
        Some(number) => [Some(numeric(number)?), None],
        None => named(&text[1..=end])?,
    };
    Some((characters, end + 1))
}

/// A name with its `;`. The table has the beginnings of names too, with no character.
fn named(name: &str) -> Option<[Option<char>; 2]> {
    let &(first, second) = NAMED_ENTITIES.get(name).filter(|(first, _)| *first != 0)?;
    let second = (second != 0).then_some(second).and_then(char::from_u32);
    Some([char::from_u32(first), second])
}

fn numeric(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    let code = is_number.then(|| u32::from_str_radix(digits, radix));
    let code = code?.unwrap_or(u32::MAX);
    // Word processors number typographic signs as windows-1252 does.
    let windows_1252 = code
        .checked_sub(0x80)
        .and_then(|at| *C1_REPLACEMENTS.get(usize::try_from(at).ok()?)?);
    let character = windows_1252.or(char::from_u32(code).filter(|&c| c != '\0'));
    Some(character.unwrap_or(char::REPLACEMENT_CHARACTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_decoded_once() {
        for (text, expected) in [
            ("Да &mdash; нет", "Да — нет"),
            ("&#8220;Да&#8221;", "“Да”"),
            ("&#x201C;Да&#X201d;", "“Да”"),
            ("&quot;Ромашка&quot; 5&nbsp;млн", "\"Ромашка\" 5\u{a0}млн"),
            ("&#147;Да&#148; &#150;", "“Да” –"),
            ("&amp;lt;", "&lt;"),
            ("A&B; AT&T R&D &", "A&B; AT&T R&D &"),
            (
                "&copy 2026 &copy; &#8220 &#; &#x; &;",
                "&copy 2026 © &#8220 &#; &#x; &;",
            ),
            ("&NotEqualTilde;", "≂\u{338}"),
            ("&CounterClockwiseContourIntegral;", "∳"),
            ("&no; &notin; &am;", "&no; ∉ &am;"),
            (
                "&#0;&#xD800;&#x110000;&#99999999999;",
                "\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
            ),
            ("&#-1; &#+1; &мир;", "&#-1; &#+1; &мир;"),
            ("&&amp;&", "&&&"),
        ] {
            assert_eq!(decode(text), expected, "{text:?}");
        }
        assert!(matches!(decode("Сенат"), Cow::Borrowed(_)));
    }

    #[test]
    fn every_name_of_the_table_is_decoded() {
        for (name, &(first, _)) in NAMED_ENTITIES.entries() {
            if first != 0 && name.ends_with(';') {
                let text = format!("&{name}");
                assert!(!decode(&text).contains(name), "{text}");
            }
        }
    }
}
