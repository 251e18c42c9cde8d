//! Sites whose interface, version, types of posts or configuration differ.

use url::Url;

use super::super::testkit::{FakeSite, FakeState, ok, parameter, post, status};
use super::{config, ids, places, with, wordpress};
use crate::config::WordPressConfig;
use crate::source::wordpress::{Names, WordPress, WordPressError, post_summary};

/// A site that shows podcasts beside its posts.
fn with_podcasts(site: &FakeSite) -> WordPress {
    with(&WordPressConfig {
        post_types: vec!["post".to_owned(), "podcast".to_owned()],
        ..config(site)
    })
}

#[test]
fn two_types_of_posts_are_one_listing() {
    let site = FakeSite::with_posts(250);
    let mut state = site.state();
    for number in 1..=120 {
        state
            .podcasts
            .insert(10 * number + 5, post(10 * number + 5));
    }
    drop(state);
    let source = with_podcasts(&site);
    let mut expected: Vec<u64> = (1..=250).map(|number| 10 * number).collect();
    expected.extend((1..=120).map(|number| 10 * number + 5));
    expected.sort_unstable();
    assert_eq!(ids(source.walk(Names::Renewed)), Ok(expected));
    let all = places(&source);
    let mut read = Vec::new();
    let result = source.read(&all, |number, _| read.push(number));
    assert_eq!((result, read.len()), (Ok(()), 370));
    // One type gains what the other one loses.
    let mut state = site.state();
    state.podcasts.remove(&15);
    state.posts.insert(9_999, post(9_999));
    drop(state);
    let polled = ids(source.walk_recent()).expect("a poll");
    assert!(polled.contains(&9_999) && source.has_drifted());
    assert_eq!(ids(source.walk_one(&post_summary::path(25))), Ok(vec![25]));
    assert_eq!(ids(source.walk_one(&post_summary::path(15))), Ok(vec![]));
}

/// A type hides posts for good, while a post of the other type goes in the middle of a listing.
#[test]
fn posts_that_one_type_hides_do_not_stand_for_those_that_go_from_another() {
    let site = FakeSite::with_posts(3);
    let mut state = site.state();
    for id in [15, 25, 35] {
        state.podcasts.insert(id, post(id));
    }
    drop(state);
    site.fail(|url, state: &mut FakeState| {
        let is_listing = parameter(url, "order").as_deref() == Some("asc");
        if !is_listing || !url.path().ends_with("/podcasts") {
            return None;
        }
        let shown: Vec<_> = state.podcasts.values().take(2).collect();
        let shown = serde_json::Value::from_iter(shown.into_iter().cloned());
        Some(ok(&shown.to_string(), "x-wp-total: 3\r\n"))
    });
    let source = with_podcasts(&site);
    ids(source.walk(Names::Known)).expect_err("fewer than counted");
    assert_eq!(ids(source.walk(Names::Known)).map(|ids| ids.len()), Ok(5));
    assert!(!source.has_drifted());
    site.state().posts.remove(&10);
    // A podcast that was hidden is shown by the poll.
    ids(source.walk_recent()).expect("a poll");
    assert!(source.has_drifted());
}

/// A small type does not make a large one be listed for a post that has gone.
#[test]
fn posts_that_have_gone_are_found_beside_a_small_type() {
    let site = FakeSite::with_posts(1_200);
    site.state().podcasts.insert(15, post(15));
    let source = with_podcasts(&site);
    places(&source);
    site.state().posts.remove(&500);
    let searched = source.clone();
    let gone = source.wait(async move { searched.find_removed().await });
    assert_eq!(gone, Ok(Some(vec![500])));
}

type Reading = fn(&WordPress) -> Result<usize, WordPressError>;

/// Whatever is asked for first after the outage.
const READINGS: [(&str, Reading); 4] = [
    ("a listing", |source| {
        ids(source.walk(Names::Known)).map(|ids| ids.len())
    }),
    ("a poll", |source| {
        ids(source.walk_recent()).map(|ids| ids.len())
    }),
    ("a reading", |source| {
        let mut count = 0;
        let place = crate::source::Place {
            path: post_summary::path(10),
            stamp: Default::default(),
            closed: false,
            recheck: false,
            columns: None,
        };
        source.read(&[place], |_, _| count += 1)?;
        Ok(count)
    }),
    ("one post", |source| {
        ids(source.walk_one(&post_summary::path(10))).map(|ids| ids.len())
    }),
];

