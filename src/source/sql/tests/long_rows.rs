//! Rows that are read in parts: long ones, too large ones, and those that the database cannot read.

use super::*;
use crate::source::sql::reading::FAILED_ROWS_MAX;

/// A row whose text has this many bytes.
fn row_of(id: usize, bytes: usize) -> String {
    let letters = bytes / 2;
    format!("{id}, 'Т', '2026-01-08', NULL, NULL, NULL, hex(zeroblob({letters}))")
}

#[test]
fn long_rows_are_read_whole_and_too_large_ones_not_at_all() {
    let sizes = [10, 40_000, 3 << 20, 1_700_000, 1_700_000, 20, 1_700_000];
    let sizes = sizes.into_iter().cycle().take(21);
    let rows: Vec<String> = sizes
        .clone()
        .enumerate()
        .map(|(id, bytes)| row_of(100 + id, bytes))
        .collect();
    let news = News::new(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    let sql = news.sql();
    let found = walk(&sql, Extent::All);
    let read = read(&sql, &found).expect("rows");
    assert_eq!(read.len(), 21);
    for (read, bytes) in read.into_iter().zip(sizes) {
        match bytes > 2 << 20 {
            true => {
                let refusal = refused(read);
                // Three bytes of the id, two of the title and ten of the date.
                let expected = format!(
                    "the row is larger than 2097152 bytes: it has {}",
                    bytes + 15
                );
                assert_eq!(refusal.reason, expected);
                assert_eq!(refusal.hint, "an article is at most 2 MiB; split it");
            }
            false => assert_eq!(accepted(read).article.body.as_str().len(), bytes),
        }
    }
}

#[test]
fn a_long_text_is_in_the_revision_but_not_in_the_columns_digest() {
    let news = News::new(&[&row_of(1, 100_000), &row_of(2, 3 << 20)]);
    let sql = news.sql();
    let found = walk(&sql, Extent::All);
    let look = || {
        let mut read = read(&sql, &found).expect("rows");
        let columns = [read[0].columns, read[1].columns];
        (columns, accepted(read.remove(0)).revision)
    };
    let (columns, revision) = look();
    // The last letter is far behind what the first statement reads.
    news.write("UPDATE articles SET content_html = substr(content_html, 2) || 'x'");
    let (same_columns, other_revision) = look();
    assert_eq!(columns, same_columns);
    assert_ne!(revision, other_revision);
    news.write("UPDATE articles SET tags = 'иное'");
    let (others, _) = look();
    assert!(columns[0] != others[0] && columns[1] != others[1]);
}

/// Otherwise it would be read again with each comparison.
#[test]
fn rows_of_any_size_have_the_columns_of_their_listing() {
    let long = |column: &str| format!("hex(zeroblob({column}))");
    let news = News::new(&[
        &row_of(1, 10),
        &row_of(2, 100_000),
        &row_of(3, 3 << 20),
        &row_of(4, 3 << 20),
        &row_of(4, 3 << 20),
        "'', 'Т', '2026-01-08', NULL, NULL, NULL, 'x'",
        "NULL, 'Т', '2026-01-08', NULL, NULL, NULL, 'y'",
        &format!(
            "6, {}, '2026-01-08', NULL, NULL, NULL, 'x'",
            long("2000000")
        ),
        &format!("7, 'Т', '2026-01-08', NULL, NULL, {}, 'ю'", long("20000")),
    ]);
    let sql = news.sql();
    let found = walk(&sql, Extent::Columns);
    for (found, read) in found.iter().zip(read(&sql, &found).expect("rows")) {
        assert_eq!(Some(read.columns), found.columns, "{}", found.path);
    }
}

#[test]
fn an_id_that_is_too_long_is_skipped_alone() {
    let long = "б".repeat(600);
    let row = |id: &str| format!("{id}, 'Т', '2026-01-08', NULL, NULL, NULL, 'x'");
    let most = "a".repeat(1024);
    let news = News::new(&[
        &row("1"),
        &row(&format!("'{long}'")),
        &row(&format!("'{most}'")),
        &row(&format!("'{most}a'")),
    ]);
    let (mut ids, mut skipped) = (Vec::new(), Vec::new());
    let sql = news.sql();
    for row in sql.walk(Extent::All, Timestamp::now()) {
        match row {
            Ok(found) => ids.push(found),
            Err(ListingError::Unlisted(unlisted)) => {
                let reason =
                    "its `id` is longer than 1024 bytes; a number or a short text is enough";
                assert_eq!(unlisted.reason, reason);
                skipped.push(unlisted.path.chars().take(5).collect::<String>());
            }
            Err(ListingError::Source(failure)) => panic!("{failure}"),
        }
    }
    assert_eq!(self::ids(&ids), ["1", &most]);
    assert_eq!(skipped, ["aaaaa", "ббббб"]);
    for read in read(&sql, &ids).expect("rows") {
        accepted(read);
    }
}

/// A query that fails for a row whose tags are no JSON.
const BY_JSON: &str = "SELECT id, title, published_at AS date, content_html, \
                       json_extract(tags, '$[0]') AS section FROM articles";

#[test]
fn a_row_that_the_database_cannot_read_is_refused_alone() {
    let news = News::new(&[]);
    news.write(
        "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 140) \
         INSERT INTO articles SELECT i, 'Т', '2026-01-08', NULL, NULL, \
         CASE WHEN i IN (105, 133) THEN '[\"Город\"' ELSE '[\"Город\"]' END, 'x' FROM n",
    );
    let sql = news.query(BY_JSON);
    let found = walk(&sql, Extent::All);
    for (found, read) in found.iter().zip(read(&sql, &found).expect("rows")) {
        match (&*found.path, read.outcome) {
            ("105" | "133", ReadOutcome::Unreadable(refusal)) => {
                let name = sql.name();
                let reason = format!("the database cannot read this row: {name}: malformed JSON");
                assert_eq!(refusal.reason, reason);
            }
            (_, ReadOutcome::Accepted(accepted)) => {
                assert_eq!(accepted.article.sections, ["Город".into()]);
            }
            (id, other) => panic!("{id}: {other:?}"),
        }
    }
}

#[test]
fn a_query_that_fails_for_every_row_fails() {
    let rows = (0..=FAILED_ROWS_MAX).map(|id| format!("{id}, 'Т', '2026-01-08', 1, 1, '[', 'x'"));
    let rows: Vec<String> = rows.collect();
    let news = News::new(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    let sql = news.query(BY_JSON);
    let found = walk(&sql, Extent::All);
    let error = read(&sql, &found).expect_err("no row can be read");
    assert!(error.to_string().ends_with("malformed JSON"), "{error}");
    // Fewer rows than that may all be wrong.
    let found = &found[..FAILED_ROWS_MAX - 1];
    let read = read(&sql, found).expect("results");
    let is_refused = |read: &ReadResult| matches!(read.outcome, ReadOutcome::Unreadable(_));
    assert!(read.iter().all(is_refused), "{read:?}");
}

#[test]
fn an_error_of_the_query_refuses_no_row() {
    let news = News::new(&[FIRST, SECOND]);
    let sql = news.sql();
    let found = walk(&sql, Extent::All);
    news.write("ALTER TABLE articles RENAME COLUMN section TO rubric");
    let error = read(&sql, &found).expect_err("a column is missing");
    assert!(
        error.to_string().ends_with("no such column: section"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_errors_about_data_are_looked_for_in_parts() {
    for (code, reads_parts) in [
        ("22P02", true),
        ("21000", true),
        ("42883", false),
        ("53200", false),
    ] {
        let server =
            FakePostgres::start(
                move |_, sql| match sql.contains(" IN (") && reads_text(sql) {
                    true => Reaction::RefuseWith(code),
                    false => Reaction::Answer,
                },
            )
            .await;
        match read_from(&server, 3).await {
            Ok(read) => {
                assert!(reads_parts, "{code}: {read:?}");
                assert_eq!(read.len(), 3);
            }
            Err(error) => assert!(!reads_parts, "{code}: {error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_is_no_number_is_an_error() {
    // It returns no rows, not even the one with the count.
    let server = FakePostgres::start(|_, _| Reaction::Answer).await;
    let sql = Sql::new(&config(&server.url, "SELECT 1"), reading()).expect("an address");
    let count = tokio::task::spawn_blocking(move || sql.id_sum()).await;
    let error = count.expect("no panic").expect_err("no number");
    assert!(
        error
            .to_string()
            .ends_with("answered ``, where a number was expected"),
        "{error}"
    );
}
