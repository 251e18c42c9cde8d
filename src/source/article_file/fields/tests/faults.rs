//! Values that do not fit, keys that are given twice, and keys that nothing knows.

use proptest::prelude::*;

use super::*;
use crate::source::article_file::fields::names::NAMES;

#[test]
fn what_has_no_title_or_date_is_refused_with_its_line() {
    for (written, line, reason) in [
        (Toml(""), 1, "there is no `title`"),
        (Toml("title = \"З\""), 1, "there is no `date`"),
        (Yaml(""), 1, "there is no `title`"),
        (Yaml("title: З\ndate:"), 1, "there is no `date`"),
        (
            Yaml("title: false\ndate: 2026-01-08"),
            1,
            "there is no `title`",
        ),
        (Yaml("title: З\ndate: 0000-00-00"), 1, "there is no `date`"),
        (Json("{}"), 1, "there is no `title`"),
        (
            Toml("title = \"З\"\ndate = \"8 января\""),
            3,
            "`date`: `8 января` is not a date",
        ),
        (
            Toml("title = \"З\"\ndate = 10:30:00"),
            3,
            "`date`: `10:30:00` is not a date",
        ),
        (
            Yaml("title: З\n\ndate: 2026-02-30"),
            4,
            "`date`: `2026-02-30` is a day or time that does not exist",
        ),
        (
            Yaml("title: З\ndate: 03/05/2026"),
            3,
            "`date`: `03/05/2026` could be two dates",
        ),
        (
            // It may be an embargo.
            Yaml("title: З\ndate: 2026-01-08\npublishDate: later"),
            4,
            "`publishDate`: `later` is not a date",
        ),
        (
            Json("{\"title\": \"З\",\n\"date\": 2026}"),
            2,
            "`date`: `2026` is not a date",
        ),
        (
            Json("{\"title\": \"З\",\n\"date\": [\"2026-01-08\"]}"),
            2,
            "`date`: must be a date, got a list",
        ),
        (
            Toml("title = [\"З\"]"),
            2,
            "`title`: must be text, got a list",
        ),
        (
            Yaml("- а\n- б"),
            2,
            "the front matter is a list, expected keys",
        ),
        (
            Yaml("title: З\npublishedOn: 2026-01-08"),
            1,
            "there is no `date`; `publishedOn` looks like one",
        ),
        (
            Yaml("title: З\nwhen: 2026-01-08"),
            1,
            "there is no `date`; `when` looks like one",
        ),
        (
            Yaml("title: З\nlastmod: 2026-01-08"),
            1,
            "there is no `date`",
        ),
        (
            Yaml("titel: З\ndate: 2026-01-08"),
            1,
            "there is no `title`; `titel` looks like one",
        ),
        (
            Json(
                "{\"title\": \"Лента\", \"items\": [{\"title\": \"З\", \"date_published\": \"2026-01-08\"}]}",
            ),
            1,
            "there is no `date`; `items` is a list of articles",
        ),
        (
            Json(
                "{\"@graph\": [{\"@type\": \"WebSite\"}, {\"headline\": \"З\", \"datePublished\": \"2026-01-08\"}]}",
            ),
            1,
            "there is no `title`; `@graph` is a list of articles",
        ),
        (
            Json("{\"db\": [{\"data\": {\"posts\": [{\"title\": \"З\", \"views\": 7}]}}]}"),
            1,
            "there is no `title`; `db[0].data.posts` is a list of articles",
        ),
    ] {
        let refusal = draft(written).expect_err(reason);
        assert_eq!(
            (refusal.line, refusal.reason.as_str()),
            (Some(line), reason),
            "{written:?}"
        );
        assert!(!refusal.hint.is_empty() && !refusal.withdraws);
    }
}

