//! `taspa init` over the newsroom's table in every kind of database: the query that it proposes is one that
//! the other commands take, and the password is not in the file.

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::mariadb::MariaDb;
use crate::postgres::{PASSWORD, Postgres};
use crate::sample::{DRAFT, RELEASED};
use crate::session::Session;
use crate::table::{Kind, Table};
use crate::testkit::newsroom::Newsroom;
use crate::testkit::output::assert_ends;

/// A folder without a feeds.toml.
fn empty() -> Newsroom {
    let newsroom = Newsroom::new();
    fs::remove_file(newsroom.path("feeds.toml")).expect("a file goes");
    newsroom
}

fn run(newsroom: &Newsroom, url: &str, arguments: &[&str]) -> Output {
    let mut command: Command = newsroom.taspa(arguments);
    command.env("DATABASE_URL", url).stdin(Stdio::null());
    command.output().expect("taspa runs")
}

#[test]
fn the_proposed_query_gives_the_articles_of_the_table() {
    for table in Kind::ALL.into_iter().filter_map(Table::released) {
        table.insert(&[DRAFT]);
        let newsroom = empty();
        let output = run(&newsroom, &table.url, &["init", &table.url]);
        assert_ends(
            &output,
            0,
            &["feeds.toml is written"],
            &["the table `articles`"],
        );
        let text = fs::read_to_string(newsroom.path("feeds.toml")).expect("feeds.toml");
        assert!(!text.contains(PASSWORD), "{text}");
        let checked = run(&newsroom, &table.url, &["check"]);
        let expected = format!("{} articles in", RELEASED.len());
        assert_ends(&checked, 0, &[&expected], &[]);
        let feed = run(&newsroom, &table.url, &["render", "all.json"]);
        let feed: Value = serde_json::from_slice(&feed.stdout).expect("a feed");
        let items = feed["items"].as_array().expect("items");
        let session = items
            .iter()
            .find(|item| item["id"].as_str().is_some_and(|id| id.ends_with(":4001")));
        let session = session.expect("the article");
        assert_eq!(
            session["tags"],
            serde_json::json!(["Парламент", "мажилис", "бюджет"]),
            "{:?}: {text}",
            table.kind
        );
        assert_eq!(session["authors"][0]["name"], "Тимур Ахметов");
    }
}

/// Any prefix of WordPress's tables.
#[test]
fn the_tables_of_wordpress_get_the_recipe() {
    let Some(mariadb) = MariaDb::shared() else {
        return;
    };
    let database = mariadb.database();
    let schema = include_str!("wordpress.sql").replace("wp_", "dala_");
    let mut session = Session::open(&mariadb.editor(&database));
    session.execute(&schema);
    session.execute(
        "CREATE TABLE dala_options (option_name varchar(191), option_value longtext);
         INSERT INTO dala_options VALUES ('home', 'https://steppe.example'), ('blogname', 'Степь'),
         ('timezone_string', 'Asia/Almaty'), ('WPLANG', 'ru_RU'), ('permalink_structure', '/%postname%/');
         INSERT INTO dala_posts (ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt,
            post_status, post_name, post_modified, post_modified_gmt, guid, post_type, to_ping, pinged,
            post_content_filtered)
         VALUES (900001, 1, '2026-03-05 10:00:00', '2026-03-05 05:00:00', 'Открыли.', 'Мост открыт', '', 'publish',
            'most', '2026-03-05 10:00:00', '2026-03-05 05:00:00', 'https://steppe.example/?p=900001', 'post', '', '', '')",
    );
    let url = mariadb.url(&database);
    let newsroom = empty();
    let output = run(&newsroom, &url, &["init", &url]);
    assert_ends(
        &output,
        0,
        &["is written"],
        &["a database of WordPress (tables `dala_…`)"],
    );
    let text = fs::read_to_string(newsroom.path("feeds.toml")).expect("feeds.toml");
    for line in [
        "title        = \"Степь\"",
        "language     = \"ru-RU\"",
        "time-zone    = \"Asia/Almaty\"",
    ] {
        assert!(text.contains(line), "no `{line}` in {text}");
    }
    let checked = run(&newsroom, &url, &["check"]);
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    let feed = run(&newsroom, &url, &["render", "all.json"]);
    let feed = String::from_utf8_lossy(&feed.stdout).into_owned();
    assert!(feed.contains("https://steppe.example/most/"), "{feed}");
}

