//! The access log: one line for each request, on standard output.
//!
//! A request sends the values of its line into a bounded channel, without a lock and without formatting.
//! One thread formats the lines and writes them: at once, or in batches under load. If the reader of the
//! output is too slow, lines are dropped and counted. Only the writing thread logs that, since the
//! daemon's log may go to the same pipe. A closed pipe ends only the access log.

mod line;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing::{error, warn};

pub(crate) use self::line::{LineFormat, LogLine};
use crate::model::count::counted;
use crate::serve::counter::Counter;

/// Lines in the channel: about 6 MiB of ordinary ones, 50 MiB of the longest.
const QUEUED_LINES_MAX: usize = 16 << 10;

/// Lines of one write.
const BATCH_LINES_MAX: usize = 1 << 10;

/// Dropped lines are logged once in this interval.
const WARN_EVERY: Duration = Duration::from_secs(60);

/// Every clone writes to the same log.
#[derive(Clone, Debug)]
pub(crate) struct AccessLog {
    lines: Sender<LogLine>,
    progress: Arc<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    /// Lines that were sent into the channel.
    sent: AtomicU64,
    /// Lines of the channel that were written or dropped.
    done: Mutex<u64>,
    done_changed: Condvar,
    dropped: Counter,
}

impl AccessLog {
    /// The access log on standard output. Fails if that is closed, or no thread can be started.
    pub(crate) fn start(format: LineFormat) -> io::Result<AccessLog> {
        // `Stdout` has a line buffer, and a lock that other code may hold.
        let output = io::stdout().as_fd().try_clone_to_owned()?;
        AccessLog::with_output(File::from(output), format)
    }

    fn with_output(
        output: impl Write + Send + 'static,
        format: LineFormat,
    ) -> io::Result<AccessLog> {
        let (lines, queue) = channel(QUEUED_LINES_MAX);
        let progress = Arc::new(Progress::default());
        let writer = Writer {
            format,
            progress: progress.clone(),
            last_warning: None,
        };
        thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || writer.run_on(queue, output))?;
        Ok(AccessLog { lines, progress })
    }

    pub(crate) fn dropped_lines(&self) -> &Counter {
        &self.progress.dropped
    }

    /// Adds a line, or counts it as dropped.
    pub(crate) fn write(&self, line: LogLine) {
        match self.lines.try_send(line) {
            Ok(()) => {
                self.progress.sent.fetch_add(1, Ordering::Relaxed);
            }
            Err(_) => self.progress.dropped.increment(),
        }
    }

    /// Waits until every line is written, at most for `timeout`.
    pub(crate) fn flush(&self, timeout: Duration) {
        let progress = &*self.progress;
        let sent = progress.sent.load(Ordering::Relaxed);
        let done = progress.done.lock().unwrap_or_else(PoisonError::into_inner);
        let is_behind = |done: &mut u64| *done < sent;
        let changed = &progress.done_changed;
        let _ = changed.wait_timeout_while(done, timeout, is_behind);
    }
}

impl Progress {
    fn add_done(&self, lines: u64) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done = done.saturating_add(lines);
        self.done_changed.notify_all();
    }
}

/// The thread that formats and writes lines.
struct Writer {
    format: LineFormat,
    progress: Arc<Progress>,
    /// When dropped lines were last logged, and how many there were.
    last_warning: Option<(Instant, u64)>,
}

impl Writer {
    /// Writes lines until the output is closed. A line that causes a panic costs its batch.
    fn run_on(mut self, mut queue: Receiver<LogLine>, mut output: impl Write) {
        while catch_unwind(AssertUnwindSafe(|| self.run(&mut queue, &mut output))).is_err() {
            error!("writing the access log panicked; it goes on with the next lines");
        }
    }

