//! Posts that the site cannot show, or shows too slowly.

use serde_json::json;

use super::super::testkit::{FakeSite, FakeState, ok, parameter, status};
use super::{places, read, read_places, wordpress};
use crate::source::wordpress::Names;
use crate::source::{Place, ReadOutcome};

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
    let site = FakeSite::with_posts(150);
    site.fail(|url, _| {
        let is_whole = parameter(url, "_fields")?.contains("excerpt");
        is_whole.then(|| status("500 X", "<html>", ""))
    });
    assert!(read(&wordpress(&site)).is_err());
    assert!(site.state().requests.len() < 40);
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
    assert_eq!(source.state().call_size.posts(), 25);
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

/// Reads posts of which some cannot be rendered; after so many readings all others are read.
fn check_bad_posts(
    count: u64,
    bad: &'static [std::ops::RangeInclusive<u64>],
    step: usize,
    readings: usize,
) {
    let site = FakeSite::with_posts(count);
    let bad: Vec<u64> = bad
        .iter()
        .cloned()
        .flatten()
        .step_by(step)
        .map(|number| 10 * number)
        .collect();
    let bad_ids: Vec<String> = bad.iter().map(u64::to_string).collect();
    site.fail(move |url, _| {
        let include = parameter(url, "include").filter(|_| url.path().ends_with("/posts"))?;
        let is_whole = parameter(url, "_fields")?.contains("excerpt");
        let is_bad = is_whole
            && include
                .split(',')
                .any(|id| bad_ids.iter().any(|bad| bad == id));
        is_bad.then(|| status("500 X", "<html>", ""))
    });
    let source = wordpress(&site);
    let listed = places(&source);
    let mut unread: Vec<_> = listed.iter().collect();
    for _ in 0..readings {
        let asked: Vec<_> = unread.iter().map(|place| (*place).clone()).collect();
        for part in asked.chunks(100) {
            site.state().requests.clear();
            let outcomes = read_places(&source, part, |outcome| match outcome {
                ReadOutcome::Accepted(_) => "read".to_owned(),
                ReadOutcome::Unreadable(refusal) => refusal.reason,
                other => panic!("{other:?}"),
            });
            let outcomes = outcomes.expect("a bad post costs itself");
            // A call that fails is made three times; each bad post costs one more that shows another post.
            let calls = site.state().requests.len();
            assert!(calls < 3 * 210 + 100, "{calls} calls");
            for (place, outcome) in part.iter().zip(outcomes) {
                if outcome == "read" {
                    unread.retain(|unread| unread.path != place.path);
                }
            }
        }
    }
    let unread: Vec<u64> = unread
        .iter()
        .filter_map(|place| place.path.parse().ok())
        .collect();
    assert_eq!(unread, bad, "{count} posts");
}

/// A site that goes down while bad posts are told from good ones.
#[test]
fn a_site_that_goes_down_is_no_fault_of_the_posts() {
    let site = FakeSite::with_posts(200);
    let mut readings = 0;
    site.fail(move |url, _| {
        let is_whole = parameter(url, "_fields")?.contains("excerpt");
        readings += u32::from(is_whole);
        (readings > 1).then(|| status("503 X", "<html>", ""))
    });
    let source = wordpress(&site);
    let listed = places(&source);
    source.state().call_size.shrink(50);
    let mut refused = 0;
    let read = source.read(&listed[..100], |_, result| {
        refused += u32::from(matches!(result.outcome, ReadOutcome::Unreadable(_)));
    });
    assert!(read.is_err() && refused <= 1, "{refused} were refused");
}

/// The calls for posts that carry texts.
fn calls_for_texts(site: &FakeSite) -> usize {
    let state = site.state();
    let urls = state.requests.iter().map(|(url, ..)| url);
    let fields = urls.filter_map(|url| parameter(url, "_fields"));
    fields.filter(|fields| fields.contains("excerpt")).count()
}

/// A post that cannot be rendered is asked for when it changes, and when everything is compared.
#[test]
fn a_bad_post_costs_no_call_until_it_changes_or_everything_is_compared() {
    let site = FakeSite::with_posts(3);
    let fail = || {
        site.fail(|url, _| {
            let include = parameter(url, "include").filter(|_| url.path().ends_with("/posts"))?;
            let is_whole = parameter(url, "_fields")?.contains("excerpt");
            let is_bad = include.split(',').any(|id| id == "20");
            (is_whole && is_bad).then(|| status("500 X", "<html>", ""))
        });
    };
    fail();
    let source = wordpress(&site);
    let check = |name: &str, listed: Vec<Place>, calls_max: usize, is_bad: bool| {
        site.state().requests.clear();
        let outcomes = read_places(&source, &listed, |outcome| match outcome {
            ReadOutcome::Accepted(_) => "read".to_owned(),
            ReadOutcome::Unreadable(refusal) => refusal.reason,
            other => panic!("{other:?}"),
        });
        let outcomes = outcomes.expect("the others");
        assert_eq!((&*outcomes[0], &*outcomes[2]), ("read", "read"), "{name}");
        let refusal = "the site cannot show the post: ";
        assert_eq!(outcomes[1].starts_with(refusal), is_bad, "{name}");
        let calls = calls_for_texts(&site);
        assert!(calls <= calls_max, "{name}: {calls} calls");
    };
    let recent = || Vec::from_iter(source.walk_recent().map(|place| place.expect("a place")));
    let renewed = || Vec::from_iter(source.walk(Names::Renewed).map(|place| place.expect("one")));
    check("first", renewed(), 10, true);
    for _ in 0..2 {
        check("a poll", recent(), 1, true);
        check("a listing of all ids", places(&source), 1, true);
    }
    let change = |day: u32| {
        let mut state = site.state();
        let post = state.posts.get_mut(&20).expect("a post");
        post["modified_gmt"] = json!(format!("2026-04-{day:02}T00:00:00"));
    };
    change(1);
    // The others, this one without repeats, and another post, since the site may be down.
    check("a change", recent(), 3, true);
    check("a poll after it", recent(), 1, true);
    check("everything", renewed(), 3, true);
    site.fail(|_, _| None);
    check("mended, but not changed", recent(), 1, true);
    check("mended, everything", renewed(), 2, false);
    check("mended, known again", recent(), 1, false);
    fail();
    check("bad again", recent(), 10, true);
    site.fail(|_, _| None);
    change(2);
    check("mended by a change", recent(), 2, false);
}

#[test]
fn every_bad_post_costs_itself() {
    check_bad_posts(100, &[1..=100], 6, 1);
    check_bad_posts(120, &[1..=17], 1, 1);
    check_bad_posts(110, &[1..=60], 1, 2);
    check_bad_posts(3, &[1..=3], 1, 1);
}

#[test]
fn a_post_that_is_listed_and_not_shown_is_waited_for_a_few_times() {
    let site = FakeSite::with_posts(3);
    site.fail(|url, state| {
        let is_whole = parameter(url, "_fields")?.contains("excerpt");
        if is_whole {
            state.posts.remove(&20);
        } else {
            state.add(20);
        }
        None
    });
    let source = wordpress(&site);
    let outcomes: Vec<String> = (0..4)
        .map(|_| read(&source).expect("a reading").remove(1))
        .collect();
    let unsettled = "Unsettled";
    let lasting = "the site lists the post, but does not show it";
    assert_eq!(outcomes, [unsettled, unsettled, unsettled, lasting]);
    site.fail(|_, state| {
        state.add(20);
        None
    });
    assert_eq!(
        read(&source).map(|all| all[1].clone()),
        Ok("Жазба 20".to_owned())
    );
}
