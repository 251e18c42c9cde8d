//! What becomes of the texts of a database: they come later, on demand, or not at all.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio::time::Instant;

use super::REST;
use crate::config::{Config, SourceConfig};
use crate::model::format::Format;
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::publish::publisher::{Publisher, Removal, Report};
use crate::source::{Scope, Source};
use crate::store::Store;
use crate::testkit::{self, sqlite};

const FEEDS: &str = "\
[site]
title = 'Дала'
url = 'https://dala.example/'
id-authority = 'dala.example'
id-year = 2026
[source.sql]
url = 'sqlite:news.db'
query = 'SELECT id, title, date, updated, section, content_html FROM articles'
[auto.sections]
";

/// An instant at which nothing of these tests is in the future.
const LATER: Timestamp = Timestamp(1_800_000_000);

/// A database of articles.
struct News {
    folder: TempDir,
}

impl News {
    /// So many articles, an odd one in «Мир» and an even one in «Край».
    fn new(articles: usize) -> News {
        let news = News {
            folder: tempfile::tempdir().expect("a folder"),
        };
        news.run(
            "CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, date TEXT, updated TEXT, \
             section TEXT, content_html TEXT)",
        );
        for number in 1..=articles {
            news.run(&format!(
                "INSERT INTO articles VALUES ({number}, 'Новость {number}', \
                 '2026-01-{number:02}T10:00:00Z', '2026-01-{number:02}T10:00:00Z', \
                 '{}', '<p>Текст {number}.</p>')",
                ["Край", "Мир"][number % 2]
            ));
        }
        news
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("news.db")
    }

    fn run(&self, sql: &str) {
        sqlite::write(&self.file(), sql);
    }

    /// The database cannot be reached until it is put back.
    fn take_away(&self) {
        fs::rename(self.file(), self.folder.path().join("away")).expect("a file");
    }

    fn put_back(&self) {
        fs::rename(self.folder.path().join("away"), self.file()).expect("a file");
    }

    /// A configuration whose query names no column.
    fn everything(&self) -> Arc<Config> {
        let feeds = FEEDS.replace(
            "SELECT id, title, date, updated, section, content_html",
            "SELECT *",
        );
        Arc::new(testkit::config(&feeds, self.folder.path()))
    }

    /// A publisher over what the last one kept.
    fn start(&self, config: &Arc<Config>) -> Publisher {
        let store = Store::open(&self.folder.path().join("state")).expect("a store");
        Publisher::new(config.clone(), store, LATER).expect("a desk")
    }

    /// A publisher that keeps nothing, over the listed rows.
    fn publisher(&self) -> Publisher {
        let config = Arc::new(testkit::config(FEEDS, self.folder.path()));
        let store = Store::scratch().expect("a scratch store");
        let publisher = Publisher::new(config, store, LATER).expect("a desk");
        read(&publisher, Scope::Whole);
        publisher.publish(LATER);
        publisher
    }
}

fn read(publisher: &Publisher, scope: Scope) -> Report {
    let report = publisher.reconcile(&[scope], Removal::Held);
    assert!(report.failure.is_none(), "{:?}", report.failure);
    report
}

/// A feed as it is served, or why it is not.
fn render(publisher: &Publisher, path: &str) -> Result<String, String> {
    let snapshot = publisher.snapshot().expect("an edition");
    let version = snapshot.feeds.get(path).expect("a feed");
    match publisher.render(version, Format::Json) {
        Ok(document) => Ok(String::from_utf8(document.to_vec()).expect("UTF-8")),
        Err(error) => Err(chain(&error)),
    }
}

fn digest(publisher: &Publisher, path: &str) -> u128 {
    publisher.snapshot().expect("an edition").feeds[path].digest
}

fn awaited(publisher: &Publisher) -> u64 {
    publisher
        .archive()
        .store()
        .count_awaited()
        .expect("a number")
}

/// Reads all texts; the problems met on the way.
fn fill(publisher: &Publisher, at_once: usize) -> Vec<String> {
    let mut problems = Vec::new();
    while let Some(report) = publisher.fill(at_once) {
        assert!(report.failure.is_none(), "{:?}", report.failure);
        problems.extend(report.problems.iter().map(ToString::to_string));
    }
    problems
}

