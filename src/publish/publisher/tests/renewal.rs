//! A store that is damaged while the publisher goes on.

use super::*;
use crate::store::testkit::{FakeDisk, PATIENCE, wait_for};

/// So many published articles, all of them on sport, over a store on this disk.
fn newsroom_on(disk: &FakeDisk, articles: usize) -> Newsroom {
    let mut newsroom = Newsroom::new(FEEDS);
    start_on(disk, &mut newsroom);
    for number in 0..articles {
        newsroom.write(&format!("{number}.txt"), "2026-01-08", "Текст.\n\n#спорт");
    }
    newsroom.read_and_publish(later());
    newsroom
}

/// Ends the publisher and opens another one over the store of this disk.
fn start_on(disk: &FakeDisk, newsroom: &mut Newsroom) {
    newsroom.publisher = None;
    let store = disk.open_store().expect("a store");
    newsroom.start(FEEDS, store, later());
}

/// Another program cuts the state file, which is noticed.
fn damage(disk: &FakeDisk, newsroom: &Newsroom) {
    assert!(newsroom.publisher().store.wait_until_saved(PATIENCE));
    assert!(!newsroom.publisher().renew_if_damaged());
    disk.truncate(4096);
    wait_for("the damage is noticed", || {
        newsroom.publisher().renew_if_damaged()
    });
}

#[test]
fn damaged_store_is_made_anew_and_no_feed_moves() {
    let disk = FakeDisk::default();
    let mut newsroom = newsroom_on(&disk, 3);
    // The second of a withdrawal, and the tag of what was withdrawn, are in no article.
    newsroom.write("late.txt", "2026-01-09", "Текст.\n\n#театр");
    newsroom.read_and_publish(later().plus(5));
    newsroom.remove("late.txt");
    newsroom.read_and_publish(later().plus(10));
    let before = newsroom.published();
    let snapshot = newsroom.snapshot();

    damage(&disk, &newsroom);
    assert!(!newsroom.publisher().renew_if_damaged(), "once is enough");
    newsroom.publisher().publish(later().plus(20));
    assert_eq!(newsroom.moved_since(&snapshot), [""; 0]);
    let store = newsroom.publisher().handle().store().clone();
    let unread = documents::render_feed(&store, &newsroom.version("all"), Format::Rss);
    let unread = chain(&unread.expect_err("no text is there"));
    assert!(unread.contains("made anew"), "{unread}");
    assert_eq!(store.header().expect("readable"), None, "it is not whole");

    let compare = |from: &str, to: &str| {
        let text = format!("{SITE}{FEEDS}").replace(from, to);
        let config = config_of(newsroom.folder.path(), &text);
        newsroom
            .publisher()
            .handle()
            .compare(&config, later().plus(20))
    };
    let titles = compare("items = ", "items = ");
    assert!(
        titles.is_ok_and(|diff| diff.is_empty()),
        "no text is needed"
    );
    let ids = compare("id-year = 2026", "id-year = 2025");
    assert!(ids.is_err_and(|error| error.to_string().contains("made anew")));

    let report = newsroom.read();
    assert_eq!((report.read, report.articles), (3, 3));
    let published = newsroom.publisher().publish(later().plus(30));
    assert_eq!(published.moved, 0);
    assert_eq!(newsroom.published(), before);
    assert_eq!(newsroom.read().read, 0, "it is whole");

    drop(store);
    start_on(&disk, &mut newsroom);
    assert!(newsroom.publisher().driver().is_complete());
    newsroom.publisher().publish(later().plus(40));
    assert_eq!(newsroom.published(), before);
}

#[test]
fn floor_of_dates_outlives_a_store_that_is_made_anew() {
    let disk = FakeDisk::default();
    let mut newsroom = newsroom_on(&disk, 3);
    let killed = disk.after_kill();
    start_on(&killed, &mut newsroom);
    newsroom.read_and_publish(later());
    damage(&killed, &newsroom);
    newsroom.read_and_publish(later().plus(10));
    let rows = newsroom.publisher().store.validators().expect("readable");
    assert!(rows.contains(&(FLOOR.to_owned(), Validators::of_date(later()))));
}

