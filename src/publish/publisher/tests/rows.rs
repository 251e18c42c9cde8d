//! Inserted, changed and deleted rows of a database, as a subscriber sees them.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use crate::config::{Config, SourceConfig};
use crate::ingest::report::Report;
use crate::model::format::Format;
use crate::model::problem::chain;
use crate::model::removal_guard::Removal;
use crate::model::time::Timestamp;
use crate::publish::documents;
use crate::publish::publisher::Publisher;
use crate::render::pages::templates::Templates;
use crate::source::{Scope, Source};
use crate::store::Store;
use crate::testkit::{self, sqlite};

const FEEDS: &str = "\
[source.sql]
url = 'sqlite:news.db'
query = 'SELECT id, title, date, updated, section, content_html FROM articles'
[auto.sections]
";

/// An instant after every date of these tests.
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

    /// A configuration whose query names no column.
    fn everything(&self) -> Arc<Config> {
        let feeds = FEEDS.replace(
            "SELECT id, title, date, updated, section, content_html",
            "SELECT *",
        );
        Arc::new(testkit::newsroom(&feeds, self.folder.path()))
    }

    /// A publisher over the state folder of the last one.
    fn start(&self, config: &Arc<Config>) -> Publisher {
        let store = Store::open(&self.folder.path().join("state")).expect("a store");
        Publisher::new(config.clone(), Templates::built_in(), store, LATER).expect("a publisher")
    }

    /// A publisher without a state folder that has read all rows.
    fn publisher(&self) -> Publisher {
        let config = Arc::new(testkit::newsroom(FEEDS, self.folder.path()));
        let store = Store::scratch().expect("a scratch store");
        let publisher =
            Publisher::new(config, Templates::built_in(), store, LATER).expect("a publisher");
        read(&publisher, Scope::All);
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
    let state = publisher.handle().published().expect("a published state");
    let version = state.find_feed(path).expect("a feed");
    match documents::render_feed(publisher.handle().store(), &version, Format::Json) {
        Ok(document) => Ok(String::from_utf8(document.to_vec()).expect("UTF-8")),
        Err(error) => Err(chain(&error)),
    }
}

fn digest(publisher: &Publisher, path: &str) -> u128 {
    publisher.handle().snapshot().expect("a snapshot").feeds[path].digest
}

#[test]
fn every_feed_is_rendered_while_the_database_is_down() {
    let news = News::new(4);
    let publisher = news.publisher();
    fs::remove_file(news.file()).expect("a file");
    for (path, text) in [("sections/мир", "Текст 3."), ("sections/край", "Текст 4.")]
    {
        assert!(render(&publisher, path).is_ok_and(|feed| feed.contains(text)));
    }
    let failed = publisher.reconcile(&[Scope::All], Removal::Held).failure;
    let failed = failed.expect("nothing to read").to_string();
    assert!(failed.contains("cannot be reached"), "{failed}");
}

#[test]
fn a_row_with_a_bad_text_is_refused_alone() {
    let news = News::new(3);
    let deep = "<b>".repeat(100_000);
    news.run(&format!(
        "UPDATE articles SET content_html = '{deep}' WHERE id = 2"
    ));
    let publisher = news.publisher();
    let problems = read(&publisher, Scope::All).problems;
    assert_eq!(problems.total(), 1, "{problems:?}");
    assert_eq!(problems.first[0].file, "[source.sql] row 2");
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
            .first
            .iter()
            .any(|problem| problem.message.contains("last good version"))
    );
    publisher.publish(LATER.plus(2));
    assert_eq!(render(&publisher, "all"), Ok(all));

    news.run(
        "UPDATE articles SET content_html = 'x', updated = '2026-02-02T00:00:00Z' WHERE id > 1",
    );
    assert_eq!(read(&publisher, Scope::Recent).problems.total(), 0);
    publisher.publish(LATER.plus(3));
    let all = render(&publisher, "all").expect("a feed");
    assert!(
        all.contains("Новость 2") && all.contains("Новость 3"),
        "{all}"
    );
}

/// One publisher reads every change, another starts at the end.
#[test]
fn feeds_do_not_depend_on_the_order_of_changes() {
    let news = News::new(3);
    let old = news.publisher();
    news.run(
        "INSERT INTO articles VALUES (4, 'Новость 4', '2026-01-04', NULL, 'Мир', '<p>Да</p>')",
    );
    news.run("UPDATE articles SET title = 'Иначе', updated = '2026-03-01T00:00:00Z' WHERE id = 1");
    news.run("DELETE FROM articles WHERE id = 2");
    read(&old, Scope::Recent);
    read(&old, Scope::All);
    old.publish(LATER.plus(1));
    let new = news.publisher();
    for path in ["all", "sections/мир"] {
        assert_eq!(digest(&old, path), digest(&new, path), "{path}");
        assert_eq!(render(&old, path), render(&new, path), "{path}");
    }
    // An empty feed stays, for a publisher that had articles in it.
    assert!(render(&old, "sections/край").is_ok());
}

