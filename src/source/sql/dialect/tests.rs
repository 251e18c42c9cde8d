use super::*;
use crate::source::sql::row::{Cell, Cells};

const QUERY: &str = " SELECT * FROM articles -- all\n; ";

const ALL: [Dialect; 3] = [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite];

fn column(name: &str, kind: Kind, type_name: &str) -> Column {
    Column::new(name, kind, type_name)
}

fn columns() -> Columns {
    Columns(vec![
        column("id", Kind::Integer, "INT8"),
        column("Up\"dated`", Kind::Text, "TEXT"),
        column("tags", Kind::Own, "TEXT[]"),
        column("draft", Kind::Flag, "BOOL"),
    ])
}

#[test]
fn listings_select_text_in_byte_order() {
    let expected = [
        "SELECT (\"id\")::text, left((\"Up\"\"dated`\")::text, 1025), \
         left(to_json(\"tags\")::text, 1025), (\"draft\")::text, \
         (('x' || left(encode(sha256(replace((\"id\")::text, E'\\\\', E'\\\\\\\\')::bytea), 'hex'), 15))::bit(60)::int8)::text FROM (\nSELECT * FROM articles -- all\n) AS taspa_rows \
         ORDER BY (\"id\")::text COLLATE \"C\" NULLS FIRST",
        "SELECT CAST(`id` AS CHAR), left(`Up\"dated```, 1025), left(CAST(`tags` AS CHAR), 1025), \
         CAST(`draft` + 0 AS CHAR), CAST(CRC32(`id`) AS CHAR) FROM (\nSELECT * FROM articles -- all\n) AS taspa_rows \
         ORDER BY CAST(CONVERT(`id` USING utf8mb4) AS BINARY)",
        "SELECT `id`, \
         CASE WHEN octet_length(`Up\"dated```) >= 1025 THEN hex(zeroblob(513)) ELSE `Up\"dated``` END, \
         CASE WHEN octet_length(`tags`) >= 1025 THEN hex(zeroblob(513)) ELSE `tags` END, `draft` \
         FROM (\nSELECT * FROM articles -- all\n) AS taspa_rows \
         ORDER BY CAST(`id` AS TEXT) COLLATE BINARY",
    ];
    for (dialect, expected) in ALL.into_iter().zip(expected) {
        assert_eq!(dialect.listing(QUERY, &columns().0).sql, expected);
    }
}

/// Lines of a plan.
fn lines(lines: &[&[&str]]) -> Vec<Cells> {
    let cell = |text: &&str| Cell {
        text: Some((*text).to_owned()),
        ..Cell::default()
    };
    let line = |line: &&[&str]| line.iter().map(cell).collect();
    lines.iter().map(line).collect()
}

#[test]
fn plans_are_compared_by_cost() {
    let mariadb = |rows| ["1", "SIMPLE", "a", "ALL", "", "", "", "", rows, ""];
    let mysql = |rows| {
        [
            "1", "SIMPLE", "a", "", "ALL", "", "", "", "", rows, "100.00", "",
        ]
    };
    let sqlite = |detail| ["2", "0", "0", detail];
    for (dialect, plan, cost) in [
        (
            Dialect::Postgres,
            lines(&[
                &["Seq Scan on a  (cost=0.00..1917.50 rows=1 width=9)"],
                &["  (cost=1..2 rows=1"],
            ]),
            1917.5,
        ),
        (
            Dialect::MySql,
            lines(&[&mariadb("3 (27%)"), &mariadb("60000")]),
            60_000.0,
        ),
        (Dialect::MySql, lines(&[&mysql("60000")]), 60_000.0),
        (
            Dialect::Sqlite,
            lines(&[&sqlite("SCAN a"), &sqlite("SEARCH b USING INDEX c (d=?)")]),
            1.0,
        ),
    ] {
        assert_eq!(dialect.cost(&plan), Some(cost), "{plan:?}");
        assert!(dialect.reads_all(cost, cost) && !dialect.reads_all(cost, 0.0));
    }
    for (dialect, plan) in [
        (Dialect::Postgres, lines(&[])),
        (Dialect::Postgres, lines(&[&["Seq Scan on a"]])),
        (Dialect::MySql, lines(&[&mariadb("3"), &mariadb("many")])),
    ] {
        assert_eq!(dialect.cost(&plan), None, "a plan of an unknown form");
    }
}

