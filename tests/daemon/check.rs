//! `taspa check`: every error with its place, and nothing else.

use std::fs;

use serde_json::Value;

use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{CONFIG, Newsroom};
use crate::testkit::output::{assert_ends, json};

#[test]
fn check_passes_for_the_sample_newsroom_and_the_shipped_configuration() {
    let newsroom = Newsroom::sample();
    let output = newsroom.run(&["check"]);
    assert_ends(
        &output,
        0,
        &["no problems; 44 articles, 43 of them in"],
        &[],
    );
    let output = newsroom.run(&["check", "--format", "json"]);
    assert!(json(&output).is_empty());
    let shipped = include_str!("../../feeds.toml");
    newsroom.configure(shipped);
    newsroom.reconfigure("\"tests/newsroom\"", "\"articles\"");
    let output = newsroom.run(&["check"]);
    assert_ends(
        &output,
        0,
        &["no problems; 44 articles, 43 of them in"],
        &[],
    );
    assert!(
        !newsroom.path("state").exists(),
        "only the daemon keeps state"
    );
}

/// A right part of the configuration, a wrong one for it, and what is said of that.
const MISTAKES: [(&str, &str, &str); 8] = [
    (
        "title        =",
        "titel        =",
        "feeds.toml:3:1: error: [site]: unknown key `titel`",
    ),
    (
        "\"Asia/Almaty\"",
        "\"Asia/Almata\"",
        "feeds.toml:6:16: error: [site]: time-zone must be a time zone such as `Asia/Almaty`, \
         got `Asia/Almata`",
    ),
    (
        "id-year      = 2026",
        "id-year      = \"2026\"",
        "feeds.toml:8:16: error: [site]: id-year must be a whole number from 1990 to 2999, got a \
         string",
    ),
    (
        "\"articles\"",
        "\"${NEWSROOM_WITHOUT_DEFAULT}\"",
        "feeds.toml:14:11: error: the environment has no variable `NEWSROOM_WITHOUT_DEFAULT`",
    ),
    (
        "rescan = \"60s\"",
        "rescan = \"60 minutes\"",
        "feeds.toml:15:10: error: [source.directory]: rescan must be a duration: one whole number \
         with s, m, h or d, such as `5m`, got `60 minutes`",
    ),
    (
        "[same]",
        "[same",
        "feeds.toml:27:1: error: the header of this table is `[same]`",
    ),
    (
        "to   = \"/all.rss\"",
        "to   = \"//evil.example/\"",
        "feeds.toml:32:8: error: [[redirect]]: to must be a path on this server, with one `/` in \
         front, got `//evil.example/`",
    ),
    (
        "\"/old.rss\"",
        "\"/rss.xml\"",
        "feeds.toml:35:8: error: [[redirect]]: `/rss.xml` is redirected twice, first on line 31",
    ),
];

#[test]
fn every_command_refuses_an_invalid_configuration() {
    let newsroom = Newsroom::of_three();
    for (right, wrong, expected) in MISTAKES {
        newsroom.configure(CONFIG);
        newsroom.reconfigure(right, wrong);
        assert_ends(&newsroom.run(&["check"]), 78, &[expected], &[]);
        let problems = json(&newsroom.run(&["check", "--config-only", "--format", "json"]));
        assert!(problems.iter().any(|problem| as_text(problem) == expected));
        assert_ends(&newsroom.run(&["list"]), 78, &[], &[expected]);
        assert_ends(&newsroom.run(&["render", "all.rss"]), 78, &[], &[expected]);
        let serve = newsroom.run(&["serve", "--listen", "127.0.0.1:0"]);
        assert_ends(&serve, 78, &[], &[expected]);
    }
}

/// A problem in JSON as the text names it.
fn as_text(problem: &Value) -> String {
    let text = |name: &str| problem[name].as_str().expect("text").to_owned();
    let (file, severity, message) = (text("file"), text("severity"), text("message"));
    let (line, column) = (&problem["line"], &problem["column"]);
    format!("{file}:{line}:{column}: {severity}: {message}")
}

