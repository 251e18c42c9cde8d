//! A WordPress site in MariaDB, with everything that editors, plugins and imports leave in one.

use serde_json::{Value, json};

use super::{MEMBERS_WITHOUT_PAGE, Recipe, Step, Then, assert_items, assert_says, item};
use crate::changes::soon;
use crate::testkit::copies::Copies;
use crate::testkit::output::{assert_ends, json};

pub(super) const CONFIG: &str = include_str!("../../../examples/sql/wordpress.toml");
const SITE: &str = include_str!("../wordpress.sql");

#[rustfmt::skip]
const POSTS: [&str; 7] = [
    "https://dala.example/?p=116 | Срочно: перевал Кызылсай открыт | 2026-11-16T06:00:00+05:00 | – | – | Регионы | Тимур Ахметов",
    "https://dala.example/?p=104 | Наука & степь: просо, которому хватает росы | 2026-11-14T11:00:00+05:00 | – | – | Наука & школа; сельские школы | Тимур Ахметов",
    "https://dala.example/?p=103 | A museum of sound stops in Mangystau | 2026-11-13T19:45:10+05:00 | – | en | Culture; Mangystau; R&D | English Desk, Dala",
    "https://dala.example/?p=102 | Ауыл мектептеріне кітап керуені келді | 2026-11-12T08:00:00+05:00 | – | kk | Қоғам; мәжіліс; сельские школы | Айгерім Сапарова",
    // In the section that Yoast calls primary, not in that of the lowest number.
    "https://dala.example/?p=101 | Мажилис вернул деньги на дороги | 2026-11-10T14:30:00+05:00 | 2026-11-11T09:05:00+05:00 | – | Парламент; Регионы; бюджет; дороги | Тимур Ахметов",
    "https://dala.example/?post_type=post&p=112 | Поезд пришёл раньше, чем вышел | 2024-03-01T00:10:00+05:00 | 2024-03-01T07:00:00+05:00 | – | – | –",
    // A local time of 2019, when clocks showed another one. The section and the tag are one tag in JSON.
    "http://old.dala.example/news/5170 | Мост через Сарысу открыт | 2019-06-01T00:30:00+06:00 | – | – | Регионы | Айгерім Сапарова",
];

/// A post, what its text has, and what it has not.
const TEXTS: [(&str, &[&str], &[&str]); 3] = [
    (
        "https://dala.example/?p=104",
        &[
            "<img src=\"https://dala.example/wp-content/uploads/2026/11/proso.jpg\"",
            "[осень]",
            "[считают вручную]",
            "https://video.dala.example/proso",
        ],
        &["[caption", "gallery", "embed"],
    ),
    (
        "https://dala.example/?p=102",
        &["<p>Ауыл мектептеріне", "<p>– Балалар", "<p>Келесі керуен"],
        &["\\r"],
    ),
    (
        "https://dala.example/?p=101",
        &["<strong>шестьдесят два</strong>"],
        &["wp:"],
    ),
];

/// What readers never see: drafts, plans, pages, revisions, and what is not for everybody.
const HIDDEN: [&str; 8] = [
    "Черновик",
    "Запланировано",
    "О редакции",
    "Прежний текст",
    "Запись под паролем",
    "Для подписчиков",
    "Личная запись",
    "Запись в корзине",
];

const FEEDS: [&str; 6] = [
    "/all.json",
    "/authors/timur-akhmetov.atom",
    "/sections/parlament.rss",
    "/sections/regiony.json",
    "/tags/byudzhet.rss",
    "/tags/mazhilis.rss",
];

const LIVE: [Step; 3] = [
    // Somebody comments on one post, which moves nothing, and another is published.
    Step {
        sql: "UPDATE wp_posts SET comment_count = comment_count + 1 WHERE ID = 101;
              UPDATE wp_posts
              SET post_status = 'publish', post_name = 'voda',
                  post_date_gmt = UTC_TIMESTAMP(), post_modified_gmt = UTC_TIMESTAMP()
              WHERE ID = 105",
        then: Then::Says("https://dala.example/2026/11/voda/"),
        moved: &[
            "/all.json",
            "/authors/timur-akhmetov.atom",
            "/sections/regiony.json",
        ],
    },
    Step {
        sql: "UPDATE wp_posts SET post_status = 'trash', post_modified_gmt = UTC_TIMESTAMP() WHERE ID = 116",
        then: Then::SaysNoMore("перевал Кызылсай"),
        moved: &[
            "/all.json",
            "/authors/timur-akhmetov.atom",
            "/sections/regiony.json",
        ],
    },
    // As wp-cron publishes what was planned: the time of the last edit stays. With another post withdrawn, their number
    // stays too: it is the new one that is noticed, and the other by it.
    Step {
        sql: "BEGIN;
              UPDATE wp_posts SET post_status = 'publish', post_date_gmt = UTC_TIMESTAMP() WHERE ID = 106;
              UPDATE wp_posts SET post_status = 'draft', post_modified_gmt = UTC_TIMESTAMP() WHERE ID = 105;
              COMMIT",
        then: Then::SaysNoMore("https://dala.example/2026/11/voda/"),
        moved: &[
            "/all.json",
            "/authors/timur-akhmetov.atom",
            "/sections/parlament.rss",
            "/sections/regiony.json",
        ],
    },
];

