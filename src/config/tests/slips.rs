//! What people write for TOML, and that the line of each hint is right.

use super::*;

/// The line that a hint shows.
fn meant(problem: &Problem) -> Option<&str> {
    let hint = problem.hint.as_deref()?;
    hint.strip_prefix("write `")?.strip_suffix('`')
}

/// The text with the lines that hints show in place of those that they are about.
fn corrected(text: &str, found: &[Problem]) -> String {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    for problem in found {
        let line = problem.line.map(|line| &mut lines[line as usize - 1]);
        match (line, meant(problem)) {
            (Some(line), Some(meant)) => *line = meant.to_owned(),
            (Some(line), None) if problem.hint.as_deref() == Some("delete this line") => {
                line.clear();
            }
            (_, _) => {}
        }
    }
    lines.join("\n")
}

/// Checks what is said of a text below [`MINIMAL`], and that nothing is wrong once its hints are followed.
fn check_correction(text: &str, expected: &[&str]) {
    let text = format!("{MINIMAL}{text}");
    let found = problems(&text);
    let output: Vec<String> = found.iter().map(brief).collect();
    assert_eq!(output, expected, "{text}");
    let corrected = corrected(&text, &found);
    assert_eq!(print(&problems(&corrected)), "", "{corrected}");
}

#[test]
fn quotes_of_other_kinds() {
    for (text, expected) in [
        (
            "path = «статьи»",
            "1:8 TOML has no quote `«`, only `\"` and `'` | write `path = \"статьи\"`",
        ),
        (
            "path = “a”",
            "1:8 TOML has no quote `“`, only `\"` and `'` | write `path = \"a\"`",
        ),
        (
            "path = „a“ # x",
            "1:8 TOML has no quote `„`, only `\"` and `'` | write `path = \"a\"`",
        ),
        (
            "path = \"a”",
            "1:10 TOML has no quote `”`, only `\"` and `'` | write `path = \"a\"`",
        ),
        (
            "path = ‘a’",
            "1:8 TOML has no quote `‘`, only `\"` and `'` | write `path = \"a\"`",
        ),
        (
            "path = `a`",
            "1:8 TOML has no quote ```, only `\"` and `'` | write `path = \"a\"`",
        ),
        (
            "path = «a \"b\"»",
            "1:8 TOML has no quote `«`, only `\"` and `'` | write `path = 'a \"b\"'`",
        ),
        (
            "exclude = [«a, б», “c”]",
            "1:12 TOML has no quote `«`, only `\"` and `'` | \
             write `exclude = [\"a, б\", \"c\"]`",
        ),
        (
            "path = \"a \"b\"\"",
            "1:8 a string between `\"` cannot have that quote within | write `path = 'a \"b\"'`",
        ),
        (
            "path = \"a",
            "1:8 the string has no `\"` at its end | write `path = \"a\"`",
        ),
        (
            "path = a\"",
            "1:8 a text must be in quotes | write `path = \"a\"`",
        ),
        (
            "exclude = [\"a, \"b\"]",
            "1:12 the string has no `\"` at its end | write `exclude = [\"a\", \"b\"]`",
        ),
    ] {
        check_correction(text, &[expected]);
    }
}

#[test]
fn names_that_only_look_right() {
    for (text, expected) in [
        (
            "раth = 'a'",
            "1:1 `раth` has the Cyrillic letter `р` | write `path = 'a'`",
        ),
        (
            "pa\u{200b}th = 'a'",
            "1:1 there is a character without width (U+200B) | write `path = 'a'`",
        ),
        (
            "path\u{a0}=\u{a0}'a'",
            "1:5 there is a non-breaking space (U+00A0) | write `path = 'a'`",
        ),
        (
            "\u{feff}path = 'a'",
            "1:1 there is a byte order mark (U+FEFF) | write `path = 'a'`",
        ),
        (
            "legacy encoding = 'kz-1048'",
            "1:1 `legacy encoding` is not how the key is written | \
             write `legacy-encoding = 'kz-1048'`",
        ),
        (
            "public–status = ['a']",
            "1:1 `public–status` is not how the key is written | write `public-status = ['a']`",
        ),
        (
            "[sеrver]\nlisten = '[::]:80'",
            "1:2 `sеrver` has the Cyrillic letter `е` | write `[server]`",
        ),
        (
            "[same]\nмажилис = 'мәжіліс'",
            "2:1 a key with other letters than a-z, or with signs, must be in quotes | \
             write `\"мажилис\" = 'мәжіліс'`",
        ),
    ] {
        check_correction(text, &[expected]);
    }
    check(&[(
        "time zone = 'UTC'",
        &["1:1 unknown key `time zone` | `time-zone` belongs to `[site]`"],
    )]);
    check(&[(
        "Год = 2026",
        &[
            "1:1 unknown key `Год` | known here: `path`, `include`, `exclude`, `key`, `rescan`, `watch`, \
           `legacy-encoding`, `link`, `public-status`, `fields`, `shortcodes`",
        ],
    )]);
}

