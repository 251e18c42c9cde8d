//! Where articles come from: a folder of files, or an SQL database.
//!
//! A source lists what it has, as places with stamps, and reads what it is asked to;
//! [`ingest`](crate::ingest) compares that with the store. Bytes, formats and SQL stay in here:
//! what leaves is an [`Accepted`] article or a [`Refusal`].
//!
//! Begin with [`Source`]. What tells that something changed is a `watcher`, one for each kind of
//! source.
//!
//! Uses [`text`](crate::text), [`model`](crate::model) and [`config`](crate::config).

pub mod article_file;
pub mod directory;
pub mod sql;
pub(crate) mod watcher;
pub(crate) mod watcher_messages;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use self::directory::Directory;
use self::sql::{Extent, Sql, SqlError};
use crate::config::{Config, SourceConfig};
use crate::model::article::{Accepted, Reading, Refusal};
use crate::model::problem::Severity;
use crate::model::record::Stamp;

/// Files that a thread reads at a time. They differ in cost, so whoever is done early helps with the
/// rest.
const SHARE_FILES: usize = 32;

/// Batches of files that are found before they are read: enough for most archives to know early how
/// much there is, and few enough that a first listing need not be held whole.
const FILES_AHEAD: usize = 16;

/// The same of rows. They are more, because a listing that waits for readings stays open on the server.
const ROWS_AHEAD: usize = 64;

/// Threads that read rows: each has a connection for a statement at a time, and there are few.
const ROW_THREADS: usize = 2;

/// Where articles come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A folder of files.
    Directory(Directory),
    /// An SQL database.
    Sql(Sql),
}

/// Something that may hold an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it stands: a path below the folder, with `/`; the id of a row.
    pub path: String,
    /// How it looks now.
    pub stamp: Stamp,
    /// Whether whoever wrote it is known to have finished.
    pub closed: bool,
    /// Whether it looks as before and is read again nevertheless: what it says then is news only where
    /// it differs.
    pub recheck: bool,
}

/// What of a source is to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    All,
    /// What changed lately, as it says itself. A folder, which keeps no order of time, shows all of it.
    Recent,
    /// One place and everything below it. A row has nothing below it.
    At {
        /// The place, as in [`Place::path`].
        path: String,
        /// Whether whoever wrote there is known to have finished.
        closed: bool,
    },
}

impl Scope {
    /// One place, of whose writer nothing is known.
    pub fn at(path: String) -> Scope {
        Scope::At {
            path,
            closed: false,
        }
    }
}

/// Something of a source that cannot be listed.
#[derive(Debug)]
pub struct Unlisted {
    /// Where it stands; empty for the source itself.
    pub path: String,
    /// Why.
    pub reason: String,
    /// Whether articles may stand there that an earlier listing saw.
    pub hides: bool,
    /// Whether somebody should mend it.
    pub severity: Severity,
}

impl Unlisted {
    /// What stood there before may still stand there.
    fn error(path: String, reason: &str) -> Unlisted {
        Unlisted {
            path,
            reason: reason.to_owned(),
            hides: true,
            severity: Severity::Error,
        }
    }

    /// It never was an article.
    fn warning(path: String, reason: &str) -> Unlisted {
        Unlisted {
            path,
            reason: reason.to_owned(),
            hides: false,
            severity: Severity::Warning,
        }
    }
}

/// What reading one place gave, and what it looked like then.
#[derive(Debug)]
pub struct ReadResult {
    /// What it gave.
    pub outcome: ReadOutcome,
    /// The digest of a row's columns without its text; 0 of a file.
    pub columns: u64,
}

impl From<ReadOutcome> for ReadResult {
    fn from(outcome: ReadOutcome) -> ReadResult {
        ReadResult {
            outcome,
            columns: 0,
        }
    }
}

/// What reading one place gave.
#[derive(Debug)]
pub enum ReadOutcome {
    /// An article.
    Accepted(Box<Accepted>),
    /// No article, and why.
    Refused(Refusal),
    /// No article but several rows that look like this together, and why that is none.
    Shared(Stamp, Refusal),
    /// The system did not let it be read; the next reading tries again.
    Unreadable(Refusal),
    /// It changed while it was read, or went away: the next listing knows more.
    Unsettled,
}

