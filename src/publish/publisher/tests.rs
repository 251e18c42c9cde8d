//! Readings, publications, restarts and reconfigurations, as a subscriber sees them.

mod dead_terms;
mod renewal;
mod rows;
mod selections;

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

#[test]
fn an_embargoed_article_is_released_at_its_second() {
    let newsroom = Newsroom::new(FEEDS);
    newsroom.write("a.txt", "2026-01-08T10:00", "Текст.\n\n#старое");
    newsroom.write("b.txt", "2026-03-01T12:00", "Текст.\n\n#спорт #новое");
    let release = at("2026-03-01T12:00");
    let published = newsroom.read_and_publish(release.plus(-10));
    assert_eq!(published.next, Some(release));
    assert!(newsroom.article("b").is_none());
    assert!(newsroom.select("any=новое").is_err());
    let before = newsroom.snapshot();
    assert!(!newsroom.publisher().is_due(release.plus(-1)));
    assert_eq!(newsroom.publisher().publish(release.plus(-1)).moved, 0);
    assert!(Arc::ptr_eq(&before, &newsroom.snapshot()));
    assert!(newsroom.publisher().is_due(release));
    let opened = newsroom.publisher().publish(release);
    let expected = ["all", "fresh", "sport", "tags/новое", "tags/спорт"];
    assert_eq!(newsroom.moved_since(&before)[..], expected);
    assert_eq!(opened.moved, expected.len());
    assert_eq!(newsroom.version("all").last_modified, release);
    assert!(newsroom.article("b").is_some());
}

#[test]
fn a_correction_dated_in_the_future_counts_from_its_instant() {
    let newsroom = Newsroom::new(FEEDS);
    let path = newsroom.folder.path().join("articles/a.txt");
    let text = "date 2026-01-08 Заголовок\nupdated 2026-01-20 10:00\n\nТекст.\n";
    fs::write(path, text).expect("a file");
    let correction = at("2026-01-20T10:00");
    let published = newsroom.read_and_publish(correction.plus(-5));
    assert_eq!(published.next, Some(correction));
    assert_eq!(newsroom.version("all").last_modified, at("2026-01-08"));
    let before = newsroom.snapshot();
    newsroom.publisher().publish(correction);
    assert_eq!(newsroom.moved_since(&before), ["all", "late"]);
    assert_eq!(newsroom.version("all").last_modified, correction);
}

#[test]
fn feeds_with_a_delay_or_an_age_limit_change_without_an_edit() {
    let newsroom = Newsroom::new(FEEDS);
    newsroom.write("a.txt", "2026-03-01T12:00", "Текст.");
    let release = at("2026-03-01T12:00");
    newsroom.read_and_publish(release);
    let (hour, day) = (3_600, 86_400);
    for (instant, late, fresh) in [
        (release, 0, 1),
        (release.plus(hour - 1), 0, 1),
        (release.plus(hour), 1, 1),
        (release.plus(day - 1), 1, 1),
        (release.plus(day), 1, 0),
    ] {
        newsroom.publisher().publish(instant);
        let entries = (newsroom.entries("late"), newsroom.entries("fresh"));
        assert_eq!(entries, (late, fresh), "{instant}");
    }
    assert_eq!(newsroom.version("late").last_modified, release.plus(hour));
    assert_eq!(newsroom.version("fresh").last_modified, release.plus(day));
    assert_eq!(newsroom.version("late").next, None);
}

#[test]
fn publishing_in_small_steps_equals_one_large_step() {
    let write = |newsroom: &Newsroom| {
        for (path, date) in [
            ("a", "2026-03-01"),
            ("b", "2026-03-01T00:30"),
            ("c", "2026-03-02"),
        ] {
            newsroom.write(&format!("{path}.txt"), date, "Текст.\n\n#спорт");
        }
    };
    let (start, end) = (at("2026-02-28T23:00"), at("2026-03-03T02:00"));
    let (small, large) = (Newsroom::new(FEEDS), Newsroom::new(FEEDS));
    write(&small);
    write(&large);
    large.read_and_publish(end);
    let mut next = small.read_and_publish(start).next;
    while let Some(instant) = next.filter(|instant| *instant <= end) {
        next = small.publisher().publish(instant).next;
    }
    let digests = |newsroom: &Newsroom| -> Vec<_> {
        let published = newsroom.published().into_iter();
        published
            .map(|(path, (v, bytes))| (path, v.digest, bytes))
            .collect()
    };
    assert_eq!(digests(&small), digests(&large));
}

