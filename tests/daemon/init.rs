//! `taspa init`: what it finds out, the file that it writes, and that the other commands take it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

use crate::testkit::output::assert_ends;
use crate::testkit::terminal::report_skipped;

const POST: &str = "---\ntitle: Мост открыт\ndate: 2026-03-05T10:00:00+05:00\ntags: [мост, река]\ncategories: [Город]\n\
                    ---\nМост через реку открыли утром, и по нему прошли первые автобусы с людьми.\n";

const NOTE: &str = "+++\ntitle = \"Паводок ушёл\"\ndate = 2025-04-05\nslug = \"pavodok\"\n+++\n\
                    Вода пришла в посёлок ночью, но к утру ушла обратно в реку.\n";

const PAGE: &str = "---\ntitle: О нас\n---\nМы пишем о степи.\n";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn taspa(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taspa"));
    for name in ["TASPA_CONFIG", "TASPA_LISTEN", "TASPA_LOG", "DATABASE_URL"] {
        command.env_remove(name);
    }
    command.env("TZ", "Asia/Almaty");
    command.args(arguments).current_dir(folder.path());
    command.stdin(Stdio::null());
    command
}

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    taspa(folder, arguments).output().expect("taspa runs")
}

/// The file that `init` wrote.
fn written(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("feeds.toml")).expect("feeds.toml")
}

/// The addresses of the articles of all feeds, the newest first.
#[track_caller]
fn links(folder: &TempDir) -> Vec<String> {
    let checked = run(folder, &["check"]);
    assert_ends(&checked, 0, &["no problems"], &[]);
    let output = run(folder, &["render", "all.json"]);
    let feed: Value = serde_json::from_slice(&output.stdout).expect("a feed");
    let items = feed["items"].as_array().expect("items").iter();
    items
        .map(|item| item["url"].as_str().expect("an address").to_owned())
        .collect()
}

/// A name, the files of a folder, lines of feeds.toml, and the addresses of the articles.
type Case<'a> = (
    &'a str,
    &'a [(&'a str, &'a str)],
    &'a [&'a str],
    &'a [&'a str],
);