#[test]
fn the_removal_of_all_rows_is_held() {
    let news = News::new(12);
    let publisher = news.publisher();
    let before = render(&publisher, "all");
    news.run("CREATE TABLE kept AS SELECT * FROM articles; DELETE FROM articles");
    assert_eq!(
        read(&publisher, Scope::Recent).held,
        None,
        "it says nothing of what is gone"
    );
    let held = read(&publisher, Scope::All).held.expect("a loss");
    assert_eq!((held.lost, held.of), (12, 12));
    publisher.publish(LATER.plus(1));
    assert_eq!(render(&publisher, "all"), before);
    news.run("INSERT INTO articles SELECT * FROM kept");
    let report = read(&publisher, Scope::All);
    assert_eq!((report.held, report.read, report.changed), (None, 0, 0));

    news.run("DELETE FROM articles");
    publisher.reconcile(&[Scope::All], Removal::Confirmed);
    publisher.publish(LATER.plus(2));
    assert!(render(&publisher, "all").is_ok_and(|all| !all.contains("Новость")));
}

/// Compares a publisher that read every change with one that starts now.
#[track_caller]
fn assert_same_as_new(news: &News, old: &Publisher, path: &str) {
    let new = news.publisher();
    let same = digest(old, path) == digest(&new, path);
    assert_eq!(render(old, path), render(&new, path), "equal ETags: {same}");
    assert!(same, "other ETags for the same bytes");
}

#[test]
fn a_text_that_changes_with_a_hidden_date_is_another_version() {
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
        news.run(&format!(
            "UPDATE articles SET content_html = '<p>Новый</p>', updated = '{after}' WHERE id = 7"
        ));
        assert_eq!(read(&old, Scope::All).read, 1);
        old.publish(LATER.plus(1));
        assert_same_as_new(&news, &old, "all");
    }
}

#[test]
fn an_edited_text_with_the_same_updated_is_found_by_its_length() {
    let news = News::new(2);
    let old = news.publisher();
    news.run("UPDATE articles SET content_html = '<p>Новый</p>' WHERE id = 1");
    assert_eq!(read(&old, Scope::Ids).read, 0, "its `updated` did not move");
    let new = news.publisher();
    assert_ne!(render(&old, "all"), render(&new, "all"));
    assert_ne!(digest(&old, "all"), digest(&new, "all"));
    assert_eq!(read(&old, Scope::All).read, 1);
    old.publish(LATER.plus(1));
    assert_same_as_new(&news, &old, "all");
    // One that keeps its length needs another `updated`.
    news.run("UPDATE articles SET content_html = '<p>Живой</p>' WHERE id = 1");
    assert_eq!(read(&old, Scope::All).read, 0);
}

#[test]
fn the_language_is_detected_from_the_text() {
    let news = News::new(1);
    let kazakh = "Ауылда жаңа кітапхана ашылды, оқырмандар үшін үш мың кітап әкелінді";
    news.run(&format!(
        "UPDATE articles SET content_html = '<p>{kazakh}</p>'"
    ));
    let all = render(&news.publisher(), "all").expect("a feed");
    assert!(all.contains("\"language\":\"kk\""), "{all}");
}

#[test]
fn another_query_reads_every_row_again() {
    let news = News::new(2);
    let old = news.publisher();
    let feeds = FEEDS.replace(
        "content_html FROM",
        "content_html || id AS content_html FROM",
    );
    let config = Arc::new(testkit::newsroom(&feeds, news.folder.path()));
    old.reconfigure(config.clone(), Templates::built_in())
        .expect("a good source");
    assert_eq!(read(&old, Scope::All).read, 2);
    old.publish(LATER.plus(1));
    let new = Publisher::new(
        config,
        Templates::built_in(),
        Store::scratch().expect("a store"),
        LATER,
    )
    .expect("a publisher");
    read(&new, Scope::All);
    new.publish(LATER);
    assert!(render(&old, "all").is_ok_and(|all| all.contains("Текст 2.</p>2")));
    assert_eq!(render(&old, "all"), render(&new, "all"));
    assert_eq!(digest(&old, "all"), digest(&new, "all"));
}

#[test]
fn a_dropped_column_changes_every_row_once_confirmed() {
    let news = News::new(2);
    let config = news.everything();
    let publisher = || {
        let store = Store::scratch().expect("a scratch store");
        let publisher = Publisher::new(config.clone(), Templates::built_in(), store, LATER)
            .expect("a publisher");
        read(&publisher, Scope::All);
        publisher.publish(LATER);
        publisher
    };
    let old = publisher();
    news.run("ALTER TABLE articles DROP COLUMN section");
    news.run("UPDATE articles SET updated = '2026-03-01T00:00:00Z' WHERE id = 1");
    // Any reading reports the column, and nothing is lost before a confirmation.
    for scope in [Scope::Recent, Scope::All] {
        assert_misses_section(&old, scope);
    }
    let Source::Sql(sql) = &*old.handle().source() else {
        panic!("no database");
    };
    sql.accept_lost_columns(None);
    read(&old, Scope::All);
    old.publish(LATER.plus(1));
    let new = publisher();
    assert_eq!(render(&old, "all"), render(&new, "all"));
    assert_eq!(digest(&old, "all"), digest(&new, "all"));
}

