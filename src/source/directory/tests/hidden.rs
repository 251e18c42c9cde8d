//! A file that hides its article hides it, whatever else is wrong with the file.

use proptest::prelude::*;

use super::*;
use crate::model::time::Zone;
use crate::source::directory::testkit::{FakeFile, FakeFolder};

/// What becomes of an article that was public before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Readers see what the file says.
    Public,
    /// The file is refused, so its last good version stays.
    LastGoodVersion,
    /// No reader sees it.
    Hidden,
}

fn fate(path: &str, bytes: &[u8]) -> Fate {
    // No other folder has this path, because the folder is on no disk.
    static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let root = PathBuf::from(format!("/in-memory/hidden-{number}"));
    let folder = FakeFolder::create(&root);
    let file = FakeFile {
        bytes: bytes.to_vec(),
        version: 1,
        fault: None,
    };
    folder.content().files.insert(path.to_owned(), file);
    let mut reading = AcceptSettings::of_site(Zone::UTC, "ru", "https://d.example/");
    let names = [
        ("draft", "wip"),
        ("date", "data-pub"),
        ("expires", "valid-until"),
    ];
    let names = names.map(|(key, name)| (key.to_owned(), vec![name.to_owned()]));
    reading.fields = names.into_iter().collect();
    let directory = testkit::directory_with(KeyFrom::Path, &root, reading);
    let place = directory.stat_file(path).expect("a file");
    let outcome = directory.read(&place, Timestamp::now());
    FakeFolder::remove(&root);
    match outcome {
        ReadOutcome::Accepted(article) => {
            let now = Timestamp::now();
            let is_expired = article.expires.is_some_and(|at| at <= now);
            let is_embargoed = article.article.published > now;
            match article.visibility == Visibility::Public && !is_expired && !is_embargoed {
                true => Fate::Public,
                false => Fate::Hidden,
            }
        }
        ReadOutcome::Refused(refusal) if refusal.withdraws => Fate::Hidden,
        ReadOutcome::Refused(_) => Fate::LastGoodVersion,
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn an_unreadable_file_below_a_cascade_that_hides_is_not_public() {
    let folder = tempfile::tempdir().expect("a folder");
    let parent = folder.path().join("news");
    std::fs::create_dir(&parent).expect("a folder");
    std::fs::write(parent.join("a.md"), "---\ntitle: Т\n---\n").expect("a file");
    for (cascade, expected) in [("draft: true", true), ("draft: false", false)] {
        let written = format!("---\ncascade:\n  {cascade}\n---\n");
        std::fs::write(parent.join("_index.md"), written).expect("a parent");
        let reading = AcceptSettings::of_site(Zone::UTC, "ru", "https://d.example/");
        let directory = testkit::directory_with(KeyFrom::Path, folder.path(), reading);
        let mut places = directory.walk(None, false);
        let place = places.next().expect("a file").expect("a place");
        let (_, inherited) = directory
            .inheritance
            .find(place.stamp)
            .expect("its parents");
        let error = io::Error::from(io::ErrorKind::PermissionDenied);
        let refusal = directory.unreadable(&place.path, &inherited, &error, Timestamp::now());
        assert_eq!(refusal.withdraws, expected, "{cascade}");
    }
}

/// Languages of keys, and files that have them.
#[derive(Clone, Copy, Debug)]
enum Keys {
    Yaml,
    Toml,
    Json,
    JsonFrontMatter,
}

const FORMATS: [(&str, Keys); 6] = [
    ("a.md", Keys::Yaml),
    ("a.html", Keys::Yaml),
    ("a.mdx", Keys::Toml),
    ("a.md", Keys::Toml),
    ("a.json", Keys::Json),
    ("a.md", Keys::JsonFrontMatter),
];

/// Keys with values that hide, as all three languages write them.
const MARKS: [(&str, &str); 16] = [
    ("draft", "true"),
    ("draft", "\"yes\""),
    ("isDraft", "1"),
    ("status", "\"draft\""),
    ("published", "false"),
    ("hidden", "true"),
    ("private", "\"on\""),
    ("password", "\"secret\""),
    ("expires", "\"2026-01-09\""),
    ("expiryDate", "\"2026-01-09T10:00\""),
    ("feed", "false"),
    ("publishDate", "\"2999-01-09\""),
    ("wip", "true"),
    ("valid-until", "\"2026-01-09\""),
    ("data-pub", "\"2999-01-09T10:00\""),
    ("draft", "\"tru\""),
];

/// Where a mark stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    None,
    Top,
    Extra,
    ListOfTables,
}

/// The text of an article.
fn article(keys: Keys, level: Level, key: &str, value: &str, date: &str) -> String {
    let head = match keys {
        Keys::Yaml => format!("title: Мост\ndate: {date}\n"),
        Keys::Toml => format!("title = \"Мост\"\ndate = \"{date}\"\n"),
        Keys::Json | Keys::JsonFrontMatter => format!("\"title\": \"Мост\",\n\"date\": \"{date}\""),
    };
    let mark = match (keys, level) {
        (_, Level::None) => String::new(),
        (Keys::Yaml, Level::Top) => format!("\"{key}\": {value}\n"),
        (Keys::Yaml, Level::Extra) => format!("extra:\n  {key}: {value}\n"),
        (Keys::Yaml, Level::ListOfTables) => format!("params:\n- {key}: {value}\n"),
        (Keys::Toml, Level::Top) => format!("\"{key}\" = {value}\n"),
        (Keys::Toml, Level::Extra) => format!("extra = {{ \"{key}\" = {value} }}\n"),
        (Keys::Toml, Level::ListOfTables) => format!("[[extra]]\n\"{key}\" = {value}\n"),
        (_, Level::Top) => format!(",\n\"{key}\": {value}"),
        (_, Level::Extra) => format!(",\n\"extra\": {{\"{key}\": {value}}}"),
        (_, Level::ListOfTables) => format!(",\n\"params\": [{{\"{key}\": {value}}}]"),
    };
    match keys {
        Keys::Yaml => format!("---\n{head}{mark}---\nТекст о мосте.\n"),
        Keys::Toml => format!("+++\n{head}{mark}+++\nТекст о мосте.\n"),
        Keys::Json => format!("{{{head}{mark},\n\"content_text\": \"Текст о мосте.\"}}\n"),
        Keys::JsonFrontMatter => format!("{{{head}{mark}\n}}\nТекст о мосте.\n"),
    }
}

/// Ways to make a file unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    ByteInText,
    ByteInTitle,
    CutLetter,
    TooLarge,
    TextAbove,
    ConflictAbove,
    ConflictWithin,
    OddFence,
    NoEnd,
    OpenQuote,
    SingleQuotes,
    LongKeys,
    NoDate,
}

