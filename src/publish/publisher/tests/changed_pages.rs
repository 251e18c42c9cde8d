//! Which pages search engines are told of.

use super::*;
use crate::publish::changed_pages::{ChangedPages, QueueChange};

const TOLD: &str = "\
[server]
public-url = 'https://feeds.dala.example/x/'
[indexnow]
key = '0123456789abcdef'
";

const HERE: &str = "https://feeds.dala.example/x/articles/";

/// A newsroom that tells search engines, and what was found so far.
struct Told {
    newsroom: Newsroom,
    pages: ChangedPages,
}

impl Told {
    /// A newsroom with one article, which has read it and tells from then on.
    fn begun() -> Told {
        let newsroom = Newsroom::new(TOLD);
        write(&newsroom, "old", "date: 2026-01-02", "Бұрыннан бар.");
        newsroom.read_and_publish(at("2026-02-01"));
        let mut told = Told::of(newsroom);
        assert_eq!(told.addresses(), "", "nothing at the first start");
        told
    }

    fn of(newsroom: Newsroom) -> Told {
        let pages = ChangedPages::new(newsroom.publisher().handle().clone());
        Told { newsroom, pages }
    }

    /// Another process over the same folders.
    fn restarted(self, feeds: &str, as_of: &str) -> Told {
        let mut newsroom = self.newsroom;
        drop(self.pages);
        newsroom.restart(feeds, at(as_of));
        Told::of(newsroom)
    }

    fn queue(&mut self) -> QueueChange {
        let published = self.newsroom.publisher().handle().published();
        let change = self.pages.queue(&published.expect("a published state"));
        change.expect("a readable store")
    }

    /// The addresses that are queued now, without what they all begin with. Takes them.
    fn addresses(&mut self) -> String {
        self.queue();
        self.take()
    }

    fn take(&self) -> String {
        let store = self.newsroom.publisher().handle().store();
        let queued = store.queued_pages(None, 100).expect("a readable store");
        let addresses = queued.iter().map(|(address, _)| address.as_str());
        let removed = store.write(|batch| batch.remove_queued_pages(addresses.clone()));
        removed.expect("a store to write");
        let short = addresses.map(|address| address.strip_prefix(HERE).unwrap_or(address));
        short.collect::<Vec<_>>().join(" ")
    }

    /// What is told once the articles were read and published.
    fn read(&mut self, as_of: &str) -> String {
        self.newsroom.read_and_publish(at(as_of));
        self.addresses()
    }

    fn publish(&mut self, as_of: &str) -> String {
        self.newsroom.publisher().publish(at(as_of));
        self.addresses()
    }
}

fn write(newsroom: &Newsroom, name: &str, keys: &str, text: &str) {
    let article = format!("---\ntitle: Тақырып {name}\n{keys}\n---\n\n{text}\n");
    let path = newsroom.folder.path().join("articles").join(name);
    let beside = newsroom.folder.path().join("saving");
    fs::write(&beside, article).expect("a file");
    fs::rename(beside, path.with_extension("md")).expect("a file in its place");
}

#[test]
fn pages_that_are_new_changed_moved_or_withdrawn_are_told_once() {
    let mut told = Told::begun();
    let day = "date: 2026-01-03";
    for (name, keys, text, expected) in [
        ("new", day, "Раз.", "new"),
        ("new", day, "Екі.", "new"),
        ("new", day, "Екі.", ""),
        (
            "new",
            "date: 2026-01-03\nurl: /2026/new/",
            "Екі.",
            "https://dala.example/2026/new/ new",
        ),
        (
            "new",
            "date: 2026-01-03\nurl: /2026/renewed/#top",
            "Екі.",
            "https://dala.example/2026/new/ https://dala.example/2026/renewed/",
        ),
        (
            "new",
            "date: 2026-01-03\nurl: /2026/renewed/\nnoindex: true",
            "Екі.",
            "https://dala.example/2026/renewed/",
        ),
        (
            "new",
            "date: 2026-01-03\nurl: /2026/renewed/\nnoindex: true",
            "Үш.",
            "",
        ),
        ("new", day, "Үш.", "new"),
        ("new", "date: 2026-01-03\ndraft: true", "Төрт.", "new"),
        ("new", "date: 2026-01-03\ndraft: true", "Бес.", ""),
        ("new", day, "Бес.", "new"),
        ("new", "date: 2026-01-03\nfeed: false", "Бес.", "new"),
        ("new", day, "Бес.", "new"),
        (
            "new",
            "date: 2026-01-03\nexpires: 2026-01-04",
            "Бес.",
            "new",
        ),
        (
            "дом + сад",
            day,
            "Бес.",
            "%D0%B4%D0%BE%D0%BC%20%2B%20%D1%81%D0%B0%D0%B4",
        ),
        ("hidden", "date: 2026-01-03\nnoindex: true", "Бес.", ""),
        ("kept-out", "date: 2026-01-03\nfeed: false", "Бес.", ""),
    ] {
        write(&told.newsroom, name, keys, text);
        assert_eq!(told.read("2026-02-02"), expected, "{name}: {keys}: {text}");
    }
    told.newsroom.remove("old.md");
    told.newsroom.remove("hidden.md");
    assert_eq!(told.read("2026-02-03"), "old");
    assert_eq!(told.addresses(), "");
}

