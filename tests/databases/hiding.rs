//! A row hides as a file does: by any of the columns that say so, and also when it cannot be read.

use crate::table::{Kind, Table, newsroom};
use crate::testkit::client::Request;
use crate::testkit::daemon::Daemon;
use crate::testkit::output::assert_ends;

/// What hides a row, by the number of its id from 1; the row 0 is public.
const HIDING: [&str; 9] = [
    "status = 'draft'",
    "status = 'publishd'",
    "published = false",
    "password = 'тюльпан'",
    "publish_date = '2099-01-08'",
    "unpublish_date = '2020-01-08'",
    "extra = '{\"draft\": true}'",
    "extra = '{\"draft\": true'",
    "metadata = '{\"title\": 7, \"visibility\": \"members\"}'",
];

const QUERY: &str = "SELECT id, title, published_day AS date, changed AS updated, status, published, password, publish_date, \
                     unpublish_date, extra, metadata, html AS content_html FROM notes";

/// A table whose rows are all public.
fn notes(kind: Kind) -> Option<Table> {
    let table = Table::shared(kind)?;
    table.execute(
        "CREATE TABLE notes (id integer PRIMARY KEY, title varchar(50), published_day varchar(30),
         changed varchar(30),
         status varchar(20), published boolean, password varchar(20), publish_date varchar(30),
         unpublish_date varchar(30), extra text, metadata text, html text)",
    );
    for id in 0..=HIDING.len() {
        table.execute(&format!(
            "INSERT INTO notes VALUES ({id}, 'Note-{id}-', '2026-01-08', NULL, 'approved', true, '', NULL, NULL,
             '{{\"draft\": false}}', '{{}}', '<p>Text.</p>')"
        ));
    }
    Some(table)
}

/// No document has this row.
fn is_nowhere(daemon: &Daemon, id: usize) -> bool {
    let title = format!("Note-{id}-");
    let documents = ["/all.rss", "/all.atom", "/all.json", "/all"];
    let is_listed = documents.iter().any(|path| daemon.get(path).says(&title));
    let page = daemon.ask(&Request::head(&format!("/articles/{id}")));
    !is_listed && page.status == 404
}

#[test]
fn row_with_any_hiding_column_is_in_no_document() {
    for kind in Kind::ALL {
        let Some(table) = notes(kind) else {
            continue;
        };
        for (id, hiding) in (1..).zip(HIDING) {
            table.execute(&format!("UPDATE notes SET {hiding} WHERE id = {id}"));
        }
        let keys = "public-status = ['approved']";
        let newsroom = newsroom(&table.url, QUERY, keys);
        let daemon = Daemon::start(&newsroom);
        assert!(!is_nowhere(&daemon, 0), "{kind:?}");
        for (id, hiding) in (1..).zip(HIDING) {
            assert!(is_nowhere(&daemon, id), "{kind:?}: {hiding}");
        }
        let checked = newsroom.run(&["check"]);
        let said = [
            "the value publishd hides the article",
            "1 by `status: draft`",
            "`extra`: is not valid JSON",
        ];
        assert_ends(&checked, 1, &said, &[]);
        assert!(!String::from_utf8_lossy(&checked.stdout).contains("not used"));
    }
}

#[test]
fn row_that_hides_and_is_refused_at_once_leaves_every_document() {
    let faults = [
        "title = NULL",
        "published_day = 'someday'",
        "html = repeat('x', 3000000)",
    ];
    for kind in Kind::ALL {
        let Some(table) = notes(kind) else {
            continue;
        };
        let keys = "refresh = '1s'\nreconcile = '1s'\npublic-status = ['approved']";
        let newsroom = newsroom(&table.url, QUERY, keys);
        let mut daemon = Daemon::start(&newsroom);
        if kind == Kind::MariaDb {
            table.execute("ALTER TABLE notes MODIFY html mediumtext");
        }
        for (id, hiding) in (1..).zip(HIDING) {
            assert!(!is_nowhere(&daemon, id), "{kind:?}: {id}");
            let fault = match faults[id % faults.len()] {
                "html = repeat('x', 3000000)" if kind == Kind::Sqlite => {
                    "html = hex(zeroblob(1500000))"
                }
                fault => fault,
            };
            table.execute(&format!(
                "UPDATE notes SET {hiding}, {fault}, changed = '2026-01-09' WHERE id = {id}"
            ));
        }
        for (id, hiding) in (1..).zip(HIDING) {
            // An embargo hides only where its date can be read.
            if hiding.starts_with("publish_date") {
                continue;
            }
            let title = format!("Note-{id}-");
            daemon.eventually("/all.rss", |feed| !feed.says(&title));
            assert!(is_nowhere(&daemon, id), "{kind:?}: {hiding}");
        }
        assert!(!is_nowhere(&daemon, 0), "{kind:?}");
    }
}
