//! The elements of an Atom document, by a strict XML parser.

use roxmltree::{Document, NS_XML_URI, Node};
use taspa::model::format::Format;

use crate::documents::render;
use crate::feeds;
use crate::xml::{ATOM, MEDIA, all, attributes, child, count, leaves};

#[test]
fn atom_feed_has_the_required_elements() {
    for (name, feed) in feeds::all() {
        let text = render(&feed, Format::Atom);
        let document = Document::parse(&text).expect("well-formed XML");
        let root = document.root_element();
        assert_eq!(root.attribute((NS_XML_URI, "lang")), Some("ru"), "{name}");
        for element in ["id", "title", "updated", "author", "subtitle", "generator"] {
            assert_eq!(count(root, element), 1, "{name}: {element}");
        }
        for entry in all(&document, "entry") {
            for element in ["id", "title", "updated", "published"] {
                assert_eq!(count(entry, element), 1, "{name}: {element}");
            }
            let link = child(entry, "link");
            assert_eq!(link.attribute("rel"), Some("alternate"), "{name}");
            assert_eq!(link.attribute("type"), Some("text/html"), "{name}");
        }
    }
}

#[test]
fn atom_entry_has_a_language_that_differs_from_the_feed() {
    let text = render(&feeds::ordinary(), Format::Atom);
    let document = Document::parse(&text).expect("well-formed XML");
    let entries = all(&document, "entry");
    for (entry, expected) in [(entries[0], None), (entries[1], Some("kk"))] {
        for element in ["title", "summary", "content"] {
            let lang = child(entry, element).attribute((NS_XML_URI, "lang"));
            assert_eq!(lang, expected, "{element}");
        }
    }
    assert_eq!(child(entries[0], "content").attribute("type"), Some("html"));
    assert_eq!(child(entries[0], "summary").attribute("type"), None);
}

#[test]
fn atom_entry_of_an_article_without_text_has_its_title_as_summary() {
    for (feed, expected) in [
        (feeds::ordinary(), Some("Землетрясения не было")),
        (feeds::title_only(), None),
    ] {
        let text = render(&feed, Format::Atom);
        let document = Document::parse(&text).expect("well-formed XML");
        let entries = all(&document, "entry");
        let mut summaries = entries[2]
            .children()
            .filter(|node| node.has_tag_name((ATOM, "summary")));
        assert_eq!(
            summaries.next().and_then(|summary| summary.text()),
            expected
        );
    }
}

#[test]
fn atom_entry_links_every_enclosure_and_has_media_rss() {
    let text = render(&feeds::media(), Format::Atom);
    let document = Document::parse(&text).expect("well-formed XML");
    let entries: Vec<Vec<String>> = all(&document, "entry").into_iter().map(media_of).collect();
    let picture = |name: &str| {
        format!(
            "content fileSize=250000 height=853 medium=image type=image/jpeg \
             url=https://dala.example/{name}.jpg width=1280; credit=Тимур Рахимов; \
             description=Мост через реку"
        )
    };
    let photo = |name: &str| {
        format!(
            "link href=https://dala.example/{name}.jpg length=250000 rel=enclosure \
             title=Мост через реку type=image/jpeg"
        )
    };
    assert_eq!(
        entries,
        [
            vec![
                "link href=https://dala.example/water.mp3 length=4194304 rel=enclosure \
                 title=Выпуск о воде type=audio/mpeg"
                    .to_owned(),
                "link href=https://dala.example/water.pdf rel=enclosure type=application/pdf"
                    .to_owned(),
                picture("cover"),
                "content fileSize=4194304 medium=audio type=audio/mpeg \
                 url=https://dala.example/water.mp3; description=Выпуск о воде"
                    .to_owned(),
                "content medium=document type=application/pdf url=https://dala.example/water.pdf"
                    .to_owned(),
            ],
            vec![photo("bridge"), picture("bridge")],
            vec![
                "link href=https://dala.example/first.png length=9000 rel=enclosure type=image/png"
                    .to_owned(),
                photo("second"),
                photo("third"),
                "content fileSize=9000 medium=image type=image/png \
                 url=https://dala.example/first.png"
                    .to_owned(),
                picture("second"),
                picture("third"),
            ],
            vec![
                "link href=https://dala.example/download?id=7 rel=enclosure \
                 type=application/octet-stream"
                    .to_owned(),
                "content medium=image url=https://dala.example/picture?id=7".to_owned(),
                "content medium=document url=https://dala.example/download?id=7".to_owned(),
            ],
            vec!["content medium=image url=https://dala.example/picture?id=6".to_owned()],
        ],
    );
}

/// The elements about media, each with its attributes in alphabetical order and what is inside.
fn media_of(entry: Node) -> Vec<String> {
    let is_media = |node: &Node| {
        let is_enclosure = node.attribute("rel") == Some("enclosure");
        is_enclosure || node.tag_name().namespace() == Some(MEDIA)
    };
    let described = |node: Node| {
        let inside = leaves(node).into_iter();
        let inside: String = inside
            .map(|(name, text)| format!("; {name}={text}"))
            .collect();
        format!("{} {}{inside}", node.tag_name().name(), attributes(node))
    };
    entry.children().filter(is_media).map(described).collect()
}

#[test]
fn extension_attributes_are_escaped() {
    let feed = feeds::hostile();
    let text = render(&feed, Format::Atom);
    let document = Document::parse(&text).expect("well-formed XML");
    let entry = all(&document, "entry")[0];
    let content = entry
        .children()
        .find(|node| node.has_tag_name((MEDIA, "content")))
        .expect("the picture");
    let image = feed.entries[0].image.as_ref().expect("an image");
    assert_eq!(content.attribute("url"), Some(image.url.as_str()));
    let texts = [("credit", &image.credit), ("description", &image.alt)];
    let texts = texts.map(|(name, text)| (name, text.as_deref().expect("a text")));
    assert_eq!(leaves(content), texts);
}

#[test]
fn atom_person_has_name_email_and_uri() {
    let text = render(&feeds::media(), Format::Atom);
    let document = Document::parse(&text).expect("well-formed XML");
    let entry = all(&document, "entry")[0];
    let authors: Vec<_> = entry
        .children()
        .filter(|node| node.has_tag_name((ATOM, "author")))
        .map(leaves)
        .collect();
    assert_eq!(
        authors,
        [
            vec![
                ("name", "Айман Аманжолова"),
                ("email", "aiman@dala.example"),
                ("uri", "https://dala.example/authors/aiman"),
            ],
            vec![("name", "Тимур Рахимов"), ("email", "timur@dala.example")],
        ],
    );
    assert!(
        !text.contains("корреспондент"),
        "a role has no place in Atom"
    );
}

#[test]
fn atom_category_has_the_tag_as_term_and_a_label_without_commas() {
    let text = render(&feeds::media(), Format::Atom);
    let document = Document::parse(&text).expect("well-formed XML");
    let category = all(&document, "category")[0];
    assert_eq!(
        attributes(category),
        "label=Суды\u{201a} законы scheme=https://feeds.dala.example/sections/ term=Суды, законы"
    );
}
