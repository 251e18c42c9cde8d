//! From rows to feeds: the same bytes from every kind of database and every column type.

use crate::mariadb::MariaDb;
use crate::postgres::{PASSWORD, Postgres};
use crate::sample::{BRIDGE, DRAFT, FEEDS, RELEASED, UNTITLED};
use crate::session::Session;
use crate::table::{Kind, QUERY, Server, Table, newsroom};
use crate::testkit::admin_pages;
use crate::testkit::client::Request;
use crate::testkit::daemon::Daemon;
use crate::testkit::output::assert_ends;
use crate::testkit::subscriber::{Documents, assert_same, documents};
use crate::testkit::wait::eventually;

/// The whole table.
fn with_articles(kind: Kind) -> Option<Table> {
    let table = Table::shared(kind)?;
    table.insert(&RELEASED);
    table.insert(&[BRIDGE, DRAFT, UNTITLED]);
    Some(table)
}

fn read(url: &str, query: &str) -> Documents {
    let newsroom = newsroom(url, query, "");
    let daemon = Daemon::start(&newsroom);
    let read = documents(&mut daemon.connect(), &FEEDS);
    daemon.stop();
    read
}

#[test]
fn every_kind_of_database_gives_the_same_feeds() {
    let mut read = Kind::ALL.into_iter().filter_map(|kind| {
        let table = with_articles(kind)?;
        Some(self::read(&table.url, QUERY))
    });
    // There is always SQLite.
    let first = read.next().expect("a kind of database");
    for other in read {
        assert_same(&first, &other);
    }
}

/// A table whose ids need not be texts, and one that is none, as its kind writes it.
struct OfBytes {
    _server: Server,
    url: String,
    session: Session,
    id_type: &'static str,
    broken: &'static str,
}

impl OfBytes {
    fn of(kind: Kind) -> Option<OfBytes> {
        Some(match kind {
            Kind::Postgres => {
                let server = Postgres::shared()?;
                let database = server.database_of_bytes();
                OfBytes {
                    url: server.url(database),
                    session: server.session(database),
                    _server: Server::Postgres(server),
                    id_type: "text",
                    broken: r"E'caf\xE9'",
                }
            }
            Kind::MariaDb => {
                let server = MariaDb::shared()?;
                let database = server.database();
                OfBytes {
                    url: server.url(&database),
                    session: server.session(&database),
                    _server: Server::MariaDb(server),
                    id_type: "varbinary(20)",
                    broken: "x'636166E9'",
                }
            }
            Kind::Sqlite => {
                let folder = tempfile::tempdir().expect("a folder");
                let url = format!("sqlite:{}", folder.path().join("newsroom.db").display());
                OfBytes {
                    _server: Server::File { _folder: folder },
                    session: Session::open(&format!("{url}?mode=rwc")),
                    url,
                    id_type: "",
                    broken: "CAST(x'636166E9' AS TEXT)",
                }
            }
        })
    }
}

#[test]
fn id_that_is_not_text_affects_only_its_row() {
    for kind in Kind::ALL {
        let Some(mut table) = OfBytes::of(kind) else {
            continue;
        };
        let OfBytes {
            session,
            id_type,
            broken,
            ..
        } = &mut table;
        session.execute(&format!(
            "CREATE TABLE notes (id {id_type}, title varchar(50), date varchar(20));
             INSERT INTO notes VALUES ('cafe', 'First', '2026-01-08'), ({broken}, 'Second', '2026-01-09'),
                ('zebra', 'Third', '2026-01-10')"
        ));
        let keys = "refresh = \"1s\"\nreconcile = \"1s\"";
        let newsroom = newsroom(&table.url, "SELECT id, title, date FROM notes", keys);
        let (mut daemon, admin) = admin_pages::start(&newsroom);
        let all = daemon.get("/all.rss");
        assert!(all.says("First") && all.says("Third"), "{}", all.text());
        assert!(!all.says("Second"), "{}", all.text());
        let quarantined = |admin: &str| {
            let metrics = admin_pages::get(admin, "/metrics");
            assert_eq!(admin_pages::metric(&metrics, "taspa_source_up"), 1.0);
            admin_pages::metric(&metrics, "taspa_quarantined_articles")
        };
        assert_eq!(quarantined(&admin), 1.0, "{kind:?}");
        let log = daemon.log();
        assert!(
            log.contains(r"row caf\xE9: error: skipped: its `id` is not text in UTF-8"),
            "{log}"
        );
        table
            .session
            .execute("UPDATE notes SET id = 'mended' WHERE title = 'Second'");
        daemon.eventually("/all.rss", |feed| feed.says("Second"));
        eventually("nothing is wrong", || quarantined(&admin) == 0.0);
    }
}

