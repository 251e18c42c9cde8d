use proptest::prelude::*;

use super::*;
use crate::model::time::WrittenDate;
use crate::source::article_file::in_test;

fn read_text(text: &str) -> Result<Draft, Refusal> {
    in_test(text, parse)
}

fn draft(text: &str) -> Draft {
    read_text(text).unwrap_or_else(|refusal| panic!("{text:?} is refused: {refusal:?}"))
}

/// A draft on one line, without its date and title.
fn outline(text: &str) -> String {
    let draft = draft(text);
    let mut page: Vec<String> = Vec::new();
    page.extend(
        draft
            .sections
            .iter()
            .map(|section| format!("section {}", section.name)),
    );
    page.extend(draft.authors.iter().map(|author| match &author.role {
        None => format!("author {}", author.name),
        Some(role) => format!("author {} ({role})", author.name),
    }));
    let Body::Paragraphs {
        paragraphs,
        credits,
    } = draft.body
    else {
        panic!("{text:?} is no plain text");
    };
    page.extend(paragraphs.iter().map(|text| format!("p {text}")));
    page.extend(credits.iter().map(|text| format!("credit {text}")));
    page.extend(draft.tags.iter().map(|tag| format!("tag {}", tag.name)));
    page.join(" | ")
}

/// Each case is the text below the date line and a blank line, with the expected outline.
fn check(cases: &[(&str, &str)]) {
    for (below, expected) in cases {
        let text = format!(" date 2026-01-08 Заголовок\n\n{below}\n");
        assert_eq!(outline(&text), *expected, "{below:?}");
    }
}

#[test]
fn a_complete_article_is_parsed() {
    let text = include_str!("../../../../tests/fixtures/newsroom/whole-article.txt");
    let draft = draft(text);
    assert_eq!(draft.title, "Депутаты осмотрели мост через Каратал");
    assert_eq!(Ok(draft.published), WrittenDate::parse("2026-02-14"));
    assert_eq!(draft.updated, None);
    assert_eq!(
        outline(text),
        "section Регионы | author Сауле Ержанова (собственный корреспондент) \
         | p Группа депутатов побывала на строительстве моста через реку Каратал, который свяжет \
         шесть аулов с районным центром. Работы идут с прошлой осени, сообщает Dala.example \
         | p Длина моста составит 212 метров, ширина – 11. По словам строителей, опоры готовы, на \
         очереди пролёты. \
         | p – Раньше весной мы неделями жили без дороги. Теперь скорая доедет за двадцать минут, \
         – рассказал житель аула Марат Сейтов. \
         | p Кроме моста, в районе отремонтируют 18 километров дорог, на что выделено 2,3 млрд \
         тенге. \
         | credit Фото: акимат района | tag регион | tag дороги | tag мост"
    );
}

#[test]
fn crlf_and_cr_end_a_line_like_lf() {
    let text = include_str!("../../../../tests/fixtures/newsroom/whole-article.txt");
    for end in ["\r\n", "\r"] {
        assert_eq!(draft(&text.replace('\n', end)), draft(text), "{end:?}");
    }
}

