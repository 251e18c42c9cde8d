mod names;

use std::path::Path;

use super::*;
use crate::feed::snapshot::FeedVersion;
use crate::model::article::{Accepted, Article, Author, Visibility};
use crate::model::article_meta::{ArticleMeta, Change};
use crate::model::format::Format;
use crate::model::record::RecordId;
use crate::model::time::Timestamp;
use crate::testkit;
use crate::text::Html;

const FILE: &str = "\
[site]
title = 'Дала'
url = 'https://dala.example/'
id-authority = 'dala.example'
id-year = 2026
description = 'Новости'
[server]
public-url = 'https://feeds.dala.example/'
[source.directory]
link = 'https://dala.example/{key}'
[defaults]
items = 40
[auto.tags]
min-articles = 2
except = ['#реклама']
link = 'https://dala.example/tag/{key}?name={name}'
[auto.sections]
title = 'Раздел {name} на {site}'
none = ['#реклама']
[[feed]]
name = 'sport/all-of-it'
title = 'Спорт'
any = ['#спорт', '#футбол']
none = ['#реклама']
[same]
'#спорт' = ['#sport']
";

fn parse(text: &str) -> Config {
    testkit::config(text, Path::new(""))
}

fn article(key: &str, section: &str, tags: &[&str]) -> Article {
    Article {
        key: key.to_owned(),
        id: None,
        title: Text::new("Заголовок"),
        published: Timestamp(1_767_000_000),
        updated: Timestamp(1_767_000_000),
        url: None,
        sections: vec![section.into()],
        tags: tags.iter().map(|tag| (*tag).into()).collect(),
        authors: Vec::<Author>::new(),
        language: "ru".to_owned(),
        lead: Text::new("Лид."),
        body: Html::from_paragraphs(["Лид."]),
        image: None,
        enclosures: Vec::new(),
    }
}

fn articles() -> Vec<Article> {
    vec![
        article("a", "Город", &["Спорт", "c++"]),
        article("b", "Город", &["sport"]),
        article("c", "Область", &["реклама"]),
    ]
}

fn put(article: &Article) -> Change {
    let accepted = Accepted {
        article: article.clone(),
        revision: article.revision(),
        expires: None,
        visibility: Visibility::Public,
        language_is_guessed: false,
        warnings: Vec::new(),
        unknown_keys: Vec::new(),
        hiding_status: None,
    };
    Change::Put(ArticleMeta::new(&accepted, RecordId(0)))
}

/// The feed definitions of a file over [`articles`].
fn definitions(text: &str) -> (Index, FeedDefinitions) {
    let config = parse(text);
    let mut index = Index::new(&config.same, Timestamp(1_768_000_000));
    index.apply(articles().iter().map(put));
    let definitions = FeedDefinitions::new(&config, &mut index);
    (index, definitions)
}

fn find(path: &str) -> Option<FeedDefinition> {
    let (index, definitions) = definitions(FILE);
    let number = definitions.find(&index, path)?;
    Some(definitions.definition(&index, number))
}

fn select(query: &str) -> Result<FeedDefinition, Term> {
    let (index, definitions) = definitions(FILE);
    let selection = Selection::from_query(query).expect("a selection");
    definitions.select(&index, &selection)
}

fn paths(index: &Index, definitions: &FeedDefinitions, feeds: Vec<FeedNo>) -> Vec<String> {
    let feeds = feeds.into_iter();
    let path = |number| definitions.definition(index, number).path.to_string();
    let mut paths: Vec<String> = feeds.map(path).collect();
    paths.sort();
    paths
}

#[test]
fn each_declaration_and_each_known_term_has_a_feed() {
    let (index, definitions) = definitions(FILE);
    let expected = [
        "all",
        "sections/город",
        "sections/область",
        "sport/all-of-it",
        "tags/c++",
        "tags/спорт",
        "tags/футбол",
    ];
    let all = definitions.all(&index);
    assert_eq!(paths(&index, &definitions, all), expected);
    for path in expected {
        let found = definitions.find(&index, path).expect("a defined feed");
        assert_eq!(&*definitions.definition(&index, found).path, path);
    }
}

