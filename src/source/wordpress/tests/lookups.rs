//! What posts name by numbers, while the site answers with too little, hides it, or changes it.

use serde_json::{Value, json};

use super::super::testkit::{FakeSite, ok, status};
use super::{places, read_places, wordpress};
use crate::source::wordpress::{Names, WordPress, WordPressError};
use crate::source::{Place, ReadOutcome};

/// The lists, and what articles lack without them.
const LISTS: [(&str, &str); 4] = [
    ("categories", "articles have no sections"),
    ("tags", "articles have no tags"),
    ("users", "articles have no authors"),
    ("media", "articles have no pictures"),
];

/// Two posts, of which the first one names something of each list.
fn site() -> FakeSite {
    let site = FakeSite::with_posts(2);
    let mut state = site.state();
    let named = [
        ("categories", json!([5])),
        ("tags", json!([6])),
        ("author", json!(7)),
        ("featured_media", json!(8)),
    ];
    for (key, value) in named {
        state.posts.get_mut(&10).expect("a post")[key] = value;
    }
    state.posts.get_mut(&20).expect("a post")["author"] = json!(0);
    for (id, name, parent) in [(4, "Жаңалық", 0), (5, "Өңір", 4)] {
        let term = json!({ "id": id, "name": name, "slug": format!("c{id}"), "parent": parent });
        state.categories.insert(id, term);
    }
    state
        .tags
        .insert(6, json!({ "id": 6, "name": "көпір", "slug": "kopir" }));
    state
        .users
        .insert(7, json!({ "id": 7, "name": "Айдана", "slug": "aidana" }));
    state.media.insert(8, picture("a.jpg"));
    drop(state);
    site
}

fn picture(name: &str) -> Value {
    json!({ "id": 8, "source_url": format!("https://dala.example/{name}"), "alt_text": "дала" })
}

/// Answers every request for a list with this.
fn answer(site: &FakeSite, list: &'static str, answer: Vec<u8>) {
    let path = format!("/wp/v2/{list}");
    site.fail(move |url, _| url.path().ends_with(&path).then(|| answer.clone()));
}

fn renewed(source: &WordPress) -> Vec<Place> {
    let places = source.walk(Names::Renewed);
    places.map(|place| place.expect("a place")).collect()
}

/// The articles of all places.
fn articles(source: &WordPress, places: &[Place]) -> Vec<String> {
    let read = read_places(source, places, |outcome| match outcome {
        ReadOutcome::Accepted(accepted) => format!("{:?}", accepted.article),
        other => panic!("{other:?}"),
    });
    read.expect("a reading")
}

#[test]
fn what_one_answer_lacks_is_not_believed_to_be_gone() {
    for (list, _) in LISTS {
        let site = site();
        let source = wordpress(&site);
        let known = renewed(&source);
        let whole = articles(&source, &known);
        source.takes_new_gaps();
        let nothing = ok("[]", "x-wp-total: 0\r\n");
        answer(&site, list, nothing.clone());
        assert_eq!(renewed(&source), known, "{list}");
        assert!(source.takes_new_gaps(), "{list}");
        site.fail(|_, _| None);
        assert_eq!(articles(&source, &known), whole, "{list}");
        answer(&site, list, nothing);
        assert_eq!(renewed(&source), known, "{list}");
        assert!(source.takes_new_gaps(), "{list}");
        // The same again, in a later listing.
        let without = renewed(&source);
        assert_ne!(without, known, "{list}");
        assert_ne!(articles(&source, &without), whole, "{list}");
        assert!(!source.takes_new_gaps(), "{list}");
        site.fail(|_, _| None);
        assert_eq!(renewed(&source), known, "{list}");
        // A source that never knew it takes it as soon as it is there.
        answer(&site, list, ok("[]", "x-wp-total: 1\r\n"));
        let source = wordpress(&site);
        assert_eq!(renewed(&source), without, "{list}");
        assert!(source.takes_new_gaps(), "{list}");
        site.fail(|_, _| None);
        assert_eq!(places(&source), known, "{list}");
        assert_eq!(articles(&source, &known), whole, "{list}");
    }
}

