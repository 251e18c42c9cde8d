//! The date line and the keyed lines below it.

use super::*;

#[test]
fn the_date_line_accepts_these_forms() {
    for (line, date, title) in [
        (" date 2026-01-08 Заголовок", "2026-01-08", "Заголовок"),
        ("date 2026-01-08 Заголовок", "2026-01-08", "Заголовок"),
        (
            "\u{feff}\u{a0}DATE\u{a0}2026-01-08\t Два  слова ",
            "2026-01-08",
            "Два слова",
        ),
        (
            "\n\r\n \ndate 2026-01-08 Заголовок",
            "2026-01-08",
            "Заголовок",
        ),
        (
            "date 2026-01-08T10:30 Заголовок",
            "2026-01-08T10:30",
            "Заголовок",
        ),
        (
            "date 2026-01-08T10:30:15 Заголовок",
            "2026-01-08T10:30:15",
            "Заголовок",
        ),
        (
            "date 2026-01-08T10:30Z Заголовок",
            "2026-01-08T10:30Z",
            "Заголовок",
        ),
        (
            "date 2026-01-08T10:30:15+05:00 Заголовок",
            "2026-01-08T05:30:15Z",
            "Заголовок",
        ),
        (
            "date 2026-01-08 10:30 Заголовок",
            "2026-01-08T10:30",
            "Заголовок",
        ),
        (
            "date 2026-01-08  10:30:15+0500 Заголовок",
            "2026-01-08T05:30:15Z",
            "Заголовок",
        ),
        (
            "date 2026-01-08 10 лет спустя",
            "2026-01-08",
            "10 лет спустя",
        ),
        ("date 2026-01-08 60:40 – доли", "2026-01-08", "60:40 – доли"),
        (
            "date 2026-01-08 2026-01-09 станет",
            "2026-01-08",
            "2026-01-09 станет",
        ),
        ("date 2026-01-08 date", "2026-01-08", "date"),
    ] {
        let draft = draft(line);
        assert_eq!(draft.title, title, "{line:?}");
        assert_eq!(Ok(draft.published), WrittenDate::parse(date), "{line:?}");
        assert_eq!(outline(line), "", "{line:?}");
    }
}

#[test]
fn the_last_updated_line_wins() {
    for (below, updated, body) in [
        ("updated 2026-01-09 10:00", Some("2026-01-09T10:00"), ""),
        (
            " Updated\u{a0}2026-01-09  10:00 ",
            Some("2026-01-09T10:00"),
            "",
        ),
        (
            "updated 2026-01-09T10:00+05:00\n\nТекст.",
            Some("2026-01-09T05:00Z"),
            "p Текст.",
        ),
        (
            "updated 2026-01-09\nupdated 2026-01-10\nТекст.",
            Some("2026-01-10"),
            "p Текст.",
        ),
        ("updated by hand.", None, "p updated by hand."),
        ("updated", None, "p updated"),
        (
            "\nupdated 2026-01-09.\n\nТекст.",
            None,
            "p updated 2026-01-09. | p Текст.",
        ),
    ] {
        let text = format!("date 2026-01-08 Заголовок\n{below}");
        let updated = updated.map(|date| WrittenDate::parse(date).expect("a date"));
        assert_eq!(draft(&text).updated, updated, "{below:?}");
        assert_eq!(outline(&text), body, "{below:?}");
    }
}

#[test]
fn an_invalid_opening_is_refused_with_its_line() {
    let endless = format!("date {} x", "9".repeat(300));
    let shortened = format!("`{}…` is not a date", "9".repeat(39));
    for (text, line, reason) in [
        ("", None, "the file is empty"),
        ("\n \u{a0}\r\n", None, "the file is empty"),
        (
            "\n\nЗаголовок",
            Some(3),
            "the first line does not begin with `date`",
        ),
        (
            "dated 2026-01-08 Заголовок",
            Some(1),
            "the first line does not begin with `date`",
        ),
        ("date", Some(1), "there is no date"),
        ("date Заголовок", Some(1), "`Заголовок` is not a date"),
        (
            "date 08.01.2026 Заголовок",
            Some(1),
            "`08.01.2026` is not a date",
        ),
        (
            "date 2026-01-08Заголовок",
            Some(1),
            "`2026-01-08Заголовок` is not a date",
        ),
        (
            "\rdate 2026-02-30 Заголовок",
            Some(2),
            "`2026-02-30`: there is no such day or time",
        ),
        (
            "date 2026-01-08T25:00 Заголовок",
            Some(1),
            "`2026-01-08T25:00`: there is no such day or time",
        ),
        (
            "date 2026-01-08",
            Some(1),
            "there is no headline after the date",
        ),
        (
            "date 2026-01-08 10:00\n\nТекст.",
            Some(1),
            "there is no headline after the date",
        ),
        (
            "date 2026-01-08 \u{ad}\u{200d}\u{fe0f}",
            Some(1),
            "there is no headline after the date",
        ),
        (
            "date 2026-01-08 З\nupdated 9 января",
            Some(2),
            "`9` is not a date",
        ),
        (
            "date 2026-01-08 З\r\nupdated 2026-13-01",
            Some(2),
            "`2026-13-01`: there is no such day or time",
        ),
        (&endless, Some(1), &shortened),
    ] {
        let refusal = read_text(text).expect_err(text);
        assert_eq!(
            (refusal.line, refusal.reason.as_str()),
            (line, reason),
            "{text:?}"
        );
        assert!(refusal.hint.contains("2026-01-0"), "{text:?}");
    }
}

#[test]
fn a_long_headline_is_cut_and_repeated_in_the_body() {
    let sentence = "Мост через Каратал откроют весной.";
    let rest = "слово ".repeat(40);
    let rest = rest.trim_end();
    let words = format!("{}…", rest[..rest.len() - "слово".len() * 7 - 7].trim_end());
    for (headline, title) in [
        (format!("{sentence} Об этом {rest}."), sentence),
        (
            format!("Да. {sentence} Об этом {rest}."),
            "Да. Мост через Каратал откроют весной.",
        ),
        (rest.to_owned(), words.as_str()),
    ] {
        let text = format!("date 2026-01-08 {headline}\n\nДороги\n4\n\nДалее.\n\n#мост");
        assert_eq!(draft(&text).title, title, "{headline}");
        let body = format!("section Дороги | p {headline} | p Далее. | tag мост");
        assert_eq!(outline(&text), body);
    }
}

#[test]
fn a_headline_of_200_characters_is_not_cut() {
    let headline = format!("{}.", "я ".repeat(99) + "я");
    assert_eq!(headline.chars().count(), 200);
    let text = format!("date 2026-01-08 {headline}");
    assert_eq!(draft(&text).title, headline);
    assert_eq!(outline(&text), "");
}
