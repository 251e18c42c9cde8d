//! The table of PostgreSQL, by itself and as the compose file has it.

use super::{Recipe, Step, Then, assert_items, assert_says};
use crate::testkit::copies::Copies;

const CONFIG: &str = include_str!("../../../examples/sql/table.toml");
const SCHEMA: &str = include_str!("../../../examples/sql/table.sql");
const COMPOSE: &str = include_str!("../../../examples/compose/feeds.toml");
const SAMPLE: &str = include_str!("../../../examples/compose/sample.sql");

const MEMBERS: [&str; 6] = ["id", "url", "title", "language", "tags", "authors"];

#[rustfmt::skip]
const ARTICLES: [&str; 3] = [
    "tag:dala.example,2026:3 | https://dala.example/news/night-train | The night train gets a library car | en | Culture; railway; books | English Desk",
    "tag:dala.example,2026:2 | https://dala.example/news/kitap-keruen | Кітап керуені Сарысуға жетті | kk | Қоғам; кітап; мектеп | Айгерім Сапарова",
    "tag:dala.example,2026:1 | https://dala.example/news/step-ozero | В степи под Бесколем появилось озеро | – | Регионы; вода; степь | Тимур Ахметов",
];

const FEEDS: [&str; 5] = [
    "/all.json",
    "/authors/english-desk.rss",
    "/sections/culture.json",
    "/sections/регионы.atom",
    "/tags/кітап.rss",
];

const OF_THE_TRAIN: [&str; 3] = [
    "/all.json",
    "/authors/english-desk.rss",
    "/sections/culture.json",
];

/// Heard of by the trigger: nothing is asked for so soon.
const LIVE: [Step; 5] = [
    Step {
        sql: "INSERT INTO articles (slug, title) VALUES ('flash', 'Срочно')",
        then: Then::Says("https://dala.example/news/flash"),
        moved: &["/all.json"],
    },
    Step {
        sql: "UPDATE articles SET title = title;
              UPDATE articles SET title = 'The night train is late' WHERE slug = 'night-train'",
        then: Then::Says("The night train is late"),
        moved: &OF_THE_TRAIN,
    },
    Step {
        sql: "UPDATE articles SET draft = true WHERE slug = 'night-train'",
        then: Then::SaysNoMore("The night train is late"),
        moved: &OF_THE_TRAIN,
    },
    Step {
        sql: "UPDATE articles SET draft = false WHERE slug = 'night-train'",
        then: Then::Says("The night train is late"),
        moved: &OF_THE_TRAIN,
    },
    Step {
        sql: "DELETE FROM articles WHERE slug = 'flash'",
        then: Then::SaysNoMore("Срочно"),
        moved: &["/all.json"],
    },
];

const ARCHIVE: Step = Step {
    sql: "INSERT INTO articles (slug, title, published_at)
          SELECT 'old-' || n, 'Из архива', '2025-07-10 12:00Z' FROM generate_series(1, 20) AS n",
    then: Then::Says("https://dala.example/news/old-1\""),
    moved: &["/all.json"],
};

pub(super) fn recipe() -> Option<Recipe> {
    let recipe = Recipe::postgres(CONFIG, SCHEMA)?;
    recipe.execute(SAMPLE);
    Some(recipe)
}

#[test]
fn sample_is_served_by_both_recipes() {
    let Some(recipe) = recipe() else {
        return;
    };
    let daemon = recipe.serve();
    assert_items(&daemon, "/all.json", &MEMBERS, &ARTICLES);
    assert_says(
        &daemon,
        "/sections/регионы.rss",
        &[
            "<guid isPermaLink=\"false\">tag:dala.example,2026:1</guid>",
            "<link>https://dala.example/news/step-ozero</link>",
            "зато прилетели пеликаны",
        ],
    );
    recipe.assert_commands(&daemon, ARTICLES.len(), "sections/регионы", "1");
    recipe.assert_refused(&[
        (
            "INSERT INTO articles (slug, title) VALUES ('no', 'Нет')",
            "read-only transaction",
        ),
        (
            "BEGIN READ WRITE; DELETE FROM articles",
            "permission denied",
        ),
    ]);

    // Beside it, the articles have no pages but those of the daemon.
    let compose = recipe.with(COMPOSE);
    compose.newsroom.reconfigure("0.0.0.0:9091", "127.0.0.1:0");
    let daemon = compose.serve();
    let page = |line: &str| {
        let (id, rest) = line.split_once(" | ").expect("an id");
        let (_, rest) = rest.split_once(" | ").expect("an address");
        let (_, key) = id.rsplit_once(':').expect("a key");
        format!("{id} | http://localhost:8080/articles/{key} | {rest}")
    };
    let expected = ARTICLES.map(page);
    let expected = expected.each_ref().map(String::as_str);
    assert_items(&daemon, "/all.json", &MEMBERS, &expected);
    assert_says(&daemon, "/articles/1", &["зато прилетели пеликаны"]);
    compose.assert_commands(&daemon, ARTICLES.len(), "tags/кітап", "2");
}

#[test]
fn edits_are_served_at_once() {
    let Some(recipe) = recipe() else {
        return;
    };
    let mut daemon = recipe.serve();
    recipe.follow(&mut daemon, &FEEDS, &LIVE);
    // Few enough could all be withdrawn at once.
    recipe.follow(&mut daemon, &FEEDS, &[ARCHIVE]);
    let before = Copies::take(&daemon, &FEEDS);
    recipe.execute("TRUNCATE articles");
    daemon.wait_for("articles are gone");
    assert!(before.again(&daemon).moved_since(&before).is_empty());
}
