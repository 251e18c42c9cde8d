//! A site that fails in every way.

use std::time::Duration;

use serde_json::json;

use super::super::testkit::{FakeSite, FakeState, ok, parameter, status};
use super::{ids, wordpress};
use crate::source::wordpress::{Names, WordPressError};

#[test]
fn a_page_with_too_few_posts_is_not_believed_unless_it_stays_so() {
    let site = FakeSite::with_posts(80);
    site.fail(|url, state: &mut FakeState| {
        parameter(url, "offset")?;
        let posts: Vec<_> = state.posts.values().take(50).collect();
        Some(ok(&json!(posts).to_string(), "x-wp-total: 80\r\n"))
    });
    let source = wordpress(&site);
    let error = ids(source.walk(Names::Known)).expect_err("half a page");
    assert!(
        error
            .to_string()
            .ends_with("lists 50 of the 80 posts that it counts"),
        "{error}"
    );
    // A plugin hides posts that the site counts.
    assert_eq!(ids(source.walk(Names::Known)).expect("a listing").len(), 50);
}

/// A filter of the site gives fewer posts a page than were asked for, and says nothing.
#[test]
fn pages_shorter_than_asked_for_are_refused_in_words() {
    for (count, per_page, is_refused) in [
        (300, 10, true),
        (101, 50, true),
        (30, 20, true),
        (20, 20, false),
        (5, 10, false),
        (250, 100, false),
    ] {
        let site = FakeSite::with_posts(count);
        site.fail(move |url, state: &mut FakeState| {
            parameter(url, "per_page")?;
            let mut url = url.clone();
            let pairs: Vec<_> = url.query_pairs().into_owned().collect();
            let pairs = pairs.into_iter().map(|(name, value)| match &*name {
                "per_page" => (name, per_page.to_string()),
                _ => (name, value),
            });
            let pairs: Vec<_> = pairs.collect();
            url.query_pairs_mut().clear().extend_pairs(pairs);
            Some(state.answer_at("/wp-json/", &url))
        });
        let source = wordpress(&site);
        for _ in 0..2 {
            let listed = ids(source.walk(Names::Known));
            match is_refused {
                true => {
                    let error = listed.expect_err("short pages").to_string();
                    let expected = format!(
                        " gives {per_page} posts a page, 100 were asked for: a filter on the site changes \
                         `per_page`"
                    );
                    assert!(error.ends_with(&expected), "{count}: {error}");
                }
                false => assert_eq!(listed.map(|ids| ids.len() as u64), Ok(count)),
            }
        }
    }
}

#[test]
fn posts_that_the_site_counts_and_does_not_list_are_named() {
    let site = FakeSite::with_posts(80);
    site.fail(|url, state: &mut FakeState| {
        parameter(url, "offset")?;
        let posts: Vec<_> = state.posts.values().skip(5).collect();
        let headers = "x-wp-total: 80\r\nx-wp-totalpages: 1\r\n";
        Some(ok(&json!(posts).to_string(), headers))
    });
    let source = wordpress(&site);
    ids(source.walk(Names::Known)).expect_err("fewer than counted");
    let named = "the site counts 5 posts that it does not list";
    assert!(!source.hidden().contains(&named.to_owned()));
    assert_eq!(ids(source.walk(Names::Known)).map(|ids| ids.len()), Ok(75));
    assert!(source.hidden().contains(&named.to_owned()));
    site.fail(|_, _| None);
    ids(source.walk(Names::Known)).expect("all");
    assert!(!source.hidden().contains(&named.to_owned()));
}

/// However few there were: the loss of fewer than ten articles is not held.
#[test]
fn a_type_of_posts_that_is_empty_for_a_moment_is_not_believed() {
    for count in [1, 8, 250] {
        let site = FakeSite::with_posts(count);
        let source = wordpress(&site);
        let all = ids(source.walk(Names::Known));
        site.fail(|url, _| {
            parameter(url, "per_page")?;
            Some(ok("[]", "x-wp-total: 0\r\nx-wp-totalpages: 0\r\n"))
        });
        let error = ids(source.walk(Names::Known)).expect_err("none");
        let expected = format!("lists no posts any more, {count} are known");
        assert!(error.to_string().ends_with(&expected), "{error}");
        site.fail(|_, _| None);
        assert_eq!(ids(source.walk(Names::Known)), all);
        // The doubt is a new one.
        site.state().posts.clear();
        ids(source.walk(Names::Known)).expect_err("none");
        assert_eq!(ids(source.walk(Names::Known)), Ok(Vec::new()));
        assert_eq!(ids(source.walk(Names::Known)), Ok(Vec::new()));
    }
}

