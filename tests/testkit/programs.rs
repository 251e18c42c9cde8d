//! Other programs: where they are, who they run as, and the ports they get.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::terminal::report_skipped;

/// Where a program is; `None`, reported, where it is not installed. The gate installs everything.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let found = folders()
        .map(|folder| folder.join(program))
        .find(|path| path.is_file());
    if found.is_none() {
        let missing = format!("{program} is not installed");
        assert!(env::var_os("CI").is_none(), "{missing}");
        report_skipped(&missing);
    }
    found
}

/// Servers are not in every user's path, and Debian has those of PostgreSQL by version.
fn folders() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = env::split_paths(&path).collect();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut versions: Vec<PathBuf> = versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .collect();
    // The newest first.
    versions.sort_unstable_by(|one, other| other.cmp(one));
    let servers = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    path.into_iter().chain(servers).chain(versions)
}

/// An account for servers that refuse to be root's.
#[derive(Clone, Copy)]
pub(crate) struct Account(&'static str);

impl Account {
    /// Who does not start as root stays who that is.
    pub(crate) fn of(name: &'static str) -> Option<Account> {
        is_root().then_some(Account(name))
    }

    fn ids(self) -> (u32, u32) {
        let id = |kind: &str| {
            let output = Command::new("id").args([kind, self.0]).output();
            let text = String::from_utf8(output.expect("id runs").stdout);
            let number = text.expect("digits").trim().parse();
            number.unwrap_or_else(|_| panic!("there is no account {}", self.0))
        };
        (id("-u"), id("-g"))
    }
}

/// A server that tests share which do it no harm; it ends with the last of them.
pub(crate) struct Shared<S>(Mutex<Weak<S>>);

impl<S> Shared<S> {
    pub(crate) const fn new() -> Shared<S> {
        Shared(Mutex::new(Weak::new()))
    }

    /// The running server, or else the one that is started now.
    pub(crate) fn get(&self, start: impl FnOnce() -> Option<S>) -> Option<Arc<S>> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Some(running);
        }
        let started = Arc::new(start()?);
        *shared = Arc::downgrade(&started);
        Some(started)
    }
}

/// A command of a program that runs in a folder as the owner of what is in it.
pub(crate) fn command(program: &Path, account: Option<Account>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    // A MariaDB that starts clears what others have in a folder of temporary files.
    command.env("TMPDIR", folder);
    if let Some((user, group)) = account.map(Account::ids) {
        command.uid(user).gid(group);
    }
    command
}

/// Makes a folder with everything in it an account's own.
pub(crate) fn give(folder: &Path, account: Option<Account>) {
    if let Some((user, group)) = account.map(Account::ids) {
        let mut chown = Command::new("chown");
        run(chown.args(["-R", &format!("{user}:{group}")]).arg(folder));
    }
}

/// Runs a command that has to end well.
#[track_caller]
pub(crate) fn run(command: &mut Command) {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A port that nobody listens on. It lies below those that the system hands to clients, so that a
/// server that goes away finds it free when it returns.
pub(crate) fn free_port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Two runs beside each other begin at other places.
    let begin = u16::try_from(process::id() * 61 % u32::from(COUNT)).expect("less than COUNT");
    for _ in 0..COUNT {
        let port = FIRST + (begin + NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
