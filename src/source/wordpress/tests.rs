//! A site that changes while it is read, and one that fails in every way.

use std::time::Duration;

use serde_json::json;

use super::testkit::{FakeSite, FakeState, ok, parameter, status};
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

fn wordpress(site: &FakeSite) -> WordPress {
    with(&config(site))
}

fn with(config: &WordPressConfig) -> WordPress {
    let settings = AcceptSettings::of_site(Zone::UTC, "kk", "https://dala.example/");
    let pace = Pace {
        spacing: Duration::ZERO,
        repeat_after: [Duration::from_millis(1); 2],
    };
    WordPress::with_pace(config, settings, pace).expect("a source")
}

/// The ids of a listing, or why it failed.
fn ids(
    listing: impl Iterator<Item = Result<Place, ListingError>>,
) -> Result<Vec<u64>, WordPressError> {
    let places = listing.map(|place| match place {
        Ok(place) => Ok(listed::id(&place.path).expect("an id")),
        Err(ListingError::Source(SourceError::Site(error))) => Err(error),
        Err(other) => panic!("{other:?}"),
    });
    places.collect()
}

fn places(source: &WordPress) -> Vec<Place> {
    source.walk().map(|place| place.expect("a place")).collect()
}

#[test]
fn a_post_is_found_by_its_number() {
    let path = Some(listed::path(150));
    for (text, expected) in [
        ("150", path.clone()),
        ("[source.wordpress] post 150", path),
        ("https://dala.example/?p=150", None),
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
        let listed = ids(wordpress(&site).walk()).expect("a listing");
        let expected: Vec<u64> = (1..=count).map(|number| 10 * number).collect();
        assert_eq!(listed, expected, "{count}");
    }
}

/// Posts go and come between two pages: what is there all the time is listed once.
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
        let site = FakeSite::with_posts(450);
        let mut pages = 0;
        site.fail(move |url, state| {
            pages += usize::from(parameter(url, "offset").is_some());
            if pages == page + 1 {
                pages += 1000;
                for number in 1..=gone {
                    state.posts.remove(&(10 * number));
                }
                for number in 1..=come {
                    state.add(10 * number + 5);
                }
            }
            None
        });
        let source = wordpress(&site);
        let listed = ids(source.walk());
        // Posts that came where the listing had been are not listed, which their number shows.
        let listed = match listed {
            Err(WordPressError::Incomplete { .. }) => ids(source.walk()),
            listed => listed,
        };
        let listed = listed.expect("a listing");
        let always: Vec<u64> = (gone + 1..=450).map(|number| 10 * number).collect();
        let missing: Vec<&u64> = always.iter().filter(|id| !listed.contains(id)).collect();
        assert!(missing.is_empty(), "{page} {gone} {come}: {missing:?}");
        assert!(
            listed.is_sorted_by(|one, other| one < other),
            "{page} {gone} {come}"
        );
    }
}

#[test]
fn a_page_with_too_few_posts_is_not_believed_unless_it_stays_so() {
    let site = FakeSite::with_posts(80);
    site.fail(|url, state: &mut FakeState| {
        parameter(url, "offset")?;
        let posts: Vec<_> = state.posts.values().take(50).collect();
        Some(ok(&json!(posts).to_string(), "x-wp-total: 80\r\n"))
    });
    let source = wordpress(&site);
    let error = ids(source.walk()).expect_err("half a page");
    assert!(
        error
            .to_string()
            .ends_with("lists 50 of the 80 posts that it counts"),
        "{error}"
    );
    // A plugin hides posts that the site counts.
    assert_eq!(ids(source.walk()).expect("a listing").len(), 50);
}

