//! Rows hide by the columns by which files hide, and a hidden row that is refused withdraws its last good
//! version.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::model::article::Visibility;
use crate::source::sql::columns::{Column, Kind};
use crate::source::sql::row::{Cell, Row};

const NOW: Timestamp = Timestamp(1_800_000_000);

/// A column that hides its row, and its value.
const MARKS: [(&str, &str); 31] = [
    ("draft", "1"),
    ("isDraft", "true"),
    ("private", "t"),
    ("hidden", "yes"),
    ("unlisted", "on"),
    ("unpublished", "true"),
    ("headless", "1"),
    ("hiddenFromRss", "true"),
    ("excludeFromFeed", "1"),
    ("eleventyExcludeFromCollections", "true"),
    ("published", "0"),
    ("published", "f"),
    ("published", "maybe"),
    ("publish", "no"),
    ("isPublished", "false"),
    ("public", "0"),
    ("render", "false"),
    ("rss", "false"),
    ("feed", "0"),
    ("status", "draft"),
    ("status", "[\"live\", \"withheld\"]"),
    ("post_status", "private"),
    ("visibility", "members"),
    ("pubstatus", "canceled"),
    ("password", "тюльпан"),
    ("redirect_to", "https://dala.example/"),
    ("permalink", "false"),
    ("build", "{\"list\": \"never\"}"),
    ("expires", "2020-01-08"),
    ("unpublish_date", "2020-01-08 10:00"),
    ("expiryDate", "вчера"),
];

/// What else is wrong with a row.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    BadDate,
    NoTitle,
    NotUtf8,
    TooLarge,
}

fn cell(text: &str) -> Cell {
    Cell {
        text: Some(text.to_owned()),
        ..Cell::default()
    }
}

/// Whether no document may have the row.
fn is_hidden(mark: (&str, &str), kind: Kind, fault: Fault) -> bool {
    let large = "т".repeat(ROW_BYTES_MAX);
    let summary = Cell {
        is_broken: matches!(fault, Fault::NotUtf8),
        ..cell("Кратко.")
    };
    let title = match fault {
        Fault::NoTitle => "",
        Fault::TooLarge => &large,
        Fault::None | Fault::BadDate | Fault::NotUtf8 => "Т",
    };
    let date = match fault {
        Fault::BadDate => "когда-то",
        _ => "2026-01-08",
    };
    let rest = [
        ("id", cell("1")),
        ("title", cell(title)),
        ("date", cell(date)),
        ("summary", summary),
    ];
    let mut columns: Vec<Column> = rest
        .iter()
        .map(|(name, _)| Column::new(name, Kind::Text, ""))
        .collect();
    columns.push(Column::new(mark.0, kind, ""));
    let mut cells: Vec<Cell> = rest.into_iter().map(|(_, cell)| cell).collect();
    cells.push(cell(mark.1));
    let columns = columns::Columns(columns);
    let row = Row {
        selected: &columns.known(|_| true),
        cells: &cells,
    };
    assert_eq!(row.selected.columns.len(), cells.len(), "{mark:?}");
    match row.accept(&reading(), NOW) {
        Ok(accepted) => {
            accepted.visibility != Visibility::Public
                || accepted.expires.is_some_and(|expires| expires <= NOW)
        }
        Err(refusal) => refusal.withdraws,
    }
}

/// `name` in another spelling.
fn spelling(name: &'static str) -> impl Strategy<Value = String> {
    let letters = prop::collection::vec((any::<bool>(), select(&["", "", "_", "-"][..])), 40);
    letters.prop_map(move |letters| {
        let spelt = name.chars().zip(letters).map(|(c, (is_upper, before))| {
            let c = if is_upper { c.to_ascii_uppercase() } else { c };
            format!("{before}{c}")
        });
        spelt.collect()
    })
}

fn faults() -> impl Strategy<Value = Fault> {
    use Fault::{BadDate, NoTitle, None, NotUtf8, TooLarge};
    select(&[None, None, BadDate, NoTitle, NotUtf8, TooLarge][..])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_row_with_a_hiding_column_is_in_no_document(
        (name, value) in select(&MARKS[..]).prop_flat_map(|(name, value)| (spelling(name), Just(value))),
        kind in select(&[Kind::Text, Kind::Any][..]),
        fault in faults(),
    ) {
        prop_assert!(is_hidden((&name, value), kind, fault), "{name}: {value}: {fault:?}");
    }

    #[test]
    fn a_row_with_a_hiding_key_in_json_is_in_no_document(
        (name, value) in select(&MARKS[..]).prop_flat_map(|(name, value)| (spelling(name), Just(value))),
        table in select(&["extra", "Params", "metadata", "meta"][..]),
        kind in select(&[Kind::Text, Kind::Any, Kind::Json][..]),
        fault in faults(),
        // A table that is not valid hides as well.
        end in select(&["}", "", "}}"][..]),
    ) {
        let value = match value.starts_with(['{', '[']) {
            true => value.to_owned(),
            false => format!("\"{value}\""),
        };
        let json = format!("{{\"{name}\": {value}{end}");
        prop_assert!(is_hidden((table, &json), kind, fault), "{json}: {fault:?}");
    }
}

