//! What changes at an instant, without an edit.

use super::*;

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
