//! Names and messages for logs and terminals, where control characters would act instead of being shown.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One line of text, with every character escaped that ends the line, controls a terminal, or changes the
/// direction of what follows. Escapes are those of Rust and C: `\n`, `\x1b`, `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

/// The same for a message of ours, which may have several lines: one that continues a message begins with two
/// spaces, or with a line number and ` |`. Line breaks before any other line are escaped.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escape(text, |rest| {
        let behind_number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_numbered = behind_number.len() < rest.len() && behind_number.starts_with(" |");
        rest.starts_with("  ") || is_numbered
    })
}

/// Keeps a line break if `is_ours` accepts what follows it.
fn escape(text: &str, is_ours: impl Fn(&str) -> bool) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        match c {
            '\n' if is_ours(&text[at + 1..]) => shown.push('\n'),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if !is_hidden(c) => shown.push(c),
            c => {
                let code = u32::from(c);
                let written = match c.is_ascii() {
                    true => write!(shown, "\\x{code:02x}"),
                    false => write!(shown, "\\u{{{code:x}}}"),
                };
                written.expect("a write to a string cannot fail");
            }
        }
    }
    Cow::Owned(shown)
}

/// Whether it is a control character, the separator of lines or paragraphs, or a control of direction.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn characters_that_act_are_escaped_and_letters_stay() {
        for (text, expected) in [
            ("Құрылтай – «жаңа» 👩‍🚀", "Құрылтай – «жаңа» 👩‍🚀"),
            ("a\u{1b}[31mb\u{7}", "a\\x1b[31mb\\x07"),
            ("a\r\nb\tc\u{7f}", "a\\r\\nb\\tc\\x7f"),
            (
                "a\u{202e}b\u{2066}c\u{200f}",
                "a\\u{202e}b\\u{2066}c\\u{200f}",
            ),
            (
                "a\u{2028}b\u{2029}c\u{85}d\u{9b}",
                "a\\u{2028}b\\u{2029}c\\u{85}d\\u{9b}",
            ),
        ] {
            assert_eq!(visible(text), expected);
        }
        assert!(matches!(visible("жай"), Cow::Borrowed(_)));
    }

    #[test]
    fn only_lines_of_ours_continue_a_message() {
        let ours = "feeds.toml:2:9: error: wrong\n2 | a = b\n  |     ^\n  hint: mend it";
        assert_eq!(visible_lines(ours), ours);
        assert_eq!(
            visible_lines("a\n2026-11-29T10:00:00Z ERROR b\n | c\n"),
            "a\\n2026-11-29T10:00:00Z ERROR b\\n | c\\n"
        );
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in any::<String>()) {
            prop_assert!(!visible(&text).contains(is_hidden));
            let shown = visible_lines(&text);
            prop_assert!(!shown.contains(|c| is_hidden(c) && c != '\n'));
            let once = visible(&text);
            prop_assert_eq!(visible(&once), once.as_ref());
        }
    }
}