#[test]
fn all_configuration_errors_are_reported_together() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure("[auto.tags]", "[auto.tags]\nmin-artikles = 1\nitems = 0");
    newsroom.reconfigure("url          = \"https:", "url          = \"ftp:");
    let all = newsroom.run(&["check"]);
    let places = [
        "feeds.toml:4:",
        "feeds.toml:19:",
        "feeds.toml:20:",
        "3 errors",
    ];
    assert_ends(&all, 78, &places, &[]);
}

#[test]
fn check_names_every_broken_article_and_reads_the_others() {
    let newsroom = Newsroom::of_three();
    newsroom.write("undated", &"Заголовок без даты\n\nТекст.\n");
    newsroom.write(
        "impossible",
        &"\ndate 2026-02-30 Такого дня нет\n\nТекст.\n",
    );
    newsroom.write("untitled", &"date 2026-02-20\n\nПарламент\n3\n\nТекст.\n");
    fs::write(newsroom.article("damaged"), [0xff, 0xfe, 0x00]).expect("a file cut in two");
    fs::write(newsroom.articles().join(".hidden.txt"), "nothing").expect("a hidden file");
    let text = newsroom.run(&["check"]);
    let names = [
        "undated.txt:1:",
        "impossible.txt:2:",
        "untitled.txt:1:",
        "damaged.txt",
    ];
    assert_ends(&text, 1, &names, &[]);
    assert_ends(&text, 1, &["4 errors, 0 warnings; 3 articles in"], &[]);
    let output = newsroom.run(&["check", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let problems = json(&output);
    assert_eq!(problems.len(), 4);
    for problem in &problems {
        assert_eq!(problem["severity"], "error");
        assert!(problem["hint"].is_string(), "{problem}");
    }
    let config_only = newsroom.run(&["check", "--config-only"]);
    assert_ends(&config_only, 0, &["no problems"], &[]);
}

#[test]
fn unused_term_is_a_warning() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure(
        "any   = [\"section:Парламент\",",
        "any   = [\"section:Парламнт\",",
    );
    let text = newsroom.run(&["check"]);
    let expected = [
        "feeds.toml:24:",
        "warning",
        "section `Парламнт`",
        "0 errors, 1 warning;",
    ];
    assert_ends(&text, 0, &expected, &[]);
    let problems = json(&newsroom.run(&["check", "--format", "json"]));
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0]["severity"], "warning");
}

#[test]
fn check_reports_what_readers_will_miss() {
    let newsroom = Newsroom::new();
    let write = |name: &str, text: &str| {
        fs::write(newsroom.articles().join(name), text).expect("an article");
    };
    let kazakh = "Қалада жаңа мектеп ашылды деп хабарлады әкімдік";
    for number in 1..=4 {
        write(
            &format!("kk{number}.txt"),
            &format!("date 2026-01-0{number} {kazakh}\n\n{kazakh}.\n"),
        );
    }
    write(
        "named.md",
        &format!("+++\ntitle = \"{kazakh}\"\ndate = 2026-02-01\nlang = \"kk\"\n+++\n{kazakh}."),
    );
    write(
        "flash.md",
        "+++\ntitle = \"Молния: мост открыт\"\ndate = 2026-02-02\nsection = \"Дороги\"\n\
         image = \"https://dala.example/a.jpg\"\n+++\n",
    );
    write(
        "left.md",
        "+++\ntitle = \"Итоги {{ page.week }}\"\ndate = 2026-02-03\nsection = \"Дороги\"\n\
         url = \"/roads/7\"\n+++\nИтоги.\n\n![](a.jpg)",
    );
    write(
        "hidden.md",
        "+++\ntitle = \"Черновик\"\ndate = 2026-02-04\ndraft = true\n+++\n{{ нет }}",
    );
    write("a.PNG", "");
    write("b.png", "");
    write("Makefile", "");
    write(
        "keys.md",
        "+++\ntitle = \"Ключи\"\ndate = 2026-01-01\nwordcuont = 5\nimage = \"/a.jpg\"\n+++\nТекст.",
    );
    write("broken.txt", "Без даты\n\nТекст.\n");
    let reported = |arguments: &[&str]| {
        let output = newsroom.run(arguments);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).expect("text")
    };
    let text = reported(&["check"]);
    let mut rest = text.as_str();
    // In this order.
    for line in [
        "articles/left.md: warning: the title has the text of a template: `{{ page.week }}`\n",
        "articles/broken.txt:1: error: ",
        "not in feeds: 1 hidden\n",
        "without text: 1 of 8: articles/flash.md\n",
        "without picture: 5 of 8: articles/kk1.txt, articles/kk2.txt, articles/kk3.txt, …\n",
        "language guessed: 4 articles in `kk`, not `ru`: articles/kk1.txt, articles/kk2.txt, \
         articles/kk3.txt, …\n",
        "key without effect: `wordcuont` in 1 article: articles/keys.md\n",
        "files that are no articles: 2 `.png`, 1 without extension\n",
        "newest of section `Дороги`: https://dala.example/roads/7\n",
        "1 error, 6 warnings; 9 articles, 8 of them in ",
    ] {
        let at = rest
            .find(line)
            .unwrap_or_else(|| panic!("{line:?} in {text}"));
        rest = &rest[at..];
    }
    let verbose = reported(&["check", "--verbose"]);
    let all = "in `kk`, not `ru`: articles/kk1.txt, articles/kk2.txt, articles/kk3.txt, articles/kk4.txt\n";
    assert!(verbose.contains(all), "{verbose}");
    let problems = json(&newsroom.run(&["check", "--format", "json"]));
    let severities: Vec<_> = problems
        .iter()
        .map(|problem| &problem["severity"])
        .collect();
    let [warnings @ .., last] = &severities[..] else {
        panic!("no problems");
    };
    let are_first = warnings.iter().all(|severity| **severity == "warning");
    assert!(are_first && *last == "error", "{severities:?}");
}

