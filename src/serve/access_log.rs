//! The access log: one line for each request, on standard output.
//!
//! A request puts the values of its line into a bounded channel, without a lock and without formatting
//! anything. A thread formats the lines and writes them: at once, or in large pieces under load. When
//! the reader of the output is too slow, lines are dropped and counted. Only the writing thread logs
//! that, since the log of the daemon may end in the same pipe. A closed pipe ends the access log and
//! nothing else.

mod line;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing::warn;

pub(crate) use self::line::{LineFormat, LogLine};
use crate::model::count::counted;
use crate::serve::counter::Counter;

/// Lines that may wait for the writer: some 6 MiB of ordinary ones, 50 MiB of the longest.
const WAITING_LINES_MAX: usize = 16 << 10;

/// Lines that are written in one piece.
const PIECE_LINES_MAX: usize = 1 << 10;

/// How often dropped lines are logged.
const WARN_EVERY: Duration = Duration::from_secs(60);

/// The access log; every copy writes to the same one.
#[derive(Clone, Debug)]
pub(crate) struct AccessLog {
    lines: Sender<LogLine>,
    progress: Arc<Progress>,
}

/// How far the writer is.
#[derive(Debug, Default)]
struct Progress {
    /// Lines that went into the channel.
    added: AtomicU64,
    /// Lines that came out of it and were written or dropped.
    done: Mutex<u64>,
    changed: Condvar,
    dropped: Counter,
}

impl AccessLog {
    /// The access log on standard output.
    ///
    /// # Errors
    /// When there is no standard output, or no thread can be started.
    pub(crate) fn start(format: LineFormat) -> io::Result<AccessLog> {
        // Not through `Stdout`, whose lock and line buffer others may hold.
        let output = io::stdout().as_fd().try_clone_to_owned()?;
        AccessLog::over(File::from(output), format)
    }

    fn over(output: impl Write + Send + 'static, format: LineFormat) -> io::Result<AccessLog> {
        let (lines, waiting) = channel(WAITING_LINES_MAX);
        let progress = Arc::new(Progress::default());
        let writer = Writer {
            format,
            progress: progress.clone(),
            last_warning: None,
        };
        thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || writer.write(waiting, output))?;
        Ok(AccessLog { lines, progress })
    }

    /// Lines that were dropped.
    pub(crate) fn dropped_lines(&self) -> &Counter {
        &self.progress.dropped
    }

    /// Adds a line, or counts it as dropped.
    pub(crate) fn write(&self, line: LogLine) {
        match self.lines.try_send(line) {
            Ok(()) => {
                self.progress.added.fetch_add(1, Ordering::Relaxed);
            }
            Err(_) => self.progress.dropped.increment(),
        }
    }

    /// Waits until everything is written, but not for longer than `at_most`.
    pub(crate) fn finish(&self, at_most: Duration) {
        let Progress {
            added,
            done,
            changed,
            ..
        } = &*self.progress;
        let added = added.load(Ordering::Relaxed);
        let done = done.lock().unwrap_or_else(PoisonError::into_inner);
        let is_behind = |done: &mut u64| *done < added;
        let _ = changed.wait_timeout_while(done, at_most, is_behind);
    }
}

impl Progress {
    fn note(&self, change: impl FnOnce(&mut u64)) {
        change(&mut self.done.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }
}

/// The thread that makes lines and writes them.
struct Writer {
    format: LineFormat,
    progress: Arc<Progress>,
    /// When the log last said that lines were dropped, and how many.
    last_warning: Option<(Instant, u64)>,
}

impl Writer {
    /// Writes lines until the output is closed.
    fn write(mut self, mut waiting: Receiver<LogLine>, mut output: impl Write) {
        let (mut lines, mut text) = (Vec::new(), String::new());
        loop {
            let count = waiting.blocking_recv_many(&mut lines, PIECE_LINES_MAX) as u64;
            if count == 0 {
                return;
            }
            for line in lines.drain(..) {
                self.format.append(&mut text, &line);
            }
            match output.write_all(text.as_bytes()) {
                Ok(()) => {
                    text.clear();
                    self.progress.note(|done| *done += count);
                    self.warn_of_dropped("the reader of the output is too slow");
                }
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    // New lines find the channel closed, and those in it are dropped.
                    waiting.close();
                    let mut dropped = count;
                    while waiting.blocking_recv().is_some() {
                        dropped += 1;
                    }
                    self.progress.dropped.add(dropped);
                    self.progress.note(|done| *done = u64::MAX);
                    warn!("nobody reads the access log any more, so it ends");
                    return;
                }
                Err(error) => {
                    self.progress.dropped.add(count);
                    self.progress.note(|done| *done += count);
                    self.warn_of_dropped(&format!("they cannot be written: {error}"));
                    // The rest of a line that was cut must not begin the next one.
                    text.clear();
                    text.push('\n');
                }
            }
        }
    }

