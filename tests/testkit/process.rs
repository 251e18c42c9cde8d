//! A child process: its standard error by lines, the signals it is sent, and its end.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::wait::DEADLINE;

/// A child process; killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    /// In a lock, so that threads can share a process whose log they do not read.
    lines: Mutex<Receiver<String>>,
    log: Vec<String>,
    /// While a test holds this lock, nothing reads the process's standard error.
    reading: Arc<Mutex<()>>,
}

impl Process {
    /// Starts it, and a thread that reads its standard error.
    pub(crate) fn spawn(mut command: Command) -> Process {
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let stderr = child.stderr.take().expect("its log is piped");
        let (sender, lines) = mpsc::channel();
        let reading = Arc::new(Mutex::new(()));
        let reading_of_thread = reading.clone();
        thread::spawn(move || {
            let lines = BufReader::new(stderr).lines().map_while(Result::ok);
            lines.for_each(|line| {
                let _unlocked = reading_of_thread.lock();
                // A test that has ended reads no more.
                let _ = sender.send(line);
            });
        });
        Process {
            child,
            lines: Mutex::new(lines),
            log: Vec::new(),
            reading,
        }
    }

    /// The lock that stops the reading of its standard error.
    pub(crate) fn reading(&self) -> Arc<Mutex<()>> {
        self.reading.clone()
    }

    /// Waits for a log line that holds `text` and comes after the one waited for before.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let until = Instant::now() + DEADLINE;
        loop {
            match self.next_line(until - Instant::now()) {
                Ok(line) => {
                    self.log.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("no `{text}` in the log:\n{}", self.log.join("\n"))
                }
            }
            assert!(Instant::now() < until, "no `{text}` in time");
        }
    }

    /// Whether a log line so far holds `text`.
    pub(crate) fn has_said(&mut self, text: &str) -> bool {
        self.receive_lines();
        self.log.iter().any(|line| line.contains(text))
    }

    /// The log so far.
    pub(crate) fn log(&mut self) -> String {
        self.receive_lines();
        self.log.join("\n")
    }

    fn receive_lines(&mut self) {
        let lines = self.lines.get_mut();
        let lines = lines.unwrap_or_else(PoisonError::into_inner);
        self.log.extend(lines.try_iter());
    }

    fn next_line(&mut self, timeout: Duration) -> Result<String, RecvTimeoutError> {
        let lines = self.lines.get_mut();
        let lines = lines.unwrap_or_else(PoisonError::into_inner);
        lines.recv_timeout(timeout)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.id(), name);
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("its own child can be waited for")
            .is_none()
    }

    /// Waits for the end, which closes the log.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + DEADLINE;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match self.next_line(left) {
                Ok(line) => self.log.push(line),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    return self.child.wait().expect("an exit status");
                }
            }
        }
        panic!("it does not end:\n{}", self.log.join("\n"));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(id: u32, name: &str) {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &id.to_string()])
        .status();
    assert!(status.expect("kill runs").success(), "SIG{name} is sent");
}
