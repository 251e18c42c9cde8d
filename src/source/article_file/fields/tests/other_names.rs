//! The names that generators, CMSs and agencies use.

use super::*;
use crate::model::article::WrittenTerm;

#[test]
fn the_date_is_under_any_of_its_names() {
    for (yaml, expected) in [
        ("pubDate: 2026-03-05", "2026-03-05"),
        ("pubDatetime: 2026-03-05", "2026-03-05"),
        ("pubdate: 2026-03-05", "2026-03-05"),
        ("published: 2026-03-05", "2026-03-05"),
        ("publishDate: 2026-03-05", "2026-03-05"),
        ("published_at: 2026-03-05", "2026-03-05"),
        ("created_at: 2026-03-05", "2026-03-05"),
        ("createdAt: 2026-03-05", "2026-03-05"),
        ("created: 2026-03-05", "2026-03-05"),
        ("publish-date: 2026-03-05", "2026-03-05"),
        ("datetime: 2026-03-05", "2026-03-05"),
        ("date_published: 2026-03-05", "2026-03-05"),
        ("versioncreated: 2026-03-05", "2026-03-05"),
        // A publishing key is the embargo.
        ("date: 2026-03-01\npublished_at: 2026-03-05", "2026-03-05"),
        ("created: 2026-03-01\ndate: 2026-03-05", "2026-03-05"),
        ("published: true\ndate: 2026-03-05", "2026-03-05"),
        ("published: 0000-00-00\ndate: 2026-03-05", "2026-03-05"),
        ("publishDate: \ndate: 2026-03-05", "2026-03-05"),
        ("publishDate: null\ndate: 2026-03-05", "2026-03-05"),
        (
            "date: 2026-03-05T10:00:00\ndate_gmt: 2026-03-05T05:00:00",
            "2026-03-05T05:00Z",
        ),
        (
            "date: 2026-03-05T10:00:00\ndate_gmt: 0000-00-00T00:00:00",
            "2026-03-05T10:00",
        ),
        ("date: 1772704800", "2026-03-05T10:00Z"),
        ("extra:\n  date: 2026-03-05", "2026-03-05"),
    ] {
        let written = Box::leak(format!("title: З\n{yaml}").into_boxed_str());
        let draft = draft(Yaml(written)).unwrap_or_else(|refusal| panic!("{yaml}: {refusal:?}"));
        assert_eq!(draft.published, date(expected), "{yaml}");
    }
}

#[test]
fn the_date_in_the_name_of_the_file_counts_where_no_key_has_one() {
    for (yaml, expected) in [
        ("title: З", "2026-02-01"),
        ("title: З\ndate:", "2026-02-01"),
        ("title: З\ndate: 2026-03-05", "2026-03-05"),
        ("title: З\ncreated: 2026-03-05", "2026-03-05"),
    ] {
        let pairs = tree::yaml::parse(yaml, 2).expect("keys");
        let draft = in_test("", |_, context| {
            let context = crate::source::article_file::ParseContext {
                name_date: Some(date("2026-02-01")),
                ..*context
            };
            Fields::new(&pairs, 1, context.settings).draft(None, &context)
        });
        assert_eq!(
            draft.expect("an article").published,
            date(expected),
            "{yaml}"
        );
    }
}

#[test]
fn the_update_is_under_any_of_its_names() {
    let day = Some(date("2026-03-05"));
    for yaml in [
        "updated: 2026-03-05",
        "lastmod: 2026-03-05",
        "lastModifiedAt: 2026-03-05",
        "modified: 2026-03-05",
        "dateModified: 2026-03-05",
        "updated_at: 2026-03-05",
        "updatedDate: 2026-03-05",
        "modDatetime: 2026-03-05",
        "last_update: {date: 2026-03-05, author: А}",
        "last_update: {author: А}\nversioncreated: 2026-03-05",
        "updated: вчера\nlastmod: 2026-03-05",
        "updated: 0000-00-00 00:00:00\nmodified: 2026-03-05",
    ] {
        check(
            &[(Yaml(Box::leak(yaml.to_owned().into_boxed_str())), day)],
            |draft| draft.updated,
        );
    }
    let utc = Some(date("2026-03-05T05:00Z"));
    check(
        &[(Json("\"modified_gmt\": \"2026-03-05T05:00:00\"}"), utc)],
        |draft| draft.updated,
    );
}

