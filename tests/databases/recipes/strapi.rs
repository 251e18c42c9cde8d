//! Articles of Strapi in PostgreSQL, with drafts, corrections and languages.

use serde_json::json;

use super::{
    MEMBERS_WITHOUT_PAGE, Recipe, Step, Then, assert_items, assert_says, assert_text, item,
};
use crate::testkit::output::assert_ends;

const CONFIG: &str = include_str!("../../../examples/sql/strapi.toml");
const NEEDS: &str = include_str!("../../../examples/sql/strapi.sql");
const SITE: &str = include_str!("../strapi.sql");

/// What Strapi's own interface lists as published, in both languages.
#[rustfmt::skip]
const ARTICLES: [&str; 9] = [
    "tag:dala.example,2026:ot7yrpx2s322wi0adw2l23pg-ru | Заметка № 3: событие дня | 2025-11-01T21:00:01+05:00 | – | – | Регионы; бюджет | –",
    "tag:dala.example,2026:zp69nbrjewo6ideqsexieiai-ru | Заметка № 2: событие дня | 2025-11-01T20:00:01+05:00 | – | – | Политика | Тимур Ахметов (корреспондент); Айгерім Сапарова",
    "tag:dala.example,2026:m1f71q0ah5wv3xewi3ae4ghg-ru | Заметка № 1: событие дня | 2025-11-01T19:00:01+05:00 | – | – | Регионы; бюджет | Айгерім Сапарова",
    "tag:dala.example,2026:y7bdz3yutzw7u0s9dvk0wfjx-kk | Заметка № 0: событие дня | 2025-11-01T18:00:01+05:00 | – | kk | Аймақтар | Тимур Ахметов (корреспондент)",
    "tag:dala.example,2026:at7fjmdr96qzdo1v76ncw2qt-ru | Молния без текста | 2025-11-01T17:00:01+05:00 | – | – | – | –",
    "tag:dala.example,2026:r2797h0zxccqa22b05wqrgxf-ru | В тайном разделе | 2025-11-01T16:00:01+05:00 | – | – | – | –",
    "tag:dala.example,2026:tde6wotovzste4j1rbnxw2fo-kk | Далада көл пайда болды | 2025-11-01T14:00:01+05:00 | – | kk | Аймақтар; су | –",
    "tag:dala.example,2026:tde6wotovzste4j1rbnxw2fo-ru | В степи появилось озеро | 2025-11-01T13:00:01+05:00 | – | – | Регионы; вода | Тимур Ахметов (фотограф)",
    "tag:dala.example,2026:mtbg8r10lzsy3nzpwvhqn0ds-ru | Мажилис вернул деньги: «дороги» & мосты | 2025-11-01T12:00:01+05:00 | – | – | Политика; дороги & мосты; бюджет | Тимур Ахметов (корреспондент); Айгерім Сапарова",
];

const ROADS: &str = "tag:dala.example,2026:mtbg8r10lzsy3nzpwvhqn0ds-ru";

/// One block of each kind, as the editor stores it.
#[rustfmt::skip]
const TEXT: [&str; 6] = [
    r#"<p>Мажилис <b>вернул</b> деньги &amp; <i><u>дороги</u></i> &lt;раз&gt;<br>вторая строка <a href="https://zan.example/?a=1&amp;b=2"><b>закон</b></a> <code>x = 1</code> <s>нет</s>.</p>"#,
    r#"<h2>Что дальше &amp; «как»</h2>"#,
    r#"<ul><li>раз</li><li>два <a href="https://dala.example/o">тут</a></li><ol><li>вложено</li></ol></ul>"#,
    r#"<blockquote><p>Дороги важнее всего</p></blockquote>"#,
    r#"<pre><code>if a &lt; b:⏎  pass</code></pre>"#,
    r#"<figure><img src="https://cms.dala.example/uploads/doroga_8b7f065365.jpg" alt="Дорога &quot;в степи&quot; &amp; небо" width="1600" height="900"><figcaption>Подпись</figcaption></figure>"#,
];

/// Drafts, what was withdrawn, and a category that is not published.
const HIDDEN: [&str; 5] = [
    "Черновик",
    "Снято",
    "Тайный новый заголовок",
    "Тайный раздел",
    "тайна",
];

const FEEDS: [&str; 4] = [
    "/all.json",
    "/sections/politics.rss",
    "/sections/regions.atom",
    "/tags/budget.json",
];

const STILL: &str = "tag:dala.example,2026:zp69nbrjewo6ideqsexieiai-ru";

