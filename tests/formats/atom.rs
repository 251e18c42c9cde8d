//! The elements of an Atom document, by a strict XML parser.

use roxmltree::{Document, NS_XML_URI};
use taspa::format::Format;

use crate::documents::render;
use crate::feeds;
use crate::xml::{all, child, count};

#[test]
fn an_atom_feed_has_what_the_standard_demands() {
    for (name, feed) in feeds::all() {
        let text = render(&feed, Format::Atom);
        let document = Document::parse(&text).expect("well-formed XML");
        let root = document.root_element();
        assert_eq!(root.attribute((NS_XML_URI, "lang")), Some("ru"), "{name}");
        for element in ["id", "title", "updated", "author", "subtitle", "generator"] {
            assert_eq!(count(root, element), 1, "{name}: {element}");
        }
        for entry in all(&document, "entry") {
            for element in ["id", "title", "updated", "published", "link"] {
                assert_eq!(count(entry, element), 1, "{name}: {element}");
            }
            let link = child(entry, "link");
            assert_eq!(link.attribute("rel"), Some("alternate"), "{name}");
            assert_eq!(link.attribute("type"), Some("text/html"), "{name}");
        }
    }
}

#[test]
fn an_atom_entry_says_its_language_where_the_feed_has_another() {
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