#[test]
fn each_kind_of_folder_gets_a_file_that_check_accepts() {
    let newsroom = "date 2026-01-12 Сессию открыли раньше срока\n\nПарламент\n17\nТимур Ахметов\nсобкор\n\n\
                    Депутаты собрались утром и утвердили повестку без споров, как и обещали.\n\n#мажилис\n";
    let cases: &[Case<'_>] = &[
        (
            "a folder of articles",
            &[("articles/0001/session.txt", newsroom), ("notes.org", "")],
            &[
                "path    = \"articles\"",
                "language     = \"ru\"",
                "id-year      = 2026",
                "time-zone    = \"Asia/Almaty\"",
                "[auto.sections]",
                "# any   = [\"section:Парламент\", \"#мажилис\"]",
            ],
            &["http://127.0.0.1:8080/articles/0001/session"],
        ),
        // The only folder may be one of many to come.
        (
            "a folder of articles",
            &[("2026-01/session.txt", newsroom)],
            &["path    = \".\"", "exclude = [\"state\"]"],
            &["http://127.0.0.1:8080/articles/2026-01/session"],
        ),
        (
            "a folder of articles",
            &[(
                "a.json",
                r#"{"title": "Мост", "date": "2026-03-05", "content_text": "Открыли.", "url": "https://dala.example/a"}"#,
            )],
            &[
                "url          = \"https://dala.example/\"",
                "id-authority = \"dala.example\"",
            ],
            &["https://dala.example/a"],
        ),
        (
            "a site of Hugo",
            &[
                (
                    "hugo.toml",
                    "baseURL = 'https://www.dala.example/blog/'\ntitle = 'Дала «\"$5\"»'\nlanguageCode = 'ru-RU'\n\
                     timeZone = 'Asia/Aqtau'\n[permalinks]\nposts = '/:year/:month/:slugorfilename/'\n",
                ),
                ("content/posts/most.md", POST),
                ("content/posts/_index.md", PAGE),
                ("content/about.md", PAGE),
            ],
            &[
                "title        = 'Дала «\"$$5\"»'",
                "url          = \"https://www.dala.example/blog/\"",
                "id-authority = \"dala.example\"",
                "language     = \"ru-RU\"",
                "time-zone    = \"Asia/Aqtau\"",
                "path    = \"content\"",
                "exclude = [\"about.md\"]",
            ],
            &["https://www.dala.example/blog/2026/03/most/"],
        ),
        // Without permalinks a page has the address of its file; settings may be a folder of files.
        (
            "a site of Hugo",
            &[
                (
                    "config/_default/config.yaml",
                    "baseURL: https://dala.example/\ntitle: Дала\n",
                ),
                (
                    "config/_default/permalinks.toml",
                    "[page]\nold = '/:year/'\n",
                ),
                ("content/posts/most/index.md", POST),
                ("content/news/voda.md", NOTE),
            ],
            &[
                "title        = \"Дала\"",
                "link    = \"https://dala.example/{key}/\"",
            ],
            &[
                "https://dala.example/posts/most/",
                "https://dala.example/news/pavodok/",
            ],
        ),
        // What a template cannot say is said, and articles are shown here.
        (
            "a site of Hugo",
            &[
                (
                    "config.toml",
                    "baseURL = 'https://dala.example/'\n[permalinks]\nposts = '/:year/:weekday/:slug/'\n",
                ),
                ("content/posts/most.md", POST),
            ],
            &["# `permalinks` has `:weekday`, for which there is no name."],
            &["http://127.0.0.1:8080/articles/posts/most"],
        ),
        (
            "a site of Zola",
            &[
                (
                    "config.toml",
                    "base_url = \"https://dala.example\"\ntitle = \"Дала\"\ndefault_language = \"ru\"\n",
                ),
                (
                    "content/blog/2026-03-05-most.md",
                    "+++\ntitle = \"Мост\"\n+++\nОткрыли.\n",
                ),
                ("content/blog/_index.md", PAGE),
                ("content/pages/about.md", PAGE),
            ],
            &["title        = \"Дала\"", "exclude = [\"pages\"]"],
            &["https://dala.example/blog/most/"],
        ),
        (
            "a site of Zola",
            &[
                (
                    "config.toml",
                    "base_url = \"https://dala.example\"\n[languages.kk]\n",
                ),
                ("content/most.md", POST),
            ],
            &["# addresses of some languages begin with the language"],
            &["http://127.0.0.1:8080/articles/most"],
        ),
        (
            "a site of Jekyll",
            &[
                (
                    "_config.yml",
                    "title: Дала\nurl: https://dala.example\nbaseurl: /blog\nlang: ru_RU\ntimezone: Asia/Almaty\n",
                ),
                ("_posts/2026-03-05-most.md", POST),
                ("about.md", PAGE),
            ],
            &["path    = \"_posts\"", "language     = \"ru-RU\""],
            &["https://dala.example/blog/%D0%B3%D0%BE%D1%80%D0%BE%D0%B4/2026/03/05/most.html"],
        ),
        (
            "a site of Jekyll",
            &[
                ("_config.yml", "title: Дала\nurl: https://dala.example\n"),
                ("_posts/2026-03-05-most.md", POST),
                ("news/_posts/2026-03-06-voda.md", NOTE),
            ],
            &["path    = \"_posts\"", "posts lie in `news/_posts` as well"],
            &["https://dala.example/%D0%B3%D0%BE%D1%80%D0%BE%D0%B4/2026/03/05/most.html"],
        ),
        (
            "a site of Hexo",
            &[
                (
                    "_config.yml",
                    "title: Дала\nurl: https://dala.example\npermalink: :year/:title/\n",
                ),
                ("source/_posts/most.md", POST),
            ],
            &["path    = \"source/_posts\""],
            &["https://dala.example/2026/most/"],
        ),
        // What Jekyll makes of a section of two words, or of a folder above the posts, no template can say.
        (
            "a site of Jekyll",
            &[
                ("_config.yml", "title: Дала\nurl: https://dala.example\n"),
                (
                    "_posts/2026-03-05-most.md",
                    "---\ntitle: Мост\ncategories: news local\n---\nОткрыли.\n",
                ),
            ],
            &["# `permalink` has `:categories`, and articles have sections of several words."],
            &["http://127.0.0.1:8080/articles/2026-03-05-most"],
        ),
        (
            "a site of Jekyll",
            &[
                ("_config.yml", "title: Дала\nurl: https://dala.example\n"),
                ("news/_posts/2026-03-05-most.md", POST),
                ("about.md", PAGE),
            ],
            &[
                "path    = \"news/_posts\"",
                "folders above `_posts` are among them",
            ],
            &["http://127.0.0.1:8080/articles/2026-03-05-most"],
        ),
        // Settings with a mistake are named.
        (
            "a folder of articles",
            &[("config.toml", "title = \"Дала"), ("content/most.md", POST)],
            &["# - `config.toml` looks like the settings of a site, but it could not be read"],
            &["http://127.0.0.1:8080/articles/most"],
        ),
        // The settings of others are programs: the folder of most articles counts.
        (
            "a site of Astro",
            &[
                ("astro.config.mjs", "export default {}"),
                ("src/content/blog/most.md", POST),
                ("src/content/blog/voda.md", NOTE),
                ("src/pages/about.md", PAGE),
            ],
            &[
                "path    = \"src/content/blog\"",
                "settings of Astro are a program",
            ],
            &[
                "http://127.0.0.1:8080/articles/most",
                "http://127.0.0.1:8080/articles/voda",
            ],
        ),
        // A mistake in newsroom text stays one, a page among Markdown is none.
        (
            "front matter",
            &[
                ("most.md", POST),
                ("pages/about.md", PAGE),
                (
                    "draft.md",
                    "---\ntitle: Позже\ndate: 2026-03-06\ndraft: true\n---\nЕщё нет.\n",
                ),
            ],
            &["exclude = [\"state\", \"pages\"]"],
            &["http://127.0.0.1:8080/articles/most"],
        ),
    ];
    for (found, files, lines, expected) in cases {
        let folder = folder(files);
        let output = run(&folder, &["init"]);
        assert_ends(
            &output,
            0,
            &["feeds.toml is written", "taspa check", "taspa serve"],
            &[found, "nothing is asked"],
        );
        let text = written(&folder);
        for line in *lines {
            assert!(text.contains(line), "{found}: no `{line}` in {text}");
        }
        assert_eq!(links(&folder), *expected, "{found}: {text}");
    }
}

