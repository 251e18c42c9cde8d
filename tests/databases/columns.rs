//! `taspa check` on a query and a database that do not fit: errors name the cause and the remedy, and
//! never the password.

use std::process::Output;

use crate::mariadb::MariaDb;
use crate::postgres::{PASSWORD, Postgres, READER};
use crate::sample::{RELEASED, UNTITLED};
use crate::table::{Kind, QUERY, Table, newsroom};
use crate::testkit::newsroom::Newsroom;
use crate::testkit::output::{assert_ends, json};
use crate::testkit::programs::free_port;

/// Runs `check`, which must not say the password.
fn check(newsroom: &Newsroom, arguments: &[&str]) -> Output {
    let output = newsroom.run(&[&["check"], arguments].concat());
    for text in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(text);
        for secret in [PASSWORD, "qyz%2Fgaldaq"] {
            assert!(!text.contains(secret), "the password is shown: {text}");
        }
    }
    output
}

#[test]
fn check_passes_for_a_fitting_table() {
    for table in Kind::ALL.into_iter().filter_map(Table::released) {
        let newsroom = table.newsroom("");
        let output = check(&newsroom, &[]);
        let expected = format!("no problems; {} articles in", RELEASED.len());
        assert_ends(&output, 0, &[&expected], &[]);
        assert!(json(&check(&newsroom, &["--format", "json"])).is_empty());
        assert!(
            !newsroom.path("state").exists(),
            "only the daemon keeps state"
        );
    }
}

#[test]
fn check_names_a_broken_row() {
    for table in Kind::ALL.into_iter().filter_map(Table::released) {
        table.insert(&[UNTITLED]);
        let output = check(&table.newsroom(""), &[]);
        let id = UNTITLED.id.to_string();
        assert_ends(
            &output,
            1,
            &[&id, "title", "1 error, 0 warnings; 6 articles"],
            &[],
        );
    }
}

/// A part of the query, what stands there instead, the exit code, and what is said.
const MISFITS: [(&str, &str, i32, &[&str]); 6] = [
    ("published AS date, ", "", 1, &["error", "`date`"]),
    ("SELECT id, ", "SELECT ", 1, &["error", "`id`"]),
    (
        "title,",
        "title AS titel,",
        1,
        &["error", "`titel`", "`title`"],
    ),
    (
        "html AS content_html, markdown AS content_markdown, plain AS content_text, ",
        "",
        0,
        &["warning", "`content_html`"],
    ),
    ("section,", "section, views,", 0, &["warning", "`views`"]),
    (
        "changed AS updated, ",
        "",
        0,
        &[
            "warning",
            "an edit waits for the comparison of all rows",
            "`… AS updated`",
        ],
    ),
];

#[test]
fn missing_and_misspelt_columns_are_named() {
    for table in Kind::ALL.into_iter().filter_map(Table::released) {
        for (asked, other, code, said) in MISFITS {
            assert_eq!(QUERY.matches(asked).count(), 1, "{asked}");
            let query = QUERY.replace(asked, other);
            let newsroom = newsroom(&table.url, &query, "");
            assert_ends(&check(&newsroom, &[]), code, said, &[]);
            let problems = json(&check(&newsroom, &["--format", "json"]));
            assert!(
                problems[0]["hint"].is_string(),
                "{:?}: {problems:?}",
                table.kind
            );
        }
    }
}

/// A column, what stands there instead, its type, and what to do about it.
const UNREADABLE: [(Kind, &str, &str, &str, &str); 4] = [
    (
        Kind::Postgres,
        "summary,",
        "convert_to(summary, 'UTF8') AS summary,",
        "BYTEA",
        "convert_from(summary, 'UTF8') AS summary",
    ),
    (
        Kind::Postgres,
        "published AS date,",
        "interval '1 day' AS date,",
        "INTERVAL",
        "choose a column with a date",
    ),
    (
        Kind::MariaDb,
        "summary,",
        "CAST(summary AS BINARY) AS summary,",
        "BLOB",
        "CONVERT(summary USING utf8mb4) AS summary",
    ),
    (
        Kind::MariaDb,
        "published AS date,",
        "point(1, 2) AS date,",
        "GEOMETRY",
        "choose a column with a date",
    ),
];

