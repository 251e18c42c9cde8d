//! The exit code of a command and what it wrote.

use std::process::Output;

use serde_json::Value;

/// It ended with this code and wrote all these words, or nothing where none are given.
#[track_caller]
pub(crate) fn assert_ends(output: &Output, code: i32, out: &[&str], err: &[&str]) {
    let texts = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert_eq!(output.status.code(), Some(code), "{texts:?}");
    for (text, expected) in texts.iter().zip([out, err]) {
        for part in expected {
            assert!(text.contains(part), "no `{part}` in {text}");
        }
        assert!(
            !expected.is_empty() || text.is_empty(),
            "unexpected: {text}"
        );
    }
}

/// The JSON list on its standard output.
#[track_caller]
pub(crate) fn json(output: &Output) -> Vec<Value> {
    serde_json::from_slice(&output.stdout).expect("a list in JSON")
}
