//! What a title shows as it is written: references that were encoded twice, and tags of HTML. A title is
//! plain text.

use crate::text::Text;

/// The elements that titles are marked up with.
const ELEMENTS: [&str; 19] = [
    "a", "abbr", "b", "br", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "u", "wbr",
];

/// The most bytes of a reference, and of a tag.
const REFERENCE_BYTES_MAX: usize = 33;
const TAG_BYTES_MAX: usize = 100;

/// The first reference or tag in an accepted title.
pub(super) fn title_markup(title: &str) -> Option<&str> {
    let mut marks = title.match_indices(['&', '<']);
    marks.find_map(|(at, mark)| match mark {
        "&" => reference(&title[at..]),
        _ => tag(&title[at..]),
    })
}

/// The reference, such as `&mdash;`, that a text begins with.
fn reference(text: &str) -> Option<&str> {
    let end = until(text, b';', REFERENCE_BYTES_MAX)?;
    let reference = &text[..end];
    (Text::from_written(reference).as_str() != reference).then_some(reference)
}

/// The tag, such as `</em>`, that a text begins with.
fn tag(text: &str) -> Option<&str> {
    let tag = &text[..until(text, b'>', TAG_BYTES_MAX)?];
    let inner = tag.trim_start_matches(['<', '/']);
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric())?;
    let is_element = |name: &&str| inner[..end].eq_ignore_ascii_case(name);
    let ends_name = inner[end..].starts_with(['>', ' ', '/']);
    (ends_name && ELEMENTS.iter().any(is_element)).then_some(tag)
}

/// The number of bytes up to and with the first `mark`, if it comes within so many.
fn until(text: &str, mark: u8, bytes_max: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let start = bytes.get(..bytes_max).unwrap_or(bytes);
    memchr::memchr(mark, start).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::cpu_time;

    #[test]
    fn markup_that_a_title_shows_is_found() {
        for (written, expected) in [
            ("Мост — открыт", None),
            // Decoded once, as every title is.
            ("Мост &mdash; открыт", None),
            ("R&D &amp; рынок", None),
            ("Мост &amp;mdash; открыт", Some("&mdash;")),
            ("&amp;#8220;Дала&amp;#8221;", Some("&#8220;")),
            ("Мост &amp;#x2014; открыт", Some("&#x2014;")),
            ("AT&amp;T; итоги", None),
            ("Что значит &amp;нечто;", None),
            ("Мост <em>открыт</em>", Some("<em>")),
            ("Мост &lt;/B&gt; открыт", Some("</B>")),
            ("Мост<br/>открыт", Some("<br/>")),
            ("<span class=\"x\">Мост</span>", Some("<span class=\"x\">")),
            ("5 < 7 > 3", None),
            ("<Мост>", None),
            ("Книга <bravo>", None),
        ] {
            let title = Text::from_written(written);
            assert_eq!(title_markup(title.as_str()), expected, "{written}");
        }
    }

    #[test]
    fn hostile_titles_are_searched_once() {
        for part in ["&a", "<a ", "&<"] {
            let title = part.repeat(100_000);
            let took = cpu_time(|| assert_eq!(title_markup(&title), None));
            assert!(took.as_millis() < 250, "{part}: {took:?}");
        }
    }
}