const DAMAGES: [Damage; 13] = [
    Damage::ByteInText,
    Damage::ByteInTitle,
    Damage::CutLetter,
    Damage::TooLarge,
    Damage::TextAbove,
    Damage::ConflictAbove,
    Damage::ConflictWithin,
    Damage::OddFence,
    Damage::NoEnd,
    Damage::OpenQuote,
    Damage::SingleQuotes,
    Damage::LongKeys,
    Damage::NoDate,
];

impl Damage {
    fn of(self, text: &str) -> Vec<u8> {
        let broken = |part: &str| {
            let (before, after) = text.split_once(part).expect("this part");
            [
                before.as_bytes(),
                b"\xff",
                part.as_bytes(),
                after.as_bytes(),
            ]
            .concat()
        };
        let second_line = |line: &str| text.replacen('\n', &format!("\n{line}\n"), 1);
        match self {
            Damage::ByteInText => return broken("о мосте"),
            Damage::ByteInTitle => return broken("ост"),
            Damage::CutLetter => {
                let end = text.rfind('е').expect("a letter") + 1;
                return text.as_bytes()[..end].to_vec();
            }
            Damage::TooLarge => text.replace("Текст", &"Текст ".repeat(220_000)),
            Damage::TextAbove => format!("Скрыть до утра!\n{text}"),
            Damage::ConflictAbove => format!("<<<<<<< HEAD\n{text}"),
            Damage::ConflictWithin => second_line("<<<<<<< HEAD"),
            Damage::OddFence => format!("{}{text}", text.get(..1).unwrap_or_default()),
            Damage::NoEnd => {
                let ends = ["---\nТ", "+++\nТ", "}\nТ", "}\n"];
                let end = ends.iter().find_map(|end| text.rfind(end)).expect("an end");
                text[..end].to_owned()
            }
            Damage::OpenQuote => text.replacen("Мост", "\"Мост", 1),
            Damage::SingleQuotes => second_line("'x': 'y', z: [").replace("\"date", "'date"),
            Damage::LongKeys => {
                let sign = if text.starts_with('{') { ' ' } else { '#' };
                second_line(&sign.to_string().repeat(70 << 10))
            }
            Damage::NoDate => text.to_owned(),
        }
        .into_bytes()
    }
}