#[test]
fn a_feed_is_listed_before_its_texts_are_read() {
    let news = News::new(6);
    let publisher = news.publisher();
    assert_eq!(awaited(&publisher), 6);
    let world = render(&publisher, "sections/мир").expect("a feed");
    assert!(world.contains("Текст 5."), "{world}");
    assert_eq!(awaited(&publisher), 3, "those of one feed were fetched");
    let before = digest(&publisher, "all");

    assert_eq!(fill(&publisher, 2), [""; 0]);
    assert_eq!(awaited(&publisher), 0);
    publisher.publish(LATER);
    assert_eq!(digest(&publisher, "all"), before, "texts move nothing");
    news.take_away();
    assert!(render(&publisher, "all").is_ok_and(|all| all.contains("Текст 6.")));
}

#[test]
fn the_newest_texts_come_first() {
    let news = News::new(9);
    let publisher = news.publisher();
    publisher.fill(2).expect("two texts");
    news.take_away();
    let snapshot = publisher.snapshot().expect("an edition");
    let newest = &snapshot.feeds["all"].entries;
    let store = publisher.archive().store();
    assert_eq!(store.awaited(&newest[..2]).expect("rows"), []);
    assert_eq!(store.awaited(&newest[2..]).expect("rows").len(), 7);
}

#[test]
fn texts_that_nobody_waits_for_rest_while_documents_wait() {
    let news = News::new(4);
    let publisher = news.publisher();
    let records = publisher.snapshot().expect("an edition").feeds["sections/мир"]
        .entries
        .clone();
    let paused = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    paused.expect("a runtime").block_on(async {
        let archive = publisher.archive();
        let rests = async || {
            let began = Instant::now();
            archive.rested().await;
            began.elapsed() >= REST
        };
        assert!(!rests().await, "nobody waited yet");
        archive.provide(&records).await.expect("texts");
        assert!(rests().await && !rests().await);
        archive.provide(&records).await.expect("texts");
        assert!(!rests().await, "they were here");
    });
}

#[test]
fn without_the_database_a_cold_feed_fails_and_a_warm_one_does_not() {
    let news = News::new(4);
    let publisher = news.publisher();
    let world = render(&publisher, "sections/мир");
    news.take_away();
    let failure = render(&publisher, "sections/край").expect_err("its texts are away");
    assert!(failure.contains("still to be read"), "{failure}");
    assert!(failure.contains("cannot be reached"), "{failure}");
    assert_eq!(render(&publisher, "sections/мир"), world);
    assert!(publisher.fill(10).expect("a try").failure.is_some());
    news.put_back();
    assert!(render(&publisher, "sections/край").is_ok());
}

#[test]
fn a_row_that_changed_before_its_text_was_read_is_read_again() {
    let news = News::new(2);
    let publisher = news.publisher();
    news.run("UPDATE articles SET title = 'Другая', updated = '2026-02-01T10:00:00Z' WHERE id = 2");
    let failure = render(&publisher, "all").expect_err("another text");
    assert!(failure.contains("`2` has changed"), "{failure}");
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let doubts = runtime.block_on(publisher.archive().doubted());
    assert_eq!(Vec::from_iter(doubts), ["2"]);

    read(&publisher, Scope::at("2".to_owned()));
    publisher.publish(LATER.plus(1));
    let all = render(&publisher, "all").expect("a feed");
    assert!(all.contains("Другая") && all.contains("Текст 2."), "{all}");
}

#[test]
fn a_row_that_went_away_before_its_text_was_read_is_gone() {
    let news = News::new(2);
    let publisher = news.publisher();
    news.run("DELETE FROM articles WHERE id = 1");
    let report = publisher.fill(10).expect("a reading");
    assert_eq!(report.unsettled, ["1"]);
    assert_eq!(read(&publisher, Scope::at("1".to_owned())).unsettled, ["1"]);
    read(&publisher, Scope::Whole);
    assert!(publisher.fill(10).is_none());
    publisher.publish(LATER.plus(1));
    let all = render(&publisher, "all").expect("a feed");
    assert!(!all.contains("Новость 1"), "{all}");
}

#[test]
fn a_text_that_fails_the_gate_costs_its_row() {
    let news = News::new(3);
    let deep = "<b>".repeat(100_000);
    news.run(&format!(
        "UPDATE articles SET content_html = '{deep}' WHERE id = 2"
    ));
    let publisher = news.publisher();
    let problems = fill(&publisher, 10);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with("[source.sql] row 2: error:"),
        "{problems:?}"
    );
    publisher.publish(LATER.plus(1));
    let all = render(&publisher, "all").expect("a feed");
    assert!(
        !all.contains("Новость 2") && all.contains("Текст 3."),
        "{all}"
    );

    // A good version stays when a bad one comes.
    news.run(&format!(
        "UPDATE articles SET content_html = '{deep}', updated = '2026-02-01T00:00:00Z' WHERE id = 3"
    ));
    let report = read(&publisher, Scope::Recent);
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.message.contains("last good version"))
    );
    publisher.publish(LATER.plus(2));
    assert_eq!(render(&publisher, "all"), Ok(all));

    news.run(
        "UPDATE articles SET content_html = 'x', updated = '2026-02-02T00:00:00Z' WHERE id > 1",
    );
    assert_eq!(read(&publisher, Scope::Recent).mended.len(), 2);
    publisher.publish(LATER.plus(3));
    let all = render(&publisher, "all").expect("a feed");
    assert!(
        all.contains("Новость 2") && all.contains("Новость 3"),
        "{all}"
    );
}

