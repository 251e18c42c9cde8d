//! Terms that no released article has any more.

use super::*;
use crate::model::known_term::KnownTerm;

const DAY: i64 = 86_400;

/// A newsroom whose only article on sport was removed one second after [`later`].
fn without_sport() -> Newsroom {
    let newsroom = two_articles();
    newsroom.remove("a.txt");
    newsroom.read_and_publish(later().plus(1));
    newsroom
}

/// The feeds of automatic tags only.
const TAGS: &str = "[auto.tags]\n";

impl Newsroom {
    fn find(&self, path: &str) -> Option<Arc<FeedVersion>> {
        let state = self.state();
        state.find_feed(path).map(|version| version.into_owned())
    }

    fn listed(&self) -> Vec<String> {
        let overview = self.state().overview();
        let paths = overview.feeds().iter().map(|feed| &feed.version.path);
        paths.map(|path| path.to_string()).collect()
    }

    fn stored_terms(&self) -> Vec<String> {
        let terms = self.publisher().store.terms().expect("readable rows");
        terms.iter().map(|known| known.term.to_string()).collect()
    }

    fn stored_feeds(&self) -> Vec<String> {
        let rows = self.publisher().store.validators();
        let rows = rows.expect("readable rows").into_iter();
        rows.map(|(path, _)| path).collect()
    }
}

#[test]
fn the_feed_of_a_dead_term_is_empty_and_leaves_every_list_at_once() {
    let newsroom = Newsroom::new(TAGS);
    newsroom.write("a.txt", "2026-01-08T10:00", "Текст.\n\n#спорт");
    newsroom.write("b.txt", "2026-01-09T10:00", "Текст.\n\n#театр");
    newsroom.read_and_publish(later());
    assert_eq!(newsroom.listed(), ["all", "tags/спорт", "tags/театр"]);
    let before = newsroom.find("tags/спорт").expect("a feed");
    newsroom.remove("a.txt");
    let published = newsroom.read_and_publish(later().plus(1));
    assert_eq!(published.moved, 2);
    assert_eq!(newsroom.listed(), ["all", "tags/театр"]);
    assert_eq!(newsroom.snapshot().feeds.len(), 2);
    let dead = newsroom.find("tags/спорт").expect("a feed");
    assert_eq!(
        (dead.entries.len(), dead.last_modified),
        (0, later().plus(1))
    );
    assert_ne!(dead.digest, before.digest);
    assert_eq!(dead.channel, before.channel);
    let text = newsroom.render(&dead);
    assert!(!String::from_utf8_lossy(&text).contains("<item>"));
    let all: Vec<Arc<str>> = newsroom
        .state()
        .dead_feeds()
        .map(|feed| feed.path.clone())
        .collect();
    assert_eq!(all, ["tags/спорт".into()]);
    // Only canonical paths have feeds.
    assert!(newsroom.find("tags/Спорт").is_none());
    // An article of the future changes when caches have to ask again, and nothing else.
    newsroom.write("c.txt", "2026-07-01T10:00", "Текст.\n\n#спорт");
    assert_eq!(newsroom.read_and_publish(later().plus(2)).moved, 0);
    let waiting = newsroom.find("tags/спорт").expect("a feed");
    assert_eq!(waiting.validators(), dead.validators());
    assert_eq!(waiting.next, Some(at("2026-07-01T10:00")));
    // It returns with its article.
    assert_eq!(
        newsroom.publisher().publish(at("2026-07-01T10:00")).moved,
        2
    );
    assert_eq!(newsroom.listed(), ["all", "tags/спорт", "tags/театр"]);
    assert_eq!(newsroom.state().dead_feeds().count(), 0);
    assert_eq!(newsroom.entries("tags/спорт"), 1);
}

