use crate::render::pages::error::TemplateError;
use crate::render::pages::feed_builder::BuildResult;
use crate::render::pages::folder::ASSET_BYTES_MAX;
use crate::render::pages::folder::FILES_MAX;
use crate::render::pages::templates::Templates;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use tempfile::TempDir;

use super::sample::{PAGES, Sample};
use super::templates::{ARTICLE, BUILD, CATALOGUE, FEED, TERMS};
use super::words::Words;
use super::*;
use crate::feed::document::{Entry, Person};
use crate::model::article::Media;
use crate::text::Text;

/// A start tag: its name and attributes.
type Start = (String, Vec<(String, String)>);

/// The tags of a page, from a tokenizer of the HTML specification.
#[derive(Default)]
struct Page {
    starts: Vec<Start>,
    open: Vec<String>,
    faults: Vec<String>,
}

#[derive(Default)]
struct Reader(RefCell<Page>);

const VOID: [&str; 7] = ["meta", "link", "br", "img", "hr", "source", "input"];

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let name = tag.name.to_string();
                if !VOID.contains(&name.as_str()) && !tag.self_closing {
                    page.open.push(name.clone());
                }
                let attributes = tag.attrs.into_iter();
                let attributes =
                    attributes.map(|attr| (attr.name.local.to_string(), attr.value.to_string()));
                page.starts.push((name, attributes.collect()));
            }
            Token::TagToken(tag) => {
                let open = page.open.pop();
                if open.as_deref() != Some(&*tag.name) {
                    let fault = format!("line {line}: </{}> closes {open:?}", tag.name);
                    page.faults.push(fault);
                }
            }
            Token::ParseError(error) => page.faults.push(format!("line {line}: {error}")),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Page {
    /// Parses a page; markup that is not well formed fails the test.
    fn read(html: &str) -> Page {
        let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(html));
        while !input.is_empty() {
            let _ = tokenizer.feed(&input);
        }
        tokenizer.end();
        let page = tokenizer.sink.0.into_inner();
        assert!(page.faults.is_empty(), "{:?}\n{html}", page.faults);
        assert!(page.open.is_empty(), "left open: {:?}", page.open);
        page
    }

    /// The attributes of every element of this name.
    fn all(&self, name: &str) -> Vec<HashMap<&str, &str>> {
        let named = self.starts.iter().filter(|(element, _)| element == name);
        named
            .map(|(_, attributes)| {
                let pairs = attributes.iter();
                pairs
                    .map(|(key, value)| (key.as_str(), value.as_str()))
                    .collect()
            })
            .collect()
    }

    /// The targets of the links in the page.
    fn hrefs(&self) -> Vec<&str> {
        let links = self.all("a").into_iter();
        links.filter_map(|link| link.get("href").copied()).collect()
    }

    /// The markup without texts: elements and the names of their attributes.
    fn shape(&self) -> Vec<(&str, Vec<&str>)> {
        let starts = self.starts.iter();
        starts
            .map(|(name, attributes)| {
                let names = attributes.iter().map(|(key, _)| key.as_str());
                (name.as_str(), names.collect())
            })
            .collect()
    }

    /// Elements and attributes that the content policy forbids or a browser would run.
    fn scripts(&self) -> Vec<String> {
        let mut scripts = Vec::new();
        for (name, attributes) in &self.starts {
            let own = |key: &str, start: &str| {
                let found = attributes.iter().find(|(name, _)| name == key);
                found.is_some_and(|(_, value)| value.starts_with(start))
            };
            let forbidden = match name.as_str() {
                "script" => !own("src", "/assets/page.js?v="),
                "form" => !own("action", "/") || own("action", "//"),
                "style" | "iframe" | "object" | "embed" | "base" => true,
                _ => false,
            };
            if forbidden {
                scripts.push(format!("<{name}>"));
            }
            for (key, value) in attributes {
                let scheme = value.trim_start().to_ascii_lowercase();
                let runs = ["javascript:", "data:", "vbscript:"]
                    .iter()
                    .any(|bad| scheme.starts_with(bad));
                let address = ["href", "src", "srcset", "poster", "action"].contains(&key.as_str());
                if key.starts_with("on") || key == "style" || (address && runs) {
                    scripts.push(format!("<{name} {key}={value:?}>"));
                }
            }
        }
        scripts
    }
}

