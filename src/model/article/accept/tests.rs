use super::*;
use crate::model::article::{Body, Media, Revision, Visibility};
use crate::model::time::Zone;
use crate::text::Html;

fn date(text: &str) -> WrittenDate {
    WrittenDate::parse(text).expect("a date")
}

fn draft() -> Draft {
    let body = Body::Paragraphs {
        paragraphs: vec!["Лид.".into(), "Текст.".into()],
        credits: vec!["Фото: архив".into()],
    };
    Draft {
        sections: vec!["Парламент".into()],
        tags: vec!["сенат".into(), "закон".into()],
        authors: vec![Author {
            name: "Айман Аманжолова".into(),
            role: Some("корреспондент".into()),
            ..Author::default()
        }],
        ..Draft::new("Сенат принял закон", date("2026-01-08"), body)
    }
}

fn almaty() -> AcceptSettings {
    AcceptSettings {
        link: Some("https://dala.example/{lang}/{year}/{name}".into()),
        ..AcceptSettings::of_site(
            Zone::find("Asia/Almaty").expect("the bundled database knows Almaty"),
            "ru",
            "https://dala.example/",
        )
    }
}

fn accepted(draft: Draft) -> Article {
    passed(draft).article
}

fn passed(draft: Draft) -> Accepted {
    draft
        .accept("2026/сенат".into(), &almaty())
        .expect("an acceptable draft")
}

fn paragraphs(draft: &mut Draft) -> &mut Vec<String> {
    match &mut draft.body {
        Body::Paragraphs { paragraphs, .. } => paragraphs,
        _ => panic!("the ordinary draft is plain text"),
    }
}

fn credits(draft: &mut Draft) -> &mut Vec<String> {
    match &mut draft.body {
        Body::Paragraphs { credits, .. } => credits,
        _ => panic!("the ordinary draft is plain text"),
    }
}

/// The article from the ordinary draft after `change`.
fn with(change: impl FnOnce(&mut Draft)) -> Article {
    let mut draft = draft();
    change(&mut draft);
    accepted(draft)
}

fn at(text: &str) -> Timestamp {
    Zone::UTC.resolve(date(text))
}

type Edit = fn(&mut Draft);

fn medium(url: &str) -> Media {
    Media {
        url: url.into(),
        ..Media::default()
    }
}

fn terms(count: usize) -> Vec<WrittenTerm> {
    many(count).into_iter().map(WrittenTerm::from).collect()
}

fn many(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("т{n}")).collect()
}

#[test]
fn an_ordinary_draft_becomes_an_article() {
    let article = accepted(draft());
    let expected = Article {
        key: "2026/сенат".into(),
        id: None,
        title: Text::new("Сенат принял закон"),
        published: at("2026-01-07T19:00"),
        updated: at("2026-01-07T19:00"),
        url: Some("https://dala.example/ru/2026/%D1%81%D0%B5%D0%BD%D0%B0%D1%82".into()),
        sections: vec!["Парламент".into()],
        tags: vec!["сенат".into(), "закон".into()],
        authors: draft().authors,
        language: "ru".into(),
        lead: Text::new("Лид."),
        body: Html::from_paragraphs(["Лид.", "Текст.", "Фото: архив"]),
        image: None,
        enclosures: Vec::new(),
    };
    assert_eq!(article, expected);
}

#[test]
fn a_headline_without_text_has_neither_lead_nor_body() {
    let article = with(|draft| {
        paragraphs(draft).clear();
        credits(draft).clear();
    });
    assert!(article.lead.is_empty() && article.body.is_empty());
}

#[test]
fn an_update_out_of_range_costs_itself() {
    let mut draft = draft();
    draft.updated = Some(date("9999-12-31T12:00"));
    let accepted = draft.accept("a".into(), &almaty()).expect("an article");
    assert_eq!(accepted.article.updated, accepted.article.published);
    assert_eq!(
        accepted.warnings[0].reason,
        "`updated`: the date is out of range"
    );
}