/// Parses keys beside a title and a date, and returns the reasons of the warnings with their lines.
fn warnings(written: Written) -> Vec<(Option<u32>, String)> {
    let draft = with(written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
    let warnings = draft.warnings.into_iter();
    warnings
        .map(|warning| (warning.line, warning.reason))
        .collect()
}

#[test]
fn an_optional_value_that_does_not_fit_costs_its_key_alone() {
    for (written, line, reason) in [
        (
            Yaml("updated: вчера"),
            4,
            "`updated`: `вчера` is not a date",
        ),
        (
            Yaml("section: true"),
            4,
            "`section`: must be text or a list of texts, got true or false",
        ),
        (
            Yaml("author: true"),
            4,
            "`author`: must be a name, `{name, slug, email, url, role}`, or a list of them, got true or false",
        ),
        (
            Yaml("summary: true"),
            4,
            "`summary`: must be text, got true or false",
        ),
        (Yaml("id: [x]"), 4, "`id`: must be text, got a list"),
        (
            Yaml("slug: ../../x"),
            4,
            "`slug`: must be a part of an address without `..`, got `../../x`",
        ),
        (
            Toml("slug = 'a/../b'"),
            4,
            "`slug`: must be a part of an address without `..`, got `a/../b`",
        ),
        (
            Json("\"slug\": \"..\\\\x\"}"),
            3,
            "`slug`: must be a part of an address without `..`, got `..\\x`",
        ),
        (
            Json("\"tags\": [\n{}, {\"a\": 1}]}"),
            4,
            "`tags`: must be text or a list of texts, got a table",
        ),
        (
            Toml("image = {alt = \"x\"}"),
            4,
            "`image`: there is no `url`",
        ),
        (
            Yaml("image: true"),
            4,
            "`image`: must be an address, `{url, type, …}`, or a list of them, got true or false",
        ),
        (
            Yaml("image: data:image/png;base64,AAAA"),
            4,
            "`image`: must be an address, `{url, type, …}`, or a list of them, got `data:image/png;base64,AAAA`",
        ),
        (
            Yaml("image:\n  url: /a\n  width: 100%"),
            6,
            "`width`: must be a whole number, got `100%`",
        ),
        (
            Yaml("enclosures: [7]"),
            4,
            "`enclosures`: must be an address, `{url, type, …}`, or a list of them, got a number",
        ),
        (
            Yaml("author: {twitter: x}"),
            4,
            "`author`: must be a name, `{name, slug, email, url, role}`, or a list of them, got a table",
        ),
        (
            Yaml("lang: русский"),
            4,
            "`lang`: must be a language tag such as `kk`, got `русский`",
        ),
        (
            Yaml("permalink: /:categories/:title/"),
            4,
            "`permalink`: must be the address of the article's page without a pattern, got `/:categories/:title/`",
        ),
        (
            Yaml("summary: [x]"),
            4,
            "`summary`: must be text, got a list",
        ),
        (Yaml("slug: {a: 1}"), 4, "`slug`: must be text, got a table"),
        (
            Json("\"content\": [{\"type\": \"paragraph\"}]}"),
            3,
            "`content`: must be text, got a list",
        ),
        (
            Yaml("status: pitch"),
            4,
            "`status`: the value pitch hides the article",
        ),
        (
            Yaml("noindex: true"),
            4,
            "`noindex`: keeps the article out of sitemaps, and not out of feeds",
        ),
        (
            Yaml("hideFromHome: true"),
            4,
            "`hideFromHome`: does not hide the article in feeds",
        ),
        (
            Yaml("tags: [a]\ntags: [b]"),
            4,
            "`tags`: is given twice, and the last value counts",
        ),
    ] {
        assert_eq!(
            warnings(written),
            [(Some(line), reason.to_owned())],
            "{written:?}"
        );
    }
}

#[test]
fn a_value_in_the_settings_of_a_theme_is_no_fault() {
    for written in [
        Toml("[extra]\nimage = true\ntags = {a = 1}\nauthor = {a = 1}\nlang = [1]\nslug = {a = 1}"),
        Yaml("params:\n  summary: [x]\n  date: {a: 1}\n  updated: {a: 1}\n  content: x"),
        Yaml("cover: {a: 1}\nheader: {title: x}\npreview: true\nresources: [{src: '*.pdf'}]"),
        Yaml("permalink: true"),
    ] {
        assert_eq!(warnings(written), [], "{written:?}");
    }
}

#[test]
fn absent_values_are_no_fault() {
    for value in [
        "", "~", "null", "false", "''", "\" \"", "[]", "{}", "[null]", "[false]",
    ] {
        for (field, names) in NAMES {
            for name in names {
                // `title` and `date` are there once more.
                let yaml = format!("title: З\ndate: 2026-01-08\n{name}: {value}\n");
                let (is_required, is_flag) = (
                    ["title", "date"].contains(name),
                    ["published", "permalink"].contains(name) && value == "false",
                );
                let is_list = *name == "published" && value.starts_with('[');
                if is_required || is_flag || is_list || *name == "published" && value == "{}" {
                    continue;
                }
                let parsed = draft(Yaml(Box::leak(yaml.clone().into_boxed_str())));
                let parsed = parsed.unwrap_or_else(|refusal| panic!("{yaml}: {refusal:?}"));
                let plain = draft(Yaml("title: З\ndate: 2026-01-08")).expect("an article");
                assert_eq!(parsed, plain, "{field:?} {yaml}");
            }
        }
    }
}

#[test]
fn of_a_key_that_is_given_twice_the_last_value_counts() {
    for written in [
        Yaml("title: a\ndate: 2026-01-08\ntitle: б"),
        Yaml("title: a\ndate: 2026-01-08\nTitle: б"),
        Json("{\"title\": \"a\", \"date\": \"2026-01-08\", \"title\": \"б\"}"),
    ] {
        let draft = draft(written).unwrap_or_else(|refusal| panic!("{written:?}: {refusal:?}"));
        assert_eq!(
            (draft.title.as_str(), draft.warnings.len()),
            ("б", 1),
            "{written:?}"
        );
    }
}

#[test]
fn values_are_as_they_are_written() {
    for (value, expected) in [
        ("3.10", "3.10"),
        ("0123", "0123"),
        ("1e3", "1e3"),
        ("1_000", "1_000"),
        ("+7", "+7"),
        ("0x1F", "0x1F"),
        (".5", ".5"),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        (
            "123456789012345678901234567890",
            "123456789012345678901234567890",
        ),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("2026-01-08", "2026-01-08"),
        ("12:30", "12:30"),
        ("'3.10'", "3.10"),
        ("&a 3.10", "3.10"),
    ] {
        let yaml =
            format!("title: Қ: {value}\ndate: 2026-01-08\ntags: [Қ, {value}]\nid: {value}\n");
        let draft = draft(Yaml(Box::leak(yaml.clone().into_boxed_str())));
        let draft = draft.unwrap_or_else(|refusal| panic!("{yaml}: {refusal:?}"));
        assert_eq!(draft.tags[1].name, expected, "{yaml}");
        assert_eq!(draft.id.as_deref(), Some(expected), "{yaml}");
    }
    let aliased = draft(Yaml("title: З\ndate: 2026-01-08\nid: &a 3.10\ntags: [*a]"));
    assert_eq!(aliased.expect("an article").tags[0].name, "3.10");
    for (json, expected) in [("3.10", "3.10"), ("1e3", "1e3"), ("-0", "-0")] {
        let json = format!("{{\"title\": \"З\", \"date\": \"2026-01-08\", \"tags\": [{json}]}}");
        let draft = draft(Json(Box::leak(json.into_boxed_str()))).expect("an article");
        assert_eq!(draft.tags[0].name, expected);
    }
}

#[test]
fn keys_that_nothing_knows_are_collected() {
    let draft = with(Yaml(
        "layout: x\nweight: 5\nmenu: {main: {a: 1}}\naliases: [/x]\nmood: good\nextra: {colour: red}\ntoc: true\nrubrik: x\nempty:\ndraft: false",
    ));
    let draft = draft.expect("an article");
    let unknown: Vec<&str> = draft.unknown_keys.iter().map(|key| &**key).collect();
    assert_eq!(unknown, ["mood", "rubrik"]);
    assert_eq!(draft.warnings, []);
}

#[test]
fn what_hides_an_article_withdraws_its_last_good_version_with_every_fault() {
    for (written, hides) in [
        (Yaml("title: З\ndraft: true"), true),
        (Yaml("title: З\ndraft: false"), false),
        (Yaml("title: З\ndate: 2026-01-08\ndraft: tru"), true),
        (
            Yaml("title: З\ndate: 2026-01-08\nexpires: 2026-13-01"),
            true,
        ),
        (Json("{\"title\": \"З\", \"private\": 1}"), true),
        (Toml("title = \"З\"\n[params]\nhidden = true"), true),
        (Toml("title = \"З\"\n[[extra]]\nhidden = true"), true),
        (Yaml("title: З\ndate: x\nfeed: false"), true),
        (Yaml("title: З\ndate: x\nfeed: true"), false),
        (Yaml("title: З\ndate: x\nexpires: 2026-01-31"), true),
        (Yaml("title: З\ndate: x\nexpires: 2026-02-02"), false),
        (Yaml("date: 2026-02-02"), true),
        (Yaml("date: 2026-01-31"), false),
        (Yaml("publishDate: 2026-02-02\ndate: 2026-01-31"), true),
    ] {
        let refusal = draft(written).expect_err("a fault");
        assert_eq!(refusal.withdraws, hides, "{written:?}");
    }
}

/// A key in one of the spellings of generators, with a value that hides.
fn mark() -> impl Strategy<Value = (&'static str, &'static str)> {
    let flags = vec![
        "draft",
        "isDraft",
        "private",
        "hidden",
        "hiddenFromRss",
        "unlisted",
        "headless",
        "eleventyExcludeFromCollections",
        "excludeFromFeed",
    ];
    let reversed = vec!["published", "publish", "rss", "permalink"];
    let statuses = vec!["status", "visibility", "pubstatus"];
    prop_oneof![
        (
            prop::sample::select(flags),
            prop::sample::select(vec![
                "true", "yes", "\"true\"", "1", "On", "tru", "[true]", "\"да\""
            ]),
        ),
        (
            prop::sample::select(reversed),
            prop::sample::select(vec!["false", "no", "\"no\"", "0", "Off", "\"false\""]),
        ),
        (
            prop::sample::select(statuses),
            prop::sample::select(vec![
                "draft",
                "\"Private\"",
                "false",
                "0",
                "members",
                "[draft]"
            ]),
        ),
        (
            prop::sample::select(vec!["password", "redirectTo"]),
            prop::sample::select(vec!["x", "\"https://x.example/\"", "7", "[x]"]),
        ),
        (
            prop::sample::select(vec!["expires", "expiryDate", "unpublishdate"]),
            prop::sample::select(vec!["2026-13-01", "завтра", "true", "[x]", "12"]),
        ),
    ]
}

/// A name in another spelling: letter cases, and marks between its words.
fn spelled(name: &str, case: u8, mark: &str) -> String {
    let mut spelled = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            spelled += mark;
        }
        spelled.push(match case {
            0 => letter,
            1 => letter.to_ascii_uppercase(),
            _ => letter.to_ascii_lowercase(),
        });
    }
    spelled
}

