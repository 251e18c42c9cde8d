//! Errors of the state folder.

use std::io;
use std::path::PathBuf;

use super::LAYOUT;

/// Why the state folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be created, opened or locked.
    #[error("cannot open {}", path.display())]
    Open {
        /// The database file.
        path: PathBuf,
        /// The error of the database or of the system.
        #[source]
        source: redb::Error,
    },
    /// Another process has the file open for writing.
    #[error(
        "another taspa has {} open: where both should keep state, give each a `state` folder of its own",
        path.display()
    )]
    InUse {
        /// The database file.
        path: PathBuf,
    },
    /// The file is not a valid database.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The database file.
        path: PathBuf,
    },
    /// A version of this program with another layout wrote the file.
    #[error("it has layout {found}, this program has {LAYOUT}")]
    Layout {
        /// The layout of the file.
        found: u32,
    },
    /// A read, write or commit failed.
    #[error("the state folder failed")]
    Database(#[source] redb::Error),
    /// A row is missing or cannot be decoded.
    #[error("the state folder holds no readable {0}")]
    Row(&'static str),
    /// Reading the file panicked; the text is that of the panic.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// An article could not be compressed.
    #[error("cannot pack an article")]
    Pack(#[source] io::Error),
}

impl<E: Into<redb::Error>> From<E> for StoreError {
    fn from(error: E) -> StoreError {
        StoreError::Database(error.into())
    }
}
