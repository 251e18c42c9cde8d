//! PostgreSQL: a cluster of its own for as long as a test needs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::session::Session;
use crate::testkit::process::Process;
use crate::testkit::programs::{self, Account, Shared};
use crate::testkit::wait::eventually;

/// The role that daemons read as, and its password as URLs write it: nobody should ever see it.
pub(crate) const READER: &str = "reader:qyz%2Fgaldaq";

/// The password itself.
pub(crate) const PASSWORD: &str = "qyz/galdaq";

/// A cluster that runs, or is away for a while; stopped when it is dropped.
pub(crate) struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    account: Option<Account>,
    settings: Vec<String>,
    port: u16,
    process: Option<Process>,
}

static SHARED: Shared<Postgres> = Shared::new();

impl Postgres {
    pub(crate) fn shared() -> Option<Arc<Postgres>> {
        SHARED.get(|| Postgres::start(&[]))
    }

    /// Makes a cluster with these settings and starts it; `None`, reported, without PostgreSQL.
    pub(crate) fn start(settings: &[&str]) -> Option<Postgres> {
        let mut postgres = Postgres::found(settings)?;
        let password = postgres.folder.path().join("password");
        fs::write(&password, PASSWORD).expect("a password");
        programs::give(postgres.folder.path(), postgres.account);
        let mut initdb = postgres.command("initdb");
        initdb.args(["--username=postgres", "--auth-local=trust"]);
        initdb.args([
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
        ]);
        initdb.args(["--no-sync", "--pwfile"]).arg(password);
        programs::run(initdb.arg("-D").arg(postgres.data()));
        postgres.start_again();
        postgres.execute(&format!(
            "CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'; GRANT pg_read_all_data TO reader"
        ));
        Some(postgres)
    }

    /// A second server that follows this one as a streaming standby.
    pub(crate) fn standby(&self) -> Postgres {
        let settings: Vec<&str> = self.settings.iter().map(String::as_str).collect();
        let mut standby = Postgres::found(&settings).expect("it was found before");
        programs::give(standby.folder.path(), standby.account);
        let mut copy = standby.command("pg_basebackup");
        copy.args([
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
            "-U",
            "postgres",
        ]);
        copy.args(["-p", &self.port.to_string(), "-h"]);
        programs::run(copy.arg(self.sockets()).arg("-D").arg(standby.data()));
        standby.start_again();
        let process = standby.process.as_mut().expect("it was started");
        if !process.has_said("started streaming WAL") {
            process.wait_for("started streaming WAL");
        }
        standby
    }

    fn found(settings: &[&str]) -> Option<Postgres> {
        // It may be a link to a folder that has the others too.
        let initdb = programs::find("initdb")?.canonicalize();
        let initdb = initdb.expect("a program that was found");
        let folder = tempfile::tempdir().expect("a temporary folder");
        Some(Postgres {
            folder,
            programs: initdb.parent().expect("a folder of programs").to_owned(),
            account: Account::of("postgres"),
            settings: settings.iter().map(ToString::to_string).collect(),
            port: programs::free_port(),
            process: None,
        })
    }

    /// Starts it where it is away, and waits until it takes connections.
    pub(crate) fn start_again(&mut self) {
        assert!(self.process.is_none(), "it is running");
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data());
        command.arg("-k").arg(self.sockets());
        command.args(["-p", &self.port.to_string(), "-h", "127.0.0.1"]);
        // What is committed has to survive a killed server, and not a lost machine.
        command.args(["-c", "fsync=off"]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        let mut process = Process::spawn(command);
        process.wait_for("ready to accept");
        self.process = Some(process);
    }

    /// Stops it as its operator would: clients are told, and nothing is lost.
    pub(crate) fn stop(&mut self) {
        let mut process = self.process.take().expect("it is running");
        process.signal("INT");
        process.wait();
    }

    /// Ends every process of it at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        let process = self.process.take().expect("it is running");
        let children = children(process.id());
        // Killed and waited for.
        drop(process);
        let _gone_already = Command::new("kill").arg("-KILL").args(&children).output();
        eventually("its processes end", || {
            children.iter().all(|child| has_ended(child))
        });
    }

    /// Executes statements as its superuser in the database that every cluster has.
    #[track_caller]
    pub(crate) fn execute(&self, sql: &str) {
        self.session("postgres").execute(sql);
    }

    /// A session of its superuser.
    #[track_caller]
    pub(crate) fn session(&self, database: &str) -> Session {
        Session::open(&self.editor(database))
    }

    /// Where its superuser finds a database, through the socket.
    pub(crate) fn editor(&self, database: &str) -> String {
        let (sockets, port) = (self.sockets().display(), self.port);
        format!("postgres://postgres@localhost:{port}/{database}?host={sockets}")
    }

    /// A new database with nothing in it.
    pub(crate) fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("newsroom_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!("CREATE DATABASE {name}"));
        name
    }

    /// A new database that does not ask what its bytes mean.
    pub(crate) fn database_of_bytes(&self) -> &'static str {
        let name = "newsroom_of_bytes";
        self.execute(&format!(
            "CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0"
        ));
        name
    }

    /// Where a daemon finds a database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://{READER}@{}/{database}", self.address())
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        programs::command(&program, self.account, self.folder.path())
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where its socket is.
    fn sockets(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}

/// The processes that a process has started.
fn children(id: u32) -> Vec<String> {
    let list = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
    let list = list.expect("a list of children");
    list.split_whitespace().map(str::to_owned).collect()
}

/// Whether a process has ended. It may still wait for somebody to take note of that.
fn has_ended(id: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    !status.contains("State:") || status.contains("State:\tZ")
}
