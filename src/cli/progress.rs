//! Shows the progress of a reading or an export on standard error: a bar on a terminal, elsewhere a
//! line every few seconds. It has no colours, and short work shows nothing.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::export::ExportProgress;
use crate::ingest::{Progress, ProgressCounts};
use crate::model::count::many;

/// Above either limit, progress is shown.
const LONG_READ_FILES: usize = 1_000;
const LONG_READ: Duration = Duration::from_millis(500);

/// How often the bar is drawn.
const DRAW_INTERVAL: Duration = Duration::from_millis(100);

/// How often a line is written if there is no bar.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// Columns inside the bar. With the longest text after it, the line fits into 80 columns.
const BAR_COLUMNS: usize = 20;

/// Runs `work` and shows the progress of a reading meanwhile.
pub(super) fn run_with_progress<T>(progress: &Progress, work: impl FnOnce() -> T) -> T {
    let reached = || progress.reached().filter(is_long);
    let bar = || reached().map(|reached| line(&reached));
    run_beside_display(work, bar, || reached().map(|reached| reached.to_string()))
}

/// Runs `work` and shows the progress of an export meanwhile.
pub(super) fn run_export_with_progress<T>(
    progress: &ExportProgress,
    work: impl FnOnce() -> T,
) -> T {
    let begun = Instant::now();
    let reached = || progress.reached().filter(|_| begun.elapsed() >= LONG_READ);
    let words = |(done, all)| format!("{done} of {} written", many(all, "document"));
    let bar =
        || reached().map(|(done, all)| format!("{} {}", bar_of(done, all), words((done, all))));
    run_beside_display(work, bar, || reached().map(words))
}

/// Runs `work` while another thread draws the bar, or writes lines if there is no terminal.
fn run_beside_display<T>(
    work: impl FnOnce() -> T,
    bar: impl Fn() -> Option<String> + Send,
    line: impl Fn() -> Option<String> + Send,
) -> T {
    thread::scope(|scope| {
        // Dropped when `work` returns or panics.
        let (_running, ended) = mpsc::channel();
        scope.spawn(move || match ProgressBar::of_terminal() {
            Some(drawn) => drawn.draw_lines(bar, &ended),
            None => write_lines(line, &ended),
        });
        work()
    })
}

/// A bar on the last line of the terminal. What goes through [`ProgressBar::above`] appears above
/// it.
#[derive(Clone, Default)]
pub(super) struct ProgressBar(Arc<Mutex<String>>);

impl ProgressBar {
    /// The bar of standard error; `None` if that is no terminal, or one that cannot return to the
    /// start of a line.
    pub(super) fn of_terminal() -> Option<ProgressBar> {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        (io::stderr().is_terminal() && !is_dumb).then(ProgressBar::default)
    }

    /// Draws until the sender of `ended` is dropped.
    pub(super) fn follow(&self, progress: &Progress, ended: &Receiver<()>) {
        let reached = || progress.reached().filter(is_long);
        self.draw_lines(|| reached().map(|reached| line(&reached)), ended);
    }

    fn draw_lines(&self, line: impl Fn() -> Option<String>, ended: &Receiver<()>) {
        while ended.recv_timeout(DRAW_INTERVAL) == Err(RecvTimeoutError::Timeout) {
            self.draw(line().unwrap_or_default());
        }
        self.draw(String::new());
    }

    /// A writer of whole lines that appear above the bar.
    pub(super) fn above(&self) -> AboveBar {
        AboveBar(self.clone())
    }

    fn draw(&self, line: String) {
        let mut drawn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *drawn != line {
            let _ = write!(io::stderr(), "{}{line}", erase(&drawn));
            *drawn = line;
        }
    }
}

/// Writes to standard error above the bar.
pub(super) struct AboveBar(ProgressBar);

impl Write for AboveBar {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let drawn = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = erase(&drawn).into_bytes();
        text.extend(lines);
        text.extend(drawn.as_bytes());
        io::stderr().write_all(&text)?;
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Overwrites with spaces, because not every terminal knows the escape sequence that erases a line.
fn erase(drawn: &str) -> String {
    match drawn.len() {
        0 => String::new(),
        columns => format!("\r{}\r", " ".repeat(columns)),
    }
}

fn is_long(reached: &ProgressCounts) -> bool {
    let long = reached.read > LONG_READ_FILES || reached.since.elapsed() >= LONG_READ;
    long && reached.found > 0
}

/// ASCII only, so that the number of bytes is the number of columns.
fn line(reached: &ProgressCounts) -> String {
    if !reached.listed {
        return reached.to_string();
    }
    format!("{} {reached}", bar_of(reached.read, reached.found))
}

fn bar_of(done: usize, all: usize) -> String {
    let done = (BAR_COLUMNS * done / all.max(1)).min(BAR_COLUMNS);
    let (done, left) = ("#".repeat(done), "-".repeat(BAR_COLUMNS - done));
    format!("[{done}{left}]")
}

fn write_lines(line: impl Fn() -> Option<String>, ended: &Receiver<()>) {
    let mut written_at = Instant::now();
    while ended.recv_timeout(DRAW_INTERVAL) == Err(RecvTimeoutError::Timeout) {
        if written_at.elapsed() >= LINE_INTERVAL
            && let Some(line) = line()
        {
            let _ = writeln!(io::stderr(), "{line}");
            written_at = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(found: usize, read: usize, listed: bool) -> ProgressCounts {
        let now = Instant::now();
        ProgressCounts {
            since: now,
            advanced: now,
            noun: "file",
            found,
            read,
            listed,
        }
    }

    #[test]
    fn the_bar_appears_once_the_number_of_files_is_known() {
        for (reached, start) in [
            (reached(9_000, 0, false), "9000 files found"),
            (reached(9_000, 4_096, false), "4096 files read, "),
            (
                reached(9_000, 0, true),
                "[--------------------] 9000 files found",
            ),
            (
                reached(8_000, 4_000, true),
                "[##########----------] 4000 of 8000 files read, ",
            ),
            (
                reached(1_000_000, 1_000_000, true),
                "[####################] 1000000 files read, storing them",
            ),
            (
                reached(1_000_000, 999_999, true),
                "[###################-] 999999 of 1000000 files read, ",
            ),
        ] {
            let line = line(&reached);
            assert!(line.starts_with(start), "{line}");
            assert!(line.len() < 80 && line.is_ascii(), "{line}");
        }
    }

    #[test]
    fn a_short_reading_shows_nothing() {
        assert!(!is_long(&reached(900, 900, true)));
        assert!(is_long(&reached(1_100, 1_001, true)));
        let nothing_to_read = ProgressCounts {
            since: Instant::now() - LONG_READ,
            ..reached(0, 0, false)
        };
        assert!(!is_long(&nothing_to_read));
    }
}
