use crate::model::url_encoding::encode_query;
use std::path::Path;

use super::*;
use crate::feed::document::Address;
use crate::model::article::{AcceptSettings, Author, Body, Draft, Media};
use crate::model::format::Format;
use crate::model::time::WrittenDate;
use crate::model::translations::Translations;
use crate::testkit;

fn site_rules(source: &str) -> SiteRules {
    let text = format!(
        "\
[site]
title = 'Дала'
url = 'https://dala.example/'
id-authority = 'dala.example'
id-year = 2026
time-zone = 'Asia/Almaty'
[server]
public-url = 'https://feeds.dala.example/x/'
[source.directory]
{source}
"
    );
    SiteRules::new(&testkit::config(&text, Path::new("")))
}

fn at(text: &str) -> Timestamp {
    Zone::UTC.resolve(WrittenDate::parse(text).expect("a date"))
}

fn article(key: &str) -> Article {
    Article {
        key: key.to_owned(),
        id: None,
        title: Text::new("Заголовок"),
        published: at("2026-01-08T20:00"),
        updated: at("2026-01-09T10:00"),
        url: None,
        sections: vec!["Парламент".into()],
        tags: vec!["мажилис".into(), "сенат".into()],
        authors: vec![Author {
            name: "Айман".to_owned(),
            role: Some("корреспондент".to_owned()),
            ..Author::default()
        }],
        language: "kk-KZ".to_owned(),
        lead: Text::new("Лид."),
        body: Html::from_paragraphs(["Лид.", "Текст."]),
        image: None,
        enclosures: Vec::new(),
    }
}

fn channel(formats: &[Format]) -> Channel {
    Channel {
        address: Address {
            stem: "https://feeds.dala.example/x/all".to_owned(),
            query: None,
        },
        id: "tag:dala.example,2026:/all".to_owned(),
        title: Text::new("Дала"),
        description: Text::new("Дала"),
        link: "https://dala.example/".to_owned(),
        translations: Translations::default(),
        language: "ru".to_owned(),
        author: Person::default(),
        copyright: None,
        icon: None,
        logo: None,
        cache_seconds: 300,
        formats: formats.to_vec(),
        hubs: std::sync::Arc::default(),
    }
}

fn entry_of(site_rules: &SiteRules, article: &Article, content: Content, as_of: &str) -> Entry {
    site_rules.entry(article, texts(content), at(as_of))
}

fn texts(content: Content) -> TextSettings {
    TextSettings {
        content,
        ..TextSettings::default()
    }
}

#[test]
fn ids_keep_unreserved_characters_and_encode_every_other_byte() {
    let site_rules = site_rules("");
    for (key, encoded) in [
        ("azAZ09-._~/x", "azAZ09-._~/x"),
        ("2026-01/0001_x", "2026-01/0001_x"),
        ("сенат", "%D1%81%D0%B5%D0%BD%D0%B0%D1%82"),
        ("a b", "a%20b"),
        ("%41", "%2541"),
        ("a+b&c=d;e,f:g@h", "a%2Bb%26c%3Dd%3Be%2Cf%3Ag%40h"),
        ("!*'()$", "%21%2A%27%28%29%24"),
        ("?#[]\"<>{}|\\^`", "%3F%23%5B%5D%22%3C%3E%7B%7D%7C%5C%5E%60"),
        ("\u{1}\u{7f}", "%01%7F"),
        ("😀", "%F0%9F%98%80"),
    ] {
        let id = format!("tag:dala.example,2026:{encoded}");
        assert_eq!(site_rules.id(key), id);
        let entry = entry_of(&site_rules, &article(key), Content::Full, "2026-06-01");
        assert_eq!(entry.id, id);
        assert_eq!(
            entry.link,
            format!("https://feeds.dala.example/x/articles/{encoded}")
        );
    }
}

#[test]
fn an_articles_own_id_is_used_verbatim() {
    let own = Article {
        id: Some("https://old.example/?p=1&ü".to_owned()),
        ..article("a")
    };
    let entry = entry_of(&site_rules(""), &own, Content::Full, "2026-06-01");
    assert_eq!(entry.id, "https://old.example/?p=1&ü");
}

