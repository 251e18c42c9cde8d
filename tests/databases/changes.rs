//! Changed rows: which feeds they change, and which keep their ETags.

use std::thread;
use std::time::Duration;

use crate::sample::{FAIR, FEEDS, HARVEST, HARVEST_FEEDS, RELEASED, SESSION, SESSION_FEEDS};
use crate::table::{Kind, Table, local, newsroom, unix_now};
use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;
use crate::testkit::wait::eventually;

/// Polled often and compared as good as never, so that nothing is found by comparing alone.
const POLLED: &str = "refresh = \"1s\"\nreconcile = \"1h\"\nlisten = \"\"";

/// Polled as good as never.
const NOTIFIED: &str = "refresh = \"1h\"\nreconcile = \"1h\"";

/// The table with what readers see, and a daemon that has read it whole.
fn start(kind: Kind, keys: &str) -> Option<(Table, Newsroom, Daemon)> {
    let table = Table::shared(kind)?;
    table.insert(&RELEASED);
    let newsroom = table.newsroom(keys);
    let daemon = Daemon::start(&newsroom);
    Some((table, newsroom, daemon))
}

/// Runs a test on every kind of database that there is.
fn on_every_kind(keys: &str, test: impl Fn(&Table, &mut Daemon)) {
    for kind in Kind::ALL {
        if let Some((table, _newsroom, mut daemon)) = start(kind, keys) {
            test(&table, &mut daemon);
        }
    }
}

/// Waits until a feed has a text or no longer has it. The deadline is far shorter than the hour
/// after which everything would be compared.
#[track_caller]
pub(crate) fn soon(daemon: &mut Daemon, feed: &str, text: &str, is_there: bool) {
    daemon.eventually_after(text, feed, |feed| feed.says(text) == is_there);
}

fn title(text: &str) -> String {
    format!("title = '{text}'")
}

#[test]
fn added_edited_and_deleted_row_changes_only_its_feeds() {
    on_every_kind(POLLED, |table, daemon| {
        let before = Copies::take(daemon, &FEEDS);
        table.insert(&[FAIR]);
        soon(daemon, "/all.rss", "Ярмарку продлили", true);
        let with = before.again(daemon);
        assert_eq!(with.moved_since(&before), HARVEST_FEEDS);

        table.edit(FAIR.id, "html = '<p>Дыни кончились.</p>'");
        soon(daemon, "/all.rss", "Дыни кончились", true);
        let edited = with.again(daemon);
        assert_eq!(edited.moved_since(&with), HARVEST_FEEDS);

        table.execute(&format!("DELETE FROM articles WHERE id = {}", FAIR.id));
        soon(daemon, "/all.rss", "Ярмарку продлили", false);
        let without = edited.again(daemon);
        assert_eq!(without.moved_since(&edited), HARVEST_FEEDS);
        without.assert_same_documents(&before);
    });
}

#[test]
fn replaced_row_is_found_by_the_next_poll() {
    // As many rows as before, and none of them with a new date.
    on_every_kind(POLLED, |table, daemon| {
        let before = Copies::take(daemon, &FEEDS);
        let replacement = table.insertion(&[FAIR]);
        let id = HARVEST.id;
        table.execute(&format!(
            "BEGIN; DELETE FROM articles WHERE id = {id}; {replacement}; COMMIT"
        ));
        soon(daemon, "/all.rss", "Ярмарку продлили", true);
        soon(daemon, "/all.rss", "Урожай дынь", false);
        let replaced = before.again(daemon);
        assert_eq!(replaced.moved_since(&before), HARVEST_FEEDS);

        // Nor does a row that comes with a new date hide one that goes.
        table.insert(&[HARVEST]);
        soon(daemon, "/all.rss", "Урожай дынь", true);
        let new = FAIR.id + 1000;
        let now = table.kind.changed(unix_now());
        table.execute(&format!(
            "BEGIN; UPDATE articles SET id = {new}, title = 'Ярмарка ушла', changed = {now} WHERE id = {}; COMMIT",
            FAIR.id
        ));
        soon(daemon, "/all.rss", "Ярмарка ушла", true);
        soon(daemon, "/all.rss", "Ярмарку продлили", false);
    });
}