#[test]
fn a_restart_changes_no_validator_and_no_byte() {
    let mut newsroom = two_articles();
    newsroom.write("c.txt", "2026-01-10", "Текст.\n\n#СПОРТ #театр");
    newsroom.read_and_publish(later().plus(1));
    newsroom.remove("c.txt");
    newsroom.read_and_publish(later().plus(2));
    let selection = newsroom.selected("any=спорт,театр");
    newsroom.remove("b.txt");
    newsroom.read_and_publish(later().plus(3));
    let (before, selected) = (newsroom.published(), newsroom.selected("any=спорт,театр"));
    assert_eq!(selected.last_modified, later().plus(3));
    assert_ne!(selected.digest, selection.digest);
    // Its new date is stored at the end of the process.
    assert!(newsroom.publisher().save());

    newsroom.restart(FEEDS, later().plus(100));
    let first = newsroom.publisher().publish(later().plus(100));
    assert_eq!((first.moved, newsroom.published()), (0, before.clone()));
    assert_eq!(
        newsroom.selected("any=спорт,театр").validators(),
        selected.validators()
    );
    let report = newsroom.read();
    assert_eq!((report.read, report.changed), (0, 0));
    assert_eq!(newsroom.publisher().publish(later().plus(101)).moved, 0);

    let store = Store::scratch().expect("a scratch store");
    newsroom.start(FEEDS, store, later().plus(200));
    newsroom.read_and_publish(later().plus(200));
    for (path, (validators, document)) in newsroom.published() {
        let (old, was) = &before[&path];
        assert_eq!((validators.digest, &document), (old.digest, was), "{path}");
        assert!(validators.last_modified <= old.last_modified, "{path}");
    }
}

#[test]
fn a_restart_between_two_changes_changes_no_title() {
    let titles = |restart: bool| {
        let mut newsroom = Newsroom::new(FEEDS);
        newsroom.write("a.txt", "2026-01-08", "Текст.\n\n#Спорт");
        newsroom.read_and_publish(later());
        newsroom.write("b.txt", "2026-01-07", "Текст.\n\n#СПОРТ");
        newsroom.read_and_publish(later());
        if restart {
            newsroom.restart(FEEDS, later());
            newsroom.read_and_publish(later());
        }
        newsroom.remove("a.txt");
        newsroom.remove("b.txt");
        newsroom.read_and_publish(later());
        newsroom.version("tags/спорт").channel.title.clone()
    };
    assert_eq!(titles(false), titles(true));
}

#[test]
fn an_address_that_is_no_longer_served_is_reported_until_a_redirect_covers_it() {
    let mut newsroom = two_articles();
    let vanished = |newsroom: &Newsroom| -> Vec<String> {
        let vanished = newsroom.publisher().vanished().expect("a readable store");
        vanished.iter().map(ToString::to_string).collect()
    };
    let without = FEEDS.replace("'sport'", "'sports'");
    let reported = ["`/sport.rss`, `/sport.atom` and `/sport.json` were served and are no longer"];
    newsroom.reconfigure(&without);
    assert!(newsroom.publisher().publish(later().plus(1)).reconfigured);
    assert_eq!(vanished(&newsroom), reported);
    assert!(!newsroom.publisher().publish(later().plus(2)).reconfigured);
    for instant in 3..5 {
        newsroom.restart(&without, later().plus(instant));
        assert!(
            newsroom
                .publisher()
                .publish(later().plus(instant))
                .reconfigured
        );
        assert_eq!(vanished(&newsroom), reported);
    }
    let gone = ["rss", "atom", "json"]
        .map(|extension| format!("[[redirect]]\nfrom = '/sport.{extension}'\nto = ''\n"));
    newsroom.reconfigure(&(without.clone() + &gone.concat()));
    newsroom.publisher().publish(later().plus(6));
    assert_eq!(vanished(&newsroom), [""; 0]);
    // Removed redirects and removed feeds are reported.
    newsroom.reconfigure("");
    newsroom.publisher().publish(later().plus(7));
    let reported = vanished(&newsroom);
    let names = ["fresh", "late", "sport", "sports"];
    assert_eq!(reported.len(), names.len() + 1, "{reported:?}");
    for (reported, name) in reported.iter().zip(names) {
        assert!(
            reported.starts_with(&format!("`/{name}.rss`")),
            "{reported}"
        );
    }
    assert!(
        reported[4].starts_with("6 addresses, such as `/tags/"),
        "{reported:?}"
    );
    newsroom.reconfigure(FEEDS);
    newsroom.publisher().publish(later().plus(8));
    assert_eq!(vanished(&newsroom).len(), 1, "only `sports` is not back");
}

