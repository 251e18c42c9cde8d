//! What holds for documents of every format: their start, their links, their length.

use std::collections::BTreeSet;

use roxmltree::Document;
use taspa::feed::document::Feed;
use taspa::model::format::Format;
use taspa::text::Text;

use crate::feeds;
use crate::xml::{ATOM, child};

#[test]
fn root_element_comes_first_and_has_the_version() {
    for (_, feed) in feeds::all() {
        let rss = render(&feed, Format::Rss);
        assert!(rss.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\""));
        let atom = render(&feed, Format::Atom);
        assert!(
            atom.starts_with(
                "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\""
            )
        );
        let json = render(&feed, Format::Json);
        assert!(json.starts_with("{\"version\":\"https://jsonfeed.org/version/1.1\","));
        assert!(json.ends_with("}\n"));
    }
}

#[test]
fn namespaces_are_declared_only_where_used() {
    for (name, feed) in feeds::all() {
        for format in [Format::Rss, Format::Atom] {
            let text = render(&feed, format);
            let document = Document::parse(&text).expect("well-formed XML");
            let root = document.root_element();
            let declared: BTreeSet<&str> = root.namespaces().map(|ns| ns.uri()).collect();
            let used = root
                .descendants()
                .filter_map(|node| node.tag_name().namespace())
                .collect();
            assert_eq!(declared, used, "{name}.{}", format.extension());
        }
    }
}

#[test]
fn feed_links_name_every_format_once_with_its_type() {
    let page = "alternate text/html https://dala.example/";
    let rss = "application/rss+xml https://feeds.dala.example/parliament.rss";
    let atom = "application/atom+xml https://feeds.dala.example/parliament.atom";
    let json = "application/feed+json https://feeds.dala.example/parliament.json";
    for (feed, format, expected) in [
        (
            feeds::ordinary(),
            Format::Rss,
            vec![
                format!("self {rss}"),
                format!("alternate {atom}"),
                format!("alternate {json}"),
            ],
        ),
        (
            feeds::ordinary(),
            Format::Atom,
            vec![
                format!("self {atom}"),
                page.to_owned(),
                format!("alternate {rss}"),
                format!("alternate {json}"),
            ],
        ),
        (
            feeds::empty(),
            Format::Rss,
            vec![format!("self {rss}"), format!("alternate {json}")],
        ),
    ] {
        let text = render(&feed, format);
        let document = Document::parse(&text).expect("well-formed XML");
        let head = match format {
            Format::Rss => child(document.root_element(), "channel"),
            Format::Atom | Format::Json => document.root_element(),
        };
        let links: Vec<String> = head
            .children()
            .filter(|node| node.has_tag_name((ATOM, "link")))
            .map(|link| {
                let [rel, kind, href] =
                    ["rel", "type", "href"].map(|name| link.attribute(name).unwrap_or("?"));
                format!("{rel} {kind} {href}")
            })
            .collect();
        assert_eq!(links, expected, "{format:?}");
    }
}

#[test]
fn hubs_are_named_in_every_format_beside_the_feed_itself() {
    let mut feed = feeds::ordinary();
    let without = Format::ALL.map(|format| render(&feed, format));
    assert!(without.iter().all(|text| !text.contains("hub")));
    let hubs = ["https://hub.example/?a=1&b=2", "https://other-hub.example/"];
    feed.channel.hubs = hubs.map(str::to_owned).to_vec().into();
    for format in [Format::Rss, Format::Atom] {
        let text = render(&feed, format);
        let document = Document::parse(&text).expect("well-formed XML");
        let root = document.root_element();
        let parent = match format {
            Format::Rss => child(root, "channel"),
            _ => root,
        };
        let links = parent
            .children()
            .filter(|node| node.has_tag_name((ATOM, "link")));
        let links: Vec<_> = links
            .filter(|link| link.attribute("rel") != Some("alternate"))
            .map(|link| (link.attribute("rel"), link.attribute("href")))
            .collect();
        let own = feed.channel.address.url(format);
        let hub = |at: usize| (Some("hub"), Some(hubs[at]));
        assert_eq!(links, [(Some("self"), Some(own.as_str())), hub(0), hub(1)]);
    }
    let json: serde_json::Value = serde_json::from_str(&render(&feed, Format::Json)).expect("JSON");
    let hub = |at: usize| serde_json::json!({"type": "WebSub", "url": hubs[at]});
    assert_eq!(json["hubs"], serde_json::json!([hub(0), hub(1)]));
}

#[test]
fn dates_have_no_fractions_of_seconds() {
    let mut feed = feeds::ordinary();
    let whole = Format::ALL.map(|format| render(&feed, format));
    let half = chrono::TimeDelta::milliseconds(500);
    feed.updated += half;
    feed.entries[0].updated += half;
    feed.entries[0].published += half;
    assert_eq!(Format::ALL.map(|format| render(&feed, format)), whole);
}

#[test]
fn long_document_is_complete() {
    let mut feed = feeds::ordinary();
    feed.entries[0].title = Text::new(&"&<>\"ы".repeat(2_000));
    feed.entries = vec![feed.entries[0].clone(); 20];
    for format in Format::ALL {
        let text = render(&feed, format);
        let read = feed_rs::parser::parse(text.as_bytes()).expect("a feed");
        assert_eq!(read.entries.len(), 20, "{format:?}");
    }
}

pub(crate) fn render(feed: &Feed, format: Format) -> String {
    String::from_utf8(taspa::render::render(format, feed).expect("a document")).expect("UTF-8")
}