#[test]
fn an_interface_that_moves_is_found_anew_whatever_the_former_place_answers() {
    let page = ok("<html>Қош келдіңіз</html>", "");
    for former in [
        status("503 X", "", ""),
        status("404 X", "", ""),
        page,
        ok("{}", ""),
    ] {
        for (name, reading) in READINGS {
            let site = FakeSite::with_posts(3);
            let source = wordpress(&site);
            places(&source);
            // First the whole site is down.
            site.fail(|_, _| Some(status("503 X", "", "")));
            reading(&source).expect_err(name);
            let error = reading(&source).expect_err(name);
            assert!(
                matches!(error, WordPressError::Status { .. }),
                "{name}: {error}"
            );
            // It comes back with its interface elsewhere.
            let answer = former.clone();
            site.fail(move |url: &Url, state: &mut FakeState| {
                let is_former = url.path().starts_with("/wp-json/");
                Some(match is_former {
                    true => answer.clone(),
                    false => state.answer_at("/api/", url),
                })
            });
            assert!(reading(&source).is_ok_and(|count| count > 0), "{name}");
        }
    }
}

/// WordPress before 5.7 takes no notice of `modified_after`.
#[test]
fn a_site_that_cannot_list_by_last_change_is_polled_with_few_calls() {
    let site = FakeSite::with_posts(450);
    site.fail(|url, state| {
        parameter(url, "modified_after")?;
        let mut url = url.clone();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let kept = pairs.iter().filter(|(name, _)| name != "modified_after");
        url.query_pairs_mut().clear().extend_pairs(kept);
        Some(state.answer_at("/wp-json/", &url))
    });
    let source = wordpress(&site);
    places(&source);
    for (id, calls_max) in [(10, 4), (20, 3)] {
        let mut state = site.state();
        state.posts.get_mut(&id).expect("a post")["modified_gmt"] = "2026-04-01T00:00:00".into();
        state.requests.clear();
        drop(state);
        let polled = ids(source.walk_recent()).expect("a poll");
        assert!(polled.contains(&id));
        let state = site.state();
        let urls = state.requests.iter().map(|(url, ..)| url);
        let calls = urls.filter(|url| url.path().ends_with("/posts")).count();
        assert!(calls <= calls_max, "{calls} calls");
    }
}

/// How many calls for posts a poll makes, and whether it lists this post.
fn poll(site: &FakeSite, source: &WordPress, id: u64) -> (usize, bool) {
    site.state().requests.clear();
    let polled = ids(source.walk_recent()).expect("a poll");
    let state = site.state();
    let urls = state.requests.iter().map(|(url, ..)| url);
    let calls = urls.filter(|url| url.path().ends_with("/posts")).count();
    (calls, polled.contains(&id))
}

/// Gives all posts one last change.
fn modify_all(site: &FakeSite, at: &str) {
    for post in site.state().posts.values_mut() {
        post["modified_gmt"] = at.into();
    }
}

#[test]
fn a_quiet_site_is_polled_with_three_calls_whatever_was_modified_at_once() {
    let site = FakeSite::with_posts(450);
    modify_all(&site, "2026-04-01T00:00:00");
    let source = wordpress(&site);
    places(&source);
    // The first poll finds out whether the site lists posts by their last change.
    assert_eq!(poll(&site, &source, 10), (4, false));
    for _ in 0..2 {
        assert_eq!(poll(&site, &source, 10), (3, false));
    }
    site.state().posts.get_mut(&10).expect("a post")["modified_gmt"] = "2026-04-01T00:00:01".into();
    assert_eq!(poll(&site, &source, 10), (3, true));
    // What is modified at once is listed once.
    modify_all(&site, "2026-04-02T00:00:00");
    let (calls, is_listed) = poll(&site, &source, 10);
    assert!(calls > 3 && is_listed, "{calls} calls");
    assert_eq!(poll(&site, &source, 10), (3, false));
    // What was modified within the last minute may be modified again in the same second.
    let now = crate::source::wordpress::poll::gmt(crate::model::time::Timestamp::now());
    modify_all(&site, now.trim_end_matches('Z'));
    for _ in 0..2 {
        let (calls, is_listed) = poll(&site, &source, 10);
        assert!(calls > 3 && is_listed, "{calls} calls");
    }
}