fn render(sample: &Sample, template: &str, locale: Locale) -> String {
    let page = sample.render(&Templates::built_in(), template, locale);
    page.expect("the built-in templates fit their values")
}

/// A template folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a template");
    }
    folder
}

fn load(files: &[(&str, &str)]) -> Templates {
    Templates::load(folder(files).path()).expect("good templates")
}

/// The problems of the files, without the folder's name.
fn problems(folder: &Path) -> Vec<String> {
    let problems = Templates::load(folder).expect_err("bad templates");
    let prefix = format!("{}/", folder.display());
    let texts = problems.iter().map(TemplateError::to_string);
    texts.map(|text| text.replace(&prefix, "")).collect()
}

#[test]
fn every_page_is_well_formed_in_every_language() {
    for sample in [Sample::full(), Sample::bare()] {
        for template in PAGES {
            for locale in Locale::ALL {
                let html = render(&sample, template, locale);
                let page = Page::read(&html);
                assert_eq!(page.all("html")[0]["lang"], locale.tag(), "{template}");
                assert_eq!(page.all("main").len(), 1, "{template}");
                assert_eq!(page.all("h1").len(), 1, "{template}");
                assert_eq!(page.scripts(), [""; 0], "{template}");
                let html = html.replace("preload=\"none\"", "");
                let html = html.replace("name=\"none\"", "");
                assert!(!html.contains(">none<") && !html.contains("\"none\""));
                let ids = page.starts.iter().flat_map(|(_, attributes)| attributes);
                let ids: Vec<_> = ids.filter(|(key, _)| key == "id").collect();
                let distinct: BTreeSet<_> = ids.iter().collect();
                assert_eq!(ids.len(), distinct.len(), "{template}: {ids:?}");
            }
        }
    }
}

/// The full sample with one text in place of every text.
fn sample_with_text(text: &str) -> Sample {
    let mut sample = Sample::full();
    let (said, owned) = (Text::new(text), text.to_owned());
    let own = || Some(owned.clone());
    sample.site.title = owned.clone();
    sample.site.description = own();
    sample.site.copyright = own();
    for (_, channel) in &mut sample.channels {
        channel.title = said.clone();
        channel.description = Text::new(&format!("{text} {text}"));
    }
    let channel = &mut sample.feed.channel;
    channel.title = said.clone();
    channel.description = Text::new(&format!("{text} {text}"));
    for related in &mut sample.related {
        related.label = said.clone();
    }
    let entries = sample.feed.entries.iter_mut().map(|entry| &mut **entry);
    for entry in entries.chain([&mut sample.article]) {
        set_texts(entry, &said);
    }
    set_builder_texts(&mut sample.builder, &said);
    sample
}

fn set_builder_texts(builder: &mut FeedBuilder, said: &Text) {
    builder.query.words = said.to_string();
    let suggested = &mut builder.suggestions.terms;
    let similar = builder.unknown.iter_mut().flat_map(|(_, similar)| similar);
    for counted in builder.known.iter_mut().chain(suggested).chain(similar) {
        counted.label = said.to_string();
    }
    for channel in &mut builder.titled {
        Arc::make_mut(channel).title = said.clone();
    }
    if let BuildResult::Feed(built) = &mut builder.result {
        built.feed.channel.title = said.clone();
        built
            .feed
            .entries
            .iter_mut()
            .for_each(|entry| set_texts(entry, said));
    }
}

