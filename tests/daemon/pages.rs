//! Pages for people: where they are, how they are cached, and when a browser sees one instead of a
//! feed.

use std::fs;

use crate::testkit::client::{Request, Response};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, MATCH, Newsroom, Story, now, written};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; \
                      connect-src 'self'; img-src 'self' https: http:; media-src https: http:; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// One page of each kind.
const PAGES: [&str; 10] = [
    "/",
    "/sections",
    "/tags",
    "/authors",
    "/all",
    "/parliament",
    "/tags/мажилис",
    "/sections/парламент?lang=kk",
    "/select?any=rail,world&all=lang:en",
    "/articles/2026-11/0040_last-well",
];

#[test]
fn every_page_has_an_etag_and_one_script_of_its_own() {
    let daemon = Daemon::start(&Newsroom::sample());
    let mut connection = daemon.connect();
    for target in PAGES {
        let page = connection.exchange(&Request::get(target));
        assert_eq!(page.status, 200, "{target}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("content-security-policy"), POLICY, "{target}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("vary"), "Accept-Encoding");
        assert_eq!(page.find("last-modified"), None, "{target}");
        assert!(page.says("</html>"), "{target}");
        assert_eq!(page.text().matches("<script").count(), 1, "{target}");
        assert!(page.says("<script src=\"/assets/page.js?v="), "{target}");
        let tag = page.header("etag");

        let head = connection.exchange(&Request::head(target));
        assert_eq!((head.status, head.header("etag")), (200, tag), "{target}");
        let same = connection.exchange(&Request::get(target).with("If-None-Match", tag));
        assert_eq!((same.status, same.body.len()), (304, 0), "{target}");
        assert_eq!(same.header("etag"), tag);
        assert_eq!(same.header("cache-control"), page.header("cache-control"));

        let coded = connection.exchange(&Request::get(target).with("Accept-Encoding", "gzip"));
        assert_eq!(coded.header("content-encoding"), "gzip", "{target}");
        assert_ne!(coded.header("etag"), tag, "{target}");
        let either = Request::get(target).with("If-None-Match", coded.header("etag"));
        assert_eq!(connection.exchange(&either).status, 304, "{target}");
    }
}

#[test]
fn restart_keeps_page_etags() {
    let newsroom = Newsroom::sample();
    let tags = |daemon: &Daemon| PAGES.map(|page| daemon.get(page).header("etag").to_owned());
    let daemon = Daemon::start(&newsroom);
    let before = tags(&daemon);
    daemon.stop();
    fs::remove_dir_all(newsroom.path("state")).expect("the state folder goes");
    assert_eq!(tags(&Daemon::start(&newsroom)), before);
}

#[test]
fn page_spellings_redirect_and_unknown_pages_get_404() {
    let newsroom = Newsroom::sample();
    newsroom.reconfigure("feeds.dala.example/\"", "dala.example/news/\"");
    let daemon = Daemon::start(&newsroom);
    for (written, location) in [
        ("/news", "/news/"),
        ("/news//", "/news/"),
        ("/news/Tags/", "/news/tags"),
        ("/news/FEEDS.opml", "/news/feeds.opml"),
        ("/news/Parliament", "/news/parliament"),
        ("/news/parliament/?lang=kk", "/news/parliament?lang=kk"),
        ("/news/tags/Rail", "/news/tags/rail"),
        ("/news/select?any=world,rail", "/news/select?any=rail,world"),
        (
            "/news/select?lang=en&any=world,rail&raw&utm_source=x",
            "/news/select?any=rail,world&lang=en&raw",
        ),
        ("/news/assets//style.css", "/news/assets/style.css"),
    ] {
        let moved = daemon.get(written);
        assert_eq!(moved.status, 301, "{written}");
        assert_eq!(moved.header("location"), location, "{written}");
        assert_eq!(daemon.get(location).status, 200, "{location}");
    }
    // A proxy may cut off the prefix.
    let page = daemon.get("/parliament");
    assert_eq!(page.body, daemon.get("/news/parliament").body);
    assert!(page.says("href=\"/news/parliament.rss"));
    for (missing, reason) in [
        ("/tags?page=2", "there is no page 2"),
        ("/tags?page=0", "there is no page 0"),
        ("/tags?page=two", "`page` must be a number from 1"),
        ("/tags/затмение", "no tag \"затмение\""),
        ("/weather", "no feed \"weather\""),
        ("/select", "%23"),
        (
            "/select?any=затмение",
            "no article has the tag \"затмение\"",
        ),
        ("/assets/none.css", "no file \"none.css\""),
        ("/assets/../feeds.toml", "no file"),
    ] {
        let answer = daemon.get(missing);
        assert_eq!(answer.status, 404, "{missing}");
        assert!(answer.says(reason), "{missing}: {}", answer.text());
    }
}