/// A schema of its own, beside tables of the same names in another one; flags of bits; long texts.
#[test]
fn the_tables_of_a_schema_belong_together() {
    let Some(postgres) = Postgres::shared() else {
        return;
    };
    let database = postgres.database();
    postgres.session(&database).execute(
        "CREATE TABLE rubrics (id integer PRIMARY KEY, name text);
         INSERT INTO rubrics VALUES (1, 'Чужое');
         CREATE SCHEMA news;
         CREATE TABLE news.rubrics (number integer PRIMARY KEY, name text);
         INSERT INTO news.rubrics VALUES (1, 'Город');
         CREATE TABLE news.statuses (id integer PRIMARY KEY, code text);
         INSERT INTO news.statuses VALUES (1, 'published'), (2, 'draft');
         CREATE TABLE news.tags (id integer PRIMARY KEY, name text);
         INSERT INTO news.tags VALUES (1, 'мост');
         CREATE TABLE news.articles (lang varchar(2), id integer, title text, published_at timestamptz, body text,
            rubric_id integer REFERENCES news.rubrics, status_id integer, shown bit, PRIMARY KEY (lang, id));
         INSERT INTO news.articles SELECT lang, id, 'Мост открыт', '2026-03-05 10:00+05',
            '<p>' || repeat('Открыли мост. ', 1000) || '</p>', 1, CASE id WHEN 2 THEN 2 ELSE 1 END,
            CASE id WHEN 3 THEN B'0' ELSE B'1' END
            FROM unnest(ARRAY['ru', 'kk']) AS lang, generate_series(1, 3) AS id",
    );
    let url = postgres.url(&database);
    let newsroom = empty();
    let output = run(&newsroom, &url, &["init", &url]);
    assert_ends(&output, 0, &["is written"], &["the table `articles`"]);
    let checked = run(&newsroom, &url, &["check"]);
    assert_ends(&checked, 0, &["4 articles, 2 of them"], &[]);
    let feed = run(&newsroom, &url, &["render", "all.json"]);
    let feed: Value = serde_json::from_slice(&feed.stdout).expect("a feed");
    let items = feed["items"].as_array().expect("items");
    assert_eq!(items.len(), 2, "{feed}");
    for item in items {
        assert_eq!(item["tags"], serde_json::json!(["Город"]), "{item}");
        assert!(item["content_html"].is_string(), "{item}");
    }
}

/// A foreign key that names no column, and rows that only a number or a password hides.
#[test]
fn no_hidden_row_of_sqlite_is_published() {
    let newsroom = empty();
    let file = newsroom.path("news.db");
    let url = format!("sqlite:{}", file.display());
    Session::open(&format!("{url}?mode=rwc")).execute(
        "CREATE TABLE rubrics (rubric_id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO rubrics VALUES (7, 'Город');
         CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT, created INTEGER, body TEXT, enabled INTEGER,
            section_id INTEGER REFERENCES rubrics, password TEXT, deleted TEXT);
         INSERT INTO posts VALUES (1, 'Мост открыт', 1771400000, 'Открыли.', 1, 7, '', NULL),
            (2, 'Черновик', 1771400000, 'Пишем.', 0, 7, NULL, NULL),
            (3, 'Для своих', 1771400000, 'Тайна.', 1, 7, 'тюльпан', NULL),
            (4, 'Удалено', 1771400000, 'Было.', 1, 7, NULL, 'да')",
    );
    let output = run(&newsroom, &url, &["init", &url]);
    assert_ends(&output, 0, &["is written"], &["the table `posts`"]);
    let checked = run(&newsroom, &url, &["check"]);
    assert_ends(&checked, 0, &["2 articles, 1 of them"], &[]);
    let feed = run(&newsroom, &url, &["render", "all.json"]);
    let feed: Value = serde_json::from_slice(&feed.stdout).expect("a feed");
    assert_eq!(feed["items"].as_array().map(Vec::len), Some(1), "{feed}");
    assert_eq!(feed["items"][0]["tags"], serde_json::json!(["Город"]));
}