#[test]
fn an_added_column_moves_feeds_once() {
    let news = News::new(3);
    let config = news.everything();
    let store = Store::scratch().expect("a scratch store");
    let publisher =
        Publisher::new(config, Templates::built_in(), store, LATER).expect("a publisher");
    read(&publisher, Scope::All);
    news.run("ALTER TABLE articles ADD COLUMN summary TEXT DEFAULT 'Кратко'");
    news.run("UPDATE articles SET updated = '2026-03-01T00:00:00Z' WHERE id = 1");
    assert_eq!(read(&publisher, Scope::Recent).read, 0);
    let Source::Sql(sql) = &*publisher.handle().source() else {
        panic!("no database");
    };
    assert!(sql.has_changed_columns());
    assert_eq!(read(&publisher, Scope::All).changed, 3);
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
    match &*publisher.handle().source() {
        Source::Sql(sql) => !sql.lost_columns().0.is_empty(),
        Source::Directory(_) | Source::WordPress(_) => panic!("no database"),
    }
}

#[test]
fn a_dropped_column_is_reported_after_a_reload() {
    let news = News::new(2);
    let config = news.everything();
    let store = Store::scratch().expect("a scratch store");
    let publisher =
        Publisher::new(config.clone(), Templates::built_in(), store, LATER).expect("a publisher");
    read(&publisher, Scope::All);
    news.run("ALTER TABLE articles DROP COLUMN section");
    let mut next = Config::clone(&config);
    next.site.title = "Степь".to_owned();
    publisher
        .reconfigure(Arc::new(next.clone()), Templates::built_in())
        .expect("a source");
    assert_misses_section(&publisher, Scope::All);
    // A loss that was reported may be confirmed together with a reload.
    next.site.title = "Тау".to_owned();
    publisher
        .reconfigure(Arc::new(next.clone()), Templates::built_in())
        .expect("a source");
    assert!(misses_columns(&publisher));
    assert_misses_section(&publisher, Scope::All);
    change_query(&mut next);
    publisher
        .reconfigure(Arc::new(next), Templates::built_in())
        .expect("a source");
    assert_eq!(read(&publisher, Scope::All).articles, 2);
}

/// The same rows by another query.
fn change_query(config: &mut Config) {
    let SourceConfig::Sql(sql) = &mut config.source else {
        panic!("no database");
    };
    sql.query.push_str(" WHERE id > 0");
}

#[test]
fn a_dropped_column_is_reported_after_a_restart() {
    let news = News::new(2);
    let config = news.everything();
    read(&news.start(&config), Scope::All);
    news.run("ALTER TABLE articles DROP COLUMN section");
    for scope in [Scope::Recent, Scope::All] {
        assert_misses_section(&news.start(&config), scope);
    }
    let confirmed = news
        .start(&config)
        .reconcile(&[Scope::All], Removal::Confirmed);
    assert!(confirmed.failure.is_none(), "{:?}", confirmed.failure);
    assert_eq!(confirmed.changed, 2);
    assert_eq!(read(&news.start(&config), Scope::All).read, 0);
}

#[test]
fn another_query_requires_no_old_column() {
    let news = News::new(2);
    let config = news.everything();
    read(&news.start(&config), Scope::All);
    news.run("ALTER TABLE articles DROP COLUMN section");
    let mut other = Config::clone(&config);
    change_query(&mut other);
    assert_eq!(read(&news.start(&Arc::new(other)), Scope::All).changed, 2);
    assert_eq!(read(&news.start(&config), Scope::All).articles, 2);
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
    // A poll lists both rows of one id, one of another, and none of a third.
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
        || [Scope::Recent, Scope::All, Scope::Recent].map(|scope| read(&publisher, scope).read);
    assert_eq!(rows_read(), [0, 0, 0]);
    news.run(
        "UPDATE articles SET updated = '2026-03-01T10:00:07Z' WHERE id = 3 AND updated < '2026-02'",
    );
    assert_eq!(rows_read(), [1, 0, 0]);
    // Another row with the id of a good article is inserted, then deleted.
    insert(1, "2026-03-01T10:00:08Z");
    assert_eq!(rows_read(), [1, 0, 0]);
    let problems = read(&publisher, Scope::All).problems;
    assert!(
        problems.first[0]
            .message
            .starts_with("2 rows have the id `1`"),
        "{problems:?}"
    );
    news.run("DELETE FROM articles WHERE id = 1 AND title = 'Две'");
    assert_eq!(rows_read(), [0, 1, 0]);
}