/// A name with characters that nobody sees, or with a letter of another alphabet.
fn spelled(key: &str, way: usize) -> String {
    match way {
        0 => key.to_owned(),
        1 => key.to_uppercase(),
        2 => format!("{key}\u{a0}"),
        3 => format!("{}\u{200b}{}", &key[..2], &key[2..]),
        4 => key.replace('a', "а").replace('e', "е").replace('p', "р"),
        5 => key.replace('i', "і").replace('s', "ѕ").replace('d', "ԁ"),
        _ => format!("_{key}-"),
    }
}

proptest! {
    #[test]
    fn an_article_that_is_hidden_and_unreadable_is_not_public(
        (path, keys) in prop::sample::select(FORMATS.to_vec()),
        (key, value) in prop::sample::select(MARKS.to_vec()),
        level in prop::sample::select(vec![Level::Top, Level::Extra, Level::ListOfTables]),
        way in 0..7_usize,
        damage in prop::sample::select(DAMAGES.to_vec()),
        utf16 in any::<bool>(),
    ) {
        // A list of tables holds keys that hide; its dates belong to something else.
        let is_date = ["publishDate", "data-pub"].contains(&key);
        let level = if is_date && level == Level::ListOfTables { Level::Top } else { level };
        let date = if damage == Damage::NoDate { "вчера" } else { "2026-01-08" };
        let text = article(keys, level, &spelled(key, way), value, date);
        if damage != Damage::NoDate {
            prop_assert_eq!(fate(path, text.as_bytes()), Fate::Hidden, "{}", text);
        }
        let damaged = damage.of(&text);
        let start = String::from_utf8_lossy(&damaged[..damaged.len().min(300)]).into_owned();
        prop_assert_eq!(fate(path, &damaged), Fate::Hidden, "{:?} {}", damage, start);
        if let Ok(damaged) = str::from_utf8(&damaged)
            && utf16
            && damage != Damage::TooLarge
        {
            let mut bytes = super::utf16(damaged);
            bytes.extend([0x00, 0xd8, 0x00]);
            prop_assert_eq!(fate(path, &bytes), Fate::Hidden, "{:?} {}", damage, start);
        }
    }
}

#[test]
fn an_article_that_is_unreadable_alone_keeps_its_last_good_version() {
    for (path, keys) in FORMATS {
        for damage in DAMAGES {
            let date = if damage == Damage::NoDate {
                "вчера"
            } else {
                "2026-01-08"
            };
            for (level, key, value) in [
                (Level::None, "", ""),
                (Level::Top, "draft", "false"),
                (Level::Top, "status", "\"published\""),
                (Level::Top, "expires", "\"2999-01-01\""),
                (Level::Extra, "hidden", "\"no\""),
            ] {
                let text = article(keys, level, key, value, date);
                let damaged = damage.of(&text);
                let found = fate(path, &damaged);
                let start = String::from_utf8_lossy(&damaged[..damaged.len().min(300)]);
                assert_ne!(found, Fate::Hidden, "{damage:?} {start}");
            }
        }
    }
}

#[test]
fn newsroom_text_that_has_expired_or_is_to_come_is_not_public() {
    let text = "date 2026-01-08 Мост\nexpires 2026-01-09 10:00\n\nТекст о мосте.\n";
    let embargoed = "date 2999-01-08 10:00 Мост\n\nТекст о мосте.\n";
    let broken = "date 2026-31-08 Мост\nexpires 2026-01-09\n\nТекст.\n";
    let plain = "date 2026-01-08 Мост\nexpires 2999-01-09\n\nТекст о мосте.\n";
    for (text, damage, expected) in [
        (text, None, Fate::Hidden),
        (text, Some(Damage::ByteInText), Fate::Hidden),
        (text, Some(Damage::ByteInTitle), Fate::Hidden),
        (text, Some(Damage::ConflictAbove), Fate::Hidden),
        (text, Some(Damage::TooLarge), Fate::Hidden),
        (embargoed, Some(Damage::ByteInText), Fate::Hidden),
        (embargoed, Some(Damage::TextAbove), Fate::Hidden),
        (broken, None, Fate::Hidden),
        (
            "---\ndraft: true\n---\ndate 2026-01-08 Мост\n",
            None,
            Fate::Hidden,
        ),
        (plain, None, Fate::Public),
        (plain, Some(Damage::ByteInText), Fate::LastGoodVersion),
        (plain, Some(Damage::ConflictAbove), Fate::LastGoodVersion),
        (plain, Some(Damage::TooLarge), Fate::LastGoodVersion),
    ] {
        let bytes = damage.map_or(text.as_bytes().to_vec(), |damage| damage.of(text));
        assert_eq!(fate("a.txt", &bytes), expected, "{damage:?} {text}");
    }
}

