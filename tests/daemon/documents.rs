//! Status 200: every feed in every format, whole, compressed and without its body.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::read::GzDecoder;
use roxmltree::Document;
use serde_json::Value;

use crate::testkit::client::{Request, Response, encoded};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{Newsroom, PUBLIC_URL};

const MEDIA_TYPES: [(&str, &str); 3] = [
    ("rss", "application/rss+xml; charset=utf-8"),
    ("atom", "application/atom+xml; charset=utf-8"),
    ("json", "application/feed+json"),
];

#[test]
fn every_listed_feed_is_served_well_formed_in_every_format() {
    let newsroom = Newsroom::sample();
    let daemon = Daemon::start(&newsroom);
    let mut connection = daemon.connect();
    let list = newsroom.run(&["list", "--format", "json"]).stdout;
    let rows: Vec<Value> = serde_json::from_slice(&list).expect("a list in JSON");
    assert!(rows.len() > 30, "{} feeds", rows.len());
    for row in &rows {
        let path = row["path"].as_str().expect("a path");
        for (extension, media_type) in MEDIA_TYPES {
            let target = format!("/{path}.{extension}");
            let response = connection.exchange(&Request::get(&target));
            check_headers(&response, &target, media_type);
            check_body(&response, extension);
        }
    }
}

#[track_caller]
fn check_headers(response: &Response, target: &str, media_type: &str) {
    assert_eq!(response.status, 200, "{target}");
    let own = format!("<{PUBLIC_URL}{}>; rel=\"self\"", &encoded(target)[1..]);
    let (own_link, alternates) = response.header("link").split_at(own.len());
    assert_eq!(own_link, own);
    assert_eq!(alternates.matches("rel=\"alternate\"").count(), 2);
    for (name, expected) in [
        ("content-type", media_type),
        ("vary", "Accept-Encoding"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'"),
        ("access-control-allow-origin", "*"),
        (
            "cache-control",
            "max-age=300, stale-while-revalidate=60, stale-if-error=86400",
        ),
    ] {
        assert_eq!(response.header(name), expected, "{target}");
    }
    let tag = response.header("etag");
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 20);
    assert!(response.seconds("last-modified") <= response.seconds("date"));
}

fn check_body(response: &Response, extension: &str) {
    let text = response.text();
    match extension {
        "json" => {
            let feed: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
        }
        xml => {
            let document = Document::parse(text).expect("well-formed XML");
            let root = document.root_element().tag_name().name();
            assert_eq!(root, if xml == "rss" { "rss" } else { "feed" });
        }
    }
}

#[test]
fn compressed_document_has_the_same_content_and_its_own_etag() {
    let daemon = Daemon::start(&Newsroom::sample());
    for target in [
        "/all.rss",
        "/parliament.atom",
        "/tags/ауыл.json",
        "/",
        "/feeds.opml",
    ] {
        let plain = daemon.get(target);
        assert_eq!(plain.find("content-encoding"), None);
        let mut tags = BTreeSet::from([plain.header("etag").to_owned()]);
        for coding in ["gzip", "br", "zstd"] {
            let accepted = format!("{coding}, deflate");
            let coded = daemon.ask(&Request::get(target).with("Accept-Encoding", accepted));
            assert_eq!(coded.header("content-encoding"), coding, "{target}");
            assert!(coded.body.len() < plain.body.len(), "{target} {coding}");
            assert!(
                decoded(coding, &coded.body) == plain.body,
                "{target} {coding}"
            );
            assert!(
                tags.insert(coded.header("etag").to_owned()),
                "{target} {coding}"
            );
            for name in [
                "last-modified",
                "vary",
                "link",
                "content-type",
                "cache-control",
            ] {
                assert_eq!(plain.find(name), coded.find(name), "{target} {coding}");
            }
            let refused = format!("{coding};q=0, deflate");
            let refused = daemon.ask(&Request::get(target).with("Accept-Encoding", refused));
            assert_eq!(refused.find("content-encoding"), None);
        }
    }
}

fn decoded(coding: &str, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let read = match coding {
        "gzip" => GzDecoder::new(body).read_to_end(&mut plain),
        "br" => brotli::Decompressor::new(body, 4096).read_to_end(&mut plain),
        _ => {
            plain = zstd::decode_all(body).expect("zstd");
            Ok(plain.len())
        }
    };
    read.expect(coding);
    plain
}

#[test]
fn head_has_the_headers_of_get() {
    let daemon = Daemon::start(&Newsroom::sample());
    let mut connection = daemon.connect();
    for (target, accepted, status) in [
        ("/all.rss", "identity", 200),
        ("/all.rss", "gzip", 200),
        ("/select.json?any=rail", "gzip", 200),
        ("/articles/2026-11/0040_last-well", "identity", 200),
        ("/ALL.rss", "identity", 301),
        ("/unknown.rss", "identity", 404),
        ("/old.rss", "identity", 410),
    ] {
        let asked = |request: Request| request.with("Accept-Encoding", accepted);
        let head = connection.exchange(&asked(Request::head(target)));
        let get = connection.exchange(&asked(Request::get(target)));
        assert_eq!((head.status, get.status), (status, status), "{target}");
        assert_eq!(head.headers_without_date(), get.headers_without_date());
        assert!(head.body.is_empty() && !get.body.is_empty());
        if let Some(tag) = get.find("etag") {
            let known = asked(Request::head(target)).with("If-None-Match", tag);
            assert_eq!(connection.exchange(&known).status, 304, "{target}");
        }
    }
}

#[test]
fn feed_without_articles_is_served() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure(
        "any   = [\"section:Парламент\", \"#мажилис\"]",
        "all = [\"#затмение\"]",
    );
    let daemon = Daemon::start(&newsroom);
    for target in ["/parliament.rss", "/tags/затмение.rss"] {
        let empty = daemon.get(target);
        assert_eq!(empty.status, 200, "{target}");
        let first_of_year = httpdate::fmt_http_date(
            std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_767_225_600),
        );
        assert_eq!(empty.header("last-modified"), first_of_year);
        let document = Document::parse(empty.text()).expect("well-formed XML");
        assert!(!document.descendants().any(|node| node.has_tag_name("item")));
    }
}
