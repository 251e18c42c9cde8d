//! A running daemon: its address, its log and the signals it is sent.

use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use super::client::{Connection, Request, Response};
use super::newsroom::Newsroom;
use super::process::Process;
use super::terminal::report_skipped;
use super::wait::{self, DEADLINE, eventually};

/// A port of its own, which the system chooses.
const FREE_PORT: [&str; 2] = ["--listen", "127.0.0.1:0"];

/// A daemon; killed when it is dropped.
pub(crate) struct Daemon {
    process: Process,
    folder: PathBuf,
    listener: Listener,
}

/// A socket that it listens on.
enum Listener {
    Tcp(String),
    Unix(PathBuf),
}

impl Daemon {
    /// Starts on a free port and waits until something is published.
    pub(crate) fn start(newsroom: &Newsroom) -> Daemon {
        Daemon::launch(newsroom).published()
    }

    /// Starts on a free port and waits until it listens.
    pub(crate) fn launch(newsroom: &Newsroom) -> Daemon {
        Daemon::launch_on(newsroom, &FREE_PORT)
    }

    /// Starts with these arguments and waits until it listens; requests go to the first socket.
    pub(crate) fn launch_on(newsroom: &Newsroom, arguments: &[&str]) -> Daemon {
        let mut command = newsroom.taspa(&["serve"]);
        command.args(arguments);
        Daemon::spawn(newsroom, command)
    }

    /// Starts with these environment variables and waits until it listens.
    pub(crate) fn launch_with(newsroom: &Newsroom, variables: &[(&str, &str)]) -> Daemon {
        let mut command = newsroom.taspa(&["serve"]);
        command.args(FREE_PORT).envs(variables.iter().copied());
        Daemon::spawn(newsroom, command)
    }

    /// Starts as the user `nobody`, whom files are closed to that root could read. The newsroom
    /// becomes that user's own. `None`, reported, where tests do not run as root.
    pub(crate) fn start_as_nobody(newsroom: &Newsroom) -> Option<Daemon> {
        const NOBODY: u32 = 65_534;
        let own = Command::new("chown")
            .args(["-R", "65534:65534"])
            .arg(newsroom.path(""))
            .stderr(Stdio::null())
            .status();
        if !own.is_ok_and(|status| status.success()) {
            report_skipped("only root can become another user");
            return None;
        }
        // The folder that it was built in may be closed to others. A copy that this process wrote could
        // still be open in a child that another test has just started, and so be too busy to run.
        let program = newsroom.path("taspa");
        let copied = Command::new("cp")
            .arg(env!("CARGO_BIN_EXE_taspa"))
            .arg(&program)
            .status();
        assert!(copied.expect("cp runs").success(), "a copy of the program");
        let mut command = Command::new(program);
        command
            .uid(NOBODY)
            .gid(NOBODY)
            .current_dir(newsroom.path(""))
            .arg("serve")
            .args(FREE_PORT);
        Some(Daemon::spawn(newsroom, command).published())
    }

    /// Starts where no file may grow beyond so many KiB.
    pub(crate) fn start_limited(newsroom: &Newsroom, kib: u32) -> Daemon {
        let limit = format!("trap '' XFSZ; ulimit -f {}", 2 * kib);
        Daemon::spawn(newsroom, in_shell(newsroom, &limit, "")).published()
    }

    /// Starts where so many files and sockets may be open.
    pub(crate) fn start_with_descriptors(newsroom: &Newsroom, most: u32) -> Daemon {
        let limit = format!("ulimit -n {most}");
        Daemon::spawn(newsroom, in_shell(newsroom, &limit, "")).published()
    }

    /// Starts where the system has only so many file watches. `None`, reported, where a user may not have
    /// limits of its own.
    pub(crate) fn start_with_watches(newsroom: &Newsroom, most: u32) -> Option<Daemon> {
        const OWN_LIMITS: [&str; 2] = ["--user", "--map-root-user"];
        let set = set_watches(most);
        let probe = Command::new("unshare")
            .args(OWN_LIMITS)
            .args(["sh", "-c", &set])
            .stderr(Stdio::null())
            .status();
        if !probe.is_ok_and(|status| status.success()) {
            report_skipped("a user may not have limits of its own here");
            return None;
        }
        let program = env!("CARGO_BIN_EXE_taspa");
        let script = format!("{set} && exec '{program}' serve --listen 127.0.0.1:0");
        let mut command = Command::new("unshare");
        command
            .args(OWN_LIMITS)
            .args(["sh", "-c", &script])
            .current_dir(newsroom.path(""));
        Some(Daemon::spawn(newsroom, command).published())
    }

