//! Readings, publications, restarts and reconfigurations, as a subscriber sees them.

mod changed_pages;
mod comparisons;
mod configurations;
mod dead_terms;
mod instants;
mod readings;
mod records;
mod renewal;
mod restarts;
mod rows;
mod searches;
mod selections;
mod sitemaps;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bytes::Bytes;
use tempfile::TempDir;

use super::reading::FirstIndex;
use super::*;
use crate::feed::snapshot::Snapshot;
use crate::ingest::Priority;
use crate::ingest::report::Report;
use crate::ingest::state_header::check_identity;
use crate::model::article::Visibility;
use crate::model::article_meta::Change;
use crate::model::format::Format;
use crate::model::removal_guard::Removal;
use crate::model::selection::Selection;
use crate::model::term::Term;
use crate::model::time::{WrittenDate, Zone};
use crate::publish::documents;
use crate::publish::read_handle::SelectError;
use crate::render::pages::ReleasedArticle;
use crate::source::Scope;
use crate::testkit;

const SITE: &str = "\
[site]
title = 'Дала'
url = 'https://dala.example/'
id-authority = 'dala.example'
id-year = 2026
[source.directory]
";

const FEEDS: &str = "\
[auto.tags]
[[feed]]
name = 'sport'
title = 'Спорт'
any = ['#спорт']
[[feed]]
name = 'late'
title = 'Позже'
delay = '1h'
[[feed]]
name = 'fresh'
title = 'Свежее'
oldest = '1d'
";

fn at(text: &str) -> Timestamp {
    Zone::UTC.resolve(WrittenDate::parse(text).expect("a date"))
}

/// An instant after every date of these tests.
fn later() -> Timestamp {
    at("2026-06-01")
}

fn config(folder: &Path, feeds: &str) -> Arc<Config> {
    config_of(folder, &format!("{SITE}{feeds}"))
}

fn config_of(folder: &Path, text: &str) -> Arc<Config> {
    Arc::new(testkit::config(text, folder))
}

/// A folder of articles, and the publisher over it.
struct Newsroom {
    folder: TempDir,
    publisher: Option<Publisher>,
}

impl Newsroom {
    fn new(feeds: &str) -> Newsroom {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("articles")).expect("the articles' folder");
        let mut newsroom = Newsroom {
            folder,
            publisher: None,
        };
        newsroom.restart(feeds, at("2026-01-01"));
        newsroom
    }

    /// Ends the publisher and opens another over the same folders.
    fn restart(&mut self, feeds: &str, as_of: Timestamp) {
        self.publisher = None;
        let store = Store::open(&self.folder.path().join("state")).expect("a store");
        self.start(feeds, store, as_of);
    }

    fn start(&mut self, feeds: &str, store: Store, as_of: Timestamp) {
        let config = config(self.folder.path(), feeds);
        self.publisher =
            Some(Publisher::new(config, Templates::built_in(), store, as_of).expect("a publisher"));
    }

    fn publisher(&self) -> &Publisher {
        self.publisher.as_ref().expect("a started publisher")
    }

    fn reconfigure(&self, feeds: &str) {
        let config = config(self.folder.path(), feeds);
        self.publisher()
            .reconfigure(config, Templates::built_in())
            .expect("a readable store");
    }

    /// Writes an article; `text` is its body with its tags.
    fn write(&self, path: &str, date: &str, text: &str) {
        let article = format!("date {date} Заголовок\n\n{text}\n");
        let path = self.folder.path().join("articles").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        // As an editor saves: another inode, so no clock decides what is noticed.
        let beside = self.folder.path().join("saving");
        fs::write(&beside, article).expect("a file");
        fs::rename(beside, path).expect("a file in its place");
    }

    fn remove(&self, path: &str) {
        let path = self.folder.path().join("articles").join(path);
        fs::remove_file(path).expect("a file to remove");
    }

    fn read(&self) -> Report {
        let report = self.publisher().reconcile(&[Scope::All], Removal::Held);
        assert!(report.failure.is_none(), "{:?}", report.failure);
        report
    }

    fn read_and_publish(&self, as_of: Timestamp) -> Publication {
        self.read();
        self.publisher().publish(as_of)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.publisher()
            .handle()
            .snapshot()
            .expect("a published snapshot")
    }

    fn version(&self, path: &str) -> Arc<FeedVersion> {
        let snapshot = self.snapshot();
        let version = snapshot.feeds.get(path);
        version.unwrap_or_else(|| panic!("no feed {path}")).clone()
    }

    fn entries(&self, path: &str) -> usize {
        self.version(path).entries.len()
    }

    /// The paths of feeds that are other versions than in `before`, or whose term has died since.
    fn moved_since(&self, before: &Snapshot) -> Vec<String> {
        let snapshot = self.snapshot();
        let moved = snapshot.feeds.iter().filter(|(path, version)| {
            let old = before.feeds.get(*path);
            old.is_none_or(|old| !Arc::ptr_eq(old, version))
        });
        let moved = moved.map(|(path, _)| path.to_string());
        let state = self.state();
        let dead = state.dead_feeds().map(|dead| dead.path.to_string());
        let died = dead.filter(|path| before.feeds.contains_key(path.as_str()));
        let mut paths: Vec<String> = moved.chain(died).collect();
        paths.sort();
        paths
    }

    /// Path, validators and document of every feed.
    fn published(&self) -> BTreeMap<String, (Validators, Bytes)> {
        let snapshot = self.snapshot();
        let published = snapshot.feeds.iter().map(|(path, version)| {
            let document = self.render(version);
            (path.to_string(), (version.validators(), document))
        });
        published.collect()
    }

    fn render(&self, version: &FeedVersion) -> Bytes {
        let document =
            documents::render_feed(self.publisher().handle().store(), version, Format::Rss);
        document.unwrap_or_else(|error| panic!("{}: {}", version.path, chain(&error)))
    }

    fn state(&self) -> Arc<PublishedState> {
        let published = self.publisher().handle().published();
        published.expect("a published state")
    }

    fn select(&self, query: &str) -> Result<Arc<FeedVersion>, Term> {
        self.select_in(&self.state(), query)
    }

    fn select_in(&self, state: &PublishedState, query: &str) -> Result<Arc<FeedVersion>, Term> {
        let selection = Selection::from_query(query).expect("a selection");
        let selected = self.publisher().handle().select(state, &selection);
        selected.map_err(|error| match error {
            SelectError::Unknown(term) => term,
            SelectError::TooCostly(_) => panic!("a selection of few articles"),
        })
    }

    fn article(&self, key: &str) -> Option<ReleasedArticle> {
        let article = self.publisher().handle().article(&self.state(), key);
        article.expect("a readable store")
    }

    fn selected(&self, query: &str) -> Arc<FeedVersion> {
        self.select(query)
            .unwrap_or_else(|term| panic!("{term} is unknown"))
    }
}

