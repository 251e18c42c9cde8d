//! Against a real SQLite file, which only the test writes.

mod hiding;
mod long_rows;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::block_in_place;

use super::testkit::{FakePostgres, Reaction};
use super::*;
use crate::config::Secret;
use crate::model::article::{Accepted, Refusal};
use crate::model::record::Stamp;
use crate::model::time::Zone;
use crate::source::sql::reading::TIMEOUTS_MAX;
use crate::source::sql::row::ROW_BYTES_MAX;
use crate::source::sql::watcher::SqlWatcher;
use crate::source::watcher_messages::ReadingNote;
use crate::source::{ReadOutcome, ReadResult, SourceError};
use crate::testkit::sqlite;

/// A file with a table `articles`, whose id has no type.
struct News {
    folder: tempfile::TempDir,
}

impl News {
    fn new(rows: &[&str]) -> News {
        let news = News {
            folder: tempfile::tempdir().expect("a folder"),
        };
        news.write(
            "CREATE TABLE articles (id, title TEXT, published_at TEXT, updated_at, section TEXT, \
             tags TEXT, content_html TEXT)",
        );
        for row in rows {
            news.insert(row);
        }
        news
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("news.db")
    }

    fn insert(&self, values: &str) {
        self.write(&format!("INSERT INTO articles VALUES ({values})"));
    }

    fn write(&self, sql: &str) {
        sqlite::write(&self.file(), sql);
    }

    fn sql(&self) -> Sql {
        self.query(
            "SELECT id, title, published_at AS date, updated_at AS Updated, section, tags, \
             content_html FROM articles -- all of them\n;",
        )
    }

    fn query(&self, query: &str) -> Sql {
        let url = format!("sqlite:{}", self.file().display());
        Sql::new(&config(&url, query), reading()).expect("an address")
    }
}

fn config(url: &str, query: &str) -> SqlConfig {
    SqlConfig {
        url: Secret::new(url.to_owned()),
        query: query.to_owned(),
        refresh: 30,
        reconcile: 300,
        rows: 3600,
        listen: None,
        listen_url: None,
        public_status: Vec::new(),
        link: None,
    }
}

fn reading() -> AcceptSettings {
    AcceptSettings {
        link: Some("https://dala.example/news/{key}".to_owned()),
        public_status: vec!["утверждено".to_owned()],
        ..AcceptSettings::of_site(
            Zone::find("Asia/Almaty").expect("a zone"),
            "ru",
            "https://dala.example/",
        )
    }
}

fn walk(sql: &Sql, extent: Extent) -> Vec<Place> {
    let found: Result<Vec<Place>, ListingError> = sql.walk(extent, Timestamp::now()).collect();
    found.expect("a listing")
}

fn ids(found: &[Place]) -> Vec<&str> {
    found.iter().map(|found| &*found.path).collect()
}

/// The results of all places, in their order.
fn read(sql: &Sql, found: &[Place]) -> Result<Vec<ReadResult>, SqlError> {
    let mut results: Vec<Option<ReadResult>> = found.iter().map(|_| None).collect();
    sql.read(found, Timestamp::now(), |number, result| {
        assert!(results[number].replace(result).is_none(), "two results");
    })?;
    let results = results.into_iter();
    Ok(results.map(|result| result.expect("a result")).collect())
}

fn accepted(read: ReadResult) -> Accepted {
    match read.outcome {
        ReadOutcome::Accepted(accepted) => *accepted,
        other => panic!("not accepted: {other:?}"),
    }
}