#[test]
fn unreadable_type_is_named_with_its_column() {
    for (kind, asked, other, type_name, hint) in UNREADABLE {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        table.insert(&RELEASED);
        assert_eq!(QUERY.matches(asked).count(), 1, "{asked}");
        let query = QUERY.replace(asked, other);
        let output = check(&newsroom(&table.url, &query, ""), &[]);
        let column = match asked.split_once(" AS ") {
            Some((_, name)) => name.trim_end_matches(','),
            None => asked.trim_end_matches(','),
        };
        let named = format!("the column `{column}` must be");
        assert_ends(&output, 1, &["error", &named, type_name, hint], &[]);
    }
}

#[test]
fn database_error_is_quoted() {
    for (kind, said) in [
        (Kind::Postgres, "relation \"artikles\" does not exist"),
        (Kind::MariaDb, "artikles' doesn't exist"),
        (Kind::Sqlite, "no such table: artikles"),
    ] {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        let query = QUERY.replace("FROM articles", "FROM artikles");
        let newsroom = newsroom(&table.url, &query, "");
        assert_ends(&check(&newsroom, &[]), 1, &["error", said], &[]);
        assert_ends(&newsroom.run(&["list"]), 1, &[], &[said]);
        assert_ends(&newsroom.run(&["render", "all.rss"]), 1, &[], &[said]);
    }
}

/// What is wrong with a query that a database refuses, and what to do about it.
const REFUSED: [(Kind, &str, &str, &str); 4] = [
    (
        Kind::Postgres,
        "SELECT id, titl FROM articles",
        "column \"titl\" does not exist",
        "hint: Perhaps you meant to reference the column \"articles.title\".",
    ),
    (Kind::Postgres, SEVERAL, "syntax error", ONE),
    (Kind::MariaDb, SEVERAL, "SQL syntax", ONE),
    (Kind::Sqlite, SEVERAL, "syntax error", ONE),
];

const SEVERAL: &str = "SELECT id FROM articles; SELECT title FROM articles;";
const ONE: &str = "hint: the query must be one statement";

#[test]
fn refused_query_gets_a_hint_at_its_line() {
    for (kind, query, said, hint) in REFUSED {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        let newsroom = newsroom(&table.url, query, "");
        let unread = "1 error, 0 warnings; the articles could not be read";
        let output = check(&newsroom, &[]);
        assert_ends(&output, 1, &["query = ", said, hint, unread], &[]);
        let problems = json(&check(&newsroom, &["--format", "json"]));
        assert!(problems[0]["line"].is_u64(), "{kind:?}: {problems:?}");
    }
}

#[test]
fn query_without_rows_is_a_warning() {
    for kind in Kind::ALL {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        let output = check(&table.newsroom(""), &[]);
        let said = ["the query gives no rows", "0 errors, 1 warning; 0 articles"];
        assert_ends(&output, 0, &said, &[]);
    }
}

/// What stands in a title, and what is said of it.
const TITLES: [(&str, &str); 4] = [
    (
        "Мост &amp;mdash; открыт",
        "the title shows the reference `&mdash;`",
    ),
    ("Мост <em>открыт</em>", "the title shows the tag `<em>`"),
    (
        "Мост {{ city }}",
        "the title has the text of a template: `{{ city }}`",
    ),
    (
        "Мост %%sitename%%",
        "the title has the text of a template: `%%sitename%%`",
    ),
];

#[test]
fn markup_and_templates_in_titles_are_warnings() {
    for table in Kind::ALL.into_iter().filter_map(Table::released) {
        for ((title, _), row) in TITLES.iter().zip(&RELEASED) {
            table.execute(&format!(
                "UPDATE articles SET title = '{title}' WHERE id = {}",
                row.id
            ));
        }
        let said: Vec<String> = TITLES
            .iter()
            .zip(&RELEASED)
            .map(|((_, said), row)| format!("row {}: warning: {said}", row.id))
            .collect();
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let output = check(&table.newsroom(""), &[]);
        assert_ends(
            &output,
            0,
            &[&said[..], &["0 errors, 4 warnings"]].concat(),
            &[],
        );
    }
}