#[test]
fn an_expiry_out_of_range_withdraws_the_article() {
    let cases: [(bool, Edit); 2] = [
        (false, |d| d.title = String::new()),
        (true, |d| d.expires = Some(date("0000-12-31"))),
    ];
    for (withdraws, edit) in cases {
        let mut draft = draft();
        edit(&mut draft);
        let refusal = draft.accept("a".into(), &almaty()).expect_err("a fault");
        assert_eq!(refusal.withdraws, withdraws, "{refusal:?}");
    }
}

#[test]
fn empty_titles_impossible_dates_and_long_lists_are_refused() {
    let cases: [(&str, Edit); 11] = [
        ("the title is empty", |d| d.title = " \u{0}\u{200b}".into()),
        ("101 tags, expected at most 100", |d| d.tags = terms(101)),
        ("101 tags, expected at most 100", |d| {
            d.tags = vec!["один".into(); 101]
        }),
        ("the date is out of range", |d| {
            d.published = date("9999-12-31T23:00")
        }),
        ("the date is out of range", |d| {
            d.published = date("0000-12-31")
        }),
        (
            "`expires`: the date is out of range, so the article is hidden",
            |d| d.expires = Some(date("0000-12-31")),
        ),
        ("101 authors, expected at most 100", |d| {
            d.authors = vec![Author::default(); 101]
        }),
        ("101 enclosures, expected at most 100", |d| {
            d.enclosures = vec![Media::default(); 101]
        }),
        ("elements are nested deeper than 200", |d| {
            d.body = Body::Html("<div>".repeat(201))
        }),
        ("the HTML has too many tags, attributes or entities", |d| {
            d.body = Body::Html("<br>".repeat(300_001))
        }),
        ("the text is larger than 4194304 bytes as HTML", |d| {
            d.body = Body::Markdown("&".repeat(1 << 20))
        }),
    ];
    for (reason, change) in cases {
        let mut draft = draft();
        change(&mut draft);
        let refusal = draft.accept("k".into(), &almaty()).expect_err(reason);
        assert_eq!(refusal.reason, reason);
        assert!(!refusal.hint.is_empty());
    }
    assert_eq!(with(|d| d.tags = terms(100)).tags.len(), 100);
}

#[test]
fn updated_is_never_before_published() {
    for (updated, expected) in [
        (None, "2026-01-07T19:00"),
        (Some("2026-01-09T10:00"), "2026-01-09T05:00"),
        (Some("2026-01-09T10:00Z"), "2026-01-09T10:00"),
        (Some("2025-12-31"), "2026-01-07T19:00"),
        (Some("2099-01-01"), "2098-12-31T19:00"),
    ] {
        let article = with(|draft| draft.updated = updated.map(date));
        assert_eq!(article.updated, at(expected), "{updated:?}");
    }
}

#[test]
fn tags_are_cleaned_and_deduplicated_by_key() {
    for (written, expected) in [
        (&["сенат", "Сенат", "#сенат", "СЕНАТ!"][..], &["сенат"][..]),
        (&["Сенат", "сенат"], &["Сенат"]),
        (&["", "#", " # ", "—", "\u{200b}"], &[]),
        (&[" ##новый  закон "], &["новый закон"]),
        (
            &["мәжіліс", "мажилис", "C++", "C"],
            &["мәжіліс", "мажилис", "C++", "C"],
        ),
    ] {
        let article = with(|draft| draft.tags = written.iter().map(|&tag| tag.into()).collect());
        let tags: Vec<&str> = article.tags.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(tags, expected, "{written:?}");
    }
}

#[test]
fn authors_and_sections_without_a_key_are_dropped() {
    let author = |name: &str, role: Option<&str>| Author {
        name: name.into(),
        role: role.map(Into::into),
        ..Author::default()
    };
    let article = with(|draft| {
        draft.sections = vec![" — ".into()];
        draft.authors = vec![
            author(" Айман\u{a0}А. ", Some(" ")),
            author("", Some("редактор")),
            author("Болат\u{0}", Some("спец\n кор")),
        ];
    });
    assert_eq!(article.sections, []);
    assert_eq!(
        article.authors,
        [author("Айман А.", None), author("Болат", Some("спец кор"))]
    );
}

