//! How long the stored versions of articles stay.

use super::*;

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
