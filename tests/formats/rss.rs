//! The elements of an RSS document, by a strict XML parser.

use chrono::DateTime;
use roxmltree::{Document, Node};
use taspa::model::format::Format;

use crate::documents::render;
use crate::feeds;
use crate::xml::{ATOM, MEDIA, all, attributes, child, has, leaves, text_of};

const CONTENT: &str = "http://purl.org/rss/1.0/modules/content/";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const SY: &str = "http://purl.org/rss/1.0/modules/syndication/";

#[test]
fn rss_channel_has_the_fields_of_the_feed() {
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
            ("managingEditor", "editors@dala.example (Дала жаңалықтары)",),
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
fn rss_item_has_the_fields_of_the_article() {
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
fn rss_guid_is_not_a_permalink_and_dates_have_a_weekday() {
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
fn rss_description_without_a_lead_is_the_full_text() {
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
fn rss_ttl_of_uneven_hours_has_no_update_period() {
    let text = render(&feeds::empty(), Format::Rss);
    let document = Document::parse(&text).expect("well-formed XML");
    assert_eq!(
        text_of(child(document.root_element(), "channel"), "ttl"),
        "90"
    );
    assert!(all(&document, "updatePeriod").is_empty());
}

#[test]
fn rss_item_has_one_enclosure_and_media_rss() {
    let text = render(&feeds::media(), Format::Rss);
    let document = Document::parse(&text).expect("well-formed XML");
    let items: Vec<Vec<String>> = all(&document, "item").into_iter().map(media_of).collect();
    let picture = "fileSize=250000 height=853 medium=image type=image/jpeg";
    let texts = "description=Мост через реку; credit=Тимур Рахимов";
    assert_eq!(
        items,
        [
            vec![
                "enclosure length=4194304 type=audio/mpeg url=https://dala.example/water.mp3"
                    .to_owned(),
                format!("content {picture} url=https://dala.example/cover.jpg width=1280; {texts}"),
                "content fileSize=4194304 medium=audio type=audio/mpeg \
                 url=https://dala.example/water.mp3; description=Выпуск о воде"
                    .to_owned(),
                "content medium=document type=application/pdf url=https://dala.example/water.pdf"
                    .to_owned(),
            ],
            vec![
                "enclosure length=250000 type=image/jpeg url=https://dala.example/bridge.jpg"
                    .to_owned(),
                format!(
                    "content {picture} url=https://dala.example/bridge.jpg width=1280; {texts}"
                ),
            ],
            vec![
                "enclosure length=9000 type=image/png url=https://dala.example/first.png"
                    .to_owned(),
                "content fileSize=9000 medium=image type=image/png \
                 url=https://dala.example/first.png"
                    .to_owned(),
                format!(
                    "content {picture} url=https://dala.example/second.jpg width=1280; {texts}"
                ),
                format!("content {picture} url=https://dala.example/third.jpg width=1280; {texts}"),
            ],
            vec![
                "enclosure length=0 type=application/octet-stream \
                 url=https://dala.example/download?id=7"
                    .to_owned(),
                "content medium=image url=https://dala.example/picture?id=7".to_owned(),
                "content medium=document url=https://dala.example/download?id=7".to_owned(),
            ],
            vec!["content medium=image url=https://dala.example/picture?id=6".to_owned()],
        ],
    );
}

/// The elements about media, each with its attributes in alphabetical order and what is inside.
fn media_of(item: Node) -> Vec<String> {
    let is_media =
        |node: &Node| node.has_tag_name("enclosure") || node.tag_name().namespace() == Some(MEDIA);
    let described = |node: Node| {
        let inside = leaves(node).into_iter();
        let inside: String = inside
            .map(|(name, text)| format!("; {name}={text}"))
            .collect();
        // The writer has no order for what is inside; both are there, or one.
        let inside = match inside.split_once("; description") {
            Some((credit, description)) => format!("; description{description}{credit}"),
            None => inside,
        };
        format!("{} {}{inside}", node.tag_name().name(), attributes(node))
    };
    item.children().filter(is_media).map(described).collect()
}

#[test]
fn rss_authors_are_plain_names_without_duplicates() {
    for (name, feed) in feeds::all() {
        let text = render(&feed, Format::Rss);
        let document = Document::parse(&text).expect("well-formed XML");
        for (item, entry) in all(&document, "item").into_iter().zip(&feed.entries) {
            let said: Vec<&str> = leaves(item)
                .into_iter()
                .filter(|(name, _)| ["creator", "author"].contains(name))
                .map(|(_, text)| text)
                .collect();
            let meant: Vec<&str> = entry
                .authors
                .iter()
                .map(|author| author.name.as_str())
                .collect();
            assert_eq!(said, meant, "{name}");
        }
        assert!(!text.contains("корр"), "{name}: a role has no place in RSS");
    }
}

#[test]
fn rss_editor_has_an_email_and_an_escaped_name() {
    let editor = |feed| {
        let text = render(&feed, Format::Rss);
        let document = Document::parse(&text).expect("well-formed XML");
        let editor = all(&document, "managingEditor");
        editor
            .first()
            .and_then(|editor| editor.text())
            .map(str::to_owned)
    };
    assert_eq!(
        editor(feeds::hostile()).as_deref(),
        Some("o'neill&co@dala.example (<Редакция> & [Ко/])")
    );
    assert_eq!(editor(feeds::empty()), None);
}

#[test]
fn rss_categories_hold_neither_commas_nor_hashes() {
    for (name, feed) in feeds::all() {
        let text = render(&feed, Format::Rss);
        let document = Document::parse(&text).expect("well-formed XML");
        for category in all(&document, "category") {
            let label = category.text().unwrap_or_default();
            assert!(
                !label.is_empty() && !label.starts_with('#'),
                "{name}: {label}"
            );
            assert!(!label.contains(','), "{name}: {label}");
            let same = taspa::model::term::key(label);
            let mut meant = feed.entries.iter().flat_map(|entry| &entry.categories);
            assert!(
                meant.any(|category| taspa::model::term::key(category.label.as_str()) == same),
                "{name}: {label} leads nowhere"
            );
        }
    }
}

#[test]
fn rss_channel_without_a_logo_uses_the_icon() {
    let text = render(&feeds::media(), Format::Rss);
    let document = Document::parse(&text).expect("well-formed XML");
    let channel = child(document.root_element(), "channel");
    let image = child(channel, "image");
    assert_eq!(text_of(image, "url"), "https://dala.example/icon.png");
    for element in ["title", "link"] {
        assert_eq!(text_of(image, element), text_of(channel, element));
    }
}
