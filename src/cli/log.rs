//! The diagnostic log of the daemon, on standard error.
//!
//! Whoever reads standard error may stop reading, and a daemon that waited for them would serve
//! nobody. So lines go through a bounded channel to a thread of its own; those that find it full are
//! counted, and the count is written once there is room again.

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

use tracing::{Level, Metadata, error};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::progress::ProgressBar;
use crate::model::count::counted;
use crate::store::catch_panic;

/// LineQueue that may wait for the writer.
const QUEUED_LINES_MAX: usize = 1 << 10;

/// How long the end of the daemon waits for whoever reads the log.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// The log; what was written before it is dropped is on its way to standard error, unless nobody
/// reads there.
pub(super) struct Log(LineQueue);

impl Log {
    /// Starts the log of this process: what `TASPA_LOG` lets through (`info` without it), below the
    /// bar of a terminal, with priorities where the journal reads.
    ///
    /// # Errors
    /// When no thread can be started.
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
            .with_writer(EventWriters {
                lines: lines.clone(),
                is_in_journal,
            });
        // Somebody else's subscriber in the same process is as good.
        let _ = match is_in_journal {
            true => log.without_time().try_init(),
            false => log.try_init(),
        };
        // The hook that is there by default waits for whoever reads standard error.
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

/// Whether standard error is the stream that systemd made to the journal (systemd.exec(5)).
fn is_in_journal() -> bool {
    let stream = || {
        let file = File::from(io::stderr().as_fd().try_clone_to_owned().ok()?);
        let metadata = file.metadata().ok()?;
        Some(format!("{}:{}", metadata.dev(), metadata.ino()))
    };
    std::env::var("JOURNAL_STREAM").is_ok_and(|named| Some(named) == stream())
}

/// What the thread that writes is told.
enum Message {
    Write(Vec<u8>),
    /// To say that everything before is written.
    Flush(SyncSender<()>),
}

/// The way to the thread that writes.
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

    /// Waits until everything is written, but not for longer than `at_most`, and not at all when
    /// nobody has taken anything for so long that the channel is full.
    fn flush(&self, at_most: Duration) {
        let (done, flushed) = sync_channel(1);
        if self.sender.try_send(Message::Flush(done)).is_ok() {
            let _ = flushed.recv_timeout(at_most);
        }
    }
}

/// Writes until nobody can say more. What cannot be written is nothing that could be said anywhere.
fn write_messages(receiver: &Receiver<Message>, mut output: impl Write, lost: &AtomicU64) {
    for message in receiver {
        match message {
            Message::Write(line) => {
                let _ = output.write_all(&line);
                let lost = lost.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    let told = counted(lost, "line of this log is", "lines of this log are");
                    let told = format!("{told} lost: nobody took them\n");
                    let _ = output.write_all(told.as_bytes());
                }
            }
            Message::Flush(to) => {
                let _ = to.send(());
            }
        }
    }
}

/// Where the formatter writes its events, one call each.
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

/// The prefix of a line in the journal (sd-daemon(3)).
fn priority(level: Level) -> &'static [u8] {
    match level {
        Level::ERROR => b"<3>",
        Level::WARN => b"<4>",
        Level::INFO => b"<6>",
        Level::DEBUG | Level::TRACE => b"<7>",
    }
}

/// One event, sent when it is whole.
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

    use super::*;

    /// An output that says what written, and goes on when it is told to.
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
    fn a_reader_who_stops_reading_loses_lines_and_holds_up_nobody() {
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

    #[test]
    fn the_journal_is_told_how_grave_a_line_is() {
        let (written, output) = channel();
        let (unblock, unblocked) = channel();
        drop(unblock);
        let lines = LineQueue::start(BlockingOutput { written, unblocked }).expect("a thread");
        let log = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_target(false)
            .without_time()
            .with_writer(EventWriters {
                lines,
                is_in_journal: true,
            });
        tracing::subscriber::with_default(log.finish(), || {
            error!("a feed is late");
            tracing::info!("ready");
        });
        assert_eq!(output.recv().expect("a line"), "<3>ERROR a feed is late\n");
        assert_eq!(output.recv().expect("a line"), "<6> INFO ready\n");
    }
}