/// A value of YAML's flow style in TOML or JSON: what is not a word of theirs gets quotes.
fn in_quotes(value: &str) -> String {
    let word = value.trim_matches(['[', ']']);
    let is_own = ["true", "false"].contains(&word) || word.starts_with('"');
    let is_own = is_own
        || word.bytes().all(|b| b.is_ascii_digit()) && (word == "0" || !word.starts_with('0'));
    match is_own {
        true => value.to_owned(),
        false => value.replace(word, &format!("\"{word}\"")),
    }
}

proptest! {
    #[test]
    fn an_article_with_a_hiding_mark_is_never_public(
        (name, value) in mark(),
        case in 0_u8..3,
        hyphen in prop::sample::select(vec!["", "-", "_"]),
        table in prop::sample::select(vec!["", "extra", "params"]),
        syntax in 0_u8..3,
        is_whole in any::<bool>(),
    ) {
        let key = spelled(name, case, hyphen);
        let date = if is_whole { "2026-01-08" } else { "no date" };
        let quoted = in_quotes(value);
        let text = match (syntax, table) {
            (0, "") => format!("title: З\ndate: {date}\n{key}: {value}\n"),
            (0, _) => format!("title: З\ndate: {date}\n{table}:\n  {key}: {value}\n"),
            (1, "") => format!("title = \"З\"\ndate = \"{date}\"\n{key} = {quoted}\n"),
            (1, _) => format!("title = \"З\"\ndate = \"{date}\"\n[{table}]\n{key} = {quoted}\n"),
            (_, "") => format!("{{\"title\": \"З\", \"date\": \"{date}\", \"{key}\": {quoted}}}"),
            (_, _) => format!("{{\"title\": \"З\", \"date\": \"{date}\", \"{table}\": {{\"{key}\": {quoted}}}}}"),
        };
        let written: &'static str = Box::leak(text.clone().into_boxed_str());
        let parsed = draft(match syntax {
            0 => Yaml(written),
            1 => Toml(written),
            _ => Json(written),
        });
        match parsed {
            Ok(draft) => prop_assert_eq!(draft.visibility, Visibility::Draft, "{}", text),
            Err(refusal) => prop_assert!(refusal.withdraws, "{} {:?}", text, refusal),
        }
    }
}