/// One daemon saw everything happen, another starts at the end.
#[test]
fn the_way_that_rows_came_shows_nowhere() {
    let news = News::new(3);
    let old = news.publisher();
    fill(&old, 10);
    news.run(
        "INSERT INTO articles VALUES (4, 'Новость 4', '2026-01-04', NULL, 'Мир', '<p>Да</p>')",
    );
    news.run("UPDATE articles SET title = 'Иначе', updated = '2026-03-01T00:00:00Z' WHERE id = 1");
    news.run("DELETE FROM articles WHERE id = 2");
    read(&old, Scope::Recent);
    read(&old, Scope::Whole);
    old.publish(LATER.plus(1));
    let new = news.publisher();
    for path in ["all", "sections/мир"] {
        assert_eq!(digest(&old, path), digest(&new, path), "{path}");
        assert_eq!(render(&old, path), render(&new, path), "{path}");
    }
    // A feed that nothing is in any more is still a feed of the one that knew it.
    assert!(render(&old, "sections/край").is_ok());
}

#[test]
fn an_emptied_table_is_not_believed() {
    let news = News::new(12);
    let publisher = news.publisher();
    fill(&publisher, 20);
    let before = render(&publisher, "all");
    news.run("CREATE TABLE kept AS SELECT * FROM articles; DELETE FROM articles");
    assert_eq!(
        read(&publisher, Scope::Recent).held,
        0,
        "it says nothing of what is gone"
    );
    assert_eq!(read(&publisher, Scope::Whole).held, 12);
    publisher.publish(LATER.plus(1));
    assert_eq!(render(&publisher, "all"), before);
    news.run("INSERT INTO articles SELECT * FROM kept");
    let report = read(&publisher, Scope::Whole);
    assert_eq!((report.held, report.read, report.changed), (0, 0, 0));

    news.run("DELETE FROM articles");
    publisher.reconcile(&[Scope::Whole], Removal::Confirmed);
    publisher.publish(LATER.plus(2));
    assert!(render(&publisher, "all").is_ok_and(|all| !all.contains("Новость")));
}

/// What one daemon serves that saw everything happen, and another that starts now.
#[track_caller]
fn assert_same_as_new(news: &News, old: &Publisher, path: &str) {
    let new = news.publisher();
    let same = digest(old, path) == digest(&new, path);
    assert_eq!(
        render(old, path),
        render(&new, path),
        "tags are equal: {same}"
    );
    assert!(same, "other tags on the same bytes");
}

#[test]
fn a_text_that_changes_without_a_date_that_shows_is_another_version() {
    for (date, before, after) in [
        // Planned for tomorrow, so `updated` lies before `date`.
        (
            "2027-01-14T00:00:00Z",
            "2026-01-10T10:00:00Z",
            "2026-01-11T10:00:00Z",
        ),
        (
            "2026-01-01T00:00:00Z",
            "2026-01-10T10:00:00.100Z",
            "2026-01-10T10:00:00.900Z",
        ),
    ] {
        let news = News::new(1);
        news.run(&format!(
            "INSERT INTO articles VALUES (7, 'План', '{date}', '{before}', 'Мир', '<p>Старый</p>')"
        ));
        let old = news.publisher();
        fill(&old, 10);
        news.run(&format!(
            "UPDATE articles SET content_html = '<p>Новый</p>', updated = '{after}' WHERE id = 7"
        ));
        assert_eq!(read(&old, Scope::Whole).read, 1);
        old.publish(LATER.plus(1));
        assert_same_as_new(&news, &old, "all");
    }
}

#[test]
fn another_query_is_another_text() {
    let news = News::new(2);
    let old = news.publisher();
    fill(&old, 10);
    let feeds = FEEDS.replace(
        "content_html FROM",
        "content_html || id AS content_html FROM",
    );
    let config = Arc::new(testkit::config(&feeds, news.folder.path()));
    old.reconfigure(config.clone()).expect("a good source");
    assert_eq!(read(&old, Scope::Whole).read, 2);
    old.publish(LATER.plus(1));
    let new = Publisher::new(config, Store::scratch().expect("a store"), LATER).expect("a desk");
    read(&new, Scope::Whole);
    new.publish(LATER);
    assert!(render(&old, "all").is_ok_and(|all| all.contains("Текст 2.</p>2")));
    assert_eq!(render(&old, "all"), render(&new, "all"));
    assert_eq!(digest(&old, "all"), digest(&new, "all"));
}