#[test]
fn after_an_unclean_end_a_moved_feed_is_dated_no_earlier_than_the_start() {
    let mut newsroom = Newsroom::new(FEEDS);
    newsroom.write(
        "a.txt",
        "2026-01-08",
        "Текст.

#спорт",
    );
    newsroom.read_and_publish(later());
    let before = newsroom.version("sport").validators();
    // What was answered last is not in this copy, as after a crash on a disk that stalled.
    let crashed = tempfile::tempdir().expect("a folder");
    let file = newsroom.folder.path().join("state/taspa.redb");
    assert!(newsroom.publisher().store.wait_until_saved(Duration::MAX));
    fs::copy(file, crashed.path().join("taspa.redb")).expect("a copy");
    newsroom.write("b.txt", "2026-01-09", "Текст.");
    let start = later().plus(100);
    newsroom.publisher = None;
    let store = Store::open(crashed.path()).expect("a store");
    newsroom.start(FEEDS, store, start);
    newsroom.read_and_publish(start);
    assert_eq!(newsroom.version("sport").validators(), before);
    assert_eq!(newsroom.version("all").last_modified, start);
}

#[test]
fn a_feed_that_returns_after_a_clean_restart_is_dated_no_earlier_than_an_unclean_end() {
    let mut newsroom = two_articles();
    assert!(newsroom.publisher().store.wait_until_saved(Duration::MAX));
    let crashed = tempfile::tempdir().expect("a folder");
    let file = newsroom.folder.path().join("state/taspa.redb");
    fs::copy(file, crashed.path().join("taspa.redb")).expect("a copy");
    let start = later().plus(100);
    let restart = |newsroom: &mut Newsroom, at| {
        newsroom.publisher = None;
        let store = Store::open(crashed.path()).expect("a store");
        newsroom.start(FEEDS, store, at);
        newsroom.publisher().publish(at);
        newsroom.publisher().save();
    };
    restart(&mut newsroom, start);
    restart(&mut newsroom, start.plus(100));
    // It may have been answered before the crash, with a later date than the article's.
    newsroom.write("c.txt", "2026-01-10", "Текст.\n\n#наука");
    newsroom.read_and_publish(start.plus(200));
    assert_eq!(newsroom.version("tags/наука").last_modified, start);
}

#[test]
fn stop_before_the_first_publication_does_not_end_an_unclean_end() {
    let mut newsroom = two_articles();
    assert!(newsroom.publisher().store.wait_until_saved(Duration::MAX));
    let crashed = tempfile::tempdir().expect("a folder");
    let file = newsroom.folder.path().join("state/taspa.redb");
    fs::copy(file, crashed.path().join("taspa.redb")).expect("a copy");
    for (publishes, is_clean) in [(false, false), (true, false), (true, true)] {
        newsroom.publisher = None;
        let store = Store::open(crashed.path()).expect("a store");
        assert_eq!(store.was_closed_cleanly(), is_clean, "{publishes}");
        newsroom.start(FEEDS, store, later());
        if publishes {
            newsroom.publisher().publish(later());
        }
        assert!(newsroom.publisher().save());
    }
}

#[test]
fn a_selection_is_built_once_and_moves_with_its_articles() {
    let newsroom = two_articles();
    let first = newsroom.selected("all=спорт");
    assert_eq!(first.entries.len(), 1);
    assert!(Arc::ptr_eq(&first, &newsroom.selected("all=спорт")));
    newsroom.write("c.txt", "2026-01-10", "Текст.\n\n#театр");
    newsroom.read_and_publish(later().plus(1));
    assert!(Arc::ptr_eq(&first, &newsroom.selected("all=спорт")));
    newsroom.write("d.txt", "2026-01-10", "Текст.\n\n#спорт");
    // The selection moves when it is requested.
    assert_eq!(newsroom.read_and_publish(later().plus(2)).moved, 4);
    let second = newsroom.selected("all=спорт");
    assert_eq!(
        (second.entries.len(), second.last_modified),
        (2, later().plus(2))
    );
    assert_eq!(second.previous, Some(first.validators()));
    newsroom.remove("a.txt");
    newsroom.remove("d.txt");
    newsroom.read_and_publish(later().plus(3));
    let empty = newsroom.selected("all=спорт");
    assert_eq!(
        (empty.entries.len(), empty.last_modified),
        (0, later().plus(3))
    );
}

