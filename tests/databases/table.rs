//! The table of articles of an invented newsroom, the same in every kind of database as far as their types
//! allow.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tempfile::TempDir;

use crate::mariadb::MariaDb;
use crate::postgres::Postgres;
use crate::sample::RELEASED;
use crate::session::Session;
use crate::testkit::newsroom::{CONFIG, Newsroom, now};
use crate::testkit::wait::eventually;

/// What feeds.toml asks for.
pub(crate) const QUERY: &str = "SELECT id, title, published AS date, changed AS updated, section, tags, author, lang, \
     summary, html AS content_html, markdown AS content_markdown, plain AS content_text, draft FROM articles";

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Postgres,
    MariaDb,
    Sqlite,
}

impl Kind {
    pub(crate) const ALL: [Kind; 3] = [Kind::Postgres, Kind::MariaDb, Kind::Sqlite];
}

/// A row of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row<'a> {
    pub(crate) id: u32,
    pub(crate) title: Option<&'a str>,
    /// As a clock in the newsroom shows it.
    pub(crate) date: &'a str,
    pub(crate) updated: Option<&'a str>,
    pub(crate) section: Option<&'a str>,
    pub(crate) tags: &'a [&'a str],
    pub(crate) author: Option<&'a str>,
    pub(crate) lang: Option<&'a str>,
    pub(crate) summary: Option<&'a str>,
    pub(crate) html: Option<&'a str>,
    pub(crate) markdown: Option<&'a str>,
    pub(crate) plain: Option<&'a str>,
    pub(crate) draft: bool,
}

/// A database that has the table, and what a daemon has to know to read it.
pub(crate) struct Table {
    pub(crate) kind: Kind,
    /// Where a daemon finds the database.
    pub(crate) url: String,
    /// Where those who write find it.
    editor: String,
    pub(crate) server: Server,
    /// The second of the last edit.
    edited: AtomicI64,
}

/// Who has it. One that tests share is theirs only to write to.
pub(crate) enum Server {
    Postgres(Arc<Postgres>),
    MariaDb(Arc<MariaDb>),
    File { _folder: TempDir },
}

impl Table {
    /// An empty table in a database of its own; `None`, reported, where there is no such server.
    pub(crate) fn shared(kind: Kind) -> Option<Table> {
        Some(Table::on(match kind {
            Kind::Postgres => Server::Postgres(Postgres::shared()?),
            Kind::MariaDb => Server::MariaDb(MariaDb::shared()?),
            Kind::Sqlite => Server::file(),
        }))
    }

    /// The same with the rows that readers see.
    pub(crate) fn released(kind: Kind) -> Option<Table> {
        let table = Table::shared(kind)?;
        table.insert(&RELEASED);
        Some(table)
    }

    /// An empty table on a server of its own, which may be stopped and killed.
    pub(crate) fn alone(kind: Kind) -> Option<Table> {
        Some(Table::on(match kind {
            Kind::Postgres => Server::Postgres(Arc::new(Postgres::start(&[])?)),
            Kind::MariaDb => Server::MariaDb(Arc::new(MariaDb::start()?)),
            Kind::Sqlite => Server::file(),
        }))
    }

    /// An empty table on this server.
    pub(crate) fn on(server: Server) -> Table {
        let (kind, url, editor) = match &server {
            Server::Postgres(server) => {
                let database = server.database();
                (
                    Kind::Postgres,
                    server.url(&database),
                    server.editor(&database),
                )
            }
            Server::MariaDb(server) => {
                let database = server.database();
                (
                    Kind::MariaDb,
                    server.url(&database),
                    server.editor(&database),
                )
            }
            Server::File { _folder: folder } => {
                let file = folder.path().join("newsroom.db");
                let url = format!("sqlite:{}", file.display());
                // It is made by whoever writes first.
                (Kind::Sqlite, url.clone(), url + "?mode=rwc")
            }
        };
        let table = Table {
            kind,
            url,
            editor,
            server,
            edited: AtomicI64::new(0),
        };
        table.execute(kind.definition());
        table
    }

