//! Several daemons over one database, which know nothing of each other, serve the same bytes and ETags, so
//! that they can stand behind one balancer or one cache.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::nginx::Nginx;
use crate::postgres::Postgres;
use crate::sample::{BRIDGE, FAIR, FEEDS, HARVEST, HARVEST_FEEDS, RELEASED, UNTITLED};
use crate::table::{QUERY, Server, Table, newsroom};
use crate::testkit::admin_pages::{self, get, metric, readiness};
use crate::testkit::client::{Connection, Request};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;
use crate::testkit::subscriber::{Subscriber, assert_same, documents};
use crate::testkit::terminal::report;
use crate::testkit::wait::{self, DEADLINE, eventually};

/// Told of changes; a poll finds what was not told. Short times for caches, so that copies grow
/// stale while one waits.
const KEYS: &str = "refresh = \"2s\"\nreconcile = \"1h\"";
const CACHED_SHORTLY: &str = "[defaults]\ncache = \"1s\"\nstale-while-revalidate = \"1s\"";

/// Rounds of a reader between two changes.
const ROUNDS: usize = 20;

/// Three machines, the last of which reads a standby.
struct Machines {
    table: Table,
    standby: Postgres,
    daemons: Vec<Machine>,
}

struct Machine {
    daemon: Daemon,
    admin: String,
    _newsroom: Newsroom,
}

impl Machines {
    /// Daemons that start one after the other while the newsroom writes, each with a state folder
    /// of its own; `None`, reported, without PostgreSQL.
    fn start() -> Option<Machines> {
        let primary = Postgres::start(&[])?;
        let standby = primary.standby();
        let table = Table::on(Server::Postgres(Arc::new(primary)));
        let database = table.url.rsplit('/').next().expect("a database").to_owned();
        let replica = standby.url(&database);
        let mut reader = standby.session("postgres");
        let arrived = format!("SELECT count(*) FROM pg_database WHERE datname = '{database}'");
        eventually("the standby has the database", || {
            reader.number(&arrived) == 1
        });

        // The first sees the newsroom grow, with everything that was ever wrong in it.
        table.insert(&RELEASED[3..]);
        let mut first = Machine::start(&table.url, KEYS);
        table.insert(&[UNTITLED, RELEASED[1].clone(), FAIR]);
        table.execute(&format!(
            "DELETE FROM articles WHERE id IN ({}, {})",
            FAIR.id, UNTITLED.id
        ));
        table.edit(RELEASED[4].id, "title = 'Перевал закрыт до весны'");
        // As many with old dates would make up for those that are gone.
        first.daemon.eventually("/all.json", |feed| {
            feed.says("Перевал закрыт до весны") && !feed.says("Ярмарку продлили")
        });
        // The second sees an article that was to come later, and one that comes late.
        table.insert(&[BRIDGE]);
        let second = Machine::start(&table.url, KEYS);
        table.insert(&[RELEASED[2].clone(), RELEASED[0].clone()]);
        // The third sees what there is.
        let listening = format!("{KEYS}\nlisten-url = '{}'", table.url);
        let third = Machine::start(&replica, &listening);
        let mut machines = Machines {
            table,
            standby,
            daemons: vec![first, second, third],
        };
        machines.converge("/all.json", |_| true);
        Some(machines)
    }

    /// The same, and nginx before them.
    fn start_behind(recipe: &str) -> Option<(Machines, Nginx)> {
        let machines = Machines::start()?;
        let nginx = Nginx::start(|port, folder| machines.behind(recipe, port, folder))?;
        Some((machines, nginx))
    }

    /// Waits until a feed is as it should be on every machine, and under one tag; says how long each
    /// of them took.
    #[track_caller]
    fn converge(&mut self, feed: &str, is_right: impl Fn(&str) -> bool) -> Vec<Duration> {
        let since = Instant::now();
        let mut took = vec![None; self.daemons.len()];
        let agreed = wait::poll(|| {
            for (machine, took) in self.daemons.iter().zip(&mut took) {
                let response = machine.daemon.get(feed);
                if took.is_none() && response.status == 200 && is_right(response.text()) {
                    *took = Some(since.elapsed());
                }
            }
            (!took.contains(&None) && self.agrees_on(feed)).then_some(())
        });
        if agreed.is_none() {
            panic!("{feed} differs: {took:?}\n{}", self.accounts(feed));
        }
        took.into_iter().flatten().collect()
    }

    /// Whether a feed has one tag on all machines.
    fn agrees_on(&self, feed: &str) -> bool {
        let mut tags = self
            .daemons
            .iter()
            .map(|machine| tag(&machine.daemon, feed));
        let first = tags.next();
        tags.all(|tag| Some(tag) == first)
    }

    /// What each machine serves and has said.
    fn accounts(&mut self, feed: &str) -> String {
        let machines = self.daemons.iter_mut();
        let accounts = machines.map(|machine| {
            let served = machine.daemon.get(feed);
            let tag = served.header("etag").to_owned();
            format!("{tag}\n{}\n{}", served.text(), machine.daemon.log())
        });
        accounts.collect::<Vec<_>>().join("\n\n")
    }