/// What the query asks for, and another way to ask for it.
const TYPES: [(&str, &str); 6] = [
    ("tags,", "to_jsonb(tags) AS tags,"),
    ("tags,", "array_to_string(tags, ' ,') AS tags,"),
    (
        "published AS date",
        "published AT TIME ZONE 'Asia/Almaty' AS date",
    ),
    (
        "changed AS updated",
        "extract(epoch FROM changed)::bigint * 1000 AS updated",
    ),
    ("SELECT id", "SELECT id::text"),
    ("author,", "json_build_object('name', author) AS author,"),
];

#[test]
fn equivalent_column_types_give_the_same_feeds() {
    let Some(table) = with_articles(Kind::Postgres) else {
        return;
    };
    // Nobody is no author, and an object with no name would be one.
    table.execute("DELETE FROM articles WHERE author IS NULL");
    let expected = read(&table.url, QUERY);
    for (asked, other) in TYPES {
        assert_eq!(QUERY.matches(asked).count(), 1, "{asked}");
        let given = read(&table.url, &QUERY.replace(asked, other));
        for (name, (tag, body)) in &expected {
            let (other_tag, other_body) = &given[name];
            assert!(body == other_body, "{other}: {name:?}: bytes");
            assert_eq!(tag, other_tag, "{other}: {name:?}: tag");
        }
    }
}

#[test]
fn lists_of_mariadb_are_not_cut() {
    let Some(table) = Table::released(Kind::MariaDb) else {
        return;
    };
    // The limit of a session is all that a list of GROUP_CONCAT has.
    let query = QUERY.replace(
        "title,",
        "concat('up to ', @@group_concat_max_len) AS title,",
    );
    let newsroom = newsroom(&table.url, &query, "");
    let all = Daemon::start(&newsroom).get("/all.rss");
    assert!(all.says("up to 2097152"), "{}", all.text());
}