#[test]
fn notations_of_other_languages() {
    for (text, expected) in [
        (
            "// articles",
            "1:1 a comment begins with `#`, not with `//` | write `# articles`",
        ),
        (
            "path = 'a' // articles",
            "1:12 a comment begins with `#`, not with `//` | write `path = 'a'`",
        ),
        (
            "[server] // x",
            "1:10 a comment begins with `#`, not with `//` | write `[server]`",
        ),
        (
            "-- articles",
            "1:1 a comment begins with `#`, not with `--` | write `# articles`",
        ),
        (
            "/* articles */",
            "1:1 a comment begins with `#`, not with `/*` | write `# articles`",
        ),
        (
            "<!-- articles -->",
            "1:1 a comment begins with `#`, not with `<!--` | write `# articles`",
        ),
        (
            "path = 'a';",
            "1:11 a line of TOML does not end in `;` | write `path = 'a'`",
        ),
        (
            "path = 'a',",
            "1:11 a line of TOML does not end in `,` | write `path = 'a'`",
        ),
        (
            "path: 'a'",
            "1:5 `=` stands between a key and its value, not `:` | write `path = 'a'`",
        ),
        (
            "\"path\": \"a\",",
            "1:7 `=` stands between a key and its value, not `:` | write `path = \"a\"`",
        ),
        (
            "path => a",
            "1:6 `=` stands between a key and its value, not `=>` | write `path = \"a\"`",
        ),
        (
            "path 'a'",
            "1:6 there is no `=` between the key and its value | write `path = 'a'`",
        ),
        (
            "server:\n  listen: '[::]:80'",
            "1:1 the header of this table is `[server]` | write `[server]`",
        ),
        (
            "path = статьи # x",
            "1:8 a text must be in quotes | write `path = \"статьи\"`",
        ),
        (
            "exclude = [a, б]",
            "1:12 a text must be in quotes | write `exclude = [\"a\", \"б\"]`",
        ),
        (
            "exclude = ['a' 'b']",
            "1:16 there is no comma between the items of the list | write `exclude = ['a', 'b']`",
        ),
        (
            "exclude = ['a', 'b'\n[server]",
            "1:11 the list has no `]` at its end | write `exclude = ['a', 'b']`",
        ),
        (
            "exclude = [\n  'a',\n  «b»,\n]",
            "3:3 TOML has no quote `«`, only `\"` and `'` | write `\"b\",`",
        ),
        (
            "[server",
            "1:1 the header of this table is `[server]` | write `[server]`",
        ),
        (
            "server]",
            "1:1 the header of this table is `[server]` | write `[server]`",
        ),
        (
            "[[server]\nlisten = '[::]:80'",
            "1:1 the header of this table is `[server]` | write `[server]`",
        ),
        (
            "[feed]]\nname = 'a'\ntitle = 'b'",
            "1:1 the header of this table is `[[feed]]` | write `[[feed]]`",
        ),
        ("---", "1:1 TOML has no line `---` | delete this line"),
        (
            "path = \"C:\\Users\\news\"",
            "1:11 a backslash in double quotes begins an escape, and `\\U` is none | \
             write `path = 'C:\\Users\\news'`",
        ),
        (
            "path = \"C:\\temp\"",
            "1:8 [source.directory]: path is a path with a backslash, which begins an escape in \
             double quotes | write `path = 'C:\\temp'`",
        ),
        (
            "path = C:\\Users",
            "1:8 a text must be in quotes | write `path = 'C:\\Users'`",
        ),
    ] {
        // Below the header that YAML lacks, each key has its own hint.
        let expected = match text.contains("listen:") {
            true => vec![
                expected,
                "2:9 `=` stands between a key and its value, not `:` | write `listen = '[::]:80'`",
            ],
            false => vec![expected],
        };
        check_correction(text, &expected);
    }
}