#[test]
fn the_title_and_the_summary_are_under_any_of_their_names() {
    let some = |text: &str| Some(text.to_owned());
    for (written, title, summary) in [
        (Yaml("headline: Мост\ndate: 2026-01-08"), "Мост", None),
        (Yaml("name: Мост\ndate: 2026-01-08"), "Мост", None),
        (
            Json(
                "{\"title\": {\"rendered\": \"Мост &amp; я\"}, \"date\": \"2026-01-08\", \"excerpt\": {\"rendered\": \"<p>Лид</p>\", \"protected\": false}}",
            ),
            "Мост &amp; я",
            some("<p>Лид</p>"),
        ),
        (
            Yaml("title: Мост\ndate: 2026-01-08\nsubtitle: X\ncustom_excerpt: Лид"),
            "Мост",
            some("Лид"),
        ),
        (
            Yaml("title: Мост\ndate: 2026-01-08\nexcerpt: Лид\ndescription: Иное"),
            "Мост",
            some("Лид"),
        ),
        (
            Yaml("title: Мост\ndate: 2026-01-08\ndescription: Иное"),
            "Мост",
            some("Иное"),
        ),
        (
            Yaml("title: Мост\ndate: 2026-01-08\ndescription: ' мост'"),
            "Мост",
            None,
        ),
        (
            Yaml("title: Мост\ndate: 2026-01-08\nextra: {name: Нет, headline: Нет}"),
            "Мост",
            None,
        ),
    ] {
        let draft = draft(written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
        assert_eq!(
            (draft.title.as_str(), draft.summary),
            (title, summary),
            "{written:?}"
        );
    }
}

fn named(terms: Vec<WrittenTerm>) -> Vec<String> {
    let named = terms.into_iter().map(|term| match term.slug {
        Some(slug) => format!("{}={slug}", term.name),
        None => term.name,
    });
    named.collect()
}

#[test]
fn all_sections_of_all_keys_count() {
    for (written, expected) in [
        (Yaml("categories: [А, Б, В]"), vec!["А", "Б", "В"]),
        (Yaml("categories: jekyll update"), vec!["jekyll update"]),
        (
            Yaml("categories: [[Спорт, Футбол], [Жизнь]]"),
            vec!["Спорт", "Футбол", "Жизнь"],
        ),
        (
            Yaml("section: Новости\ncategories: [Политика]"),
            vec!["Новости", "Политика"],
        ),
        (
            Yaml("category: Выпуск\ncategories: [Ядро]"),
            vec!["Ядро", "Выпуск"],
        ),
        (
            Yaml("section: {name: Спорт, slug: sport}"),
            vec!["Спорт=sport"],
        ),
        (Json("\"section\": {\"name\": \"S\"}}"), vec!["S"]),
        (Json("\"articleSection\": [\"S\", \"T\"]}"), vec!["S", "T"]),
        (
            Toml("[taxonomies]\ncategories = [\"А\"]\n[extra]\nsection = \"Б\""),
            vec!["Б", "А"],
        ),
        (
            Toml("categories = [\"А\"]\n[taxonomies]\ncategories = [\"Нет\"]"),
            vec!["А"],
        ),
    ] {
        let draft = with(written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
        assert_eq!(named(draft.sections), expected, "{written:?}");
    }
}

#[test]
fn tags_are_under_any_of_their_names() {
    for (written, expected) in [
        (Yaml("tag: новый закон"), vec!["новый закон"]),
        (Yaml("keywords: [а, б]"), vec!["а", "б"]),
        (
            Yaml("keywords: новый закон, регион"),
            vec!["новый закон", "регион"],
        ),
        (Yaml("tags: [а]\nkeywords: [б]"), vec!["а"]),
        (Yaml("tags: false\nkeywords: [б]"), vec!["б"]),
        (
            Json("\"subject\": [{\"name\": \"с\", \"scheme\": \"x\"}]}"),
            vec!["с"],
        ),
        (
            Json(
                "\"tags\": [{\"name\": \"Т\", \"slug\": \"t\"}, {\"name\": \"#x\", \"slug\": \"hash-x\", \"visibility\": \"internal\"}]}",
            ),
            vec!["Т=t"],
        ),
    ] {
        let draft = with(written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
        assert_eq!(named(draft.tags), expected, "{written:?}");
        assert_eq!(draft.warnings, [], "{written:?}");
    }
}

#[test]
fn authors_are_under_any_of_their_names() {
    for (written, name, slug, url) in [
        (Json("\"byline\": \"By Ann Lee\"}"), "Ann Lee", None, None),
        (
            Json(
                "\"authors\": [{\"name\": \"Ann\", \"slug\": \"ann\", \"website\": \"https://a.example/\"}]}",
            ),
            "Ann",
            Some("ann"),
            Some("https://a.example/"),
        ),
        (
            Json("\"author\": {\"@type\": \"Person\", \"name\": \"Ann\", \"url\": \"/ann\"}}"),
            "Ann",
            None,
            Some("/ann"),
        ),
        (Yaml("authors: [[Ann]]"), "Ann", None, None),
    ] {
        let draft = with(written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
        let author = &draft.authors[0];
        assert_eq!(
            (
                author.name.as_str(),
                author.slug.as_deref(),
                author.url.as_deref()
            ),
            (name, slug, url),
            "{written:?}"
        );
    }
}

#[test]
fn the_picture_is_under_any_of_its_names() {
    for yaml in [
        "cover: /c.jpg",
        "cover:\n  image: /c.jpg\n  alt: A",
        "featuredImage: /c.jpg",
        "featured_image: /c.jpg",
        "feature_image: /c.jpg",
        "thumbnail: /c.jpg",
        "images: [/c.jpg, /d.jpg]",
        "banner: /c.jpg",
        "hero: /c.jpg",
        "heroImage: /c.jpg",
        "header:\n  image: /c.jpg\n  teaser: /t.jpg",
        "image:\n  path: /c.jpg\n  alt: A",
        "image:\n  feature: /c.jpg",
        "image:\n  src: /c.jpg",
        "image:\n  url: /c.jpg\n  width: 100%",
        "image: [{url: /c.jpg}]",
        "image: {url: [/c.jpg]}",
        "resources:\n- src: /c.jpg\n  name: featured",
        "resources:\n- src: x.pdf\n- src: /d.jpg\n- src: /c.jpg\n  name: cover-image",
        "resources:\n- src: x.pdf\n- src: /c.jpg",
        "og_image: /c.jpg",
        "photos: [/c.jpg]",
        "img: /c.jpg",
        "extra:\n  image: /c.jpg",
        "params:\n  cover:\n    image: /c.jpg",
        "featured-image: /c.jpg",
        "preview: /c.jpg",
        "image: '{{ site.url }}/c.jpg'",
        "image: '{{site.url}}{{ site.baseurl }}/c.jpg'",
        "image: false\ncover: /c.jpg",
        "image: {caption: x}\ncover: /c.jpg",
        "image: true\nimages: [/c.jpg]",
    ] {
        let draft = with(Yaml(Box::leak(yaml.to_owned().into_boxed_str())));
        let draft = draft.unwrap_or_else(|refusal| panic!("{yaml}: {refusal:?}"));
        assert_eq!(draft.image.expect(yaml).url, "/c.jpg", "{yaml}");
    }
    for yaml in [
        "image: []",
        "image: ''",
        "image: '{{ page.x }}'",
        "resources: [{src: '*.jpg'}]",
    ] {
        let draft = with(Yaml(Box::leak(yaml.to_owned().into_boxed_str()))).expect("an article");
        assert_eq!(draft.image, None, "{yaml}");
    }
    let draft = with(Yaml("feature_image: /c.jpg\nfeature_image_alt: Мост")).expect("an article");
    assert_eq!(draft.image.expect("a picture").alt.as_deref(), Some("Мост"));
}

#[test]
fn enclosures_are_under_any_of_their_names() {
    for (written, expected) in [
        (Yaml("enclosure: /a.mp3"), "/a.mp3 - -"),
        (
            Yaml("audio: {src: /a.mp3, type: audio/mpeg}"),
            "/a.mp3 - audio/mpeg",
        ),
        (
            Json(
                "\"attachments\": [{\"url\": \"/a.mp3\", \"mime_type\": \"audio/mpeg\", \"size_in_bytes\": 7}]}",
            ),
            "/a.mp3 7 audio/mpeg",
        ),
        (
            Yaml("enclosure: |\n  /a.mp3\n  7\n  audio/mpeg"),
            "/a.mp3 7 audio/mpeg",
        ),
        (
            Yaml("enclosures: [{url: /a.mp3, length: 7}]\naudio: /a.mp3"),
            "/a.mp3 7 -",
        ),
    ] {
        let draft = with(written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
        let shown = draft.enclosures.iter().map(|media| {
            let length = media
                .length
                .map_or("-".to_owned(), |length| length.to_string());
            format!(
                "{} {length} {}",
                media.url,
                media.media_type.as_deref().unwrap_or("-")
            )
        });
        assert_eq!(shown.collect::<Vec<_>>(), [expected], "{written:?}");
    }
}

#[test]
fn the_page_is_an_address_of_the_site() {
    for (written, url, slug) in [
        (Yaml("permalink: /2026/nice/"), Some("/2026/nice/"), None),
        // A page of Zola is in a folder of its own.
        (Toml("path = \"2026/nice\""), Some("2026/nice/"), None),
        (
            Toml("path = \"2026/nice.html\""),
            Some("2026/nice.html"),
            None,
        ),
        (Yaml("url: /a\npermalink: /b"), Some("/a"), None),
        (Yaml("slug: /nice/"), None, Some("nice")),
        (Yaml("canonical_url: https://other.example/x"), None, None),
        (Yaml("link: https://other.example/x"), None, None),
        (
            Yaml("link: https://www.dala.example/x"),
            Some("https://www.dala.example/x"),
            None,
        ),
        (Yaml("permalink: true"), None, None),
        (
            Yaml("permalink: '/{{ slug }}/'\npath: /x"),
            Some("/x/"),
            None,
        ),
    ] {
        let draft = with(written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
        assert_eq!(
            (draft.url.as_deref(), draft.slug.as_deref()),
            (url, slug),
            "{written:?}"
        );
    }
}

#[test]
fn the_language_is_under_any_of_its_names() {
    for yaml in [
        "lang: kk",
        "language: kk",
        "inLanguage: kk",
        "locale: kk",
        "lang: [x]\nlocale: kk",
    ] {
        let draft = with(Yaml(Box::leak(yaml.to_owned().into_boxed_str())));
        assert_eq!(draft.expect(yaml).language.as_deref(), Some("kk"), "{yaml}");
    }
    let draft = with(Yaml("locale: ru_RU.UTF-8")).expect("an article");
    assert_eq!(draft.language.as_deref(), Some("ru_RU"));
}

#[test]
fn the_text_is_under_any_of_its_names() {
    let html = || Body::Html("<p>x</p>".to_owned());
    let plain = |paragraphs: &[&str]| Body::Paragraphs {
        paragraphs: texts(paragraphs),
        credits: Vec::new(),
    };
    for (written, expected) in [
        (Json("\"html\": \"<p>x</p>\"}"), html()),
        (Json("\"content\": {\"rendered\": \"<p>x</p>\"}}"), html()),
        (Json("\"body_html\": \"<p>x</p>\"}"), html()),
        (Json("\"body\": \"<p>x</p>\"}"), html()),
        (Json("\"content\": \"а\\n\\nб\"}"), plain(&["а", "б"])),
        (
            Json("\"markdown\": \"*x*\"}"),
            Body::Markdown("*x*".to_owned()),
        ),
        (Json("\"articleBody\": \"а\"}"), plain(&["а"])),
        (Json("\"text\": \"а\", \"html\": null}"), plain(&["а"])),
        (Json("\"text\": \"а\", \"body\": \"<p>x</p>\"}"), html()),
        (
            Json("\"extra\": {\"html\": \"нет\"}}"),
            Body::Markdown(String::new()),
        ),
    ] {
        let draft = with(written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
        assert_eq!(draft.body, expected, "{written:?}");
    }
}

#[test]
fn numbers_of_wordpress_are_no_names() {
    let draft = draft(Json(
        "{\"id\": 7, \"date\": \"2026-03-05T10:00:00\", \"title\": {\"rendered\": \"З\"}, \"author\": 1, \"categories\": [1, 2], \"tags\": [2], \"status\": \"publish\", \"link\": \"https://dala.example/x/\", \"content\": {\"rendered\": \"<p>x</p>\", \"protected\": false}}",
    ));
    let draft = draft.expect("an article");
    assert_eq!(
        (draft.sections, draft.tags, draft.authors),
        (vec![], vec![], vec![])
    );
    assert_eq!(draft.warnings.len(), 3);
    assert_eq!(draft.url.as_deref(), Some("https://dala.example/x/"));
    assert_eq!(draft.visibility, Visibility::Public);
}

fn with_further_names(yaml: &str) -> Result<Draft, Refusal> {
    let names = [
        ("date", vec!["data-pub", "embargo"]),
        ("draft", vec!["wip"]),
        ("expires", vec!["valid-until"]),
        ("feed", vec!["in-feeds"]),
        ("section", vec!["rubric", "desk"]),
    ];
    let names = names.map(|(key, names)| (key.to_owned(), texts(&names)));
    let mut settings = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
    settings.fields = BTreeMap::from(names);
    let mut pairs = tree::yaml::parse(&format!("title: З\n{yaml}"), 2).expect("keys");
    rename(&mut pairs, &settings.fields);
    Fields::new(&pairs, 1, &settings).draft(None, &ParseContext::new(&settings, None))
}

#[test]
fn further_names_count_where_their_key_is_missing() {
    for (yaml, section) in [
        ("date: 2026-03-05\ndesk: А", Some("А")),
        ("date: 2026-03-05\nRubric: Б\ndesk: А", Some("Б")),
        ("date: 2026-03-05\nsection: В\nrubric: Б", Some("В")),
        ("date: 2026-03-05\nsection:\nrubric: Б", Some("Б")),
    ] {
        let draft = with_further_names(yaml);
        let draft = draft.unwrap_or_else(|refusal| panic!("{yaml}: {refusal:?}"));
        let name = draft.sections.first().map(|section| section.name.as_str());
        assert_eq!(name, section, "{yaml}");
    }
}

#[test]
fn every_further_name_of_a_key_that_hides_or_dates_counts() {
    use Visibility::{Draft, OutOfFeeds, Public};
    for (yaml, published, visibility) in [
        ("Data_Pub: 2026-03-05", "2026-03-05", Public),
        // The later one may be an embargo.
        (
            "data-pub: 2026-03-05\ndate: 2026-03-06",
            "2026-03-06",
            Public,
        ),
        (
            "data-pub: 2026-03-07\ndate: 2026-03-06",
            "2026-03-07",
            Public,
        ),
        (
            "data-pub: 2026-03-07\npublishDate: 2026-03-09",
            "2026-03-09",
            Public,
        ),
        (
            "data-pub: 2026-03-05\nembargo: 2026-03-06",
            "2026-03-06",
            Public,
        ),
        (
            "date: 2026-03-06\nextra: {embargo: 2026-03-07}",
            "2026-03-07",
            Public,
        ),
        ("date: 2026-03-06\nwip: true", "2026-03-06", Draft),
        (
            "date: 2026-03-06\ndraft: false\nwip: true",
            "2026-03-06",
            Draft,
        ),
        (
            "date: 2026-03-06\ndraft: \"false\"\nWIP: yes",
            "2026-03-06",
            Draft,
        ),
        (
            "date: 2026-03-06\nwip: false\nparams: {wip: true}",
            "2026-03-06",
            Draft,
        ),
        (
            "date: 2026-03-06\nfeed: true\nin-feeds: false",
            "2026-03-06",
            OutOfFeeds,
        ),
    ] {
        let draft = with_further_names(yaml);
        let draft = draft.unwrap_or_else(|refusal| panic!("{yaml}: {refusal:?}"));
        let found = (draft.published, draft.visibility);
        assert_eq!(found, (date(published), visibility), "{yaml}");
        assert_eq!(draft.unknown_keys, [], "{yaml}");
    }
    let both = with_further_names("date: 2026-03-06\nexpires: 2026-05-01\nvalid-until: 2026-04-01");
    assert_eq!(both.expect("an article").expires, Some(date("2026-04-01")));
    for yaml in [
        "date: 2026-03-06\ndraft: false\nwip: tru",
        "date: 2026-03-06\nextra: {valid-until: soon}",
    ] {
        assert!(
            with_further_names(yaml).expect_err(yaml).withdraws,
            "{yaml}"
        );
    }
    let wrong = with_further_names("date: 2026-03-06\nembargo: later").expect_err("no date");
    assert_eq!(wrong.reason, "`embargo`: `later` is not a date");
}
