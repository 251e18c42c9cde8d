//! A Wagtail site in PostgreSQL, with what editors and the program itself leave in one.

use serde_json::json;

use super::{
    MEMBERS_WITHOUT_PAGE, Recipe, Step, Then, assert_items, assert_says, assert_text, item,
};

const CONFIG: &str = include_str!("../../../examples/sql/wagtail.toml");
const NEEDS: &str = include_str!("../../../examples/sql/wagtail.sql");
const SITE: &str = include_str!("../wagtail.sql");

/// What Wagtail's own interface lists, without the copy of the lake in another section.
#[rustfmt::skip]
const PAGES: [&str; 10] = [
    "tag:dala.example,2026:28 | Заметка № 1: событие дня | 2025-11-02T14:00:00+05:00 | – | – | Парламент; Политика; хроника | Айгерім Сапарова",
    "tag:dala.example,2026:27 | Заметка № 0: событие дня | 2025-11-02T13:00:00+05:00 | – | – | Политика | Тимур Ахметов (корреспондент)",
    "tag:dala.example,2026:25 | Далада көл пайда болды | 2025-11-02T11:00:00+05:00 | – | kk | Аймақтар; вода; степь | Айгерім Сапарова",
    "tag:dala.example,2026:21 | Без текста: молния | 2025-11-02T07:00:00+05:00 | – | – | Политика | Тимур Ахметов (фотограф)",
    "tag:dala.example,2026:20 | Переехала | 2025-11-02T06:00:00+05:00 | – | – | Регионы | –",
    "tag:dala.example,2026:19 | Правится сейчас | 2025-11-02T05:00:00+05:00 | – | – | Политика | –",
    "tag:dala.example,2026:14 | Скоро истечёт | 2025-11-02T00:00:00+05:00 | – | – | Регионы | –",
    "tag:dala.example,2026:13 | Было запланировано | 2025-11-01T23:00:00+05:00 | – | – | Регионы | –",
    "tag:dala.example,2026:10 | Мажилис вернул деньги: «дороги» & мосты <без торга> | 2025-11-01T20:00:00+05:00 | 2025-11-20T10:00:00+05:00 | – | Парламент; Политика; бюджет; дороги & мосты | Тимур Ахметов (корреспондент); Айгерім Сапарова",
    "tag:dala.example,2026:8 | В степи появилось озеро | 2025-11-01T18:00:00+05:00 | – | – | Регионы; вода; степь | Айгерім Сапарова",
];

/// One block of each kind. Wagtail gives the same words and the same addresses; of the page and the picture that are gone
/// it leaves an empty tag.
#[rustfmt::skip]
const TEXT: [&str; 20] = [
    r#"<p>Мажилис <b>вернул</b> деньги на дороги: <i>поправку</i> приняли с третьей попытки, за неё отдали 62 голоса.</p>"#,
    r#"<p><a href="https://dala.example/regions/%D0%B2-%D1%81%D1%82%D0%B5%D0%BF%D0%B8-%D0%BF%D0%BE%D1%8F%D0%B2%D0%B8%D0%BB%D0%BE%D1%81%D1%8C-%D0%BE%D0%B7%D0%B5%D1%80%D0%BE/">Об озере</a> писали раньше, <a href="https://zan.example/?a=1&amp;b=2">закон</a> тут, п<a href="https://dala.example/documents/1/postanovlenie.pdf">остановление </a>здесь, а старый текст удалён. <a href="mailto:red@dala.example">Почта</a>. Часть.</p>"#,
    r#"<figure><img src="https://dala.example/media/images/doroga.width-800.jpg" width="800" height="450" alt="Дорога &quot;в степи&quot; &amp; небо"></figure>"#,
    r#"<h2>Что дальше</h2>"#,
    r#"<ul><li>раз &lt; два &amp; три<ul><li>вложено</li></ul></li></ul>"#,
    r#"<p><a href="https://www.youtube.com/watch?v=abcdefghijk&amp;t=5">YouTube</a></p>"#,
    r#"<hr>"#,
    r#"<p>м<sup>2</sup> <s>зачёркнуто</s></p>"#,
    r#"<h2>Голоса &amp; &lt;цифры&gt;</h2>"#,
    r#"<figure><img src="https://dala.example/media/original_images/vtoroy.jpg" width="1600" height="900" alt="Описание: Второй"></figure>"#,
    r#"<figure><img src="https://dala.example/media/original_images/ozero.jpg" width="800" height="600" alt="Берег &quot;озера&quot;"></figure>"#,
    r#"<blockquote><p>Дороги важнее⏎всего, &lt;сказал&gt; он.</p>"#,
    r#"<p>Ержан О'Нил</p></blockquote>"#,
    r#"<blockquote>Просто цитата &amp; всё</blockquote>"#,
    r#"<p><a href="https://vimeo.com/123456?x=1&amp;y=2">Vimeo</a></p>"#,
    r#"<div><p>Справка</p></div><ul><li>первое &amp; главное</li><li>второе</li></ul>"#,
    r#"<figure><img src="https://dala.example/media/images/doroga.width-800.jpg" width="800" height="450" alt="Описание: Дорога в степи"></figure>"#,
    r#"<figure><img src="https://dala.example/media/original_images/ozero.jpg" width="800" height="600" alt="Описание: Озеро &amp; берег"></figure>"#,
    r#"<p><a href="https://dala.example/documents/1/postanovlenie.pdf"><b>Постановление № 7</b></a></p>"#,
    r#"<table><tbody><tr><td>Год</td><td>Сумма</td></tr><tr><td>2026</td><td>1 &lt; 2</td></tr></tbody></table>"#,
];

