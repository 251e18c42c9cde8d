//! Faults of a database: what is published stays to the byte, the fault is reported in the log, in readiness
//! and in metrics, and what changed meanwhile is served once it can be read.
//!
//! Each test reports the seconds that both took.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::postgres::Postgres;
use crate::relay::Relay;
use crate::sample::{FAIR, FEEDS, HARVEST, HARVEST_FEEDS, RELEASED, UNTITLED, archive};
use crate::session::Session;
use crate::table::{Kind, QUERY, Server, Table, newsroom};
use crate::testkit::admin_pages::{self, get, metric, readiness};
use crate::testkit::client::{Connection, Request, Response};
use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;
use crate::testkit::terminal::report;
use crate::testkit::wait::{self, eventually};

/// How soon a fault has to be known. The documentation promises two seconds, and the probe's own tests hold its
/// pauses to that; here other programs may keep the processors from the daemon.
const SAID_MAX: Duration = Duration::from_secs(10);

/// No poll comes before a test ends: what is noticed is noticed by its own means.
pub(crate) const KEYS: &str = "refresh = \"1h\"\nreconcile = \"1h\"";

/// What the row has in the end that is changed while the database is in trouble.
const NEWS: &str = "Урожай дынь пересчитали";

/// A newsroom before something happens to its database.
pub(crate) struct Scene {
    table: Table,
    daemon: Daemon,
    admin: String,
    newsroom: Newsroom,
}

/// Where a fault is named.
#[derive(Clone, Copy)]
pub(crate) enum Symptom {
    /// The articles cannot be read, for a reason that has these words.
    Failing(&'static str),
    /// Nearly all of them are gone.
    Held,
    /// One of them cannot be used.
    Quarantine,
}

impl Scene {
    /// A table on a server of its own.
    fn alone(kind: Kind) -> Option<Scene> {
        Some(Scene::of(Table::alone(kind)?))
    }

    /// A table that others do not touch, on a server that they share.
    fn shared(kind: Kind) -> Option<Scene> {
        Some(Scene::of(Table::shared(kind)?))
    }

    fn of(table: Table) -> Scene {
        let url = table.url.clone();
        Scene::through(table, &url)
    }

    /// A daemon that reads the table at `url`, and has read all of it.
    pub(crate) fn through(table: Table, url: &str) -> Scene {
        Scene::with(table, url, KEYS)
    }

    fn with(table: Table, url: &str, keys: &str) -> Scene {
        table.insert(&RELEASED);
        Scene::begin(table, newsroom(url, QUERY, keys))
    }

    /// A daemon that asks something else of a table, which is filled already.
    fn over(table: Table, query: &str) -> Scene {
        let newsroom = newsroom(&table.url, query, KEYS);
        Scene::begin(table, newsroom)
    }

    fn begin(table: Table, newsroom: Newsroom) -> Scene {
        let (daemon, admin) = admin_pages::start(&newsroom);
        Scene {
            table,
            daemon,
            admin,
            newsroom,
        }
    }

    /// Something happens to the database, and ends. By then, [`NEWS`] has to be in the table.
    #[track_caller]
    pub(crate) fn withstand(
        &mut self,
        fault: &str,
        symptom: Symptom,
        begin: impl FnOnce(&mut Table),
        end: impl FnOnce(&mut Table),
    ) {
        assert_eq!(readiness(&self.admin), "ready\n");
        let before = Copies::take(&self.daemon, &FEEDS);
        let readers = Readers::of(&self.daemon, &before);
        let since = Instant::now();
        begin(&mut self.table);
        let said = self.takes(since, fault, |scene| scene.has_said(symptom));
        // Readers may not have noticed anything.
        let asked = readers.leave();
        end(&mut self.table);
        let recovered = self.takes(Instant::now(), fault, |scene| scene.is_well());
        assert_eq!(
            before.again(&self.daemon).moved_since(&before),
            HARVEST_FEEDS
        );
        let kind = self.table.kind;
        report(&format!(
            "fault: {kind:?}, {fault}: said after {:.2} s, recovered after {:.2} s, {asked} answers unchanged meanwhile",
            said.as_secs_f64(),
            recovered.as_secs_f64(),
        ));
        assert!(said < SAID_MAX, "{kind:?}, {fault}: said after {said:.2?}");
    }

