//! With many rows, the databases of the recipes find what a poll asks for by an index.

use super::{Recipe, mariadb, sqlite, strapi, table, wagtail, wordpress};
use crate::testkit::output::json;

/// More rows than those below which no index is asked for.
const ROWS: u32 = 5_100;

/// `check` has nothing to say, and misses the index of `updated` when it is gone.
fn assert_indexed(recipe: Option<Recipe>, fill: &str, without: &str) {
    let Some(recipe) = recipe else {
        return;
    };
    recipe.execute(&fill.replace("ROWS", &ROWS.to_string()));
    let problems = || json(&recipe.run(&["check", "--format", "json"]));
    assert!(problems().is_empty(), "{:?}", problems());
    recipe.execute(without);
    let problems = problems();
    let expected = "the database looks at all rows to find those whose `updated` has moved";
    let message = problems
        .first()
        .and_then(|problem| problem["message"].as_str());
    let is_expected = message.is_some_and(|message| message.contains(expected));
    assert!(is_expected && problems.len() == 1, "{problems:?}");
}

#[test]
fn table_of_postgres() {
    assert_indexed(
        table::recipe(),
        "INSERT INTO articles (slug, title) SELECT 's' || n, 'Заметка' FROM generate_series(1, ROWS) AS n;
         ANALYZE articles",
        "DROP INDEX articles_updated_at",
    );
}

#[test]
fn table_of_mariadb() {
    assert_indexed(
        mariadb::recipe(),
        "INSERT INTO articles (slug, title, content_html) SELECT concat('s', seq), 'Заметка', '' FROM seq_1_to_ROWS;
         ANALYZE TABLE articles",
        "DROP INDEX articles_updated_at ON articles",
    );
}

#[test]
fn file_of_sqlite() {
    assert_indexed(
        Some(sqlite::recipe()),
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ROWS)
         INSERT INTO articles (slug, title) SELECT 's' || i, 'Заметка' FROM n",
        "DROP INDEX articles_updated_at",
    );
}

#[test]
fn pages_of_wagtail() {
    assert_indexed(
        wagtail::recipe(),
        "INSERT INTO wagtailcore_page
         SELECT 1000 + n, left(path, 12) || lpad(to_hex(4096 + n), 4, '0'), depth, 0, title, 's' || n, live, false,
                url_path || n, '', false, '', NULL, NULL, false, content_type_id, NULL, false, NULL,
                first_published_at, NULL, last_published_at, title, NULL, NULL, gen_random_uuid(), locale_id, NULL, NULL
         FROM wagtailcore_page, generate_series(1, ROWS) AS n WHERE id = 20;
         INSERT INTO news_articlepage
         SELECT 1000 + n, '', '[]', NULL FROM generate_series(1, ROWS) AS n;
         ANALYZE",
        "DROP INDEX taspa_last_published_at",
    );
}

#[test]
fn articles_of_strapi() {
    assert_indexed(
        strapi::recipe(),
        "INSERT INTO articles (document_id, title, slug, created_at, updated_at, published_at, locale)
         SELECT 'd' || n, title, 's' || n, created_at, updated_at, published_at, locale
         FROM articles, generate_series(1, ROWS) AS n WHERE id = 19;
         ANALYZE",
        "DROP INDEX taspa_updated",
    );
}

#[test]
fn posts_of_wordpress() {
    assert_indexed(
        wordpress::recipe(),
        wordpress::FILL,
        "DROP INDEX taspa_poll ON wp_posts",
    );
}
