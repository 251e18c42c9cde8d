//! Exports the published snapshot as files, for a host of static files.
//!
//! Begin with [`export`]. A [`Plan`] lists the files; the [`Manifest`] of a [`Folder`] says which of them
//! an earlier export wrote. A file that is up to date is neither rendered nor written. Every file has
//! the bytes that the daemon serves and their `Last-Modified` as its date. If a document fails, the
//! others are still written.
//!
//! Uses [`model`](crate::model), [`config`](crate::config), [`feed`](crate::feed),
//! [`render`](crate::render), [`store`](crate::store) and [`publish`](crate::publish).

mod document_maker;
mod entry_cache;
mod folder;
mod manifest;
mod plan;
mod progress;
mod report;
mod run;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

pub use self::folder::{FileState, Folder, FolderError};
pub use self::manifest::{ExportedFile, FILE, Manifest};
pub use self::plan::{DocumentSource, PageExport, Plan, PlannedDocument, is_file_path};
pub use self::progress::ExportProgress;
pub use self::report::{ExportReport, FileFailure};
use self::run::ExportRun;
use crate::feed::coding::Coding;
use crate::model::removal_guard::{Removal, is_too_many};
use crate::model::time::Timestamp;
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::ReadHandle;

/// The options of an export.
#[derive(Clone, Debug)]
pub struct ExportOptions {
    /// The content codings of text files, in addition to the plain files.
    pub codings: Vec<Coding>,
    /// Whether pages are exported.
    pub pages: PageExport,
    /// Whether more than half of the articles of the last export may be missing.
    pub removal: Removal,
}

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no snapshot.
    #[error("nothing is published")]
    Unpublished,
    /// Most articles of the last export are missing.
    #[error("of the {before} articles of the last export {now} are left: all files stay")]
    Shrunk {
        /// The number of articles at the last export.
        before: usize,
        /// The number of articles now.
        now: usize,
    },
}

/// Updates `folder` to what `publisher` has published; `articles` is the number of stored articles. It
/// ends early, with whole files, once `stop` is true. On an error, no file was touched.
pub fn export(
    publisher: &ReadHandle,
    folder: Folder,
    articles: usize,
    options: &ExportOptions,
    progress: &ExportProgress,
    stop: &AtomicBool,
) -> Result<ExportReport, ExportError> {
    let published = publisher.published().ok_or(ExportError::Unpublished)?;
    let overview = published.overview();
    let before = folder.previous().articles;
    let is_shrunk = is_too_many(before.saturating_sub(articles), before);
    if is_shrunk && options.removal == Removal::Held {
        let now = articles;
        return Err(ExportError::Shrunk { before, now });
    }
    let with_pages = articles_with_pages(&published, options);
    let plan = Plan::new(&published, &overview, with_pages, options.pages);
    let run = ExportRun::new(publisher, &published, &folder, &plan, &options.codings);
    let (mut report, mut files) = run.write_all(progress, stop);
    if !report.cut_short {
        remove(&folder, &mut files, &mut report);
    }
    report.without_file = plan.without_file;
    if let Err(error) = folder.finish(&Manifest { articles, files }) {
        report.failures.push(FileFailure::of_manifest(&error));
        report.cut_short = true;
    }
    Ok(report)
}

/// The keys and last corrections of the articles that may have a page here; none if the newsroom's
/// site has the pages.
fn articles_with_pages(
    published: &PublishedState,
    options: &ExportOptions,
) -> Vec<(String, Timestamp)> {
    let is_elsewhere = published.snapshot.config.source.link().is_some();
    match options.pages {
        PageExport::Write if !is_elsewhere => published.released(),
        PageExport::Write | PageExport::Skip => Vec::new(),
    }
}

/// Deletes the files of earlier exports that this one does not have.
fn remove(folder: &Folder, files: &mut BTreeMap<String, ExportedFile>, report: &mut ExportReport) {
    for (path, file) in &folder.previous().files {
        if files.contains_key(path) {
            continue;
        }
        match folder.remove(path) {
            Ok(()) => report.removed += 1,
            Err(error) => {
                let reason = format!("cannot be deleted: {error}");
                files.insert(path.clone(), *file);
                let path = path.clone();
                report.failures.push(FileFailure { path, reason });
            }
        }
    }
}
