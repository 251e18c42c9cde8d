//! The diagnostic log of the daemon, on standard error.
//!
//! The reader of standard error may be slow or stuck, and must not block the daemon. So lines go
//! through a bounded channel to a thread that writes them. Lines that find the channel full are
//! counted, and the count is logged once there is room again.
//!
//! What a message repeats from files, databases and clients is escaped, so that it cannot forge a line or
//! control a terminal. JSON has it as it is, in strings that nothing in it can end.

mod json_event;
mod settings;

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
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format::{self, Writer};
use tracing_subscriber::fmt::{self as log_lines, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry};

use self::json_event::JsonEvents;
pub(super) use self::settings::{LogFormat, LogSettings};
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
    /// Starts the log. Lines go above the bar of a terminal, and have priority prefixes in the journal,
    /// which removes them.
    pub(super) fn start(settings: LogSettings, bar: Option<&ProgressBar>) -> io::Result<Log> {
        let form = LineForm {
            format: settings.format,
            is_in_journal: is_in_journal(),
        };
        let lines = match bar.cloned() {
            Some(bar) => LineQueue::start(bar.above(), form)?,
            None => LineQueue::start(io::stderr(), form)?,
        };
        let writers = EventWriters {
            lines: lines.clone(),
            form,
        };
        // no-color.org: an empty variable counts as none.
        let is_colourless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_coloured = io::stderr().is_terminal() && !is_colourless;
        let log = tracing_subscriber::registry().with(layer(writers, is_coloured));
        // Fails if the process has a subscriber already, such as that of a test, which then serves
        // as well.
        let _ = log.with(settings.filter).try_init();
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

/// What turns events into lines.
fn layer(writers: EventWriters, is_coloured: bool) -> Box<dyn Layer<Registry> + Send + Sync> {
    let LineForm {
        format,
        is_in_journal,
    } = writers.form;
    let text = || {
        log_lines::layer()
            .with_ansi(is_coloured)
            .with_target(false)
            .fmt_fields(visible_fields())
    };
    match (format, is_in_journal) {
        (LogFormat::Json, _) => log_lines::layer()
            .event_format(JsonEvents)
            .with_writer(writers)
            .boxed(),
        (LogFormat::Text, true) => text().without_time().with_writer(writers).boxed(),
        (LogFormat::Text, false) => text().with_writer(writers).boxed(),
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
    fn start(output: impl Write + Send + 'static, form: LineForm) -> io::Result<LineQueue> {
        let (sender, receiver) = sync_channel(QUEUED_LINES_MAX);
        let lost = Arc::new(AtomicU64::new(0));
        let losses = lost.clone();
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_messages(&receiver, output, &losses, form))?;
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
fn write_messages(
    receiver: &Receiver<Message>,
    mut output: impl Write,
    lost: &AtomicU64,
    form: LineForm,
) {
    for message in receiver {
        match message {
            Message::Write(line) => {
                let _ = output.write_all(&line);
                let lost = lost.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    let _ = output.write_all(&form.line_about_lost(lost));
                }
            }
            Message::Flush(to) => {
                let _ = to.send(());
            }
        }
    }
}

/// What all lines have in common.
#[derive(Clone, Copy)]
struct LineForm {
    format: LogFormat,
    is_in_journal: bool,
}

impl LineForm {
    /// The priority prefix of a line in the journal (sd-daemon(3)).
    fn prefix(self, level: Level) -> &'static [u8] {
        match level {
            _ if !self.is_in_journal => b"",
            Level::ERROR => b"<3>",
            Level::WARN => b"<4>",
            Level::INFO => b"<6>",
            Level::DEBUG | Level::TRACE => b"<7>",
        }
    }

    fn line_about_lost(self, lost: u64) -> Vec<u8> {
        let lost = counted(lost, "line of this log is", "lines of this log are");
        let text = format!("{lost} lost: standard error was not read in time");
        let text = match self.format {
            LogFormat::Text => text,
            LogFormat::Json => json_event::line(Level::WARN, text).unwrap_or_default(),
        };
        [self.prefix(Level::WARN), text.as_bytes(), b"\n"].concat()
    }
}

/// Creates a writer for each event.
struct EventWriters {
    lines: LineQueue,
    form: LineForm,
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
        EventWriter {
            lines: &self.lines,
            text: self.form.prefix(*event.level()).to_vec(),
        }
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
mod tests;