/// The front matter and text of an article.
fn markdown(keys: &str) -> String {
    format!("---\ntitle: Мост\n{keys}\n---\nМост через реку открыт для движения.\n")
}

fn told(newsroom: &Newsroom, arguments: &[&str]) -> String {
    String::from_utf8(newsroom.run(arguments).stdout).expect("text")
}

#[test]
fn a_folder_of_many_mistakes_is_reported_on_one_page() {
    let newsroom = Newsroom::of_three();
    for number in 10..30 {
        let files = [
            (format!("202601{number}-a"), markdown("tags: [мост]")),
            (format!("two{number}"), markdown("date: 03/05/2026")),
            (
                format!("tru{number}"),
                markdown("date: 2026-01-08\ndraft: tru"),
            ),
            (
                format!("image{number}"),
                markdown("date: 2026-01-08\nimage: {alt: Мост}"),
            ),
            (format!("notes{number}"), "# Заметки\n".to_owned()),
        ];
        for (name, text) in &files {
            newsroom.write_markdown(name, text);
        }
    }
    let text = told(&newsroom, &["check"]);
    assert!(text.lines().count() < 40, "{text}");
    let expected = "\
articles/20260110-a.md:1: error: there is no `date`
articles/20260111-a.md:1: error: there is no `date`
articles/20260112-a.md:1: error: there is no `date`
  hint: every article has a `title` and a `date` such as 2026-01-08 or 2026-01-08T10:30
  and 17 more of this reason
  likely cause: 20 names begin with a date that does not count, such as `20260110-a`: write it as in \
`2026-01-08-title.md`, or write the key `date`
";
    assert!(text.contains(expected), "{text}");
    let (warnings, errors) = text.split_once(": error: ").expect("an error");
    assert_eq!(warnings.matches(": warning: ").count(), 3, "{text}");
    assert!(!errors.contains(": warning: "), "{text}");
    for line in [
        "with `--verbose` all 100 problems are listed\n",
        "80 errors, 20 warnings; 23 articles in ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let verbose = told(&newsroom, &["check", "--verbose"]);
    let count = |what: &str| verbose.matches(what).count();
    assert_eq!((count(": error: "), count(": warning: ")), (80, 20));
    assert_eq!(count(": error: there is no `date`"), 20);
    let problems = json(&newsroom.run(&["check", "--format", "json"]));
    assert_eq!(problems.len(), 100);
    let has_hint = |problem: &Value| problem["hint"].is_string();
    assert!(problems.iter().all(has_hint), "each one stands alone");
}

#[test]
fn hidden_articles_are_counted_once_and_by_status() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure("rescan = \"60s\"", "key = \"name\"");
    for folder in ["a", "b"] {
        fs::create_dir(newsroom.articles().join(folder)).expect("a folder");
    }
    let date = "date: 2026-01-08\n";
    for (name, keys) in [
        ("a/x", "draft: true"),
        // Another file has this key.
        ("b/x", "draft: true\ncolour: red"),
        ("a/pending1", "status: pending"),
        ("a/pending2", "status: pending"),
        ("a/trash", "poststatus: [trash]"),
        ("a/pitch", "status: pitch"),
        ("a/out", "feed: false"),
        ("a/old", "expires: 2026-01-09"),
        ("a/future", "date: 2999-01-01"),
    ] {
        let date = if keys.starts_with("date") { "" } else { date };
        newsroom.write_markdown(name, &markdown(&format!("{date}{keys}")));
    }
    let text = told(&newsroom, &["check"]);
    for line in [
        "not in feeds: 5 hidden (2 by `status: pending`, 1 by `poststatus: trash`), 1 kept out by \
         `feed: false`, 1 dated in the future, 1 expired\n",
        "articles/a/pitch.md:4: warning: `status`: the value pitch hides the article\n",
        "`public-status = [\"pitch\"]`\n",
        "articles/b/x.md: error: its key `x` belongs to `articles/a/x.md` already\n",
        "1 error, 1 warning; 11 articles, 3 of them in ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(!text.contains("colour"), "{text}");
}

#[test]
fn each_section_is_named_once() {
    let newsroom = Newsroom::new();
    for (name, sections) in [
        ("a", "[Спорт]"),
        ("b", "[{name: Спорт, slug: sport}]"),
        ("c", "[Экономика]"),
        ("d", "[{name: Политика, slug: politics}]"),
        ("e", "[Политика, Экономика]"),
        // Both sections with this name have the same newest article.
        ("f", "[{name: Дороги, slug: roads}]"),
        ("a2", "[Дороги]"),
        ("c2", "[Спорт]"),
    ] {
        newsroom.write_markdown(
            name,
            &markdown(&format!("date: 2026-01-08\nsections: {sections}")),
        );
    }
    let text = told(&newsroom, &["check"]);
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("newest of section "));
    let mut sections: Vec<&str> = lines
        .filter_map(|line| Some(line.split_once(": ")?.0))
        .collect();
    sections.sort_unstable();
    let expected = [
        "`Дороги`",
        "`Политика` with the key `politics`",
        "`Политика` with the key `политика`",
        "`Спорт` with the key `sport`",
        "`Спорт` with the key `спорт`",
        "`Экономика`",
    ];
    assert_eq!(sections, expected);
}

