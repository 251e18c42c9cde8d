//! Standard output for data, standard error for everything else.

use std::io::{self, Stderr, Stdout, Write};

/// Where a command writes.
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

    /// Data; errors come with [`Screen::finish`] at the latest.
    pub(super) fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.out.write_all(data)
    }

    /// A line of data.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    /// A line for the person at the terminal. That nobody reads it is no reason to stop.
    pub(super) fn complain(&mut self, line: &str) {
        let _ = writeln!(self.err, "{line}");
    }

    /// Passes on all data.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
