//! Values and files that are wrong, and how that is reported.

use super::*;

#[test]
fn values_of_the_wrong_type_or_out_of_range() {
    check(&[
        (
            "path = ['a']\nrescan = 60\nkey = true",
            &[
                "1:8 [source.directory]: path must be a string, got a list",
                "2:10 [source.directory]: rescan must be a string, got a number | \
                 write `rescan = \"60s\"`",
                "3:7 [source.directory]: key must be `path` or `name`, got a boolean",
            ],
        ),
        (
            "[defaults]\nitems = '50'\nany = 'lang:kk'\nall = ['a', 5]\nkeep = 2026-01-01",
            &[
                "2:9 [defaults]: items must be a whole number from 1 to 500, got a string | \
                 write `items = 50`",
                "3:7 [defaults]: any must be a list of strings, got a string | \
                 write `any = [\"lang:kk\"]`",
                "4:13 [defaults]: all must be a string, got a number | write `all = ['a', \"5\"]`",
                "5:8 [defaults]: keep must be a string, got a date",
            ],
        ),
        (
            "[websub]\nhubs = ['http://a.example', 'http://b.example', 'http://c.example', \
             'http://d.example', 'http://e.example', 'http://f.example', 'http://g.example', \
             'http://h.example', 'http://i.example', 'http://a.example/']",
            &["2:1 [websub]: at most 8 hubs may be named, got 9"],
        ),
        (
            "[websub]\nhubs = ['https://hub.example/?site=1#a', 'https://hub.example/?site=1']",
            &[
                "2:9 [websub]: hubs must be an absolute http or https URL without `#`, \
                 got `https://hub.example/?site=1#a` | did you mean `https://hub.example/?site=1`?",
            ],
        ),
        (
            "[indexnow]\nkey = '0123456789'\nendpoint = 'https://engine.example/indexnow#'",
            &[
                "3:12 [indexnow]: endpoint must be an absolute http or https URL without `#`, \
                 got `https://engine.example/indexnow#` | did you mean `https://engine.example/indexnow`?",
            ],
        ),
        (
            "[defaults]\nitems = 0\n[auto.tags]\nitems = 501\nmin-articles = -1\n\
             [auto.authors]\nitems = 99999999999999999999\n[auto.sections]\nitems = 0x0",
            &[
                "2:9 [defaults]: items must be a whole number from 1 to 500, got `0`",
                "4:9 [auto.tags]: items must be a whole number from 1 to 500, got `501`",
                "5:16 [auto.tags]: min-articles must be a whole number from 0 to 1000000, got `-1`",
                "7:9 [auto.authors]: items must be a whole number from 1 to 500, got \
                 `99999999999999999999`",
                "9:9 [auto.sections]: items must be a whole number from 1 to 500, got `0`",
            ],
        ),
        (
            "[server]\naccess-log = 'common'\nlimits = 5\nbrowser-pages = 'yes'",
            &[
                "2:14 [server]: access-log must be `off`, `combined` or `json`, got `common`",
                "3:10 [server]: limits must be a table, got a number",
                "4:17 [server]: browser-pages must be `true` or `false`, without quotes, \
                 got a string | write `browser-pages = true`",
            ],
        ),
        (
            "[feed]\nname = 'a'\n[redirect]\nfrom = '/'",
            &[
                "1:1 feed must be a list of tables, each headed `[[feed]]`, got a table | \
                 write `[[feed]]`",
                "3:1 redirect must be a list of tables, each headed `[[redirect]]`, got a table | \
                 write `[[redirect]]`",
            ],
        ),
        (
            "path = 'a'\npath = 'b'",
            &["2:1 `path` is given twice | delete one of the two"],
        ),
        (
            "[feed]\nname = 'a'\ntitle = 'А'\n[feed]\nname = 'b'\ntitle = 'Б'",
            &[
                "1:1 feed must be a list of tables, each headed `[[feed]]`, got a table | \
                 write `[[feed]]`",
                "4:1 the header of this table is `[[feed]]` | write `[[feed]]`",
            ],
        ),
        (
            "[site]",
            &["1:2 `site` is given twice | write all its keys below one `[site]`"],
        ),
    ]);
}

