//! From articles to documents: the same entries in every format, and of each as much as `content`
//! says.

use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;
use taspa::config::{Config, Content, TextSettings};
use taspa::feed::compose::SiteRules;
use taspa::feed::document::Feed;
use taspa::model::article::{AcceptSettings, Article, Author, Body, Draft, Media, WrittenTerm};
use taspa::model::format::Format;
use taspa::model::time::{WrittenDate, Zone};
use taspa::source::article_file::newsroom;

use crate::documents::render;
use crate::feeds;
use crate::xml::ATOM;

const MODES: [Content; 3] = [Content::Full, Content::Summary, Content::Title];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_format_has_the_same_entries_in_the_same_order(drafts in drafts()) {
        let articles: Vec<Article> = drafts
            .into_iter()
            .enumerate()
            .map(|(n, draft)| accepted(draft, &format!("2026/{n}_ә")))
            .collect();
        for mode in MODES {
            let feed = compose(&articles, mode);
            let meant: Vec<(&str, &str)> = feed
                .entries
                .iter()
                .map(|entry| (entry.id.as_str(), entry.title.as_str()))
                .collect();
            prop_assert_eq!(meant.len(), articles.len());
            for format in Format::ALL {
                let document = render(&feed, format);
                let read = feed_rs::parser::parse(document.as_bytes()).expect("a feed");
                let seen: Vec<(&str, &str)> = read
                    .entries
                    .iter()
                    .map(|entry| {
                        let title = entry.title.as_ref().expect("a title");
                        (entry.id.as_str(), title.content.as_str())
                    })
                    .collect();
                prop_assert_eq!(&seen, &meant, "{:?} {:?}", mode, format);
                if format != Format::Json {
                    prop_assert!(roxmltree::Document::parse(&document).is_ok(), "{}", document);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn titles_categories_and_names_have_no_damage_and_no_reference(
        names in [written(), written(), written(), written()],
    ) {
        let [title, section, tag, author] = names.map(|name| format!("Т{name}"));
        let author = Author { role: Some(author.clone()), name: author, ..Author::default() };
        let draft = Draft {
            sections: vec![section.into()],
            tags: vec![tag.into()],
            authors: vec![author],
            ..Draft::new(title, date("2026-01-08"), Body::Paragraphs {
                paragraphs: Vec::new(),
                credits: Vec::new(),
            })
        };
        let feed = compose(&[accepted(draft, "1")], Content::Full);
        for format in Format::ALL {
            let document = render(&feed, format);
            let names = match format {
                Format::Json => names_in_json(&document),
                Format::Rss | Format::Atom => names_in_xml(&document),
            };
            prop_assert!(names.len() >= 4, "{}", document);
            for name in names {
                prop_assert!(!name.contains(is_unwanted), "{:?}: {:?}", format, name);
            }
        }
    }
}

/// A name of an export without its own `&`, so that each one in a document would be of a reference.
fn written() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "&mdash;",
        "&#8220;",
        "&#x2116;",
        "&nbsp;",
        "&quot;",
        "&laquo;",
        "&NotEqualTilde;",
        "&#147;",
        "&#8238;",
        "&#65533;",
        "&zwnj;",
        "\u{fffd}",
        "\u{feff}",
        "\u{fffc}",
        "\u{206f}",
        "\u{202e}",
        "\u{2069}",
        " ",
        "и\u{306}",
    ]);
    let piece = prop_oneof![
        3 => pieces.prop_map(str::to_owned),
        1 => any::<char>().prop_filter("no &", |c| *c != '&').prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn is_unwanted(c: char) -> bool {
    "&\u{fffd}\u{feff}\u{fff9}\u{fffa}\u{fffb}\u{fffc}\u{206a}\u{206b}\u{206c}\u{206d}\u{206e}\u{206f}\
     \u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}"
        .contains(c)
}

/// The title, the tags, the name and the role of the first author.
fn names_in_json(document: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(document).expect("JSON");
    let item = &document["items"][0];
    let author = &item["authors"][0];
    let tags = item["tags"].as_array().expect("tags");
    let values = [&item["title"], &author["name"], &author["_taspa"]["role"]];
    let values = values.into_iter().chain(tags);
    values
        .map(|value| value.as_str().expect("text").to_owned())
        .collect()
}

/// The title, the categories and the names of authors of the first entry.
fn names_in_xml(document: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(document).expect("well-formed XML");
    let mut nodes = document.descendants();
    let entry = nodes.find(|node| matches!(node.tag_name().name(), "item" | "entry"));
    let nodes = entry.expect("an entry").descendants();
    let named = nodes.filter(|node| {
        let names = ["title", "category", "creator", "name"];
        names.contains(&node.tag_name().name())
    });
    let texts = named.flat_map(|node| {
        let attributes = [node.attribute("term"), node.attribute("label")];
        node.text()
            .into_iter()
            .chain(attributes.into_iter().flatten())
    });
    texts.map(str::to_owned).collect()
}

#[test]
fn each_content_mode_has_only_its_own_fields() {
    let article = accepted(newsroom_text(), "1");
    let (lead, text, credit) = ("Мост открыли утром.", "– Держится", "Фото: пресс-служба");
    for (mode, has_lead, has_text) in [
        (Content::Full, true, true),
        (Content::Summary, true, false),
        (Content::Title, false, false),
    ] {
        let feed = compose(std::slice::from_ref(&article), mode);
        for format in Format::ALL {
            let document = render(&feed, format);
            let case = format!("{mode:?} {format:?}");
            assert!(document.contains("Мост открыт"), "{case}: the title");
            assert_eq!(document.contains(lead), has_lead, "{case}: the lead");
            assert_eq!(document.contains(text), has_text, "{case}: the text");
            assert_eq!(document.contains(credit), has_text, "{case}: the credit");
        }
    }
}

#[test]
fn full_text_ends_with_the_credit() {
    let article = accepted(newsroom_text(), "1");
    let feed = compose(&[article], Content::Full);
    let json: Value = serde_json::from_str(&render(&feed, Format::Json)).expect("JSON");
    let html = json["items"][0]["content_html"].as_str().expect("HTML");
    assert!(
        html.ends_with("<p>Фото: пресс-служба акимата</p>"),
        "{html}"
    );
}

#[test]
fn the_atom_entry_of_an_article_without_text_has_its_title_as_summary() {
    for mode in MODES {
        let atom = render(&compose(&[accepted(flash(), "1")], mode), Format::Atom);
        let document = roxmltree::Document::parse(&atom).expect("well-formed XML");
        let entry = document
            .descendants()
            .find(|node| node.has_tag_name((ATOM, "entry")));
        let text = |name| {
            let mut children = entry.expect("an entry").children();
            children
                .find(|node| node.has_tag_name((ATOM, name)))
                .and_then(|node| node.text())
        };
        let title = text("title");
        assert_eq!(
            text("summary"),
            title.filter(|_| mode != Content::Title),
            "{mode:?}"
        );
        assert!(title.is_some());
        assert_eq!(text("content"), None);
    }
}

#[test]
fn json_has_a_text_in_every_mode() {
    let articles = [accepted(newsroom_text(), "1"), accepted(flash(), "2")];
    for (mode, expected) in [
        (Content::Full, [None, Some("Толчок")]),
        (
            Content::Summary,
            [Some("Мост открыли утром."), Some("Толчок")],
        ),
        (Content::Title, [Some("Мост открыт"), Some("Толчок")]),
    ] {
        let feed = compose(&articles, mode);
        let json: Value = serde_json::from_str(&render(&feed, Format::Json)).expect("JSON");
        let texts = [0, 1].map(|n| json["items"][n]["content_text"].as_str());
        assert_eq!(texts, expected, "{mode:?}");
        let has_html = json["items"][0]["content_html"].is_string();
        assert_eq!(has_html, mode == Content::Full, "{mode:?}");
    }
}

fn newsroom_text() -> Draft {
    let text = "\
date 2026-01-08 Мост открыт

Регионы
4
Айман Аманжолова
корреспондент

Мост открыли утром.

Фото: пресс-служба акимата

– Держится, – сказал инженер.
";
    newsroom::parse(text).expect("newsroom text")
}

fn settings() -> AcceptSettings {
    AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/")
}

fn flash() -> Draft {
    newsroom::parse("date 2026-01-08 Толчок\n").expect("newsroom text")
}

pub(crate) fn accepted(draft: Draft, key: &str) -> Article {
    let reading = settings();
    let accepted = draft.accept(key.to_owned(), &reading);
    accepted.expect("an acceptable draft").article
}

fn compose(articles: &[Article], content: Content) -> Feed {
    let texts = TextSettings {
        content,
        ..TextSettings::default()
    };
    compose_with(articles, texts)
}

pub(crate) fn compose_with(articles: &[Article], texts: TextSettings) -> Feed {
    let settings = "\
[site]
title = 'Дала'
url = 'https://dala.example/'
id-authority = 'dala.example'
id-year = 2026
[source.directory]
";
    let loaded = Config::parse(settings, "feeds.toml", Path::new(""), &|_| None);
    let site_rules = SiteRules::new(&loaded.expect("a good configuration").config);
    let channel = feeds::ordinary().channel;
    let as_of = Zone::UTC.resolve(date("2026-06-01"));
    site_rules.compose(channel, texts, articles, as_of)
}

pub(crate) fn date(written: &str) -> WrittenDate {
    WrittenDate::parse(written).expect("a date")
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    proptest::collection::vec(draft(), 0..6)
}

/// Articles as sources give them: any of the fields, in any of the forms of text.
fn draft() -> impl Strategy<Value = Draft> {
    let names = (
        any::<String>(),
        proptest::option::of(any::<String>()),
        proptest::collection::vec(any::<String>(), 0..4),
        proptest::collection::vec(author(), 0..3),
    );
    let media = (
        proptest::option::of(medium()),
        proptest::collection::vec(medium(), 0..4),
    );
    let dates = (1_u8..=28, proptest::option::of(1_u8..=28));
    let summary = proptest::option::of(any::<String>());
    (names, media, dates, summary, body()).prop_map(
        |((title, section, tags, authors), (image, enclosures), (day, edited), summary, body)| {
            Draft {
                updated: edited.map(|day| date(&format!("2026-02-{day:02}T10:00"))),
                sections: section.into_iter().map(WrittenTerm::from).collect(),
                tags: tags.into_iter().map(WrittenTerm::from).collect(),
                authors,
                summary,
                image,
                enclosures,
                // A title of which nothing is left would be refused.
                ..Draft::new(
                    format!("Т{title}"),
                    date(&format!("2026-01-{day:02}")),
                    body,
                )
            }
        },
    )
}

fn body() -> impl Strategy<Value = Body> {
    let lines = || proptest::collection::vec(any::<String>(), 0..4);
    prop_oneof![
        (lines(), lines()).prop_map(|(paragraphs, credits)| Body::Paragraphs {
            paragraphs,
            credits
        }),
        any::<String>().prop_map(Body::Html),
        any::<String>().prop_map(Body::Markdown),
    ]
}

fn author() -> impl Strategy<Value = Author> {
    let part = || proptest::option::of(any::<String>());
    (any::<String>(), part(), part(), part()).prop_map(|(name, role, email, url)| Author {
        name,
        slug: None,
        role,
        email,
        url,
    })
}

fn medium() -> impl Strategy<Value = Media> {
    let text = || proptest::option::of(any::<String>());
    let url = prop_oneof![
        any::<String>(),
        Just("/a.mp3".to_owned()),
        Just("b.jpg".to_owned())
    ];
    let sizes = proptest::option::of((0_u64..9, 0_u32..9));
    (url, text(), sizes, text(), text()).prop_map(|(url, media_type, sizes, alt, credit)| Media {
        url,
        media_type,
        length: sizes.map(|(length, _)| length),
        width: sizes.map(|(_, width)| width),
        height: None,
        alt,
        credit,
    })
}
