//! What the pages about databases tell their readers to paste.

use super::{Recipe, items, strapi, wagtail, wordpress};
use crate::changes::soon;

const OWN_TABLE: &str = include_str!("../../../docs/own-table.md");
const STRAPI: &str = include_str!("../../../docs/strapi.md");
const WAGTAIL: &str = include_str!("../../../docs/wagtail.md");
const WORDPRESS: &str = include_str!("../../../docs/wordpress-sql.md");

/// What the account needs, as the header of a recipe says it.
const HEADER: &str = "\
#   CREATE USER taspa@'10.0.0.%' IDENTIFIED BY '…';
#   GRANT SELECT ON news.articles TO taspa@'10.0.0.%';

[site]
title        = \"Дала жаңалықтары\"
url          = \"https://dala.example/\"
time-zone    = \"Asia/Almaty\"
id-authority = \"dala.example\"
id-year      = 2026

";

/// A table as a newsroom has one, with two articles.
const POSTGRES: &str = "CREATE TABLE articles (id bigint PRIMARY KEY, title text, published timestamptz, html text);
     INSERT INTO articles VALUES (1, 'Первая', '2025-11-13 02:13:20Z', ''), (2, 'Вторая', '2025-11-13 02:13:21Z', '')";
const MARIADB: &str = "CREATE TABLE articles (id bigint PRIMARY KEY, title text,
         published timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, html text);
     SET time_zone = '+00:00';
     INSERT INTO articles VALUES (1, 'Первая', '2025-11-13 02:13:20', ''), (2, 'Вторая', '2025-11-13 02:13:21', '')";
const SQLITE: &str =
    "CREATE TABLE articles (id integer PRIMARY KEY, title text, published integer, html text);
     INSERT INTO articles VALUES (1, 'Первая', 1763000000, ''), (2, 'Вторая', 1763000001, '')";

/// The blocks in this language between a heading and the next one.
fn blocks(page: &str, heading: &str, language: &str) -> Vec<String> {
    let (_, section) = page.split_once(heading).expect(heading);
    let section = section.split("\n#").next().unwrap_or_default();
    let fence = format!("```{language}\n");
    let blocks = section.split(&fence).skip(1);
    let blocks: Vec<String> = blocks
        .filter_map(|block| Some(block.split_once("```")?.0.to_owned()))
        .collect();
    assert!(!blocks.is_empty(), "{heading} has no {language}");
    blocks
}

/// Articles come, change and go as the page says.
fn assert_followed(recipe: Option<Recipe>) {
    let Some(recipe) = recipe else {
        return;
    };
    let mut daemon = recipe.serve();
    let unchanged = items(&daemon, "/all.json");
    let titles: Vec<&str> = unchanged
        .iter()
        .filter_map(|it| it["title"].as_str())
        .collect();
    assert_eq!(titles, ["Вторая", "Первая"]);
    assert!(unchanged.iter().all(|it| it["date_modified"].is_null()));

    recipe.execute(
        "INSERT INTO articles (id, title, published, html) SELECT 3, 'Третья', published, '' FROM articles WHERE id = 2",
    );
    soon(&mut daemon, "/all.json", "Третья", true);
    recipe.execute("UPDATE articles SET html = '<p>Поправка.</p>' WHERE id = 1");
    soon(&mut daemon, "/all.json", "Поправка", true);
    let corrected = items(&daemon, "/all.json").pop().expect("an item");
    assert!(corrected["date_modified"].is_string(), "{corrected}");
    recipe.execute("DELETE FROM articles WHERE id = 2");
    soon(&mut daemon, "/all.json", "Вторая", false);
}

/// The configuration of the page, asked for changes so often as `refresh` says.
fn config(refresh: &str) -> String {
    let source = blocks(OWN_TABLE, "## What to paste", "toml").concat();
    format!("{HEADER}{source}refresh = \"{refresh}\"\n")
}

#[test]
fn table_of_postgres_is_followed() {
    let pasted = blocks(OWN_TABLE, "### In PostgreSQL", "sql").concat();
    let role = "CREATE ROLE taspa LOGIN; GRANT SELECT ON articles TO taspa";
    let schema = format!("{POSTGRES};{pasted};{role}");
    // The trigger notifies.
    assert_followed(Recipe::postgres(&config("30s"), &schema));
}

#[test]
fn table_of_mariadb_is_followed() {
    let pasted = blocks(OWN_TABLE, "### In MariaDB and MySQL", "sql").concat();
    let schema = format!("{MARIADB};{pasted}");
    assert_followed(Recipe::mariadb(&config("1s"), &schema));
}

#[test]
fn table_of_sqlite_is_followed() {
    let pasted = blocks(OWN_TABLE, "### In SQLite", "sql").concat();
    let schema = format!("{SQLITE};{pasted}");
    let config = config("1s").replace("${DATABASE_URL}", "sqlite:/srv/news/news.db");
    assert_followed(Some(Recipe::sqlite(&config, &schema)));
}

#[test]
fn queries_of_the_pages_about_systems_run() {
    for (page, recipe) in [
        (WAGTAIL, wagtail::recipe()),
        (STRAPI, strapi::recipe()),
        (WORDPRESS, wordpress::recipe()),
    ] {
        let Some(recipe) = recipe else {
            return;
        };
        for query in blocks(page, "## What to check", "sql") {
            recipe.execute(&query);
        }
    }
}

#[test]
fn the_page_about_wordpress_and_its_recipe_agree() {
    let index = blocks(WORDPRESS, "## What a poll costs", "sql").concat();
    let redirects = blocks(WORDPRESS, "## The feed addresses", "nginx").concat();
    let redirects = redirects.lines().filter(|line| line.contains("rewrite"));
    for line in index.lines().chain(redirects) {
        assert!(wordpress::CONFIG.contains(line.trim()), "{line}");
    }
}
