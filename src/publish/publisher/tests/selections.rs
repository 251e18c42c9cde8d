//! Selections between publications, evictions, crashes and clocks that are set back.

use std::sync::Barrier;
use std::thread;

use super::*;
use crate::render::pages::{Page, PageRequest};

/// With the tags of an article, there are more combinations of these than cached selections.
const FILLERS: [&str; 11] = [
    "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "fa",
];

/// A newsroom with an article on «а», and one with the tags of [`FILLERS`].
fn newsroom() -> Newsroom {
    let newsroom = Newsroom::new("");
    newsroom.write("a.txt", "2026-01-08", "Текст.\n\n#а #б");
    let tags = FILLERS.map(|tag| format!("#{tag}")).join(" ");
    newsroom.write("filler.txt", "2026-01-01", &format!("Текст.\n\n{tags}"));
    newsroom.read_and_publish(later());
    newsroom
}

impl Newsroom {
    fn correct(&self, text: &str, as_of: Timestamp) {
        self.write("a.txt", "2026-01-08", &format!("{text}\n\n#а #б"));
        self.read_and_publish(as_of);
    }

    /// Requests so many selections that all earlier ones are evicted.
    fn evict_selections(&self) {
        for number in 1..=SELECTIONS_MAX.get() {
            let chosen = (0..FILLERS.len()).filter(|bit| number >> bit & 1 == 1);
            let chosen: Vec<&str> = chosen.map(|bit| FILLERS[bit]).collect();
            self.selected(&format!("any={}", chosen.join(",")));
        }
        let cached = self.publisher().handle().selections().len();
        assert_eq!(cached, SELECTIONS_MAX.get());
    }

    fn stored_paths(&self) -> Vec<String> {
        let rows = self.publisher().store.validators().expect("readable rows");
        rows.into_iter().map(|(path, _)| path).collect()
    }
}

#[test]
fn a_new_selection_is_dated_by_the_second_of_its_state() {
    let newsroom = newsroom();
    assert_eq!(newsroom.selected("any=а").last_modified, later());
    assert_eq!(newsroom.version("all").last_modified, at("2026-01-08"));
}

#[test]
fn an_evicted_selection_gets_a_later_date_with_other_bytes() {
    let newsroom = newsroom();
    let before = newsroom.selected("any=а");
    newsroom.evict_selections();
    let again = newsroom.selected("any=а");
    assert!(!Arc::ptr_eq(&before, &again));
    assert_eq!(again.validators(), before.validators(), "the same state");
    newsroom.correct("Опровержение.", later().plus(20));
    newsroom.evict_selections();
    let after = newsroom.selected("any=а");
    assert_ne!(after.digest, before.digest);
    assert_eq!(after.last_modified, later().plus(20));
}

#[test]
fn an_evicted_selection_moves_at_most_once_in_a_second() {
    let newsroom = newsroom();
    let before = newsroom.selected("any=а");
    newsroom.evict_selections();
    newsroom.correct("Иначе.", later());
    let same = newsroom.selected("any=а");
    assert_eq!(same.validators(), before.validators());
    assert_eq!(newsroom.render(&same), newsroom.render(&before));
    assert!(newsroom.publisher().is_due(later().plus(1)));
    let published = newsroom.publisher().publish(later().plus(1));
    assert_eq!(published.moved, 0);
    let after = newsroom.selected("any=а");
    assert_ne!(after.digest, before.digest);
    assert_eq!(after.last_modified, later().plus(1));
}

#[test]
fn the_first_change_of_a_second_shows_at_once_in_selections() {
    let newsroom = newsroom();
    // No selection is dated by the state before.
    newsroom.correct("Иначе.", later());
    let first = newsroom.selected("any=а");
    assert_eq!((first.as_of, first.last_modified), (later(), later()));
    assert!(String::from_utf8_lossy(&newsroom.render(&first)).contains("Иначе."));
    newsroom.correct("Совсем иначе.", later());
    assert!(Arc::ptr_eq(&newsroom.selected("any=а"), &first));
}

#[test]
fn a_request_that_holds_a_state_without_its_second_gets_the_selection_of_the_next() {
    let newsroom = newsroom();
    let earlier = newsroom.state();
    newsroom.correct("Иначе.", later());
    let late = newsroom.select_in(&earlier, "any=а").expect("known terms");
    assert!(Arc::ptr_eq(&late, &newsroom.selected("any=а")));
    assert!(String::from_utf8_lossy(&newsroom.render(&late)).contains("Иначе."));
}

