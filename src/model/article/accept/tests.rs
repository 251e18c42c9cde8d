mod addresses;
mod lead;
mod names;
mod revision;

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
fn the_language_is_guessed_from_text_not_from_scripts() {
    let kazakh = "<p>Қазақстан Республикасының <b>Парламенті</b> жаңа заң қабылдады</p>";
    let article = with(|draft| draft.body = Body::Html(kazakh.into()));
    assert_eq!(article.language, "kk");
    let latin = "<p>Да</p><script>console.log('this is no text of the article at all')</script>";
    let article = with(|draft| draft.body = Body::Html(latin.into()));
    assert_eq!(article.language, "ru");
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