#[test]
fn titles_and_names_are_decoded_and_composed() {
    let article = with(|draft| {
        draft.title = "ТОО &quot;Ромашка&quot; &#8212; край\u{fffd}".into();
        draft.sections = vec!["Наука &amp; техника".into()];
        draft.tags = vec!["R&D".into(), "Краи\u{306}".into(), "край".into()];
        draft.authors[0].name = "О&rsquo;Нил\u{feff}".into();
        draft.authors[0].role = Some("корр. &laquo;Степи&raquo;".into());
        draft.image = Some(Media {
            alt: Some("Мост &amp; река".into()),
            credit: Some("&copy; Степь".into()),
            ..medium("/a.jpg?w=1&amp;h=2")
        });
        draft.url = Some("/news?id=7&#038;lang=ru".into());
    });
    assert_eq!(
        article.url.as_deref(),
        Some("https://dala.example/news?id=7&lang=ru")
    );
    assert_eq!(article.title.as_str(), "ТОО \"Ромашка\" — край");
    let names = article.sections.iter().chain(&article.tags);
    let names: Vec<&str> = names.map(|term| term.name.as_str()).collect();
    assert_eq!(names, ["Наука & техника", "R&D", "Край"]);
    assert_eq!(article.authors[0].name, "О’Нил");
    let role = article.authors[0].role.as_deref();
    assert_eq!(role, Some("корр. «Степи»"));
    let image = article.image.expect("an image");
    assert_eq!(image.url, "https://dala.example/a.jpg?w=1&h=2");
    assert_eq!(image.alt.as_deref(), Some("Мост & река"));
    assert_eq!(image.credit.as_deref(), Some("© Степь"));
}

