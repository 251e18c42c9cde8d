use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::feed::etag::ETag;
use crate::model::format::Format;

const LAST_MODIFIED: Timestamp = Timestamp(784_111_777);

fn etag() -> ETag {
    ETag::new(7, Format::Rss)
}

fn header_map(headers: &[(HeaderName, String)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name, value.parse().expect("a header value"));
    }
    map
}

/// The outcome for a version that was first seen a moment ago.
fn evaluate_headers(headers: &[(HeaderName, String)]) -> Outcome {
    let now = LAST_MODIFIED.plus(1_000_000);
    let dates = Dates {
        last_modified: LAST_MODIFIED,
        first_seen: &FirstSeen::new(now, Instant::now()),
        cached_seconds: 360,
        now,
    };
    evaluate(&header_map(headers), &etag().to_string(), Some(dates))
}

fn imf(at: Timestamp) -> String {
    let since_epoch = Duration::from_secs(u64::try_from(at.0).expect("a date after 1970"));
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since_epoch)
}

#[test]
fn if_none_match_compares_weakly_and_ignores_the_suffix_of_a_coding() {
    let tag = etag();
    for value in [
        format!("\"{tag}\""),
        format!("W/\"{tag}\""),
        format!("\"{tag}-gzip\""),
        format!("W/\"{tag}-gzip\""),
        format!("\"{tag}-gzip-gzip\""),
        format!("\"{tag}-br\""),
        format!("\"{tag};gzip\""),
        format!("\"{tag}--gzip\""),
        format!("\"other\", \"{tag}\" , W/\"more\""),
        tag.to_string(),
        "*".to_owned(),
    ] {
        assert_eq!(
            evaluate_headers(&[(IF_NONE_MATCH, value.clone())]),
            Outcome::NotModified,
            "{value}"
        );
    }
    for value in [
        format!("\"{tag}-other\""),
        format!("\"{tag}0\""),
        format!("\"{tag}-gzip-other\""),
        format!("\"{tag}-gzip-gzip-gzip\""),
        "\"other\"".to_owned(),
        String::new(),
        ",,,".to_owned(),
        "\"*\"x".to_owned(),
        "W/".to_owned(),
        "\"".to_owned(),
    ] {
        assert_eq!(
            evaluate_headers(&[(IF_NONE_MATCH, value.clone())]),
            Outcome::Send,
            "{value}"
        );
    }
}

#[test]
fn several_if_none_match_fields_are_one_list() {
    let tag = format!("\"{}\"", etag());
    assert_eq!(
        evaluate_headers(&[(IF_NONE_MATCH, "\"a\"".into()), (IF_NONE_MATCH, tag)]),
        Outcome::NotModified
    );
}

#[test]
fn if_none_match_takes_precedence_over_if_modified_since() {
    let equal = (
        IF_MODIFIED_SINCE,
        "Sun, 06 Nov 1994 08:49:37 GMT".to_owned(),
    );
    assert_eq!(
        evaluate_headers(&[(IF_NONE_MATCH, "\"a\"".into()), equal]),
        Outcome::Send
    );
    let other = (
        IF_MODIFIED_SINCE,
        "Sun, 06 Nov 1994 08:49:36 GMT".to_owned(),
    );
    assert_eq!(
        evaluate_headers(&[(IF_NONE_MATCH, "*".into()), other]),
        Outcome::NotModified
    );
}

#[test]
fn if_modified_since_matches_only_an_equal_date_in_any_of_the_three_formats() {
    for (date, expected) in [
        ("Sun, 06 Nov 1994 08:49:37 GMT", Outcome::NotModified),
        ("Sunday, 06-Nov-94 08:49:37 GMT", Outcome::NotModified),
        ("Sun Nov  6 08:49:37 1994", Outcome::NotModified),
        ("Sun, 06 Nov 1994 08:49:36 GMT", Outcome::Send),
        ("Mon, 06 Nov 2034 08:49:37 GMT", Outcome::Send),
        ("yesterday", Outcome::Send),
    ] {
        assert_eq!(
            evaluate_headers(&[(IF_MODIFIED_SINCE, date.to_owned())]),
            expected,
            "{date}"
        );
    }
    assert_eq!(evaluate_headers(&[]), Outcome::Send);
}