/// A newsroom with two published articles, one of them on sport.
fn two_articles() -> Newsroom {
    let newsroom = Newsroom::new(FEEDS);
    newsroom.write("a.txt", "2026-01-08T10:00", "Текст.\n\n#спорт");
    newsroom.write("b.txt", "2026-01-09T10:00", "Текст.\n\n#театр");
    newsroom.read_and_publish(later());
    newsroom
}

#[test]
fn nothing_is_published_before_the_first_publication() {
    let newsroom = Newsroom::new(FEEDS);
    assert!(newsroom.publisher().handle().snapshot().is_none());
    assert!(newsroom.publisher().is_due(later()));
    newsroom.read_and_publish(later());
    assert!(newsroom.publisher().handle().snapshot().is_some());
    assert!(!newsroom.publisher().is_due(later()));
}

#[test]
fn a_change_moves_only_the_feeds_that_it_affects() {
    type Change = fn(&Newsroom);
    let cases: [(&str, Change, &[&str]); 6] = [
        ("nothing", |_| {}, &[]),
        (
            "a new article on sport",
            |newsroom| newsroom.write("c.txt", "2026-01-07", "Текст.\n\n#спорт"),
            &["all", "late", "sport", "tags/спорт"],
        ),
        (
            "an edited one",
            |newsroom| newsroom.write("b.txt", "2026-01-09T10:00", "Иначе.\n\n#театр"),
            &["all", "late", "tags/театр"],
        ),
        (
            "one that changes its tag",
            |newsroom| newsroom.write("b.txt", "2026-01-09T10:00", "Текст.\n\n#спорт"),
            &["all", "late", "sport", "tags/спорт", "tags/театр"],
        ),
        (
            "a removed one",
            |newsroom| newsroom.remove("a.txt"),
            &["all", "late", "sport", "tags/спорт"],
        ),
        (
            "one that gets a section",
            |newsroom| {
                newsroom.write(
                    "b.txt",
                    "2026-01-09T10:00",
                    "Культура\n17\n\nТекст.\n\n#театр",
                )
            },
            &["all", "late", "tags/театр"],
        ),
    ];
    for (change, make, expected) in cases {
        let newsroom = two_articles();
        let before = newsroom.snapshot();
        make(&newsroom);
        let published = newsroom.read_and_publish(later().plus(5));
        assert_eq!(newsroom.moved_since(&before), expected, "{change}");
        assert_eq!(published.moved, expected.len(), "{change}");
        let again = newsroom.read_and_publish(later().plus(9));
        assert_eq!(again.moved, 0, "{change}");
    }
}

#[test]
fn a_view_counter_moves_nothing() {
    let newsroom = Newsroom::new(FEEDS);
    let snapshots = ["4", "5"].map(|views| {
        let text = format!("Парламент\n{views}\n\nТекст.");
        newsroom.write("a.txt", "2026-01-08", &text);
        newsroom.read_and_publish(later());
        newsroom.snapshot()
    });
    assert!(Arc::ptr_eq(&snapshots[0], &snapshots[1]));
}

#[test]
fn last_modified_is_the_newest_article_or_the_second_of_a_removal() {
    let newsroom = two_articles();
    let last_modified = || newsroom.version("all").last_modified;
    assert_eq!(last_modified(), at("2026-01-09T10:00"));
    // Newer content has its own time.
    newsroom.write("c.txt", "2026-01-10T08:30", "Текст.");
    newsroom.read_and_publish(later().plus(1));
    assert_eq!(last_modified(), at("2026-01-10T08:30"));
    // A removal has none.
    newsroom.remove("c.txt");
    newsroom.read_and_publish(later().plus(2));
    assert_eq!(last_modified(), later().plus(2));
    // Neither has an older article, and the date never goes back.
    newsroom.write("d.txt", "2026-01-10T08:30", "Текст.");
    newsroom.read_and_publish(later().plus(3));
    assert_eq!(last_modified(), later().plus(3));
    assert_eq!(
        newsroom.version("sport").last_modified,
        at("2026-01-08T10:00")
    );
    assert_eq!(newsroom.publisher().last_moved(), Some(later().plus(3)));
}