#[test]
fn values_of_another_type() {
    for (text, expected) in [
        (
            "rescan = 60",
            "1:10 [source.directory]: rescan must be a string, got a number | \
             write `rescan = \"60s\"`",
        ),
        (
            "[defaults]\nkeep = 24",
            "2:8 [defaults]: keep must be a string, got a number | write `keep = \"24h\"`",
        ),
        (
            "[defaults]\nkeep: 24",
            "2:5 `=` stands between a key and its value, not `:` | write `keep = \"24h\"`",
        ),
        (
            "[defaults]\noldest = '30'",
            "2:10 [defaults]: oldest must be a duration: one whole number with s, m, h or d, such as \
             `5m`, got `30` | write `oldest = \"30d\"`",
        ),
        (
            "[defaults]\nitems = '50'",
            "2:9 [defaults]: items must be a whole number from 1 to 500, got a string | \
             write `items = 50`",
        ),
        (
            "[defaults]\nitems = 50.0",
            "2:9 [defaults]: items must be a whole number from 1 to 500, got a number | \
             write `items = 50`",
        ),
        (
            "[defaults]\nlisted = 'yes'",
            "2:10 [defaults]: listed must be `true` or `false`, without quotes, got a string | \
             write `listed = true`",
        ),
        (
            "[defaults]\nlisted = no",
            "2:10 a switch is `true` or `false`, not `no` | write `listed = false`",
        ),
        (
            "[defaults]\nlisted = True # x",
            "2:10 a switch is `true` or `false`, not `True` | write `listed = true`",
        ),
        (
            "[defaults]\nany = 'lang:kk, #а'",
            "2:7 [defaults]: any must be a list of strings, got a string | \
             write `any = [\"lang:kk\", \"#а\"]`",
        ),
        (
            "public-status = 2",
            "1:17 [source.directory]: public-status must be a list of strings, got a number | \
             write `public-status = [\"2\"]`",
        ),
        (
            "[server]\nlimits = { headers = '32' } # few",
            "2:22 [server.limits]: headers must be a whole number from 8 to 1000, got a string | \
             write `limits = { headers = 32 } # few`",
        ),
        (
            "[defaults]\nany = ['a', 5]",
            "2:13 [defaults]: any must be a string, got a number | write `any = ['a', \"5\"]`",
        ),
        (
            "[feed]\nname = 'a'\ntitle = 'b'",
            "1:1 feed must be a list of tables, each headed `[[feed]]`, got a table | \
             write `[[feed]]`",
        ),
        (
            "[[server]]",
            "1:1 server must be a table, got a list | write `[server]`",
        ),
    ] {
        check_correction(text, &[expected]);
    }
}

#[test]
fn keys_of_other_tables_and_programs() {
    check(&[
        (
            "[server]\ntitle = 'a'",
            &[
                "2:1 [server]: unknown key `title` | `title` belongs to `[site]`, `[auto.sections]` or `[[feed]]`",
            ],
        ),
        (
            "[defaults]\nentries = 5",
            &["2:1 [defaults]: unknown key `entries` | did you mean `items`?"],
        ),
        (
            "[limits]\nheaders = 10",
            &["1:2 unknown key `limits` | did you mean `[server.limits]`?"],
        ),
        (
            "[[feeds]]\nname = 'a'",
            &["1:3 unknown key `feeds` | did you mean `[[feed]]`?"],
        ),
        (
            "'раth' = 'a'",
            &["1:1 [source.directory]: unknown key `раth` | write `path` in Latin letters"],
        ),
    ]);
}

