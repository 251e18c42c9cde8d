//! From articles to documents: the same entries in every format, and of each as much as `content`
//! says.

use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;
use taspa::config::{Config, Content};
use taspa::feed::compose::SiteRules;
use taspa::feed::document::Feed;
use taspa::model::article::{AcceptSettings, Article, Author, Body, Draft, Media, WrittenTerm};
use taspa::model::format::Format;
use taspa::model::time::{WrittenDate, Zone};
use taspa::source::article_file::{ParseContext, newsroom};

use crate::documents::render;
use crate::feeds;

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
    read_newsroom(text)
}

fn read_newsroom(text: &str) -> Draft {
    let settings = settings();
    let context = ParseContext::new(&settings, None);
    newsroom::parse(text, &context).expect("newsroom text")
}

fn settings() -> AcceptSettings {
    AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/")
}

fn flash() -> Draft {
    read_newsroom("date 2026-01-08 Толчок\n")
}

fn accepted(draft: Draft, key: &str) -> Article {
    let reading = settings();
    let accepted = draft.accept(key.to_owned(), &reading);
    accepted.expect("an acceptable draft").article
}

fn compose(articles: &[Article], content: Content) -> Feed {
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
    site_rules.compose(channel, content, articles, as_of)
}

fn date(written: &str) -> WrittenDate {
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
