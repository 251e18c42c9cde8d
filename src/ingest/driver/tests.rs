//! Readings of a folder or a database by a driver: what they confirm, and what a restart goes on with.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::ingest::Report;
use crate::model::held_loss::LossId;
use crate::source::wordpress::testkit::{FakeSite, parameter, status};
use crate::testkit::{self, sqlite};

/// An id that no loss of these tests has.
const OTHER: Removal = Removal::Loss(LossId(7));

/// Articles, their store, and what reads them.
struct Newsroom {
    folder: TempDir,
    source: &'static str,
    store: Arc<Store>,
    driver: Driver,
}

impl Newsroom {
    fn new(source: &'static str, folder: TempDir) -> Newsroom {
        let store = Arc::new(Store::scratch().expect("a store"));
        let config = testkit::newsroom(source, folder.path());
        Newsroom {
            driver: Driver::new(&config, store.clone()).expect("a driver"),
            store,
            source,
            folder,
        }
    }

    /// A folder of twelve articles, all of them read.
    fn of_files() -> Newsroom {
        let newsroom = Newsroom::new("[source.directory]", folder());
        (0..12).for_each(|number| newsroom.publish(number));
        assert_eq!(newsroom.read(Removal::Held).articles, 12);
        newsroom
    }

    /// A database with one article, which was read.
    fn of_rows() -> Newsroom {
        let source = "[source.sql]\nurl = 'sqlite:news.db'\nquery = 'SELECT * FROM articles'";
        let newsroom = Newsroom::new(source, folder());
        newsroom.run(
            "CREATE TABLE articles (id, title, date, updated, section, tags, content_html);
             INSERT INTO articles VALUES (1, 'Новость', '2026-01-02', '2026-01-02T00:00:00Z', 'Мир',
                 'спорт', '')",
        );
        assert_eq!(newsroom.read(Removal::Held).articles, 1);
        newsroom
    }

    fn restart(&mut self) {
        let config = testkit::newsroom(self.source, self.folder.path());
        self.driver = Driver::new(&config, self.store.clone()).expect("a driver");
    }

    fn publish(&self, number: usize) {
        let article = "date 2026-01-01 Заголовок\n\nТекст.\n";
        fs::write(self.file(number), article).expect("an article");
    }

    fn remove(&self, number: usize) {
        fs::remove_file(self.file(number)).expect("an article");
    }

    fn file(&self, number: usize) -> std::path::PathBuf {
        let name = format!("articles/{number:02}.txt");
        self.folder.path().join(name)
    }

    fn run(&self, sql: &str) {
        sqlite::write(&self.folder.path().join("news.db"), sql);
    }

    fn read(&self, removal: Removal) -> Report {
        self.read_within(&[Scope::All], removal)
    }

    fn read_within(&self, scopes: &[Scope], removal: Removal) -> Report {
        let result = self
            .driver
            .read(scopes, removal, Priority::Normal, &mut |_| {});
        result.report
    }

    /// Reads everything to confirm a loss.
    fn confirm(&self, removal: Removal) -> (Report, Option<Confirmation>) {
        let report = self.read(removal);
        (report, self.driver.take_confirmation())
    }
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("articles")).expect("the articles' folder");
    folder
}

#[test]
fn a_loss_that_has_returned_is_not_confirmed_when_it_is_found_again() {
    let newsroom = Newsroom::of_files();
    (0..8).for_each(|number| newsroom.remove(number));
    let loss = newsroom.read(Removal::Held).held.expect("a held loss");
    (0..8).for_each(|number| newsroom.publish(number));
    assert_eq!(newsroom.read(Removal::Held).held, None);
    (0..8).for_each(|number| newsroom.remove(number));
    let (report, confirmation) = newsroom.confirm(Removal::Loss(loss.id));
    assert_eq!(report.articles, 12);
    let held = report.held.expect("it is held anew");
    assert_eq!(held.id, loss.id);
    assert_eq!(confirmation, Some(Confirmation::Changed(Some(held))));
}