#[test]
fn a_selection_moves_once_a_second_and_delays_no_other_feed() {
    // Edits that only the selection's window shows.
    let newsroom = Newsroom::new("[defaults]\nitems = 1\nkeep = '0s'\n");
    newsroom.write("new.txt", "2026-01-09", "Текст.");
    newsroom.write("mid.txt", "2026-01-08T12:00", "Текст.\n\n#а");
    newsroom.write("old.txt", "2026-01-08", "Текст.\n\n#а #б");
    newsroom.read_and_publish(later());
    let moved = newsroom.publisher().last_moved();
    let first = newsroom.selected("all=а,б");
    let edit = |text: &str, as_of| {
        newsroom.write("old.txt", "2026-01-08", &format!("{text}\n\n#а #б"));
        newsroom.read_and_publish(as_of);
        newsroom.selected("all=а,б")
    };
    let second = edit("Иначе.", later().plus(5));
    assert_ne!(second.digest, first.digest);
    assert_eq!(second.last_modified, later().plus(5));
    let same = edit("Совсем иначе.", later().plus(5));
    assert_eq!(same.validators(), second.validators());
    newsroom.publisher().publish(later().plus(6));
    let third = newsroom.selected("all=а,б");
    assert_ne!(third.digest, second.digest);
    assert_eq!(third.last_modified, later().plus(6));
    assert_eq!(newsroom.publisher().last_moved(), moved);
}

#[test]
fn a_selection_changes_without_an_edit() {
    let newsroom = Newsroom::new("[defaults]\ndelay = '1h'\n");
    newsroom.write("a.txt", "2026-03-01T12:00", "Текст.\n\n#спорт");
    newsroom.read_and_publish(at("2026-03-01T12:00"));
    assert_eq!(newsroom.selected("any=спорт").entries.len(), 0);
    let published = newsroom.publisher().publish(at("2026-03-01T12:59:59"));
    assert_eq!(
        (published.moved, published.next),
        (0, Some(at("2026-03-01T13:00")))
    );
    assert_eq!(
        newsroom.publisher().publish(at("2026-03-01T13:00")).moved,
        1
    );
    assert_eq!(newsroom.selected("any=спорт").entries.len(), 1);
}

#[test]
fn a_selection_of_unknown_terms_reports_the_first() {
    let newsroom = two_articles();
    let unknown = newsroom.select("any=спорт,шахматы&none=lang:xx");
    assert_eq!(unknown.expect_err("unknown").to_string(), "шахматы");
    assert!(newsroom.select("none=lang:xx").is_err());
    for number in 0..100 {
        assert!(newsroom.select(&format!("any=спорт,{number}")).is_err());
    }
    let publisher = newsroom.publisher();
    assert_eq!(
        publisher.handle().selections().len(),
        0,
        "nothing is cached of it"
    );
    let term = Term::parse("7").expect("a term");
    assert_eq!(publisher.writer().state.index.find_term(&term), None);
}

#[test]
fn an_alias_selects_the_same_articles_as_its_term() {
    let newsroom = Newsroom::new("[same]\n'#спорт' = ['#sport']\n");
    newsroom.write("a.txt", "2026-01-08", "Текст.\n\n#спорт");
    newsroom.write("b.txt", "2026-01-09", "Текст.\n\n#sport");
    newsroom.read_and_publish(later());
    let (term, alias) = (
        newsroom.selected("any=спорт"),
        newsroom.selected("any=sport"),
    );
    assert_eq!((term.entries.len(), &term.entries), (2, &alias.entries));
}

