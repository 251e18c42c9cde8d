//! What words find: feeds that lists show, terms by all their names.

use super::*;
use crate::feed::overview::FeedSummary;
use crate::model::term::TermKind;
use crate::render::pages::error_page::SuggestedFeeds;
use crate::render::pages::term_list::{NEAREST_MAX, TermFilter, TermListRequest};

/// Tags without a feed; a list that ends with them shows none.
const EXCEPTED: usize = NEAREST_MAX + 4;

/// A newsroom with more tags and declared feeds that no list shows than a search finds, all of similar names
/// and larger than those that lists show.
fn newsroom() -> Newsroom {
    let excepted: Vec<String> = (0..EXCEPTED)
        .map(|number| format!("'#вода{number}'"))
        .collect();
    let mut feeds = format!("[auto.tags]\nexcept = [{}]\n", excepted.join(","));
    feeds += "[same]\n'#суд' = ['#court']\n";
    for number in 0..EXCEPTED {
        feeds += &format!(
            "[[feed]]\nname = 'steppe{number}'\ntitle = 'Степь {number}'\nany = ['#суд']\nlisted = false\n"
        );
    }
    feeds +=
        "[[feed]]\nname = 'steppe'\ntitle = { ru = 'Степь', en = 'Grassland' }\nany = ['#суд']\n";
    let newsroom = Newsroom::new(&feeds);
    for (file, last) in [("a.txt", "#водаль"), ("b.txt", "#суд")] {
        let tags: Vec<String> = (0..EXCEPTED)
            .map(|number| format!("#вода{number}"))
            .collect();
        newsroom.write(
            file,
            "2026-01-08",
            &format!("Текст.\n\n{} {last}", tags.join(" ")),
        );
    }
    newsroom.read_and_publish(later());
    newsroom
}

fn names(feeds: &[FeedSummary]) -> Vec<&str> {
    feeds.iter().map(|feed| &*feed.name).collect()
}

#[test]
fn feeds_without_a_place_in_lists_take_none_in_suggestions() {
    let newsroom = newsroom();
    let state = newsroom.state();
    for (words, near, expected) in [
        ("вода", true, &["водаль"][..]),
        ("степь", true, &["Степь"]),
        ("степ", true, &["Степь"]),
        ("steppe", true, &["Степь"]),
        ("grassland", true, &["Степь"]),
        ("court", true, &["суд"]),
        ("невидимка", false, &["водаль", "суд"]),
        ("", false, &["водаль", "суд"]),
    ] {
        let (is_near, feeds) = match state.suggested_feeds(words) {
            SuggestedFeeds::Nearest(feeds) => (true, feeds),
            SuggestedFeeds::Largest(feeds) => (false, feeds),
        };
        assert_eq!(
            (is_near, names(&feeds)),
            (near, expected.to_vec()),
            "{words}"
        );
    }
}

#[test]
fn a_list_shows_the_listed_feeds_that_words_find_or_the_nearest() {
    let newsroom = newsroom();
    let state = newsroom.state();
    for (words, found, nearest) in [
        ("вода", &["водаль"][..], &[][..]),
        ("court", &["суд"], &[]),
        ("СУД", &["суд"], &[]),
        ("водабо", &[], &["водаль"]),
        ("невидимка", &[], &[]),
    ] {
        let request = TermListRequest {
            kind: TermKind::Tag,
            filter: TermFilter::Words(words.to_owned()),
            page: 1,
        };
        let list = state.term_list(request).expect("a first page");
        assert_eq!(names(&list.feeds), found, "{words}");
        assert_eq!(names(&list.nearest), nearest, "{words}");
        let letters: Vec<String> = list
            .letters
            .iter()
            .map(|letter| letter.upper_case())
            .collect();
        assert_eq!(letters, ["В", "С"]);
    }
}

#[test]
fn counts_of_found_feeds_are_those_of_the_overview() {
    let newsroom = newsroom();
    let state = newsroom.state();
    let search = state.feed_search();
    assert!(
        Arc::ptr_eq(&search, &state.feed_search()),
        "it is built once"
    );
    newsroom.write("c.txt", "2026-01-09", "Текст.\n\n#суд");
    newsroom.read_and_publish(later().plus(60));
    for (state, articles) in [(state, 1), (newsroom.state(), 2)] {
        let found = state.feed_search().find("суд", TermKind::Tag, 5);
        let counts: Vec<usize> = found.iter().map(|feed| feed.articles).collect();
        assert_eq!(counts, [articles]);
    }
}