fn set_texts(entry: &mut Entry, said: &Text) {
    let own = Some(said.to_string());
    entry.title = said.clone();
    entry.summary = Some(said.clone());
    entry.language = "ru".to_owned();
    for author in &mut entry.authors {
        *author = Person {
            name: said.clone(),
            role: Some(said.clone()),
            email: Some(format!("{said}@x.example")),
            ..Person::default()
        };
    }
    for category in &mut entry.categories {
        category.label = said.clone();
    }
    for media in entry.enclosures.iter_mut().chain(&mut entry.image) {
        media.alt = own.clone();
        media.credit = own.clone();
    }
}

#[test]
fn hostile_texts_change_no_markup() {
    for hostile in [
        r#""><script>alert(1)</script>"#,
        "'><img src=x onerror=alert(1)>",
        r#"" onmouseover="alert(1)" x=""#,
        "</title></style></textarea><svg onload=alert(1)>",
        "{{ 7 * 7 }}{% raw %}<b>",
        "&lt;script&gt;&#60;b&#62;",
    ] {
        for template in PAGES {
            let calm = render(&sample_with_text("слово"), template, Locale::En);
            let html = render(&sample_with_text(hostile), template, Locale::En);
            let page = Page::read(&html);
            assert_eq!(page.scripts(), [""; 0], "{template} of {hostile}");
            let expected = Page::read(&calm);
            assert_eq!(page.shape(), expected.shape(), "{template} of {hostile}");
        }
    }
}

#[test]
fn hostile_addresses_become_no_links() {
    for hostile in [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//x.example/\" onclick=\"alert(1)",
        "https://x.example/\" onclick=\"alert(1)",
    ] {
        let mut sample = Sample::full();
        let url = || hostile.to_owned();
        sample.site.url = url();
        sample.site.icon = Some(url());
        for (_, channel) in &mut sample.channels {
            channel.address.stem = url();
        }
        sample.feed.channel.address.stem = url();
        sample.feed.channel.link = url();
        for related in &mut sample.related {
            related.address.stem = url();
        }
        let entries = sample.feed.entries.iter_mut().map(|entry| &mut **entry);
        for entry in entries.chain([&mut sample.article]) {
            entry.link = url();
            for author in &mut entry.authors {
                author.url = Some(url());
                author.email = Some(format!("{hostile}@x.example?bcc=a"));
            }
            let medium = || Media {
                url: url(),
                media_type: Some("audio/mpeg".to_owned()),
                ..Media::default()
            };
            entry.image = Some(medium());
            entry.enclosures = vec![medium()];
        }
        for template in PAGES {
            let html = render(&sample, template, Locale::Kk);
            assert_eq!(
                Page::read(&html).scripts(),
                [""; 0],
                "{template}: {hostile}"
            );
        }
    }
}

#[test]
fn the_body_of_an_article_is_the_only_html_that_is_not_escaped() {
    let html = render(&Sample::full(), ARTICLE, Locale::Ru);
    assert!(html.contains("<p>В зале были все.</p>\n<p>– Мы долго спорили"));
}

#[test]
fn each_format_of_a_feed_has_one_alternate_link() {
    let page = render(&Sample::full(), FEED, Locale::Ru);
    let page = Page::read(&page);
    let links = page.all("link").into_iter();
    let alternates: Vec<_> = links.filter(|link| link["rel"] == "alternate").collect();
    let actual: Vec<_> = alternates
        .iter()
        .map(|link| (link["type"], link["title"], link["href"]))
        .collect();
    assert_eq!(
        actual,
        [
            (
                "application/rss+xml",
                "Парламент — Дала жаңалықтары (RSS)",
                "https://feeds.dala.example/parliament.rss"
            ),
            (
                "application/atom+xml",
                "Парламент — Дала жаңалықтары (Atom)",
                "https://feeds.dala.example/parliament.atom"
            ),
            (
                "application/feed+json",
                "Парламент — Дала жаңалықтары (JSON Feed)",
                "https://feeds.dala.example/parliament.json"
            ),
        ]
    );
}

