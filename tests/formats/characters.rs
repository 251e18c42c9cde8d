//! Any text in any field: the document stays well-formed, and the text comes back as it was.

use proptest::prelude::*;
use roxmltree::{Document, Node};
use taspa::feed::document::{Category, Feed};
use taspa::model::article::Media;
use taspa::model::format::Format;
use taspa::text::{Text, resolve};

use crate::documents;
use crate::feeds;
use crate::readers::{in_rss, shown};
use crate::xml::MEDIA;

proptest! {
    #[test]
    fn any_text_survives_rss(texts in texts()) {
        let document = render(&texts, Format::Rss);
        let document = Document::parse(&document).expect("well-formed XML");
        let item = first(document.root(), "item");
        prop_assert_eq!(content(first(item, "title")), &texts.title);
        prop_assert_eq!(content(first(item, "category")), &in_rss(&texts.label));
        prop_assert_eq!(first(item, "enclosure").attribute("url"), Some(texts.url.as_str()));
        prop_assert_eq!(&medium(item), &texts.medium());
        prop_assert_eq!(content(first(item, "creator")), &texts.author);
        if !texts.lead.is_empty() {
            prop_assert_eq!(&shown(content(first(item, "description"))), &texts.lead);
            prop_assert_eq!(html(item, "encoded"), &texts.html);
        }
    }

    #[test]
    fn any_text_survives_atom(texts in texts()) {
        let document = render(&texts, Format::Atom);
        let document = Document::parse(&document).expect("well-formed XML");
        let entry = first(document.root(), "entry");
        prop_assert_eq!(content(first(entry, "title")), &texts.title);
        prop_assert_eq!(first(entry, "category").attribute("term"), Some(texts.label.as_str()));
        prop_assert_eq!(content(first(first(entry, "author"), "name")), &texts.author);
        let enclosure = entry.children().find(|node| node.attribute("rel") == Some("enclosure"));
        let enclosure = enclosure.expect("an enclosure");
        prop_assert_eq!(enclosure.attribute("href"), Some(texts.url.as_str()));
        prop_assert_eq!(enclosure.attribute("title"), Some(texts.title.as_str()));
        prop_assert_eq!(&medium(entry), &texts.medium());
        if !texts.lead.is_empty() {
            prop_assert_eq!(content(first(entry, "summary")), &texts.lead);
        }
        prop_assert_eq!(html(entry, "content"), &texts.html);
    }

    #[test]
    fn any_text_survives_json(texts in texts()) {
        let document: serde_json::Value =
            serde_json::from_str(&render(&texts, Format::Json)).expect("JSON");
        let item = &document["items"][0];
        prop_assert_eq!(&item["title"], &texts.title);
        prop_assert_eq!(&item["tags"][0], &texts.label);
        prop_assert_eq!(&item["authors"][0]["name"], &texts.author);
        prop_assert_eq!(&item["authors"][0]["_taspa"]["role"], &texts.lead);
        prop_assert_eq!(&item["image"], &texts.url);
        prop_assert_eq!(&item["_taspa"]["image"]["alt"], &texts.title);
        prop_assert_eq!(&item["_taspa"]["image"]["credit"], &texts.author);
    }
}

/// What one article says, already clean.
#[derive(Clone, Debug)]
struct Texts {
    title: String,
    lead: String,
    label: String,
    author: String,
    html: String,
    url: String,
}

impl Texts {
    /// The address, the description and the credit of the picture.
    fn medium(&self) -> [&str; 3] {
        [&self.url, &self.title, &self.author]
    }
}

fn texts() -> impl Strategy<Value = Texts> {
    (raw(), raw(), raw(), raw(), raw(), raw()).prop_map(
        |(title, lead, label, author, html, url)| {
            let clean = |raw: String| Text::new(&raw).to_string();
            let url = resolve(None, &format!("https://dala.example/{url}.jpg"));
            Texts {
                title: clean(title),
                lead: clean(lead),
                label: clean(label),
                author: clean(author),
                html: clean(html),
                url: url.expect("an address on any path"),
            }
        },
    )
}

/// Any Unicode, with what XML and HTML care about more often than chance would have it.
fn raw() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        any::<char>().prop_map(String::from),
        (0_u8..0x20).prop_map(|byte| char::from(byte).to_string()),
        proptest::sample::select(vec![
            "]]>",
            "]]",
            ">",
            "<![CDATA[",
            "<",
            "&",
            "&amp;",
            "&#0;",
            "\"",
            "'",
            "\u{fffe}",
            "\u{ffff}",
            "\u{feff}",
            "\u{b}",
            "\u{85}",
            "\r\n",
            "<!--",
            "?>",
            "е\u{308}",
            "👩‍💻",
            " ",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// The ordinary feed with `texts` in every field that holds any.
fn render(texts: &Texts, format: Format) -> String {
    let mut feed: Feed = feeds::ordinary();
    let channel = &mut feed.channel;
    channel.title = Text::new(&texts.title);
    channel.description = Text::new(&texts.lead);
    channel.copyright = Some(Text::new(&texts.label));
    channel.author.name = Text::new(&texts.author);
    let entry = &mut feed.entries[0];
    entry.title = Text::new(&texts.title);
    entry.summary = Some(Text::new(&texts.lead));
    entry.content = Some(feeds::html(&texts.html));
    entry.authors[0].name = Text::new(&texts.author);
    entry.authors[0].role = Some(Text::new(&texts.lead));
    entry.image = Some(Media {
        url: texts.url.clone(),
        media_type: Some("image/jpeg".to_owned()),
        alt: Some(texts.title.clone()),
        credit: Some(texts.author.clone()),
        ..Media::default()
    });
    entry.categories = vec![Category {
        label: Text::new(&texts.label),
        scheme: "https://feeds.dala.example/tags/".to_owned(),
        ..Category::default()
    }];
    documents::render(&feed, format)
}

/// The address, the description and the credit of what `media:content` shows.
fn medium<'a>(entry: Node<'a, '_>) -> [&'a str; 3] {
    let medium = entry
        .children()
        .find(|node| node.has_tag_name((MEDIA, "content")))
        .expect("a medium");
    let url = medium.attribute("url").unwrap_or_default();
    [url, html(medium, "description"), html(medium, "credit")]
}

fn first<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Node<'a, 'input> {
    node.descendants()
        .find(|node| node.tag_name().name() == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

fn content<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().unwrap_or_default()
}

/// The content, or nothing where there was none to write.
fn html<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    let found = node
        .children()
        .find(|child| child.tag_name().name() == name);
    found.map_or("", content)
}