#[test]
fn lists_and_numbers_as_people_write_them() {
    for (text, expected) in [
        (
            "exclude = ['a'; 'b']",
            "1:15 there is no comma between the items of the list | write `exclude = ['a', 'b']`",
        ),
        (
            "exclude = ('a', 'b')",
            "1:11 a list stands between `[` and `]`, not `(` | write `exclude = ['a', 'b']`",
        ),
        (
            "exclude = (“a”, “b”)",
            "1:11 a list stands between `[` and `]`, not `(` | write `exclude = [\"a\", \"b\"]`",
        ),
        (
            "exclude = ['a' и 'b']",
            "1:16 there is no comma between the items of the list | write `exclude = ['a', 'b']`",
        ),
        (
            "exclude = [\n  'a', // first\n  'b',\n]",
            "2:8 a comment begins with `#`, not with `//` | write `'a',`",
        ),
        (
            "[defaults]\nany = [#a, #b]",
            "2:8 a text must be in quotes | write `any = [\"#a\", \"#b\"]`",
        ),
        (
            "[defaults]\nitems = 050",
            "2:9 a whole number has digits and no zero in front, not `050` | write `items = 50`",
        ),
        (
            "[defaults]\nitems = ５０",
            "2:9 a whole number has digits and no zero in front, not `５０` | write `items = 50`",
        ),
        (
            "[defaults]\nitems ＝ 50",
            "2:7 `=` stands between a key and its value, not `＝` | write `items = 50`",
        ),
        (
            "[defaults]\nitems = 50\u{a0}# x",
            "2:11 there is a non-breaking space (U+00A0) | write `items = 50`",
        ),
        (
            "rescan = null",
            "1:10 TOML has no `null`: a key without a value is left out | delete this line",
        ),
        (
            "path = 'a' ; comment",
            "1:12 a comment begins with `#`, not with `;` | write `path = 'a'`",
        ),
        (
            "path = \"\\\\server\\share\"",
            "1:17 a backslash in double quotes begins an escape, and `\\s` is none | \
             write `path = '\\\\server\\share'`",
        ),
    ] {
        check_correction(text, &[expected]);
    }
}

#[test]
fn words_of_other_programs() {
    for (text, expected) in [
        (
            "[defaults]\nformats = [\"xml\"]",
            "2:12 [defaults]: formats must be `rss`, `atom` or `json`, got `xml` | write `formats = [\"rss\"]`",
        ),
        (
            "[defaults]\nformats = ['atom', 'JSONFeed']",
            "2:20 [defaults]: formats must be `rss`, `atom` or `json`, got `JSONFeed` | \
             write `formats = ['atom', \"json\"]`",
        ),
        (
            "[defaults]\ncontent = \"lead\"",
            "2:11 [defaults]: content must be `full`, `summary` or `title`, got `lead` | \
             write `content = \"summary\"`",
        ),
        (
            "[defaults]\ncontent = excerpt;",
            "2:11 a text must be in quotes | write `content = \"summary\"`",
        ),
        (
            "[defaults]\nimage-in-text = 'off'",
            "2:17 [defaults]: image-in-text must be `auto` or `never`, got `off` | \
             write `image-in-text = \"never\"`",
        ),
        (
            "watch = 'inotify'",
            "1:9 [source.directory]: watch must be `auto` or `poll`, got `inotify` | write `watch = \"auto\"`",
        ),
        (
            "key = 'filename'",
            "1:7 [source.directory]: key must be `path` or `name`, got `filename` | write `key = \"name\"`",
        ),
        (
            "legacy-encoding = 'cp1251'",
            "1:19 [source.directory]: legacy-encoding must be `windows-1251` or `kz-1048`, got `cp1251` | \
             write `legacy-encoding = \"windows-1251\"`",
        ),
        (
            "[auto]\ntags = true",
            "2:8 [auto]: tags must be a table, got a boolean | write `[auto.tags]`",
        ),
        (
            "[auto]\nsections = false",
            "2:12 [auto]: sections must be a table, got a boolean | delete this line",
        ),
    ] {
        check_correction(text, &[expected]);
    }
}