#[test]
fn a_column_that_goes_makes_every_row_another() {
    let news = News::new(2);
    let config = news.everything();
    let publisher = || {
        let store = Store::scratch().expect("a scratch store");
        let publisher = Publisher::new(config.clone(), store, LATER).expect("a desk");
        read(&publisher, Scope::Whole);
        publisher.publish(LATER);
        publisher
    };
    let old = publisher();
    fill(&old, 10);
    news.run("ALTER TABLE articles DROP COLUMN section");
    news.run("UPDATE articles SET updated = '2026-03-01T00:00:00Z' WHERE id = 1");
    // The column is missed by whatever comes first, and nothing is lost before somebody confirms it.
    for scope in [Scope::Recent, Scope::Whole] {
        assert_misses_section(&old, scope);
    }
    let Source::Sql(sql) = &*old.source() else {
        panic!("no database");
    };
    sql.give_up_columns();
    read(&old, Scope::Whole);
    old.publish(LATER.plus(1));
    let new = publisher();
    assert_eq!(render(&old, "all"), render(&new, "all"));
    assert_eq!(digest(&old, "all"), digest(&new, "all"));
}

#[test]
fn a_column_that_comes_moves_feeds_once() {
    let news = News::new(3);
    let config = news.everything();
    let store = Store::scratch().expect("a scratch store");
    let publisher = Publisher::new(config, store, LATER).expect("a desk");
    read(&publisher, Scope::Whole);
    news.run("ALTER TABLE articles ADD COLUMN summary TEXT DEFAULT 'Кратко'");
    news.run("UPDATE articles SET updated = '2026-03-01T00:00:00Z' WHERE id = 1");
    assert_eq!(read(&publisher, Scope::Recent).read, 0);
    let Source::Sql(sql) = &*publisher.source() else {
        panic!("no database");
    };
    assert!(sql.is_reshaped());
    assert_eq!(read(&publisher, Scope::Whole).changed, 3);
    news.run("UPDATE articles SET updated = '2026-03-02T00:00:00Z' WHERE id = 2");
    assert_eq!(read(&publisher, Scope::Recent).changed, 1);
}

/// A reading notices that the column `section` is gone, and changes nothing.
fn assert_misses_section(publisher: &Publisher, scope: Scope) {
    let report = publisher.reconcile(&[scope], Removal::Held);
    let failure = report.failure.expect("a column is gone").to_string();
    assert!(
        failure.contains("no longer gives the column `section`"),
        "{failure}"
    );
    assert_eq!(report.changed, 0);
}

fn misses_columns(publisher: &Publisher) -> bool {
    match &*publisher.source() {
        Source::Sql(sql) => sql.misses_columns(),
        Source::Directory(_) => panic!("no database"),
    }
}

#[test]
fn a_column_that_is_gone_is_missed_after_a_reload() {
    let news = News::new(2);
    let config = news.everything();
    let store = Store::scratch().expect("a scratch store");
    let publisher = Publisher::new(config.clone(), store, LATER).expect("a desk");
    read(&publisher, Scope::Whole);
    news.run("ALTER TABLE articles DROP COLUMN section");
    let mut next = Config::clone(&config);
    next.site.title = "Степь".to_owned();
    publisher
        .reconfigure(Arc::new(next.clone()))
        .expect("a source");
    assert_misses_section(&publisher, Scope::Whole);
    // A loss that was reported may be confirmed together with a reload.
    next.site.title = "Тау".to_owned();
    publisher
        .reconfigure(Arc::new(next.clone()))
        .expect("a source");
    assert!(misses_columns(&publisher));
    assert_misses_section(&publisher, Scope::Whole);
    ask_otherwise(&mut next);
    publisher.reconfigure(Arc::new(next)).expect("a source");
    assert_eq!(read(&publisher, Scope::Whole).articles, 2);
}

/// The same rows by another query.
fn ask_otherwise(config: &mut Config) {
    let SourceConfig::Sql(sql) = &mut config.source else {
        panic!("no database");
    };
    sql.query.push_str(" WHERE id > 0");
}

