use proptest::prelude::*;

use super::*;
use crate::source::article_file::in_test;

fn read_text(text: &str) -> Result<Draft, Refusal> {
    in_test(text, parse)
}

fn read(text: &str) -> Draft {
    read_text(text).unwrap_or_else(|refusal| panic!("{text:?} is refused: {refusal:?}"))
}

#[test]
fn fences_of_both_syntaxes_and_any_line_end_are_recognized() {
    let lines = "+++\ntitle = \"З\"\ndate = 2026-01-08\n+++\nТекст.\n";
    for (text, body) in [
        (lines.to_owned(), "Текст.\n"),
        (format!("\u{feff}{lines}"), "Текст.\n"),
        (lines.replace('\n', "\r\n"), "Текст.\n"),
        (lines.replace('\n', "\r"), "Текст.\n"),
        (format!("\n \n{lines}"), "Текст.\n"),
        (lines.replace("+++", "+++ \t"), "Текст.\n"),
        (lines.replace("Текст.\n", ""), ""),
        (
            "---\ntitle: З\ndate: 2026-01-08\n---\nа\n\n---\nб".to_owned(),
            "а\n\n---\nб",
        ),
        ("---\ntitle: З\ndate: 2026-01-08\n...\nа".to_owned(), "а"),
        ("---\ntitle: З\ndate: 2026-01-08\n---".to_owned(), ""),
        (format!("\n<!-- a\nb -->\n# note\n{lines}"), "Текст.\n"),
        (
            "---toml\ntitle = \"З\"\ndate = 2026-01-08\n---\nа".to_owned(),
            "а",
        ),
        (
            "--- json\n{\"title\": \"З\", \"date\": \"2026-01-08\"}\n---\nа".to_owned(),
            "а",
        ),
        (
            "{\n\"title\": \"З\", \"date\": \"2026-01-08\",\n\"a\": {\"b\": \"}\"}\n}\n{а}"
                .to_owned(),
            "{а}",
        ),
        (
            "\u{feff}{\"title\": \"З\", \"date\": \"2026-01-08\"} а".to_owned(),
            " а",
        ),
        (
            "{\"title\": \"З\", \"date\": \"2026-01-08\"}".to_owned(),
            "",
        ),
        (
            lines.replace("Текст.", "{{< video \"x\" >}}"),
            "{{< video \"x\" >}}\n",
        ),
    ] {
        let draft = read(&text);
        assert_eq!(draft.title, "З", "{text:?}");
        assert_eq!(draft.body, Body::Markdown(body.into()), "{text:?}");
    }
}

#[test]
fn invalid_front_matter_is_refused_with_its_line() {
    let endless = format!("+++\n{}+++\n", "# x\n".repeat(20_000));
    for (text, line, reason) in [
        ("", 1, "the file does not begin with front matter"),
        (
            "# Заголовок\n",
            1,
            "the file does not begin with front matter",
        ),
        (
            "title: З\n---\n",
            1,
            "the file does not begin with front matter",
        ),
        ("\n+++\ntitle = \"З\"\n", 2, "the front matter has no end"),
        ("---\ntitle: З\n+++\n", 1, "the front matter has no end"),
        (&endless, 1, "the front matter is larger than 65536 bytes"),
        (
            "\n---\ntitle: З\ndate: вчера\n---\n",
            4,
            "`date`: `вчера` is not a date",
        ),
        (
            "{\"title\": \"З\",\n\"date\": 2026-01-08}\n",
            2,
            "the file is not valid JSON: expected `,` or `}`",
        ),
        (
            "{{< a >}}\n",
            1,
            "the file does not begin with front matter",
        ),
        (
            "# Мост\n\nТекст\n",
            1,
            "the file does not begin with front matter",
        ),
        (
            "\n{\"title\": \"З\"",
            2,
            "the file is not valid JSON: EOF while parsing an object",
        ),
    ] {
        let refusal = read_text(text).expect_err(reason);
        assert_eq!(
            (refusal.line, refusal.reason.as_str()),
            (Some(line), reason),
            "{text:.40}"
        );
        assert!(!refusal.hint.is_empty());
    }
}