#[test]
fn changes_between_two_looks_are_one() {
    let mut told = Told::begun();
    let day = "date: 2026-01-03";
    // It comes and goes.
    write(&told.newsroom, "short", day, "Раз.");
    told.newsroom.read_and_publish(at("2026-02-02"));
    told.newsroom.remove("short.md");
    // It changes, and changes back.
    write(&told.newsroom, "old", day, "Раз.");
    told.newsroom.read_and_publish(at("2026-02-03"));
    write(&told.newsroom, "old", "date: 2026-01-02", "Бұрыннан бар.");
    // It moves twice.
    write(
        &told.newsroom,
        "moved",
        "date: 2026-01-03\nurl: /a/",
        "Раз.",
    );
    assert_eq!(told.read("2026-02-04"), "https://dala.example/a/");
    write(
        &told.newsroom,
        "moved",
        "date: 2026-01-03\nurl: /b/",
        "Раз.",
    );
    told.newsroom.read_and_publish(at("2026-02-05"));
    write(
        &told.newsroom,
        "moved",
        "date: 2026-01-03\nurl: /c/",
        "Раз.",
    );
    let (from, to) = ("https://dala.example/a/", "https://dala.example/c/");
    assert_eq!(told.read("2026-02-06"), format!("{from} {to}"));
}

#[test]
fn what_a_reading_has_stored_is_told_when_readers_see_it() {
    let mut told = Told::begun();
    write(&told.newsroom, "new", "date: 2026-01-03", "Раз.");
    told.newsroom.read();
    assert_eq!(told.addresses(), "");
    // The process ends before it has published that.
    let mut told = told.restarted(TOLD, "2026-02-02");
    assert_eq!(told.publish("2026-02-02"), "new");
}

#[test]
fn queued_addresses_survive_the_end_of_the_process() {
    let mut told = Told::begun();
    write(&told.newsroom, "new", "date: 2026-01-03", "Раз.");
    told.newsroom.read_and_publish(at("2026-02-02"));
    assert_eq!(told.queue().queued, 1);
    let mut told = told.restarted(TOLD, "2026-02-03");
    assert_eq!(told.publish("2026-02-03"), "new");
    assert_eq!(told.read("2026-02-04"), "", "it is told once");
}

#[test]
fn embargo_is_told_of_from_its_second_on_also_after_a_downtime() {
    for is_down in [false, true] {
        let mut told = Told::begun();
        let release = "date: 2026-03-01T10:00:00Z";
        write(
            &told.newsroom,
            "later",
            &format!("{release}\nurl: /l/"),
            "Раз.",
        );
        write(
            &told.newsroom,
            "corrected",
            "date: 2026-01-03\nupdated: 2026-03-01T10:00:00Z",
            "Раз.",
        );
        write(
            &told.newsroom,
            "offer",
            "date: 2026-01-03\nexpires: 2026-03-01T10:00:00Z",
            "Раз.",
        );
        write(
            &told.newsroom,
            "secret",
            &format!("{release}\nnoindex: true"),
            "Раз.",
        );
        assert_eq!(told.read("2026-02-02"), "corrected offer");
        // An edit of it is no hint.
        write(
            &told.newsroom,
            "later",
            &format!("{release}\nurl: /l/"),
            "Екі.",
        );
        assert_eq!(told.read("2026-02-03"), "");
        assert_eq!(told.publish("2026-03-01T09:59:59Z"), "");
        if is_down {
            told = told.restarted(TOLD, "2026-03-02");
        }
        let expected = "https://dala.example/l/ corrected offer";
        assert_eq!(told.publish("2026-03-02"), expected, "{is_down}");
        assert_eq!(told.publish("2026-03-03"), "");
        assert_eq!(told.restarted(TOLD, "2026-03-04").read("2026-03-04"), "");
    }
}