/// Answers to a request for posts, and the words for them.
#[test]
fn every_fault_is_said_in_words_and_ends() {
    let page = "<!DOCTYPE html><html><body>Қош келдіңіз</body></html>";
    let login = "<html><form><input type=\"password\" name=\"pwd\"></form></html>";
    for (answer, expected) in [
        (
            status("503 Service Unavailable", page, ""),
            "answered 503 Service Unavailable",
        ),
        (
            status(
                "500 X",
                r#"{"code":"x","message":"<p>There has been a <b>critical error</b>.</p>"}"#,
                "",
            ),
            "answered 500 Internal Server Error: There has been a critical error.",
        ),
        (
            status("429 Too Many Requests", "", "retry-after: 120\r\n"),
            "asks for a pause; the next call is in 119 s",
        ),
        (
            status(
                "401 Unauthorized",
                r#"{"code":"x","message":"Only for members"}"#,
                "",
            ),
            "answered 401 Unauthorized: Only for members",
        ),
        (ok(page, ""), "answered with a web page in place of JSON"),
        (ok(login, ""), "answered with a login page in place of JSON"),
        (ok("", ""), "answered with nothing in place of JSON"),
        (
            ok("[{\"id\": 10, \"date", ""),
            "answered with a damaged text in place of JSON",
        ),
        (
            ok("ERROR", ""),
            "answered with another text in place of JSON",
        ),
        (ok("{}", ""), "answered with other JSON than a list"),
        (
            ok("[]", ""),
            "answered with other JSON than a list with `X-WP-Total`",
        ),
        (
            ok("[5]", "x-wp-total: 1\r\n"),
            "answered with other JSON than a list of posts",
        ),
        (
            ok("[{\"id\":2},{\"id\":1}]", "x-wp-total: 2\r\n"),
            "other JSON than a list of posts in the order of their ids",
        ),
        (
            status("302 Found", "", "location: https://login.example/\r\n"),
            "redirects to https://login.example/, which is another site",
        ),
        (
            b"HTTP/1.0 200 OK\r\ncontent-length: 900\r\n\r\n[{".to_vec(),
            "ends early or is damaged",
        ),
        (b"HTTP/1.0 nothing".to_vec(), "cannot be reached"),
    ] {
        let site = FakeSite::with_posts(3);
        site.fail(move |url, _| url.path().ends_with("/posts").then(|| answer.clone()));
        let source = wordpress(&site);
        let error = ids(source.walk()).expect_err(expected).to_string();
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(error.contains("http://127.0.0.1"), "{error}");
        site.fail(|_, _| None);
        if !expected.contains("pause") {
            assert_eq!(ids(source.walk()), Ok(vec![10, 20, 30]), "{expected}");
        }
    }
}

#[test]
fn a_fault_of_a_moment_is_repeated() {
    let site = FakeSite::with_posts(3);
    let mut failures = 2;
    site.fail(move |url, _| {
        let fails = url.path().ends_with("/posts") && failures > 0;
        failures -= u32::from(fails);
        fails.then(|| status("502 Bad Gateway", "", ""))
    });
    assert_eq!(ids(wordpress(&site).walk()), Ok(vec![10, 20, 30]));
}