/// As Strapi writes it: a correction is a new row. It is heard of by the trigger.
const LIVE: [Step; 3] = [
    Step {
        sql: "BEGIN;
              UPDATE articles SET title = 'Исправлено', updated_at = now() AT TIME ZONE 'UTC' WHERE id = 20;
              DELETE FROM articles WHERE id = 21;
              INSERT INTO articles (document_id, title, slug, body, created_at, updated_at, published_at, locale)
              SELECT document_id, title, slug, body, created_at, updated_at, clock_timestamp() AT TIME ZONE 'UTC', locale
              FROM articles WHERE id = 20;
              INSERT INTO articles_category_lnk (article_id, category_id) VALUES (currval('articles_id_seq'), 2);
              COMMIT",
        then: Then::Says("Исправлено"),
        moved: &["/all.json", "/sections/politics.rss"],
    },
    // Somebody writes at one article, which moves nothing, and another is withdrawn.
    Step {
        sql: "UPDATE articles SET title = 'Тайна', updated_at = now() AT TIME ZONE 'UTC' WHERE id = 5;
              DELETE FROM articles WHERE id = 23",
        then: Then::SaysNoMore("№ 3"),
        moved: &["/all.json", "/sections/regions.atom", "/tags/budget.json"],
    },
    // One comes and one goes: their number stays.
    Step {
        sql: "BEGIN;
              DELETE FROM articles WHERE id = 19;
              INSERT INTO articles (document_id, title, slug, body, created_at, updated_at, published_at, locale)
              SELECT document_id, title, slug, body, created_at, updated_at, clock_timestamp() AT TIME ZONE 'UTC', locale
              FROM articles WHERE id = 9;
              COMMIT",
        then: Then::SaysNoMore("№ 1"),
        moved: &["/all.json", "/sections/regions.atom", "/tags/budget.json"],
    },
];

pub(super) fn recipe() -> Option<Recipe> {
    Recipe::postgres(CONFIG, &format!("{SITE}\n{NEEDS}"))
}

#[test]
fn published_rows_have_what_strapi_publishes() {
    let Some(recipe) = recipe() else {
        return;
    };
    let daemon = recipe.serve();
    assert_items(&daemon, "/all.json", &MEMBERS_WITHOUT_PAGE, &ARTICLES);
    assert_text(&daemon, ROADS, &TEXT);

    let article = item(&daemon, "/all.json", ROADS);
    let picture = "https://cms.dala.example/uploads/large_doroga_8b7f065365.jpg";
    assert_eq!(article["image"], picture);
    let facts = json!({
        "mime_type": "image/jpeg",
        "width": 1000,
        "height": 563,
        "alt": "Дорога \"в степи\" & небо",
    });
    assert_eq!(article["_taspa"]["image"], facts);
    assert_eq!(article["summary"], "Поправку приняли с третьей попытки.");
    // Rich text instead of blocks.
    let markdown = item(
        &daemon,
        "/all.json",
        "tag:dala.example,2026:ot7yrpx2s322wi0adw2l23pg-ru",
    );
    assert_eq!(
        markdown["content_html"],
        "<p>Текст <strong>заметки</strong> 3</p>"
    );
    // Two authors of one name.
    for (author, has) in [("timur", "№ 0"), ("timur-2", "озеро")] {
        assert_says(&daemon, &format!("/authors/{author}.json"), &[has]);
    }

    let all = daemon.get("/all.json");
    for hidden in HIDDEN {
        assert!(!all.says(hidden), "{hidden}");
    }
    recipe.assert_commands(
        &daemon,
        ARTICLES.len(),
        "sections/politics",
        "zp69nbrjewo6ideqsexieiai-ru",
    );
    recipe.assert_refused(&[
        ("DELETE FROM articles", "read-only transaction"),
        (
            "BEGIN READ WRITE; DELETE FROM taspa.first_published",
            "permission denied",
        ),
    ]);
}

#[test]
fn correction_keeps_id_and_date_of_its_article() {
    let Some(recipe) = recipe() else {
        return;
    };
    let mut daemon = recipe.serve();
    let before = item(&daemon, "/all.json", STILL);
    recipe.follow(&mut daemon, &FEEDS, &LIVE);
    let after = item(&daemon, "/all.json", STILL);
    assert_eq!(after["title"], "Исправлено");
    assert_eq!(after["date_published"], before["date_published"]);
    assert!(after["date_modified"].is_string(), "{after}");
    assert_says(&daemon, "/all.json", &["Черновик"]);
}

/// In the query as most would write it, the times are those of `time-zone`, which may be hours off.
#[test]
fn times_without_a_zone_are_named() {
    let Some(recipe) = recipe() else {
        return;
    };
    let recipe = recipe.with(&CONFIG.replace(" AT TIME ZONE 'UTC'", ""));
    let said = "times without a zone, which count as `time-zone`: `date`, `updated`; the newest is 2025-11-01T11:00:01Z";
    assert_ends(&recipe.run(&["check"]), 0, &[said], &[]);
}