#[test]
fn if_match_compares_strongly_with_the_tags_that_we_send() {
    let tag = etag();
    for value in [
        format!("\"{tag}\""),
        format!("\"{tag}-gzip\""),
        format!("\"{tag}-br\""),
        format!("\"other\", \"{tag}-zstd\""),
        "*".to_owned(),
    ] {
        assert_eq!(
            evaluate_headers(&[(IF_MATCH, value.clone())]),
            Outcome::Send,
            "{value}"
        );
    }
    for value in [
        format!("W/\"{tag}\""),
        format!("\"{tag}-gzip-gzip\""),
        format!("\"{tag};gzip\""),
        format!("\"{tag}-identity\""),
        format!("\"{tag}-\""),
        tag.to_string(),
        "\"other\"".to_owned(),
        String::new(),
    ] {
        assert_eq!(
            evaluate_headers(&[(IF_MATCH, value.clone())]),
            Outcome::PreconditionFailed,
            "{value}"
        );
    }
}

#[test]
fn if_unmodified_since_fails_after_a_change_and_only_without_if_match() {
    let before = imf(LAST_MODIFIED.plus(-1));
    for (date, expected) in [
        (imf(LAST_MODIFIED), Outcome::Send),
        (imf(LAST_MODIFIED.plus(1)), Outcome::Send),
        (before.clone(), Outcome::PreconditionFailed),
        ("today".to_owned(), Outcome::Send),
    ] {
        let headers = [(IF_UNMODIFIED_SINCE, date.clone())];
        assert_eq!(evaluate_headers(&headers), expected, "{date}");
    }
    let any = (IF_MATCH, "*".to_owned());
    let headers = [any, (IF_UNMODIFIED_SINCE, before.clone())];
    assert_eq!(evaluate_headers(&headers), Outcome::Send);
    // A page has no date that it could be compared with.
    let headers = header_map(&[(IF_UNMODIFIED_SINCE, before)]);
    assert_eq!(evaluate(&headers, "tag", None), Outcome::Send);
}

#[test]
fn failed_precondition_wins_over_a_304() {
    let tag = (IF_NONE_MATCH, format!("\"{}\"", etag()));
    let other = (IF_MATCH, "\"other\"".to_owned());
    assert_eq!(
        evaluate_headers(&[tag.clone(), other]),
        Outcome::PreconditionFailed
    );
    let same = (IF_MATCH, tag.1.clone());
    assert_eq!(evaluate_headers(&[tag, same]), Outcome::NotModified);
}

/// A feed that changed at 0, a client, and their clocks. All numbers are seconds.
#[derive(Clone, Debug)]
struct Visit {
    /// When the daemon started; a negative number is before the change.
    start: i64,
    /// When the client got its copy.
    fetch: i64,
    /// How old the copy was by then, because it came from a cache.
    cached: i64,
    client_clock_error: i64,
    now: i64,
    /// Of the daemon's clock, when it first saw the version, and now.
    clock_errors: (i64, i64),
}

const CACHED: i64 = 360;

fn visit() -> impl Strategy<Value = Visit> {
    let error = -200_000_i64..200_000;
    // At most one of both is wrong, or both equally: what else happened cannot be known.
    let errors = prop_oneof![
        Just((0, 0)),
        error.clone().prop_map(|error| (error, 0)),
        error.prop_map(|error| (0, error)),
    ];
    let times = (
        -9_000_i64..9_000,
        -9_000_i64..9_000,
        0..9_000_i64,
        0..=CACHED,
    );
    let clocks = (-CLIENT_CLOCK_ERROR..=CLIENT_CLOCK_ERROR, errors);
    (times, clocks).prop_map(
        |((start, fetch, age, cached), (client_clock_error, clock_errors))| Visit {
            start,
            fetch,
            cached,
            client_clock_error,
            now: start.max(fetch).max(0) + age,
            clock_errors,
        },
    )
}