#[test]
fn values_out_of_form_are_refused_with_what_was_meant() {
    check(&[
        (
            "key = 'file'\nlegacy-encoding = 'windows-1252'\nlink = 'https://x.example/{id}'",
            &[
                "1:7 [source.directory]: key must be `path` or `name`, got `file`",
                "2:19 [source.directory]: legacy-encoding must be `windows-1251` or `kz-1048`, \
                 got `windows-1252` | did you mean `windows-1251`?",
                "3:8 [source.directory]: link must be a text whose only braces are `{key}`, \
                 `{name}`, `{slug}`, `{section}`, `{sections}`, `{year}`, `{month}`, `{day}` or `{lang}`, \
                 got `https://x.example/{id}`",
            ],
        ),
        (
            "[server]\nlisten = []\ncache-bytes = -1\ntrusted-proxies = ['10.0.0.0/64']",
            &[
                "2:1 [server]: listen must name at least one address",
                "3:15 [server]: cache-bytes must be a size in bytes, or with KiB, MiB or GiB, \
                 such as `64MiB`, got `-1`",
                "4:20 [server]: trusted-proxies must be an IP address or block such as \
                 `10.0.0.0/8`, got `10.0.0.0/64`",
            ],
        ),
        (
            "[server]\nlisten = ['localhost:80', '127.0.0.1:80', ':80']",
            &[
                "2:27 [server]: listen names `127.0.0.1:80` twice",
                "2:43 [server]: listen must be an IP address with a port, such as \
                 `127.0.0.1:8080`, or `unix:PATH`, got `:80` | `0.0.0.0:80` listens on every \
                 address, `127.0.0.1:80` on this machine only",
            ],
        ),
        (
            "[defaults]\nformats = []\ncontent = 'sumary'\noldest = '0d'",
            &[
                "2:1 [defaults]: formats must name at least one format",
                "3:11 [defaults]: content must be `full`, `summary` or `title`, got `sumary` | \
                 did you mean `summary`?",
                "4:10 [defaults]: oldest must be at least `1s`, got `0d`",
            ],
        ),
        (
            "[auto.tags]\nformats = ['rss', 'atm', 'rss']\ntitle = '{nane}'",
            &[
                "2:19 [auto.tags]: formats must be `rss`, `atom` or `json`, got `atm` | \
                 did you mean `atom`?",
                "2:26 [auto.tags]: formats names `rss` twice",
                "3:9 [auto.tags]: title must be a text whose only braces are `{name}` or \
                 `{site}`, got `{nane}` | did you mean `{name}`?",
            ],
        ),
        (
            "[source.sql]\nurl = 'sqlite:x'",
            &[
                "1:1 [source.sql]: `query` is required",
                "1:9 [source.sql]: articles come from one source, and `[source.directory]` is one | \
               delete one of the two tables",
            ],
        ),
    ]);
}

#[test]
fn syntax_errors_hide_only_what_they_make_doubtful() {
    let beside_a_value = "[site]\ntitle =\nurl = 'x'\nid-yeer = 2026\n";
    assert_eq!(
        print(&problems(beside_a_value)),
        "feeds.toml:2:8: error: a value is missing\n2 | title =\n  |        ^\n  hint: write a value \
         behind `=`, or delete the line\n\
         feeds.toml:3:7: error: [site]: url must be an absolute http or https URL, got `x`\n\
         3 | url = 'x'\n  |       ^^^\n\
         feeds.toml:4:1: error: [site]: unknown key `id-yeer`\n\
         4 | id-yeer = 2026\n  | ^^^^^^^\n  hint: did you mean `id-year`?"
    );
    let in_a_header = "[sote\ntitle = 'Дала'\nurl = 'x'\n";
    assert_eq!(
        print(&problems(in_a_header)),
        "feeds.toml:1:6: error: unclosed table, expected `]`\n1 | [sote\n  |      ^\n  hint: \
         write the missing end, or delete the beginning"
    );
}