/// An article whose date is mistyped is an article with a mistake, which `check` has to name.
#[test]
fn no_article_is_excluded_for_a_mistake() {
    for wrong in [
        "---\ntitle: Матч\ndate: 13/05/20267\n---\nСыграли.\n",
        "---\ntitle: Матч\nдата: 2026-05-13\n---\nСыграли.\n",
        "—--\ntitle: Матч\ndate: 2026-05-13\n—--\nСыграли.\n",
    ] {
        let folder = folder(&[
            ("news/most.md", POST),
            ("sport/match.md", wrong),
            ("pages/about.md", PAGE),
        ]);
        assert_ends(&run(&folder, &["init"]), 0, &["is written"], &["1 article"]);
        let text = written(&folder);
        let expected = "exclude = [\"state\", \"pages\"]";
        assert!(text.contains(expected), "{wrong}: {text}");
        assert_ends(&run(&folder, &["check"]), 1, &["sport/match.md"], &[]);
    }
}

/// A language that cannot be told is a default, which is named.
#[test]
fn a_language_is_known_by_its_texts_alone() {
    for (title, text, is_known) in [
        (
            "Мост открыт",
            "Мост через реку открыли утром, и по нему прошли первые автобусы, которые ждали здесь люди.",
            true,
        ),
        (
            "The bridge is open",
            "The bridge over the river was opened in the morning, and the first buses that were waiting there crossed it.",
            true,
        ),
        (
            "Le pont est ouvert",
            "Le pont sur la rivière a été ouvert ce matin, et les premiers autobus qui attendaient là sont passés avec les habitants.",
            false,
        ),
        (
            "Il ponte è aperto",
            "Il ponte sul fiume è stato aperto questa mattina e i primi autobus che aspettavano lì sono passati con la gente.",
            false,
        ),
        (
            "大桥开通",
            "今天早上，河上的大桥开通了，第一批公共汽车载着人们驶过大桥。",
            false,
        ),
    ] {
        let article = format!("---\ntitle: {title}\ndate: 2026-03-05\n---\n{text}\n");
        let files = ["articles/a.md", "articles/b.md", "articles/c.md"]
            .map(|path| (path, article.as_str()));
        let folder = folder(&files);
        let output = run(&folder, &["init"]);
        let err = String::from_utf8_lossy(&output.stderr);
        let is_default = err.lines().any(|line| line.contains(": language = "));
        assert_eq!(is_default, !is_known, "{title}: {err}");
        assert!(!written(&folder).contains("languages "), "{title}");
    }
}