#[test]
fn a_hidden_list_costs_what_it_shows_alone_and_takes_nothing_away() {
    for (list, without) in LISTS {
        for refusal in ["401 Unauthorized", "403 Forbidden", "404 Not Found"] {
            let site = site();
            let source = wordpress(&site);
            let known = renewed(&source);
            let whole = articles(&source, &known);
            answer(&site, list, status(refusal, "", ""));
            assert_eq!(renewed(&source), known, "{list} {refusal}");
            let hidden = format!(
                "{without}: {}wp-json/wp/v2/{list} answered {refusal}",
                site.address
            );
            assert_eq!(source.hidden(), [&*hidden]);
            let other = wordpress(&site);
            let lacking = renewed(&other);
            assert_ne!(lacking[0], known[0], "{list} {refusal}");
            assert_eq!(lacking[1], known[1], "{list} {refusal}");
            assert_ne!(articles(&other, &lacking), whole, "{list} {refusal}");
            assert_eq!(other.hidden(), [&*hidden]);
            site.fail(|_, _| None);
            for source in [source, other] {
                assert_eq!(renewed(&source), known, "{list} {refusal}");
                assert_eq!(articles(&source, &known), whole, "{list} {refusal}");
                assert!(source.hidden().is_empty(), "{list} {refusal}");
            }
        }
    }
}

/// A firewall refuses one call for a list; nothing is to be compared anew before the next listing.
#[test]
fn a_list_that_is_refused_once_is_asked_for_again() {
    for (list, _) in LISTS {
        for refusal in ["401 Unauthorized", "403 Forbidden", "404 Not Found"] {
            let site = site();
            let known = renewed(&wordpress(&site));
            let source = wordpress(&site);
            answer(&site, list, status(refusal, "", ""));
            assert_ne!(renewed(&source), known, "{list} {refusal}");
            assert!(source.takes_new_gaps(), "{list} {refusal}");
            site.fail(|_, _| None);
            assert_eq!(places(&source), known, "{list} {refusal}");
            assert!(source.hidden().is_empty(), "{list} {refusal}");
            // A list that stays closed is asked for once more and then left alone.
            let source = wordpress(&site);
            answer(&site, list, status(refusal, "", ""));
            for expected in [true, false] {
                places(&source);
                assert_eq!(source.takes_new_gaps(), expected, "{list} {refusal}");
            }
            site.state().requests.clear();
            places(&source);
            let state = site.state();
            let mut asked = state.requests.iter();
            assert!(!asked.any(|(url, ..)| url.path().ends_with(list)), "{list}");
        }
    }
}

#[test]
fn a_list_that_fails_is_no_fault_of_the_posts() {
    for (list, _) in LISTS {
        let site = site();
        let source = wordpress(&site);
        let listed = places(&source);
        let mut state = site.state();
        let post = state.posts.get_mut(&20).expect("a post");
        post["categories"] = json!([4, 50]);
        post["tags"] = json!([60]);
        post["author"] = json!(70);
        post["featured_media"] = json!(80);
        drop(state);
        answer(&site, list, status("500 X", "<html>", ""));
        let read = read_places(&source, &listed, |outcome| panic!("{outcome:?}"));
        match read {
            Err(WordPressError::Status { url, .. }) => assert!(url.ends_with(list), "{url}"),
            other => panic!("{list}: {other:?}"),
        }
    }
}

/// What changes without the post that names it.
#[test]
fn what_changed_is_seen_alike_with_old_state_and_without() {
    type Change = fn(&mut super::super::testkit::FakeState);
    let changes: [(&str, Change); 5] = [
        ("a renamed tag", |state| {
            state.tags.get_mut(&6).expect("a tag")["name"] = json!("жаңа көпір");
        }),
        ("a renamed section above", |state| {
            state.categories.get_mut(&4).expect("a category")["name"] = json!("Басты");
        }),
        ("a renamed author", |state| {
            state.users.get_mut(&7).expect("an author")["name"] = json!("Айдана Сапар");
        }),
        ("a replaced picture", |state| {
            state.media.insert(8, picture("b.jpg"));
        }),
        ("a picture that has gone", |state| {
            state.media.remove(&8);
        }),
    ];
    for (name, change) in changes {
        let site = site();
        let source = wordpress(&site);
        let before = renewed(&source);
        let articles_before = articles(&source, &before);
        change(&mut site.state());
        // What has gone is believed to be when it is missing again.
        renewed(&source);
        let with_state = renewed(&source);
        assert_ne!(with_state[0], before[0], "{name}");
        assert_eq!(with_state[1], before[1], "{name}");
        let other = wordpress(&site);
        let without_state = renewed(&other);
        assert_eq!(with_state, without_state, "{name}");
        let read = articles(&source, &with_state);
        assert_eq!(read, articles(&other, &without_state), "{name}");
        assert_ne!(read, articles_before, "{name}");
    }
}