#[test]
fn endless_mistakes_are_cut_short_but_errors_are_kept() {
    let warning = |n| format!("[[redirect]]\nfrom = '/{n}%20'\nto = ''\n");
    let warnings: String = (0..300).map(warning).collect();
    let found = problems(&format!("{MINIMAL}{warnings}[defaults]\nitems = 0\n"));
    assert_eq!(found.len(), 101);
    assert!(found.iter().any(|p| p.message.contains("items must be")));
    let last = &found[100];
    assert_eq!(last.message, "201 further problems are not shown");
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("the folder is writable");
        path
    };
    for (path, line, message, hint) in [
        (
            folder.path().join("none.toml"),
            None,
            "there is no such file",
            "name another with `--config FILE`",
        ),
        (
            folder.path().to_owned(),
            None,
            "cannot read it: ",
            "check that it is a file that this user may read",
        ),
        (
            write("1251.toml", b"[site]\ntitle = '\xc4\xe0\xeb\xe0'\n"),
            Some(2),
            "the file must be UTF-8",
            "save it as UTF-8",
        ),
    ] {
        let found = Config::load(&ConfigInput::File(path.clone()), &|_| None);
        let found = found.expect_err("it cannot be read");
        let [problem] = found.as_slice() else {
            panic!("one problem, got {found:?}");
        };
        assert_eq!(problem.line, line);
        assert_eq!(problem.file, path.display().to_string());
        assert!(problem.message.starts_with(message), "{problem}");
        assert_eq!(problem.hint.as_deref(), Some(hint));
    }
}

proptest! {
    #[test]
    fn a_damaged_file_is_refused_or_read_and_never_panics(
        cut in 0..5_000_usize,
        length in 0..40_usize,
        put in "[\\[\\]{}=\"',#.$\n\\\\ая1-]{0,6}",
    ) {
        let shipped = include_str!("../../../feeds.toml");
        let from = shipped.floor_char_boundary(cut);
        let to = shipped.floor_char_boundary(cut + length);
        let text = format!("{}{put}{}", &shipped[..from], &shipped[to..]);
        if let Err(found) = parse(&text) {
            prop_assert!(found.iter().any(|p| p.severity == Severity::Error));
        }
    }
}

#[test]
fn several_problems_are_reported_together_in_the_order_of_the_file() {
    let text = "\
[site]
titel = \"Дала жаңалықтары\"
url = \"dala.example\"
id-authority = \"dala.example\"
id-year = 26
time-zone = \"Азия/Алматы\"

[source.sql]
url = \"${DATABASE_URL}\"

[[feed]]
name = \"Парламент\"
title = 5
any = [\"раздел:Парламент\", \"#\"]
";
    let found = problems(text);
    let places: Vec<String> = found
        .iter()
        .map(|p| format!("{}:{}", p.line.unwrap_or(0), p.column.unwrap_or(0)))
        .collect();
    assert_eq!(
        places,
        [
            "1:1", "2:1", "3:7", "5:11", "6:13", "8:1", "9:8", "12:8", "13:9", "14:8", "14:28"
        ],
        "{}",
        print(&found)
    );
    assert_eq!(
        found[1].to_string(),
        "feeds.toml:2:1: error: [site]: unknown key `titel`\n\
         2 | titel = \"Дала жаңалықтары\"\n  | ^^^^^\n  hint: did you mean `title`?"
    );
    assert_eq!(
        found[10].to_string(),
        "feeds.toml:14:28: error: [[feed]]: any: `#` holds no letter or digit\n\
         14 | any = [\"раздел:Парламент\", \"#\"]\n   |                            ^^^"
    );
}