#[test]
fn a_confirmation_removes_exactly_the_loss_that_is_held() {
    let mut newsroom = Newsroom::of_files();
    (0..8).for_each(|number| newsroom.remove(number));
    let report = newsroom.read(Removal::Held);
    let loss = report.held.expect("a held loss");
    assert_eq!((report.articles, report.changed, loss.lost), (12, 0, 8));
    assert_eq!(
        newsroom.driver.take_confirmation(),
        None,
        "none was asked for"
    );

    let changed = || Some(Confirmation::Changed(Some(loss.clone())));
    assert_eq!(newsroom.confirm(OTHER).1, changed());
    assert_eq!(
        newsroom.driver.take_confirmation(),
        None,
        "it is taken once"
    );
    // A reading of one article cannot know what else is missing.
    let scope = Scope::at("00.txt".to_owned());
    let report = newsroom.read_within(&[scope], Removal::Loss(loss.id));
    assert_eq!((report.articles, report.is_full), (12, false));
    assert_eq!(newsroom.driver.take_confirmation(), changed());

    newsroom.restart();
    assert_eq!(newsroom.read(Removal::Held).held.as_ref(), Some(&loss));
    let (report, confirmation) = newsroom.confirm(Removal::Loss(loss.id));
    assert_eq!(confirmation, Some(Confirmation::Removed(loss.clone())));
    assert_eq!((report.articles, report.changed, report.held), (4, 8, None));

    newsroom.restart();
    let (report, confirmation) = newsroom.confirm(Removal::Loss(loss.id));
    assert_eq!(confirmation, Some(Confirmation::Changed(None)));
    assert_eq!((report.articles, report.is_full), (4, true));
}

#[test]
fn a_loss_that_grew_since_it_was_reported_is_not_confirmed() {
    let newsroom = Newsroom::of_files();
    (0..8).for_each(|number| newsroom.remove(number));
    let loss = newsroom.read(Removal::Held).held.expect("a held loss");
    newsroom.remove(8);
    let (report, confirmation) = newsroom.confirm(Removal::Loss(loss.id));
    let grown = report.held.expect("a held loss");
    assert_eq!((report.articles, grown.lost), (12, 9));
    assert_eq!(confirmation, Some(Confirmation::Changed(Some(grown))));
}

#[test]
fn a_confirmation_fails_with_its_reading() {
    let newsroom = Newsroom::of_files();
    (0..8).for_each(|number| newsroom.remove(number));
    let loss = newsroom.read(Removal::Held).held.expect("a held loss");
    let path = |name| newsroom.folder.path().join(name);
    fs::rename(path("articles"), path("away")).expect("an unmounted disk");
    let (report, confirmation) = newsroom.confirm(Removal::Loss(loss.id));
    let failure = chain(&report.failure.expect("the folder is gone"));
    assert_eq!(confirmation, Some(Confirmation::Failed(failure)));
    assert_eq!((report.articles, report.is_full), (12, false));
    assert_eq!(report.held.as_ref(), Some(&loss));
    assert_eq!(newsroom.confirm(Removal::Held).1, None);
    // What was not held cannot have failed.
    let (_, confirmation) = newsroom.confirm(OTHER);
    assert_eq!(confirmation, Some(Confirmation::Changed(Some(loss))));
}

#[test]
fn a_lost_column_is_confirmed_by_its_own_id() {
    let mut newsroom = Newsroom::of_rows();
    newsroom.run("ALTER TABLE articles DROP COLUMN section");
    let held = newsroom.read(Removal::Held).held.expect("a held loss");
    assert_eq!(
        (held.kind, &held.names[..]),
        (LossKind::Columns, &["section".to_owned()][..])
    );
    // A restart goes on with the time of the first report.
    let held = HeldLoss {
        since: Timestamp(5),
        ..held
    };
    let stored = newsroom
        .store
        .write(|batch| batch.set_held_loss(Some(&held)));
    stored.expect("a stored loss");
    newsroom.restart();
    let (report, confirmation) = newsroom.confirm(OTHER);
    assert_eq!(report.held.as_ref(), Some(&held));
    assert_eq!(
        confirmation,
        Some(Confirmation::Changed(Some(held.clone())))
    );

    // Another column is gone by the time that the first one is confirmed.
    newsroom.run("ALTER TABLE articles DROP COLUMN tags");
    let (report, confirmation) = newsroom.confirm(Removal::Loss(held.id));
    let next = report.held.expect("a held loss");
    assert!(report.failure.is_some());
    assert_eq!(next.names, ["tags"]);
    assert_eq!(
        confirmation,
        Some(Confirmation::Changed(Some(next.clone())))
    );
    let (report, confirmation) = newsroom.confirm(Removal::Loss(next.id));
    assert!(report.failure.is_none(), "{:?}", report.failure);
    assert_eq!(confirmation, Some(Confirmation::Removed(next)));
    assert_eq!((report.articles, report.held), (1, None));
}

#[test]
fn changes_that_are_taken_during_a_reading_count() {
    let newsroom = Newsroom::new("[source.directory]", folder());
    (0..3).for_each(|number| newsroom.publish(number));
    let mut taken = Vec::new();
    let mut take_two = |changes: &mut Vec<Change>| taken.extend(changes.drain(1..));
    let driver = &newsroom.driver;
    let result = driver.read(
        &[Scope::All],
        Removal::Held,
        Priority::Normal,
        &mut take_two,
    );
    assert_eq!(result.report.changed, 3);
    assert_eq!((taken.len(), result.changes.len()), (2, 1));
}

