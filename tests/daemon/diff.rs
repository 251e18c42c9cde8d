//! `taspa diff`: what a new configuration would change, beside a daemon and without one.

use std::fs;
use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::testkit::admin_pages::{self, get};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{CONFIG, HARVEST, Newsroom, SESSION, Story};
use crate::testkit::output::assert_ends;

/// Six articles of the parliament, each a day older than the one before, beside three others.
fn newsroom() -> Newsroom {
    let newsroom = Newsroom::of_three();
    for day in 1..=6 {
        let date = format!("2026-01-0{day}");
        let date = &date;
        newsroom.write(&format!("day-{day}"), &Story { date, ..SESSION });
    }
    newsroom
}

/// Runs `taspa diff` for a feeds.toml in which each of these texts is replaced.
fn diff(newsroom: &Newsroom, edits: &[(&str, &str)], more: &[&str]) -> Output {
    let text = fs::read_to_string(newsroom.path("feeds.toml")).expect("feeds.toml");
    let text = edits.iter().fold(text, |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` is there once");
        text.replace(from, to)
    });
    fs::create_dir_all(newsroom.path("proposed")).expect("a folder");
    fs::write(newsroom.path("proposed/new.toml"), text).expect("the new configuration");
    let arguments = [&["diff", "proposed/new.toml"], more].concat();
    newsroom.run(&arguments)
}

const RENAMED: (&str, &str) = ("name  = \"parliament\"", "name  = \"majilis\"");
const SHORTER: (&str, &str) = ("none  = [\"#футбол\"]", "items = 3\nkeep  = \"0s\"");
const NARROWER: (&str, &str) = (
    "none  = [\"#футбол\"]",
    "none  = [\"author:Тимур Ахметов\"]",
);
const ANOTHER_YEAR: (&str, &str) = ("id-year      = 2026", "id-year      = 2025");
const ANOTHER_TITLE: (&str, &str) = ("title = \"Парламент\"", "title = \"Мажилис\"");

/// What each of five edits is said to change, with its exit code.
const EDITS: [((&str, &str), i32, &[&str]); 5] = [
    (
        RENAMED,
        1,
        &[
            "gained: 1 feed: /majilis",
            "lost, with all or some of their addresses: 1 feed: /parliament",
            "    [[redirect]]\n    from = \"/parliament.rss\"\n    to   = \"/majilis.rss\"",
            "--accept parliament",
        ],
    ),
    (
        SHORTER,
        1,
        &[
            "/parliament: 4 entries leave (items)",
            "- \"Сессию открыли раньше срока\" (day-4): 3 articles are newer; this feed keeps 3",
            "  - 1 more",
            "1 of 11 feeds gets another ETag: 1 by entries",
        ],
    ),
    (
        NARROWER,
        1,
        &[
            "/parliament: 7 entries leave (none)",
            "(session): this feed leaves out what has author:Тимур Ахметов",
        ],
    ),
    (
        ANOTHER_YEAR,
        1,
        &[
            "9 of 9 entries of today, such as",
            "today: tag:dala.example,2026:",
            "then:  tag:dala.example,2025:",
            "by id-year",
            "refuses another id-authority or id-year",
            "--accept ids",
        ],
    ),
    (
        ANOTHER_TITLE,
        0,
        &["1 of 11 feeds gets another ETag: 1 by title"],
    ),
];

#[test]
fn a_daemon_its_state_and_the_articles_say_the_same_of_five_edits() {
    let newsroom = newsroom();
    let all = || {
        EDITS.map(|(edit, code, said)| {
            let output = diff(&newsroom, &[edit], &[]);
            assert_ends(&output, code, said, &[]);
            output.stdout
        })
    };
    let by_articles = all();
    let daemon = Daemon::start(&newsroom);
    let by_daemon = all();
    // Without a daemon a damaged feeds.toml would be refused.
    newsroom.configure("[site");
    let asked = newsroom.run(&["diff", "proposed/new.toml"]);
    assert_eq!(asked.stdout, by_daemon[4]);
    newsroom.configure(CONFIG);
    daemon.stop();
    fs::rename(newsroom.articles(), newsroom.path("articles-away")).expect("the articles go");
    let by_state = all();
    assert_eq!(by_daemon, by_articles);
    assert_eq!(by_state, by_articles);
}

#[test]
fn a_state_folder_that_another_configuration_filled_is_not_compared() {
    let newsroom = newsroom();
    Daemon::start(&newsroom).stop();
    let articles = || {
        let output = diff(&newsroom, &[ANOTHER_TITLE], &["--format", "json"]);
        let diff: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        diff["articles"].clone()
    };
    newsroom.write("late", &HARVEST);
    assert_eq!(articles(), 9, "those of the last reading");
    newsroom.reconfigure(
        "rescan = \"60s\"",
        "rescan = \"60s\"\nexclude = [\"day-*\"]",
    );
    assert_eq!(articles(), 4, "those that are there now");
    Daemon::start(&newsroom).stop();
    newsroom.remove("late");
    assert_eq!(articles(), 4, "those of the last reading");
}

#[test]
fn nothing_changes_is_said_plainly() {
    let newsroom = newsroom();
    let said = ["nothing changes for readers: 11 feeds keep their addresses"];
    assert_ends(&diff(&newsroom, &[], &[]), 0, &said, &[]);
    let daemon = Daemon::start(&newsroom);
    let rescan = [("rescan = \"60s\"", "rescan = \"5m\"")];
    assert_ends(&diff(&newsroom, &rescan, &[]), 0, &said, &[]);
    let restart = [("[server]", "[server]\ncache-bytes = \"8MiB\"")];
    let said = [
        said[0],
        "only a restart puts these keys of [server] in force: cache-bytes",
    ];
    assert_ends(&diff(&newsroom, &restart, &[]), 0, &said, &[]);
    daemon.stop();
}

#[test]
fn accepted_losses_are_no_failure() {
    let newsroom = newsroom();
    let both = [RENAMED, SHORTER];
    for (accepted, code) in [
        (&["parliament"][..], 0),
        (&["/parliament.rss"], 0),
        (&["majilis"], 1),
        (&["addresses", "entries"], 0),
        (&["entries"], 1),
        (&["ids"], 1),
    ] {
        let arguments = [&["--accept"], accepted].concat();
        let output = diff(&newsroom, &both, &arguments);
        assert_eq!(output.status.code(), Some(code), "{accepted:?}: {output:?}");
    }
    let without = [("[[redirect]]\nfrom = \"/old.rss\"\nto   = \"\"\n", "")];
    for (accepted, code) in [
        ("old", 0),
        ("/old.rss", 0),
        ("addresses", 0),
        ("entries", 1),
    ] {
        let output = diff(&newsroom, &without, &["--accept", accepted]);
        assert_eq!(output.status.code(), Some(code), "{accepted}: {output:?}");
    }
    let unused = diff(&newsroom, &[], &["--accept", "tags"]);
    let said = ["nothing that `--accept tags` names is lost"];
    assert_ends(&unused, 0, &["nothing changes"], &said);
}

#[test]
fn lines_to_paste_end_the_loss() {
    let newsroom = newsroom();
    for edits in [
        &[RENAMED][..],
        &[("[auto.tags]\n", "")],
        &[("[auto.authors]\n", "")],
        &[("[auto.tags]", "[auto.tags]\nexcept = [\"урожай\"]")],
        &[("[auto.sections]", "[auto.sections]\nformats = [\"json\"]")],
        &[("[[redirect]]\nfrom = \"/old.rss\"\nto   = \"\"\n", "")],
    ] {
        let output = diff(&newsroom, edits, &[]);
        assert_eq!(output.status.code(), Some(1), "{edits:?}: {output:?}");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let lines = text.lines().filter(|line| line.starts_with("    "));
        let lines: Vec<&str> = lines.collect();
        assert!(lines.len() >= 3, "{text}");
        // A new table at the end of the file.
        let last = "to   = \"/all.rss\"\n";
        let with_lines = format!("{last}{}\n", lines.join("\n"));
        let pasted = [edits, &[(last, &with_lines)]].concat();
        let output = diff(&newsroom, &pasted, &[]);
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert_eq!(output.status.code(), Some(0), "{edits:?}: {text}");
    }
}

#[test]
fn articles_are_read_anew_where_the_new_configuration_reads_them_differently() {
    let newsroom = newsroom();
    fs::create_dir(newsroom.articles().join("2026")).expect("a folder");
    newsroom.write("2026/spring", &HARVEST);
    let daemon = Daemon::start(&newsroom);
    let by_name = [("rescan = \"60s\"", "key = \"name\"")];
    let output = diff(&newsroom, &by_name, &["--format", "json"]);
    let said = ["the new configuration reads the articles differently: they are read"];
    assert_ends(&output, 1, &["2026/spring"], &said);
    let diff: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for what in ["ids", "links", "pages"] {
        assert_eq!(diff[what]["count"], 1, "{what}");
        assert_eq!(diff[what]["compared"], 10, "{what}");
    }
    assert_eq!(diff["pages"]["example"][1]["after"], "/articles/spring");
    assert_eq!(diff["losses"], 2, "ids and pages");
    daemon.stop();
}

#[test]
fn json_lists_every_feed() {
    let newsroom = newsroom();
    let daemon = Daemon::start(&newsroom);
    let output = diff(&newsroom, &[("[auto.tags]\n", "")], &["--format", "json"]);
    let diff: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let lost = diff["lost"]["first"].as_array().expect("a list");
    let paths: Vec<&Value> = lost.iter().map(|feed| &feed["path"]).collect();
    for path in ["tags", "tags/мажилис", "tags/урожай", "tags/футбол"] {
        assert!(paths.contains(&&json!(path)), "{paths:?}");
    }
    assert_eq!(diff["lost"]["count"], lost.len());
    daemon.stop();
}

#[test]
fn invalid_configurations_exit_with_78_and_variables_are_those_of_the_command() {
    let newsroom = newsroom();
    let daemon = Daemon::start(&newsroom);
    let unknown = diff(&newsroom, &[("rescan", "rescann")], &[]);
    assert_ends(&unknown, 78, &[], &["unknown key `rescann`", "new.toml:15"]);
    let missing = newsroom.run(&["diff", "absent.toml"]);
    assert_ends(&missing, 78, &[], &["absent.toml: error: "]);
    let text = CONFIG.replace("\"Парламент\"\nany", "\"${PARLIAMENT}\"\nany");
    fs::write(newsroom.path("new.toml"), text).expect("a configuration");
    let mut command = newsroom.taspa(&["diff", "new.toml"]);
    let output = command.env("PARLIAMENT", "Мажилис").output();
    assert_ends(&output.expect("taspa runs"), 0, &["1 by title"], &[]);
    let unset = newsroom.run(&["diff", "new.toml"]);
    assert_ends(&unset, 78, &[], &["no variable `PARLIAMENT`"]);
    daemon.stop();
}

#[test]
fn the_new_configuration_may_come_from_standard_input_and_be_long() {
    let newsroom = newsroom();
    let daemon = Daemon::start(&newsroom);
    let mut text = CONFIG.replace("title = \"Парламент\"", "title = \"Мажилис\"");
    for number in 0..5_000 {
        text += &format!("[[redirect]]\nfrom = \"/was/{number}\"\nto = \"/all.rss\"\n");
    }
    let mut command = newsroom.taspa(&["diff", "-"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = command.spawn().expect("taspa runs");
    let mut input = process.stdin.take().expect("its input");
    input.write_all(text.as_bytes()).expect("it reads");
    drop(input);
    let output = process.wait_with_output().expect("it ends");
    assert_ends(&output, 0, &["1 by title"], &[]);
    daemon.stop();
}

#[test]
fn a_reload_logs_and_shows_what_it_changed() {
    let newsroom = newsroom();
    let (mut daemon, admin) = admin_pages::start(&newsroom);
    newsroom.reconfigure(RENAMED.0, RENAMED.1);
    daemon.signal("HUP");
    let said = daemon.wait_for("reload: ");
    assert!(
        said.contains("reload: 1 feed added (/majilis), 1 lost (/parliament)"),
        "{said}"
    );
    let status = get(&admin, "/status");
    // It escapes slashes.
    assert!(status.says("1 feed added (") && status.says("1 lost ("));
    newsroom.reconfigure(ANOTHER_TITLE.0, ANOTHER_TITLE.1);
    daemon.signal("HUP");
    let said = daemon.wait_for("reload: ");
    assert!(said.contains("reload: 1 ETag moves (1 title)"), "{said}");
    daemon.stop();
}
