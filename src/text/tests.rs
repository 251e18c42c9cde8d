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
fn titles_and_names_are_decoded_composed_and_without_damage() {
    for (raw, expected) in [
        ("Сенат принял закон", "Сенат принял закон"),
        (
            "ТОО &quot;Ромашка&quot; &#8212; 5&nbsp;млн",
            "ТОО \"Ромашка\" — 5 млн",
        ),
        ("AT&T &amp; R&D &copy 2026", "AT&T & R&D &copy 2026"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("Краи\u{306} е\u{308}лки", "Край ёлки"),
        ("С\u{fffd}нат \u{feff}при\u{fffc}нял", "Снат принял"),
        ("а \u{feff} б\u{fff9}\u{206a}\u{206f}в", "а бв"),
        (
            "\u{202e}затворка\u{202c} &#8238;x&#x200F;",
            "затворка x\u{200f}",
        ),
        ("&#0;&#xD800;а&#1;&#xFFFF;", "а"),
        ("&nbsp;&shy;&zwnj; ", ""),
        ("👩\u{200d}💻 ❤\u{fe0f}", "👩\u{200d}💻 ❤\u{fe0f}"),
        ("&#104;&#x435;\u{308}", "hё"),
    ] {
        assert_eq!(Text::from_written(raw).as_str(), expected, "{raw:?}");
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

    #[test]
    fn titles_and_names_have_no_damage_and_no_reference(raw in written()) {
        let text = Text::from_written(&raw);
        prop_assert_eq!(Text::new(text.as_str()), text.clone());
        prop_assert!(!text.as_str().contains(is_unwanted), "{:?}", text);
        let again = Text::from_written(text.as_str());
        prop_assert_eq!(again, text, "nothing is left to decode or to compose");
    }
}

/// The characters that no title and no name has, written anew from the list of the documentation.
fn is_unwanted(c: char) -> bool {
    "\u{fffd}\u{feff}\u{fff9}\u{fffa}\u{fffb}\u{fffc}\u{206a}\u{206b}\u{206c}\u{206d}\u{206e}\u{206f}\
     \u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}"
        .contains(c)
}

/// Titles of an export: text, damage, and references that stand for no `&`, which could be part of
/// another one.
fn written() -> impl Strategy<Value = String> {
    let names = html5ever::data::NAMED_ENTITIES.entries();
    let names =
        names.filter(|(name, (first, _))| name.ends_with(';') && *first != 0x26 && *first != 0);
    let mut names: Vec<&str> = names.map(|(name, _)| *name).collect();
    names.sort_unstable();
    let named = prop::sample::select(names).prop_map(|name| format!("&{name}"));
    let number = (0_u32..0x12_0000).prop_filter("no reference to &", |code| *code != 0x26);
    let numbered =
        (number, any::<bool>()).prop_map(|(code, is_hexadecimal)| match is_hexadecimal {
            true => format!("&#x{code:X};"),
            false => format!("&#{code};"),
        });
    let special = prop::sample::select(
        "\u{fffd}\u{feff}\u{fff9}\u{fffc}\u{206a}\u{206f}\u{202e}\u{2066}\u{301}\u{306}\u{308}ие;# я"
            .chars()
            .collect::<Vec<_>>(),
    );
    let piece = prop_oneof![
        2 => named,
        1 => numbered,
        3 => special.prop_map(String::from),
        1 => any::<char>().prop_filter("no &", |c| *c != '&').prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}
