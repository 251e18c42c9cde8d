//! PgBouncer, which shares few connections of PostgreSQL among many clients.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use crate::postgres::PASSWORD;
use crate::table::Table;
use crate::testkit::process::Process;
use crate::testkit::programs::{self, Account};

/// A pooler before a table's server, with the settings that it comes with but for those named here;
/// killed when it is dropped.
pub(crate) struct PgBouncer {
    folder: TempDir,
    /// Where the server is.
    server: String,
    port: u16,
    process: Option<Process>,
}

impl PgBouncer {
    /// Starts with further settings; `None`, reported, without PgBouncer.
    pub(crate) fn before(table: &Table, settings: &[&str]) -> Option<PgBouncer> {
        programs::find("pgbouncer")?;
        let mut bouncer = PgBouncer {
            folder: tempfile::tempdir().expect("a temporary folder"),
            server: table.server.address(),
            port: programs::free_port(),
            process: None,
        };
        let (folder, port) = (bouncer.folder.path(), bouncer.port);
        let (host, behind) = bouncer.server.split_once(':').expect("a port");
        let users = folder.join("users");
        fs::write(&users, format!("\"reader\" \"{PASSWORD}\"")).expect("a list of users");
        let settings = settings.join("\n");
        let ini = format!(
            "[databases]\n* = host={host} port={behind}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = scram-sha-256\nauth_file = {}\n{settings}\n",
            users.display()
        );
        fs::write(folder.join("ini"), ini).expect("a configuration");
        programs::give(folder, Account::of("postgres"));
        bouncer.start_again();
        Some(bouncer)
    }

    pub(crate) fn start_again(&mut self) {
        assert!(self.process.is_none(), "it is running");
        let program = programs::find("pgbouncer").expect("it was found before");
        let folder = self.folder.path();
        let mut command = programs::command(&program, Account::of("postgres"), folder);
        command.arg("ini");
        let mut process = Process::spawn(command);
        process.wait_for("process up");
        self.process = Some(process);
    }

    pub(crate) fn kill(&mut self) {
        assert!(self.process.take().is_some(), "it is running");
    }

    /// Takes the server away from everybody, without a word to them.
    pub(crate) fn pause(&self) {
        self.signal("USR1");
    }

    pub(crate) fn resume(&self) {
        self.signal("USR2");
    }

    fn signal(&self, name: &str) {
        self.process.as_ref().expect("it is running").signal(name);
    }

    /// Where a daemon finds the table.
    pub(crate) fn url(&self, table: &Table) -> String {
        let address = format!("127.0.0.1:{}", self.port);
        table.url.replace(&self.server, &address)
    }

    /// What another of its clients is answered, which knows no more than PgBouncer itself.
    #[track_caller]
    pub(crate) fn ask(&self, table: &Table, sql: &str) -> String {
        let psql = programs::find("psql").expect("it comes with PostgreSQL");
        let mut psql = Command::new(psql);
        psql.args(["--no-psqlrc", "--no-align", "--tuples-only", "--command"]);
        let output = psql.arg(sql).arg(self.url(table)).output();
        let output = output.expect("psql runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let text = String::from_utf8(output.stdout).expect("text");
        text.trim_end().to_owned()
    }
}
