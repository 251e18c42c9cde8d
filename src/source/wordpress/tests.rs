//! A site that changes while it is read.

mod changes;
mod faults;
mod lookups;
mod posts;

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::testkit::{FakeSite, parameter};
use super::*;
use crate::config::Secret;
use crate::model::time::Zone;
use crate::source::{ReadOutcome, SourceError};

fn config(site: &FakeSite) -> WordPressConfig {
    WordPressConfig {
        url: site.address.clone(),
        refresh: 30,
        rows: 3600,
        post_types: vec!["post".to_owned()],
        login: None,
    }
}

pub(super) fn wordpress(site: &FakeSite) -> WordPress {
    with(&config(site))
}

fn with(config: &WordPressConfig) -> WordPress {
    let settings = AcceptSettings::of_site(Zone::UTC, "kk", "https://dala.example/");
    let rate_limit = RateLimit {
        spacing: Duration::ZERO,
        repeat_after: [Duration::from_millis(1); 2],
        confirm_after: Duration::ZERO,
    };
    WordPress::with_rate_limit(config, settings, rate_limit).expect("a source")
}

/// The ids of a listing, or why it failed.
pub(super) fn ids(
    listing: impl Iterator<Item = Result<Place, ListingError>>,
) -> Result<Vec<u64>, WordPressError> {
    let places = listing.map(|place| match place {
        Ok(place) => Ok(post_summary::id(&place.path).expect("an id")),
        Err(ListingError::Source(SourceError::Site(error))) => Err(error),
        Err(other) => panic!("{other:?}"),
    });
    places.collect()
}

fn places(source: &WordPress) -> Vec<Place> {
    source
        .walk(Names::Known)
        .map(|place| place.expect("a place"))
        .collect()
}

#[test]
fn a_post_is_found_by_its_number() {
    let path = Some(post_summary::path(150));
    for (text, expected) in [
        ("150", path.clone()),
        ("[source.wordpress] post 150", path),
        ("https://dala.example/?p=150", None),
        ("Жазба 150", None),
        ("-1", None),
        ("", None),
    ] {
        assert_eq!(WordPress::path_of(text), expected, "{text}");
    }
}

#[test]
fn a_listing_shows_every_post_once_in_the_order_of_ids() {
    for count in [0, 1, 99, 100, 101, 199, 200, 250] {
        let site = FakeSite::with_posts(count);
        let listed = ids(wordpress(&site).walk(Names::Known)).expect("a listing");
        let expected: Vec<u64> = (1..=count).map(|number| 10 * number).collect();
        assert_eq!(listed, expected, "{count}");
    }
}

/// Lists 450 posts of which these numbers go, while posts come behind these numbers, before a page is asked
/// for: what is there all the time is listed once.
fn check_shift(page: usize, gone: &[u64], come: &[u64]) {
    let site = FakeSite::with_posts(450);
    let mut pages = 0;
    let (mut going, mut coming) = (gone.to_vec(), come.to_vec());
    site.fail(move |url, state| {
        pages += usize::from(parameter(url, "offset").is_some());
        if pages == page + 1 {
            for number in going.drain(..) {
                state.posts.remove(&(10 * number));
            }
            for number in coming.drain(..) {
                state.add(10 * number + 5);
            }
        }
        None
    });
    let source = wordpress(&site);
    // Posts that came where the listing had been are not listed, which their number shows.
    let listed = match ids(source.walk(Names::Known)) {
        Err(WordPressError::Incomplete { .. }) => ids(source.walk(Names::Known)),
        listed => listed,
    };
    let listed = listed.expect("a listing");
    let always = (1..=450).filter(|number| !gone.contains(number));
    let missing = always.filter(|number| !listed.contains(&(10 * number)));
    let missing: Vec<u64> = missing.collect();
    assert!(missing.is_empty(), "{page} {gone:?} {come:?}: {missing:?}");
    assert!(
        listed.is_sorted_by(|one, other| one < other),
        "{page} {gone:?} {come:?}"
    );
}