    fn assert_same_everywhere(&self) {
        let all = self.daemons.iter();
        let all: Vec<_> = all
            .map(|machine| documents(&mut machine.daemon.connect(), &FEEDS))
            .collect();
        for other in &all[1..] {
            assert_same(&all[0], other);
        }
    }

    /// Writes a new headline over the harvest's, as a program would that tells of it.
    fn write(&self, headline: &str) {
        let snapshot = self.table.snapshot(
            HARVEST.id,
            &format!("title = '{headline}'"),
            self.table.own_second(),
        );
        self.table.execute(&format!("{snapshot}; NOTIFY taspa"));
    }

    /// A recipe for nginx that we ship, before these machines: without TLS, and without its limit, since one
    /// reader asks here as often as many do.
    fn behind(&self, recipe: &str, port: u16, folder: &Path) -> String {
        const TLS: &str = "listen 443 ssl http2;";
        let left_out = ["ssl_", "listen [::]", "limit_req "];
        let is_server =
            |line: &str| line.trim_start().starts_with("server ") && line.ends_with(';');
        assert!(recipe.lines().any(is_server) && recipe.contains(TLS));
        let machines = self.daemons.iter();
        let mut servers = machines
            .map(|machine| format!("server {} fail_timeout=2s;\n", machine.daemon.address()));
        let mut text = String::new();
        for line in recipe.lines() {
            if is_server(line) {
                // All of them in the place of the first.
                text.extend(servers.by_ref());
            } else if !left_out
                .iter()
                .any(|start| line.trim_start().starts_with(start))
            {
                text.push_str(line);
                text.push('\n');
            }
        }
        let plain = format!("listen unix:{}/plain.sock;", folder.display());
        text.replace(TLS, &format!("listen 127.0.0.1:{port};"))
            .replace("listen 80;", &plain)
            .replace(
                "/var/cache/nginx/taspa",
                &format!("{}/cache", folder.display()),
            )
    }
}

impl Machine {
    fn start(url: &str, keys: &str) -> Machine {
        let newsroom = newsroom(url, QUERY, &format!("{keys}\n{CACHED_SHORTLY}"));
        let (daemon, admin) = admin_pages::start(&newsroom);
        Machine {
            daemon,
            admin,
            _newsroom: newsroom,
        }
    }

    fn metric(&self, name: &str) -> f64 {
        metric(&get(&self.admin, "/metrics"), name)
    }
}

fn tag(daemon: &Daemon, feed: &str) -> String {
    daemon.get(feed).header("etag").to_owned()
}

#[test]
fn machines_with_different_histories_serve_the_same_bytes() {
    let Some(mut machines) = Machines::start() else {
        return;
    };
    machines.assert_same_everywhere();
    for (number, headline) in ["Дыни взвесили", "Дыни сосчитали", "Дыни съели"]
        .into_iter()
        .enumerate()
    {
        machines.write(headline);
        let took = machines.converge("/all.json", |feed| feed.contains(headline));
        machines.assert_same_everywhere();
        report(&format!(
            "machines: change {number}: served after {took:.2?}"
        ));
    }
    // Of what comes and goes again, nothing stays on those that saw it.
    let (fair, table) = (FAIR.title.expect("a headline"), &machines.table);
    let snapshot = table.snapshot(FAIR.id, "section = NULL", table.own_second());
    table.execute(&format!(
        "{}; {snapshot}; NOTIFY taspa",
        table.insertion(&[FAIR])
    ));
    machines.converge("/all.json", |feed| feed.contains(fair));
    machines.table.execute(&format!(
        "DELETE FROM articles WHERE id = {}; NOTIFY taspa",
        FAIR.id
    ));
    machines.converge("/all.json", |feed| !feed.contains(fair));
    // A machine that loses what it kept makes the same of it.
    let lost = machines.daemons.pop().expect("a machine");
    let folder = lost._newsroom.path("state");
    lost.daemon.stop();
    std::fs::remove_dir_all(folder).expect("the state folder is deleted");
    let (daemon, admin) = admin_pages::start(&lost._newsroom);
    machines.daemons.push(Machine {
        daemon,
        admin,
        ..lost
    });
    machines.assert_same_everywhere();
    // What one can compare them by.
    let newest = machines.daemons.iter();
    let newest: Vec<f64> = newest
        .map(|machine| machine.metric("taspa_source_newest_timestamp_seconds"))
        .collect();
    assert!(newest.iter().all(|date| *date == newest[0]), "{newest:?}");
}