#[test]
fn records_stay_while_selections_are_made_from_an_earlier_state_of_the_second() {
    let newsroom = newsroom();
    newsroom.selected("any=а");
    newsroom.evict_selections();
    for text in ["Иначе.", "Совсем иначе.", "Наконец."] {
        newsroom.correct(text, later());
    }
    newsroom.render(&newsroom.selected("any=а"));
}

#[test]
fn a_selection_moves_while_the_clock_is_set_back() {
    let newsroom = newsroom();
    let mut last = newsroom.selected("any=а");
    for (number, text) in (1..).zip(["Иначе.", "Совсем иначе.", "Наконец."])
    {
        newsroom.correct(text, later().plus(number - 3600));
        let next = newsroom.selected("any=а");
        assert_ne!(next.digest, last.digest, "{text}");
        assert!(next.last_modified > last.last_modified, "{text}");
        newsroom.evict_selections();
        assert!(newsroom.selected("any=а").last_modified >= next.last_modified);
        last = next;
    }
}

#[test]
fn after_a_crash_a_selection_is_dated_anew() {
    let mut newsroom = newsroom();
    newsroom.correct("Иначе.", later().plus(5));
    let before = newsroom.selected("any=а");
    newsroom.correct("Опровержение.", later().plus(6));
    let moved = newsroom.selected("any=а");
    // The first text is back before the next start, which comes in the same second.
    newsroom.write("a.txt", "2026-01-08", "Иначе.\n\n#а #б");
    newsroom.restart("", later().plus(6));
    newsroom.read_and_publish(later().plus(6));
    let after = newsroom.selected("any=а");
    assert_eq!(after.digest, before.digest);
    assert!(after.last_modified > moved.last_modified);
}

#[test]
fn the_state_folder_has_selections_only_between_a_regular_end_and_the_next_start() {
    let mut newsroom = newsroom();
    let before = newsroom.selected("any=а");
    newsroom.correct("Иначе.", later().plus(5));
    let path = before.path.to_string();
    assert!(!newsroom.stored_paths().contains(&path));
    assert!(newsroom.publisher().save());
    assert!(newsroom.stored_paths().contains(&path));
    for second in [10, 20] {
        newsroom.restart("", later().plus(second));
        newsroom.publisher().publish(later().plus(second));
        assert!(!newsroom.stored_paths().contains(&path));
        // Also if it was not requested meanwhile.
        assert!(newsroom.publisher().save());
    }
    newsroom.restart("", later().plus(30));
    newsroom.read_and_publish(later().plus(30));
    let after = newsroom.selected("any=а");
    assert_eq!(
        after.last_modified,
        later().plus(30),
        "it was not built since its change"
    );
    assert!(newsroom.publisher().save());
    newsroom.restart("", later().plus(40));
    newsroom.read_and_publish(later().plus(40));
    assert_eq!(newsroom.selected("any=а").validators(), after.validators());
}

#[test]
fn a_selection_whose_entry_grows_too_old_changes_at_that_instant() {
    // The feed of all articles has room for the newer one alone.
    let newsroom = Newsroom::new("[defaults]\noldest = '1h'\nitems = 1\nkeep = '0s'\n");
    newsroom.write("a.txt", "2026-03-01T12:00", "Текст.\n\n#а");
    newsroom.write("b.txt", "2026-03-01T12:30", "Текст.");
    newsroom.read_and_publish(at("2026-03-01T12:30"));
    assert_eq!(newsroom.selected("any=а").entries.len(), 1);
    let publisher = newsroom.publisher();
    let leaves = at("2026-03-01T13:00");
    assert!(!publisher.is_due(leaves.plus(-1)));
    assert!(publisher.is_due(leaves));
    assert_eq!(publisher.publish(leaves).moved, 0);
    let empty = newsroom.selected("any=а");
    assert_eq!((empty.entries.len(), empty.last_modified), (0, leaves));
    assert!(!publisher.is_due(leaves));
}

#[test]
fn requests_do_not_wait_for_the_publisher() {
    let newsroom = newsroom();
    let state = newsroom.state();
    let writer = newsroom.publisher().writer();
    assert_eq!(newsroom.selected("any=а").entries.len(), 1);
    assert!(newsroom.article("a").is_some());
    assert_eq!(state.overview().feeds().len(), 1);
    assert_eq!(state.released().len(), 2);
    assert_eq!(state.unused_terms().len(), 0);
    assert!(state.evaluate(&newsroom.version("all"), "a").is_ok());
    drop(writer);
}