#[test]
fn a_feed_page_has_links_and_snippets_to_subscribe() {
    let mut sample = Sample::full();
    sample.feed.channel.address.query = Some("any=a,b".to_owned());
    let html = render(&sample, FEED, Locale::Ru);
    let page = Page::read(&html);
    let hrefs = page.hrefs();
    for expected in [
        "/parliament.rss?any=a,b&raw",
        "https://feedly.com/i/subscription/feed%2Fhttps%3A%2F%2Ffeeds.dala.example%2Fparliament.rss%3Fany%3Da%2Cb",
        "https://www.inoreader.com/?add_feed=https%3A%2F%2Ffeeds.dala.example%2Fparliament.rss%3Fany%3Da%2Cb",
        "https://feedbin.com/?subscribe=https%3A%2F%2Ffeeds.dala.example%2Fparliament.rss%3Fany%3Da%2Cb",
        "feed://feeds.dala.example/parliament.rss?any=a,b",
        "/build?any=section:%D0%BF%D0%B0%D1%80%D0%BB%D0%B0%D0%BC%D0%B5%D0%BD%D1%82,%D0%BC%D3%99%D0%B6%D1%96%D0%BB%D1%96%D1%81&none=%D1%81%D0%BF%D0%BE%D1%80%D1%82",
    ] {
        assert!(hrefs.contains(&expected), "{expected}: {hrefs:?}");
    }
    for expected in [
        ">https://feeds.dala.example/parliament.atom?any=a,b</code>",
        "&lt;link rel=&quot;alternate&quot; type=&quot;application/rss+xml&quot;",
        "&lt;a href=&quot;https://feeds.dala.example/parliament?any=a,b&quot;&gt;Парламент&lt;/a&gt;",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
}

#[test]
fn every_button_and_link_of_the_builder_names_its_term() {
    let html = render(&Sample::full(), BUILD, Locale::Ru);
    let page = Page::read(&html);
    let buttons: Vec<_> = page
        .all("button")
        .into_iter()
        .filter(|button| button.contains_key("name"))
        .map(|button| (button["name"], button["value"], button["aria-label"]))
        .collect();
    // `а` is chosen already.
    assert_eq!(
        buttons[..4],
        [
            ("any", "section:м", "Добавить м: хотя бы одно"),
            ("all", "section:м", "Добавить м: все сразу"),
            ("none", "section:м", "Добавить м: кроме"),
            ("any", "м", "Добавить #м: хотя бы одно"),
        ]
    );
    let fields: Vec<_> = page
        .all("input")
        .into_iter()
        .map(|input| (input["type"], input["name"], input["value"]))
        .collect();
    assert_eq!(
        fields,
        [
            ("hidden", "any", "а,б"),
            ("hidden", "all", "section:п"),
            ("hidden", "none", "author:а"),
            ("search", "q", "м"),
        ]
    );
    let links = page.all("a").into_iter();
    let links: Vec<_> = links
        .filter(|link| link["href"].starts_with("/build?"))
        .filter_map(|link| Some((*link.get("aria-label")?, link["href"])))
        .collect();
    let word = "%D0%BC";
    let (a, b, p) = ("%D0%B0", "%D0%B1", "section:%D0%BF");
    for (label, query) in [
        (
            "убрать: #а",
            format!("any={b}&all={p}&none=author:{a}&q={word}"),
        ),
        (
            "Переместить #а: кроме",
            format!("any={b}&all={p}&none=author:{a},{a}&q={word}"),
        ),
        ("убрать: п", format!("any={a},{b}&none=author:{a}&q={word}")),
        (
            "Переместить а: все сразу",
            format!("any={a},{b}&all=author:{a},{p}&q={word}"),
        ),
    ] {
        let expected = format!("/build?{query}#outcome");
        assert!(links.contains(&(label, &*expected)), "{label}: {links:?}");
    }
}

#[test]
fn an_empty_feed_shows_a_notice() {
    for locale in Locale::ALL {
        let html = render(&Sample::bare(), FEED, locale);
        assert!(html.contains(Words::of(locale).empty));
    }
}

#[test]
fn a_json_feed_links_only_to_readers_of_json() {
    let html = render(&Sample::bare(), FEED, Locale::En);
    assert!(html.contains("inoreader.com") && !html.contains("feedly.com/i/"));
}

#[test]
fn an_article_has_open_graph_properties() {
    let html = render(&Sample::full(), ARTICLE, Locale::Ru);
    let page = Page::read(&html);
    let metas = page.all("meta");
    let of = |property: &str| {
        let with = metas
            .iter()
            .filter(|meta| meta.get("property") == Some(&property));
        with.map(|meta| meta["content"]).collect::<Vec<_>>()
    };
    for (property, expected) in [
        ("og:type", &["article"][..]),
        ("og:title", &["Мәжіліс бюджетті қабылдады"]),
        ("og:description", &["Депутаты приняли бюджет на три года."]),
        ("og:url", &["https://feeds.dala.example/articles/a"]),
        ("og:site_name", &["Дала жаңалықтары"]),
        ("og:locale", &["kk_KZ"]),
        ("og:image", &["https://dala.example/media/hall.jpg"]),
        ("article:published_time", &["2026-11-19T00:00:00+05:00"]),
        ("article:modified_time", &["2026-11-20T10:30:00+05:00"]),
        ("article:section", &["Парламент"]),
        ("article:tag", &["мәжіліс", "бюджет"]),
    ] {
        assert_eq!(of(property), expected, "{property}");
    }
    let links = page.all("link");
    let canonical = links.iter().find(|link| link["rel"] == "canonical");
    let canonical = canonical.expect("a canonical link");
    assert_eq!(canonical["href"], "https://feeds.dala.example/articles/a");
    assert_eq!(page.all("article")[0]["lang"], "kk");
}

#[test]
fn terms_and_authors_of_an_article_link_to_their_feeds() {
    let html = render(&Sample::full(), ARTICLE, Locale::Ru);
    for expected in [
        r#"<p class="kicker"><a href="/sections/%D0%BF">Парламент</a> · Экономика</p>"#,
        r#"<a href="/tags/%D0%BC">мәжіліс</a>"#,
        "<li>бюджет</li>",
        r#"<a rel="author" href="/authors/%D0%B0">Айгүл Өмірбек</a>, корреспондент"#,
        r#"<a rel="author" href="https://dala.example/people/timur">Тимур Ахметов</a>"#,
    ] {
        assert!(html.contains(expected), "{expected}\n{html}");
    }
}

#[test]
fn midnight_is_shown_as_a_date_without_time() {
    let html = render(&Sample::full(), ARTICLE, Locale::En);
    assert!(html.contains(">19 November 2026</time>"));
    assert!(html.contains(">20 November 2026, 10:30</time>"));
}

#[test]
fn links_keep_the_chosen_language() {
    let html = render(&Sample::full(), TERMS, Locale::En);
    let page = Page::read(&html);
    let hrefs = page.hrefs();
    for expected in [
        "/tags?page=2&lang=kk",
        "/tags?page=2&lang=ru",
        "/?lang=en",
        "/tags?lang=en",
        "/tags?page=3&lang=en",
        "/parliament?lang=en",
        "/parliament?lang=en#subscribe",
    ] {
        assert!(hrefs.contains(&expected), "{expected}: {hrefs:?}");
    }
    let own = render(&Sample::full(), TERMS, Locale::Ru);
    let page = Page::read(&own);
    assert!(page.hrefs().contains(&"/parliament") && page.hrefs().contains(&"/tags"));
    let marked: Vec<_> = page
        .all("a")
        .into_iter()
        .filter(|link| link.contains_key("aria-current"))
        .map(|link| link["hreflang"])
        .collect();
    assert_eq!(marked, ["ru"]);
}

#[test]
fn a_list_links_to_its_previous_and_next_page() {
    let html = render(&Sample::full(), TERMS, Locale::Ru);
    let page = Page::read(&html);
    let heads: Vec<_> = page
        .all("link")
        .into_iter()
        .filter(|link| ["prev", "next"].contains(&link["rel"]))
        .map(|link| (link["rel"], link["href"]))
        .collect();
    assert_eq!(heads, [("prev", "/tags"), ("next", "/tags?page=3")]);
    assert!(html.contains("512 тегов · Страница 2 из 3"));
    assert!(html.contains("<title>Теги. Страница 2 из 3 — Дала жаңалықтары</title>"));
}

#[test]
fn the_catalogue_lists_feeds_by_their_kind() {
    let html = render(&Sample::full(), CATALOGUE, Locale::Ru);
    let headings = [
        ">Последние статьи<",
        ">Мәжіліс бюджетті қабылдады<",
        ">Подписаться на все<",
        ">Найдите свою тему<",
        ">Темы<",
        ">Рубрики<",
        ">Полные списки<",
    ];
    let places: Vec<_> = headings
        .iter()
        .map(|text| html.find(text).expect(text))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    // The publication's name stands at the top of the page, not in each line.
    assert!(html.contains(">Спорт</a>"));
    assert!(html.contains("21 статья<"));
    assert!(html.contains("href=\"/parliament#subscribe\" aria-label=\"Подписаться: Парламент\""));
    for list in ["/sections", "/tags", "/authors", "/feeds.opml?all"] {
        assert!(html.contains(&format!("href=\"{list}\"")), "{list}");
    }
    let bare = render(&Sample::bare(), CATALOGUE, Locale::Ru);
    assert!(!bare.contains("href=\"/tags\""));
    assert!(!bare.contains("/build") && html.contains("action=\"/build\""));
    let chosen = render(&Sample::full(), CATALOGUE, Locale::Kk);
    assert!(chosen.contains("<input type=\"hidden\" name=\"lang\" value=\"kk\">"));
}

#[test]
fn the_longest_pages_stay_within_the_instruction_limit() {
    let mut sample = Sample::full();
    let entry = sample.feed.entries[0].clone();
    sample.feed.entries = vec![entry; 2000];
    let section = sample.channels[2].clone();
    let others = sample.channels.clone();
    sample.channels.extend(vec![section; 1001]);
    for (_, channel) in others.iter().cycle().take(3000) {
        let kind = crate::feed::definitions::FeedKind::Declared;
        sample.channels.push((kind, channel.clone()));
    }
    assert!(render(&sample, FEED, Locale::Ru).matches("<h3").count() == 2000);
    let html = render(&sample, CATALOGUE, Locale::Ru);
    assert_eq!(html.matches("class=\"name\"").count(), 2002);
    assert!(html.contains("<p class=\"pages\"><a href=\"/sections\">"));
}

#[test]
fn every_language_has_every_text() {
    let texts = |locale| {
        let words = serde_json::to_value(Words::of(locale)).expect("plain structs serialize");
        let mut texts = Vec::new();
        collect(&words, &mut texts);
        texts
    };
    for locale in Locale::ALL {
        for text in texts(locale) {
            assert!(
                !text.is_empty() && text == text.trim(),
                "{locale:?}: {text:?}"
            );
            assert!(!text.contains("  ") && !text.contains('{'), "{text:?}");
        }
        let words = Words::of(locale);
        for place in ["{page}", "{pages}"] {
            assert!(words.part.contains(place), "{locale:?}");
        }
    }
}

fn collect(value: &serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => texts.push(text.clone()),
        serde_json::Value::Array(values) => values.iter().for_each(|v| collect(v, texts)),
        serde_json::Value::Object(fields) => fields.values().for_each(|v| collect(v, texts)),
        _ => {}
    }
}

