//! Titles, and names of terms and authors.

use super::*;

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