#[test]
fn records_stay_while_a_snapshot_names_them() {
    let newsroom = two_articles();
    let old = newsroom.snapshot();
    let old_selection = newsroom.selected("all=спорт");
    let documents = newsroom.published();
    newsroom.write("a.txt", "2026-01-08T10:00", "Иначе.\n\n#спорт");
    newsroom.remove("b.txt");
    for second in 1..5 {
        newsroom.read_and_publish(later().plus(second));
        for (path, version) in &old.feeds {
            assert_eq!(newsroom.render(version), documents[&**path].1, "{path}");
        }
        newsroom.render(&old_selection);
    }
    let retired = || newsroom.publisher().store.retired().expect("readable rows");
    assert_eq!(retired().len(), 2);
    drop(old);
    newsroom.write("c.txt", "2026-01-08T10:00", "Текст.");
    newsroom.read_and_publish(later().plus(6));
    assert_eq!(retired(), []);
    newsroom.published();
}

#[test]
fn an_unchanged_article_that_moves_to_another_file_stays_readable() {
    let newsroom = Newsroom::new(&format!("key = 'name'\n{FEEDS}"));
    newsroom.write("a/x.txt", "2026-01-08", "Текст.\n\n#спорт");
    newsroom.write("b/x.txt", "2026-01-08", "Текст.\n\n#спорт");
    newsroom.read_and_publish(later());
    let selected = newsroom.selected("all=спорт");
    let before = newsroom.published();
    newsroom.remove("a/x.txt");
    assert_eq!(newsroom.read_and_publish(later().plus(1)).moved, 0);
    assert_eq!(newsroom.published(), before);
    for second in 2..5 {
        newsroom.write("z.txt", "2026-01-01", &format!("Текст {second}."));
        newsroom.read_and_publish(later().plus(second));
        newsroom.published();
        let again = newsroom.selected("all=спорт");
        newsroom.render(&again);
        assert_eq!(again.validators(), selected.validators());
    }
    assert_eq!(newsroom.entries("all"), 2);
}

#[test]
fn a_restart_deletes_the_record_of_a_removed_article() {
    let mut newsroom = two_articles();
    newsroom.remove("a.txt");
    newsroom.read_and_publish(later().plus(1));
    newsroom.restart(FEEDS, later().plus(2));
    newsroom.publisher().publish(later().plus(2));
    assert_eq!(
        newsroom.publisher().store.retired().expect("readable rows"),
        []
    );
    newsroom.published();
}

#[test]
fn another_site_title_moves_every_feed() {
    let newsroom = two_articles();
    let before = newsroom.published();
    let text = format!("{SITE}{FEEDS}").replace("'Дала'", "'Степь'");
    let config = config_of(newsroom.folder.path(), &text);
    newsroom
        .publisher()
        .reconfigure(config, Templates::built_in())
        .expect("a readable store");
    assert!(newsroom.publisher().is_due(later().plus(1)));
    let published = newsroom.publisher().publish(later().plus(1));
    let after = newsroom.published();
    assert_eq!(published.moved, before.len());
    assert!(after.iter().all(|(path, (validators, document))| {
        let (old, was) = &before[path];
        old.digest != validators.digest
            && was != document
            && validators.last_modified == later().plus(1)
    }));
}

#[test]
fn reconfigured_feeds_keep_the_validators_of_the_others() {
    let newsroom = two_articles();
    let before = newsroom.published();
    newsroom.reconfigure(
        "[auto.authors]\n[[feed]]\nname = 'stage'\ntitle = 'Сцена'\nany = ['#театр', '#опера']\n",
    );
    assert_eq!(newsroom.publisher().publish(later().plus(1)).moved, 1);
    let after = newsroom.published();
    let paths: Vec<&str> = after.keys().map(String::as_str).collect();
    assert_eq!(paths, ["all", "stage"]);
    assert_eq!(after["all"], before["all"]);
    assert_eq!(
        newsroom.version("stage").last_modified,
        at("2026-01-09T10:00")
    );
    let unused: Vec<String> = newsroom
        .state()
        .unused_terms()
        .into_iter()
        .map(|named| named.text)
        .collect();
    assert_eq!(unused, ["опера"]);
}