/// Drafts, plans, what has expired or was withdrawn, and pages behind a login or a password.
const HIDDEN: [&str; 8] = [
    "Черновик",
    "Запланировано",
    "Истекло",
    "Снято",
    "В закрытом разделе",
    "Под паролем",
    "черновика",
    "тайна",
];

const FEEDS: [&str; 5] = [
    "/all.json",
    "/sections/parliament.rss",
    "/sections/politics.json",
    "/sections/regions.atom",
    "/tags/вода.json",
];

/// As Wagtail writes it. It is heard of by the trigger: nothing is asked for so soon.
const LIVE: [Step; 6] = [
    Step {
        sql: "BEGIN;
              UPDATE wagtailcore_page
              SET live = true, first_published_at = now(), last_published_at = now(), has_unpublished_changes = false
              WHERE id = 11;
              INSERT INTO news_articletag (content_object_id, tag_id) VALUES (11, 1);
              COMMIT",
        then: Then::Says("Черновик"),
        moved: &["/all.json", "/sections/regions.atom", "/tags/вода.json"],
    },
    // Somebody goes on writing at one page, which moves nothing, and another is withdrawn.
    Step {
        sql: "UPDATE wagtailcore_page
              SET draft_title = 'Тайна', has_unpublished_changes = true, latest_revision_created_at = now()
              WHERE id = 10;
              UPDATE wagtailcore_page SET live = false, has_unpublished_changes = true WHERE id = 11",
        then: Then::SaysNoMore("Черновик"),
        moved: &["/all.json", "/sections/regions.atom", "/tags/вода.json"],
    },
    // What stands in Kazakh has a section page of its own.
    Step {
        sql: "INSERT INTO wagtailcore_pageviewrestriction (password, page_id, restriction_type) VALUES ('', 6, 'login')",
        then: Then::SaysNoMore("Переехала"),
        moved: &["/all.json", "/sections/regions.atom", "/tags/вода.json"],
    },
    Step {
        sql: "DELETE FROM wagtailcore_pageviewrestriction WHERE page_id = 6",
        then: Then::Says("Переехала"),
        moved: &["/all.json", "/sections/regions.atom", "/tags/вода.json"],
    },
    // One comes and one goes: their number stays.
    Step {
        sql: "BEGIN;
              UPDATE wagtailcore_page SET live = false WHERE id = 28;
              UPDATE wagtailcore_page SET live = true, last_published_at = now() WHERE id = 16;
              COMMIT",
        then: Then::SaysNoMore("№ 1"),
        moved: &[
            "/all.json",
            "/sections/parliament.rss",
            "/sections/politics.json",
            "/sections/regions.atom",
        ],
    },
    Step {
        sql: "UPDATE wagtailcore_page SET expire_at = now() - interval '1 second', last_published_at = now() WHERE id = 16",
        then: Then::SaysNoMore("Снято"),
        moved: &["/all.json", "/sections/regions.atom"],
    },
];

pub(super) fn recipe() -> Option<Recipe> {
    Recipe::postgres(CONFIG, &format!("{SITE}\n{NEEDS}"))
}

#[test]
fn pages_have_what_readers_of_the_site_see() {
    let Some(recipe) = recipe() else {
        return;
    };
    let daemon = recipe.serve();
    assert_items(&daemon, "/all.json", &MEMBERS_WITHOUT_PAGE, &PAGES);
    assert_text(&daemon, "tag:dala.example,2026:10", &TEXT);

    let article = item(&daemon, "/all.json", "tag:dala.example,2026:10");
    let picture = "https://dala.example/media/images/doroga.width-1200.jpg";
    assert_eq!(article["image"], picture);
    let facts = json!({
        "mime_type": "image/jpeg",
        "width": 1200,
        "height": 675,
        "alt": "Описание: Дорога в степи",
    });
    assert_eq!(article["_taspa"]["image"], facts);
    assert_eq!(
        article["summary"],
        "Поправку о степных дорогах приняли с третьей попытки."
    );
    let kazakh = item(&daemon, "/all.json", "tag:dala.example,2026:25");
    let address = kazakh["url"].as_str().expect("a page");
    assert!(
        address.starts_with("https://dala.example/kk/regions/"),
        "{address}"
    );
    // Two authors of one name.
    for (author, has) in [("timur-akhmetov", "№ 0"), ("timur-akhmetov-2", "молния")] {
        assert_says(&daemon, &format!("/authors/{author}.json"), &[has]);
    }

    let all = daemon.get("/all.json");
    for hidden in HIDDEN {
        assert!(!all.says(hidden), "{hidden}");
    }
    recipe.assert_commands(&daemon, PAGES.len(), "sections/parliament", "28");
    recipe.assert_refused(&[
        (
            "UPDATE wagtailcore_page SET title = ''",
            "read-only transaction",
        ),
        (
            "SELECT password FROM wagtailcore_pageviewrestriction",
            "permission denied",
        ),
    ]);
}

#[test]
fn what_editors_of_wagtail_do_is_served_at_once() {
    let Some(recipe) = recipe() else {
        return;
    };
    let mut daemon = recipe.serve();
    recipe.follow(&mut daemon, &FEEDS, &LIVE);
}
