mod header;
mod opening;
mod tags;

use proptest::prelude::*;

use super::*;
use crate::model::time::WrittenDate;
use crate::testkit::cpu_time;

fn draft(text: &str) -> Draft {
    parse(text).unwrap_or_else(|refusal| panic!("{text:?} is refused: {refusal:?}"))
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
        match parse(&text) {
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

/// Lines that make each part of the grammar look far. The limit is wide, since a quadratic search would
/// take minutes.
#[test]
fn hostile_text_is_read_in_linear_time() {
    let bytes = 128 << 10;
    let date = "date 2026-01-08 З\n";
    for piece in [
        "#а ",
        "#а\n",
        "#",
        "# ",
        "#а, #1 ",
        "теги: #а ",
        "Фото: ",
        "Фото:\n",
        "id 7\n",
        "4\n",
        "4 • ",
        "1 ",
        "9:05 ",
        "- ",
        "а\n",
        "а и ",
        "lang x\n",
        "image /a b\n",
        "• ",
        "\u{200b}",
        "а, ",
    ] {
        let many = piece.repeat(bytes / piece.len());
        for text in [format!("{date}{many}"), format!("date 2026-01-08 {many}")] {
            let took = cpu_time(|| drop(parse(&text)));
            assert!(took.as_secs() < 10, "{piece:?}: {took:?}");
        }
    }
}