#[test]
fn times_without_a_zone_are_named() {
    const SAID: [&str; 4] = [
        "times without a zone, which count as `time-zone`: ",
        "`date`",
        "; the newest is 20",
        "convert them in the query",
    ];
    for table in Kind::ALL.into_iter().filter_map(Table::released) {
        let local = match table.kind {
            Kind::Postgres => "published AT TIME ZONE 'Asia/Almaty' AS date",
            Kind::MariaDb => "published AS date",
            Kind::Sqlite => "substr(replace(published, 'T', ' '), 1, 19) AS date",
        };
        let query = QUERY.replace("published AS date", local);
        let output = check(&newsroom(&table.url, &query, ""), &[]);
        assert_ends(&output, 0, &SAID, &[]);
        let as_text = match table.kind {
            Kind::Postgres => format!(
                "left(({})::text, 19) AS date",
                local.trim_end_matches(" AS date")
            ),
            Kind::MariaDb => "CAST(published AS CHAR) AS date".to_owned(),
            Kind::Sqlite => continue,
        };
        let query = QUERY.replace("published AS date", &as_text);
        let output = check(&newsroom(&table.url, &query, ""), &[]);
        assert_ends(&output, 0, &SAID, &[]);
    }
}

#[test]
fn connection_error_hides_the_password() {
    let nobody_there = format!("{READER}@127.0.0.1:{}/news", free_port());
    let mut places = vec![
        (format!("postgres://{nobody_there}"), "127.0.0.1"),
        (format!("mysql://{nobody_there}"), "127.0.0.1"),
        ("sqlite:/nowhere/news.db".to_owned(), "/nowhere/news.db"),
    ];
    let (postgres, mariadb) = (Postgres::shared(), MariaDb::shared());
    if let Some(postgres) = &postgres {
        let stranger = postgres.url("postgres").replace("reader:", "stranger:");
        places.push((stranger, "authentication failed"));
        places.push((postgres.url("nowhere"), "\"nowhere\" does not exist"));
    }
    if let Some(mariadb) = &mariadb {
        let stranger = mariadb.url("mysql").replace("reader:", "stranger:");
        places.push((stranger, "Access denied"));
        places.push((mariadb.url("nowhere"), "nowhere"));
    }
    for (url, said) in places {
        let newsroom = newsroom(&url, QUERY, "");
        let unread = "the articles could not be read";
        assert_ends(&check(&newsroom, &[]), 1, &["error", said, unread], &[]);
        let config_only = check(&newsroom, &["--config-only"]);
        assert_ends(&config_only, 0, &["no problems"], &[]);
    }
}

#[test]
fn invalid_url_is_refused_without_showing_it() {
    for (url, said) in [
        (
            "oracle://reader:qyz%2Fgaldaq@db/news",
            "url must begin with",
        ),
        ("postgres", "url must begin with"),
        ("reader:qyz/galdaq", "url must begin with"),
        ("", "url must begin with"),
        (
            "postgres://reader:qyz/galdaq@db/news",
            "address cannot be understood",
        ),
        (
            "postgres://reader:q@qyz/galdaq@db/news",
            "address cannot be understood",
        ),
        (
            "mysql://reader:q@qyz/galdaq@db/news",
            "address cannot be understood",
        ),
        (
            "mysql://reader:qyz/galdaq@db/news",
            "address cannot be understood",
        ),
        (
            "postgres://reader:5432?galdaq@db/news",
            "address cannot be understood",
        ),
        (
            "mysql://reader:5432#galdaq@db/news",
            "address cannot be understood",
        ),
    ] {
        let newsroom = newsroom(url, QUERY, "");
        // Of the three lines of the table, this is the second.
        let said = ["feeds.toml:14:", said];
        assert_ends(&check(&newsroom, &[]), 78, &said, &[]);
        assert_ends(&check(&newsroom, &["--config-only"]), 78, &said, &[]);
        assert_ends(&newsroom.run(&["list"]), 78, &[], &said);
        let serve = newsroom.run(&["serve", "--listen", "127.0.0.1:0"]);
        assert_ends(&serve, 78, &[], &said);
        assert!(!String::from_utf8_lossy(&serve.stderr).contains("galdaq"));
    }
}