#[test]
fn an_article_without_a_page_is_here() {
    let site_rules = site_rules("");
    let link = site_rules.link(&article("2026/дом"));
    let here = "https://feeds.dala.example/x/articles/2026/%D0%B4%D0%BE%D0%BC";
    assert_eq!(link, here);
    let own = Article {
        url: Some("https://own.example/".to_owned()),
        ..article("2026/дом")
    };
    assert_eq!(site_rules.link(&own), "https://own.example/");
}

#[test]
fn queries_keep_commas_and_colons_alone() {
    assert_eq!(encode_query("lang:kk,c++"), "lang:kk,c%2B%2B");
    assert_eq!(encode_query("a/b&c=d#e%"), "a%2Fb%26c%3Dd%23e%25");
    assert_eq!(encode_query("ё"), "%D1%91");
}

#[test]
fn an_entry_has_the_content_of_the_feeds_setting() {
    let site_rules = site_rules("");
    for (content, lead, body) in [
        (Content::Full, true, true),
        (Content::Summary, true, false),
        (Content::Title, false, false),
    ] {
        let entry = entry_of(&site_rules, &article("a"), content, "2026-06-01");
        let carried = (entry.summary.is_some(), entry.content.is_some());
        assert_eq!(carried, (lead, body), "{content:?}");
    }
    let flash = Article {
        lead: Text::default(),
        body: Html::default(),
        image: None,
        enclosures: Vec::new(),
        ..article("a")
    };
    let entry = entry_of(&site_rules, &flash, Content::Full, "2026-06-01");
    assert_eq!((entry.lead(), entry.body()), (None, None));
    assert_eq!(entry.summary, Some(Text::default()), "it could have one");
}

#[test]
fn a_lead_is_cut_at_the_length_of_the_feed() {
    let sentence = "Сенат принял закон о степи. ";
    for (summary_length, content, sentences) in [
        (100, Content::Summary, 3),
        (600, Content::Summary, 21),
        (600, Content::Full, 21),
        (5000, Content::Full, 100),
    ] {
        let long = Article {
            lead: Text::new(&sentence.repeat(100)),
            ..article("a")
        };
        let texts = TextSettings {
            summary_length,
            ..texts(content)
        };
        let entry = site_rules("").entry(&long, texts, at("2026-06-01"));
        let expected = Text::new(&sentence.repeat(sentences));
        assert_eq!(
            entry.summary,
            Some(expected),
            "{summary_length} {content:?}"
        );
    }
}

/// HTML as an article has it once it is accepted.
fn sanitized(html: &str) -> Html {
    let date = WrittenDate::parse("2026-01-08").expect("a date");
    let draft = Draft::new("Мост", date, Body::Html(html.to_owned()));
    let settings = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
    let accepted = draft.accept("a".to_owned(), &settings);
    accepted.expect("an acceptable draft").article.body
}

#[test]
fn the_picture_stands_in_a_full_text_that_has_none() {
    let image = Media {
        url: "https://dala.example/m.jpg?a=1&b".to_owned(),
        alt: Some("Мост \"Южный\"".to_owned()),
        credit: Some("Т. Рахимов <АП>".to_owned()),
        width: Some(4),
        height: Some(3),
        ..Media::default()
    };
    let figure = "<figure><img src=\"https://dala.example/m.jpg?a=1&amp;b\" alt=\"Мост &quot;Южный&quot;\" \
                  width=\"4\" height=\"3\"><figcaption>Т. Рахимов &lt;АП&gt;</figcaption></figure>\n";
    let bare = Media {
        url: "https://dala.example/n.jpg".to_owned(),
        ..Media::default()
    };
    let bare_figure = "<figure><img src=\"https://dala.example/n.jpg\" alt=\"\"></figure>\n";
    let (never, auto) = (ImageInText::Never, ImageInText::Auto);
    let with_picture = "<p>А</p><p><img src=https://x.example/a.jpg></p>";
    for (body, image, image_in_text, front) in [
        ("<p>А</p>", Some(&image), auto, Some(figure)),
        (
            "<p>А &lt;img src=x></p>",
            Some(&bare),
            auto,
            Some(bare_figure),
        ),
        ("<p>А</p>", Some(&image), never, Some("")),
        ("<p>А</p>", None, auto, Some("")),
        (with_picture, Some(&image), auto, Some("")),
        ("", Some(&image), auto, None),
    ] {
        let html = sanitized(body);
        let article = Article {
            body: html.clone(),
            image: image.cloned(),
            ..article("a")
        };
        let texts = TextSettings {
            image_in_text,
            ..texts(Content::Full)
        };
        let entry = site_rules("").entry(&article, texts, at("2026-06-01"));
        let content = entry.content.as_ref().map(|html| html.as_str().to_owned());
        let expected = front.map(|front| format!("{front}{}", html.as_str()));
        assert_eq!(content, expected, "{body}");
        // What a feed carries is what the sanitizer would leave.
        let written = content.unwrap_or_default();
        assert_eq!(sanitized(&written).as_str(), written);
    }
}