#[test]
fn a_row_that_nothing_hides_stays() {
    for mark in [
        ("draft", "false"),
        ("is_draft", "0"),
        ("published", "1"),
        ("published", "2026-01-07"),
        ("published", "1767848400"),
        ("status", "Publish"),
        ("status", "утверждено"),
        ("status", "[\"live\"]"),
        ("visibility", ""),
        ("password", ""),
        ("permalink", "/news/1"),
        ("feed", "1"),
        ("build", "{\"list\": \"always\"}"),
        ("expires", "0"),
        ("expires", "2035-01-08"),
        ("extra", "{\"draft\": false}"),
        (
            "metadata",
            "{\"title\": 7, \"date\": \"x\", \"robots\": {}}",
        ),
        ("excerpt", "Коротко."),
    ] {
        for fault in [Fault::None, Fault::BadDate, Fault::NotUtf8, Fault::TooLarge] {
            assert!(!is_hidden(mark, Kind::Any, fault), "{mark:?}: {fault:?}");
        }
    }
}

#[test]
fn a_later_publishing_date_is_an_embargo() {
    let news = News::new(&[FIRST]);
    for (column, expected) in [
        ("'2027-03-04' AS publish_date", "2027-03-03T19:00:00Z"),
        ("'2027-03-04' AS published_at", "2027-03-03T19:00:00Z"),
        ("NULL AS published_at", "2026-01-08T05:00:00Z"),
        ("1 AS published", "2026-01-08T05:00:00Z"),
        ("'2027-03-04' AS created_at", "2026-01-08T05:00:00Z"),
    ] {
        let query = format!("SELECT id, title, published_at AS date, {column} FROM articles");
        let sql = news.query(&query);
        let mut read = read(&sql, &walk(&sql, Extent::All)).expect("rows");
        let article = accepted(read.remove(0)).article;
        assert_eq!(article.published.to_string(), expected, "{column}");
    }
}

#[test]
fn columns_with_other_names_of_keys_are_read() {
    let news = News::new(&[]);
    let sql = news.query(
        "SELECT 7 AS id, NULL AS title, 'Заголовок' AS headline, '2026-01-08' AS date, \
         '2026-01-09' AS updatedAt, '[\"Город\"]' AS categories, 'Мост' AS excerpt, \
         '{\"authors\": [\"Айман\"]}' AS extra, '<p>Текст.</p>' AS body",
    );
    let mut read = read(&sql, &walk(&sql, Extent::All)).expect("rows");
    let article = accepted(read.remove(0)).article;
    assert_eq!(article.title.as_str(), "Заголовок");
    assert_eq!(article.updated.to_string(), "2026-01-08T19:00:00Z");
    assert_eq!(article.sections[0].name.as_str(), "Город");
    assert_eq!(article.lead.as_str(), "Мост");
    assert_eq!(article.authors[0].name.as_str(), "Айман");
    assert!(article.body.as_str().contains("Текст."));
}

/// A row that the database cannot read, one of two with its id, and one that is too large.
#[test]
fn a_hidden_row_that_is_refused_withdraws_its_last_good_version() {
    let row = |id: &str, text: &str| format!("{id}, 'Т', '2026-01-08', NULL, NULL, NULL, {text}");
    let news = News::new(&[
        &row("'fails'", "NULL"),
        &row("'large'", "hex(zeroblob(2000000))"),
        &row("'twice'", "'x'"),
        &row("'twice'", "'x'"),
        &row("'bytes'", "CAST(x'ff' AS TEXT)"),
    ]);
    let hidden = |status: &str| {
        let sql = news.query(&format!(
            "SELECT id, title, published_at AS date, {status} AS status, \
             CASE id WHEN 'fails' THEN abs(-9223372036854775807 - 1) ELSE content_html END AS content_html \
             FROM articles"
        ));
        let found = walk(&sql, Extent::All);
        assert_eq!(found.len(), 4);
        let read = read(&sql, &found).expect("rows").into_iter();
        let refusals = read.map(|read| match read.outcome {
            ReadOutcome::Refused(refusal)
            | ReadOutcome::Shared(_, refusal)
            | ReadOutcome::Unreadable(refusal) => refusal.withdraws,
            other => panic!("not refused: {other:?}"),
        });
        refusals.collect::<Vec<_>>()
    };
    assert_eq!(hidden("'draft'"), [true; 4]);
    assert_eq!(hidden("'live'"), [false; 4]);
    // One of two rows is hidden: the last good version may be that one.
    assert_eq!(
        hidden("CASE WHEN rowid = 3 THEN 'draft' ELSE 'live' END"),
        [false, false, false, true]
    );
}