#[test]
fn disabled_term_kind_has_no_list_page() {
    let newsroom = Newsroom::sample();
    newsroom.reconfigure("[auto.tags]\n", "");
    let daemon = Daemon::start(&newsroom);
    assert!(daemon.get("/tags").says("feeds.toml has no [auto.tags]"));
    assert_eq!(daemon.get("/tags").status, 404);
    let (catalogue, article) = (daemon.get("/"), daemon.get(PAGES[9]));
    assert!(!catalogue.says("href=\"/tags\"") && catalogue.says("href=\"/authors\""));
    assert!(!article.says("href=\"/tags/") && article.says("href=\"/sections/"));
}

#[test]
fn long_lists_are_split_into_pages_of_200() {
    let newsroom = Newsroom::of_three();
    let tags: Vec<String> = (0..450).map(|number| format!("#тег{number:03}")).collect();
    for (number, tags) in tags.chunks(40).enumerate() {
        let tags = tags.join(" ");
        let story = Story {
            tag: tags.trim_start_matches('#'),
            ..HARVEST
        };
        newsroom.write(&format!("long-{number}"), &story);
    }
    let daemon = Daemon::start(&newsroom);
    let all = daemon.get("/feeds.json");
    let all: serde_json::Value = serde_json::from_slice(&all.body).expect("JSON");
    let all = all["feeds"].as_array().expect("a list");
    let mut wanted: Vec<&str> = all
        .iter()
        .filter(|feed| feed["kind"] == "tag")
        .map(|feed| feed["path"].as_str().expect("a path"))
        .collect();
    assert!(wanted.len() > 400, "{}", wanted.len());
    for page in 1..=3 {
        let page = daemon.get(&format!("/tags?page={page}"));
        let encoded = |path: &&str| {
            let key = path.strip_prefix("tags/").expect("a tag");
            format!(
                " href=\"/tags/{}\"",
                taspa::model::url_encoding::encode_path(key)
            )
        };
        let before = wanted.len();
        wanted.retain(|path| !page.says(&encoded(path)));
        let shown = before - wanted.len();
        assert!((1..=200).contains(&shown), "{shown}");
    }
    assert_eq!(wanted, [""; 0]);
    assert_eq!(daemon.get("/tags?page=4").status, 404);
}