#[test]
fn reading_an_index_alone_is_told_by_the_largest_table() {
    let line = |rows, extra| ["1", "", "a", "ref", "", "", "", "", rows, extra];
    let covered = line("60000", "Using where; Using index; Using filesort");
    let of_table = line("60000", "Using index condition; Using where");
    let small = line("3", "Using index");
    for (plan, expected) in [
        (vec![covered], true),
        (vec![line("3", "Using where"), covered], true),
        (vec![of_table], false),
        (vec![small, of_table], false),
        (vec![], false),
    ] {
        let plan = lines(&plan.iter().map(|line| line.as_slice()).collect::<Vec<_>>());
        assert_eq!(Dialect::MySql.reads_only_index(&plan), expected, "{plan:?}");
        assert!(!Dialect::Postgres.reads_only_index(&plan));
    }
}

#[test]
fn the_probe_returns_columns_without_values() {
    let query = "(\nSELECT * FROM articles -- all\n) AS";
    let any =
        format!("CASE WHEN EXISTS (SELECT 1 FROM {query} taspa_rows LIMIT 1) THEN 'rows' END");
    let columns =
        format!("LEFT JOIN (SELECT * FROM {query} taspa_query LIMIT 0) AS taspa_rows ON 1 = 1");
    for dialect in ALL {
        let probe = dialect.probe(QUERY);
        let first = format!("SELECT * FROM (SELECT {any} AS taspa_any, ");
        assert!(probe.sql.starts_with(&first), "{}", probe.sql);
        assert!(probe.sql.ends_with(&columns), "{}", probe.sql);
        assert_eq!(probe.is_simple, dialect == Dialect::Postgres);
    }
}

fn mark(after: Raw) -> Option<Mark> {
    Some(Mark {
        after,
        inclusive: false,
    })
}

/// The condition of a poll, with its parameters.
fn recent(dialect: Dialect, columns: &Columns, since: &Since) -> (String, Vec<Bind>) {
    let statement = dialect.recent("q", &columns.0[..1], columns, since);
    let (_, condition) = statement.sql.split_once(" AS taspa_rows").expect("rows");
    let (condition, _) = condition.split_once(" ORDER BY ").expect("an order");
    (condition.to_owned(), statement.binds)
}

#[test]
fn polls_select_rows_after_the_marks() {
    let columns = Columns(vec![
        column("id", Kind::Integer, "INT8"),
        column("updated", Kind::Instant, "TIMESTAMPTZ"),
        column("date", Kind::Integer, "INT8"),
    ]);
    let since = Since {
        updated: mark(Raw::Text("2026-01-08 05:00:00+00".to_owned())),
        date: mark(Raw::Whole(7)),
    };
    let text = |text: &str| Bind::Text(text.to_owned());
    for (dialect, condition, date) in [
        (
            Dialect::Postgres,
            " WHERE (\"updated\" > $1::text::timestamptz \
             OR ((\"updated\" IS NULL) AND \"date\" > $2::text::int8))",
            text("7"),
        ),
        (
            Dialect::MySql,
            " WHERE (`updated` > ? \
             OR ((`updated` IS NULL OR `updated` < '1970-01-01 00:00:01') AND `date` > ?))",
            Bind::Integer(7),
        ),
        (
            Dialect::Sqlite,
            " WHERE (`updated` > ? OR ((`updated` IS NULL) AND `date` > ?))",
            Bind::Integer(7),
        ),
    ] {
        let condition_and_binds = recent(dialect, &columns, &since);
        let binds = vec![text("2026-01-08 05:00:00+00"), date];
        assert_eq!(condition_and_binds, (condition.to_owned(), binds));
    }
}

