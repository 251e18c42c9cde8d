//! How a command ended: its exit code and what it wrote where.

use std::io::Write;
use std::process::Output;

use serde_json::Value;

/// It ended with this code, and wrote all these words; nothing at all where none are named.
#[track_caller]
pub(crate) fn assert_ends(output: &Output, code: i32, out: &[&str], err: &[&str]) {
    let texts = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert_eq!(output.status.code(), Some(code), "{texts:?}");
    for (text, expected) in texts.iter().zip([out, err]) {
        for part in expected {
            assert!(text.contains(part), "no `{part}` in {text}");
        }
        assert!(!expected.is_empty() || text.is_empty(), "unasked: {text}");
    }
}

/// What it wrote for programs.
#[track_caller]
pub(crate) fn json(output: &Output) -> Vec<Value> {
    serde_json::from_slice(&output.stdout).expect("a list in JSON")
}

/// Says that a test did not run, on the terminal itself: what a passing test prints is not shown.
pub(crate) fn say_skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