#[test]
fn other_paths_find_no_feed() {
    for path in [
        "",
        "sport",
        "tags",
        "tags/",
        "tags/реклама",
        "tags/шахматы",
        "tags/город",
        "authors/айман",
        "languages/ru",
        "select",
        "sections/город/x",
    ] {
        assert!(find(path).is_none(), "{path}");
    }
}

#[test]
fn a_feed_takes_missing_metadata_from_the_site() {
    for (path, title, link, url) in [
        ("all", "Дала", "https://feeds.dala.example/all", "all.json"),
        (
            "sport/all-of-it",
            "Спорт",
            "https://feeds.dala.example/sport/all-of-it",
            "sport/all-of-it.json",
        ),
        (
            "sections/город",
            "Раздел Город на Дала",
            "https://feeds.dala.example/sections/%D0%B3%D0%BE%D1%80%D0%BE%D0%B4",
            "sections/%D0%B3%D0%BE%D1%80%D0%BE%D0%B4.json",
        ),
        (
            "tags/спорт",
            "Спорт — Дала",
            "https://dala.example/tag/%D1%81%D0%BF%D0%BE%D1%80%D1%82?name=%D0%A1%D0%BF%D0%BE%D1%80%D1%82",
            "tags/%D1%81%D0%BF%D0%BE%D1%80%D1%82.json",
        ),
        (
            "tags/c++",
            "c++ — Дала",
            "https://dala.example/tag/c%2B%2B?name=c%2B%2B",
            "tags/c%2B%2B.json",
        ),
    ] {
        let channel = find(path).expect("a feed").channel;
        assert_eq!(
            (channel.title.as_str(), channel.link.as_str()),
            (title, link),
            "{path}"
        );
        let address = channel.address.url(Format::Json);
        assert_eq!(address, format!("https://feeds.dala.example/{url}"));
        let stem = url.trim_end_matches(".json");
        assert_eq!(channel.id, format!("tag:dala.example,2026:/{stem}"));
        assert_eq!(channel.description.as_str(), "Новости");
    }
}

#[test]
fn another_spelling_of_a_term_finds_the_same_feed() {
    for path in ["tags/sport", "tags/СПОРТ", "tags/#спорт"] {
        assert_eq!(&*find(path).expect("a feed").path, "tags/спорт", "{path}");
    }
}

#[test]
fn an_automatic_feed_with_few_articles_is_served_but_not_listed() {
    let (_, definitions) = definitions(FILE);
    let settings = Settings::default();
    for (kind, articles, listed) in [
        (FeedKind::All, 0, true),
        (FeedKind::Declared, 0, true),
        (FeedKind::Tag, 1, false),
        (FeedKind::Tag, 2, true),
        (FeedKind::Section, 0, false),
        (FeedKind::Section, 1, true),
        (FeedKind::Author, 9, false),
        (FeedKind::Select, 9, false),
    ] {
        assert_eq!(
            definitions.is_listed(kind, &settings, articles),
            listed,
            "{kind:?} {articles}"
        );
        let unlisted = Settings {
            listed: false,
            ..Settings::default()
        };
        assert!(
            !definitions.is_listed(kind, &unlisted, articles),
            "{kind:?}"
        );
    }
}

