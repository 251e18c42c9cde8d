//! A pooler between the daemon and its database: everything but notifications passes it, its faults are
//! handled as those of a database are, and its other clients notice nothing.

use std::cell::RefCell;

use crate::faults::{KEYS, Scene, Symptom};
use crate::pgbouncer::PgBouncer;
use crate::sample::{FAIR, FEEDS, HARVEST_FEEDS, RELEASED};
use crate::table::{Kind, QUERY, Table, newsroom};
use crate::testkit::admin_pages;
use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::output::assert_ends;
use crate::testkit::wait::eventually;

/// Lends by the transaction; a server that is away is looked for again after a second, as docs/databases.md
/// says.
const BY_TRANSACTION: [&str; 2] = ["pool_mode = transaction", "server_login_retry = 1"];

/// What a client may have left behind in a connection of the server: settings, names, channels.
const LEFT_BEHIND: &str =
    "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
     current_setting('transaction_read_only'), current_setting('extra_float_digits'),
     (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_listening_channels())";

/// What it finds where nobody did.
const NOTHING: &str = "0|0|off|1|0|0";

/// Nothing but a notification finds a row in time.
fn listening(table: &Table) -> String {
    let direct = &table.url;
    format!("refresh = \"1h\"\nreconcile = \"1h\"\nlisten = \"taspa\"\nlisten-url = '{direct}'")
}

#[test]
fn pooler_passes_everything_but_notifications() {
    for mode in ["transaction", "session"] {
        let Some(table) = Table::shared(Kind::Postgres) else {
            return;
        };
        let Some(bouncer) = PgBouncer::before(&table, &[&format!("pool_mode = {mode}")]) else {
            return;
        };
        table.insert(&RELEASED);
        let newsroom = newsroom(&bouncer.url(&table), QUERY, &listening(&table));
        let output = newsroom.run(&["check"]);
        assert_ends(&output, 0, &["no problems; 6 articles"], &[]);
        let mut daemon = Daemon::start(&newsroom);
        let before = Copies::take(&daemon, &FEEDS);
        let mut session = table.session();
        let listeners = "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        eventually("it listens", || session.number(listeners) >= 1);
        table.insert(&[FAIR]);
        table.execute("NOTIFY taspa");
        daemon.eventually("/tags/урожай.atom", |feed| {
            feed.says("Ярмарку продлили")
        });
        assert_eq!(before.again(&daemon).moved_since(&before), HARVEST_FEEDS);
    }
}

#[test]
fn pooled_connection_keeps_no_session_settings() {
    let Some(table) = Table::shared(Kind::Postgres) else {
        return;
    };
    // All share one connection of the server.
    let settings = [&BY_TRANSACTION[..], &["default_pool_size = 1"]].concat();
    let Some(bouncer) = PgBouncer::before(&table, &settings) else {
        return;
    };
    table.insert(&RELEASED);
    let keys = format!("{KEYS}\nlisten = \"taspa\"");
    let newsroom = newsroom(&bouncer.url(&table), QUERY, &keys);
    let (mut daemon, admin) = admin_pages::start(&newsroom);
    // Nobody would hear a notification there, and whoever wrote this line has to know.
    daemon.wait_for("listening to the server itself with `listen-url`");
    Copies::take(&daemon, &FEEDS);
    assert_eq!(bouncer.ask(&table, LEFT_BEHIND), NOTHING);
    assert_eq!(admin_pages::readiness(&admin), "ready\n");
}

#[test]
fn statement_pooling_is_reported() {
    let Some(table) = Table::shared(Kind::Postgres) else {
        return;
    };
    let Some(bouncer) = PgBouncer::before(&table, &["pool_mode = statement"]) else {
        return;
    };
    let newsroom = newsroom(&bouncer.url(&table), QUERY, "");
    let output = newsroom.run(&["check"]);
    let said = "not allowed in statement pooling mode";
    assert_ends(&output, 1, &["error", said], &[]);
}

#[test]
fn killed_pooler_is_reported_until_it_is_back() {
    withstand(
        Table::shared(Kind::Postgres),
        "pooler killed",
        |_, bouncer| bouncer.kill(),
        |_, bouncer| bouncer.start_again(),
    );
}

#[test]
fn paused_pooler_is_reported_until_it_resumes() {
    withstand(
        Table::shared(Kind::Postgres),
        "pooler paused",
        |_, bouncer| bouncer.pause(),
        |_, bouncer| bouncer.resume(),
    );
}

#[test]
fn server_killed_behind_a_pooler_is_reported_until_it_is_back() {
    withstand(
        Table::alone(Kind::Postgres),
        "server killed behind a pooler",
        |table, _| table.server.kill(),
        |table, _| table.server.start_again(),
    );
}

/// Something happens to the pooler before a table, or behind it, and ends.
#[track_caller]
fn withstand(
    table: Option<Table>,
    fault: &str,
    begin: impl FnOnce(&mut Table, &mut PgBouncer),
    end: impl FnOnce(&mut Table, &mut PgBouncer),
) {
    let Some(table) = table else {
        return;
    };
    let Some(bouncer) = PgBouncer::before(&table, &BY_TRANSACTION) else {
        return;
    };
    let url = bouncer.url(&table);
    let bouncer = RefCell::new(bouncer);
    Scene::through(table, &url).withstand(
        fault,
        Symptom::Failing(""),
        |table| begin(table, &mut bouncer.borrow_mut()),
        |table| {
            end(table, &mut bouncer.borrow_mut());
            table.execute(&table.news());
        },
    );
}