#[test]
fn a_header_block_gives_section_authors_and_roles() {
    check(&[
        (
            "Парламент\n4\nАйман А.\nредактор\n\nТекст.",
            "section Парламент | author Айман А. (редактор) | p Текст.",
        ),
        (
            "Парламент\nАйман А.\nредактор\n\nТекст.",
            "section Парламент | author Айман А. (редактор) | p Текст.",
        ),
        ("Парламент\n\nТекст.", "section Парламент | p Текст."),
        ("4\nАйман А.\n\nТекст.", "author Айман А. | p Текст."),
        ("4\n\nТекст.", "p Текст."),
        ("1\u{a0}234\n\nТекст.", "p Текст."),
        (
            "Парламент\n1\u{2009}234 567\n\nТекст.",
            "section Парламент | p Текст.",
        ),
        (
            "Парламент\n4\nАйман А., редактор\n\nТекст.",
            "section Парламент | author Айман А. (редактор) | p Текст.",
        ),
        (
            "Парламент\n4\nАйман А.\nредактор\nБолат К.\nкорреспондент\n\nТекст.",
            "section Парламент | author Айман А. (редактор) | author Болат К. (корреспондент) | p Текст.",
        ),
        (
            "Парламент\nАйман А., редактор, Болат К.\n\nТекст.",
            "section Парламент | author Айман А. (редактор) | author Болат К. | p Текст.",
        ),
        (
            "Парламент\nАйман А. и\u{a0}Болат К.\n\nТекст.",
            "section Парламент | author Айман А. | author Болат К. | p Текст.",
        ),
        (
            "Саясат\nАйман А. және Болат К.,тілші\n\nМәтін.",
            "section Саясат | author Айман А. | author Болат К. (тілші) | p Мәтін.",
        ),
        (
            "Парламент\nАйман А.\nредактор и ведущий, обозреватель\nспецкор\n\nТекст.",
            "section Парламент | author Айман А. (редактор и ведущий, обозреватель, спецкор) | p Текст.",
        ),
        (
            "Парламент\n4\nпресс-служба мажилиса\n\nТекст.",
            "section Парламент | author пресс-служба мажилиса | p Текст.",
        ),
        (
            "Парламент\nИванов А.\n\nТекст.",
            "section Парламент | author Иванов А. | p Текст.",
        ),
        (
            "Парламент\nА. Б.\n\nТекст.",
            "section Парламент | author А. Б. | p Текст.",
        ),
        ("Что нового?\n4\n\nТекст.", "section Что нового? | p Текст."),
        ("Парламент\n4\n\n#тег", "section Парламент | tag тег"),
        ("Парламент\n4\n#тег", "section Парламент | tag тег"),
        (
            "Парламент\n\nФото: архив",
            "section Парламент | credit Фото: архив",
        ),
    ]);
}

#[test]
fn a_first_paragraph_is_not_mistaken_for_a_header_block() {
    let long = "я".repeat(61);
    let longer = "я".repeat(101);
    check(&[
        ("Короткий абзац.\n\nТекст.", "p Короткий абзац. | p Текст."),
        (
            "Обновлено в 2026 г.\n\nТекст.",
            "p Обновлено в 2026 г. | p Текст.",
        ),
        (
            "Депутаты сказали:\n\nТекст.",
            "p Депутаты сказали: | p Текст.",
        ),
        ("Парламент", "p Парламент"),
        ("Парламент\n\n#тег", "p Парламент | tag тег"),
        ("4", "p 4"),
        ("– Да\n\nТекст.", "p – Да | p Текст."),
        ("-Да\n4\n\nТекст.", "p -Да 4 | p Текст."),
        ("#тег и слово\n4\n\nТекст.", "p #тег и слово 4 | p Текст."),
        (
            "Парламент\nФото автора\n\nТекст.",
            "p Парламент Фото автора | p Текст.",
        ),
        (
            "а\nб\nв\nг\nд\nе\n7\n\nТекст.",
            "p а б в г д е 7 | p Текст.",
        ),
        (
            &format!("{long}\n\nТекст."),
            &format!("p {long} | p Текст."),
        ),
        (
            &format!("{longer}\n4\n\nТекст."),
            &format!("p {longer} 4 | p Текст."),
        ),
    ]);
    let sixty = "я".repeat(60);
    let hundred = "я".repeat(100);
    check(&[
        (
            &format!("{sixty}\n\nТекст."),
            &format!("section {sixty} | p Текст."),
        ),
        (
            &format!("{hundred}\n4\n\nТекст."),
            &format!("section {hundred} | p Текст."),
        ),
        ("Фотографы\n\nТекст.", "section Фотографы | p Текст."),
    ]);
}

#[test]
fn the_body_is_split_into_paragraphs_and_credits() {
    let credit = format!("Фото: {}", "я".repeat(150));
    let prose = format!("Фото: {}", "я".repeat(151));
    check(&[
        ("", ""),
        ("Один,\nдва.\n\nТри.", "p Один, два. | p Три."),
        ("Один.\n \u{a0}\t\nДва.", "p Один. | p Два."),
        ("Один.\n\u{200b}\nДва.", "p Один. | p Два."),
        ("\u{a0}Один.\u{a0}\n\n\n\nДва.  ", "p Один. | p Два."),
        ("Один.\nДва.\nТри.", "p Один. | p Два. | p Три."),
        (
            "Один.\n– Два.\n-\u{a0}Три.\n— Четыре,\nпять.\n\nШесть.",
            "p Один. | p – Два. | p -\u{a0}Три. | p — Четыре, пять. | p Шесть.",
        ),
        (
            "Парламент\n\nОдин,\nдва.\n\n#а",
            "section Парламент | p Один, | p два. | tag а",
        ),
        ("Один\n-два.\n\nТри.", "p Один -два. | p Три."),
        ("Фото: архив\n\nОдин.", "p Один. | credit Фото: архив"),
        (
            "Один.\nФото : архив\nДва\nтри.\n\nВидео:Х",
            "p Один. | p Два три. | credit Фото : архив | credit Видео:Х",
        ),
        (
            "Один.\n\nСурет: А\n\nКоллаж: Б\n\nPhoto: C\n\nФОТО: Г",
            "p Один. | credit Сурет: А | credit Коллаж: Б | credit Photo: C | credit ФОТО: Г",
        ),
        (
            "Один.\n\nФотограф: архив.\n\nФото архива.",
            "p Один. | p Фотограф: архив. | p Фото архива.",
        ),
        (
            &format!("Один.\n\n{credit}"),
            &format!("p Один. | credit {credit}"),
        ),
        (
            &format!("Один.\n\n{prose}"),
            &format!("p Один. | p {prose}"),
        ),
    ]);
}

