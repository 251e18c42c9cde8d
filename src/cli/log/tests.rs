//! What is written for events, in both formats, and for lines that are not read.

use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::config::ConfigFile;
use crate::model::problem::Severity;

const JOURNAL: LineForm = LineForm {
    format: LogFormat::Text,
    is_in_journal: true,
};

const JSON: LineForm = LineForm {
    format: LogFormat::Json,
    is_in_journal: false,
};

/// Reports each write, then blocks until the test unblocks it.
struct BlockingOutput {
    written: Sender<String>,
    unblocked: Receiver<()>,
}

impl Write for BlockingOutput {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(text).into_owned();
        let _ = self.written.send(text.clone());
        let _ = self.unblocked.recv();
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is written about lines that are lost while the reader is blocked.
fn line_about_lost(form: LineForm) -> String {
    let (written, output) = channel();
    let (unblock, unblocked) = channel();
    let output_of_thread = BlockingOutput { written, unblocked };
    let lines = LineQueue::start(output_of_thread, form).expect("a thread");
    lines.add(b"first\n".to_vec());
    assert_eq!(output.recv().expect("a line"), "first\n");
    for _ in 0..QUEUED_LINES_MAX + 2 {
        lines.add(b"more\n".to_vec());
    }
    lines.flush(Duration::from_secs(3600));
    drop(unblock);
    let second = output.recv().expect("a sentence");
    drop(lines);
    let rest: Vec<String> = output.iter().collect();
    assert_eq!(rest.len(), QUEUED_LINES_MAX);
    assert!(rest.iter().all(|line| line == "more\n"));
    second
}

#[test]
fn a_blocked_reader_loses_lines_and_blocks_no_writer() {
    let said = "2 lines of this log are lost: standard error was not read in time";
    assert_eq!(line_about_lost(JOURNAL), format!("<4>{said}\n"));
    let event = parsed(&line_about_lost(JSON));
    assert_eq!(
        (&event["level"], &event["message"]),
        (&json!("warn"), &json!(said))
    );
}

/// What the log writes for the events of `work`.
fn lines_of(form: LineForm, work: impl FnOnce()) -> Vec<String> {
    let (written, output) = channel();
    let (unblock, unblocked) = channel();
    drop(unblock);
    let output_of_thread = BlockingOutput { written, unblocked };
    let lines = LineQueue::start(output_of_thread, form).expect("a thread");
    let log = tracing_subscriber::registry().with(layer(EventWriters { lines, form }, false));
    tracing::subscriber::with_default(log, work);
    output.iter().collect()
}

/// A line of JSON.
#[track_caller]
fn parsed(line: &str) -> Value {
    let text = line.strip_suffix('\n').expect("a line break");
    assert!(!text.contains(crate::text::is_hidden), "{text:?}");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn journal_lines_have_priority_prefixes() {
    let events = || {
        error!("a feed is late");
        tracing::info!("ready");
    };
    let lines = lines_of(JOURNAL, events);
    assert_eq!(lines, ["<3>ERROR a feed is late\n", "<6> INFO ready\n"]);
    let json_in_journal = LineForm {
        is_in_journal: true,
        ..JSON
    };
    let lines = lines_of(json_in_journal, events);
    assert_eq!(
        parsed(lines[1].strip_prefix("<6>").expect("a priority"))["level"],
        "info"
    );
}

#[test]
fn names_cannot_forge_lines_or_fields() {
    let name = "a\n2026-11-29T10:00:00Z ERROR b\u{1b}[31m\u{202e}\r\n";
    let events = || {
        error!("{name} is gone\n  hint: look for it");
        error!(name, place = %name, "gone");
    };
    let lines = lines_of(JOURNAL, events);
    let shown = "a\\n2026-11-29T10:00:00Z ERROR b\\x1b[31m\\u{202e}\\r\\n";
    assert_eq!(
        lines[0],
        format!("<3>ERROR {shown} is gone\n  hint: look for it\n")
    );
    assert!(lines[1].contains(&format!("place={shown}")), "{}", lines[1]);

    let lines = lines_of(JSON, events);
    let message = format!("{name} is gone\n  hint: look for it");
    assert_eq!(parsed(&lines[0])["message"], message);
    let event = parsed(&lines[1]);
    assert_eq!(
        (&event["name"], &event["place"]),
        (&json!(name), &json!(name))
    );
}

#[test]
fn json_has_the_fields_of_an_event_and_the_parts_of_a_problem() {
    let file = ConfigFile::new("feeds.toml", "a = 1\ntitel = \"Дала\"\n");
    let hint = Some("did you mean `title`?".to_owned());
    let problem = file.problem(Severity::Error, Some(6..11), "unknown key `titel`", hint);
    let io_error = io::Error::other("the disk is full");
    let lines = lines_of(JSON, || {
        tracing::warn!(message = problem.as_error());
        tracing::debug!(
            level = 3,
            took = 0.5,
            is_full = true,
            missing = -1,
            error = &io_error as &dyn std::error::Error,
            "read"
        );
    });
    let mut event = parsed(&lines[0]);
    let time = event.as_object_mut().and_then(|event| event.remove("time"));
    let time = time.as_ref().and_then(Value::as_str).expect("a time");
    let form = time.replace(|c: char| c.is_ascii_digit(), "0");
    assert_eq!(form, "0000-00-00T00:00:00.000Z");
    let expected = json!({
        "level": "warn",
        "severity": "error",
        "file": "feeds.toml",
        "line": 2,
        "column": 1,
        "message": "unknown key `titel`",
        "hint": "did you mean `title`?",
        "excerpt": "2 | titel = \"Дала\"\n  | ^^^^^",
    });
    assert_eq!(event, expected);
    assert!(lines[0].starts_with("{\"time\":\""), "{}", lines[0]);
    let event = parsed(&lines[1]);
    for (name, value) in [
        ("level", json!("debug")),
        ("level_", json!(3)),
        ("took", json!(0.5)),
        ("is_full", json!(true)),
        ("missing", json!(-1)),
        ("error", json!("the disk is full")),
        ("message", json!("read")),
    ] {
        assert_eq!(event[name], value, "{name}");
    }
    // For people it is what the commands print.
    let lines = lines_of(JOURNAL, || tracing::warn!(message = problem.as_error()));
    assert_eq!(lines, [format!("<4> WARN {problem}\n")]);
}

/// Set in the process that [`a_panic_is_one_event`] starts.
const CHILD: &str = "LOG_TEST_PANICS";

/// A process of its own panics, because a panic hook is the whole process's.
#[test]
fn a_panic_is_one_event() {
    if std::env::var_os(CHILD).is_some() {
        let settings = LogSettings::of_process().expect("settings");
        let log = Log::start(settings, None).expect("a log");
        let _ = thread::spawn(|| panic!("first\nsecond {}", '\u{1b}')).join();
        return drop(log);
    }
    let program = std::env::current_exe().expect("this program");
    let name = "cli::log::tests::a_panic_is_one_event";
    let output = Command::new(program)
        .args(["--exact", name, "--nocapture"])
        .envs([
            (CHILD, "1"),
            ("TASPA_LOG_FORMAT", "json"),
            ("TASPA_LOG", ""),
        ])
        .stdout(Stdio::null())
        .output()
        .expect("it runs");
    let log = String::from_utf8(output.stderr).expect("UTF-8");
    let event = parsed(&log);
    assert_eq!(event["level"], "error");
    let message = event["message"].as_str().expect("a message");
    assert!(
        message.starts_with("panicked at src/cli/log/tests.rs:"),
        "{message}"
    );
    assert!(message.ends_with(":\nfirst\nsecond \u{1b}"), "{message}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn lines_of_an_event_begin_as_ours(name in "(\\PC|\\pC|\n| ){0,40}") {
        let lines = lines_of(JOURNAL, || error!("{name} is gone"));
        let line = lines[0].strip_suffix('\n').expect("a line break");
        let mut further = line.split('\n').skip(1);
        let is_ours = |line: &str| line.starts_with(|c: char| c == ' ' || c.is_ascii_digit());
        prop_assert!(further.all(is_ours), "{}", line);
        let acts = |c| c != '\n' && crate::text::is_hidden(c);
        prop_assert!(!line.contains(acts), "{}", line);
    }

    #[test]
    fn json_of_an_event_is_one_line_with_the_same_text(name in "(\\PC|\\pC|\n| ){0,40}") {
        let lines = lines_of(JSON, || error!("{name} is gone"));
        prop_assert_eq!(lines.len(), 1);
        prop_assert_eq!(&parsed(&lines[0])["message"], &json!(format!("{name} is gone")));
    }
}