#[test]
fn feeds_json_and_opml_name_every_feed_once() {
    let newsroom = Newsroom::sample();
    newsroom.reconfigure("[auto.sections]", "[auto.sections]\nmin-articles = 2");
    newsroom.write(
        "lone",
        &Story {
            section: "Одинокая",
            ..HARVEST
        },
    );
    let daemon = Daemon::start(&newsroom);
    let list = daemon.get("/feeds.json");
    assert_eq!(list.header("content-type"), "application/json");
    assert_eq!(list.header("access-control-allow-origin"), "*");
    let list: serde_json::Value = serde_json::from_slice(&list.body).expect("JSON");
    let printed = newsroom.run(&["list", "--format", "json"]);
    let printed: serde_json::Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    let feeds = list["feeds"].as_array().expect("a list");
    let printed = printed.as_array().expect("a list");
    let is_lone = |feed: &serde_json::Value| feed["path"] == "sections/одинокая";
    assert!(printed.iter().any(is_lone), "it is served");
    let is_listed = |feed: &&serde_json::Value| {
        feed["kind"] != "section" || feed["articles"].as_u64() >= Some(2)
    };
    assert!(printed.iter().filter(is_listed).eq(feeds));
    assert_eq!(feeds[0]["path"], "all");
    assert_eq!(
        feeds[0]["url"],
        serde_json::json!({
            "rss": "http://feeds.dala.example/all.rss",
            "atom": "http://feeds.dala.example/all.atom",
            "json": "http://feeds.dala.example/all.json",
        })
    );
    for key in ["title", "description", "language", "updated"] {
        assert!(feeds.iter().all(|feed| feed[key].is_string()), "{key}");
    }

    for (target, kinds) in [
        ("/feeds.opml", &["all", "declared", "section"][..]),
        (
            "/feeds.opml?all",
            &["all", "declared", "section", "tag", "author"],
        ),
    ] {
        let expected: Vec<&str> = feeds
            .iter()
            .filter(|feed| kinds.contains(&feed["kind"].as_str().expect("a kind")))
            .map(|feed| feed["url"]["rss"].as_str().expect("an address"))
            .collect();
        let opml = daemon.get(target);
        assert_eq!(opml.header("content-type"), "text/x-opml; charset=utf-8");
        assert_eq!(
            opml.header("content-disposition"),
            "attachment; filename=\"feeds.opml\""
        );
        assert_eq!(opml.header("access-control-allow-origin"), "*");
        let document = roxmltree::Document::parse(opml.text()).expect("XML");
        assert_eq!(document.root_element().attribute("version"), Some("2.0"));
        let outlines = document
            .descendants()
            .filter(|node| node.has_tag_name("outline"));
        let (feeds, groups): (Vec<_>, Vec<_>) =
            outlines.partition(|outline| outline.has_attribute("xmlUrl"));
        let addresses: Vec<_> = feeds
            .iter()
            .map(|outline| outline.attribute("xmlUrl").expect("an address"))
            .collect();
        assert_eq!(addresses, expected, "{target}");
        let titles: Vec<_> = groups
            .iter()
            .map(|outline| outline.attribute("text").expect("a title"))
            .collect();
        let expected = ["Темы", "Рубрики", "Теги", "Авторы"];
        assert_eq!(titles, expected[..kinds.len() - 1], "{target}");
        let parent = |outline: &roxmltree::Node<'_, '_>| {
            let parent = outline.parent_element().expect("a parent");
            parent.attribute("text").map(str::to_owned)
        };
        assert_eq!(parent(&feeds[0]), None, "every article is in no group");
        assert_eq!(parent(&feeds[1]).as_deref(), Some("Темы"));
        assert!(feeds.iter().all(|feed| feed.attribute("text") != Some("")));
    }
}

#[test]
fn feeds_that_are_not_listed_are_served_and_in_no_list() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure("[auto.tags]", "[auto.tags]\nlisted = false");
    newsroom.reconfigure(
        "name  = \"parliament\"",
        "name  = \"parliament\"\nlisted = false",
    );
    let daemon = Daemon::start(&newsroom);
    for target in [
        "/",
        "/tags",
        "/feeds.opml",
        "/feeds.opml?all",
        "/feeds.json",
        "/sections/спорт",
    ] {
        let list = daemon.get(target);
        assert_eq!(list.status, 200, "{target}");
        for feed in ["/parliament.", "/tags/%"] {
            let is_named = list.says(&format!("http://feeds.dala.example{feed}"))
                || list.says(&format!("\"{feed}"));
            assert!(!is_named, "{target} names {feed}");
        }
    }
    for target in [
        "/parliament.rss",
        "/tags/футбол.atom",
        "/tags/футбол",
        "/parliament",
    ] {
        assert_eq!(daemon.get(target).status, 200, "{target}");
    }
    newsroom.reconfigure(
        "[auto.sections]",
        "[defaults]\nlisted = false\n[auto.sections]",
    );
    let list = newsroom.run(&["list"]);
    assert!(String::from_utf8_lossy(&list.stdout).contains("parliament"));
}

#[test]
fn icons_are_built_in_and_a_publication_has_its_own() {
    let newsroom = Newsroom::of_three();
    let types = |daemon: &Daemon| {
        ["/favicon.ico", "/apple-touch-icon.png", "/assets/icon.svg"].map(|target| {
            let icon = daemon.get(target);
            assert_eq!(icon.status, 200, "{target}");
            icon.header("content-type").to_owned()
        })
    };
    let built_in = ["image/x-icon", "image/png", "image/svg+xml"];
    let daemon = Daemon::start(&newsroom);
    assert_eq!(types(&daemon), built_in);
    let touch = "<link rel=\"apple-touch-icon\" href=\"/assets/apple-touch-icon.png?v=";
    assert!(daemon.get("/").says(touch));
    assert!(
        daemon
            .get("/favicon.ico")
            .body
            .starts_with(&[0, 0, 1, 0, 2, 0])
    );
    drop(daemon);

    let templates = newsroom.path("templates");
    fs::create_dir(&templates).expect("a folder");
    fs::write(
        templates.join("icon.svg"),
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
    )
    .expect("an icon");
    newsroom.reconfigure("[server]", "[server]\ntemplates = \"templates\"");
    let daemon = Daemon::start(&newsroom);
    assert_eq!(types(&daemon), ["image/svg+xml"; 3]);
    assert!(!daemon.get("/").says("apple-touch-icon"));
    drop(daemon);

    fs::write(templates.join("favicon.ico"), "own").expect("an icon");
    let daemon = Daemon::start(&newsroom);
    assert_eq!(
        types(&daemon),
        ["image/x-icon", "image/svg+xml", "image/svg+xml"]
    );
    assert_eq!(daemon.get("/favicon.ico").body, b"own");
}