#[test]
fn a_site_without_its_folder_of_texts_stays_as_it_is() {
    let folder = folder(&[("hugo.toml", "baseURL = 'https://dala.example/'\n")]);
    let output = run(&folder, &["init"]);
    assert_ends(
        &output,
        1,
        &[],
        &["a site of Hugo", "content is no folder", "hint: "],
    );
    assert!(!folder.path().join("content").exists() && !folder.path().join("feeds.toml").exists());
}

#[test]
fn printed_paths_are_those_of_the_current_folder() {
    let folder = folder(&[("site/articles/most.md", POST), ("-dash/most.md", POST)]);
    let printed = run(&folder, &["init", "--print", "site"]);
    assert_ends(&printed, 0, &["path    = \"site/articles\""], &["This is"]);
    fs::write(folder.path().join("feeds.toml"), &printed.stdout).expect("a file");
    assert_ends(&run(&folder, &["check"]), 0, &["1 article in"], &[]);
    let dash = run(&folder, &["init", "--", "-dash"]);
    assert_ends(
        &dash,
        0,
        &["taspa check --config ./-dash/feeds.toml"],
        &["This is"],
    );
    let nowhere = run(&folder, &["init", "-c", "nowhere/feeds.toml", "site"]);
    let expected = ["nowhere/feeds.toml cannot be written", "hint: "];
    assert_ends(&nowhere, 1, &[], &expected);
}

#[test]
fn defaults_are_named_with_their_lines() {
    let folder = folder(&[]);
    let output = run(&folder, &["init", "--yes"]);
    let err = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    assert_ends(
        &output,
        0,
        &["articles is a new folder"],
        &["a folder without articles yet"],
    );
    assert!(!err.contains("is asked"), "{err}");
    let text = written(&folder);
    let lines: Vec<&str> = text.lines().collect();
    let mut named = 0;
    for line in err
        .lines()
        .filter_map(|line| line.strip_prefix("  feeds.toml:"))
    {
        let (number, rest) = line.split_once(": ").expect("a line");
        let (key, value) = rest.split_once(" = ").expect("a key");
        let number: usize = number.parse().expect("a number");
        let shown = lines[number - 1];
        assert!(
            shown.starts_with(key) && shown.contains(value),
            "{line}: {shown}"
        );
        named += 1;
    }
    assert_eq!(named, 7);
    let checked = run(&folder, &["check"]);
    assert_ends(&checked, 0, &["there is no article in it", "0 errors"], &[]);
}

