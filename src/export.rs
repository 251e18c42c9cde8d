//! The export: what is published as files, for a host that serves nothing else.
//!
//! Begin with [`export`]. A [`Plan`] lists the files that there are to be; a [`Folder`] knows from its
//! [`Manifest`] which of them an earlier export wrote. What is up to date is neither made nor touched,
//! so an export costs what changed. Every file has the bytes that the daemon serves and, as its date,
//! their `Last-Modified`; a document that cannot be made costs itself alone.
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

/// What is to be exported.
#[derive(Clone, Debug)]
pub struct ExportOptions {
    /// The codings of text beside its plain bytes.
    pub codings: Vec<Coding>,
    /// Whether people get pages.
    pub pages: PageExport,
    /// Whether more than half of the articles may be gone since the last export.
    pub removal: Removal,
}

/// Why nothing was exported at all.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no snapshot.
    #[error("nothing is published")]
    Unpublished,
    /// Most articles are gone.
    #[error("of the {before} articles of the last export {now} are left: all files stay")]
    Shrunk {
        /// The articles that the last export knew.
        before: usize,
        /// The articles that are there now.
        now: usize,
    },
}

/// Brings `folder` up to what `publisher` has published of so many `articles`. It ends early, with whole
/// files, once `stop` is true.
///
/// # Errors
/// [`ExportError`]; no file was touched then.
pub fn export(
    publisher: &ReadHandle,
    folder: Folder,
    articles: usize,
    options: &ExportOptions,
    progress: &ExportProgress,
    stop: &AtomicBool,
) -> Result<ExportReport, ExportError> {
    let (published, overview) = publisher
        .published()
        .zip(publisher.overview())
        .ok_or(ExportError::Unpublished)?;
    let before = folder.previous().articles;
    let is_shrunk = is_too_many(before.saturating_sub(articles), before);
    if is_shrunk && options.removal == Removal::Held {
        let now = articles;
        return Err(ExportError::Shrunk { before, now });
    }
    let with_pages = articles_with_pages(publisher, &published, options);
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

/// The keys and last corrections of the articles that may have a page here; none where all have one
/// elsewhere.
fn articles_with_pages(
    publisher: &ReadHandle,
    published: &PublishedState,
    options: &ExportOptions,
) -> Vec<(String, Timestamp)> {
    let is_elsewhere = published.snapshot.config.source.link().is_some();
    match options.pages {
        PageExport::Write if !is_elsewhere => publisher.released(),
        PageExport::Write | PageExport::Skip => Vec::new(),
    }
}

/// Deletes what earlier exports wrote and this one does not have.
fn remove(folder: &Folder, files: &mut BTreeMap<String, ExportedFile>, report: &mut ExportReport) {
    for (path, file) in &folder.previous().files {
        if files.contains_key(path) {
            continue;
        }
        match folder.remove(path) {
            Ok(()) => report.removed += 1,
            Err(error) => {
                report.failures.push(FileFailure {
                    path: path.clone(),
                    reason: format!("cannot be deleted: {error}"),
                });
                files.insert(path.clone(), *file);
            }
        }
    }
}