#[test]
fn a_selection_is_addressed_and_titled_by_its_terms() {
    for (query, title, address) in [
        (
            "any=%23%D1%81%D0%BF%D0%BE%D1%80%D1%82",
            "спорт — Дала",
            "any=%D1%81%D0%BF%D0%BE%D1%80%D1%82",
        ),
        (
            "none=реклама&any=футбол,c%2B%2B&all=section:город,lang:ru",
            "c++ / футбол + город + русский − реклама — Дала",
            "any=c%2B%2B,%D1%84%D1%83%D1%82%D0%B1%D0%BE%D0%BB\
             &all=lang:ru,section:%D0%B3%D0%BE%D1%80%D0%BE%D0%B4\
             &none=%D1%80%D0%B5%D0%BA%D0%BB%D0%B0%D0%BC%D0%B0",
        ),
        ("none=c%2B%2B", "− c++ — Дала", "none=c%2B%2B"),
    ] {
        let selected = select(query).expect("known terms");
        assert_eq!(selected.channel.title.as_str(), title, "{query}");
        let url = selected.channel.address.url(Format::Atom);
        assert_eq!(
            url,
            format!("https://feeds.dala.example/select.atom?{address}")
        );
        assert_eq!(selected.settings.items, 40);
        let id = &selected.channel.id;
        assert!(
            id.starts_with("tag:dala.example,2026:/select%3F") && id.is_ascii(),
            "{id}"
        );
    }
}

#[test]
fn languages_are_titled_by_their_own_names() {
    for (query, title) in [
        ("any=lang:kk,lang:RU", "қазақша / русский"),
        (
            "all=lang:en&none=lang:uz,lang:kk-latn",
            "English − kk-latn − uz",
        ),
        ("any=ru,section:kk,author:en", "ru / kk / en"),
    ] {
        let selection = Selection::from_query(query).expect("a selection");
        assert_eq!(describe(&selection), title, "{query}");
    }
}

#[test]
fn a_selection_with_an_unknown_term_names_it() {
    for (query, unknown) in [
        ("any=спорт,шахматы", "шахматы"),
        ("any=спорт&none=section:спорт", "section:спорт"),
        ("all=author:айман", "author:айман"),
    ] {
        assert_eq!(select(query).expect_err("unknown").to_string(), unknown);
    }
}

/// Every feed's path and digest.
fn digests(index: &Index, definitions: &FeedDefinitions) -> HashMap<String, u128> {
    let digest = |number| {
        let feed = definitions.definition(index, number);
        let path = feed.path.to_string();
        let site_rules = definitions.site_rules();
        let window = index.window(&feed.query, &feed.settings);
        let version = FeedVersion::build(1, site_rules, index, feed, window, None, Timestamp(0));
        (path, version.digest)
    };
    definitions.all(index).into_iter().map(digest).collect()
}

#[test]
fn a_change_affects_every_feed_whose_digest_moves_and_few_others() {
    for (changed, expected) in [
        (
            article("a", "Город", &["СПОРТ", "c++"]),
            &[
                "all",
                "sections/город",
                "sport/all-of-it",
                "tags/c++",
                "tags/спорт",
            ][..],
        ),
        (
            article("c", "Город", &["sport", "реклама"]),
            &["all", "sections/город", "sections/область", "tags/спорт"],
        ),
        (article("d", "Культура", &[]), &["all", "sections/культура"]),
    ] {
        let (mut index, definitions) = definitions(FILE);
        let before = digests(&index, &definitions);
        let touched = index.apply([put(&changed)]);
        let affected = definitions.affected(&index, &touched);
        let found = paths(&index, &definitions, affected);
        assert_eq!(found, expected);
        for (path, digest) in digests(&index, &definitions) {
            let moved = before.get(&path) != Some(&digest);
            assert!(!moved || found.contains(&path), "{path}");
        }
    }
}

/// The digest and the documents of the declared feed.
fn published(text: &str) -> (u128, Vec<Vec<u8>>) {
    let (index, definitions) = definitions(text);
    let path = if text.contains("'renamed'") {
        "renamed"
    } else {
        "sport/all-of-it"
    };
    let number = definitions.find(&index, path).expect("the declared feed");
    let feed = definitions.definition(&index, number);
    let window = index.window(&feed.query, &feed.settings);
    let stored = articles();
    let entries: Vec<Article> = window
        .entries
        .iter()
        .filter_map(|&entry| {
            let has_number = |article: &&Article| index.find(&article.key) == Some(entry);
            stored.iter().find(has_number).cloned()
        })
        .collect();
    let site_rules = definitions.site_rules();
    let channel = feed.channel.as_ref().clone();
    let composed = site_rules.compose(channel, feed.settings.texts, &entries, index.as_of());
    let documents =
        Format::ALL.map(|format| crate::render::render(format, &composed).expect("a document"));
    let window = index.window(&feed.query, &feed.settings);
    let version = FeedVersion::build(1, site_rules, &index, feed, window, None, Timestamp(0));
    (version.digest, documents.to_vec())
}

