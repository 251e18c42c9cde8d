//! A table of articles in MariaDB.

use super::sqlite::{ARTICLES, FEEDS};
use super::{MEMBERS, Recipe, Step, Then, assert_items, item};

const CONFIG: &str = include_str!("../../../examples/sql/mariadb.toml");
const SCHEMA: &str = include_str!("../../../examples/sql/mariadb.sql");

const ROWS: &str = r#"
    SET time_zone = '+00:00';
    INSERT INTO articles (slug, title, section, tags, authors, lang, content_html, published_at, updated_at) VALUES
        ('session', 'Сессию открыли раньше срока', 'Парламент', '["мажилис", "бюджет"]',
         '[{"name": "Тимур Ахметов", "role": "корреспондент"}, "Динара Оспан"]', NULL,
         '<p>Депутаты собрались утром.</p>', '2025-11-13 02:13:20', '2025-11-13 02:13:20'),
        ('kitap', 'Ауылда кітапхана ашылды', 'Мәдениет', '[]', '["Айман Төлеген"]', 'kk', '',
         '2025-11-14 06:00:00', '2025-11-15 09:46:40');
    INSERT INTO articles (slug, title, content_html, draft) VALUES ('later', 'Черновик', '', true)"#;

const LIVE: [Step; 4] = [
    Step {
        sql: "INSERT INTO articles (slug, title, content_html) VALUES ('flash', 'Срочно', '')",
        then: Then::Says("https://dala.example/news/flash"),
        moved: &["/all.json"],
    },
    // A row that is saved as it was is no correction.
    Step {
        sql: "UPDATE articles SET title = title;
              UPDATE articles SET title = 'Сессию закрыли' WHERE slug = 'session'",
        then: Then::Says("Сессию закрыли"),
        moved: &["/all.json", "/tags/мажилис.atom"],
    },
    Step {
        sql: "UPDATE articles SET draft = true WHERE slug = 'kitap'",
        then: Then::SaysNoMore("кітапхана"),
        moved: &["/all.json", "/sections/мәдениет.rss"],
    },
    Step {
        sql: "DELETE FROM articles WHERE slug = 'flash'",
        then: Then::SaysNoMore("Срочно"),
        moved: &["/all.json"],
    },
];

pub(super) fn recipe() -> Option<Recipe> {
    Recipe::mariadb(CONFIG, SCHEMA)
}

#[test]
fn rows_of_a_table_and_their_changes_are_served() {
    let Some(recipe) = recipe() else {
        return;
    };
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
    recipe.assert_refused(&[("DELETE FROM articles", "denied")]);
}