#[test]
fn a_file_that_is_there_stays_as_it_is() {
    let folder = folder(&[("articles/most.md", POST), ("feeds.toml", "mine")]);
    let refused = run(&folder, &["init"]);
    assert_ends(
        &refused,
        1,
        &[],
        &["feeds.toml is there already", "--print"],
    );
    assert_eq!(written(&folder), "mine");
    let printed = run(&folder, &["init", "--print"]);
    assert_ends(
        &printed,
        0,
        &["[source.directory]", "path    = \"articles\""],
        &["This is a folder of articles"],
    );
    assert_eq!(written(&folder), "mine");
    let other = run(&folder, &["init", "--config", "other.toml"]);
    assert_ends(
        &other,
        0,
        &["taspa check --config other.toml"],
        &["This is"],
    );
    let checked = run(&folder, &["check", "--config", "other.toml"]);
    assert_ends(&checked, 0, &["1 article in"], &[]);
}

#[test]
fn what_is_no_source_is_named() {
    let folder = folder(&[("a.txt", "text"), ("empty.db", "")]);
    for (source, expected) in [
        (
            "nowhere",
            &["nowhere", "No such file", "hint: name a folder"][..],
        ),
        ("a.txt", &["a.txt is one file"]),
        ("empty.db", &["empty.db is one file"]),
        ("sqlite:nowhere.db", &["sqlite:nowhere.db"]),
        (
            "postgres://reader:s3cret@127.0.0.1:1/news",
            &["cannot be reached"],
        ),
        ("http://127.0.0.1:1/", &["cannot be reached"]),
        ("https://", &["is no address"]),
        ("SQLITE:nowhere.db", &["sqlite:nowhere.db"]),
        ("", &["is an empty text"]),
    ] {
        let output = run(&folder, &["init", source]);
        assert_ends(&output, 1, &[], expected);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(!err.contains("s3cret"), "{err}");
        assert!(!folder.path().join("feeds.toml").exists(), "{source}");
    }
}

#[test]
fn the_uncommented_feeds_are_ones_that_check_accepts() {
    let folder = folder(&[("articles/most.md", POST)]);
    assert_ends(&run(&folder, &["init"]), 0, &["is written"], &["Город 1"]);
    let text = written(&folder);
    let (before, feeds) = text.split_once("two to begin with:\n").expect("feeds");
    let feeds = feeds
        .replace("# [", "[")
        .replace("# name", "name")
        .replace("# title", "title");
    let feeds = feeds.replace("# any", "any").replace("# all", "all");
    fs::write(
        folder.path().join("feeds.toml"),
        format!("{before}\n{feeds}"),
    )
    .expect("a file");
    assert_ends(&run(&folder, &["check"]), 0, &["no problems"], &[]);
    let first = run(&folder, &["render", "first.rss"]);
    assert_ends(&first, 0, &["Мост открыт"], &[]);
}

/// A file of SQLite by the program that comes with it; `None`, reported, without.
fn database(sql: &str) -> Option<TempDir> {
    let folder = folder(&[]);
    let made = Command::new("sqlite3")
        .args(["news.db", sql])
        .current_dir(folder.path())
        .status();
    match made {
        Ok(status) => assert!(status.success(), "sqlite3 makes a file"),
        Err(_) => {
            report_skipped("there is no sqlite3");
            return None;
        }
    }
    Some(folder)
}

