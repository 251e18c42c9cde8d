//! Conditional requests: which validators get 304.

use crate::testkit::client::{Request, Response};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;

const FEED: &str = "/sections/парламент.rss";

#[test]
fn current_validator_gets_304() {
    let daemon = Daemon::start(&Newsroom::sample());
    let whole = daemon.get(FEED);
    let coded = daemon.ask(&Request::get(FEED).with("Accept-Encoding", "gzip"));
    let (tag, gzip_tag) = (whole.header("etag"), coded.header("etag"));
    let bare = tag.trim_matches('"');
    let mut connection = daemon.connect();
    for value in [
        tag.to_owned(),
        format!("W/{tag}"),
        "*".to_owned(),
        format!("\"a\", {tag}, W/\"b\""),
        format!("\"a\",W/{tag}"),
        gzip_tag.to_owned(),
        format!("W/{gzip_tag}"),
        format!("\"{bare}-gzip\""),
        format!("\"{bare}-br\""),
        format!("\"{bare};gzip\""),
    ] {
        for accepted in ["identity", "gzip"] {
            let known = Request::get(FEED).with("If-None-Match", &value);
            let known = known.with("Accept-Encoding", accepted);
            let whole = if accepted == "gzip" { &coded } else { &whole };
            assert_not_modified(&connection.exchange(&known), whole, &value);
        }
    }
    let since = Request::get(FEED).with("If-Modified-Since", whole.header("last-modified"));
    assert_not_modified(&connection.exchange(&since), &whole, "the same date");
}

/// Everything that the 200 says, apart from what describes or protects its body, or lists headers to scripts.
#[track_caller]
fn assert_not_modified(response: &Response, whole: &Response, why: &str) {
    assert_eq!(response.status, 304, "{why}");
    for name in [
        "etag",
        "last-modified",
        "cache-control",
        "vary",
        "link",
        "access-control-allow-origin",
    ] {
        assert_eq!(response.header(name), whole.header(name), "{why}");
    }
    for name in [
        "access-control-expose-headers",
        "content-encoding",
        "content-length",
        "content-security-policy",
        "content-type",
        "x-content-type-options",
    ] {
        assert_eq!(response.find(name), None, "{why}");
    }
    assert!(
        whole.find("access-control-expose-headers").is_some(),
        "{why}"
    );
}

#[test]
fn outdated_validator_gets_200() {
    let daemon = Daemon::start(&Newsroom::sample());
    let whole = daemon.get(FEED);
    let (tag, date) = (whole.header("etag"), whole.header("last-modified"));
    let other_format = daemon.get("/sections/парламент.atom");
    let other_feed = daemon.get("/all.rss");
    let later = httpdate::fmt_http_date(std::time::SystemTime::now());
    let mut connection = daemon.connect();
    for conditions in [
        vec![("If-None-Match", "\"another\"")],
        vec![("If-None-Match", other_format.header("etag"))],
        vec![("If-None-Match", other_feed.header("etag"))],
        vec![("If-None-Match", &tag[..tag.len() - 2])],
        vec![("If-None-Match", "")],
        vec![
            ("If-None-Match", "\"another\""),
            ("If-Modified-Since", date),
        ],
        vec![("If-Modified-Since", later.as_str())],
        vec![("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")],
        vec![("If-Modified-Since", "today")],
    ] {
        let request = conditions.iter().fold(Request::get(FEED), |request, with| {
            request.with(with.0, with.1)
        });
        let response = connection.exchange(&request);
        assert_eq!(response.status, 200, "{conditions:?}");
        assert!(response.body == whole.body, "{conditions:?}");
    }
}

#[test]
fn if_none_match_wins_over_if_modified_since() {
    let daemon = Daemon::start(&Newsroom::sample());
    let whole = daemon.get(FEED);
    let request = Request::get(FEED)
        .with("If-None-Match", whole.header("etag"))
        .with("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_not_modified(&daemon.ask(&request), &whole, "the tag");
}

#[test]
fn selections_and_all_formats_answer_304() {
    let daemon = Daemon::start(&Newsroom::sample());
    for target in ["/select.atom?any=rail,world&none=спорт", "/all.json"] {
        let whole = daemon.get(target);
        let known = Request::get(target).with("If-None-Match", whole.header("etag"));
        assert_not_modified(&daemon.ask(&known), &whole, target);
    }
}

#[test]
fn precondition_on_another_version_gets_412() {
    let daemon = Daemon::start(&Newsroom::sample());
    let whole = daemon.get(FEED);
    let coded = daemon.ask(&Request::get(FEED).with("Accept-Encoding", "gzip"));
    let (tag, date) = (whole.header("etag"), whole.header("last-modified"));
    let mut connection = daemon.connect();
    for (name, value, status) in [
        ("If-Match", tag, 200),
        ("If-Match", coded.header("etag"), 200),
        ("If-Match", "*", 200),
        ("If-Match", "\"another\"", 412),
        ("If-Match", &format!("W/{tag}"), 412),
        ("If-Unmodified-Since", date, 200),
        ("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT", 412),
        ("If-Unmodified-Since", "today", 200),
    ] {
        let response = connection.exchange(&Request::get(FEED).with(name, value));
        assert_eq!(response.status, status, "{name}: {value}");
        if status == 412 {
            assert_eq!(response.header("cache-control"), "no-store");
            assert_eq!(response.find("etag"), None);
        }
    }
    let page = daemon.get("/");
    for (name, value, status) in [
        ("If-Match", page.header("etag"), 200),
        ("If-Match", tag, 412),
        ("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT", 200),
    ] {
        let response = connection.exchange(&Request::get("/").with(name, value));
        assert_eq!(response.status, status, "{name}: {value}");
    }
}