#[test]
fn a_feed_that_is_configured_again_has_no_older_date() {
    let newsroom = two_articles();
    newsroom.write("c.txt", "2026-01-10", "Текст.\n\n#спорт");
    newsroom.read_and_publish(later().plus(1));
    newsroom.remove("c.txt");
    newsroom.read_and_publish(later().plus(2));
    let before = newsroom.version("sport").validators();
    assert_eq!(before.last_modified, later().plus(2));
    newsroom.reconfigure("");
    newsroom.publisher().publish(later().plus(3));
    newsroom.reconfigure(FEEDS);
    newsroom.publisher().publish(later().plus(4));
    assert_eq!(newsroom.version("sport").validators(), before);
}

#[test]
fn caching_rules_take_effect_with_or_without_another_etag() {
    for (rule, moves) in [("cache = '1h'", true), ("stale-if-error = '1h'", false)] {
        let newsroom = two_articles();
        let before = newsroom.published();
        newsroom.reconfigure(&format!("[defaults]\n{rule}\n{FEEDS}"));
        let published = newsroom.publisher().publish(later().plus(1));
        let after = newsroom.published();
        let changed = after
            .iter()
            .filter(|(path, new)| before[*path] != **new)
            .count();
        assert_eq!(
            (published.moved, changed),
            (changed, if moves { before.len() } else { 0 }),
            "{rule}"
        );
        let settings = &newsroom.version("sport").settings;
        assert!(
            settings.cache == 3_600 || settings.stale_if_error == 3_600,
            "{rule}"
        );
    }
}

#[test]
fn terms_that_become_aliases_share_a_feed() {
    let newsroom = two_articles();
    let sport = newsroom.version("sport").validators();
    newsroom.reconfigure(&format!("{FEEDS}[same]\n'#спорт' = ['#театр']\n"));
    newsroom.publisher().publish(later().plus(1));
    assert_eq!(
        (newsroom.entries("sport"), newsroom.entries("tags/спорт")),
        (2, 2)
    );
    assert!(!newsroom.snapshot().feeds.contains_key("tags/театр"));
    newsroom.reconfigure(FEEDS);
    newsroom.publisher().publish(later().plus(2));
    assert_eq!(newsroom.version("sport").digest, sport.digest);
    assert_eq!(newsroom.entries("tags/театр"), 1);
}

#[test]
fn a_term_removed_from_feeds_toml_is_unknown_again() {
    let named = "[auto.tags]\n[[feed]]\nname = 'opera'\ntitle = 'Опера'\nany = ['#опера']\n";
    let mut newsroom = Newsroom::new(named);
    newsroom.write("a.txt", "2026-01-08", "Текст.");
    newsroom.read_and_publish(later());
    assert_eq!(newsroom.entries("tags/опера"), 0);
    assert!(newsroom.select("any=опера").is_ok());
    newsroom.reconfigure("[auto.tags]\n");
    for restarted in [false, true] {
        newsroom.publisher().publish(later().plus(1));
        let feeds: Vec<Arc<str>> = newsroom.snapshot().feeds.keys().cloned().collect();
        assert_eq!(feeds, ["all".into()], "restarted: {restarted}");
        assert!(
            newsroom.select("any=опера").is_err(),
            "restarted: {restarted}"
        );
        newsroom.restart("[auto.tags]\n", later());
    }
}

#[test]
fn a_configuration_with_other_reading_rules_reads_all_articles_again() {
    let newsroom = two_articles();
    assert_eq!(newsroom.read().read, 0);
    newsroom.reconfigure(&format!("key = 'name'\n{FEEDS}"));
    assert_eq!(newsroom.read().read, 2);
    assert_eq!(newsroom.read().read, 0);
    let zoned = format!("{SITE}{FEEDS}").replace("[source", "time-zone = 'Asia/Almaty'\n[source");
    let config = config_of(newsroom.folder.path(), &zoned);
    newsroom
        .publisher()
        .reconfigure(config, Templates::built_in())
        .expect("a readable store");
    assert_eq!(newsroom.read().read, 2);
    newsroom.publisher().publish(later().plus(1));
    let rendered = newsroom.published()["all"].1.clone();
    let text = String::from_utf8_lossy(&rendered).into_owned();
    assert!(text.contains("Fri, 09 Jan 2026 10:00:00 +0500"), "{text}");
}