    /// A session of somebody who may write.
    #[track_caller]
    pub(crate) fn session(&self) -> Session {
        Session::open(&self.editor)
    }

    /// Executes statements, parted by semicolons.
    #[track_caller]
    pub(crate) fn execute(&self, sql: &str) {
        let mut session = self.session();
        session.execute(sql);
        session.close();
    }

    #[track_caller]
    pub(crate) fn insert(&self, rows: &[Row<'_>]) {
        self.execute(&self.insertion(rows));
    }

    /// The statement that inserts these rows.
    pub(crate) fn insertion(&self, rows: &[Row<'_>]) -> String {
        let values: Vec<String> = rows.iter().map(|row| self.kind.values(row)).collect();
        format!(
            "INSERT INTO articles ({COLUMNS}) VALUES {}",
            values.join(", ")
        )
    }

    /// Changes a row as an editor does, which moves `updated`.
    #[track_caller]
    pub(crate) fn edit(&self, id: u32, change: &str) {
        self.execute(&self.snapshot(id, change, self.own_second()));
    }

    /// A second that no edit before had: the table has whole ones, by which two edits in one could not
    /// be told apart.
    pub(crate) fn own_second(&self) -> i64 {
        let before = self.edited.load(Ordering::Relaxed);
        eventually("the next second", || unix_now() > before);
        let now = unix_now();
        self.edited.store(now, Ordering::Relaxed);
        now
    }

    /// The statement that changes a row at that second.
    pub(crate) fn snapshot(&self, id: u32, change: &str, at: i64) -> String {
        let at = self.kind.changed(at);
        format!("UPDATE articles SET {change}, changed = {at} WHERE id = {id}")
    }

    /// A newsroom whose daemons read the table, with these further keys of `[source.sql]`.
    pub(crate) fn newsroom(&self, keys: &str) -> Newsroom {
        newsroom(&self.url, QUERY, keys)
    }
}

impl Server {
    fn file() -> Server {
        Server::File {
            _folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        match self {
            Server::Postgres(server) => alone(server).kill(),
            Server::MariaDb(server) => alone(server).kill(),
            Server::File { .. } => panic!("a file is no process"),
        }
    }

    /// Stops it as its operator would.
    pub(crate) fn stop(&mut self) {
        match self {
            Server::Postgres(server) => alone(server).stop(),
            Server::MariaDb(server) => alone(server).stop(),
            Server::File { .. } => panic!("a file is no process"),
        }
    }

    pub(crate) fn start_again(&mut self) {
        match self {
            Server::Postgres(server) => alone(server).start_again(),
            Server::MariaDb(server) => alone(server).start_again(),
            Server::File { .. } => panic!("a file is no process"),
        }
    }

    /// `HOST:PORT`.
    pub(crate) fn address(&self) -> String {
        match self {
            Server::Postgres(server) => server.address(),
            Server::MariaDb(server) => server.address(),
            Server::File { .. } => panic!("a file has no address"),
        }
    }
}

fn alone<S>(server: &mut Arc<S>) -> &mut S {
    Arc::get_mut(server).expect("a server of its own")
}

/// A newsroom whose articles are what `query` gives at `url`.
pub(crate) fn newsroom(url: &str, query: &str, keys: &str) -> Newsroom {
    const DIRECTORY: &str = "[source.directory]\npath   = \"articles\"\nrescan = \"60s\"\n";
    let source = format!("[source.sql]\nurl = '{url}'\nquery = '''{query}'''\n{keys}\n");
    let newsroom = Newsroom::new();
    assert_eq!(CONFIG.matches(DIRECTORY).count(), 1);
    newsroom.configure(&CONFIG.replace(DIRECTORY, &source));
    newsroom
}

const COLUMNS: &str = "id, title, published, changed, section, tags, author, lang, summary, html, markdown, plain, draft";

impl Kind {
    /// Each kind has dates and tags in types of its own.
    fn definition(self) -> &'static str {
        match self {
            Kind::Postgres => {
                "CREATE TABLE articles (id bigint PRIMARY KEY, title text, published timestamptz NOT NULL,
                 changed timestamptz, section text, tags text[], author text, lang text, summary text,
                 html text, markdown text, plain text, draft boolean NOT NULL DEFAULT false,
                 views integer NOT NULL DEFAULT 0);
                 CREATE INDEX ON articles (changed)"
            }
            Kind::MariaDb => {
                "CREATE TABLE articles (id bigint PRIMARY KEY, title varchar(500), published datetime NOT NULL,
                 changed datetime, section varchar(100), tags json, author varchar(100), lang varchar(10),
                 summary text, html mediumtext, markdown mediumtext, plain mediumtext,
                 draft boolean NOT NULL DEFAULT false, views integer NOT NULL DEFAULT 0, INDEX (changed))"
            }
            Kind::Sqlite => {
                "PRAGMA journal_mode = WAL;
                 CREATE TABLE articles (id integer PRIMARY KEY, title text, published text NOT NULL,
                 changed integer, section text, tags text, author text, lang text, summary text,
                 html text, markdown text, plain text, draft boolean NOT NULL DEFAULT false,
                 views integer NOT NULL DEFAULT 0);
                 CREATE INDEX articles_changed ON articles (changed)"
            }
        }
    }

