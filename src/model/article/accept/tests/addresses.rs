//! Ids, pages, and addresses in an article.

use super::*;

#[test]
fn only_absolute_ids_are_kept() {
    for (written, expected) in [
        (" tag:dala.example,2020:7 ", Some("tag:dala.example,2020:7")),
        ("urn:uuid:0b4e", Some("urn:uuid:0b4e")),
        (
            "HTTP://Dala.example/?p=7&q=%d0",
            Some("HTTP://Dala.example/?p=7&q=%d0"),
        ),
        (
            "https://dala.example/мост",
            Some("https://dala.example/%D0%BC%D0%BE%D1%81%D1%82"),
        ),
        ("2026/мост", None),
        ("7", None),
        ("tag:", None),
        ("https:", None),
        ("https:dala.example/7", None),
        ("javascript:alert(1)", None),
        (
            "tag:dala.example,2020:a b",
            Some("tag:dala.example,2020:a%20b"),
        ),
        (
            "https://dala.example/?p={7}|\"<a>\"\\^`%20%",
            Some("https://dala.example/?p=%7B7%7D%7C%22%3Ca%3E%22%5C%5E%60%20%"),
        ),
        (
            "https://dala.example/?p=7&amp;q=[1]~'(2)",
            Some("https://dala.example/?p=7&amp;q=[1]~'(2)"),
        ),
        ("tag: дорога", None),
        ("tag:dala.example,2020:a\u{0}b", None),
    ] {
        let article = with(|draft| draft.id = Some(written.into()));
        assert_eq!(article.id.as_deref(), expected, "{written:?}");
    }
}

#[test]
fn pages_are_absolute_and_percent_encoded() {
    let filled = Some("https://dala.example/ru/2026/%D1%81%D0%B5%D0%BD%D0%B0%D1%82");
    for (written, expected) in [
        (" https://dala.example ", Some("https://dala.example/")),
        (
            "HTTP://DALA.example/мост?a=\"1\"",
            Some("http://dala.example/%D0%BC%D0%BE%D1%81%D1%82?a=%221%22"),
        ),
        ("/news/7", Some("https://dala.example/news/7")),
        ("javascript:alert(1)", filled),
        ("ftp://dala.example/7", filled),
        ("https://", filled),
        ("", filled),
    ] {
        let article = with(|draft| draft.url = Some(written.into()));
        assert_eq!(article.url.as_deref(), expected, "{written:?}");
    }
}

#[test]
fn the_id_gives_the_key() {
    for (id, key) in [
        (None, None),
        (Some("7"), Some("7")),
        (Some(" /2026/мост/ "), Some("2026/мост")),
        (Some("краи\u{306}"), Some("край")),
        (
            Some("tag:dala.example,2020:7"),
            Some("tag:dala.example,2020:7"),
        ),
        (
            Some("https://dala.example/?p=7"),
            Some("https://dala.example/?p=7"),
        ),
        (Some("/"), None),
        (Some(" \u{0} "), None),
    ] {
        let mut draft = draft();
        draft.id = id.map(Into::into);
        assert_eq!(draft.own_key(), Ok(key.map(Into::into)), "{id:?}");
    }
    let mut draft = draft();
    draft.id = Some("a".repeat(ID_BYTES_MAX + 1));
    let refusal = draft.own_key().expect_err("a long id");
    assert_eq!(refusal.reason, "the id is longer than 1024 bytes");
}

#[test]
fn relative_urls_are_resolved_against_the_article_page() {
    let html = r#"<p><a href="../b">b</a><img src="c.jpg"></p>"#;
    for (url, link, page) in [
        (None, None, "https://dala.example/"),
        (
            None,
            Some("https://dala.example/{lang}/{year}/{name}"),
            "https://dala.example/ru/2026/",
        ),
        (Some("/a/b/c"), None, "https://dala.example/a/b/"),
        (
            Some("https://x.example/y/z"),
            Some("https://dala.example/{key}"),
            "https://x.example/y/",
        ),
    ] {
        let mut draft = draft();
        draft.url = url.map(Into::into);
        draft.body = Body::Html(html.into());
        draft.image = Some(medium("i.png"));
        let reading = AcceptSettings {
            link: link.map(Into::into),
            ..almaty()
        };
        let accepted = draft.accept("2026/сенат".into(), &reading);
        let article = accepted.expect("an acceptable draft").article;
        let image = article.image.expect("an image");
        assert_eq!(image.url, format!("{page}i.png"));
        assert_eq!(image.media_type.as_deref(), Some("image/png"));
        let picture = format!(r#"<img src="{page}c.jpg" alt="">"#);
        assert!(
            article.body.as_str().contains(&picture),
            "{:?}",
            article.body
        );
    }
}

#[test]
fn files_of_an_article_may_begin_with_the_address_of_the_site() {
    let article = with(|draft| {
        draft.image = Some(medium("{{ site.url }}{{ site.baseurl }}/a.jpg"));
        draft.enclosures = vec![medium("{{ '/b.mp3' | absolute_url }}")];
    });
    let image = article.image.expect("a picture");
    assert_eq!(image.url, "https://dala.example/a.jpg");
    assert_eq!(article.enclosures[0].url, "https://dala.example/b.mp3");
}

#[test]
fn enclosures_need_an_http_url() {
    for (written, url, media_type) in [
        (
            medium("/a.MP3?x=1"),
            "https://dala.example/a.MP3?x=1",
            Some("audio/mpeg"),
        ),
        (medium("//cdn.example/a"), "https://cdn.example/a", None),
        (
            Media {
                media_type: Some("Audio/OGG; codecs=opus".into()),
                ..medium("/a.mp3")
            },
            "https://dala.example/a.mp3",
            Some("audio/ogg"),
        ),
        (
            Media {
                media_type: Some("звук".into()),
                ..medium("/a.mp4")
            },
            "https://dala.example/a.mp4",
            Some("video/mp4"),
        ),
    ] {
        let article = with(|draft| draft.enclosures = vec![medium("mailto:a@b"), written]);
        let [accepted] = article.enclosures.as_slice() else {
            panic!("{:?}", article.enclosures);
        };
        assert_eq!(accepted.url, url);
        assert_eq!(accepted.media_type.as_deref(), media_type);
    }
}

#[test]
fn a_size_of_zero_is_dropped() {
    let article = with(|draft| {
        draft.image = Some(Media {
            length: Some(0),
            width: Some(0),
            height: Some(853),
            ..medium("/a.jpg")
        });
    });
    let image = article.image.expect("an image");
    assert_eq!(
        (image.length, image.width, image.height),
        (None, None, Some(853))
    );
}