    /// How long it takes, since then, until something is so.
    #[track_caller]
    fn takes(
        &mut self,
        since: Instant,
        fault: &str,
        mut is_so: impl FnMut(&mut Scene) -> bool,
    ) -> Duration {
        if wait::poll(|| is_so(self).then_some(())).is_none() {
            let ready = get(&self.admin, "/readyz");
            panic!("{fault}: in vain; {}{}", ready.text(), self.daemon.log());
        }
        since.elapsed()
    }

    /// Whether readiness, metrics and log have said what is wrong; it is ready all the while.
    fn has_said(&mut self, symptom: Symptom) -> bool {
        let ready = get(&self.admin, "/readyz");
        assert_eq!(ready.status, 200, "{}", ready.text());
        let metrics = get(&self.admin, "/metrics");
        let is_up = metric(&metrics, "taspa_source_up") == 1.0;
        match symptom {
            Symptom::Failing(reason) => {
                let named = ready.says("degraded: the articles cannot be read: ");
                named
                    && ready.says(reason)
                    && !is_up
                    && self.daemon.has_said("what is published stays: ")
            }
            Symptom::Held => {
                let held = metric(&metrics, "taspa_held_removals");
                ready.says("articles are gone since ")
                    && !is_up
                    && held == (archive().len() + RELEASED.len()) as f64
                    && self.daemon.has_said("articles are gone: they stay")
            }
            Symptom::Quarantine => {
                let quarantined = metric(&metrics, "taspa_quarantined_articles");
                ready.says("1 article is in quarantine")
                    && quarantined == 1.0
                    && self.daemon.has_said(&UNTITLED.id.to_string())
            }
        }
    }

    /// Whether what changed meanwhile is served and nothing is wrong any more.
    fn is_well(&mut self) -> bool {
        let metrics = get(&self.admin, "/metrics");
        self.daemon.get("/tags/урожай.atom").says(NEWS)
            && metric(&metrics, "taspa_source_up") == 1.0
            && readiness(&self.admin) == "ready\n"
    }
}

impl Table {
    /// The statement of an editor who knows nothing of any trouble.
    pub(crate) fn news(&self) -> String {
        self.snapshot(HARVEST.id, &format!("title = '{NEWS}'"), self.own_second())
    }
}

/// Readers that ask all the time, with and without what they have, and must not notice anything.
struct Readers {
    stop: Arc<AtomicBool>,
    asking: JoinHandle<usize>,
}

impl Readers {
    fn of(daemon: &Daemon, before: &Copies) -> Readers {
        let feeds = FEEDS.map(|path| (path, before.of(path).tag.clone()));
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, mut connection) = (stop.clone(), daemon.connect());
        let asking = thread::spawn(move || {
            let mut asked = 0;
            while !stopped.load(Ordering::Relaxed) {
                for (path, tag) in &feeds {
                    ask(&mut connection, path, tag);
                    asked += 2;
                }
                // Their pace, which leaves the processors to the daemon.
                thread::sleep(Duration::from_millis(20));
            }
            asked
        });
        Readers { stop, asking }
    }

