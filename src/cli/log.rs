//! The diagnostic log of the daemon, on standard error.
//!
//! The reader of standard error may be slow or stuck, and must not block the daemon. So lines go
//! through a bounded channel to a thread that writes them. Lines that find the channel full are
//! counted, and the count is logged once there is room again.
//!
//! What a message repeats from files, databases and clients is escaped, so that it cannot forge a line or
//! control a terminal.

use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use tracing::field::Field;
use tracing::{Level, Metadata, error};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format::{self, Writer};
use tracing_subscriber::fmt::{FormatFields, MakeWriter};

use super::progress::ProgressBar;
use crate::model::count::counted;
use crate::store::catch_panic;
use crate::text::{visible, visible_lines};

/// Lines that may wait to be written.
const QUEUED_LINES_MAX: usize = 1 << 10;

/// How long shutdown waits for the last lines to be written.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// The log of this process. Dropping it writes the lines that still wait, unless standard error is
/// blocked.
pub(super) struct Log(LineQueue);

impl Log {
    /// Starts the log with the filter of `TASPA_LOG` (default `info`). Lines go above the bar of a
    /// terminal, and have priority prefixes in the journal.
    pub(super) fn start(bar: Option<&ProgressBar>) -> io::Result<Log> {
        let lines = match bar.cloned() {
            Some(bar) => LineQueue::start(bar.above())?,
            None => LineQueue::start(io::stderr())?,
        };
        let filter =
            EnvFilter::try_from_env("TASPA_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
        let is_in_journal = is_in_journal();
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
            .with_target(false)
            .fmt_fields(visible_fields())
            .with_writer(EventWriters {
                lines: lines.clone(),
                is_in_journal,
            });
        // Fails if the process has a subscriber already, such as that of a test, which then serves
        // as well.
        let _ = match is_in_journal {
            true => log.without_time().try_init(),
            false => log.try_init(),
        };
        // The default hook writes to standard error and may block.
        panic::set_hook(Box::new(|panic| {
            if !catch_panic::is_expected() {
                error!("{panic}");
            }
        }));
        Ok(Log(lines))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.0.flush(FLUSH_TIMEOUT);
    }
}

/// Writes the message of an event, whose further lines are ours, and its other fields.
fn visible_fields() -> impl for<'a> FormatFields<'a> {
    let write_field = |writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug| {
        let value = format!("{value:?}");
        match field.name() {
            "message" => write!(writer, "{}", visible_lines(&value)),
            name => write!(writer, "{name}={}", visible(&value)),
        }
    };
    format::debug_fn(write_field).delimited(" ")
}

/// Whether standard error is connected to the journal, as systemd.exec(5) describes.
fn is_in_journal() -> bool {
    let stream = || {
        let file = File::from(io::stderr().as_fd().try_clone_to_owned().ok()?);
        let metadata = file.metadata().ok()?;
        Some(format!("{}:{}", metadata.dev(), metadata.ino()))
    };
    std::env::var("JOURNAL_STREAM").is_ok_and(|named| Some(named) == stream())
}

/// A message to the writing thread.
enum Message {
    Write(Vec<u8>),
    /// Replies when all lines before it are written.
    Flush(SyncSender<()>),
}

/// The queue to the writing thread.
#[derive(Clone)]
struct LineQueue {
    sender: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

impl LineQueue {
    fn start(output: impl Write + Send + 'static) -> io::Result<LineQueue> {
        let (sender, receiver) = sync_channel(QUEUED_LINES_MAX);
        let lost = Arc::new(AtomicU64::new(0));
        let losses = lost.clone();
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_messages(&receiver, output, &losses))?;
        Ok(LineQueue { sender, lost })
    }

    fn add(&self, line: Vec<u8>) {
        if self.sender.try_send(Message::Write(line)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until all lines are written, but not longer than `at_most`, and not at all if the
    /// queue is full.
    fn flush(&self, at_most: Duration) {
        let (done, flushed) = sync_channel(1);
        if self.sender.try_send(Message::Flush(done)).is_ok() {
            let _ = flushed.recv_timeout(at_most);
        }
    }
}

/// Writes lines until all senders are dropped. Ignores write errors, since there is no other place
/// to report them.
fn write_messages(receiver: &Receiver<Message>, mut output: impl Write, lost: &AtomicU64) {
    for message in receiver {
        match message {
            Message::Write(line) => {
                let _ = output.write_all(&line);
                let lost = lost.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    let lost = counted(lost, "line of this log is", "lines of this log are");
                    let text = format!("{lost} lost: standard error was not read in time\n");
                    let _ = output.write_all(text.as_bytes());
                }
            }
            Message::Flush(to) => {
                let _ = to.send(());
            }
        }
    }
}

/// Creates a writer for each event.
struct EventWriters {
    lines: LineQueue,
    is_in_journal: bool,
}

impl<'a> MakeWriter<'a> for EventWriters {
    type Writer = EventWriter<'a>;