#[test]
fn configuration_that_changes_during_a_reading_has_all_read_again() {
    let newsroom = Newsroom::new("[source.directory]", folder());
    newsroom.publish(0);
    let before = testkit::newsroom(newsroom.source, newsroom.folder.path());
    let link = "[source.directory]\nlink = 'https://dala.example/{key}'";
    let next = testkit::newsroom(link, newsroom.folder.path());
    let driver = &newsroom.driver;
    let read = |meanwhile: &mut dyn FnMut(&mut Vec<Change>)| {
        let priority = Priority::Normal;
        let result = driver.read(&[Scope::All], Removal::Held, priority, meanwhile);
        assert!(result.report.failure.is_none());
        result.report.read
    };
    let mut reconfigure = |_: &mut Vec<Change>| {
        let source = driver.next_source(&before, &next).expect("a source");
        driver.replace_source(source, &next);
    };
    assert_eq!(read(&mut reconfigure), 1);
    assert_eq!(read(&mut |_| {}), 1, "by the new configuration");
    assert_eq!(read(&mut |_| {}), 0);
}

/// Reads everything; the ids of the posts whose texts the site was asked for, and whether it was all.
fn read_site(driver: &Driver, site: &FakeSite) -> (Vec<String>, bool) {
    site.state().requests.clear();
    let result = driver.read(&[Scope::All], Removal::Held, Priority::Normal, &mut |_| {});
    let state = site.state();
    let urls = state.requests.iter().map(|(url, ..)| url);
    let urls = urls.filter(|url| url.path().ends_with("/posts"));
    let asked: Vec<String> = urls.filter_map(|url| parameter(url, "include")).collect();
    let asked = asked
        .iter()
        .flat_map(|ids| ids.split(','))
        .map(str::to_owned);
    (asked.collect(), result.report.failure.is_none())
}

#[test]
fn a_first_reading_of_a_site_goes_on_after_a_restart_by_the_same_rules() {
    const POSTS: u64 = 650;
    for (language, expected) in [("kk", 250), ("ru", POSTS as usize)] {
        let site = FakeSite::with_posts(POSTS);
        let folder = folder();
        let config = |language: &str| {
            let address = &site.address;
            let tables = format!("language = '{language}'\n[source.wordpress]\nurl = '{address}'");
            testkit::newsroom(&tables, folder.path())
        };
        let store = Arc::new(Store::scratch().expect("a store"));
        let restarted = |language| Driver::new(&config(language), store.clone()).expect("a driver");
        // The site closes itself when four hundred posts have been read.
        let mut calls = 0;
        site.fail(move |url, _| {
            let is_reading = url.path().ends_with("/posts") && parameter(url, "include").is_some();
            calls += u32::from(is_reading);
            (is_reading && calls > 4).then(|| status("401 Unauthorized", "", ""))
        });
        let (_, is_all) = read_site(&restarted("kk"), &site);
        assert!(!is_all && store.count_files().is_ok_and(|files| files == 400));
        site.fail(|_, _| None);
        let driver = restarted(language);
        assert!(!driver.is_complete());
        let (asked, is_all) = read_site(&driver, &site);
        assert!(is_all);
        assert_eq!(asked.len(), expected, "{language}");
        // Everything was read: the next start reads nothing.
        let driver = restarted(language);
        assert!(driver.is_complete());
        assert_eq!(read_site(&driver, &site), (Vec::new(), true));
    }
}

#[test]
fn what_two_configurations_have_read_is_not_taken_for_the_first_ones() {
    let site = FakeSite::with_posts(450);
    let folder = folder();
    let config = |language: &str| {
        let address = &site.address;
        let tables = format!("language = '{language}'\n[source.wordpress]\nurl = '{address}'");
        testkit::newsroom(&tables, folder.path())
    };
    let store = Arc::new(Store::scratch().expect("a store"));
    let mut calls = 0;
    site.fail(move |url, _| {
        let is_reading = url.path().ends_with("/posts") && parameter(url, "include").is_some();
        calls += u32::from(is_reading);
        (is_reading && calls % 3 == 0).then(|| status("401 Unauthorized", "", ""))
    });
    let driver = Driver::new(&config("kk"), store.clone()).expect("a driver");
    assert!(!read_site(&driver, &site).1);
    let next = driver
        .next_source(&config("kk"), &config("ru"))
        .expect("a source");
    driver.replace_source(next, &config("ru"));
    assert!(!read_site(&driver, &site).1);
    site.fail(|_, _| None);
    let driver = Driver::new(&config("kk"), store).expect("a driver");
    let (asked, is_all) = read_site(&driver, &site);
    assert_eq!((asked.len(), is_all), (450, true));
}
