//! The other commands that run once: what they print, where, and their exit codes.

use std::fs;
use std::io::ErrorKind;
use std::process::{Command, Stdio};

use serde_json::Value;
use taspa::config::schema;

use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, Story};
use crate::testkit::output::{assert_ends, json};
use crate::testkit::terminal::report_skipped;

#[test]
fn list_names_every_feed_with_its_article_count() {
    let newsroom = Newsroom::of_three();
    newsroom.write(
        "fair",
        &Story {
            date: "2026-02-20",
            ..HARVEST
        },
    );
    let rows = json(&newsroom.run(&["list", "--format", "json"]));
    let text = newsroom.run(&["list"]);
    assert_ends(&text, 0, &["FEED", "ARTICLES", "LAST CHANGE"], &[]);
    let text = String::from_utf8(text.stdout).expect("UTF-8");
    assert_eq!(text.lines().count(), rows.len() + 1);
    let mut paths = Vec::new();
    for (row, line) in rows.iter().zip(text.lines().skip(1)) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let articles = row["articles"].to_string();
        assert_eq!(
            cells,
            [
                row["path"].as_str(),
                Some(&articles),
                row["updated"].as_str()
            ]
            .map(|cell| cell.expect("text"))
        );
        paths.push(cells[0]);
    }
    assert_eq!(paths[0], "all");
    assert!(paths.contains(&"parliament") && paths.contains(&"authors/динара-оспан"));
    let harvest = rows.iter().find(|row| row["path"] == "tags/урожай");
    let harvest = harvest.expect("a feed of the tag");
    assert_eq!(harvest["articles"], 2);
    assert_eq!(harvest["kind"], "tag");
    assert_eq!(harvest["updated"], "2026-02-19T19:00:00Z");
    assert_eq!(harvest["formats"].as_array().map(Vec::len), Some(3));
}

#[test]
fn command_that_cannot_read_the_state_folder_says_so() {
    let newsroom = Newsroom::of_three();
    let before = newsroom.run(&["list"]);
    assert!(before.stderr.is_empty(), "there is none yet");
    fs::create_dir(newsroom.path("state")).expect("a folder");
    fs::write(newsroom.path("state/taspa.redb"), "not a database").expect("a file");
    let output = newsroom.run(&["list"]);
    assert_ends(
        &output,
        0,
        &["FEED"],
        &["the state folder cannot be read, so "],
    );
    assert_eq!(output.stdout, before.stdout);
}

#[test]
fn render_writes_the_bytes_that_the_daemon_serves() {
    let newsroom = Newsroom::sample();
    let daemon = Daemon::start(&newsroom);
    for wanted in [
        "all.rss",
        "/parliament.atom",
        "tags/мажилис.json",
        "tags/%D0%BC%D0%B0%D0%B6%D0%B8%D0%BB%D0%B8%D1%81.json",
        "select.atom?any=rail,world&all=lang:en",
        "/",
        "parliament",
        "tags/мажилис?lang=kk",
        "tags?lang=en",
        "select?any=rail,world&all=lang:en",
        "articles/2026-11/0040_last-well",
        "feeds.opml",
        "feeds.json",
        "assets/style.css",
    ] {
        let output = newsroom.run(&["render", wanted]);
        assert_eq!(output.status.code(), Some(0), "{wanted}");
        assert!(output.stderr.is_empty(), "{wanted}");
        let served = daemon.get(&format!("/{}", wanted.trim_start_matches('/')));
        assert_eq!(served.status, 200, "{wanted}");
        assert!(output.stdout == served.body, "{wanted}: other bytes");
    }
    let spelled = newsroom.run(&["render", "tags/МӘЖІЛІС.JSON"]);
    assert!(spelled.stdout == daemon.get("/tags/мажилис.json").body);
    for (wanted, reason) in [
        ("weather.rss", "no feed \"weather\""),
        ("tags/затмение.rss", "no tag \"затмение\""),
        ("select.rss?any=затмение", "затмение"),
        ("select.rss?any=", "%23"),
        ("old.rss", "has ended"),
        ("articles/2026-11/0099", "no article \"2026-11/0099\""),
        ("tags?page=2", "there is no page 2"),
        ("assets/none.css", "no file \"none.css\""),
    ] {
        assert_ends(
            &newsroom.run(&["render", wanted]),
            1,
            &[],
            &[wanted, reason],
        );
    }
}