#[test]
fn the_style_sheet_is_small_and_loads_nothing() {
    let templates = Templates::built_in();
    let style = templates.asset("style.css").expect("a style sheet");
    assert!(style.bytes.len() < 16_000, "{}", style.bytes.len());
    let style = String::from_utf8(style.bytes.to_vec()).expect("UTF-8");
    for banned in ["url(", "@import", "@font-face", "expression"] {
        assert!(!style.contains(banned), "{banned}");
    }
}

#[test]
fn colours_have_enough_contrast_in_light_and_dark() {
    let templates = Templates::built_in();
    let style = templates.asset("style.css").expect("a style sheet");
    let style = String::from_utf8(style.bytes.to_vec()).expect("UTF-8");
    for scheme in style.split(":root {").skip(1) {
        let colour = |name: &str| {
            let from = scheme.find(&format!("--{name}: #")).expect(name) + name.len() + 5;
            let hex = scheme[from..].split(';').next().expect("a value");
            luminance(hex)
        };
        for (front, back) in [
            ("ink", "paper"),
            ("soft", "paper"),
            ("accent", "paper"),
            ("ink", "tint"),
            ("soft", "tint"),
            ("accent", "tint"),
        ] {
            let (a, b) = (colour(front), colour(back));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 4.5, "{front} on {back}: {contrast:.2}");
        }
    }
}