impl Visit {
    /// The outcome for a client that sends the time of its request.
    fn outcome(&self) -> Outcome {
        let seen = self.start.max(0);
        let age = Duration::from_secs(u64::try_from(self.now - seen).expect("it was seen before"));
        let at = |seconds: i64| LAST_MODIFIED.plus(seconds);
        let first_seen = FirstSeen::new(
            at(seen + self.clock_errors.0),
            Instant::now().checked_sub(age).expect("an earlier instant"),
        );
        let dates = Dates {
            last_modified: LAST_MODIFIED,
            first_seen: &first_seen,
            cached_seconds: CACHED,
            now: at(self.now + self.clock_errors.1),
        };
        let date = imf(at(self.fetch + self.client_clock_error));
        evaluate(
            &header_map(&[(IF_MODIFIED_SINCE, date)]),
            "tag",
            Some(dates),
        )
    }
}

#[test]
fn time_of_a_request_gives_304_once_no_cache_can_have_an_older_version() {
    let visit = |fetch, now| Visit {
        start: -100,
        fetch,
        cached: 0,
        client_clock_error: 0,
        now,
        clock_errors: (0, 0),
    };
    let margin = CACHED + CLIENT_CLOCK_ERROR;
    assert_eq!(visit(margin + 1, 5_000).outcome(), Outcome::NotModified);
    assert_eq!(visit(margin, 5_000).outcome(), Outcome::Send);
    let fast = Visit {
        client_clock_error: 590,
        ..visit(4_500, 5_000)
    };
    assert_eq!(fast.outcome(), Outcome::Send, "a date in the future");
    let restarted = Visit {
        start: 4_000,
        ..visit(4_500, 5_000)
    };
    assert_eq!(
        restarted.outcome(),
        Outcome::Send,
        "it may have changed before the start"
    );
}

proptest! {
    #[test]
    fn no_304_for_a_client_with_an_older_version(visit in visit()) {
        let is_older = visit.fetch - visit.cached < 0;
        // The date of such a copy is another one, so an equal date is not its own.
        let is_equal = visit.fetch + visit.client_clock_error == 0;
        if is_older && !is_equal {
            prop_assert_eq!(visit.outcome(), Outcome::Send);
        }
    }

    #[test]
    fn validators_of_a_response_never_fail_and_those_of_another_version_never_give_304(
        conditions in prop::collection::vec((0..4_usize, 0..3_usize, any::<bool>()), 0..6),
        digest in 0..3_u128,
    ) {
        let names = [IF_MATCH, IF_UNMODIFIED_SINCE, IF_NONE_MATCH, IF_MODIFIED_SINCE];
        let current = ETag::new(7, Format::Rss);
        let sent = ETag::new(7 - digest, Format::Rss);
        // A version that is older by one has a date that is older by one.
        let date = imf(LAST_MODIFIED.plus(-i64::try_from(digest).expect("a small number")));
        let headers: Vec<(HeaderName, String)> = conditions
            .into_iter()
            .map(|(name, coding, weak)| {
                let value = match (name, weak) {
                    (1 | 3, _) => date.clone(),
                    (2, true) => format!("W/\"{sent}{}\"", ["", "-gzip", "-br"][coding]),
                    _ => format!("\"{sent}{}\"", ["", "-gzip", "-br"][coding]),
                };
                (names[name].clone(), value)
            })
            .collect();
        let outcome = evaluate_headers(&headers);
        let has = |wanted: &[HeaderName]| headers.iter().any(|(name, _)| wanted.contains(name));
        let expected = match digest {
            0 if has(&names[2..]) => Outcome::NotModified,
            0 => Outcome::Send,
            _ if has(&names[..2]) => Outcome::PreconditionFailed,
            _ => Outcome::Send,
        };
        prop_assert_eq!(outcome, expected, "{:?} of {} for {}", headers, sent, current);
    }
}