/// As a browser opens an address.
fn opened(target: &str) -> Request {
    Request::get(target).with("Sec-Fetch-Dest", "document")
}

#[test]
fn browser_that_opens_a_feed_gets_its_page() {
    let daemon = Daemon::start(&Newsroom::sample());
    let feed = daemon.get("/parliament.rss");
    for (target, page) in [
        ("/parliament.rss", "/parliament"),
        ("/tags/мажилис.json", "/tags/мажилис"),
        ("/select.atom?any=rail,world", "/select?any=rail,world"),
        ("/parliament.rss?lang=kk", "/parliament?lang=kk"),
    ] {
        let conditional = opened(target).with("If-None-Match", feed.header("etag"));
        for request in [opened(target), conditional.with("If-None-Match", "*")] {
            let shown = daemon.ask(&request);
            assert_eq!(shown.status, 200, "{target}");
            assert_eq!(shown.header("content-type"), "text/html; charset=utf-8");
            assert_eq!(shown.header("cache-control"), "no-store");
            assert_eq!(shown.header("content-security-policy"), POLICY);
            assert_eq!(shown.find("etag"), None, "{target}");
            assert_eq!(shown.find("last-modified"), None, "{target}");
            assert_eq!(shown.body, daemon.get(page).body, "{target}");
        }
    }
    assert!(
        daemon
            .ask(&opened("/parliament.rss"))
            .says("/parliament.rss?raw")
    );
    let coded = daemon.ask(&opened("/parliament.rss").with("Accept-Encoding", "gzip"));
    assert_eq!(coded.header("content-encoding"), "gzip");
}

#[test]
fn other_clients_get_the_feed() {
    let newsroom = Newsroom::sample();
    let daemon = Daemon::start(&newsroom);
    let feed = |answer: Response| answer.header("content-type").starts_with("application/rss");
    for request in [
        opened("/parliament.rss?raw"),
        opened("/parliament.rss?raw=1"),
        Request::get("/parliament.rss").with("Sec-Fetch-Dest", "empty"),
        Request::get("/parliament.rss").with("Accept", "text/html"),
    ] {
        assert!(feed(daemon.ask(&request)));
    }
    daemon.stop();
    newsroom.reconfigure("[server]", "[server]\nbrowser-pages = false");
    assert!(feed(
        Daemon::start(&newsroom).ask(&opened("/parliament.rss"))
    ));
}

#[test]
fn page_etag_changes_with_its_content() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let targets = [
        "/all",
        "/sections/экономика",
        "/sections/спорт",
        "/",
        "/articles/harvest",
    ];
    let tags = |daemon: &Daemon| targets.map(|target| daemon.get(target).header("etag").to_owned());
    let before = tags(&daemon);
    let text = "Жатва закончилась раньше обычного, говорят в районе.";
    newsroom.write("harvest", &Story { text, ..HARVEST });
    daemon.eventually("/all", |page| page.says(text));
    let after = tags(&daemon);
    let moved: Vec<&str> = targets
        .into_iter()
        .zip(before.iter().zip(&after))
        .filter_map(|(target, (before, after))| (before != after).then_some(target))
        .collect();
    assert!(
        moved.contains(&"/all") && moved.contains(&"/articles/harvest"),
        "{moved:?}"
    );
    assert!(!moved.contains(&"/sections/спорт"), "{moved:?}");
}

#[test]
fn first_page_shows_the_newest_headlines() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let before = daemon.get("/");
    assert!(before.says(HARVEST.headline) && before.says(MATCH.headline));
    let intro = "Подпишитесь на тему, и новые статьи придут сами, без почты и регистрации.";
    assert!(before.says(intro) && before.says("href=\"/feeds.opml?all\""));
    // No count and no date on the page moves with it.
    let headline = "Урожай дынь свезли на ярмарку ночью";
    newsroom.write(
        "harvest",
        &Story {
            headline,
            ..HARVEST
        },
    );
    daemon.eventually("/", |page| page.says(headline));
    assert_ne!(daemon.get("/").header("etag"), before.header("etag"));
}