#[test]
fn warnings_alone_pass_and_a_hiding_value_that_is_not_understood_fails() {
    let newsroom = Newsroom::of_three();
    let write = |key: &str| {
        let text = format!("---\ntitle: Мост\ndate: 2026-01-08\n{key}\n---\nТекст.\n");
        fs::write(newsroom.articles().join("a.md"), text).expect("an article");
        newsroom.run(&["check"])
    };
    for (key, code, told) in [
        ("tags: [мост]", 0, "no problems; 4 articles"),
        ("image: {alt: Мост}", 0, "0 errors, 1 warning; 4 articles"),
        ("draft: tru", 1, "1 error, 0 warnings; 3 articles"),
        ("expires: 2026-13-01", 1, "1 error, 0 warnings; 3 articles"),
        ("draft: true", 0, "no problems; 4 articles, 3 of them in"),
    ] {
        assert_ends(&write(key), code, &[told], &[]);
    }
}

#[test]
fn check_fails_without_the_articles_folder() {
    let newsroom = Newsroom::new();
    let doubted = [
        "there is no article in it",
        "0 errors, 1 warning; 0 articles",
    ];
    assert_ends(&newsroom.run(&["check"]), 0, &doubted, &[]);
    fs::remove_dir(newsroom.articles()).expect("an empty folder");
    let unread = ["1 error, 0 warnings; the articles could not be read"];
    assert_ends(&newsroom.run(&["check"]), 1, &unread, &[]);
    assert_ends(&newsroom.run(&["list"]), 1, &[], &["articles"]);
    assert_ends(&newsroom.run(&["render", "all.rss"]), 1, &[], &["articles"]);
}