/// Posts of a bulk change name something that one answer lacks.
#[test]
fn what_an_answer_lacked_is_asked_for_again_however_many_posts_were_modified() {
    let site = FakeSite::with_posts(450);
    let source = wordpress(&site);
    places(&source);
    modify_all(&site, "2026-04-01T00:00:00");
    let mut state = site.state();
    state.posts.get_mut(&10).expect("a post")["tags"] = serde_json::json!([6]);
    let tag = serde_json::json!({ "id": 6, "name": "көпір", "slug": "kopir" });
    state.tags.insert(6, tag);
    drop(state);
    site.fail(|url, _| {
        url.path()
            .ends_with("/tags")
            .then(|| status("403 X", "", ""))
    });
    assert!(poll(&site, &source, 10).1);
    site.fail(|_, _| None);
    assert!(poll(&site, &source, 10).1);
    assert_eq!(poll(&site, &source, 10), (3, false));
}

/// After summer time what is modified stands behind posts that were modified in the hour before.
#[test]
fn what_is_modified_in_the_hour_after_summer_time_is_seen() {
    for (zone, is_seen) in [
        ("Europe/Berlin", true),
        ("Mars/Olympus", true),
        ("Asia/Almaty", false),
    ] {
        let site = FakeSite::with_posts(450);
        for post in site.state().posts.values_mut() {
            post["modified_gmt"] = "2025-10-26T00:40:00".into();
            post["modified"] = "2025-10-26T02:40:00".into();
        }
        site.fail(move |url, state: &mut FakeState| {
            if url.path() == "/wp-json/" {
                let home = "https://dala.example";
                let index = serde_json::json!({ "home": home, "namespaces": ["wp/v2"], "timezone_string": zone });
                return Some(ok(&index.to_string(), ""));
            }
            let answer = state.answer_at("/wp-json/", url);
            let answer = String::from_utf8(answer).expect("text");
            let date = "\r\ndate: Sun, 26 Oct 2025 01:10:00 GMT\r\n";
            Some(answer.replacen("\r\n", date, 1).into_bytes())
        });
        let source = wordpress(&site);
        places(&source);
        let mut state = site.state();
        let post = state.posts.get_mut(&10).expect("a post");
        post["modified_gmt"] = "2025-10-26T01:09:00".into();
        post["modified"] = "2025-10-26T02:09:00".into();
        drop(state);
        assert_eq!(poll(&site, &source, 10).1, is_seen, "{zone}");
    }
}

#[test]
fn another_configuration_knows_what_is_of_the_same_posts() {
    let site = FakeSite::with_posts(3);
    let before = wordpress(&site);
    places(&before);
    site.fail(|_, _| Some(status("429 Too Many Requests", "", "retry-after: 120\r\n")));
    ids(before.walk(Names::Known)).expect_err("a pause");
    let other = FakeSite::start();
    for (name, config, is_same) in [
        (
            "refresh",
            WordPressConfig {
                refresh: 5,
                ..config(&site)
            },
            true,
        ),
        ("url", config(&other), false),
        (
            "post-types",
            WordPressConfig {
                post_types: vec!["podcast".to_owned()],
                ..config(&site)
            },
            false,
        ),
    ] {
        let next = with(&config).with_state_of(&before);
        assert_eq!(next.since().is_some(), is_same, "{name}");
        assert_eq!(next.state().types.is_empty(), !is_same, "{name}");
        let is_same_site = name != "url";
        assert_eq!(!next.0.site.pause().is_zero(), is_same_site, "{name}");
    }
}

#[test]
fn the_numbers_of_terms_are_of_one_site() {
    let site = FakeSite::with_posts(1);
    let mut state = site.state();
    let author = serde_json::json!({ "id": 1, "name": "Айдана", "slug": "aidana" });
    state.users.insert(1, author);
    drop(state);
    let source = wordpress(&site);
    places(&source);
    let memory = source.memory();
    for (site, expected) in [(&site, Some("aidana")), (&FakeSite::start(), None)] {
        let next = wordpress(site);
        next.restore_memory(&memory);
        let slug = next
            .term_slugs()
            .slug(crate::model::term::TermKind::Author, 1);
        assert_eq!(slug.as_deref(), expected);
    }
}