#[test]
fn a_column_that_is_gone_is_missed_after_a_restart() {
    let news = News::new(2);
    let config = news.everything();
    read(&news.start(&config), Scope::Whole);
    news.run("ALTER TABLE articles DROP COLUMN section");
    for scope in [Scope::Recent, Scope::Whole] {
        assert_misses_section(&news.start(&config), scope);
    }
    let confirmed = news
        .start(&config)
        .reconcile(&[Scope::Whole], Removal::Confirmed);
    assert!(confirmed.failure.is_none(), "{:?}", confirmed.failure);
    assert_eq!(confirmed.changed, 2);
    assert_eq!(read(&news.start(&config), Scope::Whole).read, 0);
}

#[test]
fn another_query_misses_no_column() {
    let news = News::new(2);
    let config = news.everything();
    read(&news.start(&config), Scope::Whole);
    news.run("ALTER TABLE articles DROP COLUMN section");
    let mut other = Config::clone(&config);
    ask_otherwise(&mut other);
    assert_eq!(read(&news.start(&Arc::new(other)), Scope::Whole).changed, 2);
    assert_eq!(read(&news.start(&config), Scope::Whole).articles, 2);
}

#[test]
fn rows_that_share_an_id_are_read_again_when_one_of_them_changes() {
    let news = News::new(1);
    news.run("CREATE TABLE joined AS SELECT * FROM articles; DROP TABLE articles");
    news.run("ALTER TABLE joined RENAME TO articles");
    let insert = |id: u32, updated: &str| {
        news.run(&format!(
            "INSERT INTO articles VALUES ({id}, 'Две', '2026-01-02', '{updated}', 'Мир', '')"
        ));
    };
    // Of both rows, of one, and of none of them a poll takes notice.
    for (id, updated) in [
        (2, "2026-03-01T10:00:01Z"),
        (3, "2026-03-01T10:00:02Z"),
        (4, "2026-01-03T10:00:03Z"),
        (2, "2026-03-01T10:00:04Z"),
        (3, "2026-01-03T10:00:05Z"),
        (4, "2026-01-03T10:00:06Z"),
    ] {
        insert(id, updated);
    }
    let publisher = news.publisher();
    let rows_read =
        || [Scope::Recent, Scope::Whole, Scope::Recent].map(|scope| read(&publisher, scope).read);
    assert_eq!(rows_read(), [0, 0, 0]);
    news.run(
        "UPDATE articles SET updated = '2026-03-01T10:00:07Z' WHERE id = 3 AND updated < '2026-02'",
    );
    assert_eq!(rows_read(), [1, 0, 0]);
    // A good article is joined by another row, and is alone again.
    insert(1, "2026-03-01T10:00:08Z");
    assert_eq!(rows_read(), [1, 0, 0]);
    let problems = read(&publisher, Scope::Whole).problems;
    assert!(
        problems[0].message.starts_with("2 rows have the id `1`"),
        "{problems:?}"
    );
    news.run("DELETE FROM articles WHERE id = 1 AND title = 'Две'");
    assert_eq!(rows_read(), [0, 1, 0]);
}

#[test]
fn requests_do_not_eat_a_removal_that_is_held() {
    let news = News::new(12);
    let publisher = news.publisher();
    news.run("CREATE TABLE kept AS SELECT * FROM articles; DELETE FROM articles");
    assert_eq!(read(&publisher, Scope::Whole).held, 12);
    render(&publisher, "sections/мир").expect_err("its texts are gone");
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let doubts = runtime.block_on(publisher.archive().doubted());
    assert_eq!(doubts.len(), 6, "{doubts:?}");
    let scopes: Vec<Scope> = doubts.into_iter().map(Scope::at).collect();
    let report = publisher.reconcile(&scopes, Removal::Held);
    assert_eq!((report.articles, report.unsettled.len()), (12, 6));
    news.run("INSERT INTO articles SELECT * FROM kept");
    assert_eq!(read(&publisher, Scope::Whole).held, 0);
    assert!(render(&publisher, "sections/мир").is_ok());
}

#[test]
fn a_run_that_makes_documents_once_reads_what_they_need() {
    let news = News::new(3);
    let deep = "<b>".repeat(100_000);
    news.run(&format!(
        "UPDATE articles SET content_html = '{deep}' WHERE id = 2"
    ));
    let publisher = news.publisher();
    let entries = || {
        publisher.snapshot().expect("an edition").feeds["all"]
            .entries
            .clone()
    };
    let report = publisher.fill_these(&entries()).expect("texts to read");
    assert_eq!((report.read, report.problems.len()), (3, 1));
    publisher.publish(LATER.plus(1));
    assert!(publisher.fill_these(&entries()).is_none());
    assert!(render(&publisher, "all").is_ok_and(|all| all.contains("Текст 3.")));
}
