//! A site that fails in every way.

use std::time::Duration;

use serde_json::json;

use super::super::testkit::{FakeSite, FakeState, ok, parameter, status};
use super::{ids, places, read, wordpress};
use crate::source::ReadOutcome;
use crate::source::wordpress::Names;

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

/// Posts may be large; one that is made of many small values is refused alone.
#[test]
fn large_posts_are_read_and_one_of_too_many_values_is_refused_alone() {
    let site = FakeSite::with_posts(3);
    for (id, post) in &mut site.state().posts {
        post["meta"] = match id {
            20 => json!(vec![json!({ "a": 0 }); 30_000]),
            _ => json!({ "notes": "x".repeat(5 << 19) }),
        };
    }
    site.fail(|url, state: &mut FakeState| {
        // A listing does not show such fields.
        let is_listing = url.path().ends_with("/posts") && parameter(url, "include").is_none();
        let mut posts = state.posts.clone();
        for post in posts.values_mut() {
            post["meta"].take();
        }
        let posts: Vec<_> = posts.values().collect();
        is_listing.then(|| ok(&json!(posts).to_string(), "x-wp-total: 3\r\n"))
    });
    let outcomes = read(&wordpress(&site)).expect("the others");
    assert_eq!((&*outcomes[0], &*outcomes[2]), ("Жазба 10", "Жазба 30"));
    let refused = &outcomes[1];
    assert!(
        refused.starts_with("the site cannot show the post: "),
        "{refused}"
    );
    assert!(
        refused.ends_with("answered with more than 50000 values"),
        "{refused}"
    );
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
