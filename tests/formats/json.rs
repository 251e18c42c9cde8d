//! The keys and types of a JSON Feed.

use serde_json::Value;
use taspa::feed::document::Feed;
use taspa::model::format::Format;

use crate::documents::render;
use crate::feeds;

#[test]
fn json_feed_has_the_types_of_the_specification() {
    for (name, feed) in feeds::all() {
        let json = render(&feed, Format::Json);
        let json: Value = serde_json::from_str(&json).expect("JSON");
        for key in [
            "version",
            "title",
            "home_page_url",
            "feed_url",
            "description",
            "language",
        ] {
            assert!(json[key].is_string(), "{name}: {key}");
        }
        assert!(json["authors"][0]["name"].is_string(), "{name}");
        for item in json["items"].as_array().expect("an array of items") {
            for key in ["id", "url", "title", "date_published"] {
                assert!(item[key].is_string(), "{name}: {key}");
            }
            let contents = ["content_html", "content_text"].map(|key| item[key].is_string());
            assert_ne!(
                contents[0], contents[1],
                "{name}: one content, and only one"
            );
            let optional = item.get("tags").into_iter().chain(item.get("authors"));
            for list in optional {
                assert!(!list.as_array().expect("a list").is_empty(), "{name}");
            }
        }
    }
}

#[test]
fn json_items_have_the_fields_of_the_article() {
    let full: Value = json(&feeds::ordinary());
    let (corrected, kazakh, flash) = (&full["items"][0], &full["items"][1], &full["items"][2]);
    assert_eq!(
        corrected["tags"],
        serde_json::json!(["Парламент", "мажилис", "C++"])
    );
    assert_eq!(corrected["date_modified"], "2026-01-09T11:05:30+05:00");
    assert_eq!(corrected.get("language"), None);
    assert_eq!(kazakh["language"], "kk");
    assert_eq!(kazakh.get("date_modified"), None);
    assert_eq!(kazakh["date_published"], "2024-02-05T09:00:00+06:00");
    assert_eq!(flash["content_text"], flash["title"]);
    assert_eq!(flash.get("summary"), None);
    assert_eq!(full["icon"], "https://dala.example/icon.png");

    let leads = json(&feeds::summary());
    assert_eq!(
        leads["items"][0]["content_text"],
        leads["items"][0]["summary"]
    );
    assert_eq!(leads["items"][0].get("content_html"), None);
    assert_eq!(json(&feeds::empty()).get("icon"), None);
}

#[test]
fn json_items_have_the_media_of_the_article() {
    let feed = json(&feeds::media());
    let picture = serde_json::json!({
        "mime_type": "image/jpeg", "size_in_bytes": 250_000, "width": 1280, "height": 853,
        "alt": "Мост через реку", "credit": "Тимур Рахимов",
    });
    let photo = |name: &str| {
        serde_json::json!({
            "url": format!("https://dala.example/{name}.jpg"),
            "mime_type": "image/jpeg",
            "size_in_bytes": 250_000,
            "_taspa": {
                "width": 1280, "height": 853,
                "alt": "Мост через реку", "credit": "Тимур Рахимов",
            },
        })
    };
    for (n, image, details, attachments) in [
        (
            0,
            "https://dala.example/cover.jpg",
            picture.clone(),
            serde_json::json!([
                {
                    "url": "https://dala.example/water.mp3",
                    "mime_type": "audio/mpeg",
                    "title": "Выпуск о воде",
                    "size_in_bytes": 4_194_304,
                },
                { "url": "https://dala.example/water.pdf", "mime_type": "application/pdf" },
            ]),
        ),
        (1, "https://dala.example/bridge.jpg", picture, Value::Null),
        (
            2,
            "https://dala.example/first.png",
            serde_json::json!({ "mime_type": "image/png", "size_in_bytes": 9_000 }),
            serde_json::json!([photo("second"), photo("third")]),
        ),
        (
            3,
            "https://dala.example/picture?id=7",
            Value::Null,
            serde_json::json!([{
                "url": "https://dala.example/download?id=7",
                "mime_type": "application/octet-stream",
            }]),
        ),
    ] {
        let item = &feed["items"][n];
        assert_eq!(item["image"], image, "item {n}");
        assert_eq!(item["_taspa"]["image"], details, "item {n}");
        assert_eq!(item["attachments"], attachments, "item {n}");
    }
}

#[test]
fn json_authors_have_name_url_and_role() {
    assert_eq!(
        json(&feeds::media())["items"][0]["authors"],
        serde_json::json!([
            {
                "name": "Айман Аманжолова",
                "url": "https://dala.example/authors/aiman",
                "_taspa": { "role": "корреспондент" },
            },
            {
                "name": "Тимур Рахимов",
                "url": "mailto:timur@dala.example",
                "_taspa": { "role": "фотограф" },
            },
        ])
    );
    assert_eq!(
        json(&feeds::hostile())["authors"][0]["url"],
        "mailto:o'neill%26co@dala.example"
    );
}

fn json(feed: &Feed) -> Value {
    serde_json::from_str(&render(feed, Format::Json)).expect("JSON")
}