/// Between changes a reader is given nothing, and each change once, wherever its answers come from.
#[track_caller]
fn assert_given_once(machines: &mut Machines, what: &str, mut connect: impl FnMut() -> Connection) {
    for coding in ["identity", "gzip", "br"] {
        let mut reader = Subscriber::new(coding);
        let mut connection = connect();
        assert_eq!(reader.poll(&mut connection, &FEEDS), FEEDS, "{what}");
        for number in 0..3 {
            for _ in 0..ROUNDS {
                assert!(
                    reader.poll(&mut connection, &FEEDS).is_empty(),
                    "{what}: {coding}"
                );
            }
            let headline = format!("Урожай {number} ({coding}, {what})");
            machines.write(&headline);
            machines.converge("/all.json", |feed| feed.contains(&headline));
            let mut given = Vec::new();
            let since = Instant::now();
            while given.len() < HARVEST_FEEDS.len() {
                given.extend(reader.poll(&mut connection, &FEEDS));
                assert!(since.elapsed() < DEADLINE, "{what}: only {given:?} moved");
            }
            given.sort_unstable();
            assert_eq!(given, HARVEST_FEEDS, "{what}: {coding}");
        }
        let (given, not_modified) = (reader.given, reader.not_modified);
        report(&format!(
            "machines: {what}, {coding}: {} answers, {not_modified} × 304, {given} × 200",
            given + not_modified,
        ));
        assert_eq!(given, FEEDS.len() + 3 * HARVEST_FEEDS.len());
    }
}

#[test]
fn reader_behind_a_balancer_gets_each_change_once() {
    let recipe = include_str!("../../examples/proxies/nginx-several.conf");
    let Some((mut machines, nginx)) = Machines::start_behind(recipe) else {
        return;
    };
    assert_given_once(&mut machines, "round robin", || nginx.connect());
    // All of them have been asked.
    for machine in &machines.daemons {
        let page = get(&machine.admin, "/metrics");
        let asked = "taspa_http_requests_total{kind=\"all\",status=\"304\",coding=\"identity\",\
                     outcome=\"not_modified\"}";
        assert!(metric(&page, asked) > 0.0, "{}", page.text());
    }
}

#[test]
fn reader_behind_a_cache_gets_each_change_once() {
    let recipe = include_str!("../../examples/proxies/nginx-cache.conf");
    let Some((mut machines, nginx)) = Machines::start_behind(recipe) else {
        return;
    };
    assert_given_once(&mut machines, "cache", || nginx.connect());
}

#[test]
fn stopped_and_hanging_machines_are_bypassed() {
    let recipe = include_str!("../../examples/proxies/nginx-several.conf");
    let Some((mut machines, nginx)) = Machines::start_behind(recipe) else {
        return;
    };
    let mut reader = Subscriber::new("gzip");
    let mut connection = nginx.connect();
    reader.poll(&mut connection, &FEEDS);
    machines.daemons.remove(1).daemon.stop();
    for _ in 0..ROUNDS {
        assert!(reader.poll(&mut connection, &FEEDS).is_empty());
    }
    // It takes connections, as the system does that for it, and says nothing. Without a limit in the
    // recipe its turn would come to no end before the client's patience does.
    machines.daemons[1].daemon.signal("STOP");
    for _ in 0..2 {
        assert!(reader.poll(&mut connection, &FEEDS).is_empty());
    }
    machines.daemons[1].daemon.signal("CONT");
    machines.write("Дыни взвесили");
    machines.converge("/all.json", |feed| feed.contains("Дыни взвесили"));
    assert_eq!(reader.poll(&mut connection, &FEEDS), HARVEST_FEEDS);
}

#[test]
fn replica_lag_is_shown() {
    const LAG: &str = "taspa_source_replica_lag_seconds";
    let Some(mut machines) = Machines::start() else {
        return;
    };
    let lag = |machines: &Machines, machine: usize| machines.daemons[machine].metric(LAG);
    for machine in 0..3 {
        eventually("nobody is behind", || lag(&machines, machine) == 0.0);
    }
    machines.standby.execute("SELECT pg_wal_replay_pause()");
    let mut standby = machines.standby.session("postgres");
    let paused =
        "SELECT count(*) FROM pg_get_wal_replay_pause_state() AS state WHERE state = 'paused'";
    eventually("the standby has stopped", || standby.number(paused) == 1);
    machines.write("Дыни взвесили");
    let since = Instant::now();
    eventually("it is known to be behind", || lag(&machines, 2) > 0.0);
    let known = since.elapsed();
    eventually("it falls back further", || lag(&machines, 2) > 1.5);
    assert_eq!((lag(&machines, 0), lag(&machines, 1)), (0.0, 0.0));
    let is_shown = [0, 1, 2].map(|machine: usize| {
        let status = get(&machines.daemons[machine].admin, "/status");
        status.says("Отстаёт от основной базы")
    });
    assert_eq!(is_shown, [false, false, true]);
    let behind = &machines.daemons[2];
    // It serves what it has, and that is as it should be.
    assert_eq!(behind.daemon.ask(&Request::head("/all.rss")).status, 200);
    assert_eq!(readiness(&behind.admin), "ready\n");
    let newest =
        |machine: usize| machines.daemons[machine].metric("taspa_source_newest_timestamp_seconds");
    eventually("the others have newer articles", || newest(0) > newest(2));

    machines.standby.execute("SELECT pg_wal_replay_resume()");
    let took = machines.converge("/all.json", |feed| feed.contains("Дыни взвесили"));
    eventually("nobody is behind", || lag(&machines, 2) == 0.0);
    report(&format!(
        "machines: standby paused: lag shown after {known:.2?}; resumed: served after {:.2?}",
        took[2]
    ));
}
