//! `taspa init` over the newsroom's table in every kind of database: the query that it proposes is one that
//! the other commands take, and the password is not in the file.

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::mariadb::MariaDb;
use crate::postgres::PASSWORD;
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
