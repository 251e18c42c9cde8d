//! One export: a thread on each processor renders documents and writes their files.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use bytes::Bytes;

use crate::export::document_maker::{DocumentMaker, MakeError};
use crate::export::folder::{FileState, Folder};
use crate::export::manifest::{ExportedFile, Manifest};
use crate::export::plan::{DocumentSource, Plan, PlannedDocument};
use crate::export::progress::ExportProgress;
use crate::export::report::{ExportReport, FileFailure};
use crate::feed::coding::Coding;
use crate::feed::etag::ETag;
use crate::feed::last_modified::last_modified;
use crate::feed::snapshot::Snapshot;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::ReadHandle;
use crate::render::compress::encode;

/// One export, shared by its workers.
pub(super) struct ExportRun<'a> {
    maker: DocumentMaker<'a>,
    folder: &'a Folder,
    codings: Vec<Coding>,
    documents: &'a [PlannedDocument],
    /// The instant of the snapshot.
    as_of: Timestamp,
    /// The paths of documents whose files need no change.
    up_to_date: HashSet<&'a str>,
}

/// The part of the report of one worker, and the files that it wrote or left.
#[derive(Default)]
struct WorkerReport {
    report: ExportReport,
    files: BTreeMap<String, ExportedFile>,
}

impl<'a> ExportRun<'a> {
    pub(super) fn new(
        publisher: &'a ReadHandle,
        published: &'a PublishedState,
        folder: &'a Folder,
        plan: &'a Plan,
        codings: &[Coding],
    ) -> ExportRun<'a> {
        let is_encoded = |coding: &Coding| *coding != Coding::Identity;
        let encoded = codings.iter().copied().filter(is_encoded);
        let mut run = ExportRun {
            maker: DocumentMaker::new(publisher, published),
            folder,
            codings: [Coding::Identity].into_iter().chain(encoded).collect(),
            documents: &plan.documents,
            as_of: as_of(&published.snapshot),
            up_to_date: HashSet::new(),
        };
        let up_to_date = run.documents.iter().filter(|document| {
            let digest = document.digest();
            let same = |digest| {
                run.files(document)
                    .all(|path| run.is_up_to_date(&path, digest))
            };
            digest.is_some_and(same)
        });
        run.up_to_date = up_to_date.map(|document| &*document.path).collect();
        run
    }

    /// Updates all files. Returns the report and the files that are now in the folder.
    pub(super) fn write_all(
        &self,
        progress: &ExportProgress,
        stop: &AtomicBool,
    ) -> (ExportReport, BTreeMap<String, ExportedFile>) {
        progress.start(self.documents.len());
        let jobs = self.documents.chunk_by(PlannedDocument::is_same_feed);
        let jobs: Vec<&[PlannedDocument]> = jobs.collect();
        let next = AtomicUsize::new(0);
        let cut_short = AtomicBool::new(false);
        let work = |worker| {
            let mut done = WorkerReport::default();
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                if stop.load(Ordering::Relaxed) || cut_short.load(Ordering::Relaxed) {
                    cut_short.store(true, Ordering::Relaxed);
                    job.iter()
                        .for_each(|document| self.keep_previous(document, &mut done));
                    continue;
                }
                if let Err(error) = self.job(job, worker, &mut done) {
                    // The other workers would fail the same way.
                    cut_short.store(true, Ordering::Relaxed);
                    done.report.failures.push(error);
                }
                progress.add_done(job.len());
            }
            done
        };
        let workers = thread::available_parallelism().map_or(1, NonZero::get);
        let reports: Vec<WorkerReport> = thread::scope(|scope| {
            let started: Vec<_> = (0..workers)
                .map(|worker| scope.spawn(move || work(worker)))
                .collect();
            let joined = started.into_iter().map(thread::ScopedJoinHandle::join);
            joined
                .map(|report| report.expect("a worker does not panic"))
                .collect()
        });
        let (mut all, mut files) = (ExportReport::default(), BTreeMap::new());
        for done in reports {
            all.written += done.report.written;
            all.unchanged += done.report.unchanged;
            all.failures.extend(done.report.failures);
            files.extend(done.files);
        }
        all.cut_short = cut_short.into_inner();
        all.failures.sort_by(|a, b| a.path.cmp(&b.path));
        (all, files)
    }

    /// Updates the files of a feed in all its formats, or of one other document.
    fn job(
        &self,
        job: &[PlannedDocument],
        worker: usize,
        done: &mut WorkerReport,
    ) -> Result<(), FileFailure> {
        let mut composed = None;
        for document in job {
            let made = match (self.up_to_date.contains(&*document.path), document.digest()) {
                (true, Some(digest)) => Ok((None, digest)),
                (_, digest) => self.maker.make(document, &mut composed).map(|bytes| {
                    let digest = digest.unwrap_or_else(|| ETag::of(&bytes).digest());
                    (Some(bytes), digest)
                }),
            };
            match made {
                Ok((bytes, digest)) => self.write(document, bytes, digest, worker, done)?,
                Err(MakeError::NotServed) => {}
                Err(MakeError::Failed(reason)) => {
                    let path = document.path.clone();
                    done.report.failures.push(FileFailure { path, reason });
                    self.keep_previous(document, done);
                }
            }
        }
        Ok(())
    }

    /// Updates the files of a document; without `bytes`, only their dates.
    ///
    /// An error ends the export, because every other file would fail too.
    fn write(
        &self,
        document: &PlannedDocument,
        bytes: Option<Bytes>,
        digest: u128,
        worker: usize,
        done: &mut WorkerReport,
    ) -> Result<(), FileFailure> {
        for (path, coding) in self.files(document).zip(&self.codings) {
            let before = self.folder.previous().files.get(&path);
            let modified = self.date(document, digest, before);
            let unchanged = before.filter(|_| bytes.is_none() || self.is_up_to_date(&path, digest));
            if let Some(before) = unchanged {
                let written = ExportedFile {
                    modified,
                    ..*before
                };
                if self.folder.state(&path, &written) != FileState::AsWritten {
                    self.folder.set_modified(&path, modified);
                }
                done.report.unchanged += 1;
                done.files.insert(path, written);
                continue;
            }
            let Some(bytes) = &bytes else { continue };
            let invalidated = self.folder.invalidate(|| self.manifest_before_writing());
            invalidated.map_err(|error| FileFailure::of_manifest(&error))?;
            let put = encode(bytes.clone(), *coding).and_then(|encoded| {
                self.folder.put(&path, &encoded, modified, worker)?;
                Ok(encoded.len() as u64)
            });
            match put {
                Ok(bytes) => {
                    let digest = Some(digest);
                    let written = ExportedFile {
                        digest,
                        bytes,
                        modified,
                    };
                    done.report.written += 1;
                    done.files.insert(path, written);
                }
                Err(error) => {
                    let reason = format!("cannot be written: {error}");
                    let failure = FileFailure { path, reason };
                    self.keep_previous(document, done);
                    if is_final(&error) {
                        return Err(failure);
                    }
                    done.report.failures.push(failure);
                    break;
                }
            }
        }
        Ok(())
    }

    /// The previous manifest without the digests of the files that this export may write.
    fn manifest_before_writing(&self) -> Manifest {
        let mut manifest = self.folder.previous().clone();
        let touched = self.documents.iter();
        let touched = touched.filter(|document| !self.up_to_date.contains(&*document.path));
        for path in touched.flat_map(|document| self.files(document)) {
            let unknown = ExportedFile {
                digest: None,
                bytes: 0,
                modified: Timestamp(0),
            };
            let written = manifest.files.entry(path).or_insert(unknown);
            *written = written.without_digest();
        }
        manifest
    }

    /// Keeps the files of a document that earlier exports wrote and this one has not replaced.
    fn keep_previous(&self, document: &PlannedDocument, done: &mut WorkerReport) {
        for path in self.files(document) {
            if let Some(before) = self.folder.previous().files.get(&path) {
                done.files.entry(path).or_insert(*before);
            }
        }
    }

    /// The files of a document, in the order of the codings.
    fn files(&self, document: &PlannedDocument) -> impl Iterator<Item = String> {
        let codings = match document.is_text() {
            true => &self.codings[..],
            false => &self.codings[..1],
        };
        let path = &document.path;
        codings
            .iter()
            .map(move |coding| format!("{path}{}", coding.file_suffix()))
    }

    /// Whether an earlier export wrote the same bytes and the file still has them.
    fn is_up_to_date(&self, path: &str, digest: u128) -> bool {
        let before = self.folder.previous().files.get(path);
        let before = before.filter(|before| before.digest == Some(digest));
        before.is_some_and(|before| self.folder.state(path, before) != FileState::Changed)
    }

    /// The date of a file: that of its content, and later whenever the bytes change.
    fn date(
        &self,
        document: &PlannedDocument,
        digest: u128,
        before: Option<&ExportedFile>,
    ) -> Timestamp {
        let before = before.map(|before| Validators {
            // Unknown bytes count as different.
            digest: before.digest.unwrap_or(!digest),
            last_modified: before.modified,
        });
        let dated = last_modified(digest, document.modified, before, self.as_of);
        match document.source {
            // A feed may have changed and changed back since the last export.
            DocumentSource::Feed(..) | DocumentSource::Sitemap(_) => dated.max(document.modified),
            DocumentSource::Page(_) | DocumentSource::Asset(_) | DocumentSource::Text(_) => dated,
        }
    }
}

fn as_of(snapshot: &Snapshot) -> Timestamp {
    let instants = snapshot.feeds.values().map(|version| version.as_of);
    instants.max().unwrap_or(snapshot.site_rules.epoch())
}

/// Whether every other file will fail with this error too.
fn is_final(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(
        error.kind(),
        StorageFull | QuotaExceeded | ReadOnlyFilesystem
    )
}