#[test]
fn pages_that_shift_lose_nothing_and_repeat_nothing() {
    for (page, gone, come) in [
        (1, 1, 0),
        (1, 60, 0),
        (1, 100, 0),
        (2, 150, 3),
        (2, 1, 1),
        (3, 0, 120),
        (4, 200, 0),
        (2, 200, 200),
    ] {
        check_shift(page, &Vec::from_iter(1..=gone), &Vec::from_iter(1..=come));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_shift_of_pages_loses_nothing_and_repeats_nothing(
        page in 0..6_usize,
        gone in vec(1..=450_u64, 0..300),
        come in vec(1..=450_u64, 0..100),
    ) {
        check_shift(page, &gone, &come);
    }
}

/// The title and the authors of each post, or the reason why there is none.
fn read(source: &WordPress) -> Result<Vec<String>, WordPressError> {
    read_places(source, &places(source), |outcome| match outcome {
        ReadOutcome::Accepted(accepted) => {
            let article = accepted.article;
            let authors = article.authors.iter().map(|author| &*author.name);
            let authors: Vec<&str> = authors.collect();
            format!("{} {}", article.title, authors.join(", "))
                .trim()
                .to_owned()
        }
        ReadOutcome::Refused(refusal) | ReadOutcome::Unreadable(refusal) => refusal.reason,
        other => format!("{other:?}"),
    })
}

/// What `say` makes of the outcome of each place.
fn read_places(
    source: &WordPress,
    places: &[Place],
    say: impl Fn(ReadOutcome) -> String,
) -> Result<Vec<String>, WordPressError> {
    let mut outcomes = vec![String::new(); places.len()];
    source.read(places, |number, result| {
        outcomes[number] = say(result.outcome)
    })?;
    Ok(outcomes)
}

#[test]
fn a_post_that_went_while_it_was_read_is_unsettled() {
    let site = FakeSite::with_posts(2);
    let source = wordpress(&site);
    let places = places(&source);
    site.state().posts.remove(&10);
    let mut unsettled = Vec::new();
    let read = source.read(&places, |number, result| {
        if matches!(result.outcome, ReadOutcome::Unsettled) {
            unsettled.push(number);
        }
    });
    assert_eq!((read, unsettled), (Ok(()), vec![0]));
}

#[test]
fn stamps_move_with_what_posts_name_and_only_when_all_is_compared() {
    let site = FakeSite::with_posts(1);
    let category = |name: &str| json!({ "id": 7, "name": name, "slug": "a", "parent": 0 });
    site.state().categories.insert(7, category("Өңір"));
    site.state().posts.get_mut(&10).expect("a post")["categories"] = json!([7]);
    let source = wordpress(&site);
    let stamp = |places: Vec<Place>| places[0].stamp;
    let recent = || source.walk_recent().map(|place| place.expect("a place"));
    let before = stamp(places(&source));
    assert_eq!(stamp(recent().collect()), before);
    site.state().categories.insert(7, category("Облыс"));
    assert_eq!(stamp(recent().collect()), before);
    // A listing that looks for posts that have gone does not ask for names.
    assert_eq!(stamp(places(&source)), before);
    let renewed = source
        .walk(Names::Renewed)
        .map(|place| place.expect("a place"));
    let after = stamp(renewed.collect());
    assert_ne!(after, before);
    assert_eq!(stamp(places(&wordpress(&site))), after, "on every machine");
}

/// What polls list: posts that were modified since, the newest by date, and the newest by id.
#[test]
fn a_poll_lists_every_arrival() {
    let site = FakeSite::with_posts(300);
    let source = wordpress(&site);
    assert_eq!(
        ids(source.walk_recent()).expect("all").len(),
        300,
        "before a full listing"
    );
    let recent = ids(source.walk_recent()).expect("a poll");
    assert_eq!(recent.len(), 100);
    for (id, field, at) in [
        (15, "modified_gmt", "2026-04-01T00:00:00"),
        (25, "date_gmt", "2026-04-01T00:00:00"),
        (9999, "link", "x"),
    ] {
        let mut state = site.state();
        state.add(id);
        let post = state.posts.get_mut(&id).expect("a post");
        for name in ["date_gmt", "modified_gmt"] {
            post[name] = json!("2020-01-01T00:00:00");
        }
        post[field] = json!(at);
        drop(state);
        let recent = ids(source.walk_recent()).expect("a poll");
        assert!(recent.contains(&id), "{field}");
    }
    assert_eq!(source.state().types[0].counted, 303);
}

#[test]
fn calls_run_one_after_another_and_at_most_twenty_a_second() {
    let site = FakeSite::with_posts(150);
    let settings = AcceptSettings::of_site(Zone::UTC, "kk", "https://dala.example/");
    let began = std::time::Instant::now();
    let source = WordPress::new(&config(&site), settings).expect("a source");
    let places = places(&source);
    std::thread::scope(|scope| {
        scope.spawn(|| ids(source.walk(Names::Known)));
        source.read(&places, |_, _| {}).expect("a reading");
    });
    let took = began.elapsed();
    let state = site.state();
    assert!(state.requests.len() >= 9, "{}", state.requests.len());
    let mut requests: Vec<_> = state
        .requests
        .iter()
        .map(|(_, began, ended)| (began, ended))
        .collect();
    requests.sort();
    for pair in requests.windows(2) {
        assert!(pair[1].0 >= pair[0].1, "two calls at once");
    }
    // A server may see a call long after it was made, so all of them count together.
    let spacings = u32::try_from(requests.len() - 1).expect("a few calls");
    assert!(took >= spacings * Duration::from_millis(50), "{took:?}");
}

/// Posts go from a large site: those that few calls find, and how many calls.
#[test]
fn posts_that_have_gone_are_found_with_few_calls() {
    let site = FakeSite::with_posts(3_000);
    let source = wordpress(&site);
    places(&source);
    let find = || {
        site.state().requests.clear();
        let searched = source.clone();
        let gone = source.wait(async move { searched.find_removed().await });
        let calls = site.state().requests.len();
        (gone.expect("answers"), calls)
    };
    assert_eq!(find(), (None, 1), "nothing has gone");
    for gone in [vec![29_990], vec![10, 15_000, 30_000]] {
        for id in &gone {
            site.state().posts.remove(id);
        }
        let (mut found, calls) = find();
        found.iter_mut().for_each(|found| found.sort_unstable());
        assert_eq!(found.as_ref(), Some(&gone));
        assert!(calls < 36, "{calls} calls");
        source.state().removed = gone.iter().copied().collect();
        for id in gone {
            assert_eq!(
                ids(source.walk_one(&post_summary::path(id))),
                Ok(Vec::new())
            );
            source.state().types[0].known.remove(&id);
        }
    }
    assert_eq!(ids(source.walk_one(&post_summary::path(20))), Ok(vec![20]));
    // One comes where one goes: their number does not explain it.
    let mut state = site.state();
    state.posts.remove(&5_000);
    state.posts.remove(&5_010);
    state.add(5_005);
    drop(state);
    assert_eq!(find().0, None);
    // A small site is listed.
    let site = FakeSite::with_posts(500);
    let source = wordpress(&site);
    places(&source);
    site.state().posts.remove(&10);
    let gone = source.wait({
        let source = source.clone();
        async move { source.find_removed().await }
    });
    assert_eq!(gone, Ok(None));
}

#[test]
fn a_login_is_sent_with_every_call_and_shown_nowhere() {
    let site = FakeSite::with_posts(2);
    let login = Some(("reader".to_owned(), Secret::new("hush hush".to_owned())));
    let source = with(&WordPressConfig {
        login,
        ..config(&site)
    });
    read(&source).expect("a reading");
    let state = site.state();
    assert_eq!(state.logins.len(), state.requests.len());
    let basic = "Basic cmVhZGVyOmh1c2ggaHVzaA==";
    assert!(
        state.logins.iter().all(|login| login == basic),
        "{:?}",
        state.logins
    );
    let shown = format!("{source:?} {}", source.name());
    assert!(
        !shown.contains("hush") && !shown.contains("reader"),
        "{shown}"
    );
}
