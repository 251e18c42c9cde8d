//! Hidden means hidden: an article with any mark that it is not public is in no document.

use std::fs;
use std::path::Path;

use crate::testkit::newsroom::Newsroom;
use crate::testkit::output::assert_ends;

/// A word of the title, the section, the tag, the author, the address and the text of every article here.
const SECRET: &str = "тайн";

/// Keys with a value that hides, as YAML; the value is one of JSON and TOML too.
const MARKS: [(&str, &str); 26] = [
    ("draft", "true"),
    ("draft", "\"yes\""),
    ("draft", "\"tru\""),
    ("isDraft", "1"),
    ("published", "false"),
    ("published", "\"no\""),
    ("publish", "0"),
    ("status", "\"draft\""),
    ("visibility", "\"members\""),
    ("pubstatus", "\"withheld\""),
    ("private", "true"),
    ("hidden", "\"on\""),
    ("hiddenFromRss", "true"),
    ("unlisted", "true"),
    ("headless", "true"),
    ("password", "\"x\""),
    ("permalink", "false"),
    ("eleventyExcludeFromCollections", "true"),
    ("excludeFromFeed", "true"),
    ("rss", "false"),
    ("redirectTo", "\"https://x.example/\""),
    ("expires", "\"2020-01-01\""),
    ("expires", "\"2026-13-01\""),
    ("expiryDate", "\"2020-01-01T10:00\""),
    ("unpublishDate", "\"01.01.2020\""),
    ("feed", "false"),
];

/// The name in the spellings of several systems.
fn spellings(name: &str) -> [String; 6] {
    let parted = |mark: &str| {
        let letters = name.chars().map(|letter| match letter.is_uppercase() {
            true => format!("{mark}{}", letter.to_lowercase()),
            false => letter.to_string(),
        });
        letters.collect::<String>()
    };
    [
        name.to_owned(),
        name.to_uppercase(),
        parted("_"),
        parted("-"),
        // A letter of another alphabet, and characters that nobody sees.
        name.replace('a', "а").replace('e', "е").replace('i', "і"),
        format!("{}\u{200b}{}\u{a0}", &name[..2], &name[2..]),
    ]
}

/// An article with this key in each of the three languages, at the top level and in a generator's table.
fn articles(key: &str, value: &str) -> [(&'static str, String); 6] {
    let yaml = "title: Тайна\ndate: 2026-01-08\nsection: Тайное\ntags: [тайное]\nauthor: Аноним Тайный\nurl: /тайна\n";
    let toml = "title = \"Тайна\"\ndate = 2026-01-08\nsection = \"Тайное\"\ntags = [\"тайное\"]\n";
    let json = "\"title\": \"Тайна\", \"date\": \"2026-01-08\", \"tags\": [\"тайное\"]";
    [
        ("md", format!("---\n{yaml}{key}: {value}\n---\nТайна.\n")),
        (
            "md",
            format!("---\n{yaml}params:\n  {key}: {value}\n---\nТайна.\n"),
        ),
        (
            "md",
            format!("+++\n{toml}\"{key}\" = {value}\n+++\nТайна.\n"),
        ),
        (
            "md",
            format!("+++\n{toml}[extra]\n\"{key}\" = {value}\n+++\nТайна.\n"),
        ),
        (
            "md",
            format!("+++\n{toml}[[params]]\n\"{key}\" = {value}\n+++\nТайна.\n"),
        ),
        ("json", format!("{{{json}, \"{key}\": {value}}}")),
    ]
}

fn assert_silent(folder: &Path) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        assert!(
            !path.to_string_lossy().to_lowercase().contains(SECRET),
            "{path:?}"
        );
        if path.is_dir() {
            files += assert_silent(&path);
        } else {
            let text = fs::read(&path).expect("a file");
            let text = String::from_utf8_lossy(&text).to_lowercase();
            assert!(!text.contains(SECRET), "{path:?}");
            files += 1;
        }
    }
    files
}

#[test]
fn article_with_any_mark_is_in_no_document() {
    let newsroom = Newsroom::of_three();
    let mut written = 0;
    for (name, value) in MARKS {
        for key in spellings(name) {
            for (extension, text) in articles(&key, value) {
                let path = newsroom.path(&format!("articles/hidden/{written}.{extension}"));
                fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
                fs::write(path, text).expect("an article");
                written += 1;
            }
        }
    }
    let output = newsroom.run(&["export", "out", "--codings", "none", "--pages"]);
    // Mistakes are reported, and the files are written all the same.
    assert_ends(&output, 1, &[], &["done"]);
    assert!(assert_silent(&newsroom.path("out")) > 10);
    let output = newsroom.run(&["check"]);
    // Two of the marks have values that are not understood, which is a mistake.
    let mistakes = format!(
        "{} errors",
        2 * spellings("draft").len() * articles("draft", "1").len()
    );
    assert_ends(&output, 1, &[&mistakes], &[]);
}
