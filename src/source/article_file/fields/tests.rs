use super::*;
use crate::model::article::{Author, Media, Visibility};
use crate::model::time::{WrittenDate, Zone};
use crate::source::article_file::{in_test, tree};

mod faults;
mod other_names;

/// The keys of one article in one of the three languages.
#[derive(Clone, Copy, Debug)]
enum Written {
    Toml(&'static str),
    Yaml(&'static str),
    Json(&'static str),
}

use Written::{Json, Toml, Yaml};

fn draft(written: Written) -> Result<Draft, Refusal> {
    let entries = match written {
        Toml(text) => tree::toml::parse(text, 2, key_names())?,
        Yaml(text) => tree::yaml::parse(text, 2)?,
        Json(text) => tree::json::parse(text, 1)?,
    };
    in_test("", |_, context| {
        let fields = || Fields::new(&entries, 1, context.settings);
        let draft = fields().draft(Some(Body::Markdown(String::new())), context);
        draft.map_err(|refusal| fields().refuse(refusal, context, at("2026-02-01")))
    })
}

/// Parses these keys together with a title and a date.
fn with(written: Written) -> Result<Draft, Refusal> {
    let start = |text: &str, start: &str| -> &'static str {
        Box::leak(format!("{start}{text}").into_boxed_str())
    };
    draft(match written {
        Toml(text) => Toml(start(text, "title = \"З\"\ndate = 2026-01-08\n")),
        Yaml(text) => Yaml(start(text, "title: З\ndate: 2026-01-08\n")),
        Json(text) => Json(start(
            text,
            "{\"title\": \"З\",\n\"date\": \"2026-01-08\",\n",
        )),
    })
}

/// Each case is the keys, and the expected value of one field of the draft.
fn check<T: PartialEq + std::fmt::Debug>(cases: &[(Written, T)], part: impl Fn(Draft) -> T) {
    for (written, expected) in cases {
        let draft = with(*written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
        assert_eq!(part(draft), *expected, "{written:?}");
    }
}

fn at(text: &str) -> Timestamp {
    Zone::UTC.resolve(date(text))
}

fn date(text: &str) -> WrittenDate {
    WrittenDate::parse(text).expect("a date")
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn a_title_is_any_scalar() {
    for (written, title) in [
        (
            Toml("title = \"Мажилис: принял\"\ndate = 2026-01-08"),
            "Мажилис: принял",
        ),
        (Toml("title = '''\nМост'''\ndate = 2026-01-08"), "Мост"),
        (Toml("title = 2026\ndate = 2026-01-08"), "2026"),
        (
            Yaml("title: Мажилис: принял\ndate: 2026-01-08"),
            "Мажилис: принял",
        ),
        (
            Yaml("title: Закон принят:\ndate: 2026-01-08"),
            "Закон принят:",
        ),
        (
            Yaml("title: \"Да\": сказал он\ndate: 2026-01-08"),
            "\"Да\": сказал он",
        ),
        (
            Yaml("title: [Видео] Мост: начало\ndate: 2026-01-08"),
            "[Видео] Мост: начало",
        ),
        (Yaml("title: 'It''s: so'\ndate: 2026-01-08"), "It's: so"),
        (
            Yaml("title: \"Кайрат\" – \"Астана\"\ndate: 2026-01-08"),
            "\"Кайрат\" – \"Астана\"",
        ),
        (
            Yaml("title: \"Мост: \\\"да\\\"\"\ndate: 2026-01-08\nsummary: a: b"),
            "Мост: \"да\"",
        ),
        (Yaml("title: @dala: it's\ndate: 2026-01-08"), "@dala: it's"),
        (
            Yaml("title: >\n  Мост\n  открыт\ndate: 2026-01-08"),
            "Мост открыт\n",
        ),
        (Yaml("title: No\ndate: 2026-01-08"), "No"),
        (Yaml("title: 2026\ndate: 2026-01-08"), "2026"),
        (Yaml("Title: Мост\nDate: 2026-01-08"), "Мост"),
        (
            Json(
                "{\"title\": \"\\u041c\\u043e\\u0441\\u0442 \\ud83d\\ude00\", \"date\": \"2026-01-08\"}",
            ),
            "Мост 😀",
        ),
        (
            Json(
                "{\"title\": \"а\\ud800б\\udc00\\ud83d\\ud83d\\ude00\", \"date\": \"2026-01-08\"}",
            ),
            "а\u{fffd}б\u{fffd}\u{fffd}😀",
        ),
        (
            Json("{\"title\": \"\\\\ud800\", \"date\": \"2026-01-08\"}"),
            "\\ud800",
        ),
        (Json("{\"title\": 7, \"date\": \"2026-01-08\"}"), "7"),
    ] {
        let draft = draft(written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
        assert_eq!(draft.title, title, "{written:?}");
    }
}

#[test]
fn dates_of_every_syntax_are_parsed() {
    for (written, expected) in [
        (Toml("date = 2026-01-08"), "2026-01-08"),
        (Toml("date = \"2026-01-08\""), "2026-01-08"),
        (Toml("date = 2026-01-08T10:30:00"), "2026-01-08T10:30"),
        (
            Toml("date = 2026-01-08 10:30:00+05:00"),
            "2026-01-08T05:30Z",
        ),
        (Toml("date = 2026-01-08T10:30:00.5Z"), "2026-01-08T10:30Z"),
        (
            Toml("publishDate = 2026-01-09\ndate = 2026-01-08"),
            "2026-01-09",
        ),
        (Toml("[extra]\ndate = 2026-01-08"), "2026-01-08"),
        (Yaml("date: 2026-01-08"), "2026-01-08"),
        (Yaml("date: '2026-01-08 10:30'"), "2026-01-08T10:30"),
        (
            Yaml("date: 2026-01-08 10:30:00 +05:00"),
            "2026-01-08T05:30Z",
        ),
        (Yaml("date: 2026-01-08 10:30:00 Z"), "2026-01-08T10:30Z"),
        (
            Yaml("publishdate: 2026-01-08T10:30:00+0500"),
            "2026-01-08T05:30Z",
        ),
        (
            Json("\"date\": \" 2026-01-08T10:30 \"}"),
            "2026-01-08T10:30",
        ),
    ] {
        let written = match written {
            Toml(text) => Toml(Box::leak(format!("title = \"З\"\n{text}").into_boxed_str())),
            Yaml(text) => Yaml(Box::leak(format!("title: З\n{text}").into_boxed_str())),
            Json(text) => Json(Box::leak(
                format!("{{\"title\": \"З\", {text}").into_boxed_str(),
            )),
        };
        let draft = draft(written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
        assert_eq!(draft.published, date(expected), "{written:?}");
    }
    let day = Some(date("2026-01-09"));
    check(
        &[
            (Toml("updated = 2026-01-09"), day),
            (Toml("lastmod = 2026-01-09"), day),
            (Toml("lastmod = 2026-01-07\nupdated = 2026-01-09"), day),
            (Yaml("updated: 2026-01-09"), day),
            (Yaml("updated:\nlastmod: 2026-01-09"), day),
            (Yaml("updated: ''"), None),
            (Json("\"updated\": null}"), None),
        ],
        |draft| draft.updated,
    );
    check(
        &[
            (Toml("expires = 2026-01-09"), day),
            (Yaml("expiryDate: 2026-01-09"), day),
            (Yaml("params:\n  expires: 2026-01-09"), day),
            (Json("\"expires\": \"2026-01-09\"}"), day),
        ],
        |draft| draft.expires,
    );
}

#[test]
fn tags_are_a_list_or_one_line() {
    let two = || texts(&["мажилис", "регион"]);
    check(
        &[
            (Toml("tags = [\"мажилис\", \"регион\"]"), two()),
            (Toml("tags = \"мажилис, регион\""), two()),
            (Toml("tags = \"мажилис регион\""), two()),
            (Toml("tags = \"мажилис;регион;\""), two()),
            (
                Toml("tags = \"новый закон, регион\""),
                texts(&["новый закон", "регион"]),
            ),
            (
                Toml("[taxonomies]\ntags = [\"мажилис\", \"регион\"]"),
                two(),
            ),
            (
                Toml("tags = [\"мажилис\", \"регион\"]\n[taxonomies]\ntags = [\"нет\"]"),
                two(),
            ),
            (Toml("[extra]\ntags = [\"мажилис\", \"регион\"]"), two()),
            (
                Toml("tags = [2026, 1.5, true]"),
                texts(&["2026", "1.5", "true"]),
            ),
            (Yaml("tags: [мажилис, регион]"), two()),
            (Yaml("tags:\n- мажилис\n- регион"), two()),
            (Yaml("tags:\n  - мажилис\n  -\n  - регион"), two()),
            (Yaml("tags: [мажилис, #регион]"), two()),
            (Yaml("tags: [#мажилис, #регион] # метки"), two()),
            (Yaml("tags:\n  - #мажилис\n  - регион"), two()),
            (Yaml("tags: #мажилис #регион"), two()),
            (Yaml("tags: мажилис, регион"), two()),
            (
                Yaml("tags: [\"#мажилис\", 'регион']"),
                texts(&["#мажилис", "регион"]),
            ),
            (
                Yaml("tags: [2026, 007, yes, ~]"),
                texts(&["2026", "007", "yes"]),
            ),
            (Yaml("taxonomies:\n  tags: [мажилис, регион]"), two()),
            (Yaml("tags: []"), texts(&[])),
            (Json("\"tags\": [\"мажилис\", null, \"регион\"]}"), two()),
            (Json("\"tags\": \"мажилис,регион\"}"), two()),
            (Json("\"tags\": [2026]}"), texts(&["2026"])),
        ],
        |draft| draft.tags.into_iter().map(|tag| tag.name).collect(),
    );
}

#[test]
fn sections_are_found_under_several_names() {
    let politics = || Some("Парламент".to_owned());
    check(
        &[
            (Toml("section = \"Парламент\""), politics()),
            (
                Toml("categories = [\"Парламент\", \"Экономика\"]"),
                politics(),
            ),
            (
                Toml("sections = [\"Парламент\"]\ncategories = [\"Экономика\"]"),
                politics(),
            ),
            (
                Toml("section = \"Парламент\"\nsections = [\"Экономика\"]"),
                politics(),
            ),
            (
                Toml("[taxonomies]\ncategories = [\"Парламент\"]"),
                politics(),
            ),
            (
                Toml("categories = [\"Экономика\"]\n[extra]\nsection = \"Парламент\""),
                politics(),
            ),
            (Toml("section = \"Дом, сад\""), Some("Дом, сад".to_owned())),
            (Yaml("categories: Парламент, Экономика"), politics()),
            (Yaml("category: Парламент"), politics()),
            (Yaml("categories: []"), None),
            // An empty list elsewhere is no reason to take this one for text.
            (Yaml("section: [Парламент, Экономика]\ntags:"), politics()),
            (Json("\"section\": \"Парламент\"}"), politics()),
            (
                Json("\"section\": \"\", \"categories\": [\"Парламент\"]}"),
                politics(),
            ),
        ],
        |draft| {
            draft
                .sections
                .into_iter()
                .next()
                .map(|section| section.name)
        },
    );
}

#[test]
fn authors_are_names_or_tables() {
    let named = |name: &str| Author {
        name: name.into(),
        ..Author::default()
    };
    let whole = || Author {
        name: "Айман А.".into(),
        slug: None,
        role: Some("редактор".into()),
        email: Some("a@dala.example".into()),
        url: Some("/a".into()),
    };
    check(
        &[
            (Toml("author = \"Айман А.\""), vec![named("Айман А.")]),
            (
                Toml("authors = [\"Айман А.\", \"Болат К.\"]"),
                vec![named("Айман А."), named("Болат К.")],
            ),
            (
                Toml("[taxonomies]\nauthors = [\"Айман А.\"]"),
                vec![named("Айман А.")],
            ),
            (
                Toml(
                    "[[authors]]\nname = \"Айман А.\"\nrole = \"редактор\"\nemail = \"a@dala.example\"\nurl = \"/a\"",
                ),
                vec![whole()],
            ),
            (
                Toml(
                    "[author]\nname = \"Айман А.\"\nrole = \"редактор\"\nemail = \"a@dala.example\"\nurl = \"/a\"",
                ),
                vec![whole()],
            ),
            (Yaml("author: Айман А."), vec![named("Айман А.")]),
            (
                Yaml(
                    "authors:\n- Болат К.\n- name: Айман А.\n  role: редактор\n  email: a@dala.example\n  url: /a",
                ),
                vec![named("Болат К."), whole()],
            ),
            (
                Json(
                    "\"authors\": [{\"name\": \"Айман А.\", \"role\": \"редактор\", \"email\": \"a@dala.example\", \"url\": \"/a\", \"avatar\": 1}]}",
                ),
                vec![whole()],
            ),
            (
                Json("\"author\": {\"name\": \"Айман А.\"}}"),
                vec![named("Айман А.")],
            ),
        ],
        |draft| draft.authors,
    );
}

#[test]
fn media_are_addresses_or_tables() {
    let plain = |url: &str| Media {
        url: url.into(),
        ..Media::default()
    };
    let whole = || Media {
        url: "/a.jpg".into(),
        media_type: Some("image/jpeg".into()),
        length: Some(1024),
        width: Some(640),
        height: Some(480),
        alt: Some("Мост: вид".into()),
        credit: Some("Архив".into()),
    };
    check(
        &[
            (Toml("image = \"/a.jpg\""), Some(plain("/a.jpg"))),
            (Toml("[extra]\nimage = \"/a.jpg\""), Some(plain("/a.jpg"))),
            (
                Toml(
                    "image = {url=\"/a.jpg\", type=\"image/jpeg\", length=1024, width=640, height=480, alt=\"Мост: вид\", credit=\"Архив\"}",
                ),
                Some(whole()),
            ),
            (
                Yaml(
                    "image:\n  url: /a.jpg\n  type: image/jpeg\n  length: 1024\n  width: \"640\"\n  height: 480\n  alt: Мост: вид\n  credit: Архив",
                ),
                Some(whole()),
            ),
            (
                Json(
                    "\"image\": {\"src\": \"/a.jpg\", \"type\": \"image/jpeg\", \"length\": 1024, \"width\": 640, \"height\": 480, \"alt\": \"Мост: вид\", \"credit\": \"Архив\"}}",
                ),
                Some(whole()),
            ),
            (Yaml("image:"), None),
        ],
        |draft| draft.image,
    );
    check(
        &[
            (
                Toml("enclosures = [\"/a.mp3\", {url = \"/b.mp3\"}]"),
                vec![plain("/a.mp3"), plain("/b.mp3")],
            ),
            (Yaml("enclosures: /a.mp3"), vec![plain("/a.mp3")]),
            (
                Json("\"enclosures\": [{\"url\": \"/a.mp3\"}]}"),
                vec![plain("/a.mp3")],
            ),
        ],
        |draft| draft.enclosures,
    );
}

#[test]
fn texts_and_flags_accept_every_spelling() {
    let some = |text: &str| Some(text.to_owned());
    check(
        &[
            (
                Toml("summary = \"Кратко\"\ndescription = \"Нет\""),
                some("Кратко"),
            ),
            (Toml("description = \"Кратко\""), some("Кратко")),
            (Yaml("description: Кратко: вот"), some("Кратко: вот")),
            (Json("\"summary\": \"Кратко\"}"), some("Кратко")),
        ],
        |draft| draft.summary,
    );
    check(
        &[
            (Toml("id = \"urn:x:7\""), some("urn:x:7")),
            (Yaml("id: 7"), some("7")),
            (Json("\"id\": 7}"), some("7")),
        ],
        |draft| draft.id,
    );
    check(
        &[
            (Toml("lang = \"kk\""), some("kk")),
            (Yaml("lang: no"), some("no")),
        ],
        |draft| draft.language,
    );
    check(
        &[
            (Toml("url = \"/a\""), some("/a")),
            (
                Json("\"url\": \"https://x.example/\"}"),
                some("https://x.example/"),
            ),
        ],
        |draft| draft.url,
    );
    check(
        &[
            (Toml("draft = true"), (true, true)),
            (Toml("feed = false"), (false, false)),
            (Toml("[extra]\nfeed = false"), (false, false)),
            (Toml("[extra]\nfeed = {a = 1}"), (false, true)),
            (Yaml("draft: yes"), (true, true)),
            (Yaml("draft: True\nfeed: off"), (true, true)),
            (Yaml("draft: \"false\""), (false, true)),
            (Json("\"draft\": 1, \"feed\": null}"), (true, true)),
            (
                Toml("weight = 5\naliases = [\"/x\"]\n[menu.main]\nname = 1"),
                (false, true),
            ),
        ],
        |draft| {
            let visibility = draft.visibility;
            (
                visibility == Visibility::Draft,
                visibility != Visibility::OutOfFeeds,
            )
        },
    );
}

#[test]
fn a_slug_stays_in_its_folder() {
    let slug = |draft: Draft| draft.slug;
    let cases = [
        (Yaml("slug: ../x"), None),
        (Yaml("slug: /./"), None),
        (Yaml("slug: ' .. '"), None),
        (Yaml("slug: /a/b/"), Some("a/b".to_owned())),
        (Yaml("slug: ..."), Some("...".to_owned())),
        (Yaml("slug: a..b"), Some("a..b".to_owned())),
    ];
    check(&cases, slug);
}

#[test]
fn an_address_in_angle_brackets_stays_in_a_summary() {
    let summary = |draft: Draft| draft.summary;
    let cases = [
        (
            Json("\"summary\": \"См. <https://d.example/?a=1> и <MAILTO:a@d.example>\"}"),
            Some("См. https://d.example/?a=1 и MAILTO:a@d.example".to_owned()),
        ),
        (
            Toml("description = '<http://d.example><news@d.example>'"),
            Some("http://d.examplenews@d.example".to_owned()),
        ),
        // Tags, and what is neither.
        (
            Yaml("summary: '<a href=\"https://d.example/\">x</a> < <b>5 <https://d.example'"),
            Some("<a href=\"https://d.example/\">x</a> < <b>5 <https://d.example".to_owned()),
        ),
        (
            Yaml("summary: '<o:p> <a@b> <https://d.example/ x>'"),
            Some("<o:p> <a@b> <https://d.example/ x>".to_owned()),
        ),
    ];
    check(&cases, summary);
}

#[test]
fn a_slip_of_a_person_is_named_with_what_was_meant() {
    for (written, reason, hint) in [
        (
            Toml("title = «З»\ndate = 2026-01-08"),
            "TOML has no quote `«`",
            "write `title = \"З\"`",
        ),
        (
            Toml("tіtle = \"З\"\ndate = 2026-01-08"),
            "`tіtle` has the Cyrillic letter `і`",
            "write `title = \"З\"`",
        ),
        (
            Toml("title: \"З\"\ndate = 2026-01-08"),
            "`=` stands between a key and its value, not `:`",
            "write `title = \"З\"`",
        ),
        (
            Toml("title = \"З\" // x\ndate = 2026-01-08"),
            "a comment begins with `#`, not with `//`",
            "write `title = \"З\"`",
        ),
        (
            Toml("title = \"З\"\ndate = 2026-01-08\ndraft = yes"),
            "a switch is `true` or `false`, not `yes`",
            "write `draft = true`",
        ),
        (
            Yaml("title: З\ntags:\n\t- а"),
            "a line begins with a tab",
            "write two spaces",
        ),
        (
            Json("{\n“title”: \"З\"}"),
            "the file is not valid JSON",
            "in place of the quotes of a word processor",
        ),
        (
            Json("{\"title\": «З»}"),
            "the file is not valid JSON",
            "in place of the quotes of a word processor",
        ),
    ] {
        let refusal = draft(written).expect_err(reason);
        assert!(refusal.reason.contains(reason), "{refusal:?}");
        assert!(refusal.hint.contains(hint), "{refusal:?}");
    }
}

#[test]
fn a_mistake_in_json_has_its_column_in_letters() {
    for (written, line, column) in [
        ("{\"title\": «З»}", 1, 11),
        ("{\"ключ\": 1 x}", 1, 12),
        ("{\"title\": \"З\",\n  \"ключ\": [1, {\"é\": ё}]}", 2, 21),
        ("{\"title\": \"З\",\n}", 2, 1),
        ("{\"title\": \"З\",\n", 2, 1),
        ("{\"title\"", 1, 8),
        ("[1]", 1, 1),
        ("", 1, 1),
    ] {
        let refusal = draft(Json(written)).expect_err(written);
        assert_eq!(
            (refusal.line, refusal.column),
            (Some(line), Some(column)),
            "{written:?}: {refusal:?}"
        );
    }
}

#[test]
fn a_syntax_error_is_refused_with_its_line() {
    for (written, line, reason) in [
        (
            Toml("title = \"З\"\ntags = [а]"),
            3,
            "the front matter is not valid TOML: ",
        ),
        (
            Toml("title = \"З\ndate = 2026-01-08"),
            2,
            "the front matter is not valid TOML: ",
        ),
        (
            Toml("title = \"З\"\ntitle = \"И\""),
            3,
            "the front matter is not valid TOML: duplicate key `title`",
        ),
        (
            Yaml("title: З\ndate: [2026-01-08"),
            3,
            "the front matter is not valid YAML: ",
        ),
        (
            Yaml("title: З\n\tdate: x"),
            3,
            "the front matter is not valid YAML: a line begins with a tab",
        ),
        (
            Json("{\"title\": \"З\",\n}"),
            2,
            "the file is not valid JSON: ",
        ),
        (Json("[1]"), 1, "the file is a list, expected one article"),
        (
            Json("{\"title\": \"З\",\n\"a\": \"\\q\"}"),
            2,
            "the file is not valid JSON: invalid escape",
        ),
        (
            Json("{\"title\": \"а\nб\"}"),
            1,
            "the file is not valid JSON: control character",
        ),
        (Json(""), 1, "the file is not valid JSON: EOF"),
        (
            Json("{\"title\": \"З\"} x"),
            1,
            "the file is not valid JSON: trailing characters",
        ),
    ] {
        let refusal = draft(written).expect_err(reason);
        assert!(
            refusal.reason.starts_with(reason),
            "{written:?}: {refusal:?}"
        );
        assert_eq!(refusal.line, Some(line), "{written:?}: {refusal:?}");
        assert!(!refusal.hint.is_empty());
        assert!(!refusal.reason.contains('\n'), "{refusal:?}");
    }
}
