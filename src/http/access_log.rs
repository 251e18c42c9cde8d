//! The access log: one line for each request, on standard output.
//!
//! A request adds its line to a bounded buffer and goes on; a thread of its own writes what has
//! gathered, at once while nobody waits, in large pieces under load. Whoever does not read in time
//! loses lines, which are counted. A closed pipe ends the log and nothing else.

mod line;

use std::fs::File;
use std::io::{self, Write};
use std::mem;
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tracing::warn;

pub use self::line::{Line, Shape};
use crate::metrics::Metrics;

/// Bytes that may wait for the writer: some tens of thousands of lines.
const WAITING_BYTES_MAX: usize = 4 << 20;

/// How often lost lines are told of.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// The access log; every copy writes to the same one.
#[derive(Clone, Debug)]
pub struct AccessLog {
    shape: Shape,
    desk: Arc<WritingDesk>,
}

#[derive(Debug)]
struct WritingDesk {
    metrics: Arc<Metrics>,
    queue: Mutex<Queue>,
    /// Something has changed that the other side waits for.
    changed: Condvar,
    /// When it was last told that lines are lost.
    told: Mutex<Option<Instant>>,
}

#[derive(Debug)]
struct Queue {
    text: Vec<u8>,
    lines: u64,
    writer: Writer,
}

/// What the writing thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    /// It waits for lines.
    Idle,
    /// It has some to write.
    Writing,
    /// It has ended.
    Ended,
}

impl AccessLog {
    /// The access log on standard output.
    ///
    /// # Errors
    /// When there is no standard output, or no thread can be started.
    pub fn start(shape: Shape, metrics: Arc<Metrics>) -> io::Result<AccessLog> {
        // Not through `Stdout`, whose lock and line buffer others may hold.
        let output = io::stdout().as_fd().try_clone_to_owned()?;
        AccessLog::over(File::from(output), shape, metrics)
    }

    fn over(
        output: impl Write + Send + 'static,
        shape: Shape,
        metrics: Arc<Metrics>,
    ) -> io::Result<AccessLog> {
        let queue = Queue {
            text: Vec::new(),
            lines: 0,
            writer: Writer::Writing,
        };
        let desk = Arc::new(WritingDesk {
            metrics,
            queue: Mutex::new(queue),
            changed: Condvar::new(),
            told: Mutex::new(None),
        });
        let writing = desk.clone();
        thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || writing.write(output))?;
        Ok(AccessLog { shape, desk })
    }

    /// Adds a line, or counts it as lost.
    pub fn write(&self, line: &Line<'_>) {
        let text = self.shape.text(line);
        let mut queue = self.desk.queue();
        if queue.writer == Writer::Ended {
            drop(queue);
            self.desk.metrics.dropped_lines.increment();
        } else if queue.text.len() + text.len() > WAITING_BYTES_MAX {
            drop(queue);
            self.desk.lose(1, "nobody takes them in time");
        } else {
            queue.text.extend_from_slice(text.as_bytes());
            queue.lines += 1;
            if mem::replace(&mut queue.writer, Writer::Writing) == Writer::Idle {
                self.desk.changed.notify_all();
            }
        }
    }

    /// Waits until everything is written, but not for longer than `at_most`.
    pub fn finish(&self, at_most: Duration) {
        let is_busy = |queue: &mut Queue| queue.writer == Writer::Writing;
        let changed = &self.desk.changed;
        let _ = changed.wait_timeout_while(self.desk.queue(), at_most, is_busy);
    }
}

