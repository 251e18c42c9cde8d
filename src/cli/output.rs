//! The output of commands: data to standard output, everything else to standard error.

use std::io::{self, Stderr, Stdout, Write};

use serde::Serialize;

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

    /// Writes data. Because of the buffer, an error may only appear in [`Screen::finish`].
    pub(super) fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.out.write_all(data)
    }

    /// Writes a line of data.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    /// Writes a value as JSON.
    pub(super) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.out, value)?;
        self.line("")
    }

    /// Writes a line to standard error. Ignores errors: a closed standard error must not stop the
    /// command.
    pub(super) fn complain(&mut self, line: &str) {
        let _ = writeln!(self.err, "{line}");
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
