//! The result of an export.

use std::io;

use crate::export::manifest::FILE;

/// The result of an export.
#[derive(Debug, Default)]
pub struct ExportReport {
    /// Files that were written.
    pub written: usize,
    /// Files that were already up to date.
    pub unchanged: usize,
    /// Files that were deleted.
    pub removed: usize,
    /// Files that could not be updated.
    pub failures: Vec<FileFailure>,
    /// A warning for each address that has no file.
    pub without_file: Vec<String>,
    /// Whether it ended early, because no file could be written or a signal stopped it.
    pub cut_short: bool,
}

/// A file that could not be updated; its earlier version stays.
#[derive(Debug)]
pub struct FileFailure {
    /// Its path below the folder.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl FileFailure {
    /// The manifest could not be written.
    pub(super) fn of_manifest(error: &io::Error) -> FileFailure {
        FileFailure {
            path: FILE.to_owned(),
            reason: format!("cannot be written: {error}"),
        }
    }
}