/// Relative luminance by WCAG 2 of `rgb` or `rrggbb`.
fn luminance(hex: &str) -> f64 {
    let long: String = match hex.len() {
        3 => hex.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => hex.to_owned(),
    };
    let channel = |at: usize| {
        let byte = u8::from_str_radix(&long[at..at + 2], 16).expect("a colour");
        let part = f64::from(byte) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

#[test]
fn files_of_the_folder_replace_built_in_ones() {
    let templates = load(&[
        (
            "feed.html",
            "{% extends 'layout.html' %}{% block content %}{% include 'own.html' %}{% endblock %}",
        ),
        (
            "own.html",
            "<h1>{{ feed.name }}!</h1><img alt=\"\" src=\"{{ assets['лого 1.svg'] }}\">",
        ),
        ("лого 1.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("style.css", "body { color: red; }"),
    ]);
    let sample = Sample::full();
    let html = sample.render(&templates, FEED, Locale::Ru).expect("a page");
    assert!(html.contains("<h1>Парламент!</h1>"));
    let logo = templates.asset("лого 1.svg").expect("an asset");
    assert_eq!(logo.media_type, "image/svg+xml");
    let address = format!(
        "\"/assets/%D0%BB%D0%BE%D0%B3%D0%BE%201.svg?v={}\"",
        logo.version
    );
    assert!(html.contains(&address), "{html}");
    let style = templates.asset("style.css").expect("a style sheet");
    assert_eq!(style.bytes, "body { color: red; }");
    assert!(html.contains(&format!("/assets/style.css?v={}", style.version)));
    assert!(templates.asset("own.html").is_none());
    let other = sample.render(&templates, ARTICLE, Locale::Ru);
    assert!(other.expect("a page").contains("В зале были все"));
}

#[test]
fn every_file_changes_the_digest() {
    let files: [&[(&str, &str)]; 6] = [
        &[],
        &[("how.html", "")],
        &[("style.css", "")],
        &[("logo.svg", "")],
        &[("logo.svg", " ")],
        &[("unused.html", "")],
    ];
    let digests: BTreeSet<u128> = files.iter().map(|files| load(files).digest()).collect();
    assert_eq!(digests.len(), files.len());
    assert_eq!(load(&[]), *Templates::built_in());
    assert_eq!(load(files[3]), load(files[3]));
}

#[test]
fn broken_templates_are_refused_with_their_line() {
    let deep = "{% extends 'layout.html' %}\n{% block content %}\n";
    for (name, text, expected) in [
        (
            "feed.html",
            "<p>\n<p>\n{% if %}",
            "feed.html:3: syntax error",
        ),
        (
            "terms.html",
            "\n{% for x in feeds %}\n",
            "terms.html:2: syntax error",
        ),
        (
            "article.html",
            "{{ article.title }}\n{{ article.titel }}",
            "article.html:2: undefined value",
        ),
        (
            "catalogue.html",
            &format!("{deep}{{{{ assets['logo.png'] }}}}{{% endblock %}}"),
            "catalogue.html:3: undefined value",
        ),
        (
            "layout.html",
            "{{ page.title | shout }}",
            "layout.html:1: unknown filter",
        ),
        (
            "how.html",
            "\n\n{{ words.nothing }}",
            "how.html:3: undefined value",
        ),
        (
            "feed.html",
            "\n{% include 'absent.html' %}",
            "feed.html:2: template not found",
        ),
        (
            "feed.html",
            "{% set text = 'x' %}{% for i in range(99) %}{% set text = text ~ text %}{% endfor %}{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}",
            "feed.html:1: engine ran out of fuel",
        ),
        ("how.html", "{% include 'how.html' %}", "how.html:1: "),
    ] {
        let folder = folder(&[(name, text)]);
        let problems = problems(folder.path());
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].starts_with(expected),
            "{problems:?} of {expected}"
        );
    }
}

#[test]
fn an_error_only_in_an_empty_feed_is_found() {
    let folder = folder(&[(
        "feed.html",
        "{{ feed.changed.date }}\n{{ articles[0].title }}",
    )]);
    assert_eq!(problems(folder.path()).len(), 1);
}

#[test]
fn files_that_cannot_be_used_are_reported_together() {
    let folder = folder(&[
        ("notes.txt", "x"),
        (".hidden", "x"),
        ("feed.html~", "x"),
        ("style", "x"),
    ]);
    let root = folder.path();
    fs::write(root.join("layout.html"), [0xd0]).expect("a file");
    fs::write(root.join("big.png"), vec![0; ASSET_BYTES_MAX + 1]).expect("a file");
    fs::create_dir(root.join("fonts")).expect("a folder");
    let problems = problems(root);
    let expected = [
        "big.png: at most 2097152 bytes",
        "fonts: folders are not read",
        "layout.html: name and text must be UTF-8",
        "notes.txt: expected a file that ends in one of .html .css",
        "style: expected a file",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[test]
fn links_out_of_the_folder_are_refused() {
    let outside = folder(&[("secret.css", "x")]);
    let folder = folder(&[("inner.css", "x")]);
    let root = folder.path();
    let link = |to: &Path, name| std::os::unix::fs::symlink(to, root.join(name)).expect("a link");
    link(Path::new("inner.css"), "style.css");
    let templates = Templates::load(root).expect("links inside are fine");
    assert_eq!(templates.asset("style.css").expect("a file").bytes, "x");
    link(&outside.path().join("secret.css"), "other.css");
    link(Path::new("nowhere"), "absent.css");
    let problems = problems(root);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("cannot read absent.css"));
    assert_eq!(problems[1], "other.css: leads out of the folder");
}

#[test]
fn a_missing_folder_is_reported() {
    let folder = folder(&[]);
    let absent = folder.path().join("absent");
    let problems = Templates::load(&absent).expect_err("no folder");
    assert!(problems[0].to_string().ends_with("/absent"));
}

#[test]
fn too_many_files_are_refused() {
    let names: Vec<String> = (0..=FILES_MAX).map(|n| format!("{n}.html")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let folder = folder(&files);
    let problems = Templates::load(folder.path()).expect_err("too many files");
    assert!(problems[0].to_string().ends_with("at most 200 files"));
}