    fn make_writer(&'a self) -> EventWriter<'a> {
        EventWriter {
            lines: &self.lines,
            text: Vec::new(),
        }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> EventWriter<'a> {
        let mut writer = self.make_writer();
        if self.is_in_journal {
            writer.text.extend_from_slice(priority(*event.level()));
        }
        writer
    }
}

/// The priority prefix of a line in the journal (sd-daemon(3)).
fn priority(level: Level) -> &'static [u8] {
    match level {
        Level::ERROR => b"<3>",
        Level::WARN => b"<4>",
        Level::INFO => b"<6>",
        Level::DEBUG | Level::TRACE => b"<7>",
    }
}

/// Collects one event, and queues it as one line when dropped.
struct EventWriter<'a> {
    lines: &'a LineQueue,
    text: Vec<u8>,
}

impl Write for EventWriter<'_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for EventWriter<'_> {
    fn drop(&mut self) {
        self.lines.add(std::mem::take(&mut self.text));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use proptest::prelude::*;

    use super::*;

    /// Reports each write, then blocks until the test unblocks it.
    struct BlockingOutput {
        written: Sender<String>,
        unblocked: Receiver<()>,
    }

    impl Write for BlockingOutput {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            let _ = self
                .written
                .send(String::from_utf8_lossy(text).into_owned());
            let _ = self.unblocked.recv();
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_blocked_reader_loses_lines_and_blocks_no_writer() {
        let (written, output) = channel();
        let (unblock, unblocked) = channel();
        let lines = LineQueue::start(BlockingOutput { written, unblocked }).expect("a thread");
        lines.add(b"first\n".to_vec());
        assert_eq!(output.recv().expect("a line"), "first\n");
        for _ in 0..QUEUED_LINES_MAX + 2 {
            lines.add(b"more\n".to_vec());
        }
        lines.flush(Duration::from_secs(3600));
        drop(unblock);
        let second = output.recv().expect("a sentence");
        assert!(
            second.starts_with("2 lines of this log are lost"),
            "{second}"
        );
        drop(lines);
        let rest: Vec<String> = output.iter().collect();
        assert_eq!(rest.len(), QUEUED_LINES_MAX);
        assert!(rest.iter().all(|line| line == "more\n"));
    }

    /// What the log writes in the journal for the events of `work`.
    fn journal_of(work: impl FnOnce()) -> Vec<String> {
        let (written, output) = channel();
        let (unblock, unblocked) = channel();
        drop(unblock);
        let lines = LineQueue::start(BlockingOutput { written, unblocked }).expect("a thread");
        let log = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_target(false)
            .without_time()
            .fmt_fields(visible_fields())
            .with_writer(EventWriters {
                lines,
                is_in_journal: true,
            });
        tracing::subscriber::with_default(log.finish(), work);
        output.iter().collect()
    }

    #[test]
    fn journal_lines_have_priority_prefixes() {
        let lines = journal_of(|| {
            error!("a feed is late");
            tracing::info!("ready");
        });
        assert_eq!(lines, ["<3>ERROR a feed is late\n", "<6> INFO ready\n"]);
    }

    #[test]
    fn names_cannot_forge_lines_or_fields() {
        let name = "a\n2026-11-29T10:00:00Z ERROR b\u{1b}[31m\u{202e}\r\n";
        let lines = journal_of(|| {
            error!("{name} is gone\n  hint: look for it");
            error!(name, place = %name, "gone");
        });
        let shown = "a\\n2026-11-29T10:00:00Z ERROR b\\x1b[31m\\u{202e}\\r\\n";
        assert_eq!(
            lines[0],
            format!("<3>ERROR {shown} is gone\n  hint: look for it\n")
        );
        assert!(lines[1].contains(&format!("place={shown}")), "{}", lines[1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn lines_of_an_event_begin_as_ours(name in "(\\PC|\\pC|\n| ){0,40}") {
            let lines = journal_of(|| error!("{name} is gone"));
            let line = lines[0].strip_suffix('\n').expect("a line break");
            let mut further = line.split('\n').skip(1);
            let is_ours = |line: &str| line.starts_with(|c: char| c == ' ' || c.is_ascii_digit());
            prop_assert!(further.all(is_ours), "{}", line);
            let acts = |c| c != '\n' && crate::text::is_hidden(c);
            prop_assert!(!line.contains(acts), "{}", line);
        }
    }
}