#[test]
fn front_matter_that_expands_beyond_limits_is_refused() {
    let bomb: String = (1..12)
        .map(|n| {
            format!(
                "a{n}: &a{n} [{}]\n",
                vec![format!("*a{}", n - 1); 9].join(", ")
            )
        })
        .collect();
    for matter in [
        format!("---\na0: &a0 [x, x]\n{bomb}---\n"),
        format!("---\na: {}\n---\n", "[".repeat(30_000)),
        format!("---\na: [{}]\n---\n", "x,".repeat(30_000)),
        format!("---\n{}\n---\n", "- ".repeat(30_000)),
        format!("+++\na = {}\n+++\n", "[".repeat(30_000)),
        format!("+++\n{}a = 1\n+++\n", "a.".repeat(30_000)),
    ] {
        let refusal = read_text(&matter).expect_err("a bomb");
        assert!(!refusal.reason.is_empty() && !refusal.hint.is_empty());
    }
}

/// Pieces of front matter in any order.
fn article_like() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "+++\n",
        "---\n",
        "\n",
        "title",
        "date",
        "tags",
        "[extra]\n",
        "[",
        "]",
        "{",
        "}",
        ": ",
        " = ",
        "\"",
        "'",
        "#",
        "- ",
        ",",
        "2026-01-08",
        "Мост",
        "|",
        ">",
        "&a ",
        "*a",
        "!!x ",
        "~",
        "\t",
        " ",
        "\u{0}",
        "\u{feff}",
        "😀",
        "true",
        "7",
        "<<",
        "?",
        "%",
        "@",
        "`",
        "\\u0041",
    ]);
    prop::collection::vec(
        prop_oneof![6 => pieces.prop_map(str::to_owned), 1 => ".{0,9}"],
        0..25,
    )
    .prop_map(|pieces| pieces.concat())
}

#[test]
fn a_value_of_several_lines_is_shown_in_one() {
    let refusal =
        read_text("---\ntitle: З\ndate: 2026-01-08\n  = +++\n---\n").expect_err("no date");
    assert_eq!(refusal.reason, "`date`: `2026-01-08 = +++` is not a date");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in article_like(), fence in 0..3) {
        let text = match fence {
            0 => text,
            1 => format!("+++\ntitle = \"З\"\ndate = 2026-01-08\n{text}\n+++\n{text}"),
            _ => format!("---\ntitle: З\ndate: 2026-01-08\n{text}\n---\n{text}"),
        };
        if let Err(refusal) = read_text(&text) {
            prop_assert!(!refusal.reason.is_empty() && !refusal.hint.is_empty());
            prop_assert!(!refusal.reason.contains('\n'), "{refusal:?}");
            let lines = text.lines().count() as u32 + 1;
            prop_assert!(refusal.line.is_some_and(|line| (1..=lines).contains(&line)), "{refusal:?}");
        }
    }
}

#[test]
fn a_headline_whose_quote_has_no_end_holds_no_key() {
    for (lines, title, author) in [
        ("title: \"Новости\nauthor: Иван\"", "Новости", Some("Иван")),
        ("title: 'Новости\nauthor: Иван'", "Новости", Some("Иван")),
        (
            "title: \"Новости\nauthor: \"Иван\"",
            "Новости",
            Some("Иван"),
        ),
        (
            "title: \"Новости\nweight: 3\nauthor: \"Иван\"",
            "Новости",
            Some("Иван"),
        ),
        (
            "title: \"Новости\n  дня\"\nauthor: Иван",
            "Новости дня",
            Some("Иван"),
        ),
        (
            "title: \"Новости: «дня»\"\nauthor: Иван",
            "Новости: «дня»",
            Some("Иван"),
        ),
        (
            "title: \"Новости\" дня\nauthor: Иван",
            "\"Новости\" дня",
            Some("Иван"),
        ),
        (
            "title: Экран 27\"\nauthor: Иван",
            "Экран 27\"",
            Some("Иван"),
        ),
    ] {
        let draft = read(&format!("---\ndate: 2026-01-08\n{lines}\n---\nТекст.\n"));
        assert_eq!(draft.title, title, "{lines}");
        let first = draft.authors.first().map(|author| author.name.as_str());
        assert_eq!(first, author, "{lines}");
    }
}