#[test]
fn notification_is_followed_before_the_next_poll() {
    let Some((table, _newsroom, mut daemon)) = start(Kind::Postgres, NOTIFIED) else {
        return;
    };
    let before = Copies::take(&daemon, &FEEDS);
    let snapshot = |text: &str| table.snapshot(HARVEST.id, &title(text), table.own_second());
    // In one transaction, so that whoever hears of it finds it.
    table.execute(&format!("{}; NOTIFY taspa", snapshot("Урожай дынь растёт")));
    soon(&mut daemon, "/all.rss", "Урожай дынь растёт", true);
    let once = before.again(&daemon);
    assert_eq!(once.moved_since(&before), HARVEST_FEEDS);

    // A storm of them is one change, and nobody waits for all of it to end.
    let storm = "SELECT pg_notify('taspa', n::text) FROM generate_series(1, 5000) AS n";
    table.execute(&format!("{storm}; {}", snapshot("Урожай дынь упал")));
    soon(&mut daemon, "/all.rss", "Урожай дынь упал", true);

    // Nobody hears what is said elsewhere.
    table.execute(&format!("{}; NOTIFY other", snapshot("Урожай дынь тих")));
    let fair = table.insertion(&[FAIR]);
    table.execute(&format!("{fair}; NOTIFY taspa"));
    soon(&mut daemon, "/all.rss", "Ярмарку продлили", true);
    soon(&mut daemon, "/all.rss", "Урожай дынь тих", true);
}

#[test]
fn late_commit_is_found() {
    on_every_kind(POLLED, |table, daemon| {
        if table.kind == Kind::Sqlite {
            // It has one writer at a time, whose commits are in the order of its dates.
            return;
        }
        let mut late = table.session();
        let snapshot = table.snapshot(SESSION.id, &title("Сессию закрыли"), unix_now() - 20);
        late.execute(&format!("BEGIN; {snapshot}"));
        table.edit(HARVEST.id, &title("Урожай дынь растёт"));
        soon(daemon, "/all.rss", "Урожай дынь растёт", true);
        let before = Copies::take(daemon, &FEEDS);
        late.execute("COMMIT");
        soon(daemon, "/all.rss", "Сессию закрыли", true);
        assert_eq!(before.again(daemon).moved_since(&before), SESSION_FEEDS);
    });
}

#[test]
fn old_rows_added_during_the_first_reading_are_found() {
    /// So many that comparing takes a while.
    const ROWS: u32 = 20_000;
    let Some(table) = Table::shared(Kind::Postgres) else {
        return;
    };
    table.execute(&format!(
        "INSERT INTO articles (id, title, published)
         SELECT n, 'Заметка ' || n, timestamptz '2026-01-01' + n * interval '1 minute'
         FROM generate_series(1, {ROWS}) AS n"
    ));
    let newsroom = table.newsroom(&format!("{POLLED}\n[defaults]\nitems = 500"));
    let mut daemon = Daemon::launch(&newsroom);
    // Their dates say nothing: they lie before everything that is there.
    let mut session = table.session();
    let mut written = 0;
    while written < 400 && daemon.get("/all.rss").status == 503 {
        written += 1;
        session.execute(&format!(
            "INSERT INTO articles (id, title, published, tags)
             VALUES ({ROWS} + {written}, 'Находка {written}', '2025-01-01', '{{late}}')"
        ));
        // The pace of the newsroom: rows come in every phase of the first reading.
        thread::sleep(Duration::from_millis(20));
    }
    let all: Vec<String> = (1..=written)
        .map(|number| format!("/articles/{}\"", ROWS + number))
        .collect();
    daemon.eventually("/tags/late.json", |feed| {
        all.iter().all(|page| feed.says(page))
    });
}

#[test]
fn future_update_date_hides_no_change() {
    on_every_kind(POLLED, |table, daemon| {
        let planned = unix_now() + 3_600;
        table.execute(&table.snapshot(SESSION.id, &title("Сессию перенесли"), planned));
        soon(daemon, "/all.rss", "Сессию перенесли", true);
        table.edit(HARVEST.id, &title("Урожай дынь растёт"));
        soon(daemon, "/all.rss", "Урожай дынь растёт", true);
    });
}

