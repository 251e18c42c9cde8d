//! A file of SQLite.

use super::{MEMBERS, Recipe, Step, Then, assert_items, item};

const CONFIG: &str = include_str!("../../../examples/sql/sqlite.toml");
const SCHEMA: &str = include_str!("../../../examples/sql/sqlite.sql");

const ROWS: &str = r#"
    INSERT INTO articles (slug, title, section, tags, authors, lang, content_html, published_at, updated_at) VALUES
        ('session', 'Сессию открыли раньше срока', 'Парламент', '["мажилис", "бюджет"]',
         '[{"name": "Тимур Ахметов", "role": "корреспондент"}, "Динара Оспан"]', NULL,
         '<p>Депутаты собрались утром.</p>', 1763000000, 1763000000),
        ('kitap', 'Ауылда кітапхана ашылды', 'Мәдениет', '[]', '["Айман Төлеген"]', 'kk', '', 1763100000, 1763200000);
    INSERT INTO articles (slug, title, draft) VALUES ('later', 'Черновик', 1)"#;

/// What the rows become, in MariaDB too.
#[rustfmt::skip]
pub(super) const ARTICLES: [&str; 2] = [
    "tag:dala.example,2026:2 | https://dala.example/news/kitap | Ауылда кітапхана ашылды | 2025-11-14T11:00:00+05:00 | 2025-11-15T14:46:40+05:00 | kk | Мәдениет | Айман Төлеген",
    "tag:dala.example,2026:1 | https://dala.example/news/session | Сессию открыли раньше срока | 2025-11-13T07:13:20+05:00 | – | – | Парламент; мажилис; бюджет | Тимур Ахметов (корреспондент); Динара Оспан",
];

pub(super) const FEEDS: [&str; 3] = ["/all.json", "/sections/мәдениет.rss", "/tags/мажилис.atom"];

const LIVE: [Step; 4] = [
    Step {
        sql: "INSERT INTO articles (slug, title) VALUES ('flash', 'Срочно')",
        then: Then::Says("https://dala.example/news/flash"),
        moved: &["/all.json"],
    },
    Step {
        sql: "UPDATE articles SET title = 'Сессию закрыли' WHERE slug = 'session'",
        then: Then::Says("Сессию закрыли"),
        moved: &["/all.json", "/tags/мажилис.atom"],
    },
    Step {
        sql: "UPDATE articles SET draft = 1 WHERE slug = 'kitap'",
        then: Then::SaysNoMore("кітапхана"),
        moved: &["/all.json", "/sections/мәдениет.rss"],
    },
    Step {
        sql: "DELETE FROM articles WHERE slug = 'flash'",
        then: Then::SaysNoMore("Срочно"),
        moved: &["/all.json"],
    },
];

pub(super) fn recipe() -> Recipe {
    Recipe::sqlite(CONFIG, SCHEMA)
}

#[test]
fn rows_of_a_file_and_their_changes_are_served() {
    let recipe = recipe();
    recipe.execute(ROWS);
    recipe
        .newsroom
        .reconfigure("refresh = \"5s\"", "refresh = \"1s\"");
    let mut daemon = recipe.serve();
    assert_items(&daemon, "/all.json", &MEMBERS, &ARTICLES);
    recipe.assert_commands(&daemon, ARTICLES.len(), "tags/мажилис", "1");
    recipe.follow(&mut daemon, &FEEDS, &LIVE);
    let session = item(&daemon, "/all.json", "tag:dala.example,2026:1");
    assert!(session["date_modified"].is_string(), "{session}");
}