    /// How many answers they were given.
    #[track_caller]
    fn leave(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        match self.asking.join() {
            Ok(asked) => asked,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn ask(connection: &mut Connection, path: &str, tag: &str) {
    let whole = connection.exchange(&Request::get(path));
    assert_eq!((whole.status, whole.header("etag")), (200, tag), "{path}");
    let known = Request::get(path).with("If-None-Match", tag);
    let known = connection.exchange(&known);
    assert_eq!((known.status, known.header("etag")), (304, tag), "{path}");
}

/// Both kinds that have a server.
const SERVERS: [Kind; 2] = [Kind::Postgres, Kind::MariaDb];

#[test]
fn killed_server_is_reported_until_it_is_back() {
    for mut scene in SERVERS.into_iter().filter_map(Scene::alone) {
        scene.withstand(
            "server killed",
            Symptom::Failing(""),
            |table| table.server.kill(),
            |table| {
                table.server.start_again();
                table.execute(&table.news());
            },
        );
    }
}

#[test]
fn stopped_server_is_reported_until_it_is_back() {
    for mut scene in SERVERS.into_iter().filter_map(Scene::alone) {
        scene.withstand(
            "server stopped",
            Symptom::Failing(""),
            |table| table.server.stop(),
            |table| {
                table.server.start_again();
                table.execute(&table.news());
            },
        );
    }
}

#[test]
fn silent_server_is_reported_until_it_answers() {
    for table in SERVERS.into_iter().filter_map(Table::shared) {
        let address = table.server.address();
        let relay = Relay::before(address.clone());
        let url = relay.instead_of(&address, &table.url);
        let mut scene = Scene::through(table, &url);
        scene.withstand(
            "server silent",
            Symptom::Failing(""),
            |_| relay.fall_silent(),
            |table| {
                // Others reach it all the time.
                table.execute(&table.news());
                relay.speak();
            },
        );
    }
}

#[test]
fn exhausted_connections_are_reported_until_some_are_free() {
    let Some(postgres) = Postgres::start(&["max_connections=12"]) else {
        return;
    };
    let mut scene = Scene::of(Table::on(Server::Postgres(Arc::new(postgres))));
    let mut superuser = scene.table.session();
    let others = RefCell::new(Vec::new());
    let take_all = |url: &str| {
        while let Ok(other) = Session::try_open(url) {
            others.borrow_mut().push(other);
        }
    };
    take_all(&scene.table.url);
    scene.withstand(
        "no connection left",
        Symptom::Failing(""),
        |table| {
            // Whoever is faster has the place of one that is terminated.
            eventually("the daemon has no connection", || {
                superuser.execute(&format!("SELECT pg_terminate_backend(pid) {OURS}"));
                take_all(&table.url);
                superuser.number(&format!("SELECT count(*) {OURS}")) == 0
            });
        },
        |table| {
            others.borrow_mut().clear();
            table.execute(&table.news());
        },
    );
}

/// The daemon's connections.
const OURS: &str = "FROM pg_stat_activity WHERE application_name = 'taspa'";

/// How somebody keeps everyone from a table, and what lets them in again.
fn lock(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Postgres => (
            "BEGIN; LOCK TABLE articles IN ACCESS EXCLUSIVE MODE",
            "COMMIT",
        ),
        Kind::MariaDb => ("LOCK TABLES articles WRITE", "UNLOCK TABLES"),
        Kind::Sqlite => ("BEGIN EXCLUSIVE", "COMMIT"),
    }
}

#[test]
fn locked_table_is_reported_until_it_is_unlocked() {
    for table in Kind::ALL.into_iter().filter_map(Table::shared) {
        if table.kind == Kind::Sqlite {
            // With a write-ahead log readers would not notice.
            table.execute("PRAGMA journal_mode = DELETE");
        }
        let mut scene = Scene::of(table);
        let (lock, unlock) = lock(scene.table.kind);
        let migration = RefCell::new(scene.table.session());
        scene.withstand(
            "table locked",
            Symptom::Failing(""),
            |_| migration.borrow_mut().execute(lock),
            |table| {
                let mut migration = migration.borrow_mut();
                migration.execute(&table.news());
                migration.execute(unlock);
            },
        );
    }
}

#[test]
fn renamed_column_is_reported_until_it_is_back() {
    for mut scene in Kind::ALL.into_iter().filter_map(Scene::shared) {
        scene.withstand(
            "column renamed",
            Symptom::Failing("title"),
            |table| table.execute("ALTER TABLE articles RENAME COLUMN title TO headline"),
            |table| {
                table.execute(&table.news().replace("title =", "headline ="));
                table.execute("ALTER TABLE articles RENAME COLUMN headline TO title");
            },
        );
    }
}

/// A query that names none of the columns that may go.
const EVERYTHING: &str = "SELECT * FROM (SELECT articles.*, published AS date, changed AS updated, \
     html AS content_html, markdown AS content_markdown, plain AS content_text FROM articles) AS a";

#[test]
fn column_lost_from_select_star_is_reported_until_it_is_back() {
    for (fault, column, titles, drop, restore) in [
        (
            "column renamed behind SELECT *",
            "title",
            "headline",
            "ALTER TABLE articles RENAME COLUMN title TO headline",
            "ALTER TABLE articles RENAME COLUMN headline TO title",
        ),
        (
            "column dropped behind SELECT *",
            "expires",
            "title",
            "ALTER TABLE articles DROP COLUMN expires",
            "ALTER TABLE articles ADD COLUMN expires text",
        ),
    ] {
        for table in Kind::ALL.into_iter().filter_map(Table::shared) {
            table.execute("ALTER TABLE articles ADD COLUMN expires text");
            table.insert(&RELEASED);
            let mut scene = Scene::over(table, EVERYTHING);
            scene.withstand(
                fault,
                Symptom::Failing(column),
                |table| table.execute(drop),
                |table| {
                    // What comes after the column is back may be too late for the comparison.
                    let news = table.news();
                    table.execute(&news.replace("title =", &format!("{titles} =")));
                    table.execute(restore);
                },
            );
        }
    }
}

#[test]
fn returning_fault_is_reported_again_after_a_reload() {
    let (old, new) = ("SELECT id, title,", "SELECT id, headline AS title,");
    for mut scene in Kind::ALL.into_iter().filter_map(Scene::shared) {
        let (mut said, rename) = (0, "ALTER TABLE articles RENAME COLUMN title TO headline");
        scene.table.execute(rename);
        for _ in 0..3 {
            scene.takes(Instant::now(), rename, |scene| {
                let errors = scene
                    .daemon
                    .log()
                    .matches("what is published stays: ")
                    .count();
                errors > std::mem::replace(&mut said, errors)
            });
            // Whoever saw the fault does not see that it is over: the next one has another query.
            scene.newsroom.reconfigure(old, new);
            scene.daemon.signal("HUP");
            scene.takes(Instant::now(), "another query", |scene| {
                readiness(&scene.admin) == "ready\n"
            });
            scene.newsroom.reconfigure(new, old);
            scene.daemon.signal("HUP");
        }
    }
}

#[test]
fn lost_column_is_accepted_once_confirmed() {
    for table in Kind::ALL.into_iter().filter_map(Table::shared) {
        table.insert(&RELEASED);
        let mut scene = Scene::over(table, EVERYTHING);
        let section = "/sections/экономика.rss";
        let before = scene.daemon.get(section);
        let drop = "ALTER TABLE articles DROP COLUMN section";
        scene.table.execute(drop);
        // Whatever the server says, the way out follows.
        scene
            .daemon
            .wait_for("no longer gives the column `section`: what it said stays");
        assert_eq!(scene.daemon.get(section).text(), before.text());
        scene.daemon.signal("TERM");
        assert!(scene.daemon.wait().success());
        (scene.daemon, scene.admin) = admin_pages::start(&scene.newsroom);
        scene.takes(Instant::now(), drop, |scene| {
            scene.has_said(Symptom::Failing("no longer gives the column `section`"))
        });
        assert_eq!(scene.daemon.get(section).text(), before.text());
        scene.daemon.signal("HUP");
        scene.takes(Instant::now(), drop, |scene| {
            let ready = get(&scene.admin, "/readyz");
            ready.says("the column `section` of ") && ready.says("taspa confirm")
        });
        assert_eq!(scene.daemon.get(section).text(), before.text());
        let is_gone = |feed: &Response| !feed.says("<item>");
        scene
            .daemon
            .confirm_until(&scene.newsroom, section, is_gone);
        scene.takes(Instant::now(), drop, |scene| {
            readiness(&scene.admin) == "ready\n"
        });
    }
}

#[test]
fn emptied_table_is_held_until_it_is_filled() {
    for table in Kind::ALL.into_iter().filter_map(Table::shared) {
        table.insert(&archive());
        let mut scene = Scene::of(table);
        scene.withstand(
            "table emptied",
            Symptom::Held,
            |table| match table.kind {
                Kind::Postgres | Kind::MariaDb => table.execute("TRUNCATE TABLE articles"),
                Kind::Sqlite => table.execute("DELETE FROM articles"),
            },
            |table| {
                let (old, new) = (table.insertion(&archive()), table.insertion(&RELEASED));
                table.execute(&format!("BEGIN; {old}; {new}; {}; COMMIT", table.news()));
            },
        );
    }
}

#[test]
fn refused_row_is_quarantined_until_deleted() {
    for table in Kind::ALL.into_iter().filter_map(Table::shared) {
        let url = table.url.clone();
        // Nothing but a poll notices a row.
        let mut scene = Scene::with(table, &url, "refresh = \"1s\"\nreconcile = \"1h\"");
        scene.withstand(
            "row refused",
            Symptom::Quarantine,
            |table| table.insert(&[UNTITLED]),
            |table| {
                table.execute(&format!("DELETE FROM articles WHERE id = {}", UNTITLED.id));
                table.execute(&table.news());
            },
        );
    }
}

#[test]
fn lost_notification_is_made_up_for() {
    let Some(table) = Table::shared(Kind::Postgres) else {
        return;
    };
    table.insert(&RELEASED);
    let address = table.server.address();
    let relay = Relay::before(address.clone());
    let listen_url = relay.instead_of(&address, &table.url);
    // Nothing else would find it in time.
    let keys = format!("refresh = \"1h\"\nreconcile = \"1h\"\nlisten-url = '{listen_url}'");
    let newsroom = table.newsroom(&keys);
    let (mut daemon, admin) = admin_pages::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    let listeners = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'";
    let mut session = table.session();
    eventually("it listens", || session.number(listeners) >= 1);

    let readers = Readers::of(&daemon, &before);
    relay.cut();
    eventually("it listens no more", || session.number(listeners) == 0);
    table.execute(&format!("{}; NOTIFY taspa", table.news()));
    let asked = readers.leave();
    assert_eq!(readiness(&admin), "ready\n", "it is read all the same");
    let since = Instant::now();
    relay.speak();
    daemon.eventually("/all.rss", |feed| feed.says(NEWS));
    let recovered = since.elapsed();
    assert_eq!(before.again(&daemon).moved_since(&before), HARVEST_FEEDS);
    report(&format!(
        "fault: Postgres, notification lost: recovered after {:.2} s, {asked} answers unchanged meanwhile",
        recovered.as_secs_f64(),
    ));
}

#[test]
fn rows_that_cannot_be_read_while_all_else_can() {
    const FAILURES: &str = "taspa_source_readings_total{result=\"failure\"}";
    const MAINTENANCE: &str = "CREATE TABLE maintenance ();
        CREATE FUNCTION served(text) RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN
            IF EXISTS (SELECT FROM maintenance) THEN RAISE EXCEPTION 'texts are being moved'; END IF;
            RETURN $1;
        END $$";
    const HTML: &str = "html AS content_html";
    assert!(QUERY.contains(HTML));
    let Some(table) = Table::shared(Kind::Postgres) else {
        return;
    };
    table.execute(MAINTENANCE);
    table.insert(&RELEASED);
    let query = QUERY.replace(HTML, "served(html) AS content_html");
    let newsroom = newsroom(&table.url, &query, "refresh = \"1s\"\nreconcile = \"1h\"");
    let mut scene = Scene::begin(table, newsroom);
    let fault = "texts away";
    scene
        .table
        .execute("INSERT INTO maintenance DEFAULT VALUES");
    scene.table.insert(&[FAIR]);
    scene.takes(Instant::now(), fault, |scene| {
        scene.has_said(Symptom::Failing("texts are being moved"))
    });
    scene.takes(Instant::now(), fault, |scene| {
        let metrics = get(&scene.admin, "/metrics");
        metric(&metrics, FAILURES) > 2.0
    });
    // It is tried again and again, and said once.
    let log = scene.daemon.log();
    assert_eq!(log.matches("texts are being moved").count(), 1, "{log}");
    // Nobody tells of it, and the probe saw nothing of all this.
    scene.table.execute("TRUNCATE maintenance");
    scene.takes(Instant::now(), fault, |scene| {
        scene.daemon.get("/all.rss").says("Ярмарку продлили")
            && readiness(&scene.admin) == "ready\n"
    });
}

#[test]
fn database_down_at_start_gets_503_until_it_is_up() {
    for mut table in SERVERS.into_iter().filter_map(Table::alone) {
        table.insert(&RELEASED);
        table.server.stop();
        let newsroom = table.newsroom(KEYS);
        let mut daemon = Daemon::launch(&newsroom);
        daemon.wait_for("the articles cannot be read, so nothing is published yet: ");
        for target in ["/all.rss", "/tags/урожай.atom"] {
            let early = daemon.get(target);
            assert_eq!(early.status, 503, "{target}");
            assert_eq!(early.header("retry-after"), "5", "{target}");
        }
        table.server.start_again();
        let first = daemon.eventually("/all.rss", |feed| feed.status != 503);
        assert_eq!(first.text().matches("<item>").count(), RELEASED.len());
    }
}

#[test]
fn restart_without_the_database_serves_the_state_folder() {
    for mut scene in SERVERS.into_iter().filter_map(Scene::alone) {
        let before = Copies::take(&scene.daemon, &FEEDS);
        scene.table.server.kill();
        scene.daemon.signal("TERM");
        assert!(scene.daemon.wait().success());
        let (daemon, admin) = admin_pages::start(&scene.newsroom);
        (scene.daemon, scene.admin) = (daemon, admin);
        let said = scene.takes(Instant::now(), "restart", |scene| {
            scene.has_said(Symptom::Failing(""))
        });
        assert!(said < SAID_MAX, "said after {said:.2?}");
        let log = scene.daemon.log();
        let remembered = format!(
            "served from the state folder: {} articles in ",
            RELEASED.len()
        );
        assert!(log.contains(&remembered), "{log}");
        let after = before.again(&scene.daemon);
        assert!(after.moved_since(&before).is_empty());
        scene.table.server.start_again();
        scene.table.execute(&scene.table.news());
        scene.takes(Instant::now(), "restart", |scene| scene.is_well());
    }
}