/// However often a listing lacks them.
#[test]
fn known_posts_that_the_site_still_shows_are_not_believed_gone() {
    for (count, shown) in [(80, 50), (1_300, 100)] {
        let site = FakeSite::with_posts(count);
        let source = wordpress(&site);
        assert_eq!(
            ids(source.walk(Names::Known)).map(|ids| ids.len()),
            Ok(count as usize)
        );
        site.fail(move |url, state: &mut FakeState| {
            parameter(url, "offset")?;
            let posts: Vec<_> = state.posts.values().take(shown).collect();
            Some(ok(
                &json!(posts).to_string(),
                &format!("x-wp-total: {count}\r\n"),
            ))
        });
        for _ in 0..4 {
            let error = ids(source.walk(Names::Known)).expect_err("too few posts");
            assert!(
                matches!(error, WordPressError::Incomplete { .. }),
                "{error}"
            );
        }
        site.fail(|_, _| None);
        assert_eq!(
            ids(source.walk(Names::Known)).map(|ids| ids.len()),
            Ok(count as usize)
        );
    }
}

/// The number of posts that are lacking counts, not how many there are.
#[test]
fn a_post_more_or_less_does_not_renew_the_doubt() {
    let site = FakeSite::with_posts(80);
    site.fail(move |url, state: &mut FakeState| {
        parameter(url, "offset")?;
        let posts: Vec<_> = state.posts.values().skip(5).collect();
        let total = format!("x-wp-total: {}\r\n", state.posts.len());
        Some(ok(&json!(posts).to_string(), &total))
    });
    let source = wordpress(&site);
    ids(source.walk(Names::Known)).expect_err("fewer posts than counted");
    for (change, expected) in [(810, 76), (820, 77), (60, 76)] {
        let mut state = site.state();
        if state.posts.remove(&change).is_none() {
            state.add(change);
        }
        drop(state);
        let listed = ids(source.walk(Names::Known));
        assert_eq!(listed.map(|ids| ids.len()), Ok(expected), "{change}");
    }
}

#[test]
fn posts_that_the_site_counts_and_hides_end_no_listing() {
    for (first, last) in [(1, 120), (200, 320), (351, 450), (99, 99), (100, 449)] {
        let site = FakeSite::with_posts(450);
        let is_hidden = move |number: &u64| (first..=last).contains(number);
        site.fail(move |url, state: &mut FakeState| {
            let offset = parameter(url, "offset")?.parse().ok()?;
            let posts = state.posts.iter().skip(offset).take(100);
            let posts = posts.filter(|(id, _)| !is_hidden(&(**id / 10)));
            let posts: Vec<_> = posts.map(|(_, post)| post).collect();
            Some(ok(&json!(posts).to_string(), "x-wp-total: 450\r\n"))
        });
        let source = wordpress(&site);
        ids(source.walk(Names::Known)).expect_err("fewer posts than counted");
        let listed = ids(source.walk(Names::Known)).expect("a listing");
        let shown = (1..=450).filter(|number| !is_hidden(number));
        let shown: Vec<u64> = shown.map(|number| 10 * number).collect();
        assert_eq!(listed, shown, "{first}..={last}");
        let calls = site.state().requests.len();
        assert!(calls < 60, "{first}..={last}: {calls} calls");
    }
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
            ok(&"[".repeat(5 << 20), ""),
            "answered with more than 4 MiB",
        ),
        (
            ok(&json!(vec![json!({ "id": 1 }); 101]).to_string(), ""),
            "answered with more than 100 items",
        ),
        (
            ok(&json!([vec![0; 50_000]]).to_string(), ""),
            "answered with more than 50000 values",
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
        let error = ids(source.walk(Names::Known))
            .expect_err(expected)
            .to_string();
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(error.contains("http://127.0.0.1"), "{error}");
        site.fail(|_, _| None);
        if !expected.contains("pause") {
            assert_eq!(
                ids(source.walk(Names::Known)),
                Ok(vec![10, 20, 30]),
                "{expected}"
            );
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
    assert_eq!(
        ids(wordpress(&site).walk(Names::Known)),
        Ok(vec![10, 20, 30])
    );
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
        let error = ids(wordpress(&site).walk(Names::Known))
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
    let error = ids(wordpress(&site).walk(Names::Known))
        .expect_err("no such type")
        .to_string();
    let expected = "shows no posts of the type `post`: Cannot view post type.";
    assert!(error.contains(expected), "{error}");
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
    assert_eq!(ids(wordpress(&site).walk(Names::Known)), Ok(vec![10, 20]));
    let state = site.state();
    let posts = state
        .requests
        .iter()
        .filter(|(url, ..)| url.path().ends_with("/posts"));
    let times: Vec<_> = posts.map(|(_, began, _)| *began).collect();
    let pause = times[1].duration_since(times[0]);
    assert!(pause >= Duration::from_millis(900), "{pause:?}");
}