#[test]
fn future_update_date_is_shown_from_its_instant() {
    on_every_kind(POLLED, |table, daemon| {
        let planned = unix_now() + 4;
        table.execute(&table.snapshot(SESSION.id, &title("Сессию перенесли"), planned));
        let dated = format!("\"date_modified\":\"{}", local(planned));
        let feed = "/tags/мажилис.json";
        let early = daemon.eventually(feed, |feed| feed.says("перенесли"));
        assert!(
            !early.says(&dated) || unix_now() >= planned,
            "{}",
            early.text()
        );
        daemon.eventually(feed, |feed| feed.says(&dated));
        assert!(unix_now() >= planned);
    });
}

#[test]
fn unselected_column_keeps_etags() {
    on_every_kind(POLLED, |table, daemon| {
        let before = Copies::take(daemon, &FEEDS);
        // What is edited with it shows that the counters were passed over.
        table.execute("UPDATE articles SET views = views + 1000");
        table.edit(SESSION.id, &title("Сессию перенесли"));
        soon(daemon, "/all.rss", "Сессию перенесли", true);
        assert_eq!(before.again(daemon).moved_since(&before), SESSION_FEEDS);
    });
}

#[test]
fn added_column_changes_every_article() {
    const QUERY: &str = "SELECT * FROM (SELECT articles.*, published AS date, changed AS updated, \
         html AS content_html FROM articles) AS a";
    for kind in Kind::ALL {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        table.insert(&RELEASED);
        let mut daemon = Daemon::start(&newsroom(&table.url, QUERY, POLLED));
        // No row says that it changed.
        table.execute(
            "ALTER TABLE articles ADD COLUMN url varchar(50) DEFAULT 'https://dala.example/neu'",
        );
        let moved = RELEASED.len();
        daemon.eventually("/all.rss", |feed| {
            let link = "<link>https://dala.example/neu</link>";
            feed.text().matches(link).count() == moved
        });
        let log = daemon.log_until_stopped();
        assert!(!log.contains("cannot be read"), "{kind:?}: {log}");
    }
}

#[test]
fn changed_column_type_keeps_the_dates() {
    // The same instants, as a clock in the newsroom shows them, and from that to instants.
    for (kind, alter) in [
        (
            Kind::Postgres,
            "ALTER TABLE articles ALTER published TYPE timestamp USING published AT TIME ZONE 'Asia/Almaty'",
        ),
        (
            Kind::MariaDb,
            "SET time_zone = '+05:00'; ALTER TABLE articles MODIFY published timestamp NOT NULL",
        ),
    ] {
        let Some((table, _newsroom, daemon)) = start(kind, NOTIFIED) else {
            continue;
        };
        let before = Copies::take(&daemon, &FEEDS);
        // Nothing else tells of this, so it shows when everything has been read again.
        let (id, headline) = (HARVEST.id, "Урожай дынь измерили");
        let edit = format!("UPDATE articles SET {} WHERE id = {id}", title(headline));
        table.execute(&format!("{edit}; {alter}"));
        eventually("nothing differs but the headline", || {
            let after = before.again(&daemon);
            let is_right = |path: &&str| {
                let (before, after) = (before.of(path).text(), after.of(path).text());
                let old = HARVEST.title.expect("a headline");
                match HARVEST_FEEDS.contains(path) {
                    true => after != before && after.replace(headline, old) == before,
                    false => after == before,
                }
            };
            FEEDS.iter().all(is_right)
        });
    }
}

#[test]
fn restart_keeps_etags_and_finds_changes_made_meanwhile() {
    for kind in Kind::ALL {
        let Some((table, newsroom, daemon)) = start(kind, POLLED) else {
            continue;
        };
        let before = Copies::take(&daemon, &FEEDS);
        daemon.stop();
        let daemon = Daemon::start(&newsroom);
        let after = before.again(&daemon);
        assert!(after.moved_since(&before).is_empty(), "{kind:?}");
        daemon.stop();

        table.insert(&[FAIR]);
        table.execute(&format!("DELETE FROM articles WHERE id = {}", SESSION.id));
        let mut daemon = Daemon::start(&newsroom);
        soon(&mut daemon, "/all.rss", "Ярмарку продлили", true);
        soon(&mut daemon, "/all.rss", "Сессию открыли", false);
        let mut expected: Vec<&str> = [&HARVEST_FEEDS[..], &SESSION_FEEDS[..]].concat();
        expected.sort_unstable();
        expected.dedup();
        let after = before.again(&daemon);
        assert_eq!(after.moved_since(&before), expected, "{kind:?}");
    }
}
