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
    /// A daemon ended before it had closed the file. Only the next one may write what is missing.
    #[error("the daemon was stopped before it closed the state file")]
    Unclosed,
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
    /// Another process may write it; this one only reads.
    #[error("the state folder is only read")]
    ReadOnly,
    /// A read, write or commit failed.
    #[error("the state folder failed")]
    Database(#[source] redb::Error),
    /// A row cannot be decoded.
    #[error("the state folder holds no readable {0}")]
    Row(&'static str),
    /// The text of an article is missing. It was in a store that was made anew, and is not read again yet.
    #[error("the state folder was made anew and does not have the text of an article yet")]
    Missing,
    /// The store was made anew while a reading went on.
    #[error("the state folder was made anew meanwhile")]
    Renewed,
    /// Reading the file panicked; the text is that of the panic.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// An article could not be compressed.
    #[error("cannot pack an article")]
    Pack(#[source] io::Error),
}

impl StoreError {
    /// Whether the database cannot be used any more. After an error of its file `redb` answers nothing.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            StoreError::Damaged { .. } | StoreError::Row(_) | StoreError::Unreadable(_) => true,
            StoreError::Database(error) => !matches!(error, redb::Error::ValueTooLarge(_)),
            StoreError::Open { .. }
            | StoreError::InUse { .. }
            | StoreError::Unclosed
            | StoreError::ReadOnly
            | StoreError::Layout { .. }
            | StoreError::Missing
            | StoreError::Renewed
            | StoreError::Pack(_) => false,
        }
    }
}

impl<E: Into<redb::Error>> From<E> for StoreError {
    fn from(error: E) -> StoreError {
        StoreError::Database(error.into())
    }
}
