//! A running daemon: its address, its log, the signals it is sent.

use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use crate::testkit::client::{Connection, Request, Response};
use crate::testkit::newsroom::Newsroom;
use crate::testkit::output::say_skipped;
use crate::testkit::process::{DEADLINE, LOOK_AGAIN, Process, eventually};

/// A child process; killed when it is dropped.
pub(crate) struct Daemon {
    process: Process,
    folder: PathBuf,
    door: Door,
}

/// Where it listens.
#[derive(Clone)]
enum Door {
    Tcp(String),
    Unix(PathBuf),
}

impl Daemon {
    /// Starts on a free port and waits until the first edition is out.
    pub(crate) fn start(newsroom: &Newsroom) -> Daemon {
        let mut daemon = Daemon::launch(newsroom);
        daemon.eventually("/all.rss", |response| response.status != 503);
        daemon
    }

    /// Starts on a free port and waits until it listens.
    pub(crate) fn launch(newsroom: &Newsroom) -> Daemon {
        Daemon::launch_on(newsroom, &["--listen", "127.0.0.1:0"])
    }

    /// Starts as a user who may do nothing but what the rights of files allow, with everything in
    /// the newsroom made that user's own; `None`, said aloud, where tests may not become another.
    pub(crate) fn start_as_nobody(newsroom: &Newsroom) -> Option<Daemon> {
        const NOBODY: u32 = 65_534;
        let own = Command::new("chown")
            .args(["-R", "65534:65534"])
            .arg(newsroom.path(""))
            .stderr(Stdio::null())
            .status();
        if !own.is_ok_and(|status| status.success()) {
            say_skipped("only root can become another user");
            return None;
        }
        // The folder that it was built in may be closed to others.
        let program = newsroom.path("taspa");
        std::fs::copy(env!("CARGO_BIN_EXE_taspa"), &program).expect("a program of its own");
        let mut command = Command::new(program);
        command
            .uid(NOBODY)
            .gid(NOBODY)
            .current_dir(newsroom.path(""))
            .args(["serve", "--listen", "127.0.0.1:0"]);
        let mut daemon = Daemon::spawn(newsroom, command);
        daemon.eventually("/all.rss", |response| response.status != 503);
        Some(daemon)
    }

    /// Starts where no file may grow beyond so many KiB.
    pub(crate) fn start_limited(newsroom: &Newsroom, kib: u32) -> Daemon {
        Daemon::start_after(newsroom, &format!("trap '' XFSZ; ulimit -f {}", 2 * kib))
    }

    /// Starts where so many files and sockets may be open.
    pub(crate) fn start_with_descriptors(newsroom: &Newsroom, most: u32) -> Daemon {
        Daemon::start_after(newsroom, &format!("ulimit -n {most}"))
    }

    /// Starts in a shell that has done something before.
    fn start_after(newsroom: &Newsroom, deed: &str) -> Daemon {
        let program = env!("CARGO_BIN_EXE_taspa");
        let limited = format!("{deed}; exec '{program}' serve --listen 127.0.0.1:0");
        let mut command = Command::new("sh");
        command
            .args(["-c", &limited])
            .current_dir(newsroom.path(""));
        let mut daemon = Daemon::spawn(newsroom, command);
        daemon.eventually("/all.rss", |response| response.status != 503);
        daemon
    }

    /// Starts with these arguments and waits until it listens; the first socket is the one asked.
    pub(crate) fn launch_on(newsroom: &Newsroom, arguments: &[&str]) -> Daemon {
        let mut command = newsroom.taspa(&["serve"]);
        command.args(arguments);
        Daemon::spawn(newsroom, command)
    }

    /// Starts with its standard output in a file, and waits until the first edition is out.
    pub(crate) fn start_writing(newsroom: &Newsroom, output: std::fs::File) -> Daemon {
        let mut command = newsroom.taspa(&["serve", "--listen", "127.0.0.1:0"]);
        command.stdout(output);
        let mut daemon = Daemon::spawn(newsroom, command);
        daemon.eventually("/all.rss", |response| response.status != 503);
        daemon
    }