#[test]
fn a_correction_in_the_future_does_not_count_yet() {
    let site_rules = site_rules("");
    for (as_of, updated) in [
        ("2026-01-09T09:59:59", "2026-01-09T01:00:00+05:00"),
        ("2026-01-09T10:00:00", "2026-01-09T15:00:00+05:00"),
    ] {
        let articles = [article("a")];
        let feed = site_rules.compose(channel(&[]), TextSettings::default(), &articles, at(as_of));
        assert_eq!(feed.updated.to_rfc3339(), updated);
        assert_eq!(feed.entries[0].updated.to_rfc3339(), updated);
        assert_eq!(
            feed.entries[0].published.to_rfc3339(),
            "2026-01-09T01:00:00+05:00"
        );
    }
}

#[test]
fn an_empty_feed_is_dated_at_the_start_of_the_id_year() {
    let feed = site_rules("").compose(channel(&[]), TextSettings::default(), &[], at("2027-01-01"));
    assert_eq!(feed.updated.to_rfc3339(), "2026-01-01T05:00:00+05:00");
    assert!(feed.entries.is_empty());
}

#[test]
fn aliases_of_one_term_are_one_category() {
    let site_rules = site_rules(
        "[same]\n'#Мажилис' = ['#сенат', '#мәжіліс']\n'section:Власть' = ['section:Парламент']",
    );
    let article = Article {
        tags: vec!["сенат".into(), "закон".into(), "МӘЖІЛІС".into()],
        ..article("a")
    };
    let entry = entry_of(&site_rules, &article, Content::Title, "2026-06-01");
    let categories = entry.categories.iter();
    let categories: Vec<(&str, &str)> = categories
        .map(|category| (category.label.as_str(), category.scheme.as_str()))
        .collect();
    let tags = "https://feeds.dala.example/x/tags/";
    let sections = "https://feeds.dala.example/x/sections/";
    assert_eq!(
        categories,
        [("Власть", sections), ("Мажилис", tags), ("закон", tags)]
    );
}

#[test]
fn every_section_is_a_category_and_slugs_tell_names_apart() {
    let site_rules = site_rules("[same]\n'#вода' = ['#суу', '#су-2']\n");
    let with_slug = |name: &str, slug: &str| ArticleTerm {
        slug: Some(slug.to_owned()),
        ..name.into()
    };
    let article = Article {
        sections: vec!["Город".into(), with_slug("Мир", "world")],
        tags: vec![
            with_slug("Мир", "mir"),
            with_slug("Мир", "Mir 2"),
            with_slug("Суу", "suu"),
            with_slug("Су", "су-2"),
        ],
        ..article("a")
    };
    let entry = entry_of(&site_rules, &article, Content::Title, "2026-06-01");
    let shown = entry.categories.iter().map(|category| {
        let folder = category.scheme.rsplit('/').nth(1).unwrap_or_default();
        let slug = category.slug.as_deref().unwrap_or("-");
        format!("{folder} {} {slug}", category.label)
    });
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            "sections Город -",
            "sections Мир world",
            "tags Мир mir",
            "tags Мир mir-2",
            "tags вода -"
        ]
    );
}