    /// Lets a daemon that started with few file watches have enough.
    pub(crate) fn allow_watches(&self) {
        let status = Command::new("nsenter")
            .args(["--user", "--preserve-credentials", "--target"])
            .arg(self.process.id().to_string())
            .args(["sh", "-c", &set_watches(1_000)])
            .status();
        assert!(status.is_ok_and(|status| status.success()));
    }

    /// Starts with its standard output in a file.
    pub(crate) fn start_writing(newsroom: &Newsroom, output: std::fs::File) -> Daemon {
        let mut command = newsroom.taspa(&["serve"]);
        command.args(FREE_PORT).stdout(output);
        Daemon::spawn(newsroom, command).published()
    }

    /// Starts with its standard output and its log in one pipe.
    pub(crate) fn start_with_one_pipe(newsroom: &Newsroom) -> Daemon {
        Daemon::spawn(newsroom, in_shell(newsroom, ":", "1>&2")).published()
    }

    /// Starts with feeds.toml from its standard input, which is this file of the newsroom.
    pub(crate) fn start_reading(newsroom: &Newsroom, file: &str) -> Daemon {
        let input = format!("--config - < {file}");
        Daemon::spawn(newsroom, in_shell(newsroom, ":", &input)).published()
    }

    /// Starts on a socket that is passed to it.
    pub(crate) fn start_on(newsroom: &Newsroom, socket: OwnedFd) -> Daemon {
        let program = env!("CARGO_BIN_EXE_taspa");
        // The number of the first socket that is passed is 3.
        let script = format!("exec 3<&0; LISTEN_FDS=1 LISTEN_PID=$$ exec '{program}' serve");
        let mut command = Command::new("sh");
        command
            .args(["-c", &script])
            .stdin(Stdio::from(socket))
            .current_dir(newsroom.path(""));
        Daemon::spawn(newsroom, command).published()
    }

    fn spawn(newsroom: &Newsroom, command: Command) -> Daemon {
        let mut process = Process::spawn(command);
        let folder = newsroom.path("");
        Daemon {
            listener: Listener::announced_by(&mut process, &folder),
            process,
            folder,
        }
    }

    /// Waits until something is published.
    #[track_caller]
    fn published(mut self) -> Daemon {
        self.eventually("/all.rss", |response| response.status != 503);
        self
    }

    /// Sends requests to the socket that is announced next.
    pub(crate) fn use_next_listener(&mut self) {
        self.listener = Listener::announced_by(&mut self.process, &self.folder);
    }

    /// The lock that stops the reading of its log.
    pub(crate) fn log_reading(&self) -> Arc<Mutex<()>> {
        self.process.reading()
    }