impl WritingDesk {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Whole lines are added in one step.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what there is until nobody can read it any more.
    fn write(&self, mut output: impl Write) {
        let mut text = Vec::new();
        loop {
            let lines = self.wait_for_lines(&mut text);
            match output.write_all(&text) {
                Ok(()) => text.clear(),
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    self.queue().writer = Writer::Ended;
                    self.changed.notify_all();
                    self.metrics.dropped_lines.add(lines);
                    warn!("nobody reads the access log any more, so it ends");
                    return;
                }
                Err(error) => {
                    self.lose(lines, &format!("they cannot be written: {error}"));
                    // What is left of a line that was cut must not begin the next one.
                    text.clear();
                    text.push(b'\n');
                }
            }
        }
    }

    /// Appends all lines there are; waits for the first.
    fn wait_for_lines(&self, text: &mut Vec<u8>) -> u64 {
        let mut queue = self.queue();
        if queue.text.is_empty() {
            queue.writer = Writer::Idle;
            self.changed.notify_all();
        }
        let waited = self
            .changed
            .wait_while(queue, |queue| queue.text.is_empty());
        queue = waited.unwrap_or_else(PoisonError::into_inner);
        text.append(&mut queue.text);
        mem::take(&mut queue.lines)
    }

    /// Counts lost lines, and says so from time to time.
    fn lose(&self, lines: u64, why: &str) {
        self.metrics.dropped_lines.add(lines);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            *told = Some(Instant::now());
            drop(told);
            let lost = self.metrics.dropped_lines.value();
            warn!("{lost} lines of the access log are lost so far: {why}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::SystemTime;

    use hyper::header::HeaderMap;
    use hyper::{Method, StatusCode, Uri, Version};

    use super::*;
    use crate::metrics::{Answered, Exchange, RequestKind};
    use crate::rendition::Coding;

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
        metrics: Arc<Metrics>,
        came: Receiver<String>,
        answers: Sender<io::Result<()>>,
    }

    fn stage() -> Stage {
        let (came_sender, came) = channel();
        let (answers, answers_receiver) = channel();
        let metrics = Arc::new(Metrics::default());
        let output = Agreed {
            came: came_sender,
            answers: answers_receiver,
        };
        let log = AccessLog::over(output, Shape::Combined, metrics.clone());
        Stage {
            log: log.expect("a thread"),
            metrics,
            came,
            answers,
        }
    }

    fn write(log: &AccessLog, target: &str) {
        log.write(&Line {
            at: SystemTime::UNIX_EPOCH,
            client: None,
            method: &Method::GET,
            target: &target.parse::<Uri>().expect("a target"),
            version: Version::HTTP_11,
            headers: &HeaderMap::new(),
            exchange: &Exchange {
                kind: RequestKind::All,
                status: StatusCode::OK,
                coding: Coding::Identity,
                answered: Answered::Hit,
                bytes: 5,
                took: Duration::ZERO,
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
        assert_eq!(log.desk.queue().writer, Writer::Idle);
    }

    #[test]
    fn lines_that_nobody_takes_are_lost_and_counted() {
        let Stage {
            log,
            metrics,
            came,
            answers,
        } = stage();
        write(&log, "/first.rss");
        came.recv().expect("a line that is being written");
        let mut written = 0;
        while metrics.dropped_lines.value() < 3 {
            write(&log, &format!("/{}.rss", "a".repeat(1000)));
            written += 1;
        }
        assert!(log.desk.queue().text.len() <= WAITING_BYTES_MAX);
        answers.send(Ok(())).expect("a writer that waits");
        let kept = came.recv().expect("the lines that fitted");
        assert_eq!(kept.lines().count(), written - 3);
        log.finish(Duration::ZERO);
    }

    #[test]
    fn a_closed_pipe_ends_the_log_and_a_full_disk_does_not() {
        let Stage {
            log,
            metrics,
            came,
            answers,
        } = stage();
        write(&log, "/1.rss");
        came.recv().expect("a line");
        let full = io::Error::from(io::ErrorKind::StorageFull);
        answers.send(Err(full)).expect("a writer that waits");
        log.finish(Duration::from_secs(30));
        write(&log, "/2.rss");
        let second = came.recv().expect("a line");
        assert!(second.starts_with('\n'), "{second}");
        assert_eq!(metrics.dropped_lines.value(), 1);
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        answers.send(Err(closed)).expect("a writer that waits");
        log.finish(Duration::from_secs(30));
        assert_eq!(metrics.dropped_lines.value(), 2);
        write(&log, "/3.rss");
        assert_eq!(metrics.dropped_lines.value(), 3);
    }
}