/// A post as WordPress inserts it, and what it writes after that.
const POST: &str =
    "INSERT INTO wp_posts (ID, post_author, post_date, post_date_gmt, post_modified_gmt, post_title, guid,
                           post_content, post_excerpt, to_ping, pinged, post_content_filtered)
     VALUES (120, 2, UTC_TIMESTAMP(), UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'Бюджет приняли ночью',
             'https://dala.example/?p=120', 'Текст.', '', '', '', '')";
const TERMS: &str = "INSERT INTO wp_term_relationships (object_id, term_taxonomy_id)
     SELECT 120, term_taxonomy_id FROM wp_term_relationships WHERE object_id = 101";

/// As an import makes a second post of one.
const TWIN: &str = "INSERT INTO wp_posts (ID, post_date, post_date_gmt, post_modified_gmt, post_title, guid,
                           post_content, post_excerpt, to_ping, pinged, post_content_filtered)
     VALUES (220, UTC_TIMESTAMP(), UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'Двойник', 'https://dala.example/?p=101',
             '', '', '', '', '')";

#[test]
fn posts_have_the_fields_that_editors_see() {
    let Some(recipe) = Recipe::mariadb(CONFIG, SITE) else {
        return;
    };
    let daemon = recipe.serve();
    assert_items(&daemon, "/all.json", &MEMBERS_WITHOUT_PAGE, &POSTS);
    for (id, has, has_not) in TEXTS {
        let item = item(&daemon, "/all.json", id);
        let text = item["content_html"].as_str().expect("HTML");
        for part in has {
            assert!(text.contains(part), "{id}: no {part} in {text}");
        }
        for part in has_not {
            assert!(!text.contains(part), "{id}: {part} in {text}");
        }
    }
    let first = item(&daemon, "/all.json", "https://dala.example/?p=101");
    let picture = "https://dala.example/wp-content/uploads/2026/11/zhol.jpg";
    assert_eq!(first["image"], picture);
    assert_eq!(
        first["_taspa"]["image"],
        json!({
            "mime_type": "image/jpeg",
            "width": 2048,
            "height": 1365,
            "alt": "Дорога в \"степи\"",
            "credit": "Трасса у посёлка Сарыбулак",
        })
    );
    assert_eq!(
        first["summary"],
        "Поправку о степных дорогах приняли с третьей попытки."
    );
    assert_eq!(
        first["authors"],
        json!([{"name": "Тимур Ахметов", "url": "https://dala.example/author/timur-akhmetov/"}])
    );
    let audio = |name: &str| format!("https://dala.example/audio/{name}.mp3");
    let episodes = item(&daemon, "/all.json", "https://dala.example/?p=103");
    assert_eq!(
        episodes["attachments"],
        json!([
            {"url": audio("wells"), "mime_type": "audio/mpeg", "size_in_bytes": 2048},
            {"url": audio("winds"), "mime_type": "audio/mpeg"},
            {"url": audio("train"), "mime_type": "audio/mpeg"},
        ])
    );
    // Nothing but a headline, and a picture that does not exist.
    for (id, member) in [
        ("116", "summary"),
        ("116", "content_html"),
        ("103", "image"),
    ] {
        let item = item(
            &daemon,
            "/all.json",
            &format!("https://dala.example/?p={id}"),
        );
        assert_eq!(item[member], Value::Null, "{id}: {member}");
    }
    assert_says(
        &daemon,
        "/all.rss",
        &[
            "<guid isPermaLink=\"false\">https://dala.example/?p=101</guid>",
            "<guid isPermaLink=\"false\">http://old.dala.example/news/5170</guid>",
            "<link>https://dala.example/2026/11/dengi-na-dorogi/</link>",
            "<link>https://dala.example/2026/11/%d0%ba%d1%96%d1%82%d0%b0%d0%bf/</link>",
            "<link>https://dala.example/2024/03/poezd/</link>",
            &format!("<enclosure url=\"{picture}\""),
        ],
    );
    recipe.assert_commands(
        &daemon,
        POSTS.len(),
        "sections/parlament",
        "https://dala.example/?p=101",
    );
}