#[test]
fn ids_that_differ_from_the_state_folder_are_refused() {
    let newsroom = Newsroom::of_three();
    let daemon = Daemon::start(&newsroom);
    newsroom.reconfigure("id-year      = 2026", "id-year      = 2025");
    let refused = "(dala.example, 2026)";
    assert_ends(&newsroom.run(&["check"]), 1, &[refused, "hint:"], &[]);
    let config_only = newsroom.run(&["check", "--config-only"]);
    assert_ends(&config_only, 1, &[refused], &[]);
    daemon.stop();
    let serve = newsroom.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_ends(&serve, 78, &[], &[refused]);

    newsroom.reconfigure("id-year      = 2025", "id-year      = 2026");
    let mut daemon = Daemon::start(&newsroom);
    daemon.signal("KILL");
    daemon.wait();
    newsroom.reconfigure("id-year      = 2026", "id-year      = 2025");
    let doubtful = [
        "state: warning: not compared with the configuration: the daemon was stopped before it closed \
         the state file\n  hint: nothing needs to be done",
        "0 errors, 1 warning;",
    ];
    assert_ends(&newsroom.run(&["check"]), 0, &doubtful, &[]);

    fs::remove_dir_all(newsroom.path("state")).expect("the state folder is deleted");
    assert_ends(&newsroom.run(&["check"]), 0, &["no problems"], &[]);
}

#[test]
fn removed_addresses_are_a_warning_until_redirected() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    newsroom.reconfigure("[auto.tags]", "[auto.tags]\nexcept = [\"#урожай\"]");
    newsroom.reconfigure("[auto.sections]\n", "");
    newsroom.reconfigure("name  = \"parliament\"", "name = \"house\"");
    let told = [
        "feeds.toml: warning: `/parliament.rss`, `/parliament.atom` and `/parliament.json` were \
         served and are no longer",
        "9 addresses, such as `/sections/",
        "[auto.sections] is not there",
        "3 addresses, such as `/tags/урожай.rss`",
        "from = \"/parliament.json\"",
        "0 errors, 3 warnings;",
    ];
    // Before the new configuration is in force, and from then on.
    assert_ends(&newsroom.run(&["check"]), 0, &told, &[]);
    daemon.signal("HUP");
    daemon.wait_for("`/parliament.json` were served and are no longer");
    daemon.wait_for("9 addresses, such as `/sections/");
    daemon.eventually("/house.rss", |feed| feed.status == 200);
    // Beside the daemon: stopped in the middle of something, it leaves a state file that is not closed.
    assert_ends(&newsroom.run(&["check", "--config-only"]), 0, &told, &[]);
    let problems = json(&newsroom.run(&["check", "--format", "json"]));
    assert_eq!(problems.len(), 3);
    for problem in &problems {
        assert_eq!(problem["severity"], "warning");
        assert!(
            problem["hint"]
                .as_str()
                .is_some_and(|hint| hint.contains("[[redirect]]"))
        );
    }
    daemon.stop();
    let mut daemon = Daemon::launch(&newsroom);
    daemon.wait_for("`/parliament.json` were served and are no longer");

    newsroom.reconfigure("\nexcept = [\"#урожай\"]", "\n[auto.sections]");
    let redirects = ["rss", "atom", "json"].map(|extension| {
        format!("\n[[redirect]]\nfrom = \"/parliament.{extension}\"\nto = \"/house.{extension}\"\n")
    });
    let text = fs::read_to_string(newsroom.path("feeds.toml")).expect("feeds.toml");
    newsroom.configure(&(text + &redirects.concat()));
    assert_ends(&newsroom.run(&["check"]), 0, &["no problems"], &[]);
}

