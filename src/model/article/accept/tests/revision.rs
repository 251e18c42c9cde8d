//! What changes the revision of an article.

use super::*;

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
