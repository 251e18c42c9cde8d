//! The elements of an RSS document, by a strict XML parser.

use chrono::DateTime;
use roxmltree::{Document, Node};
use taspa::format::Format;

use crate::documents::render;
use crate::feeds;
use crate::xml::{ATOM, all, child, has, leaves, text_of};

const CONTENT: &str = "http://purl.org/rss/1.0/modules/content/";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const SY: &str = "http://purl.org/rss/1.0/modules/syndication/";

#[test]
fn the_rss_channel_says_what_the_feed_says() {
    let text = render(&feeds::ordinary(), Format::Rss);
    let document = Document::parse(&text).expect("well-formed XML");
    let channel = child(document.root_element(), "channel");
    assert_eq!(
        leaves(channel),
        [
            ("title", "Парламент — Дала жаңалықтары"),
            ("link", "https://dala.example/"),
            ("description", "Мажилис, Сенат и всё, что вокруг"),
            ("language", "ru"),
            ("copyright", "© 2026 Дала жаңалықтары"),
            ("lastBuildDate", "Fri, 09 Jan 2026 11:05:30 +0500"),
            ("generator", "taspa"),
            ("docs", "https://www.rssboard.org/rss-specification"),
            ("ttl", "5"),
            ("image", ""),
            ("updateFrequency", "12"),
            ("updatePeriod", "hourly"),
            ("link", ""),
            ("link", ""),
            ("link", ""),
            ("item", ""),
            ("item", ""),
            ("item", ""),
        ],
    );
    assert_eq!(
        leaves(child(channel, "image")),
        [
            ("url", "https://dala.example/logo.png"),
            ("title", "Парламент — Дала жаңалықтары"),
            ("link", "https://dala.example/"),
        ],
    );
    assert!(has(channel, SY, "updatePeriod") && has(channel, SY, "updateFrequency"));
}

#[test]
fn an_rss_item_says_what_the_article_says() {
    let text = render(&feeds::ordinary(), Format::Rss);
    let document = Document::parse(&text).expect("well-formed XML");
    let items: Vec<Node> = all(&document, "item");
    let [corrected, kazakh, flash] = items.as_slice() else {
        panic!("{} items", items.len());
    };
    let names: Vec<&str> = leaves(*corrected)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        [
            "title",
            "link",
            "description",
            "category",
            "category",
            "category",
            "category",
            "guid",
            "pubDate",
            "encoded",
            "updated",
            "creator",
            "creator",
        ],
    );
    assert!(has(*corrected, CONTENT, "encoded"));
    assert!(has(*corrected, ATOM, "updated"));
    assert!(has(*corrected, DC, "creator"));
    assert!(has(*kazakh, DC, "language"));
    assert_eq!(
        text_of(*corrected, "pubDate"),
        "Thu, 08 Jan 2026 10:30:15 +0500"
    );
    assert_eq!(text_of(*corrected, "updated"), "2026-01-09T11:05:30+05:00");
    assert_eq!(text_of(*kazakh, "language"), "kk");
    assert_eq!(
        text_of(*kazakh, "pubDate"),
        "Mon, 05 Feb 2024 09:00:00 +0600"
    );
    assert_eq!(
        leaves(*flash),
        [
            ("title", "Землетрясения не было"),
            ("link", "https://dala.example/articles/0001/000_0a01"),
            ("guid", "tag:dala.example,2026:0001/000_0a01"),
            ("pubDate", "Sun, 04 Feb 2024 00:00:00 +0600"),
        ],
    );
    let domains: Vec<_> = corrected
        .children()
        .filter(|node| node.has_tag_name("category"))
        .map(|node| (node.attribute("domain"), node.text()))
        .collect();
    let (sections, tags) = (
        Some("https://feeds.dala.example/sections/"),
        Some("https://feeds.dala.example/tags/"),
    );
    assert_eq!(
        domains,
        [
            (sections, Some("Парламент")),
            (tags, Some("мажилис")),
            (tags, Some("Парламент")),
            (tags, Some("C++")),
        ],
    );
}

#[test]
fn rss_guids_are_no_permalinks_and_dates_have_their_weekday() {
    for (name, feed) in feeds::all() {
        let text = render(&feed, Format::Rss);
        let document = Document::parse(&text).expect("well-formed XML");
        let guids = all(&document, "guid");
        assert_eq!(guids.len(), feed.entries.len(), "{name}");
        assert!(
            guids
                .iter()
                .all(|guid| guid.attribute("isPermaLink") == Some("false")),
            "{name}"
        );
        for tag in ["pubDate", "lastBuildDate"] {
            for date in all(&document, tag) {
                let date = date.text().unwrap_or_default();
                assert!(DateTime::parse_from_rfc2822(date).is_ok(), "{name}: {date}");
            }
        }
    }
}

#[test]
fn a_description_without_a_lead_is_the_full_text() {
    let text = render(&feeds::hostile(), Format::Rss);
    let document = Document::parse(&text).expect("well-formed XML");
    let leadless = all(&document, "item")[2];
    assert_eq!(
        text_of(leadless, "description"),
        "<p>&lt;без лида&gt; ]]></p>"
    );
    assert!(!has(leadless, CONTENT, "encoded"));
}

#[test]
fn an_uneven_freshness_has_a_ttl_and_no_rhythm() {
    let text = render(&feeds::empty(), Format::Rss);
    let document = Document::parse(&text).expect("well-formed XML");
    assert_eq!(
        text_of(child(document.root_element(), "channel"), "ttl"),
        "90"
    );
    assert!(all(&document, "updatePeriod").is_empty());
}