#[test]
fn the_publisher_does_not_wait_for_requests() {
    let newsroom = newsroom();
    newsroom.selected("any=а");
    let locked = newsroom.publisher().handle().selections().lock();
    newsroom.correct("Иначе.", later().plus(5));
    assert_eq!(newsroom.state().as_of(), later().plus(5));
    drop(locked);
}

#[test]
fn a_request_sees_one_state_to_its_end() {
    let newsroom = newsroom();
    let state = newsroom.state();
    let overview = state.overview();
    newsroom.write("b.txt", "2026-01-09", "Текст.\n\n#а");
    newsroom.remove("a.txt");
    newsroom.read_and_publish(later().plus(5));
    let handle = newsroom.publisher().handle();
    let article = |key: &str| handle.find_page(&state, PageRequest::Article(key.to_owned()));
    assert!(matches!(article("a"), Ok(Page::Article(_))));
    assert!(article("b").is_err());
    assert_eq!(state.released()[1].0, "a");
    assert!(Arc::ptr_eq(&state.overview(), &overview));
    let selected = newsroom.select_in(&state, "any=а").expect("known terms");
    assert_eq!(selected.as_of, later());
    newsroom.render(&selected);
}

#[test]
fn an_article_with_an_id_is_found_by_the_path_of_its_file() {
    let newsroom = newsroom();
    let own_id = |id: &str| format!("2026-01-08 Мост\nid {id}\n\nТекст.\n\nЕщё");
    newsroom.write("новости/b.txt", &own_id("own-7"), "Текст.");
    newsroom.write("c/index.txt", &own_id("tag:dala.example,2026:8"), "Текст.");
    newsroom.write("d.txt", &own_id("новости/c"), "Текст.");
    newsroom.write("новости/c.txt", &own_id("own-9"), "Текст.");
    newsroom.write("e.txt", &own_id("own-10").replace("2026", "2027"), "Текст.");
    newsroom.read_and_publish(later().plus(5));
    let state = newsroom.state();
    let handle = newsroom.publisher().handle();
    for (path, key) in [
        ("a", Some("a")),
        ("новости/b", Some("own-7")),
        ("c", Some("tag:dala.example,2026:8")),
        // The key of another article counts before a path.
        ("новости/c", Some("новости/c")),
        ("e", None),
        ("новости", None),
    ] {
        let page = handle.find_page(&state, PageRequest::Article(path.to_owned()));
        let found = match page {
            Ok(Page::Article(article)) => Some(article.article.key.clone()),
            _ => None,
        };
        assert_eq!(found.as_deref(), key, "{path}");
    }
}

#[test]
fn a_request_gets_no_older_selection_than_an_answer_before() {
    let newsroom = newsroom();
    let earlier = newsroom.state();
    newsroom.correct("Иначе.", later().plus(5));
    let newest = newsroom.selected("any=а");
    let late = newsroom.select_in(&earlier, "any=а").expect("known terms");
    assert!(Arc::ptr_eq(&late, &newest));
}

#[test]
fn requests_at_once_build_a_selection_once() {
    let newsroom = newsroom();
    let barrier = Barrier::new(8);
    let versions: Vec<Arc<FeedVersion>> = thread::scope(|scope| {
        let requests = (0..8).map(|_| {
            scope.spawn(|| {
                barrier.wait();
                newsroom.selected("any=а")
            })
        });
        let requests: Vec<_> = requests.collect();
        let versions = requests.into_iter().map(|request| request.join());
        versions
            .map(|version| version.expect("a version"))
            .collect()
    });
    let first = &versions[0];
    assert!(versions.iter().all(|version| Arc::ptr_eq(version, first)));
}

#[test]
fn states_with_the_same_feeds_and_articles_share_the_overview() {
    let newsroom = Newsroom::new("[defaults]\noldest = '1h'\nitems = 1\nkeep = '0s'\n");
    newsroom.write("a.txt", "2026-03-01T12:00", "Текст.\n\n#а");
    newsroom.write("b.txt", "2026-03-01T12:30", "Текст.");
    newsroom.read_and_publish(at("2026-03-01T12:30"));
    newsroom.selected("any=а");
    let before = newsroom.state().overview();
    newsroom.publisher().publish(at("2026-03-01T13:00"));
    assert!(Arc::ptr_eq(&newsroom.state().overview(), &before));
    newsroom.publisher().publish(at("2026-03-01T13:30"));
    let after = newsroom.state().overview();
    assert_ne!(after.number(), before.number());
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