    /// Starts with its standard output in the pipe of its log, and waits until the first edition is
    /// out.
    pub(crate) fn start_with_one_pipe(newsroom: &Newsroom) -> Daemon {
        let program = env!("CARGO_BIN_EXE_taspa");
        let script = format!("exec '{program}' serve --listen 127.0.0.1:0 1>&2");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).current_dir(newsroom.path(""));
        let mut daemon = Daemon::spawn(newsroom, command);
        daemon.eventually("/all.rss", |response| response.status != 503);
        daemon
    }

    /// What has to be locked so that nobody reads its log.
    pub(crate) fn ear(&self) -> Arc<Mutex<()>> {
        self.process.ear()
    }

    /// Starts on a socket that is passed to it, and waits until the first edition is out.
    pub(crate) fn start_on(newsroom: &Newsroom, socket: OwnedFd) -> Daemon {
        let program = env!("CARGO_BIN_EXE_taspa");
        // The number of the first socket that is passed is 3.
        let script = format!("exec 3<&0; LISTEN_FDS=1 LISTEN_PID=$$ exec '{program}' serve");
        let mut command = Command::new("sh");
        command
            .args(["-c", &script])
            .stdin(Stdio::from(socket))
            .current_dir(newsroom.path(""));
        let mut daemon = Daemon::spawn(newsroom, command);
        daemon.eventually("/all.rss", |response| response.status != 503);
        daemon
    }

    /// Starts with these variables in its environment and waits until it listens.
    pub(crate) fn launch_with(newsroom: &Newsroom, variables: &[(&str, &str)]) -> Daemon {
        let mut command = newsroom.taspa(&["serve", "--listen", "127.0.0.1:0"]);
        command.envs(variables.iter().copied());
        Daemon::spawn(newsroom, command)
    }

    fn spawn(newsroom: &Newsroom, command: Command) -> Daemon {
        let mut daemon = Daemon {
            process: Process::spawn(command),
            folder: newsroom.path(""),
            door: Door::Tcp(String::new()),
        };
        daemon.door = daemon.next_door();
        daemon
    }

    /// Turns to the socket that is announced next.
    pub(crate) fn turn_to_next_door(&mut self) {
        self.door = self.next_door();
    }

    fn next_door(&mut self) -> Door {
        let line = self.wait_for("listening on ");
        let (_, rest) = line.split_once("listening on ").expect("it was waited for");
        let (address, _) = rest.split_once(' ').expect("the public address follows");
        match address.strip_prefix("http://") {
            Some(address) => Door::Tcp(address.to_owned()),
            None => {
                let path = address.strip_prefix("unix:").expect("a socket's path");
                Door::Unix(self.folder.join(path))
            }
        }
    }

    /// Waits for a log line that holds `text` and comes after the one waited for before.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        self.process.wait_for(text)
    }

    /// Whether it has said this by now.
    pub(crate) fn has_said(&mut self, text: &str) -> bool {
        self.process.has_said(text)
    }

    /// Everything that it has said by now.
    pub(crate) fn log(&mut self) -> String {
        self.process.log()
    }

    /// `HOST:PORT`, where it listens on a port.
    pub(crate) fn address(&self) -> &str {
        match &self.door {
            Door::Tcp(address) => address,
            Door::Unix(path) => panic!("it listens on {}", path.display()),
        }
    }

    /// A new connection, if it takes one.
    pub(crate) fn try_connect(&self) -> std::io::Result<Connection> {
        Ok(match &self.door {
            Door::Tcp(address) => {
                let stream = TcpStream::connect(address)?;
                stream.set_read_timeout(Some(DEADLINE))?;
                Connection::over(stream)
            }
            Door::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(DEADLINE))?;
                Connection::over(stream)
            }
        })
    }

    #[track_caller]
    pub(crate) fn connect(&self) -> Connection {
        self.try_connect().expect("a connection")
    }

    /// Waits until every thread that takes connections has closed its socket.
    #[track_caller]
    pub(crate) fn wait_until_nobody_is_let_in(&self) {
        eventually("nobody is let in", || self.try_connect().is_err());
    }

    #[track_caller]
    pub(crate) fn get(&self, target: &str) -> Response {
        self.ask(&Request::get(target))
    }

    #[track_caller]
    pub(crate) fn ask(&self, request: &Request) -> Response {
        self.connect().exchange(request)
    }

    /// Asks until the answer is the one that is waited for.
    #[track_caller]
    pub(crate) fn eventually(
        &mut self,
        target: &str,
        is_awaited: impl Fn(&Response) -> bool,
    ) -> Response {
        self.eventually_after("", target, is_awaited)
    }

    /// The same, and says in the end what was done before.
    #[track_caller]
    pub(crate) fn eventually_after(
        &mut self,
        deed: &str,
        target: &str,
        is_awaited: impl Fn(&Response) -> bool,
    ) -> Response {
        let until = Instant::now() + DEADLINE;
        let mut connection = self.connect();
        loop {
            let response = connection.exchange(&Request::get(target));
            if is_awaited(&response) {
                return response;
            }
            if Instant::now() > until {
                let (status, log) = (response.status, self.log());
                panic!("{deed}: {target} stays {status} {}\n{log}", response.text());
            }
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// Has feeds.toml and the articles read again, until an answer is the one that is waited for.
    /// What one reading found is published at once, so everything else that it found is out too.
    #[track_caller]
    pub(crate) fn reread_until(
        &mut self,
        target: &str,
        is_awaited: impl Fn(&Response) -> bool,
    ) -> Response {
        self.signal("HUP");
        self.eventually(target, is_awaited)
    }

    pub(crate) fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.process.is_running()
    }

    /// Waits for the end, which closes the log.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.process.wait()
    }

    /// Stops it, and returns everything it ever said.
    #[track_caller]
    pub(crate) fn log_until_stopped(mut self) -> String {
        self.signal("TERM");
        self.wait();
        self.log()
    }

    /// Stops it as a supervisor would.
    #[track_caller]
    pub(crate) fn stop(mut self) {
        self.signal("TERM");
        let status = self.wait();
        assert!(status.success(), "{status}:\n{}", self.log());
    }
}