    /// Waits for a log line that holds `text` and comes after the one waited for before.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        self.process.wait_for(text)
    }

    /// Whether a log line so far holds `text`.
    pub(crate) fn has_said(&mut self, text: &str) -> bool {
        self.process.has_said(text)
    }

    /// The log so far.
    pub(crate) fn log(&mut self) -> String {
        self.process.log()
    }

    /// `HOST:PORT`, where it listens on a port.
    pub(crate) fn address(&self) -> &str {
        match &self.listener {
            Listener::Tcp(address) => address,
            Listener::Unix(path) => panic!("it listens on {}", path.display()),
        }
    }

    /// A new connection, if it takes one.
    pub(crate) fn try_connect(&self) -> std::io::Result<Connection> {
        Ok(match &self.listener {
            Listener::Tcp(address) => {
                let stream = TcpStream::connect(address)?;
                stream.set_read_timeout(Some(DEADLINE))?;
                Connection::over(stream)
            }
            Listener::Unix(path) => {
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

    /// Waits until every thread that accepts connections has closed its socket.
    #[track_caller]
    pub(crate) fn wait_until_connections_are_refused(&self) {
        eventually("connections are refused", || self.try_connect().is_err());
    }

    #[track_caller]
    pub(crate) fn get(&self, target: &str) -> Response {
        self.ask(&Request::get(target))
    }

    #[track_caller]
    pub(crate) fn ask(&self, request: &Request) -> Response {
        self.connect().exchange(request)
    }

    /// Sends a request until the response is the expected one.
    #[track_caller]
    pub(crate) fn eventually(
        &mut self,
        target: &str,
        is_expected: impl Fn(&Response) -> bool,
    ) -> Response {
        self.eventually_after("", target, is_expected)
    }

    /// The same, and names in a failure what was done before.
    #[track_caller]
    pub(crate) fn eventually_after(
        &mut self,
        deed: &str,
        target: &str,
        is_expected: impl Fn(&Response) -> bool,
    ) -> Response {
        let mut connection = self.connect();
        let mut last = None;
        let expected = wait::poll(|| {
            let response = connection.exchange(&Request::get(target));
            if is_expected(&response) {
                return Some(response);
            }
            last = Some(response);
            None
        });
        expected.unwrap_or_else(|| {
            let (last, log) = (last.expect("a response"), self.log());
            let (status, text) = (last.status, last.text());
            panic!("{deed}: {target} stays {status} {text}\n{log}")
        })
    }

    /// Waits until every one of these pages is served.
    #[track_caller]
    pub(crate) fn eventually_serves(&mut self, pages: impl Iterator<Item = String>) {
        let mut connection = self.connect();
        for page in pages {
            let request = Request::head(&page);
            eventually(&page, || connection.exchange(&request).status == 200);
        }
    }

    /// Has feeds.toml and the articles read again, until the response is the expected one. What one
    /// reading found is published at once, so everything else that it found is published too.
    #[track_caller]
    pub(crate) fn reread_until(
        &mut self,
        target: &str,
        is_expected: impl Fn(&Response) -> bool,
    ) -> Response {
        self.signal("HUP");
        self.eventually(target, is_expected)
    }

    /// Has the loss confirmed that is held, until the response is the expected one.
    #[track_caller]
    pub(crate) fn confirm_until(
        &mut self,
        newsroom: &Newsroom,
        target: &str,
        is_expected: impl Fn(&Response) -> bool,
    ) -> Response {
        let output = newsroom.run(&["confirm", "--yes"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        self.eventually(target, is_expected)
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.process.is_running()
    }

    /// Waits until it has ended.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.process.wait()
    }

    /// Stops it and returns its whole log.
    #[track_caller]
    pub(crate) fn log_until_stopped(mut self) -> String {
        self.signal("TERM");
        self.wait();
        self.log()
    }

    /// Stops it as a supervisor does.
    #[track_caller]
    pub(crate) fn stop(mut self) {
        self.signal("TERM");
        let status = self.wait();
        assert!(status.success(), "{status}:\n{}", self.log());
    }
}

impl Listener {
    fn announced_by(process: &mut Process, folder: &Path) -> Listener {
        let line = process.wait_for("listening on ");
        let (_, rest) = line.split_once("listening on ").expect("it was waited for");
        let (address, _) = rest.split_once(' ').expect("the public address follows");
        match address.strip_prefix("http://") {
            Some(address) => Listener::Tcp(address.to_owned()),
            None => {
                let path = address.strip_prefix("unix:").expect("a socket's path");
                Listener::Unix(folder.join(path))
            }
        }
    }
}

/// The command that sets how many file watches a user may have.
fn set_watches(most: u32) -> String {
    format!("echo {most} > /proc/sys/user/max_inotify_watches")
}

/// The command that starts a daemon on a free port in a shell, after another command and with a
/// redirection.
fn in_shell(newsroom: &Newsroom, before: &str, redirection: &str) -> Command {
    let program = env!("CARGO_BIN_EXE_taspa");
    let script = format!("{before}; exec '{program}' serve --listen 127.0.0.1:0 {redirection}");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(newsroom.path(""));
    command
}
