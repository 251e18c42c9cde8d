//! A child process: what it says, the signals it is sent, and how it ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything that has to happen may take on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// The pause between two looks at something that gives no sign of its own.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// It is killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    /// In a lock, so that threads may share whom they do not listen to.
    lines: Mutex<Receiver<String>>,
    log: Vec<String>,
    /// While it is locked, nobody reads what the process says.
    ear: Arc<Mutex<()>>,
}

impl Process {
    /// Starts it and listens to its standard error.
    pub(crate) fn spawn(mut command: Command) -> Process {
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let stderr = child.stderr.take().expect("its log is piped");
        let (sender, lines) = mpsc::channel();
        let ear = Arc::new(Mutex::new(()));
        let listening = ear.clone();
        thread::spawn(move || {
            let lines = BufReader::new(stderr).lines().map_while(Result::ok);
            lines.for_each(|line| {
                let _free = listening.lock();
                // A test that has ended reads no more.
                let _ = sender.send(line);
            });
        });
        Process {
            child,
            lines: Mutex::new(lines),
            log: Vec::new(),
            ear,
        }
    }

    /// What has to be locked so that nobody reads its log.
    pub(crate) fn ear(&self) -> Arc<Mutex<()>> {
        self.ear.clone()
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

    /// Whether it has said this by now.
    pub(crate) fn has_said(&mut self, text: &str) -> bool {
        self.hear();
        self.log.iter().any(|line| line.contains(text))
    }

    /// Everything that it has said by now.
    pub(crate) fn log(&mut self) -> String {
        self.hear();
        self.log.join("\n")
    }

    fn hear(&mut self) {
        let lines = self.lines.get_mut();
        let lines = lines.unwrap_or_else(PoisonError::into_inner);
        self.log.extend(lines.try_iter());
    }

    fn next_line(&mut self, patience: Duration) -> Result<String, RecvTimeoutError> {
        let lines = self.lines.get_mut();
        let lines = lines.unwrap_or_else(PoisonError::into_inner);
        lines.recv_timeout(patience)
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

/// Looks again and again, until it is so.
#[track_caller]
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}: not in time");
        thread::sleep(LOOK_AGAIN);
    }
}

fn signal(id: u32, name: &str) {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &id.to_string()])
        .status();
    assert!(status.expect("kill runs").success(), "SIG{name} is sent");
}
