//! The output of commands: data to standard output, everything else to standard error. Only documents are
//! written as they are; in other output, characters that control a terminal are escaped.

use std::io::{self, Stderr, Stdout, Write};

use serde::Serialize;

use crate::text::{is_hidden, visible_lines};

/// Standard output, buffered, and standard error.
pub(super) struct Screen {
    out: io::BufWriter<Stdout>,
    err: Stderr,
}

impl Screen {
    pub(super) fn of_process() -> Screen {
        Screen {
            out: io::BufWriter::new(io::stdout()),
            err: io::stderr(),
        }
    }

    /// Writes a document. Because of the buffer, an error may only appear in [`Screen::finish`].
    pub(super) fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.out.write_all(data)
    }

    /// Writes a line of data, which lines of ours may continue.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{}", visible_lines(line))
    }

    /// Writes a value as JSON.
    pub(super) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let json = serde_json::to_string_pretty(value)?;
        self.json_text(&json)
    }

    /// Writes JSON with line breaks.
    pub(super) fn json_text(&mut self, json: &str) -> io::Result<()> {
        writeln!(self.out, "{}", escape_hidden(json))
    }

    /// Writes a line to standard error, which lines of ours may continue. Ignores errors: a closed standard error must not stop the
    /// command.
    pub(super) fn complain(&mut self, line: &str) {
        let _ = writeln!(self.err, "{}", visible_lines(line));
    }

    /// Writes a question to standard error, without a line break.
    pub(super) fn ask(&mut self, question: &str) {
        let _ = write!(self.err, "{question}");
    }

    /// Flushes standard output.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// JSON that no character in it controls a terminal. JSON itself escapes only some of them.
pub(super) fn escape_hidden(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            // Only strings contain the others, all of which have one UTF-16 unit.
            c if c != '\n' && is_hidden(c) => shown += &format!("\\u{:04x}", u32::from(c)),
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn json_has_no_hidden_character_and_the_same_value(text in any::<String>()) {
            let value = [text + "\u{9b}\u{202e}\u{1b}"];
            let json = serde_json::to_string_pretty(&value).expect("JSON");
            let json = escape_hidden(&json);
            prop_assert!(!json.contains(|c| c != '\n' && is_hidden(c)), "{}", json);
            let read: Vec<String> = serde_json::from_str(&json).expect("JSON");
            prop_assert_eq!(&read[..], &value[..]);
        }
    }
}