#[test]
fn a_database_gets_a_query_of_its_columns() {
    let sql = "CREATE TABLE rubrics (id INTEGER PRIMARY KEY, title TEXT, slug TEXT);
        CREATE TABLE people (id INTEGER PRIMARY KEY, full_name TEXT);
        CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE news_story (id INTEGER PRIMARY KEY, headline TEXT, body TEXT, lead TEXT, slug TEXT,
            published_at TEXT, updated_at TEXT, rubric_id INTEGER REFERENCES rubrics (id),
            author_id INTEGER REFERENCES people (id), status TEXT, deleted_at TEXT, \"order\" INTEGER);
        CREATE TABLE story_tags (story INTEGER REFERENCES news_story (id), tag INTEGER REFERENCES tags (id));
        INSERT INTO rubrics VALUES (7, 'Город', 'city');
        INSERT INTO people VALUES (3, 'Динара Оспан');
        INSERT INTO tags VALUES (1, 'мост'), (2, 'река');
        INSERT INTO news_story VALUES
            (1, 'Мост открыт', '<p>Открыли утром.</p>', NULL, 'most', '2026-03-05 10:00', NULL, 7, 3, 'published', NULL, 1),
            (2, 'Черновик', 'нет', NULL, 'later', '2026-03-05 10:00', NULL, 7, 3, 'draft', NULL, 2),
            (3, 'Без даты', 'нет', NULL, 'none', NULL, NULL, 7, 3, 'published', NULL, 3),
            (4, 'Убрано', 'нет', NULL, 'gone', '2026-03-05 10:00', NULL, 7, 3, 'published', '2026-03-06', 4);
        INSERT INTO story_tags VALUES (1, 2), (1, 1);";
    let Some(folder) = database(sql) else {
        return;
    };
    let output = run(&folder, &["init", "news.db"]);
    assert_ends(
        &output,
        0,
        &["feeds.toml is written"],
        &["the table `news_story`", "2 articles, 1 of them hidden"],
    );
    let checked = run(&folder, &["check"]);
    assert_ends(&checked, 0, &["no problems"], &[]);
    let feed = run(&folder, &["render", "all.json"]);
    let feed: Value = serde_json::from_slice(&feed.stdout).expect("a feed");
    let items = feed["items"].as_array().expect("items");
    assert_eq!(items.len(), 1, "{}", written(&folder));
    assert_eq!(items[0]["title"], "Мост открыт");
    assert_eq!(items[0]["content_html"], "<p>Открыли утром.</p>");
    assert_eq!(items[0]["authors"][0]["name"], "Динара Оспан");
    assert_eq!(
        items[0]["tags"],
        serde_json::json!(["Город", "мост", "река"])
    );
    let section = run(&folder, &["render", "sections/city.rss"]);
    assert_ends(&section, 0, &["Мост открыт"], &[]);
}

#[test]
fn a_database_of_ghost_gets_its_own_query() {
    let sql = "CREATE TABLE posts (id TEXT PRIMARY KEY, title TEXT, slug TEXT, html TEXT, feature_image TEXT,
            type TEXT, status TEXT, visibility TEXT, custom_excerpt TEXT, published_at TEXT, updated_at TEXT);
        CREATE TABLE tags (id TEXT PRIMARY KEY, name TEXT, slug TEXT, visibility TEXT);
        CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, slug TEXT);
        CREATE TABLE posts_tags (post_id TEXT, tag_id TEXT, sort_order INTEGER);
        CREATE TABLE posts_authors (post_id TEXT, author_id TEXT, sort_order INTEGER);
        CREATE TABLE settings (key TEXT, value TEXT);
        INSERT INTO settings VALUES ('title', 'Дала'), ('timezone', 'Asia/Almaty'), ('locale', 'ru');
        INSERT INTO tags VALUES ('t', 'Город', 'city', 'public'), ('h', '#home', 'hash-home', 'internal');
        INSERT INTO users VALUES ('u', 'Динара Оспан', 'dinara');
        INSERT INTO posts VALUES
            ('a', 'Мост открыт', 'most', '<p>Открыли <a href=\"__GHOST_URL__/river/\">утром</a>.</p>', NULL, 'post',
             'published', 'public', NULL, '2026-03-05 05:00:00', '2026-03-05 06:00:00'),
            ('b', 'Для своих', 'members', '<p>Нет.</p>', NULL, 'post', 'published', 'members', NULL,
             '2026-03-05 05:00:00', '2026-03-05 06:00:00'),
            ('c', 'О нас', 'about', '<p>Мы.</p>', NULL, 'page', 'published', 'public', NULL,
             '2026-03-05 05:00:00', '2026-03-05 06:00:00');
        INSERT INTO posts_tags VALUES ('a', 'h', 0), ('a', 't', 1);
        INSERT INTO posts_authors VALUES ('a', 'u', 0);";
    let Some(folder) = database(sql) else {
        return;
    };
    let output = run(&folder, &["init", "sqlite:news.db"]);
    assert_ends(&output, 0, &["is written"], &["a database of Ghost"]);
    let text = written(&folder);
    assert!(text.contains("title        = \"Дала\""), "{text}");
    assert_ends(&run(&folder, &["check"]), 0, &["no problems"], &[]);
    let feed = run(&folder, &["render", "all.json"]);
    let feed: Value = serde_json::from_slice(&feed.stdout).expect("a feed");
    let items = feed["items"].as_array().expect("items");
    assert_eq!(items.len(), 1, "{text}");
    assert_eq!(items[0]["date_published"], "2026-03-05T10:00:00+05:00");
    assert_eq!(items[0]["url"], "https://news.example/most/");
    let html = items[0]["content_html"].as_str().expect("a text");
    assert!(html.contains("https://news.example/river/"), "{html}");
}

