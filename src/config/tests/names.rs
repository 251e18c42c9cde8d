//! Names of feeds and terms.

use super::*;

#[test]
fn feed_names_are_paths_of_their_own() {
    let form = "name must be parts of a-z, 0-9 and `-`, joined by `/`, got";
    let hinted = |name: &str, meant: &str| {
        format!("2:8 [[feed]]: {form} `{name}` | did you mean `{meant}`?")
    };
    let plain = |name: &str| format!("2:8 [[feed]]: {form} `{name}`");
    for (name, expected) in [
        ("Sport_News", hinted("Sport_News", "sport-news")),
        (
            "/sport/football.rss",
            hinted("/sport/football.rss", "sport/football"),
        ),
        ("Спорт", plain("Спорт")),
        ("a//b", plain("a//b")),
        ("../a", plain("../a")),
        ("", plain("")),
        (
            "tags/x",
            "2:8 [[feed]]: name must be a name that begins with none of articles, assets, \
             authors, build, feeds, hub, sections, select, sitemaps, tags, got `tags/x`"
                .to_owned(),
        ),
    ] {
        let text = format!("[[feed]]\nname = '{name}'\ntitle = 'x'");
        check(&[(&text, &[&expected])]);
    }
    check(&[(
        "[[feed]]\nname = 'a'\n[[feed]]\nname = 'a'\ntitle = ' '\n[[feed]]\ntitle = 'x'",
        &[
            "1:1 feed `a`: `title` is required",
            "4:8 [[feed]]: `a` is declared twice, first on line 8",
            "5:9 [[feed]]: title must be a text that is not empty, got ` `",
            "6:1 [[feed]]: `name` is required",
        ],
    )]);
}

#[test]
fn terms_without_a_known_prefix_or_a_letter_are_refused() {
    check(&[
        (
            "[defaults]\nnone = ['sektion:Мир', 'Итоги: год', '«»']",
            &[
                "2:9 [defaults]: none: `sektion:Мир` begins with an unknown prefix | \
                 did you mean `section:`?",
                "2:24 [defaults]: none: `Итоги: год` begins with an unknown prefix | \
                 the prefixes are `tag:`, `section:`, `author:` and `lang:`; \
                 a tag with a colon is written `#…`",
                "2:38 [defaults]: none: `«»` holds no letter or digit",
            ],
        ),
        (
            "[auto.sections]\nexcept = ['#спорт', 'author:Я']\n[auto.tags]\nexcept = ['lang:kk']",
            &[
                "2:11 [auto.sections]: except: `#спорт` is no section",
                "2:21 [auto.sections]: except: `author:Я` is no section",
                "4:11 [auto.tags]: except: `lang:kk` is no tag",
            ],
        ),
        (
            "[same]\n'#а' = ['#б', '#А']\n'#в' = ['Б', '#г']\n'#г' = 'section:д'\n'В' = []\n'x:' = 5",
            &[
                "2:15 [same]: `#А` stands on both sides | a term is either kept or replaced",
                "3:9 [same]: `Б` stands on the right twice, first on line 8",
                "3:14 [same]: `#г` stands on both sides | a term is either kept or replaced",
                "4:8 [same]: `section:д` is no tag, but counts as one",
                "5:1 [same]: `В` stands on the left twice, first on line 9",
                "6:1 [same]: left side: `x:` begins with an unknown prefix | the prefixes are \
                 `tag:`, `section:`, `author:` and `lang:`; a tag with a colon is written `#…`",
                "6:8 [same]: x: must be a list of strings, got a number | write `'x:' = [\"5\"]`",
            ],
        ),
    ]);
}

#[test]
fn terms_are_remembered_with_their_spelling_and_place() {
    let text = format!("{MINIMAL}[same]\n'#Мажилис' = '#мәжіліс'\n");
    let loaded = parse(&text).unwrap_or_else(|all| panic!("{}", print(&all)));
    let alias = Alias {
        from: Term::new(TermKind::Tag, "мәжіліс").expect("a term"),
        to: Term::new(TermKind::Tag, "мажилис").expect("a term"),
        to_text: "Мажилис".to_owned(),
        from_text: "мәжіліс".to_owned(),
    };
    assert_eq!(loaded.config.same, [alias]);
    let named = &loaded.config.named_terms[1];
    assert_eq!(named.text, "мәжіліс");
    let span = Some(named.span.clone());
    let problem = loaded
        .file
        .problem(Severity::Warning, span, "no article has `мәжіліс`", None);
    assert_eq!(
        problem.to_string(),
        "feeds.toml:8:14: warning: no article has `мәжіліс`\n\
         8 | '#Мажилис' = '#мәжіліс'\n  |              ^^^^^^^^^^"
    );
}