impl ReadOutcome {
    /// What the gate makes of what `noun` calls it. A bug in the gate costs this one alone.
    fn of(noun: &str, accept: impl FnOnce() -> Result<Accepted, Refusal>) -> ReadOutcome {
        match catch_unwind(AssertUnwindSafe(accept)) {
            Ok(Ok(accepted)) => ReadOutcome::Accepted(Box::new(accepted)),
            Ok(Err(refusal)) => ReadOutcome::Refused(refusal),
            Err(_) => ReadOutcome::Refused(Refusal::new(
                None,
                format!("the {noun} could not be understood"),
                format!("this is a fault of taspa: report it with the {noun}"),
            )),
        }
    }
}

/// Why a source cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The articles' folder cannot be listed.
    #[error("cannot list {folder}: {reason}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        reason: String,
    },
    /// The database does not answer as it should.
    #[error(transparent)]
    Database(#[from] SqlError),
}

/// Why a listing does not show something.
#[derive(Debug)]
pub enum ListingError {
    /// A part of the source cannot be listed.
    Unlisted(Unlisted),
    /// The listing ends here.
    Source(SourceError),
}

impl From<SqlError> for ListingError {
    fn from(error: SqlError) -> ListingError {
        ListingError::Source(error.into())
    }
}

impl Source {
    /// The source that a configuration names; nothing is read yet.
    pub fn new(config: &Config) -> Result<Source, SqlError> {
        let reading = Reading {
            zone: config.site.zone.clone(),
            language: config.site.language.clone(),
            site: config.site.url.clone(),
            link: config.source.link().map(str::to_owned),
        };
        Ok(match &config.source {
            SourceConfig::Directory(config) => Source::Directory(Directory::new(config, reading)),
            SourceConfig::Sql(config) => Source::Sql(Sql::new(config, reading)?),
        })
    }

    /// The source of the next configuration: this one, with all that it knows, where nothing about it
    /// differs; else another, with what of that is still true.
    pub fn reconfigured(&self, before: &Config, next: &Config) -> Result<Source, SqlError> {
        if before.source == next.source && before.site == next.site {
            return Ok(self.clone());
        }
        Ok(match (self, Source::new(next)?) {
            (Source::Directory(before), Source::Directory(next)) => {
                Source::Directory(next.with_write_log(before.write_log().clone()))
            }
            (Source::Sql(before), Source::Sql(next)) => Source::Sql(next.with_columns_of(before)),
            (_, next) => next,
        })
    }

    /// What the next start has to know of the source, as bytes that only [`Source::restore_memory`] reads; a
    /// folder has nothing to remember.
    pub fn memory(&self) -> Option<Vec<u8>> {
        match self {
            Source::Directory(_) => None,
            Source::Sql(sql) => Some(sql.memory()),
        }
    }

    /// Takes over what an earlier run remembered.
    pub fn restore_memory(&self, memory: &[u8]) {
        match self {
            Source::Directory(_) => {}
            Source::Sql(sql) => sql.restore_memory(memory),
        }
    }

    /// Believes that columns are gone, if they are.
    pub fn accept_lost_columns(&self) {
        match self {
            Source::Directory(_) => {}
            Source::Sql(sql) => sql.accept_lost_columns(),
        }
    }

    /// What operators call it: the folder, or the database's address without secrets.
    pub fn name(&self) -> String {
        match self {
            Source::Directory(directory) => directory.root().display().to_string(),
            Source::Sql(sql) => sql.name().to_owned(),
        }
    }

    /// What operators call one place in it.
    pub fn locate(&self, path: &str) -> String {
        match self {
            Source::Directory(directory) => directory.root().join(path).display().to_string(),
            Source::Sql(_) if path.is_empty() => "[source.sql]".to_owned(),
            Source::Sql(_) => format!("[source.sql] row {path}"),
        }
    }

    /// Whether what operators call `place` stands at `path` or below it.
    pub fn covers(&self, path: &str, place: &str) -> bool {
        match self {
            Source::Directory(_) => Path::new(place).starts_with(self.locate(path)),
            Source::Sql(_) => place == self.locate(path),
        }
    }

    /// Whether a look at one place tells all about it. A row may be another while its stamp is the
    /// same, and that it is gone is believed only from a listing.
    pub fn look_tells_all(&self) -> bool {
        match self {
            Source::Directory(_) => true,
            Source::Sql(_) => false,
        }
    }