    /// Logs from time to time that more lines were dropped.
    fn warn_of_dropped(&mut self, why: &str) {
        let dropped = self.progress.dropped.value();
        let is_due = match self.last_warning {
            None => dropped > 0,
            Some((at, before)) => dropped > before && at.elapsed() >= WARN_EVERY,
        };
        if is_due {
            self.last_warning = Some((Instant::now(), dropped));
            warn!(
                "{} lost so far: {why}",
                counted(
                    dropped,
                    "line of the access log is",
                    "lines of the access log are"
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

    /// An output whose every write is agreed with the test: it says what came, and does what it is
    /// told to.
    struct Agreed {
        came: Sender<String>,
        answers: Receiver<io::Result<()>>,
    }

    impl Write for Agreed {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            let _ = self.came.send(String::from_utf8_lossy(text).into_owned());
            let answer = self.answers.recv().unwrap_or(Ok(()));
            answer.map(|()| text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Stage {
        log: AccessLog,
        came: Receiver<String>,
        answers: Sender<io::Result<()>>,
    }

    fn stage() -> Stage {
        let (came_sender, came) = channel();
        let (answers, answers_receiver) = channel();
        let output = Agreed {
            came: came_sender,
            answers: answers_receiver,
        };
        let log = AccessLog::over(output, LineFormat::Combined);
        Stage {
            log: log.expect("a thread"),
            came,
            answers,
        }
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
    fn lines_that_come_while_one_is_written_are_written_together() {
        let Stage {
            log, came, answers, ..
        } = stage();
        write(&log, "/1.rss");
        assert!(came.recv().expect("a line").contains("/1.rss"));
        write(&log, "/2.rss");
        write(&log, "/3.rss");
        answers.send(Ok(())).expect("a writer that waits");
        let both = came.recv().expect("two lines");
        assert_eq!(both.lines().count(), 2, "{both}");
        answers.send(Ok(())).expect("a writer that waits");
        log.finish(Duration::from_secs(30));
        let done = *log.progress.done.lock().expect("no panic");
        assert_eq!(done, 3);
    }

    #[test]
    fn lines_beyond_the_channel_are_dropped_and_counted() {
        let Stage { log, came, answers } = stage();
        write(&log, "/first.rss");
        came.recv().expect("a line that is being written");
        for _ in 0..WAITING_LINES_MAX + 3 {
            write(&log, "/waiting.rss");
        }
        assert_eq!(log.dropped_lines().value(), 3);
        drop(answers);
        log.finish(Duration::from_secs(30));
        let kept: usize = came.try_iter().map(|piece| piece.lines().count()).sum();
        assert_eq!(kept, WAITING_LINES_MAX);
    }

    #[test]
    fn a_closed_pipe_ends_the_log_and_a_full_disk_does_not() {
        let Stage { log, came, answers } = stage();
        write(&log, "/1.rss");
        came.recv().expect("a line");
        let full = io::Error::from(io::ErrorKind::StorageFull);
        answers.send(Err(full)).expect("a writer that waits");
        log.finish(Duration::from_secs(30));
        write(&log, "/2.rss");
        let second = came.recv().expect("a line");
        assert!(second.starts_with('\n'), "{second}");
        assert_eq!(log.dropped_lines().value(), 1);
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        answers.send(Err(closed)).expect("a writer that waits");
        log.finish(Duration::from_secs(30));
        assert_eq!(log.dropped_lines().value(), 2);
        write(&log, "/3.rss");
        assert_eq!(log.dropped_lines().value(), 3);
    }
}
