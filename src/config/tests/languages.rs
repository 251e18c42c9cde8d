//! Titles and descriptions by language.

use super::*;

#[test]
fn a_table_has_the_text_of_each_language_and_the_feed_carries_its_own() {
    let text = MINIMAL.replace("title = 'Дала'", "title = { ru = 'Степь', kk-KZ = 'Дала' }")
        + "[[feed]]\nname = 'kk'\nall = ['lang:kk']\ntitle = { ru = 'По-казахски', kk = 'Қазақша' }\n";
    let loaded = parse(&text).unwrap_or_else(|all| panic!("{}", print(&all)));
    let Config { site, feeds, .. } = loaded.config;
    assert_eq!(site.title, "Степь");
    assert_eq!(site.translations.title("kk-KZ"), Some("Дала"));
    let [all, kazakh] = feeds.as_slice() else {
        panic!("two feeds")
    };
    assert_eq!(
        (all.title.as_str(), all.translations.title("kk-kz")),
        ("Степь", Some("Дала"))
    );
    assert_eq!(
        (kazakh.title.as_str(), kazakh.language.as_deref()),
        ("Қазақша", Some("kk"))
    );
    assert_eq!(kazakh.translations.title("ru"), Some("По-казахски"));
}

#[test]
fn a_table_needs_the_language_of_its_feed_and_texts_that_are_not_empty() {
    check(&[
        (
            "[[feed]]\nname = 'a'\ntitle = { kk = 'А' }",
            &["3:1 feed `a`: title must have a text for `ru`, the language of feeds"],
        ),
        (
            "[[feed]]\nname = 'a'\nlanguage = 'kk'\ntitle = { ru = 'А' }",
            &["4:1 feed `a`: title must have a text for `kk`, the language of feeds"],
        ),
        (
            "[[feed]]\nname = 'a'\ntitle = {}",
            &["3:1 feed `a`: title must have a text in at least one language"],
        ),
        (
            "[[feed]]\nname = 'a'\ntitle = { ru = ' ', kz = 'А', en = 5 }",
            &[
                "3:16 feed `a`: title must be a text that is not empty, got ` `",
                "3:21 feed `a`: a key of title must be a language such as `ru`, `kk` or `kk-KZ`, got `kz` | \
                 did you mean `kk`?",
                "3:36 feed `a`: title must be a string, got a number | \
                 write `title = { ru = ' ', kz = 'А', en = \"5\" }`",
            ],
        ),
    ]);
}
