//! Whole files: what they mean, and everything that is wrong with them.

mod environment;
mod languages;
mod mistakes;
mod names;
mod redirects;
mod reference;
mod slips;

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
    Config::find_server(&ConfigInput::File("no feeds.toml".into()), &|_| None).limits
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
    let loaded = Config::load(&ConfigInput::File(path.clone()), &|_| None);
    let loaded = loaded.unwrap_or_else(|all| panic!("{}", print(&all)));
    assert_eq!(print(&loaded.warnings), "");
    let config = loaded.config;
    let folder = path.with_file_name("tests").join("newsroom");
    assert_eq!(directory(&config).path, folder);
    let names: Vec<&str> = config.feeds.iter().map(|feed| feed.name.as_str()).collect();
    assert_eq!(names[..3], ["all", "parliament", "qazaqsha"]);
    assert!(config.auto_sections.is_some() && config.auto_authors.is_some());
    let output: Vec<&str> = config.named_terms.iter().map(|t| t.text.as_str()).collect();
    assert_eq!(output[..3], ["Парламент", "мажилис", "сенат"]);
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
         [auto.tags]\ncontent = 'title'\nimage-in-text = 'never'\nall = ['lang:kk']\nexcept = ['Спорт']\nlisted = false\n\
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
    assert!(!tags.settings.listed && config.defaults.listed);
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
        let output = print(&problems(&with(keys)));
        assert!(
            output.contains(expected) && !output.contains("hush"),
            "{output}"
        );
    }
}

#[test]
fn a_database_has_defaults_and_a_secret() {
    let text = MINIMAL.replace(
        "[source.directory]",
        "[source.sql]\nurl = 'postgres://reader:hush@db/news'\nquery = 'SELECT 1'\npublic-status = ['2']",
    );
    let loaded = parse(&text).unwrap_or_else(|all| panic!("{}", print(&all)));
    let SourceConfig::Sql(sql) = &loaded.config.source else {
        panic!("expected a database");
    };
    assert_eq!(sql.url.expose(), "postgres://reader:hush@db/news");
    assert_eq!((sql.refresh, sql.reconcile, sql.rows), (30, 300, 3600));
    assert_eq!(sql.listen.as_deref(), Some("taspa"));
    assert_eq!(sql.public_status, ["2"]);
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
    let output = print(&problems(&text));
    assert!(
        output.contains("url must begin with `postgres:`"),
        "{output}"
    );
    assert!(!output.contains("hush"), "{output}");
}

#[test]
fn unknown_keys_come_with_the_nearest_known_one() {
    check(&[
        (
            "[sever]",
            &["1:2 unknown key `sever` | did you mean `[server]`?"],
        ),
        (
            "[auto.tag]\nx = 1",
            &["1:7 [auto]: unknown key `tag` | did you mean `[auto.tags]`?"],
        ),
        (
            "[source.folder]",
            &["1:9 [source]: unknown key `folder` | did you mean `[source.directory]`?"],
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
        (
            "admin = 'unix:admin.sock|0660'\nlisten = 'unix:taspa.sock'",
            Some("unix:admin.sock|0660"),
        ),
        (
            "admin = 'unix:/run/taspa/admin.sock'",
            Some("unix:/run/taspa/admin.sock"),
        ),
    ] {
        let parse = |socket| Listen::parse(socket, Path::new(FOLDER)).expect("a socket");
        let expected = expected.map(parse);
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
            "[server]\nadmin = 'unix:t.sock|0600'\nlisten = 'unix:/etc/taspa/t.sock'",
            &[public],
        ),
        (
            "[server]\nadmin = 'unix:'",
            &[
                "2:9 [server]: admin must be `unix:` with a path behind it, and its mode, if any, as in \
                 `unix:/run/taspa.sock|0660`, got `unix:`",
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