#[test]
fn whatever_changes_a_document_changes_the_etag() {
    let (digest, documents) = published(FILE);
    let site = "[site]";
    let feed = "title = 'Спорт'";
    for (from, to, moves) in [
        ("title = 'Дала'", "title = 'Степь'".to_owned(), true),
        // No document names the site's own page.
        (
            "url = 'https://dala.example/'",
            "url = 'https://x.example/'".to_owned(),
            false,
        ),
        (
            "id-authority = 'dala",
            "id-authority = 'steppe".to_owned(),
            true,
        ),
        ("id-year = 2026", "id-year = 2025".to_owned(), true),
        ("'Новости'", "'Вести'".to_owned(), true),
        (site, format!("{site}\nlanguage = 'kk'"), true),
        (site, format!("{site}\ntime-zone = 'Asia/Almaty'"), true),
        (site, format!("{site}\nauthor = 'Редакция'"), true),
        (
            site,
            format!("{site}\nauthor = 'Редакция'\nemail = 'a@dala.example'"),
            true,
        ),
        (site, format!("{site}\ncopyright = '© Дала'"), true),
        (
            site,
            format!("{site}\nicon = 'https://dala.example/i.png'"),
            true,
        ),
        (
            site,
            format!("{site}\nlogo = 'https://dala.example/l.png'"),
            true,
        ),
        ("//feeds.", "//news.".to_owned(), true),
        // It changes the pages of the articles, and so their revisions.
        (
            "'https://dala.example/{key}'",
            "'https://dala.example/{name}.html'".to_owned(),
            false,
        ),
        ("'sport/all-of-it'", "'renamed'".to_owned(), true),
        (feed, "title = 'Футбол'".to_owned(), true),
        (feed, format!("{feed}\ndescription = 'О спорте'"), true),
        (feed, format!("{feed}\nlanguage = 'kk'"), true),
        (feed, format!("{feed}\nauthor = 'Спортотдел'"), true),
        (
            feed,
            format!("{feed}\nlink = 'https://dala.example/sport'"),
            true,
        ),
        (
            feed,
            format!("{feed}\nimage = 'https://dala.example/s.png'"),
            true,
        ),
        (feed, format!("{feed}\ncontent = 'summary'"), true),
        (feed, format!("{feed}\ncontent = 'title'"), true),
        (feed, format!("{feed}\nsummary-length = 100"), true),
        (feed, format!("{feed}\nimage-in-text = 'never'"), true),
        (feed, format!("{feed}\nformats = ['json', 'rss']"), true),
        (feed, format!("{feed}\ncache = '1h'"), true),
        (feed, format!("{feed}\nitems = 1\nkeep = '0s'"), true),
        ("['#sport']", "['#sport', '#c++']".to_owned(), true),
        ("['#sport']", "['#спортивное']".to_owned(), true),
        (
            feed,
            format!("{feed}\nstale-while-revalidate = '2h'\nstale-if-error = '2h'"),
            false,
        ),
        (feed, format!("{feed}\nitems = 7\nkeep = '3d'"), false),
        ("['#sport']", "['#sport', '#спортивное']".to_owned(), false),
        ("min-articles = 2", "min-articles = 3".to_owned(), false),
    ] {
        let (other, others) = published(&FILE.replacen(from, &to, 1));
        assert_eq!(other != digest, moves, "{to}");
        assert!(
            other != digest || others == documents,
            "{to}: other bytes under one tag"
        );
    }
}
