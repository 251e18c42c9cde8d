//! Restarts, clean and unclean.

use super::*;

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
