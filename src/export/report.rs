//! What an export did.

use std::io;

use crate::export::manifest::FILE;

/// What an export did.
#[derive(Debug, Default)]
pub struct ExportReport {
    /// Files that were written.
    pub written: usize,
    /// Files that were left as they are.
    pub unchanged: usize,
    /// Files that were deleted.
    pub removed: usize,
    /// Files that are not what they should be.
    pub failures: Vec<FileFailure>,
    /// Why something that is served has no file.
    pub without_file: Vec<String>,
    /// Whether it ended before all was done: nothing more could be written, or a signal stopped it.
    pub cut_short: bool,
}

/// A file that could not be brought up to date; an earlier version of it stays.
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
