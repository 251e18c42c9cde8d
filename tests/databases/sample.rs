//! The rows of the invented newsroom's table.

use crate::table::Row;

const NOTHING: Row<'static> = Row {
    id: 0,
    title: None,
    date: "",
    updated: None,
    section: None,
    tags: &[],
    author: None,
    lang: None,
    summary: None,
    html: None,
    markdown: None,
    plain: None,
    draft: false,
};

/// In Russian, with HTML of which a feed may not have everything.
pub(crate) const SESSION: Row<'static> = Row {
    id: 4_001,
    title: Some("Сессию открыли раньше срока"),
    date: "2026-01-12 09:00:00",
    section: Some("Парламент"),
    tags: &["мажилис", "бюджет"],
    author: Some("Тимур Ахметов"),
    summary: Some("Депутаты собрались утром и утвердили повестку без споров."),
    html: Some(
        "<p>Депутаты собрались утром.</p><script>alert(1)</script>\
         <p>Повестку <a href=\"/docs/agenda.html\" onclick=\"x()\">утвердили</a> без споров.</p>",
    ),
    ..NOTHING
};

/// In Russian, in a section and under a tag that only [`FAIR`] has too.
pub(crate) const HARVEST: Row<'static> = Row {
    id: 4_002,
    title: Some("Урожай дынь свезли на ярмарку"),
    date: "2026-01-13 09:40:00",
    updated: Some("2026-01-13 11:15:30"),
    section: Some("Экономика"),
    tags: &["урожай"],
    author: Some("Динара Оспан"),
    html: Some("<p>Ряды заняли всю набережную, а цены упали к обеду.</p>"),
    ..NOTHING
};

/// In Kazakh, which nobody says, in Markdown.
const VILLAGE: Row<'static> = Row {
    id: 4_003,
    title: Some("Ауылда жаңа кітапхана ашылды"),
    date: "2026-01-14 08:05:00",
    section: Some("Мәдениет"),
    tags: &["ауыл", "кітап"],
    author: Some("Айман Төлеген"),
    summary: Some("Оқырмандар үшін үш мың кітап әкелінді, балалар бөлмесі де бар."),
    markdown: Some(
        "Оқырмандар үшін **үш мың** кітап әкелінді.\n\n- балалар бөлмесі\n- көне газеттер",
    ),
    ..NOTHING
};

/// In English, in plain text.
const RAILWAY: Row<'static> = Row {
    id: 4_004,
    title: Some("Night train returns after \"nine quiet years\" & a storm"),
    date: "2026-01-14 20:30:15",
    section: Some("World"),
    tags: &["rail"],
    author: Some("Nora Whitfield"),
    lang: Some("en"),
    summary: Some("It's the first sleeper on the line since the bridge was closed."),
    plain: Some("The sleeper left at dusk.\n\nIt's full until March: 5 < 7 coaches 🚂."),
    ..NOTHING
};

/// With nothing that may be left out.
const FLASH: Row<'static> = Row {
    id: 4_005,
    title: Some("Перевал закрыт до утра"),
    date: "2026-01-15 23:59:59",
    ..NOTHING
};

/// Corrected, as somebody noted, before it was published.
const MATCH: Row<'static> = Row {
    id: 4_006,
    title: Some("Матч доиграли при свете фар"),
    date: "2026-01-16 18:05:00",
    updated: Some("2026-01-16 17:00:00"),
    section: Some("Спорт"),
    tags: &["футбол", "бюджет"],
    author: Some("Сергей Ветров"),
    html: Some("<p>Прожекторы погасли за десять минут до свистка.</p>"),
    // What is there twice is taken from the HTML.
    plain: Some("Прожекторы погасли."),
    ..NOTHING
};

/// For readers who are not born yet.
pub(crate) const BRIDGE: Row<'static> = Row {
    id: 4_007,
    title: Some("Звёздный мост открыли для всех"),
    date: "2999-05-09 10:00:00",
    section: Some("Астрономия"),
    tags: &["мажилис"],
    ..NOTHING
};

pub(crate) const DRAFT: Row<'static> = Row {
    id: 4_008,
    title: Some("Черновик о дорогах"),
    date: "2026-01-17 10:00:00",
    section: Some("Парламент"),
    draft: true,
    ..NOTHING
};

/// Nothing can be made of it.
pub(crate) const UNTITLED: Row<'static> = Row {
    id: 4_009,
    date: "2026-01-18 10:00:00",
    section: Some("Парламент"),
    html: Some("<p>Текст без заголовка.</p>"),
    ..NOTHING
};

/// What a reader sees of the table, [`BRIDGE`], [`DRAFT`] and [`UNTITLED`] being the rest.
pub(crate) const RELEASED: [Row<'static>; 6] = [SESSION, HARVEST, VILLAGE, RAILWAY, FLASH, MATCH];

/// Old articles, so many that nobody believes it when all are gone at once.
pub(crate) fn archive() -> Vec<Row<'static>> {
    let old = |id| Row {
        id,
        title: Some("Из архива"),
        date: "2025-07-10 12:00:00",
        ..NOTHING
    };
    (3_001..=3_020).map(old).collect()
}

/// What is not in the table yet.
pub(crate) const FAIR: Row<'static> = Row {
    id: 4_100,
    title: Some("Ярмарку продлили на неделю"),
    date: "2026-02-20 08:00:00",
    section: Some("Экономика"),
    tags: &["урожай"],
    author: Some("Динара Оспан"),
    html: Some("<p>Дыни не кончаются.</p>"),
    ..NOTHING
};

/// Feeds of the table, in several formats.
pub(crate) const FEEDS: [&str; 12] = [
    "/all.atom",
    "/all.json",
    "/all.rss",
    "/authors/динара-оспан.rss",
    "/authors/тимур-ахметов.json",
    "/parliament.json",
    "/sections/мәдениет.atom",
    "/sections/парламент.rss",
    "/select.json?any=ауыл,футбол&none=бюджет",
    "/select.rss?all=lang:en",
    "/tags/бюджет.atom",
    "/tags/урожай.atom",
];

/// Those of them that [`HARVEST`] and [`FAIR`] are in.
pub(crate) const HARVEST_FEEDS: [&str; 5] = [
    "/all.atom",
    "/all.json",
    "/all.rss",
    "/authors/динара-оспан.rss",
    "/tags/урожай.atom",
];

/// Those that [`SESSION`] is in.
pub(crate) const SESSION_FEEDS: [&str; 7] = [
    "/all.atom",
    "/all.json",
    "/all.rss",
    "/authors/тимур-ахметов.json",
    "/parliament.json",
    "/sections/парламент.rss",
    "/tags/бюджет.atom",
];