#[test]
fn feed_page_leads_to_the_builder_with_its_terms() {
    let daemon = Daemon::start(&Newsroom::sample());
    let terms = |target: &str| {
        let page = daemon.get(target);
        let link = page.text().split("href=\"/build?").nth(1);
        let query = link.map(|link| link.split('"').next().expect("an attribute").to_owned());
        query.map(|query| percent_decoded(&query))
    };
    for (target, expected) in [
        ("/all", None),
        ("/tags/rail", Some("any=rail")),
        ("/sections/парламент", Some("any=section:парламент")),
        (
            "/select?any=rail,world&all=lang:en",
            Some("any=rail,world&all=lang:en&lang=en"),
        ),
    ] {
        assert_eq!(terms(target).as_deref(), expected, "{target}");
    }
}

fn percent_decoded(query: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(query).decode_utf8();
    decoded.expect("UTF-8").replace("&amp;", "&")
}

#[test]
fn page_max_age_ends_at_the_next_release() {
    let newsroom = Newsroom::of_three();
    let soon = now() + 120;
    let date = written(soon);
    newsroom.write(
        "later",
        &Story {
            date: &date,
            ..HARVEST
        },
    );
    let daemon = Daemon::start(&newsroom);
    let page = daemon.get("/all");
    let max_age = page.max_age();
    assert!(max_age <= soon - now() + 1, "{max_age}");
    assert_eq!(daemon.get("/articles/later").status, 404);
    assert!(!page.says("/articles/later"));
}

#[test]
fn versioned_assets_are_cached_forever() {
    let daemon = Daemon::start(&Newsroom::sample());
    let page = daemon.get("/");
    let (_, rest) = page
        .text()
        .split_once("rel=\"stylesheet\" href=\"")
        .expect("a style sheet");
    let address = rest.split('"').next().expect("an address");
    let style = daemon.get(address);
    assert_eq!(style.status, 200);
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(style.header("cache-control"), "max-age=31536000, immutable");
    for other in ["/assets/style.css", "/assets/style.css?v=0"] {
        let other = daemon.get(other);
        assert_eq!(other.header("cache-control"), "max-age=60");
        assert_eq!(other.body, style.body);
    }
}

#[test]
fn custom_templates_are_applied_only_by_a_valid_reload() {
    let newsroom = Newsroom::sample();
    let templates = newsroom.path("templates");
    fs::create_dir(&templates).expect("a folder");
    let write = |name: &str, text: &str| {
        fs::write(templates.join(name), text).expect("a template is written");
    };
    write("terms.html", "<h1>{{ heading }}</h1>");
    newsroom.reconfigure("[server]", "[server]\ntemplates = \"templates\"");
    let mut daemon = Daemon::start(&newsroom);
    assert_eq!(daemon.get("/tags").text(), "<h1>Теги</h1>");
    let feed = daemon.get("/all.rss");

    write("terms.html", "<h2>{{ heading }}</h2>");
    daemon.reread_until("/tags", |page| page.text() == "<h2>Теги</h2>");
    write("style.css", "p { color: red }");
    write("terms.html", "<h3>{{ haeding }}</h3>");
    let check = newsroom.run(&["check"]);
    assert_eq!(check.status.code(), Some(78));
    let told = String::from_utf8_lossy(&check.stdout);
    let line = fs::read_to_string(newsroom.path("feeds.toml")).expect("feeds.toml");
    let line = line.lines().position(|line| line.starts_with("templates"));
    let place = format!("feeds.toml:{}:", line.expect("a line") + 1);
    let message = "error: [server]: templates: ";
    assert!(told.contains(&place) && told.contains(message), "{told}");
    daemon.signal("HUP");
    let told = daemon.wait_for("terms.html:1: ");
    assert!(told.contains("undefined value"), "{told}");
    assert_eq!(daemon.get("/tags").text(), "<h2>Теги</h2>");
    assert_ne!(daemon.get("/assets/style.css").text(), "p { color: red }");
    assert_eq!(
        daemon.get("/all.rss").headers_without_date(),
        feed.headers_without_date()
    );
}