#[test]
fn a_configuration_that_changes_during_the_first_reading_loses_no_article() {
    for same in ["", "[same]\n'#спорт' = ['#театр']\n"] {
        let newsroom = Newsroom::new(FEEDS);
        newsroom.write("a.txt", "2026-01-08T10:00", "Текст.\n\n#спорт");
        newsroom.write("b.txt", "2026-01-09T10:00", "Текст.\n\n#театр #опера");
        let added = "[[feed]]\nname = 'stage'\ntitle = 'Сцена'\nany = ['#опера', '#балет']\n";
        let publisher = newsroom.publisher();
        let mut first = FirstIndex::new(&publisher.writer());
        newsroom.reconfigure(&format!("{FEEDS}{added}{same}"));
        first.renew_if_outdated(&publisher.writer());
        newsroom.read();
        let rows = publisher.store.article_rows().expect("readable rows");
        let changes = rows.map(|row| Change::Put(row.expect("a row").meta));
        first.stage(&mut changes.collect());
        drop(first.finish(publisher));
        publisher.publish(later());
        assert_eq!(newsroom.entries("all"), 2, "{same}");
        assert_eq!(newsroom.entries("stage"), 1, "{same}");
        let sport = if same.is_empty() { 1 } else { 2 };
        assert_eq!(newsroom.entries("sport"), sport, "{same}");
    }
}

#[test]
fn selection_that_was_made_during_a_first_reading_sees_its_articles() {
    let newsroom = Newsroom::new("");
    let publisher = newsroom.publisher();
    publisher.publish(later());
    let mut first = FirstIndex::new(&publisher.writer());
    // It is given the number that another term has in the index of the reading.
    newsroom.reconfigure("[[feed]]\nname = 'stage'\ntitle = 'Сцена'\nany = ['#опера']\n");
    publisher.publish(later().plus(1));
    assert_eq!(newsroom.selected("any=опера").entries.len(), 0);
    newsroom.write("a.txt", "2026-01-08", "Текст.\n\n#балет");
    newsroom.write("b.txt", "2026-01-09", "Текст.\n\n#опера");
    publisher.driver().read(
        &[Scope::All],
        Removal::Held,
        Priority::Normal,
        &mut |changes| {
            changes.iter_mut().for_each(|change| match change {
                Change::Put(meta) if &*meta.key == "a" => meta.visibility = Visibility::Draft,
                Change::Put(_) | Change::Remove(_) => {}
            });
            first.stage(changes);
        },
    );
    drop(first.finish(publisher));
    publisher.publish(later().plus(2));
    assert_eq!(newsroom.selected("any=опера").entries.len(), 1);
}

#[test]
fn articles_of_a_reading_that_panicked_are_published() {
    let newsroom = two_articles();
    newsroom.write("c.txt", "2026-01-10", "Текст.\n\n#спорт");
    newsroom.remove("b.txt");
    let publisher = newsroom.publisher();
    // It has stored its changes, and nobody learns of them.
    let priority = Priority::Normal;
    (publisher.driver()).read(&[Scope::All], Removal::Held, priority, &mut |_| {});
    assert_eq!(newsroom.read_and_publish(later().plus(1)).moved, 0);
    publisher.reload_index();
    publisher.publish(later().plus(2));
    assert_eq!((newsroom.entries("all"), newsroom.entries("sport")), (2, 2));
    assert!(newsroom.article("b").is_none());
}

#[test]
fn changes_that_a_publication_had_taken_when_it_panicked_are_published() {
    let newsroom = two_articles();
    newsroom.write("c.txt", "2026-01-10", "Текст.\n\n#спорт");
    let publisher = newsroom.publisher();
    publisher.reconcile(&[Scope::All], Removal::Held);
    {
        let mut writer = publisher.writer();
        writer.touched = AffectedFeeds::none();
        writer.is_publishing = true;
    }
    publisher.publish(later().plus(2));
    assert_eq!(newsroom.entries("all"), 3);
}

#[test]
fn another_site_identity_is_refused() {
    let newsroom = two_articles();
    let header = newsroom.publisher().store.header().expect("a readable row");
    for (from, to, fits) in [
        ("x", "x", true),
        ("id-year = 2026", "id-year = 2025", false),
        ("'dala.example'", "'steppe.example'", false),
        ("'https://dala.example/'", "'https://steppe.example/'", true),
    ] {
        let text = SITE.replace(from, to);
        let config = config_of(newsroom.folder.path(), &text);
        assert_eq!(
            check_identity(&config, header.as_ref()).is_ok(),
            fits,
            "{to}"
        );
        assert!(check_identity(&config, None).is_ok());
    }
}