#[test]
fn commas_without_an_item() {
    for (text, expected) in [
        (
            "exclude = ['a',, 'b']",
            "1:16 there is a comma without an item in front of it | write `exclude = ['a', 'b']`",
        ),
        (
            "exclude = [, 'a']",
            "1:12 there is a comma without an item in front of it | write `exclude = ['a']`",
        ),
        (
            "exclude = ['a', 'b',,]",
            "1:21 there is a comma without an item in front of it | write `exclude = ['a', 'b']`",
        ),
        (
            "exclude = [\n  'a',\n  'b',,\n]",
            "3:7 there is a comma without an item in front of it | write `'b',`",
        ),
        (
            "[server]\nlimits = { headers = 32,, connections = 9000 }",
            "2:25 there is a comma without an item in front of it | \
             write `limits = { headers = 32, connections = 9000 }`",
        ),
        (
            "[defaults]\nitems = 5,,",
            "2:10 a line of TOML does not end in `,` | write `items = 5`",
        ),
    ] {
        check_correction(text, &[expected]);
    }
}

#[test]
fn no_line_is_shown_that_would_be_wrong_as_well() {
    let must_be = "[defaults]: formats must be `rss`, `atom` or `json`";
    for (formats, expected) in [
        (
            "['xml', 'JSONFeed']",
            vec![
                format!("2:12 {must_be}, got `xml` | did you mean `rss`?"),
                format!("2:19 {must_be}, got `JSONFeed` | did you mean `json`?"),
            ],
        ),
        (
            "['atom', 'rss', 'xml']",
            vec![format!(
                "2:27 {must_be}, got `xml` | delete it: `rss` is in the list already"
            )],
        ),
    ] {
        let text = format!("{MINIMAL}[defaults]\nformats = {formats}");
        let found: Vec<String> = problems(&text).iter().map(brief).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn keys_that_share_a_line_are_shown_apart() {
    for (line, parts) in [
        (
            "items = 5; keep = \"24h\"",
            "`items = 5` and `keep = \"24h\"`",
        ),
        (
            "items = 5, keep = '24h', listed = true # x",
            "`items = 5` and `keep = '24h'` and `listed = true # x`",
        ),
        (
            "items = 5 keep = \"24h\"",
            "`items = 5` and `keep = \"24h\"`",
        ),
        (
            "any = ['#a; items = 1'] items = 5",
            "`any = ['#a; items = 1']` and `items = 5`",
        ),
        (
            "title = \"a = 1\" items = 5",
            "`title = \"a = 1\"` and `items = 5`",
        ),
    ] {
        let text = format!("{MINIMAL}[defaults]\n{line}\n");
        let expected = format!(
            "several keys stand on one line | write each key on a line of its own: {parts}"
        );
        let found: Vec<String> = problems(&text).iter().map(brief).collect();
        let [found] = found.as_slice() else {
            panic!("{line}: {found:?}");
        };
        assert!(found.ends_with(&expected), "{line}: {found}");
    }
    for line in [
        "items = 5; password = \"hush\"",
        "items = 5; link = \"https://reader:hush@dala.example/\"",
    ] {
        let printed = print(&problems(&format!("{MINIMAL}[defaults]\n{line}\n")));
        assert!(
            printed.contains("several keys stand on one line"),
            "{printed}"
        );
        assert!(!printed.contains("hush"), "{printed}");
    }
}

#[test]
fn several_values_on_a_line_are_not_one_text() {
    for line in [
        "any = '#a', '#b'",
        "any = '#a' '#b'",
        "any = “#a”, “#b”",
        "content = \"full\" any = \"#a\"",
        "content = full any = [\"#a\"]",
        "any = ['#a',\n'#b'\nall = ['#c']",
    ] {
        let text = format!("{MINIMAL}[defaults]\n{line}\n");
        let found = problems(&text);
        assert!(!found.is_empty(), "{line}");
        assert!(
            found.iter().all(|problem| meant(problem).is_none()),
            "{}",
            print(&found)
        );
    }
}

#[test]
fn times_zones_and_sizes_as_people_write_them() {
    for (text, meant) in [
        ("[defaults]\ncache = 300", "write `cache = \"300s\"`"),
        (
            "[defaults]\nstale-while-revalidate = 60",
            "write `stale-while-revalidate = \"60s\"`",
        ),
        (
            "[defaults]\nstale-if-error = 86400",
            "write `stale-if-error = \"86400s\"`",
        ),
        (
            "[defaults]\noldest = 2592000",
            "write `oldest = \"2592000s\"`",
        ),
        ("[defaults]\noldest = 365", "write `oldest = \"365d\"`"),
        ("[defaults]\noldest = '1w'", "did you mean `7d`?"),
        ("[defaults]\noldest = '1 month'", "did you mean `30d`?"),
        ("[defaults]\nkeep = '1d12h'", "did you mean `36h`?"),
        ("[defaults]\nkeep = 'PT24H'", "did you mean `24h`?"),
        ("[defaults]\nkeep = '1.5h'", "did you mean `90m`?"),
        ("[defaults]\nkeep = '24ч'", "did you mean `24h`?"),
        ("[defaults]\nkeep = 24 h", "did you mean `24h`?"),
        ("[server]\ncache-bytes = '64M'", "did you mean `64MiB`?"),
        (
            "[server]\nlisten = '127.0.0.1'",
            "did you mean `127.0.0.1:8080`?",
        ),
        (
            "[server]\nlisten = 127.0.0.1",
            "did you mean `127.0.0.1:8080`?",
        ),
        (
            "[server]\nlisten = 8080",
            "`0.0.0.0:8080` listens on every address, `127.0.0.1:8080` on this machine only",
        ),
        (
            "[source.postgres]\nurl = 'x'",
            "did you mean `[source.sql]`?",
        ),
    ] {
        let found = problems(&format!("{MINIMAL}{text}\n"));
        let hints: Vec<&str> = found
            .iter()
            .filter_map(|problem| problem.hint.as_deref())
            .collect();
        assert_eq!(hints, [meant], "{text}");
    }
    for (zone, meant) in [
        ("Astana", "Asia/Almaty"),
        ("Asia/Astana", "Asia/Almaty"),
        ("GMT+5", "Etc/GMT-5"),
        ("UTC+05:00", "Etc/GMT-5"),
        ("Asia/Almati", "Asia/Almaty"),
        ("Москва", "Europe/Moscow"),
    ] {
        let text = MINIMAL.replace("[source", &format!("time-zone = '{zone}'\n[source"));
        let hint = format!("did you mean `{meant}`?");
        assert!(print(&problems(&text)).contains(&hint), "{zone}");
    }
}

#[test]
fn what_says_something_else_than_it_seems_is_doubted() {
    check(&[
        (
            "[defaults]\nany = [\n  #a,\n]",
            &[
                "2:7 [defaults]: any is an empty list: `#` begins a comment outside of quotes | write `\"#a\"`",
            ],
        ),
        ("[defaults]\nany = [\n  # a\n]", &[]),
        (
            "[[feed]]\nname = 'a'\ntitle = 'b'\nany = ['!#сенат']",
            &["4:8 feed `a`: any: `!#сенат` does not exclude the tag | \
               write `#сенат` in `none` to leave out what has it"],
        ),
        (
            "[sitе]\n",
            &["1:2 `sitе` has the Cyrillic letter `е` | write all its keys below one `[site]`"],
        ),
        (
            "[server]\naccess-log = true",
            &["2:14 [server]: access-log must be `off`, `combined` or `json`, got a boolean"],
        ),
    ]);
}

#[test]
fn a_line_that_is_refused_itself_is_no_hint() {
    check(&[
        (
            "[server]\nlisten = yes",
            &[
                "2:10 a text must be in quotes | [server]: listen must be an IP address with a port, such as \
               `127.0.0.1:8080`, or `unix:PATH`, got `yes`",
            ],
        ),
        (
            "[defaults]\ncontent = much;",
            &[
                "2:11 a text must be in quotes | [defaults]: content must be `full`, `summary` or `title`, got `much`",
            ],
        ),
        (
            "pаth = 5",
            &["1:1 `pаth` has the Cyrillic letter `а` | write `path = \"5\"`"],
        ),
    ]);
}

#[test]
fn every_slip_of_a_file_is_reported() {
    let text = "[sіte]\ntitle: «Дала»\nurl = https://dala.example;\nid-authority = 'dala.example'\n\
                id-year = '2026' // когда\n[source.directory\nrescan = 60\n[defaults]\nlisted = on\n\
                items = 900\n[feed\nname = all\n";
    let found = problems(text);
    let lines: Vec<u32> = found.iter().filter_map(|problem| problem.line).collect();
    assert_eq!(
        lines,
        [1, 2, 3, 5, 6, 7, 9, 10, 11, 12],
        "{}",
        print(&found)
    );
    let rest = problems(&corrected(text, &found));
    assert_eq!(rest.len(), 1, "{}", print(&rest));
    assert!(rest[0].message.contains("items must be"));
}

#[test]
fn no_hint_shows_a_password() {
    for line in [
        "password = hush",
        "password: «hush»",
        "password = \"hush",
        "password = \"\"\"hush",
        "password = { a: hush }",
        "password =\n  «hush»",
        "pаssword hush = x",
        "password: [\n  hush,\n]",
        "// password: hush",
        "user = \"a\" // password: hush",
        "Password: hush",
        "PASSWORD = \"hush\"",
        "pass = hush",
        "pass = \"hush\"",
        "passwort = \"hush\"",
        "пароль = «hush»",
    ] {
        let wordpress =
            format!("[source.wordpress]\nurl = 'https://dala.example/'\nuser = 'a'\n{line}\n");
        let output = print(&problems(
            &MINIMAL.replace("[source.directory]\n", &wordpress),
        ));
        assert!(!output.contains("hush"), "{output}");
        assert!(output.contains("error: "), "{output}");
    }
    for line in [
        "url = «postgres://reader:hush@db/news»",
        "url = postgres://reader:now hush@db/news",
        "url = host=db user=reader PWD=hush",
        "url = host=db user=reader key=hush",
        "url: reader:hush/db",
    ] {
        let sql = format!("[source.sql]\nquery = 'SELECT 1'\n{line}\n");
        let output = print(&problems(&MINIMAL.replace("[source.directory]\n", &sql)));
        assert!(!output.contains("hush"), "{output}");
        assert!(output.contains("error: "), "{output}");
    }
}

#[test]
fn hostile_files_are_corrected_within_their_time() {
    for line in [
        "a = [",
        "a = «",
        "[[",
        "а: ",
        "\"",
        "{",
        "a = [[[[[[[[[[[[[[[[",
        "x = { a: { a: {",
    ] {
        let text = format!("{line}\n").repeat(200_000 / (line.len() + 1));
        let took = crate::testkit::cpu_time(|| drop(problems(&text)));
        assert!(took.as_millis() < 2500, "{line}: {took:?}");
    }
}

proptest! {
    #[test]
    fn the_line_of_a_hint_has_no_such_slip(
        picked in prop::collection::vec((0..400_usize, 0..SLIPS.len()), 1..6),
    ) {
        let shipped = include_str!("../../../feeds.toml");
        let mut lines: Vec<String> = shipped.split('\n').map(str::to_owned).collect();
        for (number, slip) in picked {
            let number = number % lines.len();
            lines[number] = SLIPS[slip](&lines[number]);
        }
        let text = lines.join("\n");
        let found = problems(&text);
        let followed: Vec<Problem> = found.into_iter().filter(|p| meant(p).is_some()).collect();
        let rest = problems(&corrected(&text, &followed));
        for problem in followed {
            let again = rest.iter().find(|p| p.line == problem.line && p.message == problem.message);
            prop_assert!(again.is_none(), "{problem}\n{}", print(&rest));
        }
    }
}

/// Slips in a right line.
const SLIPS: [fn(&str) -> String; 10] = [
    |line| line.replacen('"', "«", 1).replacen('"', "»", 1),
    |line| line.replace('"', "”"),
    |line| line.replacen('=', ":", 1),
    |line| line.replacen(" = ", "\u{a0}= ", 1),
    |line| format!("{line};"),
    |line| format!("{line} // x"),
    |line| line.replacen('"', "", 2),
    |line| line.replacen(']', "", 1),
    |line| line.replacen('e', "е", 1),
    |line| line.replace('#', "//"),
];
