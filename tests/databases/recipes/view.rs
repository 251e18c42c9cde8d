//! A view over the tables of an editorial system.

use serde_json::json;

use super::{MEMBERS, Recipe, Step, Then, assert_items, item};

const CONFIG: &str = include_str!("../../../examples/sql/view.toml");
const SCHEMA: &str = include_str!("../../../examples/sql/view.sql");

const ROWS: &str = "
    INSERT INTO sections (id, name) VALUES (1, 'Парламент'), (2, 'Мәдениет');
    INSERT INTO people (id, name, role, email) VALUES
        (1, 'Тимур Ахметов', 'корреспондент', 'timur@dala.example'),
        (2, 'Айгерім Сапарова', 'фотограф', NULL),
        (3, 'Сергей Ветров', NULL, 'vetrov@dala.example');
    INSERT INTO tags (id, name) VALUES (1, 'бюджет'), (2, 'вода'), (3, 'ауыл');
    INSERT INTO articles (id, section_id, status, language, headline, standfirst, body_markdown,
                          picture_url, picture_alt, picture_by, publish_at) VALUES
        ('6f1c2d3e-0000-4000-8000-000000000001', 1, 'ready', 'ru', 'Плотину внесли в бюджет',
         'Деньги придут весной.', 'Депутаты **согласились**.',
         '/pictures/dam.jpg', 'Плотина', 'Айгерім Сапарова', '2026-11-10 09:30Z'),
        ('6f1c2d3e-0000-4000-8000-000000000002', 2, 'ready', 'kk', 'Ауылда кітапхана ашылды',
         NULL, '', '', NULL, NULL, '2026-11-11 03:00Z'),
        ('6f1c2d3e-0000-4000-8000-000000000003', 1, 'draft', 'ru', 'Черновик о плотине',
         NULL, '', NULL, NULL, NULL, '2026-11-12 03:00Z');
    INSERT INTO article_people VALUES
        ('6f1c2d3e-0000-4000-8000-000000000001', 1, 2),
        ('6f1c2d3e-0000-4000-8000-000000000001', 2, 1),
        ('6f1c2d3e-0000-4000-8000-000000000003', 3, 1);
    INSERT INTO article_tags VALUES
        ('6f1c2d3e-0000-4000-8000-000000000001', 1, 2),
        ('6f1c2d3e-0000-4000-8000-000000000001', 2, 1),
        ('6f1c2d3e-0000-4000-8000-000000000002', 3, 1);
    -- As rows that nobody has touched for long.
    ALTER TABLE articles DISABLE TRIGGER articles_touch;
    UPDATE articles SET updated_at = publish_at;
    ALTER TABLE articles ENABLE TRIGGER articles_touch";

const DAM: &str = "6f1c2d3e-0000-4000-8000-000000000001";

#[rustfmt::skip]
const ARTICLES: [&str; 2] = [
    "tag:dala.example,2026:6f1c2d3e-0000-4000-8000-000000000002 | https://dala.example/kk/2026/6f1c2d3e-0000-4000-8000-000000000002 | Ауылда кітапхана ашылды | 2026-11-11T08:00:00+05:00 | – | kk | Мәдениет; ауыл | –",
    "tag:dala.example,2026:6f1c2d3e-0000-4000-8000-000000000001 | https://dala.example/ru/2026/6f1c2d3e-0000-4000-8000-000000000001 | Плотину внесли в бюджет | 2026-11-10T14:30:00+05:00 | – | – | Парламент; вода; бюджет | Айгерім Сапарова (фотограф); Тимур Ахметов (корреспондент)",
];

const FEEDS: [&str; 5] = [
    "/all.json",
    "/sections/мәдениет.json",
    "/sections/парламент.rss",
    "/tags/ауыл.atom",
    "/tags/бюджет.rss",
];

const OF_THE_DAM: [&str; 3] = ["/all.json", "/sections/парламент.rss", "/tags/бюджет.rss"];
const OF_THE_LIBRARY: [&str; 3] = ["/all.json", "/sections/мәдениет.json", "/tags/ауыл.atom"];

/// Whatever the view shows is heard of from the triggers of the table that has it.
const LIVE: [Step; 6] = [
    Step {
        sql: "UPDATE tags SET name = 'реки' WHERE name = 'вода'",
        then: Then::Says("реки"),
        moved: &OF_THE_DAM,
    },
    Step {
        sql: "INSERT INTO tags (id, name) VALUES (4, 'кітап');
              INSERT INTO article_tags VALUES ('6f1c2d3e-0000-4000-8000-000000000002', 4, 2)",
        then: Then::Says("кітап\""),
        moved: &OF_THE_LIBRARY,
    },
    Step {
        sql: "DELETE FROM article_tags WHERE tag_id = 4",
        then: Then::SaysNoMore("кітап\""),
        moved: &OF_THE_LIBRARY,
    },
    Step {
        sql: "UPDATE people SET role = 'редактор' WHERE name = 'Тимур Ахметов'",
        then: Then::Says("редактор"),
        moved: &OF_THE_DAM,
    },
    Step {
        sql: "UPDATE articles SET headline = headline;
              UPDATE articles SET headline = 'Ауылда екі кітапхана ашылды' WHERE language = 'kk'",
        then: Then::Says("екі кітапхана"),
        moved: &OF_THE_LIBRARY,
    },
    Step {
        sql: "UPDATE articles SET status = 'withdrawn' WHERE headline LIKE 'Плотину%'",
        then: Then::SaysNoMore("Плотину"),
        moved: &OF_THE_DAM,
    },
];

fn recipe() -> Option<Recipe> {
    let recipe = Recipe::postgres(CONFIG, SCHEMA)?;
    recipe.execute(ROWS);
    Some(recipe)
}

#[test]
fn joined_rows_are_one_article() {
    let Some(recipe) = recipe() else {
        return;
    };
    let daemon = recipe.serve();
    assert_items(&daemon, "/all.json", &MEMBERS, &ARTICLES);
    let dam = item(
        &daemon,
        "/all.json",
        &format!("tag:dala.example,2026:{DAM}"),
    );
    assert_eq!(dam["image"], "https://dala.example/pictures/dam.jpg");
    let image = &dam["_taspa"]["image"];
    assert_eq!(image["alt"], "Плотина");
    assert_eq!(image["credit"], "Айгерім Сапарова");
    assert_eq!(dam["summary"], "Деньги придут весной.");
    assert_eq!(
        dam["content_html"],
        "<figure><img src=\"https://dala.example/pictures/dam.jpg\" alt=\"Плотина\">\
         <figcaption>Айгерім Сапарова</figcaption></figure>\n\
         <p>Депутаты <strong>согласились</strong>.</p>"
    );
    assert_eq!(
        dam["authors"][1],
        json!({
            "name": "Тимур Ахметов",
            "url": "mailto:timur@dala.example",
            "_taspa": {"role": "корреспондент"},
        })
    );
    recipe.assert_commands(&daemon, ARTICLES.len(), "tags/бюджет", DAM);
    recipe.assert_refused(&[
        ("SELECT email FROM people", "permission denied"),
        ("SELECT headline FROM articles", "permission denied"),
        (
            "BEGIN READ WRITE; DELETE FROM feed_articles",
            "permission denied",
        ),
    ]);
}

#[test]
fn change_in_any_joined_table_changes_its_articles() {
    let Some(recipe) = recipe() else {
        return;
    };
    let mut daemon = recipe.serve();
    recipe.follow(&mut daemon, &FEEDS, &LIVE);
}
