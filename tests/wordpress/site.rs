//! A site of WordPress that runs as long as a test needs it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use tempfile::TempDir;

use crate::mariadb::MariaDb;
use crate::testkit::newsroom::Newsroom;
use crate::testkit::process::Process;
use crate::testkit::programs::{self, free_port};
use crate::testkit::terminal::report_skipped;
use crate::testkit::wait::eventually;

/// Where Debian's package has WordPress.
const WORDPRESS: &str = "/usr/share/wordpress";

/// The scripts beside this file.
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wordpress");

const SETTINGS: &str = include_str!("settings.php");
const POSTS: &str = include_str!("posts.php");

/// A site; it ends when it is dropped.
pub(crate) struct Site {
    pub(crate) address: String,
    folder: TempDir,
    php: PathBuf,
    port: u16,
    server: Option<Process>,
    mariadb: MariaDb,
    database: String,
}

impl Site {
    /// Installs a site without posts; `None`, reported, where something is not installed.
    pub(crate) fn start() -> Option<Site> {
        let php = programs::find("php")?;
        let has_wordpress = Path::new(WORDPRESS).is_dir();
        let modules = Command::new(&php).arg("-m").output().expect("php runs");
        let modules = String::from_utf8_lossy(&modules.stdout).to_lowercase();
        let missing: Vec<&str> = ["mysqli", "gd", "mbstring"]
            .into_iter()
            .filter(|module| !modules.lines().any(|line| line == *module))
            .chain((!has_wordpress).then_some("wordpress"))
            .collect();
        if !missing.is_empty() {
            let missing = format!(
                "{} of WordPress or PHP is not installed",
                missing.join(", ")
            );
            assert!(env::var_os("CI").is_none(), "{missing}");
            report_skipped(&missing);
            return None;
        }
        let mariadb = MariaDb::start()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().join("site");
        let copied = Command::new("cp")
            .args(["-r", WORDPRESS])
            .arg(&root)
            .status();
        assert!(copied.expect("cp runs").success(), "a copy of WordPress");
        fs::create_dir_all(root.join("wp-content/uploads")).expect("a folder");
        let database = mariadb.database();
        let config = config(&mariadb, &database);
        fs::write(root.join("wp-config.php"), config).expect("a configuration");
        let port = free_port();
        let mut site = Site {
            address: format!("http://127.0.0.1:{port}"),
            folder,
            php,
            port,
            server: None,
            mariadb,
            database,
        };
        site.run_with(SETTINGS, &["install"]);
        site.serve();
        Some(site)
    }

    /// Adds the posts of a newsroom; how many of them are published.
    pub(crate) fn with_posts(&self) -> usize {
        self.run(POSTS).parse().expect("a number")
    }

    /// Starts PHP's server.
    pub(crate) fn serve(&mut self) {
        let mut server = Command::new(&self.php);
        server
            .current_dir(self.root())
            .args(["-d", "display_errors=0", "-S"])
            .arg(format!("127.0.0.1:{}", self.port))
            .arg("-t")
            .arg(self.root())
            .arg(format!("{SCRIPTS}/router.php"));
        self.server = Some(Process::spawn(server));
        eventually("the site answers", || {
            self.try_get("/wp-json/")
                .is_some_and(|text| text.contains("namespaces"))
        });
    }

    /// Ends PHP's server.
    pub(crate) fn close(&mut self) {
        self.server = None;
    }

    /// Runs code of PHP inside of WordPress, as the administrator; what it prints.
    #[track_caller]
    pub(crate) fn run(&self, code: &str) -> String {
        self.run_with(code, &[])
    }

    #[track_caller]
    fn run_with(&self, code: &str, arguments: &[&str]) -> String {
        let mut run = Command::new(&self.php)
            .arg(format!("{SCRIPTS}/run.php"))
            .arg(self.root())
            .arg(&self.address)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("php runs");
        let mut input = run.stdin.take().expect("it is piped");
        input.write_all(code.as_bytes()).expect("php reads");
        drop(input);
        let output = run.wait_with_output().expect("php ends");
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{code}: {said}{error}");
        said
    }

    /// A page or document of the site.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> String {
        let answer = self.try_get(path);
        answer.unwrap_or_else(|| panic!("{path}: no answer"))
    }

    fn try_get(&self, path: &str) -> Option<String> {
        use std::io::Read;
        use std::net::TcpStream;

        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let host = self.address.strip_prefix("http://").expect("an address");
        let request = format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (_, body) = answer.split_once("\r\n\r\n")?;
        Some(body.to_owned())
    }

    /// A newsroom that reads the site.
    pub(crate) fn newsroom(&self, keys: &str) -> Newsroom {
        let newsroom = Newsroom::new();
        newsroom.configure(&format!(
            r#"[site]
title = "Дала"
url = "{address}/"
id-authority = "dala.example"
id-year = 2026
language = "kk"
[server]
state = "state"
[source.wordpress]
url = "{address}"
{keys}
[defaults]
items = 500
[auto.sections]
[auto.tags]
[auto.authors]
"#,
            address = self.address
        ));
        newsroom
    }

    /// Where a daemon that may read finds the site's database.
    pub(crate) fn database_url(&self) -> String {
        self.mariadb.url(&self.database)
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("site")
    }
}

fn config(mariadb: &MariaDb, database: &str) -> String {
    let socket = mariadb.editor(database);
    let (_, socket) = socket.split_once("socket=").expect("a socket");
    format!(
        "<?php
define('DB_NAME', '{database}');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_ENVIRONMENT_TYPE', 'local');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {{
    define('ABSPATH', __DIR__ . '/');
}}
require_once ABSPATH . 'wp-settings.php';
"
    )
}