#[test]
fn probable_damage_of_titles_and_names_is_a_warning() {
    let warnings = |change: Edit| {
        let mut draft = draft();
        change(&mut draft);
        let reasons = passed(draft).warnings.into_iter();
        reasons.map(|warning| warning.reason).collect::<Vec<_>>()
    };
    let cases: [(Edit, &[&str]); 5] = [
        (|_| {}, &[]),
        (
            |d| d.title = "COVID-19-ды жеңген IT-компания, Apple-дың сыйы".into(),
            &[],
        ),
        (
            |d| d.title = "Тi\u{fffd}лші".into(),
            &[
                "the title has a character that was lost in a conversion (U+FFFD): `Тi\u{fffd}лші`",
                "the title has a word of Latin and Cyrillic letters: `Тi`",
            ],
        ),
        (
            |d| d.tags.push("вoда".into()),
            &["a tag has a word of Latin and Cyrillic letters: `вoда`"],
        ),
        (
            |d| {
                d.sections = vec!["Мiр".into()];
                d.authors[0].name = "Aйман".into();
            },
            &[
                "a section has a word of Latin and Cyrillic letters: `Мiр`",
                "an author has a word of Latin and Cyrillic letters: `Aйман`",
            ],
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(warnings(change), expected);
    }
}

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
fn the_language_key_wins_over_the_guess_from_the_text() {
    let kazakh = "Қазақстан Республикасының Парламенті жаңа заң қабылдады";
    for (written, expected) in [
        (None, "kk"),
        (Some("en"), "en"),
        (Some(" kk-KZ "), "kk-KZ"),
        (Some("kk_KZ"), "kk-KZ"),
        (Some("zh-Hant-TW"), "zh-Hant-TW"),
        (Some("русский"), "kk"),
        (Some("russian"), "kk"),
        (Some("ru-"), "kk"),
        (Some("r\"u"), "kk"),
        (Some(""), "kk"),
    ] {
        let article = with(|draft| {
            draft.language = written.map(Into::into);
            *paragraphs(draft) = vec![kazakh.into()];
        });
        assert_eq!(article.language, expected, "{written:?}");
    }
}

#[test]
fn the_lead_is_the_summary_or_the_first_paragraph_with_text() {
    for (summary, expected) in [
        (None, "Лид."),
        (Some(" Кратко\n об этом. "), "Кратко об этом."),
        (Some(" \u{a0}"), "Лид."),
    ] {
        let article = with(|draft| {
            draft.summary = summary.map(Into::into);
            paragraphs(draft).insert(0, "\u{1}".into());
        });
        assert_eq!(article.lead.as_str(), expected, "{summary:?}");
    }
}

#[test]
fn fields_in_documents_change_the_revision() {
    let changes: [(&str, Edit); 20] = [
        ("nothing", |_| {}),
        ("id", |d| d.id = Some("urn:x:7".into())),
        ("title", |d| d.title.push('!')),
        ("published", |d| d.published = date("2026-01-08T00:01")),
        ("updated", |d| d.updated = Some(date("2026-01-09"))),
        ("url", |d| d.url = Some("https://dala.example/7".into())),
        ("section", |d| d.sections = vec!["Сенат".into()]),
        ("no section", |d| d.sections = Vec::new()),
        ("tags", |d| d.tags.push("право".into())),
        ("order of tags", |d| d.tags.reverse()),
        ("author", |d| d.authors[0].name.push('!')),
        ("role", |d| d.authors[0].role = None),
        ("language", |d| d.language = Some("kk".into())),
        ("lead", |d| d.summary = Some("Кратко.".into())),
        ("credit", |d| credits(d).clear()),
        ("email", |d| d.authors[0].email = Some("a@x.example".into())),
        ("author's page", |d| d.authors[0].url = Some("/a".into())),
        ("image", |d| d.image = Some(medium("/a.jpg"))),
        ("its text", |d| {
            d.image = Some(Media {
                alt: Some("Мост".into()),
                ..medium("/a.jpg")
            })
        }),
        ("enclosure", |d| d.enclosures.push(medium("/a.jpg"))),
    ];
    let mut seen: Vec<(&str, Revision)> = Vec::new();
    for (what, change) in changes {
        let revision = with(change).revision();
        let twin = seen.iter().find(|(_, other)| *other == revision);
        assert_eq!(twin, None, "{what} does not change the revision");
        seen.push((what, revision));
    }
    let body = with(|d| paragraphs(d)[1].push('!')).revision();
    assert!(seen.iter().all(|(_, other)| *other != body));
    let key = draft()
        .accept("2026/мост".into(), &almaty())
        .expect("a draft")
        .article;
    assert!(seen.iter().all(|(_, other)| *other != key.revision()));
}

#[test]
fn fields_outside_documents_keep_the_revision() {
    let changes: [(&str, Edit); 16] = [
        ("the same instant, written otherwise", |d| {
            d.published = date("2026-01-07T19:00:00.5Z")
        }),
        ("an update before publication", |d| {
            d.updated = Some(date("2020-01-01"))
        }),
        ("an update at publication", |d| {
            d.updated = Some(d.published)
        }),
        ("white space", |d| {
            d.title = " Сенат  принял\tзакон\n".into()
        }),
        ("characters that XML forbids", |d| {
            paragraphs(d)[1].insert(0, '\u{b}')
        }),
        ("an empty paragraph", |d| paragraphs(d).push(" ".into())),
        ("a tag once more", |d| d.tags.push("#Закон".into())),
        ("a relative id", |d| d.id = Some("7".into())),
        ("a summary equal to the lead", |d| {
            d.summary = Some("Лид.".into())
        }),
        ("an author without name", |d| {
            d.authors.push(Author::default())
        }),
        ("an author once more", |d| {
            d.authors.push(Author {
                name: d.authors[0].name.to_uppercase(),
                ..Author::default()
            })
        }),
        ("expires", |d| d.expires = Some(date("2027-01-08"))),
        ("a draft", |d| d.visibility = Visibility::Draft),
        ("out of feeds", |d| d.visibility = Visibility::OutOfFeeds),
        ("an image that cannot be fetched", |d| {
            d.image = Some(medium("data:image/gif;base64,R0lGOD"))
        }),
        ("a malformed email", |d| {
            d.authors[0].email = Some("спросите меня".into())
        }),
    ];
    for (what, change) in changes {
        assert_eq!(
            with(change).revision(),
            accepted(draft()).revision(),
            "{what}"
        );
    }
}

#[test]
fn expiry_and_visibility_follow_their_keys() {
    for (change, expires, visibility) in [
        ((|_| {}) as Edit, None, Visibility::Public),
        (
            |d| d.visibility = Visibility::Draft,
            None,
            Visibility::Draft,
        ),
        (
            |d| d.visibility = Visibility::OutOfFeeds,
            None,
            Visibility::OutOfFeeds,
        ),
        (
            |d| d.expires = Some(date("2026-02-01")),
            Some("2026-01-31T19:00"),
            Visibility::Public,
        ),
    ] {
        let mut draft = draft();
        change(&mut draft);
        let passed = passed(draft);
        assert_eq!(
            (passed.expires, passed.visibility),
            (expires.map(at), visibility)
        );
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

#[test]
fn email_addresses_outside_ascii_are_dropped() {
    for (written, expected) in [
        (" mailto:a.b+c@Dala.example ", Some("a.b+c@dala.example")),
        ("o'neill&co@dala.example", Some("o'neill&co@dala.example")),
        ("a@дала.example", Some("a@xn--80aak3a.example")),
        ("почта@dala.example", None),
        ("<b>a</b>@dala.example", None),
        ("a\u{b}@dala.example", None),
        ("a@dala.example, b@dala.example", None),
        ("a@b@dala.example", None),
        ("a@127.0.0.1", None),
        ("@dala.example", None),
        ("a@", None),
    ] {
        let article = with(|draft| draft.authors[0].email = Some(written.into()));
        assert_eq!(article.authors[0].email.as_deref(), expected, "{written:?}");
    }
}

#[test]
fn the_lead_of_markup_is_before_more_or_the_first_paragraph() {
    let html = |html: &str| Body::Html(html.into());
    let markdown = |markdown: &str| Body::Markdown(markdown.into());
    for (body, lead) in [
        (
            html("<h2>Глава</h2><p><img src=a></p><p>Лид&nbsp;<b>важный</b>.</p>"),
            "Лид важный.",
        ),
        (
            markdown("# Глава\n\n![Мост](a.jpg)\n\nЛид *важный*.\nДальше."),
            "Лид важный. Дальше.",
        ),
        (
            markdown("# Глава\n\nРаз.\n\nДва.\n\n<!-- more -->\n\nТри."),
            "Раз. Два.",
        ),
        (
            markdown("Суд решил[^1] дело.\n\n[^1]: Решение от мая."),
            "Суд решил дело.",
        ),
        (html("<script>var a = '<p>нет</p>';</script>"), ""),
    ] {
        let article = with(|draft| draft.body = body.clone());
        assert_eq!(article.lead.as_str(), lead, "{body:?}");
    }
}

#[test]
fn a_summary_is_markdown_where_the_body_is_and_html_elsewhere() {
    let written = "<p>Лид <b>важный</b> &amp; *краткий*, 5 < 6</p>";
    for (body, expected) in [
        (None, "Лид важный & *краткий*, 5 < 6"),
        (
            Some(Body::Html("<p>Текст.".into())),
            "Лид важный & *краткий*, 5 < 6",
        ),
        (
            Some(Body::Markdown("Текст.".into())),
            "Лид важный & краткий, 5 < 6",
        ),
    ] {
        let article = with(|draft| {
            draft.summary = Some(written.into());
            draft.body = body.clone().unwrap_or(draft.body.clone());
        });
        assert_eq!(article.lead.as_str(), expected, "{body:?}");
    }
    let article = with(|draft| draft.summary = Some("<img src=a.jpg>".into()));
    assert_eq!(article.lead.as_str(), "Лид.", "a summary without text");
}

#[test]
fn a_summary_that_cannot_be_read_is_left_out_with_a_warning() {
    let mut draft = draft();
    draft.summary = Some("<b>".repeat(300));
    let accepted = draft.accept("a".into(), &almaty()).expect("a draft");
    assert_eq!(accepted.article.lead.as_str(), "Лид.");
    let reasons: Vec<&str> = accepted
        .warnings
        .iter()
        .map(|w| w.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        ["the summary is left out: elements are nested deeper than 200"]
    );
}

#[test]
fn tags_of_generators_are_read_in_texts_that_may_have_them() {
    let body = |body: Body| {
        with(|draft| {
            draft.path = Some("blog/a/index".into());
            draft.body = body;
        })
    };
    let link = "<p><a href=\"https://dala.example/articles/blog/b\">а</a></p>";
    for (written, expected) in [
        (Body::Markdown("[а](../b.md)".into()), link),
        (
            Body::Mdx("<X>\n\n[а]({{< ref \"../b.md\" >}})\n\n</X>".into()),
            link,
        ),
        (
            Body::HtmlTemplate("<p>{% x %}<a href=\"{% post_url blog/b %}\">а</a></p>".into()),
            link,
        ),
        (
            Body::HtmlTemplate("[gallery]<p>{{ page.x }}а</p>".into()),
            "<p>а</p>",
        ),
        (
            Body::Html("[gallery]<p>{{ page.x }}а</p>".into()),
            "<p>{{ page.x }}а</p>",
        ),
    ] {
        let shown = format!("{written:?}");
        assert_eq!(body(written).body.as_str(), expected, "{shown}");
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
fn the_language_is_guessed_from_text_not_from_scripts() {
    let kazakh = "<p>Қазақстан Республикасының <b>Парламенті</b> жаңа заң қабылдады</p>";
    let article = with(|draft| draft.body = Body::Html(kazakh.into()));
    assert_eq!(article.language, "kk");
    let latin = "<p>Да</p><script>console.log('this is no text of the article at all')</script>";
    let article = with(|draft| draft.body = Body::Html(latin.into()));
    assert_eq!(article.language, "ru");
}

/// Stored revisions and all ETags depend on this digest. If it changes, every article of every site
/// counts as changed.
#[test]
fn the_revision_of_an_article_is_stable() {
    let article = with(|draft| {
        draft.id = Some("urn:x:7".into());
        draft.updated = Some(date("2026-01-09"));
        draft.url = Some("https://dala.example/7".into());
    });
    assert_eq!(
        article.revision().to_string(),
        "28d61584b4a97b61110da3c1b598a750"
    );
}

#[test]
fn of_too_many_sections_the_first_count() {
    for (count, expected, warnings) in [
        (SECTIONS_MAX, SECTIONS_MAX, 0),
        (SECTIONS_MAX + 1, SECTIONS_MAX, 1),
    ] {
        let draft = Draft {
            sections: terms(count),
            ..draft()
        };
        let accepted = passed(draft);
        assert_eq!(accepted.article.sections.len(), expected);
        assert_eq!(accepted.warnings.len(), warnings);
    }
}

#[test]
fn what_feeds_cannot_carry_is_a_warning() {
    let html = "<p>Текст.</p><iframe></iframe><img src='data:image/png;base64,A'><img>";
    let body = Body::Html(html.into());
    let warnings = passed(Draft { body, ..draft() }).warnings;
    let reasons = Vec::from_iter(warnings.iter().map(|warning| warning.reason.as_str()));
    assert_eq!(
        reasons,
        [
            "a frame without an address was left out",
            "a picture without an address was left out"
        ]
    );
    assert!(passed(draft()).warnings.is_empty());
}