/// A row of each kind that is refused: its last good version stays as long as its dates say.
#[test]
fn the_dates_of_a_refused_row_count_for_its_last_good_version() {
    let row = |id: &str, text: &str| format!("{id}, '', '2026-01-08', NULL, NULL, NULL, {text}");
    let news = News::new(&[
        &row("'fails'", "NULL"),
        &row("'large'", "hex(zeroblob(2000000))"),
        &row("'title'", "'x'"),
        &row("'twice'", "'x'"),
        &row("'twice'", "'x'"),
    ]);
    let end = Timestamp::start_of_year(2100);
    for (columns, expected) in [
        ("published_at AS date", (false, None)),
        ("published_at AS date, NULL AS expires", (false, None)),
        // In one of several rows it is enough.
        (
            "CASE WHEN id <> 'twice' OR rowid = 5 THEN '2100-01-08' ELSE published_at END AS date",
            (true, None),
        ),
        (
            "published_at AS date, '2100-01-08' AS published_at",
            (true, None),
        ),
        (
            "published_at AS date, '{\"publishDate\": \"2100-01-08\"}' AS extra",
            (true, None),
        ),
        (
            "published_at AS date, CASE WHEN id <> 'twice' OR rowid = 5 THEN '2100-01-01T00:00Z' END AS expires",
            (false, Some(end)),
        ),
        (
            "published_at AS date, '2101-01-08' AS unpublish_date, '2100-01-01T00:00Z' AS expires",
            (false, Some(end)),
        ),
        (
            "published_at AS date, '{\"expires\": \"2100-01-01T00:00Z\"}' AS params",
            (false, Some(end)),
        ),
    ] {
        let sql = news.query(&format!(
            "SELECT id, title, {columns}, \
             CASE id WHEN 'fails' THEN abs(-9223372036854775807 - 1) ELSE content_html END AS content_html \
             FROM articles"
        ));
        let found = walk(&sql, Extent::All);
        assert_eq!(found.len(), 4);
        for (found, read) in found.iter().zip(read(&sql, &found).expect("rows")) {
            match read.outcome {
                ReadOutcome::Refused(refusal)
                | ReadOutcome::Shared(_, refusal)
                | ReadOutcome::Unreadable(refusal) => {
                    let fate = (refusal.withdraws, refusal.expires);
                    assert_eq!(fate, expected, "{}: {columns}", found.path);
                }
                other => panic!("not refused: {other:?}"),
            }
        }
    }
}

#[test]
fn long_json_of_a_row_that_fails_is_read_whole() {
    let news = News::new(&["'fails', 'Т', '2026-01-08', NULL, NULL, NULL, NULL"]);
    for (is_draft, expected) in [("true", true), ("false", false)] {
        let sql = news.query(&format!(
            "SELECT id, title, published_at AS date, abs(-9223372036854775807 - 1) AS content_html, \
             '{{\"x\": \"' || hex(zeroblob(4000)) || '\", \"draft\": {is_draft}}}' AS extra FROM articles"
        ));
        let found = walk(&sql, Extent::All);
        let read = read(&sql, &found).expect("rows").into_iter();
        let withdrawn: Vec<bool> = read
            .map(|read| match read.outcome {
                ReadOutcome::Unreadable(refusal) => refusal.withdraws,
                other => panic!("not refused: {other:?}"),
            })
            .collect();
        assert_eq!(withdrawn, [expected], "{is_draft}");
    }
}

#[test]
fn what_hides_a_row_is_part_of_its_stamp() {
    let news = News::new(&[FIRST]);
    let stamp = |column: &str| {
        let query = format!("SELECT id, title, published_at AS date, {column} FROM articles");
        walk(&news.query(&query), Extent::All)[0].stamp
    };
    for (before, after) in [
        ("'live' AS status", "'draft' AS status"),
        ("NULL AS password", "'x' AS password"),
        (
            "'2026-01-08' AS published_at",
            "'2027-01-08' AS published_at",
        ),
        ("NULL AS expires", "'2026-02-08' AS expires"),
        ("NULL AS extra", "'{\"draft\": true}' AS extra"),
        (
            "'{\"expires\": \"2026-02-08\"}' AS Params",
            "'{\"expires\": \"2026-02-09\"}' AS Params",
        ),
        (
            "'{\"draft\": false}' AS metadata",
            "'{\"draft\": true}' AS metadata",
        ),
        ("'{}' AS meta", "'{\"status\": \"draft\"}' AS meta"),
    ] {
        assert_eq!(stamp(before), stamp(before));
        assert_ne!(stamp(before), stamp(after), "{after}");
    }
    assert_eq!(stamp("'а' AS tags"), stamp("'б' AS tags"));
    // Of a longer value, a stamp only says that there is one.
    let long = |draft| {
        format!("'{{\"draft\": {draft}, \"x\": \"' || hex(zeroblob(600)) || '\"}}' AS extra")
    };
    assert_eq!(stamp(&long("true")), stamp(&long("false")));
}