/// A newsroom whose feeds.toml no command could use.
fn newsroom_without_configuration() -> Newsroom {
    let newsroom = Newsroom::new();
    newsroom.configure("[site");
    newsroom
}

#[test]
fn schema_is_printed_with_a_broken_configuration() {
    let newsroom = newsroom_without_configuration();
    for arguments in [&["schema"][..], &["schema", "--config", "nowhere.toml"]] {
        let output = newsroom.run(arguments);
        assert_ends(&output, 0, &["{"], &[]);
        assert!(output.stdout == schema().as_bytes());
    }
    let schema: Value = serde_json::from_str(&schema()).expect("JSON");
    assert_eq!(schema["properties"]["site"]["type"], "object");
}

#[test]
fn completions_of_each_shell_name_every_command() {
    let newsroom = newsroom_without_configuration();
    let commands = [
        "serve",
        "check",
        "list",
        "render",
        "explain",
        "export",
        "health",
        "schema",
        "completions",
        "config-only",
    ];
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert_ends(&newsroom.run(&["completions", shell]), 0, &commands, &[]);
    }
}

#[test]
fn bash_completes_commands_and_options() {
    let newsroom = newsroom_without_configuration();
    let script = newsroom.run(&["completions", "bash"]).stdout;
    std::fs::write(newsroom.path("taspa.bash"), script).expect("a file");
    for (words, at, expected) in [
        ("taspa sche", 1, "schema"),
        ("taspa check --conf", 2, "--config-only --config"),
        ("taspa list --format j", 3, "json"),
        ("taspa completions z", 2, "zsh"),
    ] {
        let line = format!(
            "source ./taspa.bash; COMP_WORDS=({words}); COMP_CWORD={at}; \
             _taspa taspa \"${{COMP_WORDS[{at}]}}\" \"${{COMP_WORDS[{at}-1]}}\"; \
             echo \"${{COMPREPLY[*]}}\""
        );
        let mut bash = Command::new("bash");
        let bash = bash.args(["-c", &line]).current_dir(newsroom.path("."));
        let output = match bash.output() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return report_skipped("there is no bash");
            }
            output => output.expect("bash starts"),
        };
        let completed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(completed.trim(), expected, "{words}");
    }
}

#[test]
fn help_has_examples_and_wrong_usage_exits_with_2() {
    let newsroom = Newsroom::new();
    let help = newsroom.run(&["--help"]);
    assert_ends(
        &help,
        0,
        &["serve", "check", "list", "render", "explain", "--config"],
        &[],
    );
    for command in [
        "serve",
        "check",
        "list",
        "render",
        "explain",
        "export",
        "init",
        "schema",
        "completions",
    ] {
        let help = newsroom.run(&[command, "--help"]);
        assert_ends(&help, 0, &["Example", &format!("taspa {command}")], &[]);
    }
    let version = format!("taspa {} (", env!("CARGO_PKG_VERSION"));
    assert_ends(&newsroom.run(&["--version"]), 0, &[&version], &[]);
    for wrong in [
        &["frobnicate"][..],
        &["render"],
        &["explain", "all"],
        &["list", "--format", "xml"],
        &["check", "--articles-only"],
        &["completions"],
        &["completions", "cmd"],
        &["schema", "server"],
        &["serve", "--listen"],
        &["serve", "--listen", "8080"],
    ] {
        assert_ends(&newsroom.run(wrong), 2, &[], &["error:"]);
    }
    assert_ends(&newsroom.run(&[]), 2, &[], &["Usage:"]);
    let nowhere = newsroom.run(&["list", "--config", "nowhere.toml"]);
    assert_ends(&nowhere, 78, &[], &["nowhere.toml"]);
}

#[test]
fn closed_output_pipe_is_not_an_error() {
    let newsroom = Newsroom::sample();
    for arguments in [
        &["list"][..],
        &["list", "--format", "json"],
        &["render", "all.rss"],
        &["check"],
        &["explain", "all", "2026-11/0040_last-well"],
        &["schema"],
        &["completions", "zsh"],
        &["--help"],
    ] {
        let mut command = newsroom.taspa(arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("taspa starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_ends(&output, 0, &[], &[]);
    }
}
