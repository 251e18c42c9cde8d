//! MariaDB, or the `mysqld` of Oracle's that `MYSQLD` names: a server of its own for as long as a test
//! needs it.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::postgres::{PASSWORD, READER};
use crate::session::Session;
use crate::testkit::process::Process;
use crate::testkit::programs::{self, Account, Shared};

/// A server that runs, or is away for a while; killed when it is dropped.
pub(crate) struct MariaDb {
    folder: TempDir,
    program: PathBuf,
    account: Option<Account>,
    port: u16,
    process: Option<Process>,
}

static SHARED: Shared<MariaDb> = Shared::new();

impl MariaDb {
    pub(crate) fn shared() -> Option<Arc<MariaDb>> {
        SHARED.get(MariaDb::start)
    }

    /// Makes a server and starts it; `None`, reported, without MariaDB.
    pub(crate) fn start() -> Option<MariaDb> {
        let other = env::var_os("MYSQLD").map(PathBuf::from);
        let (program, installer) = match &other {
            Some(mysqld) => (mysqld.clone(), mysqld.clone()),
            None => (
                programs::find("mariadbd")?,
                programs::find("mariadb-install-db")?,
            ),
        };
        let mut mariadb = MariaDb {
            folder: tempfile::tempdir().expect("a temporary folder"),
            program,
            account: Account::of("mysql"),
            port: programs::free_port(),
            process: None,
        };
        let folder = mariadb.folder.path();
        programs::give(folder, mariadb.account);
        let mut install = programs::command(&installer, mariadb.account, folder);
        match other {
            Some(_) => install.args(["--no-defaults", "--initialize-insecure"]),
            None => install.args([
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
            ]),
        };
        programs::run(install.arg(mariadb.data()));
        mariadb.start_again();
        mariadb.session("mysql").execute(&format!(
            "CREATE USER reader@127.0.0.1 IDENTIFIED BY '{PASSWORD}';
             GRANT SELECT ON *.* TO reader@127.0.0.1"
        ));
        Some(mariadb)
    }

    /// Starts it where it is away, and waits until it takes connections.
    pub(crate) fn start_again(&mut self) {
        assert!(self.process.is_none(), "it is running");
        let folder = self.folder.path();
        let mut command: Command = programs::command(&self.program, self.account, folder);
        command.arg("--no-defaults").arg(self.data());
        command.arg(format!("--socket={}", self.socket().display()));
        command.arg(format!("--pid-file={}", folder.join("pid").display()));
        command.arg(format!("--port={}", self.port));
        command.args(["--bind-address=127.0.0.1", "--skip-name-resolve"]);
        // What is committed has to survive a killed server, and not a lost machine.
        command.args([
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-flush-method=nosync",
        ]);
        // Oracle's has a second port, and wants a folder that only its package makes.
        command.arg("--loose-mysqlx=OFF");
        command.arg(format!("--secure-file-priv={}", folder.display()));
        let mut process = Process::spawn(command);
        process.wait_for("ready for connections");
        self.process = Some(process);
    }

    /// Stops it as its operator would.
    pub(crate) fn stop(&mut self) {
        let mut process = self.process.take().expect("it is running");
        process.signal("TERM");
        process.wait();
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        assert!(self.process.take().is_some(), "it is running");
    }

    /// A session of its superuser.
    #[track_caller]
    pub(crate) fn session(&self, database: &str) -> Session {
        Session::open(&self.editor(database))
    }

    /// Where its superuser finds a database, through the socket.
    pub(crate) fn editor(&self, database: &str) -> String {
        let socket = self.socket();
        format!(
            "mysql://root@localhost/{database}?socket={}",
            socket.display()
        )
    }

    /// A new database with nothing in it.
    pub(crate) fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("newsroom_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut session = self.session("mysql");
        session.execute(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"));
        name
    }

    /// Where a daemon finds a database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("mysql://{READER}@{}/{database}", self.address())
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its folder of data, as an option of its programs.
    fn data(&self) -> String {
        format!("--datadir={}", self.folder.path().join("data").display())
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }
}