#[test]
fn unpublished_posts_are_nowhere() {
    let Some(recipe) = Recipe::mariadb(CONFIG, SITE) else {
        return;
    };
    let daemon = recipe.serve();
    let listed = recipe.run(&["list", "--format", "json"]);
    let feeds = json(&listed);
    let of_kind = |kind| feeds.iter().filter(|feed| feed["kind"] == kind).count();
    let counts = ["section", "tag", "author"].map(of_kind);
    assert_eq!((feeds.len(), counts), (16, [5, 7, 3]));

    let mut documents = vec![("list".to_owned(), listed.stdout)];
    let mut get = |target: String| {
        let response = daemon.get(&target);
        assert_eq!(response.status, 200, "{target}");
        documents.push((target, response.body));
    };
    get("/".to_owned());
    for feed in &feeds {
        let path = feed["path"].as_str().expect("a path");
        for ending in ["", ".rss", ".atom", ".json"] {
            get(format!("/{path}{ending}"));
        }
    }
    for (document, bytes) in documents {
        let text = String::from_utf8(bytes).expect("UTF-8");
        for hidden in HIDDEN {
            assert!(!text.contains(hidden), "{document}: {hidden}");
        }
    }
}

#[test]
fn documented_account_reads_posts_and_no_passwords() {
    let Some(recipe) = Recipe::mariadb(CONFIG, SITE) else {
        return;
    };
    recipe.assert_refused(&[
        ("SELECT user_pass FROM wp_users", "denied"),
        ("SELECT user_email FROM wp_users", "denied"),
        ("UPDATE wp_posts SET post_title = ''", "denied"),
        ("DELETE FROM wp_postmeta", "denied"),
    ]);
}

/// Daemons see what editors do within a second, not half a minute.
fn poll_each_second(recipe: &Recipe) {
    let newsroom = &recipe.newsroom;
    newsroom.reconfigure("refresh   = \"30s\"", "refresh   = \"1s\"");
}

#[test]
fn edits_in_wordpress_are_served() {
    let Some(recipe) = Recipe::mariadb(CONFIG, SITE) else {
        return;
    };
    poll_each_second(&recipe);
    let mut daemon = recipe.serve();
    recipe.follow(&mut daemon, &FEEDS, &LIVE);
    // The plan is out, and a text that has its paragraphs gets no empty one before them.
    let plan = item(&daemon, "/all.json", "https://dala.example/?p=106");
    assert_eq!(plan["content_html"], "<p>Рано.</p>");
}

#[test]
fn post_read_before_its_tags_gets_them_later() {
    let Some(recipe) = Recipe::mariadb(CONFIG, SITE) else {
        return;
    };
    poll_each_second(&recipe);
    let mut early = recipe.serve();
    recipe.execute(POST);
    soon(&mut early, "/all.json", "Бюджет приняли ночью", true);
    assert!(!early.get("/tags/byudzhet.rss").says("Бюджет приняли ночью"));
    recipe.execute(TERMS);
    soon(
        &mut early,
        "/tags/byudzhet.rss",
        "Бюджет приняли ночью",
        true,
    );
    let before = Copies::take(&early, &FEEDS);
    // Nobody is told of readings that find what was there before.
    let log = early.log_until_stopped();
    let readings = log.lines().filter(|line| line.contains(" read in "));
    assert_eq!(readings.count(), 3, "{log}");

    // Whoever comes later finds the same.
    let recipe = recipe.with(CONFIG);
    let late = recipe.serve();
    before.assert_same_documents(&before.again(&late));
}

#[test]
fn of_posts_with_one_guid_one_is_served_and_the_other_reported() {
    let Some(recipe) = Recipe::mariadb(CONFIG, SITE) else {
        return;
    };
    poll_each_second(&recipe);
    let guid = "https://dala.example/?p=101";
    let mut daemon = recipe.serve();
    let before = Copies::take(&daemon, &FEEDS);
    recipe.execute(TWIN);
    daemon.wait_for(guid);
    assert!(before.again(&daemon).moved_since(&before).is_empty());
    let said = ["error", "row 220", guid, "row 101", "7 articles"];
    assert_ends(&recipe.run(&["check"]), 1, &said, &[]);

    // A daemon without the state of the first one takes the same post.
    let recipe = recipe.with(CONFIG);
    let late = recipe.serve();
    before.assert_same_documents(&before.again(&late));
}