/// A site that answers each path, until the process ends.
fn site(
    answer: impl Fn(&str) -> Option<(&'static str, &'static str)> + Copy + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut lines = BufReader::new(client.try_clone().expect("a second handle"));
                let mut client = client;
                let mut first = String::new();
                while lines.read_line(&mut first).is_ok_and(|length| length > 0) {
                    let mut line = String::new();
                    while lines.read_line(&mut line).is_ok_and(|_| line.trim() != "") {
                        line.clear();
                    }
                    let path = first.split(' ').nth(1).unwrap_or_default();
                    let path = path.split('?').next().unwrap_or_default().to_owned();
                    let (status, headers, body) = match answer(&path) {
                        Some((headers, "403 Forbidden")) => ("403 Forbidden", headers, "{}"),
                        Some((headers, body)) => ("200 OK", headers, body),
                        None => ("404 Not Found", "", "{}"),
                    };
                    let is_head = first.starts_with("HEAD");
                    let length = body.len();
                    let body = if is_head { "" } else { body };
                    let reply = format!(
                        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}"
                    );
                    if client.write_all(reply.as_bytes()).is_err() {
                        return;
                    }
                    first.clear();
                }
            });
        }
    });
    format!("http://{address}/")
}

#[test]
fn a_site_of_wordpress_says_what_it_is() {
    let address = site(|path| {
        Some(match path {
            "/" => (
                "link: </wp-json/>; rel=\"https://api.w.org/\"\r\n",
                "<html lang=\"ru-RU\"><title>x</title>",
            ),
            "/wp-json/" => (
                "",
                r#"{"name": "Дала &#8212; вести", "description": "Степь", "home": "https://dala.example",
                    "timezone_string": "Asia/Almaty", "namespaces": ["wp/v2"]}"#,
            ),
            "/wp-json/wp/v2/types/post" => {
                ("", r#"{"rest_base": "posts", "rest_namespace": "wp/v2"}"#)
            }
            "/wp-json/wp/v2/posts" => (
                "x-wp-total: 1\r\nx-wp-totalpages: 1\r\n",
                r#"[{"id": 10, "date_gmt": "2014-03-05T05:00:00", "modified_gmt": "2014-03-05T05:00:00", "author": 0,
                    "categories": [4], "tags": [], "featured_media": 0, "link": "https://dala.example/most/",
                    "guid": {"rendered": "https://dala.example/?p=10"}, "title": {"rendered": "Мост открыт"},
                    "excerpt": {"rendered": ""}, "content": {"rendered": "<p>Утром.</p>", "protected": false}}]"#,
            ),
            "/wp-json/wp/v2/categories" => (
                "x-wp-total: 1\r\nx-wp-totalpages: 1\r\n",
                r#"[{"id": 4, "name": "Город", "slug": "city", "count": 1, "parent": 0}]"#,
            ),
            "/wp-json/wp/v2/tags" | "/wp-json/wp/v2/users" | "/wp-json/wp/v2/media" => {
                ("x-wp-total: 0\r\nx-wp-totalpages: 0\r\n", "[]")
            }
            _ => return None,
        })
    });
    let folder = folder(&[]);
    let output = run(&folder, &["init", &address]);
    assert_ends(
        &output,
        0,
        &["is written"],
        &["a site of WordPress: 1 article", "Город 1"],
    );
    let text = written(&folder);
    for line in [
        "title        = \"Дала — вести\"",
        "url          = \"https://dala.example/\"",
        "id-authority = \"dala.example\"",
        "id-year      = 2014",
        "language     = \"ru-RU\"",
        "time-zone    = \"Asia/Almaty\"",
        "description  = \"Степь\"",
        "[source.wordpress]",
    ] {
        assert!(text.contains(line), "no `{line}` in {text}");
    }
    assert_eq!(links(&folder), ["https://dala.example/most/"]);
}

