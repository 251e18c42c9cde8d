//! Whole files: what they mean, and everything that is wrong with them.

mod reference;

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::model::problem::{Problem, Severity};
use crate::model::term::TermKind;

const FOLDER: &str = "/etc/taspa";

/// The least that a file must say.
const MINIMAL: &str = "\
[site]
title = 'Дала'
url = 'https://dala.example'
id-authority = 'dala.example'
id-year = 2026
[source.directory]
";

fn environment(name: &str) -> Option<String> {
    match name {
        "SECRET" => Some("hunter2".to_owned()),
        "HOST" => Some("dala.example".to_owned()),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Loaded, Vec<Problem>> {
    Config::parse(text, "feeds.toml", Path::new(FOLDER), &environment)
}

/// The configuration of [`MINIMAL`] with `text` below it, which has no problem at all.
fn config(text: &str) -> Config {
    let loaded = parse(&format!("{MINIMAL}{text}")).unwrap_or_else(|all| panic!("{}", print(&all)));
    assert_eq!(loaded.warnings, []);
    loaded.config
}

/// The problems of a text, warnings included.
fn problems(text: &str) -> Vec<Problem> {
    match parse(text) {
        Ok(loaded) => loaded.warnings,
        Err(problems) => problems,
    }
}

fn print(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.join("\n")
}

/// What a table of cases compares: `line:column message | hint`, the line counted below
/// [`MINIMAL`].
fn brief(problem: &Problem) -> String {
    let above = MINIMAL.lines().count();
    let line = problem.line.map_or(0, |line| line as usize - above);
    let column = problem.column.unwrap_or(0);
    match &problem.hint {
        Some(hint) => format!("{line}:{column} {} | {hint}", problem.message),
        None => format!("{line}:{column} {}", problem.message),
    }
}

fn check(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let found = problems(&format!("{MINIMAL}{text}"));
        let found: Vec<String> = found.iter().map(brief).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

fn default_limits() -> Limits {
    Config::find_server(Path::new("no feeds.toml"), &|_| None).limits
}

fn directory(config: &Config) -> &DirectoryConfig {
    match &config.source {
        SourceConfig::Directory(directory) => directory,
        SourceConfig::Sql(_) | SourceConfig::WordPress(_) => panic!("expected a folder"),
    }
}

#[test]
fn the_shipped_file_is_a_working_example() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("feeds.toml");
    let loaded = Config::load(&path, &|_| None).unwrap_or_else(|all| panic!("{}", print(&all)));
    assert_eq!(print(&loaded.warnings), "");
    let config = loaded.config;
    let folder = path.with_file_name("tests").join("newsroom");
    assert_eq!(directory(&config).path, folder);
    let names: Vec<&str> = config.feeds.iter().map(|feed| feed.name.as_str()).collect();
    assert_eq!(names[..3], ["all", "parliament", "qazaqsha"]);
    assert!(config.auto_sections.is_some() && config.auto_authors.is_some());
    let said: Vec<&str> = config.named_terms.iter().map(|t| t.text.as_str()).collect();
    assert_eq!(said[..3], ["Парламент", "мажилис", "сенат"]);
}

#[test]
fn a_minimal_file_is_a_whole_configuration() {
    let config = config("");
    assert_eq!(config.site.url, "https://dala.example/");
    assert_eq!(config.server.state, PathBuf::from("/etc/taspa/state"));
    assert_eq!(config.server.limits, default_limits());
    assert_eq!(config.server.templates, None);
    assert_eq!(
        directory(&config).path,
        PathBuf::from("/etc/taspa/articles")
    );
    assert_eq!(config.defaults, Settings::default());
    assert_eq!(
        (config.auto_sections, config.auto_tags, config.auto_authors),
        (None, None, None)
    );
    let [all] = config.feeds.as_slice() else {
        panic!("one feed, got {:?}", config.feeds);
    };
    assert_eq!((all.name.as_str(), all.title.as_str()), ("all", "Дала"));
    assert_eq!(all.selection, Selection::default());
    assert_eq!(all.settings, config.defaults);
}

#[test]
fn languages_are_the_sites_own_and_kazakh_beside_russian() {
    let site = |keys: &str| {
        format!(
            "{}{keys}[source.directory]\n",
            MINIMAL.replace("[source.directory]\n", "")
        )
    };
    for (keys, expected) in [
        ("", &["ru", "kk"][..]),
        ("language = 'kk'\n", &["kk"]),
        ("language = 'ru-KZ'\n", &["ru-KZ", "kk"]),
        ("languages = ['ru']\n", &["ru"]),
        (
            "language = 'de'\nlanguages = ['en', 'de-AT', 'de']\n",
            &["en", "de-AT", "de"],
        ),
        ("language = 'kk-KZ'\nlanguages = ['KK-kz']\n", &["KK-kz"]),
    ] {
        let loaded = parse(&site(keys)).unwrap_or_else(|all| panic!("{}", print(&all)));
        assert_eq!(loaded.config.site.languages, expected, "{keys}");
    }
    for (keys, expected) in [
        (
            "language = 'kk'\nlanguages = ['ru', 'en']\n",
            "feeds.toml:7:1: error: [site]: languages must have `kk`, the `language` of the site\n\
             7 | languages = ['ru', 'en']\n  | ^^^^^^^^^\n  \
             hint: add `\"kk\"`, or set `language` to one of them",
        ),
        (
            "languages = []\n",
            "feeds.toml:6:1: error: [site]: languages must name at least one language\n\
             6 | languages = []\n  | ^^^^^^^^^",
        ),
        (
            "languages = ['ru', 'kz']\n",
            "feeds.toml:6:20: error: [site]: languages must be a language such as `ru`, `kk` or \
             `kk-KZ`, got `kz`\n6 | languages = ['ru', 'kz']\n  |                    ^^^^\n  \
             hint: did you mean `kk`?",
        ),
        (
            "languages = ['ru', 'ru']\n",
            "feeds.toml:6:20: error: [site]: languages names `ru` twice\n\
             6 | languages = ['ru', 'ru']\n  |                    ^^^^",
        ),
    ] {
        assert_eq!(print(&problems(&site(keys))), expected, "{keys}");
    }
}

#[test]
fn feeds_override_settings_and_add_terms() {
    let config = config(
        "[defaults]\nitems = 7\nnone = ['#реклама']\n\
         [auto.tags]\ncontent = 'title'\nimage-in-text = 'never'\nall = ['lang:kk']\nexcept = ['Спорт']\n\
         [auto.sections]\nexcept = ['Спорт', 'section:Мир']\n\
         [[feed]]\nname = 'kz/sport'\ntitle = 'Спорт'\nany = ['#спорт', 'спорт']\nnone = ['#бокс']\nkeep = '7d'\nsummary-length = 200\n\
         [[feed]]\nname = 'all'\noldest = '30d'\n",
    );
    let tags = config.auto_tags.expect("[auto.tags] is there");
    assert_eq!(
        (tags.settings.items, tags.settings.texts),
        (
            7,
            TextSettings {
                content: Content::Title,
                summary_length: 600,
                image_in_text: ImageInText::Never,
            }
        )
    );
    assert_eq!(tags.title, "{name} — {site}");
    assert_eq!(terms(&tags.except), "спорт");
    assert_eq!(terms(tags.selection.terms()), "lang:kk реклама");
    let sections = config.auto_sections.expect("[auto.sections] is there");
    assert_eq!(terms(&sections.except), "section:мир section:спорт");

    let [all, sport] = config.feeds.as_slice() else {
        panic!("two feeds, got {:?}", config.feeds);
    };
    assert_eq!((all.name.as_str(), all.title.as_str()), ("all", "Дала"));
    assert_eq!(all.settings.oldest, Some(30 * 86_400));
    assert_eq!(terms(&all.selection.none), "реклама");
    assert_eq!((sport.settings.items, sport.settings.keep), (7, 7 * 86_400));
    assert_eq!(sport.settings.texts.summary_length, 200);
    assert_eq!(sport.settings.texts.image_in_text, ImageInText::Auto);
    assert_eq!(terms(&sport.selection.any), "спорт");
    assert_eq!(terms(&sport.selection.none), "бокс реклама");
}

fn terms<'a>(terms: impl IntoIterator<Item = &'a Term>) -> String {
    let terms: Vec<String> = terms.into_iter().map(Term::to_string).collect();
    terms.join(" ")
}

#[test]
fn terms_are_remembered_with_their_spelling_and_place() {
    let text = format!("{MINIMAL}[same]\n'#Мажилис' = '#мәжіліс'\n");
    let loaded = parse(&text).unwrap_or_else(|all| panic!("{}", print(&all)));
    let alias = Alias {
        from: Term::new(TermKind::Tag, "мәжіліс").expect("a term"),
        to: Term::new(TermKind::Tag, "мажилис").expect("a term"),
        to_text: "Мажилис".to_owned(),
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

#[test]
fn paths_start_at_the_folder_of_the_file() {
    let text = MINIMAL.replace("[source.directory]", "[source.directory]\npath = '../news'");
    let text = format!(
        "{text}[server]\nstate = '/var/lib/taspa'\ntemplates = 'templates'\nlisten = ['unix:s', '[::1]:80']\n"
    );
    let loaded = parse(&text).unwrap_or_else(|all| panic!("{}", print(&all)));
    let folder = PathBuf::from("/etc/taspa/../news");
    assert_eq!(directory(&loaded.config).path, folder);
    let server = loaded.config.server;
    assert_eq!(server.state, PathBuf::from("/var/lib/taspa"));
    let templates = Some(PathBuf::from("/etc/taspa/templates"));
    assert_eq!(server.templates, templates);
    let unix = Listen::Unix {
        path: PathBuf::from("/etc/taspa/s"),
        mode: None,
    };
    let tcp = Listen::Tcp("[::1]:80".parse().expect("an address"));
    assert_eq!(server.listen, [unix, tcp]);
}

#[test]
fn names_of_keys_and_public_statuses_are_lists() {
    let text = "public-status = [\"approved\"]\n[source.directory.fields]\ndate = [\"data-pub\"]\ncontent_html = [\"story\", \"x\"]\n";
    let config = config(text);
    let folder = directory(&config);
    assert_eq!(folder.public_status, ["approved"]);
    let names: Vec<_> = folder.fields.iter().collect();
    let expected = [
        (
            "content_html".to_owned(),
            vec!["story".to_owned(), "x".to_owned()],
        ),
        ("date".to_owned(), vec!["data-pub".to_owned()]),
    ];
    assert_eq!(names, expected.each_ref().map(|(key, names)| (key, names)));
}

#[test]
fn redirects_are_written_for_a_location_header() {
    let config = config(
        "[[redirect]]\nfrom = '/старое'\nto = '/tags/спорт.rss'\n[[redirect]]\nfrom = '/x?a=1'\nto = ''\n",
    );
    let moved = "/tags/%D1%81%D0%BF%D0%BE%D1%80%D1%82.rss".to_owned();
    assert_eq!(
        config.redirects,
        [
            Redirect {
                from: "/старое".to_owned(),
                to: RedirectTo::Moved(moved),
            },
            Redirect {
                from: "/x?a=1".to_owned(),
                to: RedirectTo::Gone,
            },
        ]
    );
}

#[test]
fn values_from_the_environment_are_used_but_never_shown() {
    let config = config("[[redirect]]\nfrom = '/a'\nto = 'https://${HOST}/${PATH_:-x}$$'\n");
    let moved = RedirectTo::Moved("https://dala.example/x$".to_owned());
    assert_eq!(config.redirects[0].to, moved);

    for line in [
        "[server]\nlisten = '${SECRET}'",
        "[server]\nlisten = ['${SECRET}', 'x']",
        "[server]\npublic-url = '${SECRET}.example/x'",
        "[server]\ncache-bytes = '${SECRET}'",
        "[server]\naccess-log = '${SECRET}'",
        "[server]\ntrusted-proxies = ['${SECRET}']",
        "[defaults]\nkeep = '${SECRET} min'",
        "[defaults]\nformats = ['${SECRET}']",
        "[defaults]\nany = ['${SECRET}:x']",
        "[auto.sections]\nexcept = ['#${SECRET}']",
        "[auto.tags]\ntitle = '{${SECRET}}'",
        "[auto.tags]\nlink = '${SECRET}'",
        "[[feed]]\nname = '${SECRET}_'\ntitle = 'x'",
        "[[feed]]\nname = 'tags/${SECRET}'\ntitle = 'x'",
        "[[feed]]\nname = '${SECRET}'\ntitle = 'x'\nlanguage = '${SECRET}'\n[[feed]]\nname = '${SECRET}'",
        "[[redirect]]\nfrom = '${SECRET}'\nto = '${SECRET}'",
        "[[redirect]]\nfrom = '/${SECRET}%20'\nto = '/${SECRET}%20'",
        "[same]\n'#${SECRET}' = ['#${SECRET}', 'section:${SECRET}']",
    ] {
        let found = problems(&format!("{MINIMAL}{line}\n"));
        assert!(!found.is_empty(), "{line}");
        let json = serde_json::to_string(&found).expect("problems are plain data");
        for shown in [print(&found), json] {
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(shown.contains("${SECRET}"), "{shown}");
        }
    }
}

#[test]
fn a_missing_variable_is_shown_at_its_place() {
    let text = format!("{MINIMAL}[defaults]\nany = ['ё', \"#тег ${{NONE}}\", \"\\t${{NONE}}\"]\n");
    assert_eq!(
        print(&problems(&text)),
        "feeds.toml:8:19: error: the environment has no variable `NONE`\n\
         8 | any = ['ё', \"#тег ${NONE}\", \"\\t${NONE}\"]\n  |                   ^^^^^^^\n  \
         hint: set it, or write `${NONE:-…}` with a default\n\
         feeds.toml:8:29: error: the environment has no variable `NONE`\n\
         8 | any = ['ё', \"#тег ${NONE}\", \"\\t${NONE}\"]\n  |                             ^^^^^^^^^^^\n  \
         hint: set it, or write `${NONE:-…}` with a default"
    );
}

#[test]
fn everything_that_is_missing_is_reported_at_once() {
    for (text, expected) in [
        (
            "",
            "feeds.toml: error: `[site]` is required\n  \
             hint: it names `title`, `url`, `id-authority` and `id-year`\n\
             feeds.toml: error: `[source.directory]`, `[source.sql]` or \
             `[source.wordpress]` is required\n  \
             hint: write `[source.directory]` with the `path` of a folder, `[source.sql]` \
             with a `url` and a `query`, or `[source.wordpress]` with the `url` of a site",
        ),
        (
            "[site]\nurl = 'https://dala.example'\n[source.directory]\n",
            "feeds.toml:1:1: error: [site]: `title` is required\n1 | [site]\n  | ^^^^^^\n\
             feeds.toml:1:1: error: [site]: `id-authority` is required\n1 | [site]\n  | ^^^^^^\n\
             feeds.toml:1:1: error: [site]: `id-year` is required\n1 | [site]\n  | ^^^^^^",
        ),
    ] {
        assert_eq!(print(&problems(text)), expected);
    }
}

#[test]
fn a_site_of_wordpress_has_defaults_and_a_secret() {
    let with = |keys: &str| {
        let table = format!("[source.wordpress]\nurl = 'https://dala.example/blog'\n{keys}");
        MINIMAL.replace("[source.directory]", &table)
    };
    let site = |keys: &str| {
        let loaded = parse(&with(keys)).unwrap_or_else(|all| panic!("{}", print(&all)));
        assert!(!format!("{:?}", loaded.config).contains("hush"));
        match loaded.config.source {
            SourceConfig::WordPress(site) => site,
            other => panic!("expected a site, got {other:?}"),
        }
    };
    let plain = site("");
    assert_eq!(plain.url, "https://dala.example/blog/");
    assert_eq!((plain.refresh, plain.rows), (30, 21_600));
    assert_eq!(
        (plain.post_types, plain.login),
        (vec!["post".to_owned()], None)
    );
    let login = site("user = 'reader'\npassword = 'hush hush'").login;
    let (user, password) = login.expect("a login");
    assert_eq!((&*user, password.expose()), ("reader", "hush hush"));
    for (keys, expected) in [
        ("user = 'reader'", "`user` needs `password`"),
        ("password = 'hush'", "`password` needs `user`"),
        ("post-types = ['Post?']", "the name of a type of posts"),
        (
            "user = 'a'\npassword = ' '",
            "password must be a text that is not empty",
        ),
        ("refresh = '0s'", "at least `1s`"),
    ] {
        let said = print(&problems(&with(keys)));
        assert!(said.contains(expected) && !said.contains("hush"), "{said}");
    }
}

#[test]
fn a_database_has_defaults_and_a_secret() {
    let text = MINIMAL.replace(
        "[source.directory]",
        "[source.sql]\nurl = 'postgres://reader:hush@db/news'\nquery = 'SELECT 1'",
    );
    let loaded = parse(&text).unwrap_or_else(|all| panic!("{}", print(&all)));
    let SourceConfig::Sql(sql) = &loaded.config.source else {
        panic!("expected a database");
    };
    assert_eq!(sql.url.expose(), "postgres://reader:hush@db/news");
    assert_eq!((sql.refresh, sql.reconcile), (30, 300));
    assert_eq!(sql.listen.as_deref(), Some("taspa"));
    assert!(!format!("{:?}", loaded.config).contains("hush"));

    for (url, expected) in [
        ("sqlite:news.db", "sqlite:/etc/taspa/news.db"),
        (
            "sqlite://news.db?mode=ro",
            "sqlite:/etc/taspa/news.db?mode=ro",
        ),
        ("sqlite:/srv/news.db", "sqlite:/srv/news.db"),
        ("sqlite:///srv/news.db", "sqlite:/srv/news.db"),
    ] {
        let text = text.replace("postgres://reader:hush@db/news", url);
        let loaded = parse(&text).unwrap_or_else(|all| panic!("{}", print(&all)));
        let SourceConfig::Sql(sql) = &loaded.config.source else {
            panic!("expected a database");
        };
        assert_eq!(sql.url.expose(), expected);
    }

    let relative = text.replace("postgres://reader:hush@db/news", "sqlite:news.db");
    let loaded = Config::parse(&relative, "feeds.toml", Path::new(""), &environment);
    let source = loaded.map(|loaded| loaded.config.source);
    let Ok(SourceConfig::Sql(sql)) = source else {
        panic!("expected a database");
    };
    assert_eq!(sql.url.expose(), "sqlite:./news.db");

    let text = text.replace("postgres:", "hush:");
    let said = print(&problems(&text));
    assert!(said.contains("url must begin with `postgres:`"), "{said}");
    assert!(!said.contains("hush"), "{said}");
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

#[test]
fn unknown_keys_come_with_the_nearest_known_one() {
    check(&[
        (
            "[sever]",
            &["1:2 unknown key `sever` | did you mean `server`?"],
        ),
        (
            "[auto.tag]\nx = 1",
            &["1:7 [auto]: unknown key `tag` | did you mean `tags`?"],
        ),
        (
            "[source.folder]",
            &["1:9 [source]: unknown key `folder` | known here: `directory`, `sql`, `wordpress`"],
        ),
        (
            "[server]\nlimits.conections = 5\nlimits.\"\\u001bя\" = 5",
            &[
                "2:8 [server.limits]: unknown key `conections` | did you mean `connections`?",
                "3:8 [server.limits]: unknown key `\\u{1b}я` | known here: `connections`, \
                 `connections-per-address`, `headers`, `header-timeout`, `write-timeout`, \
                 `shutdown-delay`, `drain-timeout`, `header-bytes`, `target-bytes`, `body-bytes`, \
                 `send-bytes`, `document-bytes`",
            ],
        ),
        (
            "[[feed]]\nname = 'a'\ntitle = 'А'\nformat = ['rss']\n[[redirect]]\nform = '/a'",
            &[
                "4:1 feed `a`: unknown key `format` | did you mean `formats`?",
                "5:1 [[redirect]]: `from` is required",
                "5:1 [[redirect]]: `to` is required",
                "6:1 [[redirect]]: unknown key `form` | did you mean `from`?",
            ],
        ),
    ]);
}

#[test]
fn values_of_the_wrong_type_or_out_of_range() {
    check(&[
        (
            "path = ['a']\nrescan = 60\nkey = true",
            &[
                "1:8 [source.directory]: path must be a string, got a list",
                "2:10 [source.directory]: rescan must be a string, got a number | \
                 write it in quotes: `\"60\"`",
                "3:7 [source.directory]: key must be a string, got a boolean",
            ],
        ),
        (
            "[defaults]\nitems = '50'\nany = 'lang:kk'\nall = ['a', 5]\nkeep = 2026-01-01",
            &[
                "2:9 [defaults]: items must be a whole number from 1 to 500, got a string",
                "3:7 [defaults]: any must be a list of strings, got a string | \
                 write it in brackets: `[\"…\"]`",
                "4:13 [defaults]: all must be a string, got a number | write it in quotes: `\"5\"`",
                "5:8 [defaults]: keep must be a string, got a date",
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
                 got a string",
            ],
        ),
        (
            "[feed]\nname = 'a'\n[redirect]\nfrom = '/'",
            &[
                "1:1 feed must be a list of tables, each headed `[[feed]]`, got a table",
                "3:1 redirect must be a list of tables, each headed `[[redirect]]`, got a table",
            ],
        ),
        (
            "[site]",
            &[
                "1:2 `site` is given twice | delete one of the two, or write `[[…]]` for a list \
               of tables",
            ],
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
             authors, feeds, sections, select, tags, got `tags/x`"
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
                "6:8 [same]: x: must be a list of strings, got a number",
            ],
        ),
    ]);
}

#[test]
fn redirects_that_repeat_loop_or_lead_nowhere_are_refused() {
    check(&[(
        "[[redirect]]\nfrom = '/a'\nto = '/b'\n\
         [[redirect]]\nfrom = '/a'\nto = 'b'\n\
         [[redirect]]\nfrom = '/%D1%8F'\nto = '//x'\n\
         [[redirect]]\nfrom = '/я'\nto = '/я'\n\
         [[redirect]]\nfrom = '/x'\nto = '/y'\n\
         [[redirect]]\nfrom = '/y?z'\nto = '/x'\n\
         [[redirect]]\nfrom = '/y'\nto = '/z?y#x'\n\
         [[redirect]]\nfrom = '/z'\nto = '/y'\n\
         [[redirect]]\nfrom = '/z?x'\nto = 'https://dala.example/z?x'",
        &[
            "5:8 [[redirect]]: `/a` is redirected twice, first on line 8",
            "6:6 [[redirect]]: to must be a path that begins with `/`, an absolute URL, or empty \
             for 410 Gone, got `b`",
            "8:8 [[redirect]]: `/%D1%8F` is compared after decoding: it never matches | \
             write `/я`",
            "9:6 [[redirect]]: to must be a path on this server, with one `/` in front, got `//x`",
            "12:6 [[redirect]]: `/я` leads to itself",
            "15:6 [[redirect]]: `/y` leads in a circle",
        ],
    )]);
}

#[test]
fn the_admin_listener_is_off_or_a_socket_of_its_own() {
    for (server, expected) in [
        ("", None),
        ("admin = ''", None),
        ("admin = 'localhost:9090'", Some("127.0.0.1:9090")),
        ("admin = '[::1]:9090'", Some("[::1]:9090")),
        (
            "admin = '127.0.0.2:8080'\nlisten = ['127.0.0.1:8080', 'unix:/run/x.sock']",
            Some("127.0.0.2:8080"),
        ),
        (
            "admin = '0.0.0.0:80'\nlisten = '[::1]:80'",
            Some("0.0.0.0:80"),
        ),
        (
            "admin = '127.0.0.1:0'\nlisten = '127.0.0.1:0'",
            Some("127.0.0.1:0"),
        ),
    ] {
        let expected = expected.map(|socket| socket.parse().expect("a socket"));
        let config = config(&format!("[server]\n{server}"));
        assert_eq!(config.server.admin, expected, "{server}");
    }
    let public = "2:1 [server]: admin must not be an address that readers use (listen)";
    check(&[
        ("[server]\nadmin = '127.0.0.1:8080'", &[public]),
        (
            "[server]\nadmin = '127.0.0.1:80'\nlisten = ['[::1]:80', '0.0.0.0:80']",
            &[public],
        ),
        (
            "[server]\nadmin = '127.0.0.1:80'\nlisten = '[::]:80'",
            &[public],
        ),
        (
            "[server]\nadmin = '0.0.0.0:80'\nlisten = '192.0.2.7:80'",
            &[public],
        ),
        (
            "[server]\nadmin = 'unix:/run/admin.sock'",
            &[
                "2:9 [server]: admin must be an IP address with a port, such as `127.0.0.1:8080`, got \
                 `unix:/run/admin.sock`",
            ],
        ),
    ]);
}

#[test]
fn limits_have_names_and_ranges() {
    let limits = config(
        "[server.limits]\nconnections-per-address = 9\nwrite-timeout = '5s'\nheader-bytes = '16KiB'\n\
         headers = 32\ntarget-bytes = 1024\nbody-bytes = 0\ndocument-bytes = '1MiB'",
    );
    let expected = Limits {
        connections_per_address: 9,
        write_timeout: 5,
        header_bytes: 16 << 10,
        headers: 32,
        target_bytes: 1024,
        body_bytes: 0,
        document_bytes: 1 << 20,
        ..default_limits()
    };
    assert_eq!(limits.server.limits, expected);
    assert_eq!(default_limits().document_bytes, Limits::DOCUMENT_BYTES);
    check(&[(
        "[server.limits]\nheader-bytes = 100\ntarget-bytes = '1MiB'\nheaders = 0",
        &[
            "2:16 [server.limits]: header-bytes must be from 8KiB to 1MiB, got `100`",
            "3:16 [server.limits]: target-bytes must be from 256 to 64KiB, got `1MiB`",
            "4:11 [server.limits]: headers must be a whole number from 8 to 1000, got `0`",
        ],
    )]);
}

#[test]
fn syntax_errors_hide_only_what_they_make_doubtful() {
    let beside_a_value = "[site]\ntitle = Дала\nurl = 'x'\nid-yeer = 2026\n";
    assert_eq!(
        print(&problems(beside_a_value)),
        "feeds.toml:2:9: error: string values must be quoted, expected literal string\n\
         2 | title = Дала\n  |         ^^^^\n  hint: write it in quotes: `\"Дала\"`\n\
         feeds.toml:3:7: error: [site]: url must be an absolute http or https URL, got `x`\n\
         3 | url = 'x'\n  |       ^^^\n\
         feeds.toml:4:1: error: [site]: unknown key `id-yeer`\n\
         4 | id-yeer = 2026\n  | ^^^^^^^\n  hint: did you mean `id-year`?"
    );
    let in_a_header = "[site\ntitle = 'Дала'\nurl = 'x'\n";
    assert_eq!(
        print(&problems(in_a_header)),
        "feeds.toml:1:6: error: unclosed table, expected `]`\n1 | [site\n  |      ^"
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
        let found = Config::load(&path, &|_| None).expect_err("it cannot be read");
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
        let shipped = include_str!("../../feeds.toml");
        let from = shipped.floor_char_boundary(cut);
        let to = shipped.floor_char_boundary(cut + length);
        let text = format!("{}{put}{}", &shipped[..from], &shipped[to..]);
        if let Err(found) = parse(&text) {
            prop_assert!(found.iter().any(|p| p.severity == Severity::Error));
        }
    }
}