#[test]
fn a_site_without_interface_says_so() {
    for (answer, expected) in [
        (
            status("404 Not Found", "<html>", ""),
            "shows no REST interface of WordPress: ",
        ),
        (
            ok("{\"namespaces\":[\"oembed/1.0\"]}", ""),
            "it lacks the interface `wp/v2`",
        ),
    ] {
        let site = FakeSite::start();
        site.fail(move |_, _| Some(answer.clone()));
        let error = ids(wordpress(&site).walk())
            .expect_err(expected)
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
    let site = FakeSite::start();
    site.fail(|url, _| {
        let answer = status(
            "403 Forbidden",
            r#"{"message":"Cannot view post type."}"#,
            "",
        );
        url.path().contains("/types/").then_some(answer)
    });
    let error = ids(wordpress(&site).walk())
        .expect_err("no such type")
        .to_string();
    let expected = "shows no posts of the type `post`: Cannot view post type.";
    assert!(error.contains(expected), "{error}");
}

/// The outcome of each post: its title, `draft`, or the reason why there is none.
fn read(source: &WordPress) -> Result<Vec<String>, WordPressError> {
    let places = places(source);
    let mut outcomes = vec![String::new(); places.len()];
    source.read(&places, |number, result| {
        outcomes[number] = match result.outcome {
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
        };
    })?;
    Ok(outcomes)
}

#[test]
fn a_post_that_cannot_be_rendered_is_refused_alone() {
    let site = FakeSite::with_posts(9);
    site.fail(|url, _| {
        let include = parameter(url, "include")?;
        let is_bad = url.path().ends_with("/posts") && include.split(',').any(|id| id == "50");
        is_bad.then(|| status("500 X", "<html>", ""))
    });
    let outcomes = read(&wordpress(&site)).expect("the others");
    let bad = "the site cannot show the post: ";
    assert!(outcomes[4].starts_with(bad), "{}", outcomes[4]);
    let good = outcomes
        .iter()
        .filter(|outcome| outcome.starts_with("Жазба"));
    assert_eq!(good.count(), 8);
    // A site that fails for every post is no fault of the posts.
    let site = FakeSite::with_posts(40);
    site.fail(|url, _| {
        let is_reading = url.path().ends_with("/posts") && parameter(url, "include").is_some();
        is_reading.then(|| status("500 X", "<html>", ""))
    });
    assert!(read(&wordpress(&site)).is_err());
}

#[test]
fn a_post_with_a_password_goes_even_if_it_cannot_be_rendered() {
    let site = FakeSite::with_posts(2);
    site.state().posts.get_mut(&20).expect("a post")["content"]["protected"] = json!(true);
    site.fail(|url, _| {
        let is_reading = url.path().ends_with("/posts") && parameter(url, "include").is_some();
        is_reading.then(|| status("500 X", "<html>", ""))
    });
    let source = wordpress(&site);
    let mut withdrawn = Vec::new();
    let read = source.read(&places(&source), |_, result| match result.outcome {
        ReadOutcome::Unreadable(refusal) => withdrawn.push(refusal.withdraws),
        other => panic!("{other:?}"),
    });
    assert_eq!((read, withdrawn), (Ok(()), vec![false, true]));
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
fn hidden_authors_cost_the_authors_alone() {
    let site = FakeSite::with_posts(1);
    site.state()
        .users
        .insert(1, json!({ "id": 1, "name": "Айдана", "slug": "aidana" }));
    let source = wordpress(&site);
    assert_eq!(read(&source), Ok(vec!["Жазба 10 Айдана".to_owned()]));
    assert_eq!(source.hidden_authors(), None);
    site.fail(|url, _| {
        let answer = status("401 Unauthorized", r#"{"message":"Sorry."}"#, "");
        url.path().ends_with("/users").then_some(answer)
    });
    let source = wordpress(&site);
    assert_eq!(read(&source), Ok(vec!["Жазба 10".to_owned()]));
    let hidden = source.hidden_authors().expect("a reason");
    assert!(
        hidden.ends_with("/users answered 401 Unauthorized: Sorry."),
        "{hidden}"
    );
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
    source.state().only_ids = true;
    assert_eq!(stamp(places(&source)), before);
    let after = stamp(places(&source));
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
    assert_eq!(source.state().counted, 303);
}

#[test]
fn calls_run_one_after_another_and_at_most_twenty_a_second() {
    let site = FakeSite::with_posts(150);
    let settings = AcceptSettings::of_site(Zone::UTC, "kk", "https://dala.example/");
    let source = WordPress::new(&config(&site), settings).expect("a source");
    let places = places(&source);
    std::thread::scope(|scope| {
        scope.spawn(|| ids(source.walk()));
        source.read(&places, |_, _| {}).expect("a reading");
    });
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
        // The server sees a call some time after it was made.
        let spacing = pair[1].0.duration_since(*pair[0].0);
        assert!(spacing >= Duration::from_millis(30), "{spacing:?}");
    }
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
        let gone = source.wait(async move { searched.find_gone().await });
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
        source.state().gone = gone.iter().copied().collect();
        for id in gone {
            assert_eq!(ids(source.walk_one(&listed::path(id))), Ok(Vec::new()));
            source.state().known[0].remove(&id);
        }
    }
    assert_eq!(ids(source.walk_one(&listed::path(20))), Ok(vec![20]));
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
        async move { source.find_gone().await }
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

#[test]
fn a_pause_that_the_site_asks_for_is_kept() {
    let site = FakeSite::with_posts(2);
    let mut refusals = 1;
    site.fail(move |url, _| {
        let refuses = url.path().ends_with("/posts") && refusals > 0;
        refusals -= u32::from(refuses);
        refuses.then(|| status("429 Too Many Requests", "", "retry-after: 1\r\n"))
    });
    assert_eq!(ids(wordpress(&site).walk()), Ok(vec![10, 20]));
    let state = site.state();
    let posts = state
        .requests
        .iter()
        .filter(|(url, ..)| url.path().ends_with("/posts"));
    let times: Vec<_> = posts.map(|(_, began, _)| *began).collect();
    let pause = times[1].duration_since(times[0]);
    assert!(pause >= Duration::from_millis(900), "{pause:?}");
}

#[test]
fn a_site_that_is_too_slow_for_many_posts_is_asked_for_fewer() {
    let site = FakeSite::with_posts(200);
    site.fail(|url, _| {
        let include = parameter(url, "include").filter(|_| url.path().ends_with("/posts"))?;
        let is_many = include.split(',').count() > 30;
        is_many.then(|| status("504 Gateway Timeout", "", ""))
    });
    let source = wordpress(&site);
    let outcomes = read(&source).expect("a reading");
    assert!(outcomes.iter().all(|outcome| outcome.starts_with("Жазба")));
    assert_eq!(source.state().posts_a_call, 25);
    site.state().requests.clear();
    read(&source).expect("a reading");
    let state = site.state();
    let urls = state.requests.iter().map(|(url, ..)| url);
    let urls = urls.filter(|url| url.path().ends_with("/posts"));
    let asked = urls.filter_map(|url| parameter(url, "include"));
    assert!(
        asked
            .map(|ids| ids.split(',').count())
            .all(|count| count <= 25)
    );
}
