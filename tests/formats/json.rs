//! The keys and types of a JSON Feed.

use serde_json::Value;
use taspa::feed::Feed;
use taspa::format::Format;

use crate::documents::render;
use crate::feeds;

#[test]
fn a_json_feed_has_the_types_of_the_specification() {
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
fn json_items_say_what_the_article_says() {
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

fn json(feed: &Feed) -> Value {
    serde_json::from_str(&render(feed, Format::Json)).expect("JSON")
}
