//! First readings, and readings that panic.

use super::*;

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