#[test]
fn a_dead_term_is_forgotten_after_a_year_with_or_without_a_restart() {
    for restarts in [false, true] {
        let mut newsroom = Newsroom::new(TAGS);
        newsroom.write("a.txt", "2026-01-08T10:00", "Текст.\n\n#спорт");
        newsroom.write("b.txt", "2026-01-09T10:00", "Текст.\n\n#театр");
        newsroom.read_and_publish(later());
        newsroom.remove("a.txt");
        newsroom.read_and_publish(later().plus(1));
        newsroom.selected("any=спорт");
        let dead = newsroom.find("tags/спорт").expect("a feed").validators();
        for days in [30, 200, 365] {
            let as_of = later().plus(days * DAY);
            if restarts {
                assert!(newsroom.publisher().save());
                newsroom.restart(TAGS, as_of);
            }
            newsroom.publisher().publish(as_of);
            let version = newsroom.find("tags/спорт").expect("a feed");
            assert_eq!((version.validators(), version.entries.len()), (dead, 0));
            assert_eq!(newsroom.listed(), ["all", "tags/театр"]);
            assert!(newsroom.select("any=спорт").is_ok(), "{days} days");
        }
        let forgotten = later().plus(366 * DAY);
        assert!(newsroom.publisher().is_due(forgotten));
        assert_eq!(newsroom.publisher().publish(forgotten).moved, 0);
        assert!(newsroom.find("tags/спорт").is_none());
        assert!(newsroom.select("any=спорт").is_err());
        assert_eq!(newsroom.state().dead_feeds().count(), 0);
        assert!(!newsroom.publisher().is_due(forgotten));
        assert!(!newsroom.stored_feeds().contains(&"tags/спорт".to_owned()));
        assert!(!newsroom.stored_terms().contains(&"спорт".to_owned()));
        assert!(newsroom.stored_terms().contains(&"театр".to_owned()));
        newsroom.restart(TAGS, forgotten);
        newsroom.publisher().publish(forgotten);
        assert!(newsroom.find("tags/спорт").is_none());
        // It returns with an article that is older than what its feed was dated once.
        newsroom.write("c.txt", "2026-01-07T10:00", "Текст.\n\n#спорт");
        newsroom.read_and_publish(forgotten.plus(60));
        let version = newsroom.version("tags/спорт");
        assert_eq!(
            (version.entries.len(), version.last_modified),
            (1, forgotten.plus(60))
        );
        // A feed of newer content has the date of its content.
        newsroom.write("d.txt", "2026-06-03T10:00", "Текст.\n\n#опера");
        newsroom.read_and_publish(forgotten.plus(120));
        assert_eq!(
            newsroom.version("tags/опера").last_modified,
            at("2026-06-03T10:00")
        );
    }
}

#[test]
fn a_term_that_feeds_toml_names_is_never_forgotten() {
    let mut newsroom = without_sport();
    for days in [1, 366, 900] {
        newsroom.publisher().publish(later().plus(days * DAY));
        assert!(newsroom.listed().contains(&"tags/спорт".to_owned()));
        assert_eq!(newsroom.entries("tags/спорт"), 0);
    }
    // Once it is not named any more, it was unused for longer than a year.
    newsroom.reconfigure(TAGS);
    newsroom.publisher().publish(later().plus(900 * DAY));
    assert!(newsroom.find("tags/спорт").is_none());
    let returned = later().plus(901 * DAY);
    newsroom.restart(TAGS, returned);
    newsroom.write("a.txt", "2026-01-08T10:00", "Текст.\n\n#спорт");
    newsroom.read_and_publish(returned);
    assert_eq!(newsroom.version("tags/спорт").last_modified, returned);
}

#[test]
fn a_feed_keeps_its_dates_through_configurations_while_its_term_is_dead() {
    let newsroom = without_sport();
    let named = newsroom.version("tags/спорт").validators();
    newsroom.reconfigure(TAGS);
    newsroom.publisher().publish(later().plus(2));
    let dead = || newsroom.find("tags/спорт").expect("a feed").validators();
    assert_eq!(dead(), named, "it is not named any more");
    assert_eq!(newsroom.listed(), ["all", "tags/театр"]);
    newsroom.reconfigure("");
    newsroom.publisher().publish(later().plus(3));
    assert!(
        newsroom.find("tags/спорт").is_none(),
        "there are no such feeds"
    );
    newsroom.reconfigure(TAGS);
    newsroom.publisher().publish(later().plus(4));
    assert_eq!(dead(), named);
    newsroom.reconfigure(&format!("{TAGS}[same]\n'#театр' = ['#опера']\n"));
    newsroom.publisher().publish(later().plus(5));
    assert_eq!(dead(), named, "terms have other numbers");
    newsroom.reconfigure("[auto.tags]\ntitle = '{name}'\n");
    newsroom.publisher().publish(later().plus(6));
    assert_ne!(dead().digest, named.digest);
    assert_eq!(dead().last_modified, later().plus(6));
    newsroom.write("a.txt", "2026-01-08T10:00", "Текст.\n\n#спорт");
    newsroom.read_and_publish(later().plus(7));
    assert_eq!(
        newsroom.version("tags/спорт").last_modified,
        later().plus(7)
    );
}

#[test]
fn a_state_without_dates_counts_the_year_from_the_start() {
    let mut newsroom = Newsroom::new(TAGS);
    newsroom.write("b.txt", "2026-01-09T10:00", "Текст.\n\n#театр");
    newsroom.read_and_publish(later());
    let term = Term::parse("спорт").expect("a term");
    let written = newsroom.publisher().store.write(|batch| {
        batch.put_term(&KnownTerm {
            term,
            name: "Спорт".to_owned(),
            unused_since: None,
        })
    });
    written.expect("a committed row");
    let start = later().plus(800 * DAY);
    for (days, is_known) in [(0, true), (300, true), (365, true), (366, false)] {
        let as_of = start.plus(days * DAY);
        newsroom.restart(TAGS, as_of);
        newsroom.publisher().publish(as_of);
        assert_eq!(newsroom.find("tags/спорт").is_some(), is_known, "{days}");
    }
}