#[test]
fn a_column_without_a_mark_is_not_restricted() {
    let with = Columns(vec![
        column("id", Kind::Any, ""),
        column("updated", Kind::Any, ""),
        column("date", Kind::Any, ""),
    ]);
    let without = Columns(vec![with.0[0].clone(), with.0[2].clone()]);
    let day = Since {
        updated: None,
        date: Some(Mark {
            after: Raw::Text("2026-01-08".to_owned()),
            inclusive: true,
        }),
    };
    for (columns, since, expected) in [
        (&without, Since::default(), ""),
        (&without, day.clone(), " WHERE `date` >= ?"),
        (
            &with,
            Since::default(),
            " WHERE (NOT (`updated` IS NULL) OR (`updated` IS NULL))",
        ),
        (
            &with,
            day,
            " WHERE (NOT (`updated` IS NULL) OR ((`updated` IS NULL) AND `date` >= ?))",
        ),
    ] {
        assert_eq!(recent(Dialect::Sqlite, columns, &since).0, expected);
    }
}

#[test]
fn ids_are_compared_with_the_type_of_the_column() {
    let ids = ["17", "a'b", "18446744073709551615"].map(str::to_owned);
    let uuid = "02cd6952-6ae3-44c9-8e4b-e3e6252ebe4c";
    for (dialect, id, expected, binds) in [
        (
            Dialect::Postgres,
            column("id", Kind::Integer, "INT4"),
            " WHERE \"id\" IN ($1::text::int8)",
            1,
        ),
        (
            Dialect::Postgres,
            column("id", Kind::Text, "VARCHAR"),
            " WHERE \"id\" IN ($1::text, $2::text, $3::text)",
            3,
        ),
        (
            Dialect::Postgres,
            column("id", Kind::Own, "?"),
            " WHERE (\"id\")::text IN ($1::text, $2::text, $3::text)",
            3,
        ),
        (
            Dialect::Postgres,
            column("id", Kind::Text, "UUID"),
            " WHERE 1 = 0",
            0,
        ),
        (
            Dialect::MySql,
            column("id", Kind::Integer, "BIGINT UNSIGNED"),
            " WHERE `id` IN (?, ?)",
            2,
        ),
        (
            Dialect::MySql,
            column("id", Kind::Text, "VARCHAR"),
            " WHERE `id` IN (?, ?, ?)",
            3,
        ),
        (
            Dialect::Sqlite,
            column("id", Kind::Any, ""),
            " WHERE `id` IN (?, ?, ?, ?, ?, ?, ?)",
            7,
        ),
    ] {
        let statement = dialect.by_id("q", std::slice::from_ref(&id), 9, &ids);
        let (_, condition) = statement.sql.split_once(" AS taspa_rows").expect("rows");
        assert_eq!(condition, expected);
        assert_eq!(statement.binds.len(), binds);
    }
    let id = column("id", Kind::Text, "UUID");
    let statement = Dialect::Postgres.by_id("q", &[id], 9, &[uuid.to_owned()]);
    assert!(statement.sql.ends_with(" WHERE \"id\" IN ($1::text::uuid)"));
}

#[test]
fn transactions_are_read_only_and_limited_in_time() {
    let limit = Duration::from_millis(5500);
    let begin = |dialect: Dialect| dialect.begin(limit).unwrap_or_default();
    assert_eq!(
        begin(Dialect::Postgres),
        "BEGIN READ ONLY; SET LOCAL statement_timeout = 5500; SET LOCAL lock_timeout = 1000; \
         SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL extra_float_digits = 2; \
         SELECT set_config('client_encoding', 'SQL_ASCII', true) \
         WHERE current_setting('server_encoding') = 'SQL_ASCII'"
    );
    assert_eq!(
        begin(Dialect::MySql),
        "SET SESSION lock_wait_timeout = 1, group_concat_max_len = 2097152 /*!50708 , max_execution_time = 5500 */ \
         /*M!100101 , max_statement_time = 5.500 */; START TRANSACTION READ ONLY"
    );
    assert_eq!(begin(Dialect::Sqlite), "");
}