#[test]
fn what_happens_while_the_store_is_made_anew_shows() {
    let disk = FakeDisk::default();
    let newsroom = newsroom_on(&disk, 3);
    damage(&disk, &newsroom);
    newsroom.write("new.txt", "2026-01-10", "Текст.\n\n#спорт");
    let scopes = [Scope::at("new.txt".to_owned())];
    let report = newsroom.publisher().reconcile(&scopes, Removal::Held);
    assert!(report.failure.is_none(), "{:?}", report.failure);
    newsroom.publisher().publish(later().plus(10));
    assert_eq!(newsroom.entries("sport"), 4, "what was there stays");
    assert!(newsroom.publisher().driver().is_renewing());

    newsroom.remove("1.txt");
    newsroom.read_and_publish(later().plus(20));
    assert_eq!(newsroom.entries("sport"), 3);
    assert_eq!(newsroom.version("all").last_modified, later().plus(20));
    assert!(newsroom.article("1").is_none());
    assert!(!newsroom.publisher().driver().is_renewing());
    newsroom.published();
}

#[test]
fn loss_while_the_store_is_made_anew_is_held() {
    let disk = FakeDisk::default();
    let mut newsroom = newsroom_on(&disk, 12);
    damage(&disk, &newsroom);
    (1..12).for_each(|number| newsroom.remove(&format!("{number}.txt")));
    newsroom.write("new.txt", "2026-01-10", "Текст.\n\n#спорт");
    for second in [10, 20] {
        let held = newsroom.read().held.expect("a loss");
        assert_eq!((held.lost, held.of), (11, 12));
        newsroom.publisher().publish(later().plus(second));
        assert_eq!(newsroom.entries("sport"), 13, "the news is there too");
    }
    let held = newsroom.read().held.expect("a loss");
    let report = newsroom
        .publisher()
        .reconcile(&[Scope::All], Removal::Loss(held.id));
    assert_eq!(report.held, None);
    newsroom.publisher().publish(later().plus(30));
    assert_eq!(newsroom.entries("sport"), 2);
    let before = newsroom.published();
    start_on(&disk, &mut newsroom);
    assert!(newsroom.publisher().driver().is_complete());
    newsroom.publisher().publish(later().plus(40));
    assert_eq!(newsroom.published(), before);
}

#[test]
fn same_terms_of_a_configuration_wait_for_a_store_that_is_made_anew() {
    let disk = FakeDisk::default();
    let newsroom = newsroom_on(&disk, 3);
    damage(&disk, &newsroom);
    let feeds = format!("{FEEDS}[same]\n'#спорт' = ['#футбол']\n");
    newsroom.reconfigure(&feeds);
    newsroom.publisher().publish(later().plus(10));
    assert_eq!(newsroom.entries("sport"), 3, "what was there stays");
    newsroom.write("new.txt", "2026-01-10", "Текст.\n\n#футбол");
    newsroom.read_and_publish(later().plus(20));
    assert_eq!(newsroom.entries("sport"), 4);
    newsroom.published();
}

#[test]
fn reading_that_began_before_the_store_was_made_anew_does_not_count_as_a_full_one() {
    let disk = FakeDisk::default();
    let newsroom = newsroom_on(&disk, 3);
    newsroom.write("new.txt", "2026-01-10", "Текст.\n\n#спорт");
    let publisher = newsroom.publisher();
    let driver = publisher.driver();
    let mut is_damaged = false;
    let mut meanwhile = |_: &mut Vec<Change>| {
        if !std::mem::replace(&mut is_damaged, true) {
            damage(&disk, &newsroom);
        }
    };
    let priority = crate::ingest::Priority::Low;
    let result = driver.read(&[Scope::All], Removal::Held, priority, &mut meanwhile);
    assert!(result.report.failure.is_some());
    assert!(driver.is_renewing());
    assert_eq!(publisher.store.header().expect("readable"), None);
    newsroom.read_and_publish(later().plus(10));
    assert_eq!(newsroom.entries("sport"), 4);
    newsroom.published();
}