    fn values(self, row: &Row<'_>) -> String {
        let updated = row.updated.map(|updated| self.changed(almaty(updated)));
        let values = [
            row.id.to_string(),
            quoted(row.title),
            self.published(almaty(row.date)),
            updated.unwrap_or_else(|| "NULL".to_owned()),
            quoted(row.section),
            self.tags(row.tags),
            quoted(row.author),
            quoted(row.lang),
            quoted(row.summary),
            quoted(row.html),
            quoted(row.markdown),
            quoted(row.plain),
            row.draft.to_string(),
        ];
        format!("({})", values.join(", "))
    }

    /// Instants, dates without a zone, and texts.
    fn published(self, at: i64) -> String {
        match self {
            Kind::Postgres | Kind::Sqlite => format!("'{}'", instant(at)),
            Kind::MariaDb => format!("'{}'", local(at)),
        }
    }

    /// Instants, dates without a zone, and seconds.
    pub(crate) fn changed(self, at: i64) -> String {
        match self {
            Kind::Postgres | Kind::MariaDb => self.published(at),
            Kind::Sqlite => at.to_string(),
        }
    }

    /// Arrays, JSON, and texts with commas.
    fn tags(self, tags: &[&str]) -> String {
        match self {
            _ if tags.is_empty() => "NULL".to_owned(),
            Kind::Postgres => format!("'{{{}}}'", tags.join(",")),
            Kind::MariaDb => format!("'[\"{}\"]'", tags.join("\", \"")),
            Kind::Sqlite => format!("'{}'", tags.join(", ")),
        }
    }
}

fn quoted(text: Option<&str>) -> String {
    match text {
        Some(text) => format!("'{}'", text.replace('\'', "''")),
        None => "NULL".to_owned(),
    }
}

/// The clock's second.
pub(crate) fn unix_now() -> i64 {
    now().try_into().expect("a date of our time")
}

/// The second at which a clock in the newsroom shows this.
fn almaty(local: &str) -> i64 {
    let local: DateTime = local.parse().expect("a date and a time");
    let zoned = local.to_zoned(newsroom_zone()).expect("a date of our time");
    zoned.timestamp().as_second()
}

/// What a clock in the newsroom shows at that second.
pub(crate) fn local(seconds: i64) -> DateTime {
    instant(seconds).to_zoned(newsroom_zone()).datetime()
}

fn instant(seconds: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(seconds).expect("a date of our time")
}

fn newsroom_zone() -> TimeZone {
    TimeZone::get("Asia/Almaty").expect("a known time zone")
}
