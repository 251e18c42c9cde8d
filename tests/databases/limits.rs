//! Rows that are too large or that the database cannot read: each costs itself, and no memory.

use std::fs;

use crate::sample::RELEASED;
use crate::table::{Kind, QUERY, Table, newsroom};
use crate::testkit::daemon::Daemon;

/// Bytes of the text of a row that is too large; MariaDB has no longer text in a column of this type.
const LARGE: usize = 12_000_000;

/// How many there are: together more than the daemon may take.
const LARGE_ROWS: usize = 30;

/// The most memory that the daemon may have taken, in kB.
const PEAK_KB: u64 = 200_000;

fn insert_large(table: &Table, id: usize, bytes: usize) {
    let text = match table.kind {
        Kind::Postgres | Kind::MariaDb => format!("repeat('ab', {})", bytes / 2),
        Kind::Sqlite => format!("hex(zeroblob({}))", bytes / 2),
    };
    table.execute(&format!(
        "INSERT INTO articles (id, title, published, html) \
         VALUES ({id}, 'Large {id}', '2026-01-08 10:00:00', {text})"
    ));
}

/// The most memory that a daemon has had, in kB.
fn peak_kb(daemon: &Daemon) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.id())).expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    peak.expect("a peak").parse().expect("a number")
}

#[test]
fn rows_that_are_too_large_are_refused_without_being_fetched() {
    for kind in Kind::ALL {
        let Some(table) = Table::released(kind) else {
            continue;
        };
        for number in 0..LARGE_ROWS {
            insert_large(&table, 1000 + number, LARGE);
        }
        insert_large(&table, 2000, 1_500_000);
        let mut daemon = Daemon::start(&table.newsroom(""));
        let all = daemon.get("/all.rss");
        assert!(all.says("Large 2000"), "{kind:?}");
        assert!(!all.says("Large 1"), "{kind:?}");
        assert!(all.says(RELEASED[0].title.expect("a title")), "{kind:?}");
        let log = daemon.log();
        let reason = "row 1000: error: the row is larger than 2097152 bytes: it has 12000";
        assert!(log.contains(reason), "{kind:?}: {log}");
        let peak = peak_kb(&daemon);
        assert!(peak <= PEAK_KB, "{kind:?}: {peak} kB");
    }
}

#[test]
fn row_that_raises_an_error_affects_only_itself() {
    for kind in Kind::ALL {
        let Some(table) = Table::released(kind) else {
            continue;
        };
        let [good, bad, ..] = RELEASED;
        let failing = match kind {
            Kind::Postgres => format!("(1 / (id - {}))::text", bad.id),
            // MariaDB divides by zero without an error.
            Kind::MariaDb => format!(
                "(SELECT section FROM articles AS others WHERE articles.id = {})",
                bad.id
            ),
            Kind::Sqlite => format!(
                "json_extract(CASE WHEN id = {} THEN '[' ELSE '[]' END, '$[0]')",
                bad.id
            ),
        };
        let query = QUERY.replace(" section,", &format!(" {failing} AS section,"));
        let mut daemon = Daemon::start(&newsroom(&table.url, &query, ""));
        let all = daemon.get("/all.rss");
        assert!(all.says(good.title.expect("a title")), "{kind:?}");
        assert!(!all.says(bad.title.expect("a title")), "{kind:?}");
        let log = daemon.log();
        let reason = format!("row {}: error: the database cannot read this row: ", bad.id);
        assert!(log.contains(&reason), "{kind:?}: {log}");
    }
}
