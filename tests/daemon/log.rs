//! The daemon's log as JSON, and the variables that it depends on.

use std::fs;

use serde_json::{Value, json};

use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;
use crate::testkit::output::{assert_ends, json as problems};

const JSON: (&str, &str) = ("TASPA_LOG_FORMAT", "json");

/// The lines of a log, each of which is an object that begins with the same fields.
#[track_caller]
fn events(log: &str) -> Vec<Value> {
    let events = log.lines().map(|line| {
        let event: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for name in ["time", "level", "message"] {
            assert!(event[name].is_string(), "no {name}: {line}");
        }
        event
    });
    events.collect()
}

#[track_caller]
fn event<'a>(events: &'a [Value], message: &str) -> &'a Value {
    let says = |event: &&Value| {
        event["message"]
            .as_str()
            .is_some_and(|text| text.contains(message))
    };
    events
        .iter()
        .find(says)
        .unwrap_or_else(|| panic!("no `{message}` in {events:#?}"))
}

/// What an event says apart from its time.
fn without_time(event: &Value) -> Value {
    let mut event = event.clone();
    event.as_object_mut().and_then(|event| event.remove("time"));
    event
}

#[test]
fn json_log_has_an_object_for_each_event() {
    let newsroom = Newsroom::of_three();
    let hostile = "x\n{\"level\":\"error\",\"message\":\"forged\"}\u{1b}[31m";
    newsroom.write(hostile, &"Без даты");
    newsroom.write("broken", &"Заметка без даты\n\nТекст.\n");
    let mut daemon = Daemon::launch_with(&newsroom, &[JSON]);
    daemon.wait_for("2 in quarantine: ");
    let good = fs::read_to_string(newsroom.path("feeds.toml")).expect("the configuration");
    newsroom.configure(&good.replace("[site]", "[site]\ntitel = \"Дала\""));
    daemon.wait_for("the configuration before stays");
    let events = events(&daemon.log_until_stopped());
    assert_eq!(
        event(&events, "listening on http://127.0.0.1:")["level"],
        "info"
    );
    let date = "the first line does not begin with `date`";
    let of_file = |name: &str| {
        let is_of_file = |event: &&Value| {
            event["file"]
                .as_str()
                .is_some_and(|file| file.ends_with(name))
        };
        events
            .iter()
            .find(is_of_file)
            .expect("a problem of the file")
    };
    let broken = of_file("/broken.txt");
    assert_eq!(
        ["level", "severity", "line", "message"].map(|name| &broken[name]),
        [&json!("warn"), &json!("error"), &json!(1), &json!(date)]
    );
    assert!(broken["hint"].is_string() && broken.get("column").is_none());
    assert_eq!(of_file(&format!("/{hostile}.txt"))["message"], date);
    assert_eq!(
        without_time(event(&events, "unknown key `titel`")),
        json!({
            "level": "error",
            "severity": "error",
            "message": "[site]: unknown key `titel`",
            "file": "feeds.toml",
            "line": 3,
            "column": 1,
            "hint": "did you mean `title`?",
            "excerpt": "3 | titel = \"Дала\"\n  | ^^^^^",
        })
    );
    assert_eq!(
        events.last().map(|event| &event["message"]),
        Some(&json!("stopped"))
    );
}

#[test]
fn json_log_says_why_the_daemon_does_not_start() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure("[site]", "[site]\ntitel = 1\nlanguages = 2");
    let output = newsroom
        .taspa(&["serve"])
        .envs([JSON])
        .output()
        .expect("taspa runs");
    assert_eq!(output.status.code(), Some(78));
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    let events = events(&text);
    assert_eq!(event(&events, "unknown key `titel`")["line"], 3);
    assert_eq!(event(&events, "languages")["line"], 4);
}

#[test]
fn wrong_variables_are_refused_before_anything_starts() {
    let newsroom = Newsroom::of_three();
    for (name, value, expected) in [
        (
            "TASPA_LOG",
            "warn,inof",
            "TASPA_LOG:1:6: error: `inof` is not a level of the log\n1 | warn,inof\n  |      ^^^^\n  hint: did \
             you mean `info`?",
        ),
        (
            "TASPA_LOG_FORMAT",
            "logfmt",
            "TASPA_LOG_FORMAT:1:1: error: `logfmt` is not a format of the log\n1 | logfmt\n  | ^^^^^^\n  hint: \
             it can be `text` or `json`",
        ),
        (
            "TASPA_LISTEN",
            "8080",
            "error: invalid value '8080' for '--listen <ADDR>'",
        ),
    ] {
        let serve = newsroom
            .taspa(&["serve"])
            .env(name, value)
            .output()
            .expect("taspa runs");
        assert_ends(&serve, 2, &[], &[expected]);
        assert!(!newsroom.path("state").exists(), "nothing has started");
    }
    let check = newsroom.taspa(&["check"]).env("TASPA_LOG", "loud").output();
    assert_ends(
        &check.expect("taspa runs"),
        2,
        &[],
        &["`loud` is not a level of the log"],
    );
    // What another command does not use cannot stop it.
    let list = newsroom.taspa(&["list"]).env("TASPA_LOG", "loud").output();
    assert_ends(&list.expect("taspa runs"), 0, &["FEED"], &[]);
}

#[test]
fn empty_variables_change_nothing_and_unknown_ones_are_named() {
    let newsroom = Newsroom::of_three();
    let empty = [
        ("TASPA_CONFIG", ""),
        ("TASPA_LISTEN", ""),
        ("TASPA_LOG", ""),
        ("TASPA_LOG_FORMAT", ""),
    ];
    let check = |variables: &[(&str, &str)]| {
        let mut command = newsroom.taspa(&["check", "--format", "json"]);
        command
            .envs(variables.iter().copied())
            .output()
            .expect("taspa runs")
    };
    assert_eq!(problems(&check(&empty)), [Value::Null; 0]);
    let found = problems(&check(&[
        ("TASPA_LOGFORMAT", "json"),
        ("TASPA_SERVICE_HOST", "10.0.0.1"),
    ]));
    let messages: Vec<&Value> = found.iter().map(|problem| &problem["message"]).collect();
    assert_eq!(messages, ["the variable `TASPA_LOGFORMAT` does nothing"]);
    assert_eq!(found[0]["hint"], "did you mean `TASPA_LOG_FORMAT`?");
    let mut daemon = Daemon::launch_with(&newsroom, &[("TASPA_LOGFORMAT", "json")]);
    assert!(
        daemon.has_said("WARN <environment>: warning: the variable `TASPA_LOGFORMAT` does nothing")
    );
}