    fn run(&mut self, queue: &mut Receiver<LogLine>, output: &mut impl Write) {
        let (mut lines, mut text) = (Vec::new(), String::new());
        loop {
            let count = queue.blocking_recv_many(&mut lines, BATCH_LINES_MAX) as u64;
            if count == 0 {
                return;
            }
            for line in lines.drain(..) {
                self.format.append(&mut text, &line);
            }
            match output.write_all(text.as_bytes()) {
                Ok(()) => {
                    text.clear();
                    self.progress.add_done(count);
                    self.warn_of_dropped("the reader of the output is too slow");
                }
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    // Requests find the channel closed; the lines in it are dropped.
                    queue.close();
                    let mut dropped = count;
                    while queue.blocking_recv().is_some() {
                        dropped += 1;
                    }
                    self.progress.dropped.add(dropped);
                    self.progress.add_done(u64::MAX);
                    warn!("the access log ends: the reader of standard output closed the pipe");
                    return;
                }
                Err(error) => {
                    self.progress.dropped.add(count);
                    self.progress.add_done(count);
                    self.warn_of_dropped(&format!("cannot write them: {error}"));
                    // The failed write may have left half a line in the output.
                    text.clear();
                    text.push('\n');
                }
            }
        }
    }

    /// Logs that more lines were dropped, at most once in [`WARN_EVERY`].
    fn warn_of_dropped(&mut self, why: &str) {
        let dropped = self.progress.dropped.value();
        let is_due = match self.last_warning {
            None => dropped > 0,
            Some((at, before)) => dropped > before && at.elapsed() >= WARN_EVERY,
        };
        if is_due {
            self.last_warning = Some((Instant::now(), dropped));
            warn!(
                "{} so far: {why}",
                counted(
                    dropped,
                    "line of the access log was dropped",
                    "lines of the access log were dropped"
                )
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::SystemTime;

    use hyper::{Method, StatusCode, Version};

    use super::*;
    use crate::feed::coding::Coding;
    use crate::serve::client_address::ClientAddress;
    use crate::serve::request_outcome::{RequestKind, RequestOutcome, RequestResult};

    /// An output that sends each write to the test, and returns the result that the test sends.
    struct TestOutput {
        writes: Sender<String>,
        results: Receiver<io::Result<()>>,
    }

    impl Write for TestOutput {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            let _ = self.writes.send(String::from_utf8_lossy(text).into_owned());
            let result = self.results.recv().unwrap_or(Ok(()));
            result.map(|()| text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn log() -> (AccessLog, Receiver<String>, Sender<io::Result<()>>) {
        let (write_sender, writes) = channel();
        let (result_sender, results) = channel();
        let output = TestOutput {
            writes: write_sender,
            results,
        };
        let log = AccessLog::with_output(output, LineFormat::Combined);
        (log.expect("a thread"), writes, result_sender)
    }

    fn write(log: &AccessLog, target: &str) {
        log.write(LogLine {
            at: SystemTime::UNIX_EPOCH,
            client: ClientAddress::Unix,
            method: Method::GET,
            target: target.as_bytes().into(),
            version: Version::HTTP_11,
            referer: None,
            user_agent: None,
            outcome: RequestOutcome {
                kind: RequestKind::All,
                status: StatusCode::OK,
                coding: Coding::Identity,
                result: RequestResult::Hit,
                bytes: 5,
                duration: Duration::ZERO,
            },
        });
    }

    #[test]
    fn lines_that_are_sent_during_a_write_are_written_in_one_batch() {
        let (log, writes, results) = log();
        write(&log, "/1.rss");
        assert!(writes.recv().expect("a line").contains("/1.rss"));
        write(&log, "/2.rss");
        write(&log, "/3.rss");
        results.send(Ok(())).expect("a writer that waits");
        let both = writes.recv().expect("two lines");
        assert_eq!(both.lines().count(), 2, "{both}");
        results.send(Ok(())).expect("a writer that waits");
        log.flush(Duration::from_secs(30));
        let done = *log.progress.done.lock().expect("no panic");
        assert_eq!(done, 3);
    }

    #[test]
    fn lines_beyond_the_channel_are_dropped_and_counted() {
        let (log, writes, results) = log();
        write(&log, "/first.rss");
        writes.recv().expect("a write");
        for _ in 0..QUEUED_LINES_MAX + 3 {
            write(&log, "/waiting.rss");
        }
        assert_eq!(log.dropped_lines().value(), 3);
        drop(results);
        log.flush(Duration::from_secs(30));
        let written: usize = writes.try_iter().map(|write| write.lines().count()).sum();
        assert_eq!(written, QUEUED_LINES_MAX);
    }

    #[test]
    fn a_closed_pipe_ends_the_log_and_a_full_disk_does_not() {
        let (log, writes, results) = log();
        write(&log, "/1.rss");
        writes.recv().expect("a line");
        let full = io::Error::from(io::ErrorKind::StorageFull);
        results.send(Err(full)).expect("a writer that waits");
        log.flush(Duration::from_secs(30));
        write(&log, "/2.rss");
        let second = writes.recv().expect("a line");
        assert!(second.starts_with('\n'), "{second}");
        assert_eq!(log.dropped_lines().value(), 1);
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        results.send(Err(closed)).expect("a writer that waits");
        log.flush(Duration::from_secs(30));
        assert_eq!(log.dropped_lines().value(), 2);
        write(&log, "/3.rss");
        assert_eq!(log.dropped_lines().value(), 3);
    }
}
