use std::borrow::Cow;

use proptest::prelude::*;

use super::characters::{is_clean, is_legal};
use super::escape::escape_into;
use super::plain::{is_one_line, one_line};
use super::*;

#[test]
fn text_is_one_line_of_legal_characters() {
    for (raw, expected) in [
        ("Сенат принял закон", "Сенат принял закон"),
        ("", ""),
        ("  два \t\r\n слова ", "два слова"),
        ("500\u{a0}млн\u{202f}тенге", "500 млн тенге"),
        ("а\u{b}б\u{85}в\u{2028}г", "а б в г"),
        ("а \u{1} б", "а б"),
        ("\u{0}\u{8}а\u{1b}б\u{7f}\u{9f}", "аб"),
        ("а\u{fffe}\u{ffff}\u{fdd0}\u{1fffe}\u{10ffff}б", "аб"),
        ("\u{202e}затворка\u{202c} \u{2066}x\u{2069}", "затворка x"),
        (
            "👩\u{200d}👩\u{200d}👧 ❤\u{fe0f}",
            "👩\u{200d}👩\u{200d}👧 ❤\u{fe0f}",
        ),
        ("قازاق\u{200f}", "قازاق\u{200f}"),
        ("\u{200b} \u{feff}\u{ad}", ""),
        ("Краи\u{306}", "Краи\u{306}"),
    ] {
        assert_eq!(Text::new(raw).as_str(), expected, "{raw:?}");
    }
}

#[test]
fn cleaning_keeps_lines_and_ends_them_in_lf() {
    for (raw, expected) in [
        ("а\r\nб\rв\nг", "а\nб\nв\nг"),
        ("\tа\u{a0}б", "\tа\u{a0}б"),
        ("а\u{b}б\u{c}в\u{85}г", "а\nб\nв\nг"),
        ("а\u{0}\u{84}\u{ffff}б", "аб"),
        ("\r\r\n", "\n\n"),
    ] {
        assert_eq!(clean(raw), expected, "{raw:?}");
    }
}

#[test]
fn clean_text_is_borrowed() {
    assert!(matches!(clean("– Да,\n\tсказал он."), Cow::Borrowed(_)));
}

#[test]
fn paragraphs_are_escaped_and_empty_ones_left_out() {
    for (paragraphs, expected) in [
        (&["один", "два"][..], "<p>один</p>\n<p>два</p>"),
        (&["", " \u{a0}\u{200b}", "\u{1}"], ""),
        (&["", "а", " "], "<p>а</p>"),
        (
            &["<script>\"A&B\"]]></script>"],
            "<p>&lt;script&gt;&quot;A&amp;B&quot;]]&gt;&lt;/script&gt;</p>",
        ),
        (&[" а\u{0}\r\nб\u{a0}в "], "<p>а\nб\u{a0}в</p>"),
    ] {
        assert_eq!(
            Html::from_paragraphs(paragraphs.iter().copied()).as_str(),
            expected,
            "{paragraphs:?}"
        );
    }
}

/// [`is_clean`], [`is_one_line`] and [`escape_into`], computed character by character.
fn by_characters(raw: &str) -> (bool, bool, String) {
    let clean = raw.chars().all(|c| c != '\r' && is_legal(c));
    let mut escaped = String::new();
    for c in raw.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    (clean, one_line(raw) == raw, escaped)
}

fn by_bytes(raw: &str) -> (bool, bool, String) {
    let mut escaped = String::new();
    escape_into(&mut escaped, raw);
    (is_clean(raw), is_one_line(raw), escaped)
}

#[test]
fn tests_of_bytes_agree_with_tests_of_characters() {
    for c in '\0'..='\u{1ffff}' {
        let text = format!("я{c}x");
        assert_eq!(by_bytes(&text), by_characters(&text), "{c:?}");
    }
}

/// Any characters; those that need special treatment are drawn often.
fn hostile() -> impl Strategy<Value = String> {
    let special = prop::sample::select(
        "\0\u{b}\u{c}\r\n\t \u{a0}\u{85}\u{9f}\u{200b}\u{202e}\u{fdd0}\u{fffe}\u{1ffff}<&>\"я"
            .chars()
            .collect::<Vec<_>>(),
    );
    prop::collection::vec(prop_oneof![special, any::<char>()], 0..40)
        .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #[test]
    fn tests_of_bytes_agree_for_any_text(raw in hostile(), long in ".{0,200}") {
        for text in [raw.as_str(), long.as_str(), &format!("{long}{raw}{long}")] {
            prop_assert_eq!(by_bytes(text), by_characters(text));
        }
    }

    #[test]
    fn html_of_any_text_is_legal_in_a_strict_xml_parser(raw in hostile()) {
        let html = Html::from_paragraphs([raw.as_str()]);
        let document = format!("<x>{}</x>", html.as_str());
        prop_assert!(roxmltree::Document::parse(&document).is_ok(), "{document:?}");
    }

    #[test]
    fn cleaning_is_idempotent(raw in hostile()) {
        let once = Text::new(&raw);
        prop_assert_eq!(Text::new(once.as_str()), once.clone());
        prop_assert_eq!(one_line(once.as_str()), once.into_string());
        let lines = clean(&raw).into_owned();
        prop_assert_eq!(clean(&lines), lines.as_str());
    }
}