#[test]
fn renamed_file_is_named_by_check_and_log() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let rename = |before, after| {
        let renamed = fs::rename(newsroom.article(before), newsroom.article(after));
        renamed.expect("a renamed article");
    };
    rename("session", "session-2");
    daemon.eventually("/all.rss", |feed| feed.says("/articles/session-2<"));
    let line = daemon.wait_for("which is gone");
    assert!(line.contains("session-2.txt: warning: it has"), "{line}");
    daemon.log_until_stopped();

    // A daemon that is stopped while it publishes leaves a file that the next one closes.
    let mut log = String::new();
    let is_closed = |log: &mut String| {
        log.push_str(&Daemon::start(&newsroom).log_until_stopped());
        let told = newsroom.run(&["check"]).stdout;
        String::from_utf8_lossy(&told).contains("no problems")
    };
    assert!((0..20).any(|_| is_closed(&mut log)), "{log}");

    rename("match", "final");
    let expected = [
        "articles/final.txt: warning: it has the title, date and text of `articles/match.txt`, which is gone",
        "add the key `id = \"match\"`",
        "0 errors, 1 warning",
    ];
    assert_ends(&newsroom.run(&["check"]), 0, &expected, &[]);
    assert_eq!(json(&newsroom.run(&["check", "--format", "json"])).len(), 1);
}

#[test]
fn a_term_without_articles_comes_with_the_nearest_one() {
    let newsroom = Newsroom::of_three();
    let text = "+++\ntitle = \"Т\"\ndate = 2026-01-10\nlang = \"kk\"\ntags = [\"Регион юг\"]\n+++\nТекст.\n";
    newsroom.write_markdown("south", text);
    for (term, hint) in [
        ("lang:kz", "did you mean `lang:kk` (1 article)?"),
        ("lang:Қазақша", "did you mean `lang:kk` (1 article)?"),
        ("lang:rus", "did you mean `lang:ru` (3 articles)?"),
        ("#региоон юг", "did you mean `#Регион юг` (1 article)?"),
        (
            "section:Парламет",
            "did you mean `section:Парламент` (1 article)?",
        ),
        (
            "section:Регион Юг",
            "did you mean `#Регион юг` (1 article)?",
        ),
        (
            "author:Динара Оспанова",
            "did you mean `author:Динара Оспан` (1 article)?",
        ),
        ("#невидимка", "check the spelling"),
    ] {
        newsroom.configure(CONFIG);
        newsroom.reconfigure("[\"#футбол\"]", &format!("[\"{term}\"]"));
        let hint = format!("hint: {hint}");
        assert_ends(
            &newsroom.run(&["check"]),
            0,
            &["no released article has the", &hint],
            &[],
        );
    }
    newsroom.configure(CONFIG);
    for (address, hint) in [
        (
            "tags/региоон-юг.rss",
            "did you mean `tags/регион-юг` (1 article)?",
        ),
        (
            "select.rss?any=региоон-юг",
            "did you mean `#Регион юг` (1 article)?",
        ),
        (
            "select.rss?all=lang:kz",
            "did you mean `lang:kk` (1 article)?",
        ),
        ("parlament.rss", "did you mean `parliament` (1 article)?"),
    ] {
        assert_ends(&newsroom.run(&["render", address]), 1, &[], &[hint]);
        assert_ends(
            &newsroom.run(&["explain", address, "south"]),
            1,
            &[],
            &[hint],
        );
    }
}

#[test]
fn a_redirect_to_nothing_is_reported() {
    let newsroom = Newsroom::of_three();
    for (to, said) in [
        (
            "/tags/мажылис.rss",
            "hint: did you mean `/tags/мажилис.rss` (1 article)?",
        ),
        (
            "/parlament.atom",
            "hint: did you mean `/parliament.atom` (1 article)?",
        ),
        ("/al.rss", "hint: did you mean `/all.rss` (3 articles)?"),
        ("/all.xml", "hint: did you mean `/all.rss` (3 articles)?"),
        ("/articles/nowhere", "no article \"nowhere\""),
        (
            "/select.rss?any=мажылис",
            "hint: did you mean `#мажилис` (1 article)?",
        ),
    ] {
        newsroom.configure(CONFIG);
        newsroom.reconfigure("\"/all.rss\"", &format!("\"{to}\""));
        let place = "feeds.toml:32:8: warning: [[redirect]]: `to` leads to no feed or page";
        assert_ends(&newsroom.run(&["check"]), 0, &[place, said], &[]);
    }
    for to in [
        "/tags/МАЖИЛИС.atom",
        "/",
        "/select.rss?any=мажилис",
        "/articles/session",
    ] {
        newsroom.configure(CONFIG);
        newsroom.reconfigure("\"/all.rss\"", &format!("\"{to}\""));
        assert_ends(&newsroom.run(&["check"]), 0, &["no problems"], &[]);
    }
}