#[test]
fn posts_of_wordpress_are_read_as_they_are_stored() {
    for kind in Kind::ALL {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        table.execute(
            "CREATE TABLE posts (id integer PRIMARY KEY, post_title text, post_date varchar(30), post_content text);
             INSERT INTO posts VALUES (1, 'R&amp;D <em>и</em> O&#8217;Neil &mdash; AT&T', '2026-01-08',
             'Первый абзац рассказывает о мосте через широкую реку.

Второй
в две строки. [gallery ids=\"1,2\"]

[caption id=\"a\" width=\"300\"]<img src=\"/a.jpg\" alt=\"Мост\"> Вид на мост[/caption]

https://youtu.be/abcdefghijk

[audio mp3=\"/a.mp3\"][/audio]')",
        );
        let query = "SELECT id, post_title AS title_html, post_date AS date, post_content AS content_wordpress FROM posts";
        let newsroom = newsroom(&table.url, query, "");
        let article = Daemon::start(&newsroom).get("/all.json");
        let item: serde_json::Value = serde_json::from_str(article.text()).expect("JSON");
        let item = &item["items"][0];
        assert_eq!(item["title"], "R&D и O’Neil — AT&T", "{kind:?}");
        assert_eq!(
            item["summary"],
            "Первый абзац рассказывает о мосте через широкую реку."
        );
        let html = item["content_html"].as_str().expect("a text");
        for part in [
            "<p>Первый абзац рассказывает о мосте через широкую реку.</p>",
            "<p>Второй<br>",
            "<figcaption>Вид на мост</figcaption>",
            "<a href=\"https://youtu.be/abcdefghijk\"",
            "/a.mp3",
        ] {
            assert!(html.contains(part), "{kind:?}: {part}: {html}");
        }
        assert!(!html.contains('['), "{kind:?}: {html}");
    }
}

#[test]
fn rows_become_articles_and_a_broken_one_affects_only_itself() {
    for kind in Kind::ALL {
        let Some(table) = with_articles(kind) else {
            continue;
        };
        let newsroom = table.newsroom("");
        let (mut daemon, admin) = admin_pages::start(&newsroom);
        let broken = UNTITLED.id.to_string();
        let told = daemon.wait_for(&broken);
        assert!(told.contains("title"), "{kind:?}: {told}");

        let all = daemon.get("/all.rss");
        assert_eq!(all.text().matches("<item>").count(), RELEASED.len());
        let mut newest_first = all.text();
        for row in RELEASED.iter().rev() {
            let id = format!(">tag:dala.example,2026:{}<", row.id);
            let (_, rest) = newest_first.split_once(&id).expect("in order of dates");
            newest_first = rest;
        }
        for hidden in [
            "Звёздный",
            "Черновик",
            "без заголовка",
            "alert(1)",
            "onclick",
        ] {
            assert!(!all.says(hidden), "{kind:?}: {hidden}");
        }
        assert!(
            all.says("https://dala.example/docs/agenda.html"),
            "{kind:?}"
        );
        // Kazakh is told from the title and the text.
        let kazakh = daemon.get("/select.json?any=lang:kk");
        assert!(kazakh.says("кітапхана"), "{kind:?}: {}", kazakh.text());

        let ready = admin_pages::get(&admin, "/readyz");
        assert!(ready.says("1 article is in quarantine"), "{}", ready.text());
        let metrics = admin_pages::get(&admin, "/metrics");
        for (name, expected) in [
            ("taspa_articles", 8.0),
            ("taspa_quarantined_articles", 1.0),
            ("taspa_source_up", 1.0),
        ] {
            assert_eq!(
                admin_pages::metric(&metrics, name),
                expected,
                "{kind:?}: {name}"
            );
        }
        let status = admin_pages::get(&admin, "/status");
        assert!(status.says(&broken), "{kind:?}: {}", status.text());
        for page in [ready, metrics, status] {
            for secret in [PASSWORD, "qyz%2Fgaldaq"] {
                assert!(!page.says(secret), "{kind:?}: the password is shown");
            }
        }
    }
}

#[test]
fn rows_have_article_pages() {
    for kind in Kind::ALL {
        let Some(table) = with_articles(kind) else {
            continue;
        };
        let newsroom = table.newsroom("");
        let daemon = Daemon::start(&newsroom);
        let page = daemon.get("/articles/4004");
        assert!(page.says("full until March"), "{kind:?}: {}", page.text());
        for (hidden, article) in [(BRIDGE, "4007"), (DRAFT, "4008"), (UNTITLED, "4009")] {
            let target = format!("/articles/{article}");
            let response = daemon.ask(&Request::head(&target));
            assert_eq!(response.status, 404, "{kind:?}: {:?}", hidden.title);
        }
    }
}

#[test]
fn row_is_found_by_its_page_url() {
    for (kind, url) in [
        (Kind::Postgres, "'/news/' || id || '/'"),
        (Kind::MariaDb, "CONCAT('/news/', id, '/')"),
        (Kind::Sqlite, "'https://dala.example/news/' || id || '/'"),
    ] {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        table.insert(&RELEASED);
        let query = QUERY.replace("title,", &format!("title, {url} AS url,"));
        let newsroom = newsroom(&table.url, &query, "");
        for address in [
            "https://dala.example/news/4002/",
            "http://dala.example/news/4002",
            "https://dala.example/news/4002/?utm_source=feed",
        ] {
            let explained = newsroom.run(&["explain", "all", address]);
            let said = ["(4002) is in /all.", "row        [source.sql] row 4002"];
            assert_ends(&explained, 0, &said, &[]);
        }
        let nowhere = newsroom.run(&["explain", "all", "https://dala.example/news/4002/x"]);
        assert_ends(&nowhere, 1, &[], &["no article has this"]);
    }
}

#[test]
fn exact_page_url_wins_over_similar_ones() {
    for (kind, plain) in [
        (Kind::Postgres, "'/?p=' || id"),
        (Kind::MariaDb, "CONCAT('/?p=', id)"),
        (Kind::Sqlite, "'https://dala.example/?p=' || id"),
    ] {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        table.insert(&RELEASED);
        let [first, second, third, ..] = RELEASED.map(|row| row.id);
        let url = format!(
            "CASE id WHEN {first} THEN '/' WHEN {second} THEN '/A' WHEN {third} THEN '/a' ELSE {plain} END"
        );
        let query = QUERY.replace("title,", &format!("title, {url} AS url,"));
        let newsroom = newsroom(&table.url, &query, "");
        for row in &RELEASED {
            let address = match row.id {
                id if id == first => "https://dala.example/".to_owned(),
                id if id == second => "https://dala.example/A?utm_source=feed".to_owned(),
                id if id == third => "https://dala.example/a".to_owned(),
                id => format!("https://dala.example/?p={id}"),
            };
            let explained = newsroom.run(&["explain", "all", &address]);
            let said = format!("row        [source.sql] row {}", row.id);
            assert_ends(&explained, 0, &[&said], &[]);
        }
        let nowhere = newsroom.run(&["explain", "all", "https://dala.example/?p=1"]);
        assert_ends(&nowhere, 1, &[], &["no article has this"]);
    }
}

#[test]
fn slow_row_affects_only_itself() {
    for (kind, sleep) in [
        (
            Kind::Postgres,
            "CREATE FUNCTION slow(id bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN
                IF id = 4002 THEN PERFORM pg_sleep(60); END IF;
                RETURN '<p>Quick.</p>';
             END $$",
        ),
        (
            Kind::MariaDb,
            "CREATE FUNCTION slow(id bigint) RETURNS text DETERMINISTIC
                RETURN IF(id = 4002, CONCAT('', SLEEP(60)), '<p>Quick.</p>')",
        ),
    ] {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        table.insert(&RELEASED[..2]);
        table.execute(sleep);
        if kind == Kind::MariaDb {
            table.execute("GRANT EXECUTE ON FUNCTION slow TO PUBLIC");
        }
        let query = QUERY.replace("html AS content_html", "slow(id) AS content_html");
        let newsroom = newsroom(&table.url, &query, "reconcile = \"1h\"");
        let (daemon, admin) = admin_pages::start(&newsroom);
        let all = daemon.get("/all.rss");
        assert!(
            all.says("Сессию открыли") && !all.says("Урожай дынь"),
            "{}",
            all.text()
        );
        let ready = admin_pages::get(&admin, "/readyz");
        assert!(ready.says("1 article is in quarantine"), "{}", ready.text());
        let status = admin_pages::get(&admin, "/status");
        assert!(status.says("row 4002"), "{kind:?}: {}", status.text());
        assert!(
            status.says("takes too long to read this row alone"),
            "{kind:?}"
        );
    }
}

#[test]
fn id_without_an_index_is_a_warning() {
    for kind in Kind::ALL {
        let Some(table) = Table::shared(kind) else {
            continue;
        };
        let digits = "SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 \
                      UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9";
        table.execute(&format!(
            "CREATE TABLE notes (id integer NOT NULL, title varchar(50), date varchar(20));
             INSERT INTO notes SELECT 1000 * a.n + 100 * b.n + 10 * c.n + d.n, 'Note', '2026-01-08'
             FROM ({digits}) AS a, ({digits}) AS b, ({digits}) AS c, ({digits}) AS d"
        ));
        let doubts = |query: &str| {
            let checked = newsroom(&table.url, query, "").run(&["check"]);
            assert!(checked.status.success(), "{kind:?}: {checked:?}");
            String::from_utf8_lossy(&checked.stdout)
                .contains("looks at all rows to find one by its `id`")
        };
        let query = "SELECT id, title, date FROM notes";
        assert!(doubts(query), "{kind:?}");
        table.execute("CREATE UNIQUE INDEX notes_id ON notes (id)");
        assert!(!doubts(query), "{kind:?}");
        let condition = "SELECT id + 0 AS id, title, date FROM notes";
        assert!(doubts(condition), "{kind:?}");
    }
}
