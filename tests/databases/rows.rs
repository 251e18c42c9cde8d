//! Rows that change without a date: daemons with and without state agree after one comparison of all
//! columns.

use crate::changes::soon;
use crate::sample::{HARVEST, RELEASED, SESSION};
use crate::table::{Kind, Table, newsroom, unix_now};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;
use crate::testkit::subscriber::{assert_same, documents};
use crate::testkit::wait::eventually;

/// The tables of an editorial system: what an article says of tags, authors and sections are their numbers.
const TABLES: &str = "
    CREATE TABLE words (number integer PRIMARY KEY, word varchar(60));
    INSERT INTO words VALUES (1, 'Экономика'), (2, 'Айман Төлеген'), (3, 'ярмарка');
    CREATE TABLE pages (number integer PRIMARY KEY, folder varchar(60));
    INSERT INTO pages VALUES (1, 'news')";

/// What an editor renames, and the words by which it shows.
const RENAMED: [(&str, &str); 4] = [
    ("UPDATE words SET word = 'Рынки' WHERE number = 1", "Рынки"),
    (
        "UPDATE words SET word = 'Айман Төлегенова' WHERE number = 2",
        "Айман Төлегенова",
    ),
    ("UPDATE words SET word = 'базар' WHERE number = 3", "базар"),
    (
        "UPDATE pages SET folder = 'archive' WHERE number = 1",
        "/archive/4002",
    ),
];

const FEEDS: [&str; 4] = ["/all.rss", "/all.atom", "/all.json", "/all"];

fn query(kind: Kind) -> String {
    let word = |number: u32| format!("(SELECT word FROM words WHERE number = {number})");
    let url = match kind {
        Kind::MariaDb => "CONCAT('/', (SELECT folder FROM pages), '/', id)",
        Kind::Postgres | Kind::Sqlite => "'/' || (SELECT folder FROM pages) || '/' || id",
    };
    format!(
        "SELECT id, title, published AS date, changed AS updated, {} AS section, {} AS author, {} AS tags, \
         {url} AS url, summary, html AS content_html, markdown AS content_markdown, plain AS content_text \
         FROM articles",
        word(1),
        word(2),
        word(3)
    )
}

/// A newsroom whose daemons poll and compare ids so rarely that they never do.
fn of(table: &Table, rows: &str) -> Newsroom {
    let keys = format!("refresh = '1h'\nreconcile = '1h'\nrows = '{rows}'\nlisten = ''");
    newsroom(&table.url, &query(table.kind), &keys)
}

#[test]
fn daemons_agree_after_anything_was_renamed() {
    for kind in Kind::ALL {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        table.execute(TABLES);
        table.insert(&RELEASED);
        let [old, restarted, reloaded] = [of(&table, "1s"), of(&table, "1h"), of(&table, "1h")];
        let mut compared = Daemon::start(&old);
        Daemon::start(&restarted).stop();
        let mut told = Daemon::start(&reloaded);
        for (edit, _) in RENAMED {
            table.execute(edit);
        }
        let mut with_state = Daemon::start(&restarted);
        told.signal("HUP");
        for daemon in [&mut compared, &mut with_state, &mut told] {
            for (_, shown) in RENAMED {
                soon(daemon, "/all.json", shown, true);
            }
        }
        let fresh = of(&table, "1h");
        let without_state = Daemon::start(&fresh);
        let expected = documents(&mut without_state.connect(), &FEEDS);
        for daemon in [&compared, &with_state, &told] {
            // Their changes may be published one after the other.
            eventually("the same feeds", || {
                documents(&mut daemon.connect(), &FEEDS) == expected
            });
            assert_same(&expected, &documents(&mut daemon.connect(), &FEEDS));
        }
    }
}

#[test]
fn edited_text_is_found_by_its_length() {
    for kind in Kind::ALL {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        table.insert(&RELEASED);
        let mut daemon = Daemon::start(
            &table.newsroom("refresh = '1h'\nreconcile = '1h'\nrows = '1s'\nlisten = ''"),
        );
        let edit = |id: u32, text: &str| {
            table.execute(&format!(
                "UPDATE articles SET html = '<p>{text}</p>' WHERE id = {id}"
            ));
        };
        edit(SESSION.id, "Повестку сняли.");
        soon(&mut daemon, "/all.rss", "Повестку сняли", true);
        // An edit that keeps the length needs another `updated`.
        edit(SESSION.id, "Повестку сдали.");
        edit(HARVEST.id, "Ряды разошлись.");
        soon(&mut daemon, "/all.rss", "Ряды разошлись", true);
        assert!(daemon.get("/all.rss").says("Повестку сняли"), "{kind:?}");
        table.execute(&format!(
            "UPDATE articles SET changed = {} WHERE id = {}",
            table.kind.changed(unix_now()),
            SESSION.id
        ));
        soon(&mut daemon, "/all.rss", "Повестку сдали", true);
    }
}

/// What is listed of a row has the digest of what is read of it, so that a comparison reads no row again
/// that has not changed.
#[test]
fn comparison_reads_unchanged_rows_once() {
    use taspa::config::{Secret, SqlConfig};
    use taspa::model::article::AcceptSettings;
    use taspa::model::time::{Timestamp, Zone};
    use taspa::source::sql::{Extent, Sql};

    for kind in Kind::ALL {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        table.insert(&RELEASED);
        let long = match kind {
            Kind::Sqlite => "hex(zeroblob(30000))",
            Kind::Postgres | Kind::MariaDb => "repeat('Я', 30000)",
        };
        table.execute(&format!(
            "UPDATE articles SET html = {long} WHERE id = {}; UPDATE articles SET summary = {long}, html = 'Ё'
             WHERE id = {}",
            SESSION.id, HARVEST.id
        ));
        // More than an article may have: only the database knows how long it is.
        let large = match kind {
            Kind::Sqlite => "hex(zeroblob(1500000))",
            Kind::Postgres | Kind::MariaDb => "repeat('Я', 1500000)",
        };
        table.execute(&format!(
            "UPDATE articles SET html = {large} WHERE id = {}",
            RELEASED[2].id
        ));
        let config = SqlConfig {
            url: Secret::new(table.url.clone()),
            query: crate::table::QUERY.to_owned(),
            refresh: 30,
            reconcile: 300,
            rows: 3600,
            listen: None,
            listen_url: None,
            public_status: Vec::new(),
            link: None,
        };
        let zone = Zone::find("Asia/Almaty").expect("a zone");
        let settings = AcceptSettings::of_site(zone, "ru", "https://dala.example/");
        let sql = Sql::new(&config, settings).expect("an address");
        let listed: Vec<_> = sql.walk(Extent::Columns, Timestamp::now()).collect();
        let listed: Vec<_> = listed.into_iter().map(|row| row.expect("a row")).collect();
        assert_eq!(listed.len(), RELEASED.len());
        let mut compared = 0;
        sql.read(&listed, Timestamp::now(), |row, read| {
            assert_eq!(
                listed[row].columns,
                Some(read.columns),
                "{kind:?}: {listed:?}"
            );
            compared += 1;
        })
        .expect("rows");
        assert_eq!(compared, RELEASED.len());
    }
}
