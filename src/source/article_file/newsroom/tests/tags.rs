//! Tag lines.

use super::*;

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
fn tags_may_have_numbers_signs_and_emoji() {
    check(&[
        (
            "Текст.\n\n#закон№128 #Q/A #ТЖ'да",
            "p Текст. | tag закон№128 | tag Q/A | tag ТЖ'да",
        ),
        (
            "Текст.\n\n#Қазақстан🇰🇿 #мост",
            "p Текст. | tag Қазақстан🇰🇿 | tag мост",
        ),
        (
            "Текст.\n\n#👩\u{200d}💻 #2026жыл",
            "p Текст. | tag 👩\u{200d}💻 | tag 2026жыл",
        ),
        ("Текст.\n\n#1", "p Текст. | p #1"),
        ("Текст.\n\n#№128 #мост", "p Текст. | tag №128 | tag мост"),
        ("Текст.\n\n#№1", "p Текст. | tag №1"),
        ("Текст.\n\n#№1 в рейтинге", "p Текст. | p #№1 в рейтинге"),
        ("Текст.\n\n#R&amp;D #мост", "p Текст. | tag R&D | tag мост"),
        (
            "Текст.\n\nТеги: #Q&#38;A; #ТЖ&#39;да, #мост",
            "p Текст. | tag Q&A | tag ТЖ'да | tag мост",
        ),
        (
            "Текст.\n\n#мост&nbsp;#река",
            "p Текст. | tag мост | tag река",
        ),
        ("Текст.\n\n#выборы #2026", "p Текст. | tag выборы"),
        ("Текст.\n\nШаг #1, шаг #2", "p Текст. | p Шаг #1, шаг #2"),
    ]);
}

#[test]
fn a_sign_between_tags_belongs_to_none() {
    for line in [
        "#а/#б",
        "#а+#б",
        "#а,#б",
        "#а;#б",
        "#а&#б",
        "#а.#б",
        "#а-#б",
        "#а_#б",
        "#а/ #б",
        "#а & #б",
        "#а/#б/",
        "#а, #б-",
        "#а|#б",
        "#а•#б",
    ] {
        check(&[(&format!("Текст.\n\n{line}"), "p Текст. | tag а | tag б")]);
    }
    check(&[
        ("Текст.\n\n#C++#б", "p Текст. | tag C++ | tag б"),
        ("Текст.\n\n#C++ #б+", "p Текст. | tag C++ | tag б+"),
        ("Текст.\n\n#А.Б. #б", "p Текст. | tag А.Б. | tag б"),
        ("Текст.\n\n#Q/A#б", "p Текст. | tag Q/A | tag б"),
    ]);
}

#[test]
fn other_words_in_a_tag_line_cost_no_tag() {
    for (line, tags, words) in [
        ("#мажилис #депутат регион", "мажилис депутат", "регион"),
        ("#спорт, футбол, #актау", "спорт актау", "футбол"),
        ("#спорт #футбол 2026", "спорт футбол", "2026"),
        ("#спорт #футбол #1", "спорт футбол", "#1"),
        ("#выборы #2026", "выборы", "#2026"),
        ("Теги: #сенат вода #река", "сенат река", "вода"),
        ("Хештеги #а1 #б2", "а1 б2", ""),
        ("#ауыл #су (жалғасы бар)", "ауыл су", "(жалғасы бар)"),
        ("#мажилис | #депутат", "мажилис депутат", ""),
        ("#мажилис / #депутат • #су", "мажилис депутат су", ""),
        ("#мажилис # #депутат", "мажилис депутат", ""),
        ("#мажилис 👍 #депутат", "мажилис депутат", ""),
        ("#мажилис #депутат ...", "мажилис депутат", ""),
        ("#мажилис#депутат регион", "мажилис депутат", "регион"),
    ] {
        let draft = draft(&format!("date 2026-01-08 З\n\nТекст.\n\n{line}"));
        let found: Vec<&str> = draft.tags.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(found.join(" "), tags, "{line}");
        let expected = format!("words beside the tags are left out: `{words}`");
        let warned: Vec<&str> = draft.warnings.iter().map(|w| w.reason.as_str()).collect();
        match words {
            "" => assert!(warned.is_empty(), "{line}: {warned:?}"),
            _ => assert_eq!(warned, [expected], "{line}"),
        }
    }
}

#[test]
fn sentences_with_hashtags_are_text() {
    for line in [
        "Приходите на #ТазаҚазақстан",
        "Ставьте #Вперед #МойГород и делитесь фото",
        "#ЯМы стал самым популярным",
        "#А и #Б сидели на трубе",
        "#МыВместе — так называется акция",
        "#1 в рейтинге",
        "Квартира #12, дом #5",
        "#сенат #бюджет обсудили.",
        "Метки #а и #б стоят в тексте.",
        "сенат#мажилис Подписывайтесь",
    ] {
        check(&[(
            &format!("Текст.\n\n{line}"),
            &format!("p Текст. | p {line}"),
        )]);
    }
}

#[test]
fn a_credit_behind_the_tags_loses_nothing() {
    check(&[
        (
            "Текст.\n\n#дорога\n\nФото: автор",
            "p Текст. | credit Фото: автор | tag дорога",
        ),
        (
            "Текст.\n\nСурет: А\n#дорога\nФото: Б\nВидео: В",
            "p Текст. | credit Сурет: А | credit Фото: Б | credit Видео: В | tag дорога",
        ),
        (
            "Текст.\n\n#дорога #мост Фото: пресс-служба",
            "p Текст. | credit Фото: пресс-служба | tag дорога | tag мост",
        ),
        (
            "Текст.\n\nСтрока.\n\nФото: автор",
            "p Текст. | p Строка. | credit Фото: автор",
        ),
    ]);
}

#[test]
fn lines_that_look_like_tags_and_are_text_are_warnings() {
    let last = "the last line looks like tags and is read as text";
    let above = "a line of hashtags above the end is read as text";
    for (below, line, what) in [
        ("Текст.\n\nТеги: нет", 5, last),
        ("Текст.\n\n#дорога через реку открыта", 5, last),
        ("Текст.\n\n#дорога в новый год\n\nФото: автор", 5, last),
        ("Текст.\n\n#а #б\n\nКонец.\n\n#в", 5, above),
        ("#а #б\n\nКонец.", 3, above),
    ] {
        let draft = draft(&format!("date 2026-01-08 З\n\n{below}"));
        let [warning] = draft.warnings.as_slice() else {
            panic!("{below:?}: {:?}", draft.warnings);
        };
        assert_eq!(warning.line, Some(line), "{below:?}");
        assert!(warning.reason.starts_with(what), "{below:?}: {warning:?}");
    }
    for below in [
        "Текст.\n\n#Мажилис принял закон.",
        "Текст.\n\n#а #б",
        "Текст.",
    ] {
        let draft = draft(&format!("date 2026-01-08 З\n\n{below}"));
        assert_eq!(draft.warnings, [], "{below:?}");
    }
}