#[test]
fn trailing_hashtags_become_tags() {
    let longest = "я".repeat(100);
    let too_long = "я".repeat(101);
    check(&[
        ("Текст.\n\n#а #б", "p Текст. | tag а | tag б"),
        ("Текст.\n\n#а#б", "p Текст. | tag а | tag б"),
        ("Текст.\n\n#а, #б; #в,", "p Текст. | tag а | tag б | tag в"),
        (
            "Текст.\n\n#а\n\n\n#б\n#в\n\n",
            "p Текст. | tag а | tag б | tag в",
        ),
        ("Текст.\n#а", "p Текст. | tag а"),
        ("Текст.\n\nТеги: #а #б", "p Текст. | tag а | tag б"),
        ("Мәтін.\n\nТегтер:#а", "p Мәтін. | tag а"),
        ("Text.\n\nTags:\n#a", "p Text. | tag a"),
        ("Текст.\n\nТеги:", "p Текст."),
        ("#а #б", "tag а | tag б"),
        (
            "Текст.\n\n#Еу_ропа-2030 #C++ #А.Б. #R&D #и\u{306}",
            "p Текст. | tag Еу_ропа-2030 | tag C++ | tag А.Б. | tag R&D | tag и\u{306}",
        ),
        (
            "Текст.\n\n#мажи\u{ad}лис\u{200b} #б",
            "p Текст. | tag мажилис | tag б",
        ),
        (
            "Текст с #словом.\n\nИ с #другим",
            "p Текст с #словом. | p И с #другим",
        ),
        (
            "Текст.\n\n#а\n\nКонец.\n\n#б",
            "p Текст. | p #а | p Конец. | tag б",
        ),
        ("Текст.\n\n# #а", "p Текст. | p # #а"),
        ("Текст.\n\n##а", "p Текст. | p ##а"),
        ("Текст.\n\n#а!", "p Текст. | p #а!"),
        ("Текст.\n\nТеги: нет", "p Текст. | p Теги: нет"),
        (
            &format!("Текст.\n\n#{longest}"),
            &format!("p Текст. | tag {longest}"),
        ),
        (
            &format!("Текст.\n\n#{too_long}"),
            &format!("p Текст. | p #{too_long}"),
        ),
    ]);
}

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

/// Tokens of the grammar in random order.
fn article_like() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "date ",
        "updated ",
        "2026-01-08",
        " 10:00",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "#",
        "#тег",
        " ",
        "\u{a0}",
        "Фото:",
        "– ",
        "Парламент",
        "4",
        "Айман А.",
        "редактор",
        ", ",
        " и ",
        "Теги:",
        ".",
        "…",
        "\u{301}",
        "\u{0}",
        "\u{200b}",
        "Слово слово слово слово слово.",
    ]);
    prop::collection::vec(
        prop_oneof![4 => pieces.prop_map(str::to_owned), 1 => ".{0,250}"],
        0..30,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in article_like(), dated in any::<bool>()) {
        let text = if dated { format!("date 2026-01-08 {text}") } else { text };
        match read_text(&text) {
            Ok(draft) => {
                prop_assert!(!draft.title.trim().is_empty());
                prop_assert!(draft.title.chars().count() <= TITLE_CHARS_MAX);
                let Body::Paragraphs { paragraphs, .. } = draft.body else {
                    panic!("newsroom text is plain text");
                };
                prop_assert!(paragraphs.iter().all(|text| !text.is_empty()));
            }
            Err(refusal) => prop_assert!(!refusal.reason.is_empty() && !refusal.hint.is_empty()),
        }
    }
}