/// Categories below each other, and names with every sign that JSON, SQL and HTML treat in their own way.
const NAMES: &str = r#"
    INSERT INTO wp_terms (term_id, name, slug) VALUES
        (31, 'Ауыл', '%d0%b0%d1%83%d1%8b%d0%bb'), (32, 'Аудан, облыс', 'audan'), (33, 'Қазақстан', 'qazaqstan'),
        (41, 'a\\b', 'ab'), (42, 'Қал&quot;а', 'qala'), (43, 'O\'Нил &amp; ко', 'onil'), (44, '5 &lt; 7', '5-7');
    INSERT INTO wp_term_taxonomy (term_taxonomy_id, term_id, taxonomy, description, parent) VALUES
        (31, 31, 'category', '', 32), (32, 32, 'category', '', 33), (33, 33, 'category', '', 5),
        (41, 41, 'post_tag', '', 0), (42, 42, 'post_tag', '', 0), (43, 43, 'post_tag', '', 0), (44, 44, 'post_tag', '', 0);
    INSERT INTO wp_term_relationships (object_id, term_taxonomy_id) VALUES
        (112, 6), (112, 31), (112, 41), (112, 42), (112, 43), (112, 44);
    INSERT INTO wp_users (ID, user_nicename, display_name) VALUES (99, 'oneil', 'Тимур Ахметов');
    UPDATE wp_posts SET post_title = '', post_excerpt = '', post_content = '<p>Часы\n\nна [b]вокзале</p>' WHERE ID = 112"#;

#[test]
fn a_post_without_title_and_text_is_headed_by_its_slug_or_its_date() {
    let Some(recipe) = Recipe::mariadb(CONFIG, SITE) else {
        return;
    };
    for (id, slug) in [
        (101, "ferry-at-dawn"),
        (112, "%d0%bf%d0%b0%d1%80%d0%be%d0%bc"),
    ] {
        recipe.execute(&format!(
            "UPDATE wp_posts SET post_title = ' ', post_excerpt = '', post_content = '<figure></figure>\n',
                    post_name = '{slug}', post_date = '2026-03-08 10:00:00' WHERE ID = {id}"
        ));
    }
    let daemon = recipe.serve();
    for (guid, title) in [
        ("https://dala.example/?p=101", "ferry at dawn"),
        ("https://dala.example/?post_type=post&p=112", "2026-03-08"),
    ] {
        assert_eq!(item(&daemon, "/all.json", guid)["title"], title, "{guid}");
    }
}

#[test]
fn categories_above_count_and_names_stay_as_they_are() {
    let Some(recipe) = Recipe::mariadb(CONFIG, SITE) else {
        return;
    };
    recipe.execute(NAMES);
    let daemon = recipe.serve();
    let guid = "https://dala.example/?post_type=post&p=112";
    let post = item(&daemon, "/all.json", guid);
    assert_eq!(post["title"], "Часы на вокзале");
    assert_eq!(
        post["tags"],
        json!([
            "Culture",
            "Ауыл",
            "Аудан, облыс",
            "Қазақстан",
            "Қоғам",
            "5 < 7",
            "a\\b",
            "O'Нил & ко",
            "Қал\"а",
        ])
    );
    for feed in [
        "/sections/ауыл",
        "/sections/audan",
        "/sections/qazaqstan",
        "/sections/qogam",
        "/tags/onil",
        "/authors/oneil",
    ] {
        assert_says(&daemon, &format!("{feed}.json"), &[guid]);
    }
    // The other author of that name has other posts.
    assert!(!daemon.get("/authors/timur-akhmetov.json").says(guid));
}

/// What a site of so many posts and their revisions has.
pub(super) const FILL: &str = "
    INSERT INTO wp_posts (ID, post_date, post_date_gmt, post_modified_gmt, post_title, guid, post_type, post_status,
                          post_content, post_excerpt, to_ping, pinged, post_content_filtered)
    SELECT 1000 + 3 * seq + kind, '2020-01-01 05:00:00' + INTERVAL seq HOUR, '2020-01-01' + INTERVAL seq HOUR,
           '2020-01-02' + INTERVAL seq HOUR, concat('Заметка ', seq), concat('https://dala.example/?p=', 1000 + 3 * seq + kind),
           IF(kind, 'revision', 'post'), IF(kind, 'inherit', 'publish'), '<p>Текст.</p>', '', '', '', ''
    FROM seq_1_to_ROWS, (SELECT 0 AS kind UNION SELECT 1 UNION SELECT 2) AS kinds;
    ANALYZE TABLE wp_posts";

pub(super) fn recipe() -> Option<Recipe> {
    Recipe::mariadb(CONFIG, SITE)
}
