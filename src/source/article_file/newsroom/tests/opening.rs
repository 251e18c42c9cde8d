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
        ("updated", None, ""),
        (
            "\nupdated 2026-01-09\n\nТекст.",
            Some("2026-01-09"),
            "p Текст.",
        ),
        (
            "\nДороги\n4\nUPDATED = 2026-01-09\nАйман А.\n\nТекст.",
            Some("2026-01-09"),
            "section Дороги | author Айман А. | p Текст.",
        ),
        (
            "\nupdated: 2026-01-09\n\nДороги\n4\n\nТекст.",
            Some("2026-01-09"),
            "section Дороги | p Текст.",
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
        (
            "dаte 2026-01-08 Заголовок",
            Some(1),
            "`dаte` at the beginning of the first line has a letter that only looks Latin, or one that is not visible",
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
            "date 2026-01-08 24:05 Поезд",
            Some(1),
            "`2026-01-08`: there is no such day or time",
        ),
        (
            "date 2026-01-08T9:5 Суд",
            Some(1),
            "`2026-01-08T9:5`: there is no such day or time",
        ),
        (
            "date 2026-01-08 10:00 —\n\nТекст.",
            Some(1),
            "there is no headline after the date",
        ),
        (
            "date 2026-01-08\n|\n\nТекст.",
            Some(1),
            "there is no headline after the date",
        ),
        (
            "date 2026-01-08 Фото: архив",
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
        (&endless, Some(1), &shortened),
    ] {
        let refusal = parse(text).expect_err(text);
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

/// The headline and the date of a line behind `date 2026-05-02`.
#[test]
fn a_time_is_told_from_a_headline() {
    let time = |time: &str| Some(format!("2026-05-02T{time}"));
    for (rest, expected, title) in [
        (" 10 мифов о бюджете", None, "10 мифов о бюджете"),
        (" 9.05 — день", None, "9.05 — день"),
        (" 24 часа в Астане", None, "24 часа в Астане"),
        (" 7:1 в пользу сборной", None, "7:1 в пользу сборной"),
        (" 1:0 – Казахстан обыграл", None, "1:0 – Казахстан обыграл"),
        (" 25:20 – волейболистки", None, "25:20 – волейболистки"),
        (" 21:19 – третий сет", None, "21:19 – третий сет"),
        (" 2:30 ночи: что было", None, "2:30 ночи: что было"),
        (" 10:30 «кайрат» и мяч", None, "10:30 «кайрат» и мяч"),
        (" 12:30-да жиналыс", None, "12:30-да жиналыс"),
        (" 10.12 млн тенге", None, "10.12 млн тенге"),
        (" 10.30 Дорога", None, "10.30 Дорога"),
        (" 09.05.00 Суд", None, "09.05.00 Суд"),
        (" 5G в Шымкенте", None, "5G в Шымкенте"),
        (" 18+", None, "18+"),
        (" 3D-принтер", None, "3D-принтер"),
        (
            " – Мы не уступим, – сказал он",
            None,
            "Мы не уступим, – сказал он",
        ),
        (" -Слово", None, "-Слово"),
        (" 9:05 Суд", time("09:05"), "Суд"),
        (" 09:05:30 Суд", time("09:05:30"), "Суд"),
        (" 09:05:30.25 суд", time("09:05:30"), "суд"),
        ("T09:05+05:00 Суд", time("04:05Z"), "Суд"),
        ("T09:05:00Z суд", time("09:05Z"), "суд"),
        ("t9:05 суд", time("09:05"), "суд"),
        (" 09:05 +05:00 Суд", time("04:05Z"), "Суд"),
        (" 09:05 +0500 суд", time("04:05Z"), "суд"),
        (" 09:05+05 Суд", time("04:05Z"), "Суд"),
        (" 09:05 UTC Суд", time("09:05Z"), "Суд"),
        (" 09:05 Zoom вырос", time("09:05"), "Zoom вырос"),
        (" 9.05 +05:00 Суд", time("04:05Z"), "Суд"),
        (" - 09:05 Суд", time("09:05"), "Суд"),
        (", 09:05 Суд", time("09:05"), "Суд"),
        (" 09:05 – Суд", time("09:05"), "Суд"),
        (" 09:05 | Суд", time("09:05"), "Суд"),
        ("T9.05 Суд", time("09:05"), "Суд"),
        (" 10:30 iPhone подорожал", time("10:30"), "iPhone подорожал"),
        (
            " 10:30 «Кайрат» в финале",
            time("10:30"),
            "«Кайрат» в финале",
        ),
        (" 09:05 +15 градусов", time("09:05"), "+15 градусов"),
        (" 09:05 +05 градусов", time("09:05"), "+05 градусов"),
        (" 23:59:60 Високосная", time("23:59:59"), "Високосная"),
    ] {
        let line = format!("date 2026-05-02{rest}");
        let expected = expected.unwrap_or_else(|| "2026-05-02".to_owned());
        let draft = draft(&line);
        assert_eq!(draft.title, title, "{line}");
        assert_eq!(Ok(draft.published), WrittenDate::parse(&expected), "{line}");
    }
}

#[test]
fn midnight_at_the_end_of_a_day_is_the_next_day() {
    for (line, expected) in [
        ("2026-05-02 24:00 Новый закон", "2026-05-03"),
        ("2026-5-31T24:00:00+05:00 Закон", "2026-05-31T19:00Z"),
        ("2026-12-31 24:00 Закон", "2027-01-01"),
        ("2028-02-28 24:00 Закон", "2028-02-29"),
    ] {
        let published = draft(&format!("date {line}")).published;
        assert_eq!(Ok(published), WrittenDate::parse(expected), "{line}");
    }
    for line in ["2026-02-30 24:00 Закон", "2026-05-02 24:00:01 Закон"] {
        assert!(parse(&format!("date {line}")).is_err(), "{line}");
    }
}

/// Line, reason and text of each warning.
fn warnings(text: &str) -> Vec<(u32, String)> {
    let warnings = draft(text).warnings.into_iter();
    warnings
        .map(|warning| (warning.line.unwrap_or(0), warning.reason))
        .collect()
}

#[test]
fn a_time_that_is_read_as_headline_is_a_warning() {
    let text = "date 2026-05-02 2:30 ночи: что было";
    let reason = "`2:30` behind the date is read as part of the headline";
    assert_eq!(warnings(text), [(1, reason.to_owned())]);
    assert!(warnings("date 2026-05-02 9:05 Суд").is_empty());
    assert!(warnings("date 2026-05-02 9.05 — день").is_empty());
}

#[test]
fn crawled_pages_have_their_headline_below() {
    for (text, title, body) in [
        (
            "date 2026-05-02 06.03.2026, 21:55 1691\nМост открыт\nДороги\n4\n\nТекст.",
            "Мост открыт",
            "section Дороги | p Текст.",
        ),
        (
            "date 2026-05-02 15:00, 23 Ноябрь 2025\n\nМост открыт\n\nТекст.",
            "Мост открыт",
            "p Текст.",
        ),
        (
            "date 2026-05-02 21:55 1691\nid 7\nМост открыт\n\nТекст.",
            "Мост открыт",
            "p Текст.",
        ),
        ("date 2026-05-02 1984", "1984", ""),
        ("date 2026-05-02 1984\n\n#книга", "1984", "tag книга"),
        (
            "date 2026-05-02\nМост открыт\n\nТекст.",
            "Мост открыт",
            "p Текст.",
        ),
        (
            "date 2026-05-02T10:00\nМост открыт\nupdated 2026-05-03\nДороги\n4\n\nТекст.",
            "Мост открыт",
            "section Дороги | p Текст.",
        ),
        ("date 2026-05-02 10:00\nМост открыт", "Мост открыт", ""),
        (
            "date 2026-05-02 10:00 —\nlang ru\nМост открыт\n\nТекст.",
            "Мост открыт",
            "p Текст.",
        ),
        ("date 2026-05-02 -\nМост открыт", "Мост открыт", ""),
        ("date 2026-05-02T10:00 – |\nМост открыт", "Мост открыт", ""),
        ("date 2026-05-02 •\nМост открыт", "Мост открыт", ""),
        (
            "date 2026-05-02\nСреда, 2 мая 2026 г.\n345 👁\nМост открыт\n\nТекст.",
            "Мост открыт",
            "p Текст.",
        ),
        (
            "date 2026-05-02 2 часа назад\nМост открыт\n\nТекст.",
            "Мост открыт",
            "p Текст.",
        ),
        ("date 2026-05-02 🎉🎉\n\nТекст.", "🎉🎉", "p Текст."),
        (
            "date 2026-05-02 Фото: архив\n\nДороги\n4\n\nМост через реку открыли весной. Он новый.",
            "Мост через реку открыли весной.",
            "section Дороги | p Мост через реку открыли весной. Он новый. | credit Фото: архив",
        ),
        (
            "date 2026-05-02 1691\nФото: архив\n\nМост открыт.",
            "Мост открыт.",
            "p Мост открыт. | credit Фото: архив",
        ),
    ] {
        assert_eq!(draft(text).title, title, "{text:?}");
        assert_eq!(outline(text), body, "{text:?}");
    }
}

/// The values of the keyed lines, in one order.
fn keyed(below: &str) -> String {
    let draft = draft(&format!("date 2026-01-08 З\n{below}"));
    let image = draft.image.map(|image| {
        let alt = image.alt.map(|alt| format!(" ({alt})"));
        format!("image {}{}", image.url, alt.unwrap_or_default())
    });
    let values = [
        draft.id.map(|id| format!("id {id}")),
        draft.url.map(|url| format!("url {url}")),
        draft.language.map(|tag| format!("lang {tag}")),
        draft.expires.map(|_| "expires".to_owned()),
        image,
    ];
    let values: Vec<String> = values.into_iter().flatten().collect();
    values.join(" | ")
}

#[test]
fn keyed_lines_stand_below_the_date_line_in_any_order() {
    for (below, expected, warned) in [
        (
            " url https://dala.example/7\n id 7\n lang kk\n expires 2026-02-01\n image /a.jpg Мост и река\n\nТекст.",
            "id 7 | url https://dala.example/7 | lang kk | expires | image /a.jpg (Мост и река)",
            0,
        ),
        (
            "image: мост.jpg\nLang: kk-KZ",
            "lang kk-KZ | image мост.jpg",
            0,
        ),
        ("id 7\nid 8", "id 8", 1),
        (
            "id https://old.example/?p=7 {8}\nurl /мост и река",
            "id https://old.example/?p=7 {8} | url /мост и река",
            0,
        ),
        ("updated 2026-01-09\nupdated 2026-01-10", "", 1),
        ("lang русский", "", 1),
        ("updated 9 тишрея 5786", "", 1),
        ("updated 2026-13-01", "", 1),
        ("updated 03/05/2026", "", 1),
        ("expires 0000-00-00\nupdated 0\nid 7", "id 7", 0),
        ("updated завтра", "", 1),
        ("url не адрес", "", 1),
        ("image = мост", "", 1),
        (
            "id=7\nURL : https://dala.example/7\nlang= kk",
            "id 7 | url https://dala.example/7 | lang kk",
            0,
        ),
        ("\nid 7", "", 0),
        ("\nid: 7\n\nТекст.", "id 7", 0),
        ("Дороги\nid 7", "", 0),
        ("Дороги\nLang Lang\n\nТекст.", "", 0),
        ("Дороги\nlang: kk\n\nТекст.", "lang kk", 0),
        ("\nТекст.\n\nid: 7", "", 0),
        ("id card lost by a minister", "", 1),
        ("image shown on the first page", "", 1),
        ("url\nexpires\nlang", "", 3),
        ("updated_at 2026-01-09\nidle hands\nimages", "", 0),
    ] {
        assert_eq!(keyed(below), expected, "{below:?}");
        let text = format!("date 2026-01-08 З\n{below}");
        assert_eq!(warnings(&text).len(), warned, "{below:?}");
    }
}

#[test]
fn an_expiry_that_is_not_understood_withdraws_the_article() {
    for below in [
        "lang kk\nexpires 2026-13-01",
        "lang kk\nexpires скоро",
        "lang kk\nexpires never ever, as they said at noon.",
        "\nexpires: 2026-13-01",
        "\nexpires 32 мая",
        "\nExpires = завтра утром",
        "Дороги\nexpires скоро\n4",
        "\nexpires: когда закончится срок договора.",
    ] {
        let text = format!("date 2026-01-08 З\n{below}\n\nТекст.");
        let refusal = parse(&text).expect_err(below);
        assert!(refusal.withdraws, "{below}");
        let line = text
            .lines()
            .position(|line| line.to_lowercase().starts_with("expires"));
        assert_eq!(refusal.line.map(|line| line as usize - 1), line, "{below}");
        assert!(refusal.reason.starts_with("`expires`: "), "{refusal:?}");
    }
}

#[test]
fn an_expiry_anywhere_in_the_header_is_taken() {
    for below in [
        "expires=2026-02-01",
        "Expires: 2026-02-01",
        "EXPIRES\u{a0}=\u{a0}2026-02-01 10:00",
        "\nexpires: 2026-02-01",
        "\nexpires 2026-02-01",
        "\nexpires 1 февраля 2026 года",
        "\nДороги\nexpires 2026-02-01\n4",
        "Дороги\n4\nАйман А.\nexpires: 2026-02-01",
    ] {
        let text = format!("date 2026-01-08 З\n{below}\n\nТекст.");
        assert!(draft(&text).expires.is_some(), "{below}");
        assert!(outline(&text).ends_with("p Текст."), "{below}");
    }
}

#[test]
fn prose_that_begins_with_a_key_is_text() {
    let read_as_text = "is read as text";
    for (below, text, warned) in [
        (
            "\nUpdated: the match ended 2:1 after extra time.",
            "Updated: the match",
            true,
        ),
        (
            "Updated: the match ended 2:1 after extra time.",
            "Updated: the match",
            true,
        ),
        (
            "\nUpdated: 5 people were hurt, police say.",
            "Updated: 5 people",
            true,
        ),
        (
            "\nExpires is the word that the owner feared.",
            "Expires is the word",
            false,
        ),
        (
            "\nURL shorteners are gone, and no one weeps.",
            "URL shorteners",
            false,
        ),
        (
            "\nImage: the Dala news agency",
            "Image: the Dala news agency",
            true,
        ),
        ("\nID cards are lost every day.", "ID cards", false),
    ] {
        let text_below = format!("date 2026-01-08 З\n{below}\n\nТекст.");
        assert!(
            outline(&text_below).starts_with(&format!("p {text}")),
            "{below}"
        );
        let warnings = warnings(&text_below);
        assert_eq!(warnings.len(), usize::from(warned), "{below}: {warnings:?}");
        assert!(
            warnings
                .iter()
                .all(|(_, reason)| reason.ends_with(read_as_text)),
            "{below}"
        );
    }
}