fn refused(read: ReadResult) -> Refusal {
    match read.outcome {
        ReadOutcome::Refused(refusal) | ReadOutcome::Shared(_, refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

const FIRST: &str = "1, 'Первая', '2026-01-08 10:00', NULL, 'Город', '[\"а\",\"б\"]', \
                     '<p>Лид.</p><p><a href=\"x\">Ещё</a></p>'";
const SECOND: &str = "2, 'Вторая', '2026-01-09', 1767934800, NULL, 'а, в', NULL";

#[test]
fn ids_come_in_the_order_of_their_bytes() {
    let rows = ["10", "9", "'б'", "'a'", "'Z'", "'a/b'", "'a.b'", "'10a'"];
    let rows = rows.map(|id| format!("{id}, 'Т', '2026-01-08', NULL, NULL, NULL, NULL"));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let gone = News::new(&[]).sql();
    let expected = ["10", "10a", "9", "Z", "a", "a.b", "a/b", "б"];
    let news = News::new(&rows);
    assert_eq!(ids(&walk(&news.sql(), Extent::All)), expected);
    assert!(matches!(
        gone.walk(Extent::All, Timestamp::now()).next(),
        Some(Err(ListingError::Source(SourceError::Database(
            SqlError::Unreachable { .. }
        ))))
    ));
}

#[test]
fn a_row_whose_id_is_not_text_is_skipped_alone() {
    let ids = [
        "'a'",
        "x'62'",
        "x'636166E9'",
        "CAST(x'636166FF' AS TEXT)",
        "'caf'",
        "x'C3'",
        "'я'",
        "'я'",
    ];
    let rows = ids.map(|id| format!("{id}, 'Т', '2026-01-08', NULL, NULL, NULL, NULL"));
    let news = News::new(&rows.each_ref().map(String::as_str));
    let sql = news.sql();
    for extent in [Extent::All, Extent::Recent] {
        let (mut found, mut broken) = (Vec::new(), Vec::new());
        for row in sql.walk(extent, Timestamp::now()) {
            match row {
                Ok(row) => found.push(row),
                Err(ListingError::Unlisted(unlisted)) => {
                    assert!(unlisted.reason.starts_with("its `id` is not text"));
                    broken.push(unlisted.path);
                }
                Err(ListingError::Source(failure)) => panic!("{failure}"),
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        broken.sort();
        assert_eq!(self::ids(&found), ["a", "b", "caf", "я"]);
        assert_eq!(broken, ["\\xC3", "caf\\xE9", "caf\\xFF"]);
        let mut read = read(&sql, &found).expect("rows");
        let twice = refused(read.pop().expect("the last")).reason;
        assert_eq!(twice, "2 rows have the id `я`");
        // Bytes in UTF-8 are text.
        for (outcome, id) in read.into_iter().zip(["a", "b", "caf"]) {
            assert_eq!(accepted(outcome).article.key, id);
        }
    }
}

#[test]
fn rows_become_articles() {
    let news = News::new(&[FIRST, SECOND]);
    let sql = news.sql();
    let found = walk(&sql, Extent::All);
    let mut read = read(&sql, &found).expect("rows").into_iter();
    let first = accepted(read.next().expect("the first")).article;
    assert_eq!(first.key, "1");
    assert_eq!(first.title.as_str(), "Первая");
    assert_eq!(first.published.to_string(), "2026-01-08T05:00:00Z");
    assert_eq!(first.updated, first.published);
    assert_eq!(first.lead.as_str(), "Лид.");
    let tags: Vec<&str> = first.tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(tags, ["а", "б"]);
    assert!(first.body.as_str().contains("https://dala.example/news/x"));
    let second = accepted(read.next().expect("the second")).article;
    assert_eq!(second.updated.to_string(), "2026-01-09T05:00:00Z");
    assert!(second.body.is_empty() && second.sections.is_empty());
}

#[test]
fn commas_separate_tags_in_a_text_column() {
    for (written, expected) in [
        ("сельские школы", &["сельские школы"][..]),
        ("сельские школы, мажилис", &["сельские школы", "мажилис"]),
        ("#мажилис #депутат", &["мажилис", "депутат"]),
        ("[\"сельские школы\"]", &["сельские школы"]),
        (" ", &[]),
    ] {
        let news = News::new(&[&format!(
            "1, 'А', '2026-01-08', NULL, NULL, '{written}', ''"
        )]);
        let sql = news.sql();
        let outcomes = read(&sql, &walk(&sql, Extent::All)).expect("an article");
        let article = accepted(outcomes.into_iter().next().expect("an outcome")).article;
        let tags: Vec<&str> = article.tags.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(tags, expected, "{written}");
    }
}

#[test]
fn the_revision_covers_the_text_but_not_updated() {
    let news = News::new(&[SECOND]);
    let sql = news.sql();
    let revision = || {
        let found = walk(&sql, Extent::All);
        accepted(read(&sql, &found).expect("a row").remove(0)).revision
    };
    let first = revision();
    news.write("UPDATE articles SET content_html = '<p>Текст.</p>'");
    let second = revision();
    assert_ne!(second, first);
    news.write("UPDATE articles SET updated_at = updated_at + 0.5");
    assert_eq!(revision(), second);
}

#[test]
fn the_columns_digest_covers_everything_and_the_length_of_the_text() {
    let news = News::new(&[SECOND]);
    let sql = news.sql();
    let columns = || {
        let found = walk(&sql, Extent::Columns);
        let read = read(&sql, &found).expect("a row")[0].columns;
        assert_eq!(found[0].columns, Some(read));
        read
    };
    let mut before = columns();
    for (edit, differs) in [
        ("content_html = '<p>Текст.</p>'", true),
        ("content_html = '<p>Текст!</p>'", false),
        ("content_html = 7", true),
        ("content_html = x'd0af'", true),
        ("content_html = 'Я'", false),
        ("content_html = ''", true),
        ("content_html = hex(zeroblob(50000))", true),
        ("tags = hex(zeroblob(50000))", true),
        ("tags = NULL", true),
        ("tags = ''", true),
        ("title = 'Третья'", true),
        ("updated_at = updated_at + 1", true),
    ] {
        news.write(&format!("UPDATE articles SET {edit}"));
        let after = columns();
        assert_eq!(after != before, differs, "{edit}");
        before = after;
    }
}

#[test]
fn rows_are_read_in_the_order_asked_for() {
    let news = News::new(&[FIRST, SECOND]);
    let sql = news.sql();
    let mut found = walk(&sql, Extent::All);
    found.reverse();
    let missing = Place {
        path: "17'; --".to_owned(),
        ..found[0].clone()
    };
    found.insert(1, missing);
    let read = read(&sql, &found).expect("rows");
    assert!(
        matches!(&read[0].outcome, ReadOutcome::Accepted(accepted) if accepted.article.key == "2")
    );
    assert!(matches!(read[1].outcome, ReadOutcome::Unsettled));
    assert!(
        matches!(&read[2].outcome, ReadOutcome::Accepted(accepted) if accepted.article.key == "1")
    );
}

/// The result of reading `rows` rows from a server where some statements time out, and how many did.
async fn read_slowly(
    rows: usize,
    is_slow: impl Fn(&str) -> bool + Send + Sync + 'static,
) -> (Result<Vec<ReadResult>, SqlError>, usize) {
    let timeouts = Arc::new(AtomicUsize::new(0));
    let counted = timeouts.clone();
    let server = FakePostgres::start(move |_, sql| match sql.contains(" IN (") && is_slow(sql) {
        true => {
            counted.fetch_add(1, Ordering::Relaxed);
            Reaction::TimeOut
        }
        false => Reaction::Answer,
    })
    .await;
    let read = read_from(&server, rows).await;
    (read, timeouts.load(Ordering::Relaxed))
}

/// The result of reading `rows` rows from a server.
async fn read_from(server: &FakePostgres, rows: usize) -> Result<Vec<ReadResult>, SqlError> {
    let sql = Sql::new(&config(&server.url, "SELECT 1"), reading()).expect("an address");
    let found = (1..=rows).map(|id| Place {
        path: id.to_string(),
        stamp: Stamp::default(),
        closed: false,
        recheck: false,
        columns: None,
    });
    let found: Vec<Place> = found.collect();
    let read = tokio::task::spawn_blocking(move || read(&sql, &found)).await;
    read.expect("no panic")
}

fn reads_text(sql: &str) -> bool {
    sql.contains("title")
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_take_too_long_together_are_read_in_parts() {
    let (read, timeouts) = read_slowly(5, |sql| reads_text(sql) && sql.contains("$3")).await;
    let read = read.expect("results");
    assert_eq!((read.len(), timeouts), (5, 2));
    let is_answered = |read: &ReadResult| matches!(read.outcome, ReadOutcome::Unsettled);
    assert!(read.iter().all(is_answered), "{read:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_takes_too_long_alone_is_refused_alone() {
    let (read, timeouts) = read_slowly(3, reads_text).await;
    let read = read.expect("results");
    assert_eq!((read.len(), timeouts), (3, 5));
    for read in read {
        let ReadOutcome::Unreadable(refusal) = read.outcome else {
            panic!("{read:?}");
        };
        assert!(
            refusal
                .reason
                .contains("takes too long to read this row alone")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_database_refuses_no_row() {
    let (read, timeouts) = read_slowly(200, reads_text).await;
    assert!(matches!(read, Err(SqlError::Slow { .. })), "{read:?}");
    assert_eq!(timeouts, TIMEOUTS_MAX + 1);
    // Stamps are read before the rows are read in parts.
    let (read, timeouts) = read_slowly(200, |_| true).await;
    let error = read.expect_err("nothing was read").to_string();
    assert!(
        error.ends_with("canceling statement due to statement timeout"),
        "{error}"
    );
    assert_eq!(timeouts, 2);
}

#[test]
fn a_query_without_an_index_on_id_or_updated_is_a_problem() {
    let news = News::new(&[]);
    news.write(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {INDEX_FROM}) \
         INSERT INTO articles SELECT i, 'Т', '2026-01-08', 1767916800 + i, NULL, '[]', 'x' FROM n"
    ));
    let messages = |query: &str| {
        let problems = news.query(query).check().expect("an answer").into_iter();
        let problems = problems.map(|problem| problem.message);
        problems.collect::<Vec<_>>()
    };
    let of_id = &*columns::not_indexed().message;
    let of_updated =
        "the database looks at all rows to find those whose `updated` has moved, with each poll";
    let of_date = of_updated.replace("updated", "date");
    let plain = "SELECT id, title, published_at AS date, updated_at AS updated, content_html, \
                 (SELECT group_concat(value) FROM json_each(tags)) AS tags FROM articles";
    assert_eq!(messages(plain), [of_id, of_updated]);
    news.write("CREATE UNIQUE INDEX by_id ON articles (id)");
    assert_eq!(messages(plain), [of_updated]);
    news.write("CREATE INDEX by_updated ON articles (updated_at)");
    assert_eq!(messages(plain), [""; 0]);
    assert_eq!(messages(&plain.replace("id,", "'a' || id AS id,")), [of_id]);
    let expression = plain.replace("updated_at AS", "max(updated_at, 0) AS");
    assert_eq!(messages(&expression), [of_updated]);
    let without = plain.replace("updated_at AS updated, ", "");
    assert!(
        messages(&without).contains(&of_date),
        "{:?}",
        messages(&without)
    );
    // With few rows it does not matter.
    news.write("DELETE FROM articles WHERE id = 1");
    assert_eq!(messages(&plain.replace("id,", "'a' || id AS id,")), [""; 0]);
    assert_eq!(messages(&expression), [""; 0]);
}

#[test]
fn rows_that_were_updated_before_their_date_are_a_problem() {
    let news = News::new(&[]);
    news.write(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) \
         INSERT INTO articles SELECT i, 'Т', 1767848400, 1767848400 - i * 10, NULL, '[]', 'x' FROM n",
    );
    let plain =
        "SELECT id, title, published_at AS date, updated_at AS updated, content_html FROM articles";
    let problems = news.query(plain).check().expect("an answer");
    let message = "in 14 of 20 rows `updated` is before `date`: ";
    assert!(
        matches!(&problems[..], [only] if only.message.starts_with(message) && !only.is_error),
        "{problems:?}"
    );
    let later = plain.replace("updated_at AS", "max(updated_at, published_at) AS");
    assert_eq!(news.query(&later).check(), Ok(Vec::new()));
}

#[test]
fn more_rows_than_one_statement_reads() {
    let news = News::new(&[]);
    news.write(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) \
         INSERT INTO articles SELECT i, 'Т' || i, '2026-01-08', NULL, NULL, NULL, 'x' FROM n",
    );
    let sql = news.sql();
    let found = walk(&sql, Extent::All);
    let read = read(&sql, &found).expect("rows");
    assert_eq!(read.len(), 600);
    for (found, outcome) in found.iter().zip(read) {
        assert_eq!(accepted(outcome).article.key, found.path);
    }
    assert_eq!(sql.id_sum().map(|sum| sum.rows), Ok(600));
}

#[test]
fn rows_that_share_an_id_are_refused_alone() {
    let news = News::new(&[FIRST, FIRST, SECOND, "NULL, 'Т', '2026-01-08', 1, 1, 1, 1"]);
    let sql = news.sql();
    let found = walk(&sql, Extent::All);
    assert_eq!(ids(&found), ["", "1", "2"]);
    let read = read(&sql, &found).expect("rows");
    let reasons = ["there is no `id`", "2 rows have the id `1`"];
    for (read, reason) in read.into_iter().zip(reasons) {
        assert_eq!(refused(read).reason, reason);
    }
    assert_eq!(
        sql.stat(&["1".to_owned(), "3".to_owned()], Timestamp::now()),
        Ok(vec![found[1].clone()])
    );
    news.write("DELETE FROM articles WHERE rowid = 2");
    let alone = sql
        .stat(&["1".to_owned()], Timestamp::now())
        .expect("an answer");
    assert_ne!(alone[0].stamp, found[1].stamp);
}

#[test]
fn the_stamp_of_a_shared_id_does_not_depend_on_row_order() {
    let look = |rows: [&str; 2]| {
        let rows = rows.map(|dates| format!("1, 'Т', {dates}, NULL, NULL, NULL"));
        let news = News::new(&rows.each_ref().map(String::as_str));
        let sql = news.sql();
        let found = walk(&sql, Extent::All);
        let read = read(&sql, &found).expect("rows").remove(0).outcome;
        let ReadOutcome::Shared(stamp, _) = read else {
            panic!("not shared: {read:?}");
        };
        assert_eq!(stamp, found[0].stamp);
        stamp
    };
    let (one, other) = ("'2026-01-08', NULL", "'2026-01-09', 1767934800");
    assert_eq!(look([one, other]), look([other, one]));
    assert_ne!(look([one, other]), look([one, "'2026-01-09', 1767934801"]));
}

#[test]
fn polls_list_rows_that_may_have_changed() {
    let news = News::new(&[FIRST, SECOND]);
    let sql = news.sql();
    // Without an earlier listing, every row may have changed.
    assert_eq!(walk(&sql, Extent::Recent).len(), 2);
    news.insert("3, 'Т', '2026-01-07', NULL, NULL, NULL, 'x'");
    news.insert("4, 'Т', '2026-01-07', 1767934900, NULL, NULL, 'x'");
    news.insert("5, 'Т', '2026-01-08 10:01', NULL, NULL, NULL, 'x'");
    // The highest values still count as unsettled, so they come again.
    assert_eq!(ids(&walk(&sql, Extent::Recent)), ["1", "2", "4", "5"]);
    let newest = sql.position().newest.map(|at| at.to_string());
    assert_eq!(newest.as_deref(), Some("2026-01-09T05:01:40Z"));
    // A row dated in the future hides nothing.
    news.insert("6, 'Т', '2999-01-01', 32472144000, NULL, NULL, 'x'");
    assert_eq!(walk(&sql, Extent::Recent).len(), 5);
    assert_eq!(sql.position().newest.map(|at| at.to_string()), newest);
    // A deleted row does not count after a full listing.
    news.write("DELETE FROM articles WHERE id = 4");
    walk(&sql, Extent::Recent);
    assert_eq!(sql.position().newest.map(|at| at.to_string()), newest);
    walk(&sql, Extent::All);
    let newest = sql.position().newest.map(|at| at.to_string());
    assert_eq!(newest.as_deref(), Some("2026-01-09T05:00:00Z"));
}

#[test]
fn a_query_without_required_columns_is_an_error() {
    let news = News::new(&[FIRST]);
    let sql = news.query("SELECT id, title, published_at FROM articles");
    let error = sql
        .walk(Extent::All, Timestamp::now())
        .next()
        .expect("an end");
    let Err(ListingError::Source(error)) = error else {
        panic!("a listing without dates");
    };
    assert_eq!(
        error.to_string(),
        "the query gives no column `date`; name one with `… AS date`"
    );
    let problems = sql.check().expect("columns");
    let messages: Vec<&str> = problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(
        messages,
        [
            "no column is named `date`",
            "no column is named `updated`: an edit waits for the comparison of all rows, unless the `date` moves",
            "no column holds the text of the articles"
        ]
    );
    assert_eq!(problems[0].hint, "write `published_at AS date`");
    assert_eq!(news.sql().check(), Ok(vec![]));
    let sql = news.query("SELECT id, titel FROM articles");
    let name = sql.name().to_owned();
    assert_eq!(
        sql.id_sum().expect_err("no such column").to_string(),
        format!("{name}: no such column: titel")
    );
}

#[test]
fn nothing_can_be_written() {
    let news = News::new(&[FIRST]);
    let sql = news.query(
        "SELECT id, title, published_at AS date FROM articles) AS a; DELETE FROM articles; --",
    );
    assert!(sql.check().is_err());
    assert_eq!(news.sql().id_sum().map(|sum| sum.rows), Ok(1));
}

#[test]
fn addresses_are_shown_without_secrets() {
    for (url, name) in [
        (
            "postgres://taspa:s3cret@db.example/news?sslmode=require",
            "postgres://db.example:5432/news",
        ),
        (
            "postgresql://taspa:s3cret@[::1]:5433/news",
            "postgres://[::1]:5433/news",
        ),
        (
            "postgres://taspa:s3cret@%2Frun%2Fpostgresql/news",
            "postgres:///run/postgresql/news",
        ),
        (
            "mysql://taspa:s3cret@db.example/news",
            "mysql://db.example:3306/news",
        ),
        (
            "mariadb://taspa:s3cret@db.example:3307/news",
            "mysql://db.example:3307/news",
        ),
        (
            "sqlite:///var/lib/news.db?mode=ro",
            "sqlite:/var/lib/news.db",
        ),
    ] {
        let sql = Sql::new(&config(url, "SELECT 1"), reading()).expect(url);
        assert_eq!(sql.name(), name, "{url}");
        assert!(!format!("{sql:?}").contains("s3cret"), "{url}");
    }
}

#[test]
fn invalid_addresses_are_errors_without_secrets() {
    for url in [
        "postgres://taspa:s3cret@db.example:port/news",
        "mysql://taspa:s3cret@:1/x?ssl-mode=s3cret",
        "oracle://taspa:s3cret@db.example/news",
        "s3cret",
        "",
    ] {
        let error = Sql::new(&config(url, "SELECT 1"), reading()).expect_err(url);
        assert!(!error.to_string().contains("s3cret"), "{error}");
        assert!(
            error.to_string().starts_with("the database's address "),
            "{error}"
        );
    }
}

#[test]
fn an_unreachable_server_is_named_in_the_error() {
    // No server listens on the discard port.
    let url = "postgres://taspa:s3cret@127.0.0.1:9/news";
    let sql = Sql::new(&config(url, "SELECT 1"), reading()).expect("an address");
    let error = sql.id_sum().expect_err("nobody is there").to_string();
    assert!(
        error.starts_with("postgres://127.0.0.1:9/news cannot be reached: Connection refused"),
        "{error}"
    );
}

#[test]
fn reading_bytes_depend_on_the_query_and_not_on_the_address() {
    let bytes = |url, query| {
        let sql = Sql::new(&config(url, query), reading()).expect("an address");
        sql.reading_bytes()
    };
    let here = bytes("sqlite:here.db", "SELECT 1");
    assert_eq!(here, bytes("sqlite:there.db", "SELECT 1"));
    assert_ne!(here, bytes("sqlite:here.db", "SELECT 2"));
}

/// The next event, which must arrive within a few seconds.
#[tokio::test(flavor = "multi_thread")]
async fn ids_that_cannot_be_added_up_are_reported_until_they_can() {
    let news = block_in_place(|| News::new(&[FIRST]));
    let write = |sql| block_in_place(|| news.write(sql));
    let sql = news.sql();
    let (down, _) = watch::channel(None);
    let mut watcher = SqlWatcher::start(sql.clone(), down);
    let reading = |is_full| ReadingNote {
        is_full,
        compared_columns: is_full,
        failed: false,
        is_held: false,
        unsettled: Vec::new(),
        new: Vec::new(),
        took: Duration::ZERO,
    };
    block_in_place(|| walk(&sql, Extent::All));
    watcher.note(&reading(true)).await;
    write("ALTER TABLE articles RENAME TO away");
    // One failure may be a passing one.
    for expected in [false, true, true] {
        watcher.note(&reading(false)).await;
        let refusal = watcher.refusal();
        assert_eq!(refusal.is_some(), expected, "{refusal:?}");
        assert!(refusal.is_none_or(|reason| reason.contains("no such table: articles")));
    }
    write("ALTER TABLE away RENAME TO articles");
    watcher.note(&reading(false)).await;
    assert_eq!(watcher.refusal(), None);
}

async fn next(events: &mut SourceEvents) -> SourceEvent {
    tokio::time::timeout(Duration::from_secs(10), events.next())
        .await
        .expect("an event")
}

#[tokio::test]
async fn the_probe_reports_events() {
    let news = tokio::task::spawn_blocking(|| News::new(&[FIRST])).await;
    let news = Arc::new(news.expect("a file"));
    let change = |sql: &'static str| {
        let news = news.clone();
        async move {
            let changed = tokio::task::spawn_blocking(move || news.write(sql)).await;
            changed.expect("a change");
        }
    };
    let sql = news.sql();
    let mut events = sql.watch();
    assert_eq!(next(&mut events).await, SourceEvent::Up);
    change("DELETE FROM articles").await;
    assert_eq!(next(&mut events).await, SourceEvent::Emptied);
    change("INSERT INTO articles (id) VALUES (1)").await;
    assert_eq!(next(&mut events).await, SourceEvent::Refilled);
    change("ALTER TABLE articles RENAME TO others").await;
    let reason = format!("{}: no such table: articles", sql.name());
    assert_eq!(
        next(&mut events).await,
        SourceEvent::Down(Arc::from(reason))
    );
    change("ALTER TABLE others RENAME TO articles").await;
    assert_eq!(next(&mut events).await, SourceEvent::Up);
    assert_eq!(sql.position().replica_lag, None);
}