#[test]
fn nothing_of_what_is_there_is_told_when_it_is_switched_on() {
    let off = "[server]\npublic-url = 'https://feeds.dala.example/x/'\n";
    // By a reload.
    let mut told = Told::of(Newsroom::new(off));
    write(&told.newsroom, "a", "date: 2026-01-03", "Раз.");
    assert_eq!(told.read("2026-02-01"), "");
    told.newsroom.reconfigure(TOLD);
    assert_eq!(told.publish("2026-02-02"), "");
    write(&told.newsroom, "b", "date: 2026-01-03", "Раз.");
    assert_eq!(told.read("2026-02-03"), "b");
    // What waits is forgotten when it is switched off.
    write(&told.newsroom, "c", "date: 2026-01-03", "Раз.");
    told.newsroom.read_and_publish(at("2026-02-04"));
    assert_eq!(told.queue().queued, 1);
    told.newsroom.reconfigure(off);
    assert_eq!(told.publish("2026-02-05"), "");
    write(&told.newsroom, "d", "date: 2026-01-03", "Раз.");
    assert_eq!(told.read("2026-02-06"), "");
    // By a restart: the first reading tells nothing either.
    write(&told.newsroom, "e", "date: 2026-01-03", "Раз.");
    let mut told = told.restarted(TOLD, "2026-02-07");
    told.newsroom.publisher().publish(at("2026-02-07"));
    assert!(told.queue().is_waiting);
    assert_eq!(told.read("2026-02-08"), "");
    write(&told.newsroom, "f", "date: 2026-01-03", "Раз.");
    assert_eq!(told.read("2026-02-09"), "f");
}

#[test]
fn articles_that_are_only_read_by_other_rules_are_told_where_their_pages_move() {
    let mut told = Told::begun();
    let zone = "[site]\ntime-zone = 'Asia/Almaty'\n";
    let other_rules = SITE.replace("[site]\n", zone);
    let config = config_of(told.newsroom.folder.path(), &format!("{other_rules}{TOLD}"));
    let reconfigured = told
        .newsroom
        .publisher()
        .reconfigure(config, Templates::built_in());
    reconfigured.expect("a readable store");
    assert_eq!(told.read("2026-02-02"), "");
    let link = "[source.directory]\nlink = 'https://dala.example/n/{key}/'\n";
    let links = other_rules.replace("[source.directory]\n", link);
    let config = config_of(told.newsroom.folder.path(), &format!("{links}{TOLD}"));
    let reconfigured = told
        .newsroom
        .publisher()
        .reconfigure(config, Templates::built_in());
    reconfigured.expect("a readable store");
    assert_eq!(told.read("2026-02-03"), "https://dala.example/n/old/ old");
}

#[test]
fn of_too_many_addresses_the_oldest_go() {
    let mut told = Told::begun();
    told.pages = ChangedPages::new(told.newsroom.publisher().handle().clone()).with_queue_of(20);
    for number in 0..25 {
        let name = format!("a{number:02}");
        write(&told.newsroom, &name, "date: 2026-01-03", "Раз.");
        let as_of = format!("2026-02-02T00:00:{number:02}Z");
        told.newsroom.read_and_publish(at(&as_of));
        let change = told.queue();
        assert_eq!(change.queued, 1, "{name}");
        assert_eq!(
            change.dropped,
            if [20, 23].contains(&number) { 3 } else { 0 },
            "{name}"
        );
    }
    let expected: Vec<String> = (6..25).map(|number| format!("a{number:02}")).collect();
    assert_eq!(told.take(), expected.join(" "));
}