    /// What it consists of, in the singular.
    pub fn noun(&self) -> &'static str {
        match self {
            Source::Directory(_) => "file",
            Source::Sql(_) => "row",
        }
    }

    /// Everything that decides how an article is read, as bytes for a digest.
    pub fn reading_bytes(&self) -> Vec<u8> {
        match self {
            Source::Directory(directory) => directory.reading_bytes(),
            Source::Sql(sql) => sql.reading_bytes(),
        }
    }

    /// How many places are read by one thread at a time.
    pub fn share(&self) -> usize {
        match self {
            Source::Directory(_) => SHARE_FILES,
            Source::Sql(_) => sql::ROWS_A_STATEMENT,
        }
    }

    /// How many batches of places may be found before they are read.
    pub fn batches_ahead(&self) -> usize {
        match self {
            Source::Directory(_) => FILES_AHEAD,
            Source::Sql(_) => ROWS_AHEAD,
        }
    }

    /// How many threads may read at once, on however many processors.
    pub fn threads(&self) -> usize {
        match self {
            Source::Directory(_) => usize::MAX,
            Source::Sql(_) => ROW_THREADS,
        }
    }

    /// How many places are worth reading with one call.
    pub fn at_once(&self) -> usize {
        match self {
            Source::Directory(_) => 1,
            Source::Sql(_) => sql::ROWS_A_STATEMENT,
        }
    }

    /// Every place within `scope` that may hold an article, ordered by the bytes of its path, and
    /// everything that could not be listed.
    pub fn walk(
        &self,
        scope: &Scope,
    ) -> Box<dyn Iterator<Item = Result<Place, ListingError>> + '_> {
        match self {
            Source::Directory(directory) => {
                let (below, closed) = match scope {
                    Scope::At { path, closed } => (Some(path.as_str()), *closed),
                    Scope::All | Scope::Recent => (None, false),
                };
                let gap = |unlisted: Unlisted| match unlisted.path.is_empty() {
                    true => ListingError::Source(SourceError::Folder {
                        folder: self.name(),
                        reason: unlisted.reason,
                    }),
                    false => ListingError::Unlisted(unlisted),
                };
                let entries = directory.walk(below, closed);
                Box::new(entries.map(move |entry| entry.map_err(gap)))
            }
            Source::Sql(sql) => match scope {
                Scope::At { path, .. } => {
                    let row = sql
                        .stat(std::slice::from_ref(path))
                        .map_err(ListingError::from);
                    Box::new(row.map(|mut row| row.pop()).transpose().into_iter())
                }
                Scope::Recent => Box::new(sql.walk(Extent::Recent)),
                Scope::All => Box::new(sql.walk(Extent::All)),
            },
        }
    }

    /// Reads a share of what was found through the gate; a result for each, in their order. A bug in
    /// the gate costs the article that met it alone.
    pub fn read(&self, share: &[Place]) -> Result<Vec<ReadResult>, SourceError> {
        match self {
            Source::Directory(directory) => Ok(share
                .iter()
                .map(|found| directory.read(found).into())
                .collect()),
            Source::Sql(sql) => Ok(sql.read(share)?),
        }
    }

    /// How what stands at these places looks now, where something does.
    pub fn stat(&self, paths: &[String]) -> Result<Vec<Place>, SourceError> {
        match self {
            Source::Directory(directory) => Ok(paths
                .iter()
                .filter_map(|path| directory.stat(path))
                .collect()),
            Source::Sql(sql) => Ok(sql.stat(paths)?),
        }
    }

    /// Whether a listing of what changed lately may show only a part of what has this stamp.
    pub fn is_shared(&self, stamp: Stamp) -> bool {
        match self {
            Source::Directory(_) => false,
            // So many rows have one id.
            Source::Sql(_) => stamp.size > 1,
        }
    }

    /// Whether what has this stamp may become another without changing it.
    pub fn is_in_recheck_window(&self, stamp: Stamp) -> bool {
        match self {
            Source::Directory(_) => false,
            Source::Sql(_) => sql::is_in_recheck_window(stamp),
        }
    }

    /// Whether what was young before, or is, looks the same otherwise.
    pub fn is_same_row(&self, before: Stamp, now: Stamp) -> bool {
        match self {
            Source::Directory(_) => false,
            Source::Sql(_) => sql::is_same_row(before, now),
        }
    }

    /// Whether what was an article once was emptied on purpose.
    pub fn is_emptied(&self, found: &Place) -> bool {
        match self {
            Source::Directory(_) => directory::is_emptied(found),
            Source::Sql(_) => false,
        }
    }

    /// The key that an article at `path` has if it brings none.
    pub fn key_of(&self, path: &str) -> String {
        match self {
            Source::Directory(directory) => directory.key_of(path),
            Source::Sql(_) => path.to_owned(),
        }
    }
}