#[test]
fn another_site_is_named() {
    let address = site(|path| {
        (path == "/").then_some((
            "",
            "<html><meta name=generator content='Hugo 0.140'><link rel=alternate type=application/rss+xml href=/index.xml>",
        ))
    });
    let folder = folder(&[]);
    let output = run(&folder, &["init", &address]);
    let feed = format!("{address}index.xml");
    let expected = [
        "no site of WordPress",
        "made by Hugo 0.140",
        &feed,
        "taspa init FOLDER",
    ];
    assert_ends(&output, 1, &[], &expected);
    assert!(!folder.path().join("feeds.toml").exists());
}

#[test]
fn a_feed_and_a_site_that_refuses_are_told_from_another_site() {
    for (body, expected) in [
        (
            "<?xml version='1.0'?><rss version='2.0'><channel/></rss>",
            "this is a feed",
        ),
        (
            "403 Forbidden",
            "answered 403 Forbidden, so what is there is not known",
        ),
    ] {
        let address = site(move |path| (path == "/feed.xml").then_some(("", body)));
        let output = run(&folder(&[]), &["init", &format!("{address}feed.xml")]);
        assert_ends(&output, 1, &[], &[expected, "hint: "]);
    }
}

/// Questions need a terminal, which `script` makes.
#[test]
fn a_terminal_is_asked() {
    let folder = folder(&[("articles/most.md", POST)]);
    let program = env!("CARGO_BIN_EXE_taspa");
    let child = Command::new("script")
        .args(["-qec", &format!("'{program}' init"), "/dev/null"])
        .current_dir(folder.path())
        .env_remove("TASPA_CONFIG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        return report_skipped("there is no script");
    };
    let mut input = child.stdin.take().expect("its input");
    input
        .write_all("Дала\nhttps://dala.example/\n\n\n\n\n".as_bytes())
        .expect("answers");
    let output = child.wait_with_output().expect("it ends");
    drop(input);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("Name of the publication ["), "{shown}");
    assert!(shown.contains("\r\nEnter takes"), "{shown}");
    let text = written(&folder);
    assert!(text.contains("title        = \"Дала\""), "{text}");
    assert!(text.contains("id-authority = \"dala.example\""), "{text}");
    assert_ends(&run(&folder, &["check"]), 0, &["no problems"], &[]);
}