#[test]
fn an_article_in_another_shape_or_language_is_searched() {
    for (path, text) in [
        (
            "a.json",
            "{\"data\": {\"title\": \"Мост\", \"date\": \"2026-01-08\", \"draft\": true}}",
        ),
        (
            "a.json",
            "[{\"title\": \"Мост\", \"date\": \"2026-01-08\", \"draft\": true}]",
        ),
        ("a.json", "{\"title\": \"Мост\"}\n{\"draft\": true}"),
        (
            "a.md",
            "---\nmeta:\n  title: Мост\n  date: 2026-01-08\n  draft: true\n---\n",
        ),
        (
            "a.md",
            "---\ntitle: Мост\ndate: 2026-01-08\ndraft = true\n---\n",
        ),
        (
            "a.md",
            "---\ntitle: Мост\ndate: 2026-01-08\ndraft:true\n---\n",
        ),
        (
            "a.md",
            "+++\ntitle = 'Мост'\ndate = 2026-01-08\ndraft: true\n+++\n",
        ),
        (
            "a.md",
            "+++\ntitle: Мост\ndate: 2026-01-08\ndraft: true\n+++\n",
        ),
        (
            "a.html",
            "<!--\n---\ntitle: Мост\ndraft: true\n---\n-->\n<p>Текст</p>",
        ),
        ("a.md", "---\n- title: Мост\n- draft: true\n---\n"),
        ("a.md", "---\ndraft: true\n---\n"),
    ] {
        assert_eq!(fate(path, text.as_bytes()), Fate::Hidden, "{text}");
        let shown = text.replace("true", "false");
        assert_eq!(
            fate(path, shown.as_bytes()),
            Fate::LastGoodVersion,
            "{text}"
        );
    }
}

/// Faults that are found after the keys are understood.
#[test]
fn a_fault_of_another_key_hides_nothing_less() {
    let tags = format!(
        "tags: [{}]\n",
        (0..200).map(|n| format!("т{n},")).collect::<String>()
    );
    let text =
        |mark: &str| format!("---\ntitle: Мост\ndate: 2026-01-08\n{tags}{mark}---\nТекст.\n");
    for (mark, expected) in [
        ("", Fate::LastGoodVersion),
        ("expires: 2999-01-01\n", Fate::LastGoodVersion),
        ("draft: true\n", Fate::Hidden),
        ("feed: false\n", Fate::Hidden),
        ("expires: 2026-01-09\n", Fate::Hidden),
        ("publishDate: 2999-01-09\n", Fate::Hidden),
    ] {
        assert_eq!(fate("a.md", text(mark).as_bytes()), expected, "{mark}");
    }
    // The text of a readable file does not matter.
    let quoting = format!("{}draft: true\n", text(""));
    assert_eq!(fate("a.md", quoting.as_bytes()), Fate::LastGoodVersion);
}

#[test]
fn the_end_of_a_file_that_is_too_large_is_searched_too() {
    let long = "Текст ".repeat(500_000);
    for (mark, expected) in [("true", Fate::Hidden), ("false", Fate::LastGoodVersion)] {
        let json = format!(
            "{{\"title\": \"Мост\", \"date\": \"2026-01-08\", \"content_text\": \"{long}\", \"draft\": {mark}}}"
        );
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a.json"), json).expect("a file");
        let directory = directory(folder.path());
        let mut found = directory.stat_file("a.json").expect("a file");
        found.closed = true;
        let ReadOutcome::Refused(refusal) = directory.read(&found, Timestamp::now()) else {
            panic!("it is not refused");
        };
        assert_eq!(refusal.withdraws, expected == Fate::Hidden, "{mark}");
    }
}
